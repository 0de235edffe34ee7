package models_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
)

func page(t *testing.T, text string) models.HandoffURL {
	t.Helper()
	u, err := models.ParseHandoffURL("url", text)
	require.NoError(t, err, text)
	return u
}

func TestHandoffURLIsReadAsBrowsersDo(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]models.HandoffURL{
		"https://capture.example":           {Origin: "https://capture.example"},
		"https://capture.example/":          {Origin: "https://capture.example", Path: "/"},
		"HTTPS://Capture.Example:443/Scan":  {Origin: "https://capture.example", Path: "/Scan"},
		"https://capture.example:8443/a/b/": {Origin: "https://capture.example:8443", Path: "/a/b/"},
		"https://capture.example:08443":     {Origin: "https://capture.example:8443"},
		"https://capture.example:":          {Origin: "https://capture.example"},
		"http://127.0.0.1:80/x":             {Origin: "http://127.0.0.1", Path: "/x"},
		"http://[0:0::1]:3000":              {Origin: "http://[::1]:3000"},
		"https://xn--bcher-kva.example/a.b": {Origin: "https://xn--bcher-kva.example", Path: "/a.b"},
	} {
		require.Equal(t, want, page(t, text), text)
	}
}

func TestHandoffURLThatLeadsElsewhereIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "capture.example", "//capture.example", "/scan", "https:", "https://", "https:///scan", "https:capture.example",
		"ftp://capture.example", "javascript:alert(1)", "data:text/html,x", " https://capture.example",
		"https://user@capture.example", "https://user:pass@capture.example", "https://@capture.example",
		"https://capture.example?", "https://capture.example/?a=b", "https://capture.example/#", "https://capture.example/#x",
		"https://capture.example\\@evil.example", "https://capture.example/\\evil", "https://capture.example/a b",
		"https://capture.example/..", "https://capture.example/a/../b", "https://capture.example/./a", "https://capture.example/a/..",
		"https://capture.example/%2e%2e/b", "https://capture.example/a%2fb", "https://capture.example/a%5c..", "https://capture.example//a",
		"https://capture.example/é", "https://bücher.example", "https://capture.example:0", "https://capture.example:65536",
		"https://capture.example:http", "https://-capture.example", "https://capture.example.", "https://_.example",
		"https://%63apture.example", "https://[fe80::1%25eth0]", "https://capture.example/\x00", "https://*.example",
		"https://capture.example/" + strings.Repeat("a", 512),
	} {
		_, err := models.ParseHandoffURL("preferences.handoff.url_base", text)
		var invalid *models.Error
		require.ErrorAs(t, err, &invalid, "%q", text)
		require.Equal(t, models.CodeParameterInvalid, invalid.Code, "%q", text)
		require.Equal(t, "preferences.handoff.url_base", invalid.Param, "%q", text)
	}
}

func TestAllowedHandoffURLCoversWhatLiesUnderIt(t *testing.T) {
	t.Parallel()
	for allowed, pages := range map[string]map[string]bool{
		"https://shop.example": {
			"https://shop.example": true, "https://shop.example/": true, "https://shop.example/scan": true,
			"https://SHOP.example:443/scan": true, "https://shop.example:444": false, "http://shop.example": false,
			"https://www.shop.example": false, "https://shop.example.evil.example": false, "https://xshop.example": false,
		},
		"https://shop.example/scan/": {
			"https://shop.example/scan": true, "https://shop.example/scan/": true, "https://shop.example/scan/id": true,
			"https://shop.example": false, "https://shop.example/scanner": false, "https://shop.example/Scan": false,
			"https://shop.example/a/scan": false,
		},
	} {
		for text, want := range pages {
			require.Equal(t, want, page(t, allowed).Covers(page(t, text)), "%s in %s", text, allowed)
			require.Equal(t, want, page(t, allowed).Tidy().Covers(page(t, text)), "%s in %s", text, allowed)
		}
	}
}

func TestOnlyASandboxHandsOffWithoutTLS(t *testing.T) {
	t.Parallel()
	for text, inSandbox := range map[string]bool{
		"http://localhost:3000": true, "http://127.0.0.1": true, "http://127.8.8.8/x": true, "http://[::1]:80": true,
		"http://shop.example": false, "http://localhost.evil.example": false, "http://192.168.1.2": false, "http://0.0.0.0": false,
	} {
		require.Equal(t, inSandbox, page(t, text).SafeFor(models.Organization{Sandbox: true}, "url") == nil, text)
		require.Error(t, page(t, text).SafeFor(models.Organization{}, "url"), text)
	}
	require.NoError(t, page(t, "https://shop.example").SafeFor(models.Organization{}, "url"))
}
