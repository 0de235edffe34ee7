package api_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api/rest"
)

func TestHandlersOutsideTheAPIAnswerInTheEnvelope(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	mux := http.NewServeMux()
	refuse := func(status int) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "Something is wrong", status) }
	}
	for _, status := range []int{400, 401, 413, 500, 503} {
		mux.HandleFunc("/"+strconv.Itoa(status), refuse(status))
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) })
	address := e.listening(rest.Whole(mux))
	ask := func(method, path string) answer {
		return e.raw(address, method+" "+path+" HTTP/1.1\r\nHost: x\r\n\r\n")
	}
	for path, code := range map[string]string{
		"/400": "parameter_invalid", "/401": "api_key_invalid", "/404": "resource_missing", "/413": "request_too_large",
		"/500": "internal_error", "/503": "service_unavailable",
	} {
		status, err := strconv.Atoi(strings.TrimPrefix(path, "/"))
		require.NoError(t, err)
		failure := e.isError(ask("GET", path), status, code)
		require.NotContains(t, failure["message"], "\n")
	}
	e.isError(ask("DELETE", "/healthz"), 405, "method_not_allowed")
	require.NotContains(t, string(ask("GET", "/500").body), "Something", "what went wrong inside is not for the client")
	ok := e.isOK(ask("GET", "/healthz"), 200)
	require.Equal(t, []string{"ok", "2", "nosniff"},
		[]string{string(ok.body), ok.header.Get("Content-Length"), ok.header.Get("X-Content-Type-Options")})
}
