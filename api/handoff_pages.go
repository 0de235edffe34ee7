package api

import (
	"context"
	"slices"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/graph"
)

// allowedPage reads the address of a page that the link of a handoff is to lead to. The page of the installation is
// allowed to everybody, and besides what the organization has allowed. Errors: CodeParameterInvalid, of the parameter.
func (a *API) allowedPage(ctx context.Context, org models.Organization, param, text string) (models.HandoffURL, error) {
	page, err := models.ParseHandoffURL(param, text)
	if err != nil || a.hosted.Covers(page) {
		return page, err
	}
	if err := page.SafeFor(org, param); err != nil {
		return page, err
	}
	allowed, err := a.store.HandoffURLs(ctx, org.ID)
	if err != nil {
		return page, err
	}
	if !slices.ContainsFunc(allowed, func(u models.HandoffURL) bool { return u.Covers(page) }) {
		return page, models.Invalid(param, "%s must lie under an address that the organization has allowed", param)
	}
	return page, nil
}

// handoffPage is where the link of a session leads: to the page that the request names, else to that of its workflow, for
// as long as the organization allows it, else to that of the installation.
func (a *API) handoffPage(
	ctx context.Context, org models.Organization, wanted graph.Handoff, requested *string,
) (models.HandoffURL, error) {
	if requested != nil {
		return a.allowedPage(ctx, org, "url_base", *requested)
	}
	if wanted.URLBase == "" {
		return a.hosted, nil
	}
	page, err := a.allowedPage(ctx, org, "url_base", wanted.URLBase)
	if models.CodeOf(err) == models.CodeParameterInvalid { // it was allowed once: a version is for good, the list is not
		return a.hosted, nil
	}
	return page, err
}

// handoffOrigins are the origins of the pages that may exchange the organization's tokens.
func (a *API) handoffOrigins(ctx context.Context, org string) ([]string, error) {
	allowed, err := a.store.HandoffURLs(ctx, org)
	if err != nil {
		return nil, err
	}
	origins := []string{a.hosted.Origin}
	for _, page := range allowed {
		if !slices.Contains(origins, page.Origin) {
			origins = append(origins, page.Origin)
		}
	}
	return origins, nil
}

// knowsHandoffOrigin reports whether a page at this origin may exchange tokens of any organization: a browser that asks
// beforehand does not say whose its token is.
func (a *API) knowsHandoffOrigin(ctx context.Context, origin string) (bool, error) {
	if origin == a.hosted.Origin {
		return true, nil
	}
	return a.store.Across().KnowsHandoffOrigin(ctx, origin)
}
