package api_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// raw sends bytes on a new connection and reads one answer.
func (e *env) raw(address, text string) answer {
	e.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(e.t.Context(), "tcp", address)
	require.NoError(e.t, err)
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, text)
	require.NoError(e.t, err)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(e.t, err)
	defer func() { _ = resp.Body.Close() }()
	return e.read(resp)
}

func TestBrokenHandshakeIsAnsweredInTheEnvelope(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	address := strings.TrimPrefix(e.url, "http://")
	const key, version = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n", "Sec-WebSocket-Version: 13\r\n"
	for name, header := range map[string]string{
		"no Connection":   "Upgrade: websocket\r\n" + key + version,
		"old version":     "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n" + key,
		"no version":      "Upgrade: websocket\r\nConnection: Upgrade\r\n" + key,
		"no key":          "Upgrade: websocket\r\nConnection: Upgrade\r\n" + version,
		"key of no sense": "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n" + version,
	} {
		t.Run(name, func(t *testing.T) {
			ans := e.raw(address, fmt.Sprintf("GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n", s.path(""), header))
			e.isError(ans, 426, "upgrade_required")
			require.Equal(t, "websocket", ans.header.Get("Upgrade"))
			require.Equal(t, "application/json; charset=utf-8", ans.header.Get("Content-Type"))
		})
	}
	e.isError(e.do("GET", s.path(""), "", nil, "Upgrade", "websocket"), 426, "upgrade_required")
	e.isOK(e.do("GET", s.path(""), s.secret, nil, "Upgrade", "h2c"), 200)
}
