package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var brandingScenarios = []scenario{
	brandingIsSetAndCleared,
	wrongBrandingChangesNothing,
	changesOfBrandingAreAudited,
}

func logoOf(t *testing.T, picture string) *models.Logo {
	t.Helper()
	logo, err := models.ParseLogo("logo", []byte("\x89PNG\r\n\x1A\n\x00\xFF"+picture))
	require.NoError(t, err)
	return &logo
}

func (f *fixture) brand(t *testing.T, org string, c store.BrandingChange) models.Organization {
	t.Helper()
	changed, err := f.ChangeBranding(t.Context(), org, actor, c)
	require.NoError(t, err)
	read, err := f.Across().Organization(t.Context(), org)
	require.NoError(t, err)
	require.Equal(t, changed, read, "also where it was cached")
	return changed
}

func brandingIsSetAndCleared(t *testing.T, f *fixture) {
	before := f.brand(t, f.org, store.BrandingChange{})
	require.Equal(t, models.Branding{}, before.Branding)
	require.Equal(t, before.Name, before.DisplayName())
	_, err := f.Logo(t.Context(), f.org)
	requireCode(t, models.CodeResourceMissing, err)

	first, second := logoOf(t, "one"), logoOf(t, "two")
	after := f.brand(t, f.org, store.BrandingChange{Name: ptr("Vinothek"), Color: ptr("#1A7F5A"), Logo: first})
	require.Equal(t, "Vinothek", after.DisplayName())
	require.Equal(t, before.Name, after.Name)
	require.Equal(t, models.Branding{
		BrandName: ptr("Vinothek"), BrandColor: ptr("#1a7f5a"), LogoDigest: &first.Digest,
	}, after.Branding)
	f.brand(t, f.org, store.BrandingChange{Logo: second})
	read, err := f.Logo(t.Context(), f.org)
	require.NoError(t, err)
	require.Equal(t, *second, read)
	_, err = f.Logo(t.Context(), f.foreign)
	requireCode(t, models.CodeResourceMissing, err)

	left := f.brand(t, f.org, store.BrandingChange{ClearLogo: true, ClearColor: true})
	require.Equal(t, models.Branding{BrandName: ptr("Vinothek")}, left.Branding)
	_, err = f.Logo(t.Context(), f.org)
	requireCode(t, models.CodeResourceMissing, err)
	require.Equal(t, before, f.brand(t, f.org, store.BrandingChange{ClearName: true}))
}

func wrongBrandingChangesNothing(t *testing.T, f *fixture) {
	for param, wrong := range map[string]store.BrandingChange{
		"name":  {Name: ptr(" "), Color: ptr("#1a7f5a"), Logo: logoOf(t, "one")},
		"color": {Name: ptr("Vinothek"), Color: ptr("teal")},
	} {
		_, err := f.ChangeBranding(t.Context(), f.org, actor, wrong)
		requireParam(t, param, err)
	}
	_, err := f.ChangeBranding(t.Context(), "org_unknown", actor, store.BrandingChange{Logo: logoOf(t, "one")})
	requireCode(t, models.CodeResourceMissing, err)
	_, err = f.Logo(t.Context(), "org_unknown")
	requireCode(t, models.CodeResourceMissing, err)
	require.Equal(t, models.Branding{}, f.brand(t, f.org, store.BrandingChange{}).Branding)
}

func changesOfBrandingAreAudited(t *testing.T, f *fixture) {
	f.brand(t, f.org, store.BrandingChange{Name: ptr("Vinothek"), ClearLogo: true})
	f.brand(t, f.org, store.BrandingChange{})
	entries, _, err := f.AuditLog(t.Context(), f.org, store.Page{Limit: 100})
	require.NoError(t, err)
	var changes []map[string]any
	for _, entry := range entries {
		if entry.Action == "organization.branding" {
			require.Equal(t, []string{actor, f.org}, []string{entry.Actor, entry.Target})
			changes = append(changes, entry.Detail.V)
		}
	}
	require.Equal(t, []map[string]any{{"brand_name": "Vinothek", "logo_digest": nil}}, changes)
}
