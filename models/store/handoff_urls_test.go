package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var handoffURLScenarios = []scenario{
	handoffURLsAreTheOrganizationsOwn,
	handoffURLIsAllowedOnce,
	handoffURLIsRemovedInAnySpelling,
	handoffURLOfOldRulesCanBeRemoved,
	wrongHandoffURLChangesNothing,
	racingAdditionsOfOneHandoffURLAreOne,
	originIsKnownIfAnyOrganizationAllowedIt,
	changesOfHandoffURLsAreAudited,
}

// allow adds pages and returns the organization's pages.
func (f *fixture) allow(t *testing.T, org string, add ...string) []string {
	t.Helper()
	allowed, err := f.ChangeHandoffURLs(t.Context(), org, actor, add, nil)
	require.NoError(t, err)
	read, err := f.HandoffURLs(t.Context(), org)
	require.NoError(t, err)
	require.Equal(t, read, allowed)
	return addresses(read)
}

func addresses(pages []models.HandoffURL) []string {
	texts := make([]string, 0, len(pages))
	for _, page := range pages {
		texts = append(texts, page.String())
	}
	return texts
}

func handoffURLsAreTheOrganizationsOwn(t *testing.T, f *fixture) {
	require.Empty(t, f.allow(t, f.org))
	require.Equal(t, []string{"https://a.example/scan", "https://b.example"},
		f.allow(t, f.org, "https://b.example/", "https://a.example/scan"))
	require.Empty(t, f.allow(t, f.foreign))
	_, err := f.ChangeHandoffURLs(t.Context(), f.foreign, actor, nil, []string{"https://b.example"})
	requireCode(t, models.CodeResourceMissing, err)
	require.Len(t, f.allow(t, f.org), 2)
	_, err = f.ChangeHandoffURLs(t.Context(), "org_unknown", actor, []string{"https://a.example"}, nil)
	requireCode(t, models.CodeResourceMissing, err)
}

func handoffURLIsAllowedOnce(t *testing.T, f *fixture) {
	want := []string{"https://a.example/scan"}
	require.Equal(t, want, f.allow(t, f.org, "https://a.example/scan", "https://A.example:443/scan/"))
	require.Equal(t, want, f.allow(t, f.org, "https://a.example/scan"))
	require.Len(t, f.audited(t, f.org, f.org), 2, "its creation, and one page")
}

func handoffURLIsRemovedInAnySpelling(t *testing.T, f *fixture) {
	f.allow(t, f.org, "https://a.example/scan", "https://a.example")
	left, err := f.ChangeHandoffURLs(t.Context(), f.org, actor, nil, []string{"HTTPS://a.example:443/scan/"})
	require.NoError(t, err)
	require.Equal(t, []string{"https://a.example"}, addresses(left))
	moved, err := f.ChangeHandoffURLs(
		t.Context(),
		f.org,
		actor,
		[]string{"https://b.example"},
		[]string{"https://a.example"},
	)
	require.NoError(t, err)
	require.Equal(t, []string{"https://b.example"}, addresses(moved))
}

// A page from before a rule refused its form can be removed by its listed text.
func handoffURLOfOldRulesCanBeRemoved(t *testing.T, f *fixture) {
	_, err := f.raw().ExecContext(t.Context(), "INSERT INTO handoff_urls (org_id, url, origin, created) VALUES ('"+f.org+
		"', 'https://shop.example/scan/..;', 'https://shop.example', 1)")
	require.NoError(t, err)
	left, err := f.ChangeHandoffURLs(t.Context(), f.org, "cli", nil, []string{"https://shop.example/scan/..;"})
	require.NoError(t, err)
	require.Empty(t, left)
	_, err = f.ChangeHandoffURLs(t.Context(), f.org, "cli", nil, []string{"https://shop.example/scan/..;"})
	requireCode(t, models.CodeParameterInvalid, err)
}

func wrongHandoffURLChangesNothing(t *testing.T, f *fixture) {
	f.allow(t, f.org, "https://a.example", "http://localhost:3000")
	for param, wrong := range map[string]struct{ add, remove []string }{
		"add[1]":    {add: []string{"https://b.example", "http://b.example"}},
		"add[0]":    {add: []string{"https://b.example/?x=y"}, remove: []string{"https://a.example"}},
		"remove[0]": {remove: []string{"a.example"}},
	} {
		_, err := f.ChangeHandoffURLs(t.Context(), f.org, actor, wrong.add, wrong.remove)
		requireParam(t, param, err)
	}
	require.Equal(t, []string{"http://localhost:3000", "https://a.example"}, f.allow(t, f.org))

	live, err := f.Across().CreateOrganization(t.Context(), models.Organization{Name: "Live"})
	require.NoError(t, err)
	_, err = f.ChangeHandoffURLs(t.Context(), live.ID, actor, []string{"http://localhost:3000"}, nil)
	requireParam(t, "add[0]", err)
}

func racingAdditionsOfOneHandoffURLAreOne(t *testing.T, f *fixture) {
	allOf(t, race(5, func(int) ([]models.HandoffURL, error) {
		return f.ChangeHandoffURLs(t.Context(), f.org, actor, []string{"https://a.example"}, nil)
	}))
	require.Equal(t, []string{"https://a.example"}, f.allow(t, f.org))
	require.Len(t, f.audited(t, f.org, f.org), 2, "its creation, and one page")
}

func originIsKnownIfAnyOrganizationAllowedIt(t *testing.T, f *fixture) {
	known := func(origin string) bool {
		known, err := f.Across().HandoffOriginAllowed(t.Context(), origin)
		require.NoError(t, err)
		return known
	}
	require.False(t, known("https://a.example"))
	f.allow(t, f.org, "https://a.example/scan")
	f.allow(t, f.foreign, "https://a.example")
	require.True(t, known("https://a.example"))
	require.False(t, known("https://a.example/scan"), "no origin")
	require.False(t, known("http://a.example"))
	require.False(t, known(""))
}

func changesOfHandoffURLsAreAudited(t *testing.T, f *fixture) {
	f.allow(t, f.org, "https://a.example")
	f.clock.Advance(time.Second) // lists are ordered by time
	_, err := f.ChangeHandoffURLs(t.Context(), f.org, actor, []string{"https://b.example/"}, []string{"https://a.example"})
	require.NoError(t, err)
	entries, _, err := f.AuditLog(t.Context(), f.org, store.Page{Limit: 100})
	require.NoError(t, err)
	changes := map[string][]any{}
	for _, entry := range entries {
		if entry.Action != "organization.create" {
			require.Equal(t, []string{actor, f.org}, []string{entry.Actor, entry.Target})
			changes[entry.Action] = append(changes[entry.Action], entry.Detail.V["url"])
		}
	}
	require.Equal(t, map[string][]any{
		"handoff_url.add": {"https://b.example", "https://a.example"}, "handoff_url.remove": {"https://a.example"},
	}, changes)
}
