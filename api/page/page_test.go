package page_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api/page"
	"github.com/stile-id/stile/web"
)

const session = "/verify/vks_aaaaaaaaaaaaaaaaaaaaaaaa"

// ancestors answers for one session; others have no page that may embed them. "sharing" is no session, so it is not
// asked for.
func ancestors(_ context.Context, id string) ([]string, error) {
	switch id {
	case "vks_aaaaaaaaaaaaaaaaaaaaaaaa", "sharing":
		return []string{"https://shop.example", "https://pay.example:8443"}, nil
	case "vks_broken":
		return nil, errors.New("database: away")
	default:
		return nil, nil
	}
}

func serve(t *testing.T, verifyURL string) string {
	t.Helper()
	handlers, err := page.New(page.Options{
		Files: web.Files(), VerifyURL: verifyURL, Ancestors: ancestors, Log: slog.New(slog.DiscardHandler),
		NotFound: func(g *gin.Context) { g.Status(http.StatusNotFound) },
	})
	require.NoError(t, err)
	router := gin.New()
	handlers.Register(router)
	server := httptest.NewServer(router)
	t.Cleanup(server.Close)
	return server.URL
}

// answer is a response that has been read.
type answer struct {
	StatusCode int
	Header     http.Header
}

func fetch(t *testing.T, method, url string, headers ...string) (answer, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := (&http.Transport{DisableCompression: true}).RoundTrip(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return answer{StatusCode: response.StatusCode, Header: response.Header}, string(body)
}

var source = regexp.MustCompile(`(?:src|href)="(/[^"]*)"`)

func TestThePageLoadsItsAssetsFromAPathThatIsKeptForever(t *testing.T) {
	t.Parallel()
	base := serve(t, "https://id.example/verify")
	_, html := fetch(t, http.MethodGet, base+session)
	found := source.FindAllStringSubmatch(html, -1)
	require.NotEmpty(t, found)
	for _, one := range found {
		response, body := fetch(t, http.MethodGet, base+one[1])
		require.Equal(t, http.StatusOK, response.StatusCode, one[1])
		require.NotEmpty(t, body)
		require.Equal(t, "public, max-age=31536000, immutable", response.Header.Get("Cache-Control"))
		require.Equal(t, "same-origin", response.Header.Get("Cross-Origin-Resource-Policy"))
	}
}

func TestAssetsFollowThePathOfTheConfiguredAddress(t *testing.T) {
	t.Parallel()
	_, html := fetch(t, http.MethodGet, serve(t, "https://id.example/stile/verify")+session)
	for _, one := range source.FindAllStringSubmatch(html, -1) {
		require.True(t, strings.HasPrefix(one[1], "/stile/verify/assets/"), one[1])
	}
}

func TestAnAssetOfAnotherReleaseIsServedAndNotKept(t *testing.T) {
	t.Parallel()
	base := serve(t, "https://id.example/verify")
	response, body := fetch(t, http.MethodGet, base+"/verify/assets/0123456789abcdef/page.js")
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.NotEmpty(t, body)
	require.Equal(t, "no-cache", response.Header.Get("Cache-Control"))
}

func TestUnknownAssetIsNotFound(t *testing.T) {
	t.Parallel()
	base := serve(t, "https://id.example/verify")
	for _, path := range []string{"/x/none.js", "/x/", "/x/../verify.html", "/x/%2e%2e/verify.html"} {
		response, _ := fetch(t, http.MethodGet, base+"/verify/assets"+path)
		require.Equal(t, http.StatusNotFound, response.StatusCode, path)
		require.Equal(t, "no-store", response.Header.Get("Cache-Control"))
	}
}

func TestThePageForbidsForeignAndInlineCode(t *testing.T) {
	t.Parallel()
	response, html := fetch(t, http.MethodGet, serve(t, "https://id.example/verify")+session)
	policy := response.Header.Get("Content-Security-Policy")
	require.True(t, strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self'; "), policy)
	require.NotContains(t, policy, "unsafe")
	require.NotRegexp(t, `<script[^>]*>[^<]|<style|\son\w+=|\sstyle=|https?://`, html)
	require.Equal(t, "no-referrer", response.Header.Get("Referrer-Policy"))
	require.Equal(t, "no-store", response.Header.Get("Cache-Control"))
}

func TestAWorkerAloneMayRunWebAssembly(t *testing.T) {
	t.Parallel()
	base := serve(t, "https://id.example/verify") + "/verify/assets/x/"
	response, _ := fetch(t, http.MethodGet, base+"barcode.worker.js")
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Equal(t, "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
		response.Header.Get("Content-Security-Policy"))
	response, _ = fetch(t, http.MethodGet, base+"page.js")
	require.Empty(t, response.Header.Get("Content-Security-Policy"))
	response, _ = fetch(t, http.MethodHead, base+"zxing_reader.wasm")
	require.Equal(t, "application/wasm", response.Header.Get("Content-Type"))
}

func TestOnlyTheOriginsOfTheSessionMayEmbedThePage(t *testing.T) {
	t.Parallel()
	base := serve(t, "https://id.example/verify")
	for path, want := range map[string]string{
		session:                     "frame-ancestors https://shop.example https://pay.example:8443",
		"/verify/vks_other":         "frame-ancestors 'none'",
		"/verify/vks_broken":        "frame-ancestors 'none'",
		"/verify":                   "frame-ancestors 'none'",
		"/verify?token=" + "x":      "frame-ancestors 'none'",
		"/verify/sharing":           "frame-ancestors 'none'",
		"/verify/guardian":          "frame-ancestors 'none'",
		session + "?embed=evil.com": "frame-ancestors https://shop.example https://pay.example:8443",
	} {
		response, _ := fetch(t, http.MethodGet, base+path)
		require.Equal(t, http.StatusOK, response.StatusCode, path)
		policy := response.Header.Get("Content-Security-Policy")
		require.True(t, strings.HasSuffix(policy, want), "%s: %s", path, policy)
		require.Equal(t, strings.HasSuffix(want, "'none'"), response.Header.Get("X-Frame-Options") == "DENY", path)
	}
}

func TestTheLauncherIsForPagesOfEveryOrigin(t *testing.T) {
	t.Parallel()
	response, script := fetch(t, http.MethodGet, serve(t, "https://id.example/verify")+"/v1/stile.js")
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Contains(t, script, "stile-widget")
	require.Equal(t, "*", response.Header.Get("Access-Control-Allow-Origin"))
	require.Equal(t, "cross-origin", response.Header.Get("Cross-Origin-Resource-Policy"))
	require.Equal(t, "text/javascript; charset=utf-8", response.Header.Get("Content-Type"))
}

func TestFilesAreCompressedForClientsThatTakeIt(t *testing.T) {
	t.Parallel()
	at := serve(t, "https://id.example/verify") + "/v1/stile.js"
	_, plain := fetch(t, http.MethodGet, at)
	for header, zipped := range map[string]bool{
		"gzip": true, "br, GZIP;q=0.5": true, "gzip;q=0": false, "gzip; q=0": false, "br": false, "": false,
	} {
		response, body := fetch(t, http.MethodGet, at, "Accept-Encoding", header)
		require.Equal(t, "Accept-Encoding", response.Header.Get("Vary"))
		require.Equal(t, zipped, response.Header.Get("Content-Encoding") == "gzip", header)
		if zipped {
			reader, err := gzip.NewReader(strings.NewReader(body))
			require.NoError(t, err)
			unzipped, err := io.ReadAll(reader)
			require.NoError(t, err)
			body = string(unzipped)
		}
		require.Equal(t, plain, body)
	}
}

func TestAKnownFileIsNotSentAgain(t *testing.T) {
	t.Parallel()
	at := serve(t, "https://id.example/verify") + "/v1/stile.js"
	first, _ := fetch(t, http.MethodGet, at)
	tag := first.Header.Get("ETag")
	for _, known := range []string{`"other", ` + tag, "W/" + tag} { // a proxy that compresses makes the tag weak
		second, body := fetch(t, http.MethodGet, at, "If-None-Match", known)
		require.Equal(t, http.StatusNotModified, second.StatusCode, known)
		require.Empty(t, body)
	}
}

func TestHEADIsAnsweredWithoutTheFile(t *testing.T) {
	t.Parallel()
	base := serve(t, "https://id.example/verify")
	for _, path := range []string{session, "/v1/stile.js"} {
		response, body := fetch(t, http.MethodHead, base+path)
		require.Equal(t, http.StatusOK, response.StatusCode)
		require.Empty(t, body)
	}
}

func TestTheBuildIsWithinItsSizes(t *testing.T) {
	t.Parallel()
	base := serve(t, "https://id.example/verify")
	sizeOf := func(path string) int {
		response, body := fetch(t, http.MethodGet, base+path, "Accept-Encoding", "gzip")
		require.Equal(t, http.StatusOK, response.StatusCode, path)
		return len(body)
	}
	launcher := sizeOf("/v1/stile.js")
	page := sizeOf(session)
	for _, file := range []string{"page.js", "page.css", "chunks/en.js"} {
		page += sizeOf("/verify/assets/x/" + file)
	}
	_, script := fetch(t, http.MethodGet, base+"/verify/assets/x/page.js")
	require.NotContains(t, script, ".wasm", "the reader of barcodes is loaded by its worker alone")
	t.Logf("gzipped: the launcher has %d bytes, the page with its English catalogue %d", launcher, page)
	require.LessOrEqual(t, launcher, 7168)
	require.LessOrEqual(t, page, 60<<10)
}

func TestMissingFilesStopTheStart(t *testing.T) {
	t.Parallel()
	page1 := &fstest.MapFile{Data: []byte("<html>")}
	script := &fstest.MapFile{Data: []byte("x")}
	for name, files := range map[string]fstest.MapFS{
		"assets":      {"verify.html": page1, "stile.js": script},
		"verify.html": {"assets/page.js": script, "stile.js": script},
		"stile.js":    {"assets/page.js": script, "verify.html": page1},
		"page.exe":    {"assets/page.exe": script, "verify.html": page1, "stile.js": script},
	} {
		_, err := page.New(page.Options{Files: files, VerifyURL: "https://id.example/verify"})
		require.ErrorContains(t, err, name)
	}
}
