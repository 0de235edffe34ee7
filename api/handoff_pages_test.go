package api_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/methods/shipped"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// allow lets the handoffs of an organization lead to pages.
func (e *env) allow(of tenant, pages ...string) {
	e.t.Helper()
	_, err := e.store.ChangeHandoffURLs(e.t.Context(), of.org.ID, store.ActorCLI, pages, nil)
	require.NoError(e.t, err)
}

func TestHandoffsLeadToAllowedPages(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.allow(e.live, "https://shop.example/scan")
	e.allow(e.sandbox, "http://localhost:3000")
	e.allow(e.stranger, "https://stranger.example")
	for _, c := range []struct {
		of    tenant
		page  string
		leads bool
	}{
		{e.live, "https://shop.example/scan", true},
		{e.live, "https://shop.example/scan/id/", true},
		{e.live, "https://shop.example/scanner", false},
		{e.live, "https://shop.example/scan/../admin", false},
		{e.live, "https://shop.example", false},
		{e.live, "https://stranger.example", false},
		{e.live, "http://localhost:3000", false},
		{e.live, "https://verify.example/s", true}, // the page of the installation
		{e.live, "https://verify.example/s/de", true},
		{e.live, "https://verify.example", false},
		{e.sandbox, "http://localhost:3000/scan", true},
		{e.sandbox, "http://localhost:3001", false},
		{e.sandbox, "https://shop.example/scan", false},
	} {
		page, err := e.api.Sessions().AllowedPage(t.Context(), c.of.org, "url_base", c.page)
		if c.leads {
			require.NoError(t, err, c.page)
			require.Equal(t, c.page, page.String())
			continue
		}
		var invalid *models.Error
		require.ErrorAs(t, err, &invalid, c.page)
		require.Equal(t, "url_base", invalid.Param)
	}
}

func TestOriginsOfHandoffs(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.allow(
		e.live,
		"https://shop.example/scan",
		"https://shop.example/id",
		"https://id.shop.example",
		"https://verify.example/other",
	)
	e.allow(e.stranger, "https://stranger.example")
	origins := []string{
		"https://verify.example", "https://id.shop.example", "https://shop.example", "https://stranger.example",
		"https://evil.example", "null", "*",
	}
	for org, want := range map[string][]string{
		e.live.org.ID:     {"https://verify.example", "https://id.shop.example", "https://shop.example"},
		e.stranger.org.ID: {"https://verify.example", "https://stranger.example"},
		e.sandbox.org.ID:  {"https://verify.example"},
	} {
		for _, origin := range origins {
			err := e.api.Sessions().AdmitOrigin(t.Context(), org, origin)
			if slices.Contains(want, origin) {
				require.NoError(t, err, origin)
				continue
			}
			require.Equal(t, models.CodeOriginNotAllowed, models.CodeOf(err), origin)
		}
		require.NoError(t, e.api.Sessions().AdmitOrigin(t.Context(), org, ""), "no browser")
	}
	for origin, want := range map[string]bool{
		"https://verify.example": true, "https://stranger.example": true, "https://shop.example": true,
		"https://evil.example": false, "null": false, "": false, "*": false,
	} {
		known, err := e.api.Sessions().KnowsOrigin(t.Context(), origin)
		require.NoError(t, err)
		require.Equal(t, want, known, origin)
	}
}

func TestPageOfTheInstallationMustBeOne(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	_, err := api.New(api.Options{
		Store:        e.store,
		Orchestrator: e.temporal,
		Methods:      registry(shipped.Options{}),
		Config:       api.Config{VerifyURL: "https://verify.example/a/../b"},
	})
	require.ErrorContains(t, err, "STILE_VERIFY_URL must have a plain path")
}
