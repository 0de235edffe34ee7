package sessions

import (
	"context"
	"slices"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/graph"
)

// AllowedPage reads the address of a page that the link of a handoff is to lead to. Every organization may use the page
// of the installation, and those that it has allowed. Errors: CodeParameterInvalid, of the parameter.
func (s *Service) AllowedPage(
	ctx context.Context, org models.Organization, param, text string,
) (models.HandoffURL, error) {
	page, err := models.ParseHandoffURL(param, text)
	if err != nil || s.config.HostedPage.Covers(page) {
		return page, err
	}
	if err := page.SafeFor(org, param); err != nil {
		return page, err
	}
	allowed, err := s.store.HandoffURLs(ctx, org.ID)
	if err != nil {
		return page, err
	}
	if !slices.ContainsFunc(allowed, func(u models.HandoffURL) bool { return u.Covers(page) }) {
		return page, models.Invalid(param, "%s must lie under an address that the organization has allowed", param)
	}
	return page, nil
}

// handoffPage returns the page that the link of a handoff leads to: the request's, else the workflow's while the
// organization allows it, else that of the installation.
func (s *Service) handoffPage(
	ctx context.Context, org models.Organization, wanted graph.Handoff, requested *string,
) (models.HandoffURL, error) {
	if requested != nil {
		return s.AllowedPage(ctx, org, "url_base", *requested)
	}
	if wanted.URLBase == "" {
		return s.config.HostedPage, nil
	}
	page, err := s.AllowedPage(ctx, org, "url_base", wanted.URLBase)
	if models.CodeOf(err) == models.CodeParameterInvalid { // a published version stays, the organization's list changes
		return s.config.HostedPage, nil
	}
	return page, err
}

// handoffOrigins returns the origins of the pages that may exchange the organization's tokens.
func (s *Service) handoffOrigins(ctx context.Context, org string) ([]string, error) {
	allowed, err := s.store.HandoffURLs(ctx, org)
	if err != nil {
		return nil, err
	}
	origins := []string{s.config.HostedPage.Origin}
	for _, page := range allowed {
		if !slices.Contains(origins, page.Origin) {
			origins = append(origins, page.Origin)
		}
	}
	return origins, nil
}

// KnowsOrigin reports whether any organization allows pages of the origin to exchange tokens. A browser's preflight
// does not name the token's organization; Exchange checks the organization's own list.
func (s *Service) KnowsOrigin(ctx context.Context, origin string) (bool, error) {
	if origin == s.config.HostedPage.Origin {
		return true, nil
	}
	return s.store.Across().HandoffOriginAllowed(ctx, origin)
}
