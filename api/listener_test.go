package api_test

import (
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api/rest"
)

// listening serves a handler as a process does and returns its address.
func (e *env) listening(handler http.Handler) string {
	e.t.Helper()
	l, err := (&net.ListenConfig{}).Listen(e.t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(e.t, err)
	server := &http.Server{Handler: handler, MaxHeaderBytes: 4 << 10, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(rest.Listen(l, slog.New(slog.NewTextHandler(e.log, nil)))) }()
	e.t.Cleanup(func() { _ = server.Close() })
	return l.Addr().String()
}

func TestRefusalsOfTheServerAreInTheEnvelope(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	address := e.listening(e.api.Handler())
	document, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	require.NoError(t, err)
	listed := document.Extensions["x-responses"].(obj)["anyRequest"].(obj)
	seen := map[string]bool{}
	for name, c := range map[string]struct {
		request string
		status  int
		code    string
		param   any
	}{
		"no HTTP":            {"nonsense\r\n\r\n", 400, "parameter_invalid", nil},
		"no host":            {"GET /healthz HTTP/1.1\r\n\r\n", 400, "parameter_invalid", nil},
		"header of no sense": {"GET /healthz HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n", 400, "parameter_invalid", nil},
		"path of no sense":   {"GET %zz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "parameter_invalid", nil},
		"two lengths": {
			"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "parameter_invalid", nil,
		},
		"headers too large": {
			"GET / HTTP/1.1\r\nHost: x\r\nA: " + strings.Repeat("a", 16<<10) + "\r\n\r\n", 431, "headers_too_large", nil,
		},
		"transfer encoding": {
			"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "http_unsupported", "Transfer-Encoding",
		},
		"expectation": {"POST / HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\n\r\n", 417, "http_unsupported", "Expect"},
		"version":     {"GET / HTTP/3.0\r\nHost: x\r\n\r\n", 505, "http_unsupported", nil},
	} {
		t.Run(name, func(t *testing.T) {
			ans := e.raw(address, c.request)
			failure := e.isError(ans, c.status, c.code)
			require.Equal(t, c.param, failure["param"])
			require.Equal(t, "invalid_request_error", failure["type"])
			require.Equal(t, strconv.Itoa(len(ans.body)), ans.header.Get("Content-Length"))
			require.Contains(t, listed, strconv.Itoa(c.status))
			require.Contains(t, e.log.String(), failure["request_id"])
			seen[strconv.Itoa(c.status)] = true
		})
	}
	require.Len(t, seen, len(listed), "every status that the document lists was tried")
}

func TestTargetWithoutAPathIsNoURL(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	address := e.listening(e.api.Handler())
	for _, request := range []string{"GET * HTTP/1.1\r\nHost: x\r\n\r\n", "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n"} {
		failure := e.isError(e.raw(address, request), 404, "resource_missing")
		require.Equal(t, "There is no such URL", failure["message"], "without a hint at another path")
	}
}

func TestListenerDoesNotChangeAnswersOfHandlers(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	const text = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
	address := e.listening(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(text))
	}))
	ans := e.raw(address, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.Equal(t, 400, ans.status)
	require.Equal(t, text, string(ans.body))
}
