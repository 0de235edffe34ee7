package api_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

func (e *env) brand(of tenant, c store.BrandingChange) {
	e.t.Helper()
	_, err := e.store.ChangeBranding(e.t.Context(), of.org.ID, store.ActorCLI, c)
	require.NoError(e.t, err)
}

func TestViewShowsTheBranding(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	require.Equal(t, obj{"name": "Shop & Co", "logo_url": nil, "color": nil}, e.view(s)["merchant"])
	name, color := "Vinothek", "#1A7F5A"
	logo, err := models.ParseLogo("logo", []byte("\x89PNG\r\n\x1A\npicture"))
	require.NoError(t, err)
	e.brand(e.sandbox, store.BrandingChange{Name: &name, Color: &color, Logo: &logo})
	merchant := e.view(s)["merchant"].(obj)
	address := merchant["logo_url"].(string)
	require.Equal(t, obj{"name": "Vinothek", "logo_url": address, "color": "#1a7f5a"}, merchant)
	path, ours := strings.CutPrefix(address, "https://verify.example/")
	require.True(t, ours, "the page loads images of its own origin alone: %s", address)

	shown := e.isOK(e.do("GET", "/"+path, "", nil), 200)
	require.Equal(t, logo.Content, shown.body)
	for header, want := range map[string]string{
		"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=86400",
		"Content-Security-Policy": "default-src 'none'; sandbox", "Cross-Origin-Resource-Policy": "cross-origin",
	} {
		require.Equal(t, want, shown.header.Get(header), header)
	}
	tag := shown.header.Get("ETag")
	known := e.isOK(e.do("GET", "/"+path, "", nil, "If-None-Match", tag), 304)
	require.Empty(t, known.body)
	require.Equal(t, tag, known.header.Get("ETag"))

	other, err := models.ParseLogo("logo", []byte("\xFF\xD8\xFF\xE0picture"))
	require.NoError(t, err)
	e.brand(e.sandbox, store.BrandingChange{Logo: &other})
	require.NotEqual(t, address, in(e.view(s), "merchant", "logo_url"), "a cached logo is not shown any more")
	changed := e.isOK(e.do("GET", "/"+path, "", nil, "If-None-Match", tag), 200)
	require.Equal(t, "image/jpeg", changed.header.Get("Content-Type"))
	for _, unknown := range []string{e.live.org.ID, "org_x", "%00", "%FF"} {
		ans := e.do("GET", "/v1/verify/logos/"+unknown, "", nil)
		e.isError(ans, 404, "resource_missing", "id")
		require.Equal(t, "no-store", ans.header.Get("Cache-Control"))
	}
}

func TestTextsForUsersNameTheBrand(t *testing.T) {
	t.Parallel()
	e := newEnv(t, asShipped)
	name := "Vinothek"
	e.brand(e.sandbox, store.BrandingChange{Name: &name})
	workflow := e.workflow(e.sandbox, order("alcohol_delivery", nil, "document_capture", "facial_age"))
	s := e.create(e.sandbox, workflow, obj{"jurisdiction": "US-IL"})
	require.Contains(t, in(e.view(s), "biometric_consent", "text"), "Vinothek asks")
	link := e.isOK(e.do("POST", s.path("/handoff"), s.secret, nil), 200).object
	require.Contains(t, link["qr_svg"], "Vinothek")
}
