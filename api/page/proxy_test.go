package page_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api/page"
)

// proxied serves a page.Proxy to a server, beside a handler that answers "next".
func proxied(t *testing.T, server http.HandlerFunc) string {
	t.Helper()
	behind := httptest.NewServer(server)
	t.Cleanup(behind.Close)
	target, err := page.ParseProxy(behind.URL)
	require.NoError(t, err)
	front := httptest.NewServer(page.Proxy(target, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, "next")
	})))
	t.Cleanup(front.Close)
	return front.URL
}

func TestTheProxyPassesThePageAndItsFilesOnly(t *testing.T) {
	t.Parallel()
	base := proxied(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprint(w, r.URL.RequestURI())
	})
	for path, want := range map[string]string{
		"/verify":                     "/verify",
		session + "?embed=x":          session + "?embed=x",
		"/verify/@vite/client":        "/verify/@vite/client",
		"/v1/verify/session/vks_x":    "next",
		"/v1/stile.js":                "next",
		"/verifying":                  "next",
		"/v1/verification_sessions":   "next",
		"/verify/packages/a.ts?t=1&b": "/verify/packages/a.ts?t=1&b",
	} {
		response, body := fetch(t, http.MethodGet, base+path)
		require.Equal(t, want, body, path)
		policy := response.Header.Get("Content-Security-Policy")
		if want == "next" {
			require.Empty(t, policy)
			continue
		}
		require.Contains(t, policy, "script-src 'self'; style-src 'self' 'unsafe-inline'")
		require.Equal(t, "no-referrer", response.Header.Get("Referrer-Policy"))
	}
}

func TestTheProxyPassesSockets(t *testing.T) {
	t.Parallel()
	base := proxied(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "websocket" {
			w.WriteHeader(http.StatusUpgradeRequired)
			return
		}
		conn, stream, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		_, _ = stream.WriteString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
		_ = stream.Flush()
		line, _ := stream.ReadString('\n')
		_, _ = stream.WriteString("echo " + line)
		_ = stream.Flush()
	})
	address, err := url.Parse(base)
	require.NoError(t, err)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address.Host)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = fmt.Fprintf(conn, "GET /verify/?token=x HTTP/1.1\r\nHost: %s\r\n"+
		"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n", address.Host)
	require.NoError(t, err)
	reader := bufio.NewReader(conn)
	response, err := http.ReadResponse(reader, nil)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	require.Equal(t, http.StatusSwitchingProtocols, response.StatusCode)
	_, err = fmt.Fprint(conn, "hello\n")
	require.NoError(t, err)
	line, err := reader.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "echo hello\n", line)
}

func TestTheProxyNamesAServerThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	target, err := page.ParseProxy(closed.URL)
	require.NoError(t, err)
	front := httptest.NewServer(page.Proxy(target, http.NotFoundHandler()))
	t.Cleanup(front.Close)
	response, body := fetch(t, http.MethodGet, front.URL+session)
	require.Equal(t, http.StatusBadGateway, response.StatusCode)
	require.Contains(t, body, "The development server at "+closed.URL+" does not answer")
}

func TestTheProxyTakesAddressesOfThisMachineOnly(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"http://127.0.0.1:5173", "http://localhost:5173", "https://localhost", "http://[::1]:5173", "http://127.0.0.1:5173/",
	} {
		_, err := page.ParseProxy(good)
		require.NoError(t, err, good)
	}
	for _, bad := range []string{
		"", "5173", "127.0.0.1:5173", "http://shop.example", "http://10.0.0.1:5173", "ftp://127.0.0.1", "http://",
		"http://127.0.0.1:5173/verify", "http://user@127.0.0.1:5173", "http://127.0.0.1:5173?x", "http://127.0.0.1.example",
	} {
		_, err := page.ParseProxy(bad)
		require.ErrorContains(t, err, "must be an address of this machine", bad)
	}
}
