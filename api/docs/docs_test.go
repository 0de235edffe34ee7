package docs_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
	"testing/fstest"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api/docs"
	"github.com/stile-id/stile/internal/manual"
)

// site is the least that can be rendered.
var site = manual.Source{
	OpenAPI: []byte("{paths: {}}"),
	Files: fstest.MapFS{
		"docs/README.md":   {Data: []byte("# Documentation\n\n## Guides\n\n- [Webhooks](webhooks.md): events\n")},
		"docs/webhooks.md": {Data: []byte("# Webhooks\n\nSee [the overview](README.md).\n")},
	},
}

func serve(t *testing.T, source manual.Source, log io.Writer) http.Handler {
	t.Helper()
	router := gin.New()
	docs.New(docs.Options{
		Source: source, NotFound: func(g *gin.Context) { g.String(http.StatusNotFound, "none") },
		Log: slog.New(slog.NewTextHandler(log, nil)),
	}).Register(router)
	return router
}

func ask(t *testing.T, handler http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	return answer
}

func TestPagesAreServedWithAStrictPolicy(t *testing.T) {
	t.Parallel()
	handler := serve(t, site, io.Discard)
	for _, path := range []string{"/docs", "/docs/", "/docs/webhooks", "/docs/webhooks/"} {
		answer := ask(t, handler, http.MethodGet, path)
		require.Equal(t, http.StatusOK, answer.Code, path)
		h := answer.Header()
		require.Equal(t, "text/html; charset=utf-8", h.Get("Content-Type"))
		require.Equal(t, "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "+
			"base-uri 'none'; form-action 'none'; frame-ancestors 'none'", h.Get("Content-Security-Policy"))
		require.Equal(t, "DENY", h.Get("X-Frame-Options"))
		require.Equal(t, "no-referrer", h.Get("Referrer-Policy"))
		require.Equal(t, "no-cache", h.Get("Cache-Control"))
	}
}

func TestDrawingMayUseTheStylesInItAndNothingElse(t *testing.T) {
	t.Parallel()
	text := "a --> b\n"
	digest := sha256.Sum256([]byte(text))
	drawing := fmt.Sprintf("docs/diagrams/%x.svg", digest[:8])
	handler := serve(t, manual.Source{OpenAPI: []byte("{paths: {}}"), Files: fstest.MapFS{
		"docs/README.md": {Data: []byte("```mermaid\n" + text + "```\n")}, drawing: {Data: []byte("<svg/>")},
	}}, io.Discard)
	answer := ask(t, handler, http.MethodGet, "/"+drawing)
	require.Equal(t, "image/svg+xml", answer.Header().Get("Content-Type"))
	require.Equal(t, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
		answer.Header().Get("Content-Security-Policy"))
}

func TestEveryPageHasASourceBesideIt(t *testing.T) {
	t.Parallel()
	handler := serve(t, site, io.Discard)
	answer := ask(t, handler, http.MethodGet, "/docs/webhooks.md")
	require.Equal(t, "text/markdown; charset=utf-8", answer.Header().Get("Content-Type"))
	require.Equal(t, "# Webhooks\n\nSee [the overview](/docs.md).\n", answer.Body.String())
	require.Equal(t, http.StatusOK, ask(t, handler, http.MethodGet, "/docs.md").Code)
	for _, path := range []string{"/llms.txt", "/llms-full.txt"} {
		answer := ask(t, handler, http.MethodGet, path)
		require.Equal(t, "text/plain; charset=utf-8", answer.Header().Get("Content-Type"))
		require.Contains(t, answer.Body.String(), "/docs/webhooks")
	}
}

func TestAnUnchangedPageIsNotSentAgain(t *testing.T) {
	t.Parallel()
	handler := serve(t, site, io.Discard)
	tag := ask(t, handler, http.MethodHead, "/docs/webhooks").Header().Get("ETag")
	require.NotEmpty(t, tag)
	answer := ask(t, handler, http.MethodGet, "/docs/webhooks", "If-None-Match", tag)
	require.Equal(t, http.StatusNotModified, answer.Code)
	require.Empty(t, answer.Body.Bytes())
}

func TestPagesAreCompressedWhereTheClientTakesThat(t *testing.T) {
	t.Parallel()
	handler := serve(t, site, io.Discard)
	plain := ask(t, handler, http.MethodGet, "/docs/webhooks")
	require.Empty(t, plain.Header().Get("Content-Encoding"))
	zipped := ask(t, handler, http.MethodGet, "/docs/webhooks", "Accept-Encoding", "gzip")
	require.Equal(t, "gzip", zipped.Header().Get("Content-Encoding"))
	reader, err := gzip.NewReader(zipped.Body)
	require.NoError(t, err)
	text, err := io.ReadAll(reader)
	require.NoError(t, err)
	require.Equal(t, plain.Body.String(), string(text))
}

var script = regexp.MustCompile(`src="(/docs/assets/[^/]+/)(docs\.js)"`)

// A replica of another release names its own version of the script.
func TestScriptsOfAnotherReleaseAreThoseOfThisOne(t *testing.T) {
	t.Parallel()
	handler := serve(t, site, io.Discard)
	found := script.FindStringSubmatch(ask(t, handler, http.MethodGet, "/docs").Body.String())
	require.NotNil(t, found)
	own := ask(t, handler, http.MethodGet, found[1]+found[2])
	require.Equal(t, "public, max-age=31536000, immutable", own.Header().Get("Cache-Control"))
	other := ask(t, handler, http.MethodGet, "/docs/assets/0123456789abcdef/docs.js")
	require.Equal(t, http.StatusOK, other.Code)
	require.Equal(t, "no-cache", other.Header().Get("Cache-Control"))
	require.Equal(t, own.Body.String(), other.Body.String())
}

func TestAnUnknownPathIsNotFound(t *testing.T) {
	t.Parallel()
	handler := serve(t, site, io.Discard)
	for _, path := range []string{
		"/docs/absent", "/docs/webhooks.html", "/docs/README.md", "/docs/assets/x", "/docs/assets/x/", "/docs/assets/x/y",
		"/docs/../docs.go", "/docs//webhooks",
	} {
		require.Equal(t, http.StatusNotFound, ask(t, handler, http.MethodGet, path).Code, path)
	}
}

func TestDocumentsThatCannotBeRenderedAreLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	handler := serve(t, manual.Source{OpenAPI: site.OpenAPI, Files: fstest.MapFS{}}, &log)
	require.Empty(t, log.String(), "nothing is rendered before the first request")
	require.Equal(t, http.StatusNotFound, ask(t, handler, http.MethodGet, "/docs").Code)
	require.Contains(t, log.String(), "docs/README.md is missing")
}
