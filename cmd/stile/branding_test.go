package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/storetest"
	"github.com/stile-id/stile/models"
)

const picture = "\x89PNG\r\n\x1A\npicture"

func TestOperatorSetsTheBranding(t *testing.T) {
	t.Setenv("DATABASE_URL", storetest.SQLite(t))
	install(t)
	out, err := stile(t, "org", "create", "--name", "Shop")
	require.NoError(t, err)
	org := regexp.MustCompile(`org_[a-z2-7]{24}`).FindString(out)
	file := filepath.Join(t.TempDir(), "logo.png")
	require.NoError(t, os.WriteFile(file, []byte(picture), 0o600))
	branding := func(args ...string) (string, error) {
		return stile(t, append([]string{"org", "branding", "--org", org}, args...)...)
	}
	out, err = branding("--name", "Vinothek", "--color", "#1A7F5A", "--logo-file", file)
	require.NoError(t, err)
	require.Regexp(t, "^name   Vinothek\ncolor  #1a7f5a, with white text at a contrast of 5.0:1\n"+
		"logo   [0-9a-f]{64}\n$", out)
	for want, args := range map[string][]string{
		"color must be a colour such as":                {"--color", "teal"},
		"name must be a name":                           {"--name", ""},
		"--clear must be one of name, color, logo":      {"--clear", "font"},
		"--clear logo removes what another flag sets":   {"--clear", "logo", "--logo-file", file},
		"--clear name removes":                          {"--clear", "name", "--name", "X"},
		"--logo-url must be an https URL":               {"--logo-url", "http://shop.example/logo.png"},
		"address: the endpoint's address is not one":    {"--logo-url", "https://127.0.0.1:9443/logo.png"},
		"none of the others can be":                     {"--logo-url", "https://shop.example/l.png", "--logo-file", file},
		"--logo-file: open":                             {"--logo-file", file + ".none"},
		"--logo-file must be a PNG, JPEG or WebP image": {"--logo-file", "branding_test.go"},
	} {
		_, err := branding(args...)
		require.ErrorContains(t, err, want)
	}
	out, err = branding("--clear", "color", "--clear", "logo", "--clear", "name")
	require.NoError(t, err)
	require.Equal(t, "name   Shop\n", out)
}

func TestLogoIsFetchedOnceAndWithinItsSize(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/logo":
			_, _ = w.Write([]byte(picture))
		case "/moved":
			http.Redirect(w, r, "/logo", http.StatusFound)
		case "/large":
			_, _ = w.Write([]byte(picture + strings.Repeat("x", models.LongestLogo)))
		case "/page":
			_, _ = w.Write([]byte("<html>"))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	fetch := func(path string) (*models.Logo, error) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, http.NoBody)
		require.NoError(t, err)
		return logoOf(client, request)
	}
	logo, err := fetch("/logo")
	require.NoError(t, err)
	require.Equal(t, "image/png", logo.MediaType)
	for path, want := range map[string]string{
		"/moved": "answered 302; redirects are not followed", "/none": "answered 404",
		"/large": "must not be larger than 256 KiB", "/page": "must be a PNG, JPEG or WebP image",
	} {
		_, err := fetch(path)
		require.ErrorContains(t, models.Explain(err), want)
	}
	server.Close()
	_, err = fetch("/logo")
	require.ErrorContains(t, err, "--logo-url: connection: refused")
}
