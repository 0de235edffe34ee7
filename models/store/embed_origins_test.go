package store_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var embedOriginScenarios = []scenario{
	embedOriginsAreTheOrganizationsOwn,
	wrongEmbedOriginChangesNothing,
	embedOriginsAreBounded,
	racingEmbedOriginsKeepTheBound,
	changesOfEmbedOriginsAreAudited,
}

// embed adds embed origins and returns the organization's list.
func (f *fixture) embed(t *testing.T, org string, add ...string) []string {
	t.Helper()
	listed, err := f.ChangeEmbedOrigins(t.Context(), org, actor, add, nil)
	require.NoError(t, err)
	read, err := f.EmbedOrigins(t.Context(), org)
	require.NoError(t, err)
	require.Equal(t, read, listed)
	return addresses(read)
}

func embedOriginsAreTheOrganizationsOwn(t *testing.T, f *fixture) {
	want := []string{"https://a.example:8443", "https://b.example"}
	require.Equal(t, want, f.embed(t, f.org, "https://b.example/", "https://A.example:8443", "https://b.example:443"))
	require.Empty(t, f.embed(t, f.foreign))
	_, err := f.ChangeEmbedOrigins(t.Context(), f.foreign, actor, nil, []string{"https://b.example"})
	requireCode(t, models.CodeResourceMissing, err)
	_, err = f.ChangeEmbedOrigins(t.Context(), "org_unknown", actor, []string{"https://b.example"}, nil)
	requireCode(t, models.CodeResourceMissing, err)
	require.Equal(t, want, f.embed(t, f.org))
	require.Empty(t, f.allow(t, f.org), "they are no pages of handoffs")
}

func wrongEmbedOriginChangesNothing(t *testing.T, f *fixture) {
	f.embed(t, f.org, "http://localhost:3000")
	for param, wrong := range map[string]struct{ add, remove []string }{
		"add[1]":    {add: []string{"https://b.example", "https://b.example/checkout"}},
		"add[0]":    {add: []string{"http://b.example"}, remove: []string{"http://localhost:3000"}},
		"remove[0]": {remove: []string{"*"}},
	} {
		_, err := f.ChangeEmbedOrigins(t.Context(), f.org, actor, wrong.add, wrong.remove)
		requireParam(t, param, err)
	}
	require.Equal(t, []string{"http://localhost:3000"}, f.embed(t, f.org))
	live, err := f.Across().CreateOrganization(t.Context(), models.Organization{Name: "Live"})
	require.NoError(t, err)
	_, err = f.ChangeEmbedOrigins(t.Context(), live.ID, actor, []string{"http://localhost:3000"}, nil)
	requireParam(t, "add[0]", err)
}

func embedOriginsAreBounded(t *testing.T, f *fixture) {
	many := make([]string, 51)
	for i := range many {
		many[i] = fmt.Sprintf("https://shop%d.example", i)
	}
	require.Len(t, f.embed(t, f.org, many[:50]...), 50)
	_, err := f.ChangeEmbedOrigins(t.Context(), f.org, actor, many[50:], nil)
	requireParam(t, "add", err)
	moved, err := f.ChangeEmbedOrigins(t.Context(), f.org, actor, many[50:], many[:1])
	require.NoError(t, err)
	require.Len(t, moved, 50)
}

func racingEmbedOriginsKeepTheBound(t *testing.T, f *fixture) {
	for i := range 48 {
		f.embed(t, f.org, fmt.Sprintf("https://shop%d.example", i))
	}
	won := winners(t, race(8, func(i int) ([]models.HandoffURL, error) {
		return f.ChangeEmbedOrigins(t.Context(), f.org, actor, []string{fmt.Sprintf("https://racer%d.example", i)}, nil)
	}), models.CodeParameterInvalid)
	require.Len(t, won, 2)
	require.Len(t, f.embed(t, f.org), 50)
}

func changesOfEmbedOriginsAreAudited(t *testing.T, f *fixture) {
	f.embed(t, f.org, "https://a.example", "https://a.example")
	_, err := f.ChangeEmbedOrigins(t.Context(), f.org, actor, nil, []string{"https://a.example"})
	require.NoError(t, err)
	entries, _, err := f.AuditLog(t.Context(), f.org, store.Page{Limit: 100})
	require.NoError(t, err)
	changes := map[string]any{}
	for _, entry := range entries {
		require.Equal(t, f.org, entry.Target)
		changes[entry.Action] = entry.Detail.V["origin"]
	}
	require.Equal(t, map[string]any{
		"organization.create": nil, "embed_origin.add": "https://a.example", "embed_origin.remove": "https://a.example",
	}, changes)
	require.Len(t, entries, 3)
}
