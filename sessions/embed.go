package sessions

import (
	"context"
	"slices"

	"github.com/stile-id/stile/models"
)

// loopbackOrigins are the pages of the developer's own machine, in the form of a Content-Security-Policy.
var loopbackOrigins = []string{"http://localhost:*", "http://127.0.0.1:*"}

// FrameAncestors returns the origins of the pages that may show a session in a frame, as sources of the directive
// frame-ancestors of a Content-Security-Policy. It returns none for an unknown session.
//
// A session that was created with a secret key may be shown by every embed origin of its organization; in a sandbox
// organization without any, by pages of the developer's own machine. A session that was created with a publishable key
// may be shown by the page that created it alone, if its origin is among these.
func (s *Service) FrameAncestors(ctx context.Context, sessionID string) ([]string, error) {
	if !models.PrefixSession.Names(sessionID) {
		return nil, nil
	}
	session, err := s.store.Across().PublicSession(ctx, sessionID)
	if models.CodeOf(err) == models.CodeSessionNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	org, err := s.store.Across().Organization(ctx, session.OrgID)
	if err != nil {
		return nil, err
	}
	listed, err := s.store.EmbedOrigins(ctx, org.ID)
	if err != nil {
		return nil, err
	}
	if session.PageOrigin != nil {
		return boundAncestor(org, listed, *session.PageOrigin), nil
	}
	if len(listed) == 0 && org.Sandbox {
		return slices.Clone(loopbackOrigins), nil
	}
	origins := make([]string, 0, len(listed))
	for _, page := range listed {
		origins = append(origins, page.Origin)
	}
	return origins, nil
}

// boundAncestor returns the origin of the page that created a session, if the organization lets its pages show
// sessions.
func boundAncestor(org models.Organization, listed []models.HandoffURL, origin string) []string {
	page := models.HandoffURL{Origin: origin}
	free := len(listed) == 0 && org.Sandbox && page.OnLoopback()
	if !free && !slices.Contains(listed, page) {
		return nil
	}
	return []string{origin}
}

// boundTo returns the origin that a session is bound to, from the header Origin of the request that creates it. It is
// nil for a request with a secret key, and empty if the header is not the origin of a page.
func (n NewSession) boundTo() *string {
	if !n.Untrusted {
		return nil
	}
	page, err := models.ParseOrigin("Origin", n.PageOrigin)
	if err != nil {
		page = models.HandoffURL{}
	}
	return &page.Origin
}
