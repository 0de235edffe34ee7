package models_test

import (
	"net/url"
	"path"
	"regexp"
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
		"https://capture.example/..", "https://capture.example/a/../b", "https://capture.example/./a",
		"https://capture.example/a/..",
		"https://capture.example/%2e%2e/b", "https://capture.example/a%2fb", "https://capture.example/a%5c..",
		"https://capture.example//a",
		"https://capture.example/é", "https://bücher.example", "https://capture.example:0", "https://capture.example:65536",
		"https://capture.example:http", "https://-capture.example", "https://capture.example.", "https://_.example",
		"https://%63apture.example", "https://[fe80::1%25eth0]", "https://capture.example/\x00", "https://*.example",
		"https://capture.example/" + strings.Repeat("a", 512),
		"https://capture.example/scan/..;/", "https://capture.example/scan/..;/admin", "https://capture.example/scan/.;/x",
		"https://capture.example/scan/..;x=y/", "https://capture.example/scan/;/x", "https://capture.example/;x",
		"https://capture.example/...",
		"https://capture.example/scan/.../x", "https://capture.example/scan./x", "https://capture.example/scan.;x/y",
		"https://capture.example/scan/..\\x",
		"https://capture.example/scan\\..\\x", "https:\\\\capture.example/scan", "https:/\\capture.example/scan",
		"https://capture.example\\/scan",
		"https://capture.example/scan%2F..%2Fx", "https://capture.example/scan/%2E%2E/x",
		"https://capture.example/scan/%252e%252e/x",
		"https://capture.example/scan/.%2e/x", "https://capture.example/scan/%c0%ae%c0%ae/x",
		"https://capture.example/scan%00", "https://capture.example/scan%",
		"https://capture.example/scan//x", "https://capture.example//scan", "https://capture.example/scan/ ",
		"https://capture.example/scan ", "https://capture.example ",
		"https://capture.exam\tple/scan", "https://capture.example/sc\nan", "https://capture.example/scan\r\n",
		"\thttps://capture.example", "https://capture.example/\u2025/x",
		"https://capture.example/\uff0e\uff0e/x", "https://capture.example/scan\uff0fx",
		"https://capture.example\uff0fscan", "https://capture\u3002example",
		"https://ｃapture.example", "https://capture.exampl\u212A", "https://capture..example",
		"https://capture.example..", "https://.capture.example",
		"https://capture.-example", "https://capture-.example", "https://127.1", "https://0x7f.1",
		"https://2130706433", "https://0x7f000001", "https://127.0.0.01", "https://127.0.0.0x1",
		"https://capture.example:-1", "https://capture.example:+443", "https://capture.example:44 3",
		"https://capture.example:443:443", "https://[::1", "https://[::1]x",
		"https://[::ffff:127.0.0.1%25]", "https://capture.example@evil.example",
		"https://capture.example:443@evil.example/scan", "https://capture.example/scan?",
		"https://capture.example/scan#/../x", "https://capture.invalid/scan", "https://capture.INVALID",
	} {
		_, err := models.ParseHandoffURL("preferences.handoff.url_base", text)
		var invalid *models.Error
		require.ErrorAs(t, err, &invalid, "%q", text)
		require.Equal(t, models.CodeParameterInvalid, invalid.Code, "%q", text)
		require.Equal(t, "preferences.handoff.url_base", invalid.Param, "%q", text)
	}
}

func TestAllowedHandoffURLCoversPagesUnderIt(t *testing.T) {
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
			"https://shop.example/scan;x": false, "https://shop.example/scan;x/id": false, "https://shop.example/scan/id;x": true, "https://shop.example/scan-x": false,
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

// FuzzHandoffURLCovers checks that a covered page stays under the allowed page, however a server or a browser cleans
// its path.
func FuzzHandoffURLCovers(f *testing.F) {
	for _, seed := range []string{
		"https://shop.example/scan/..;/", "https://shop.example/scan/a;b/c", "https://shop.example/scan/%2e%2e/x",
		"https://shop.example/scan\\..\\x",
		"https://shop.example/scan/./x", "https://SHOP.example:0443/scan/", "https://shop.example/scan/.../x",
		"https://shop.example/scan/a../x",
	} {
		f.Add(seed)
	}
	allowed, err := models.ParseHandoffURL("url", "https://shop.example/scan")
	require.NoError(f, err)
	parameters := regexp.MustCompile(`;[^/]*`)
	f.Fuzz(func(t *testing.T, text string) {
		page, err := models.ParseHandoffURL("url", text)
		if err != nil || !allowed.Covers(page) {
			return
		}
		parsed, err := url.Parse(page.String())
		if err != nil || parsed.Host != "shop.example" || parsed.User != nil || parsed.RawQuery != "" ||
			parsed.Fragment != "" {
			t.Fatalf("%q was read as %q, %v", text, page, err)
		}
		for _, read := range []string{
			parsed.Path, strings.ReplaceAll(parsed.Path, "\\", "/"), parameters.ReplaceAllString(parsed.Path, ""),
			strings.ReplaceAll(parsed.Path, "./", "/"),
		} {
			if cleaned := path.Clean(read); cleaned != "/scan" && !strings.HasPrefix(cleaned, "/scan/") {
				t.Fatalf("%q lies under /scan, and a server may read it as %q", text, cleaned)
			}
		}
	})
}
