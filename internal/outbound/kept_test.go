package outbound_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/testkit"
)

func newReader(conn net.Conn) *bufio.Reader { return bufio.NewReader(conn) }

// reset ends a connection with a reset instead of a close.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

const accepted = "HTTP/1.1 204 No Content\r\n\r\n"

// receiver answers the first request on each connection. end handles a second request on a kept connection.
type receiver struct {
	at       string
	dialled  atomic.Int32
	requests atomic.Int32
	// stale makes connections fail from the first request on.
	stale atomic.Bool
}

func newReceiver(t *testing.T, end func(net.Conn)) *receiver {
	t.Helper()
	r := &receiver{}
	r.at = "http://" + listen(t, func(conn net.Conn) {
		r.dialled.Add(1)
		in := newReader(conn)
		for first := true; ; first = false {
			request, err := http.ReadRequest(in)
			if err != nil {
				_ = conn.Close()
				return
			}
			_, _ = io.Copy(io.Discard, request.Body)
			r.requests.Add(1)
			if !first || r.stale.Load() {
				end(conn)
				return
			}
			_, _ = io.WriteString(conn, accepted)
		}
	})
	return r
}

func shut(conn net.Conn) { _ = conn.Close() }

func TestPOSTOnABrokenKeptConnectionIsSentAgain(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(net.Conn){"reset": reset, "closed": shut} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newReceiver(t, end)
			client := outbound.NewClient(testkit.Patience, outbound.Policy{Allow: outbound.Loopback()})
			require.NoError(t, post(t, client, r.at))
			require.NoError(t, post(t, client, r.at))
			require.Equal(t, int32(2), r.dialled.Load())
			require.Equal(t, int32(3), r.requests.Load())
		})
	}
}

func TestRestartedReceiverLosesNoRequest(t *testing.T) {
	t.Parallel()
	const burst = 16
	r := newReceiver(t, shut)
	client := outbound.NewClient(testkit.Patience, outbound.Policy{Allow: outbound.Loopback()})
	for range 2 {
		var all sync.WaitGroup
		for range burst {
			all.Go(func() {
				if err := post(t, client, r.at); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
}

func TestPOSTIsRepeatedOnce(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, reset)
	client := outbound.NewClient(testkit.Patience, outbound.Policy{Allow: outbound.Loopback()})
	require.NoError(t, post(t, client, r.at))
	r.stale.Store(true)
	require.Error(t, post(t, client, r.at))
	require.Equal(t, int32(3), r.requests.Load(), "on the kept connection, and on one fresh one")
	require.Error(t, post(t, client, r.at))
	require.Equal(t, int32(4), r.requests.Load(), "a fresh connection that breaks is the receiver's answer")
}

func TestPOSTIsNotRepeatedAfterAByteOfAnAnswer(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(conn net.Conn) {
		_, _ = io.WriteString(conn, "H")
		_ = conn.Close()
	})
	client := outbound.NewClient(testkit.Patience, outbound.Policy{Allow: outbound.Loopback()})
	require.NoError(t, post(t, client, r.at))
	require.Error(t, post(t, client, r.at))
	require.Equal(t, int32(2), r.requests.Load())
}

func TestPOSTIsNotRepeatedAfterATimeout(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	t.Cleanup(func() { close(over) })
	r := newReceiver(t, func(conn net.Conn) {
		<-over
		_ = conn.Close()
	})
	client := outbound.NewClient(testkit.Patience, outbound.Policy{Allow: outbound.Loopback()})
	require.NoError(t, post(t, client, r.at))
	client.Timeout = 300 * time.Millisecond
	err := post(t, client, r.at)
	require.Equal(t, "timeout: the endpoint did not answer in time", outbound.Reason(err))
	require.LessOrEqual(t, r.requests.Load(), int32(2), "a busy machine may not have sent it before its time ended")
}

// relay forwards connections to a server. Once armed it cuts its connections at the client's next byte.
type relay struct {
	at    string
	armed atomic.Bool
	cut   atomic.Int32
}

func newRelay(t *testing.T, to string) *relay {
	t.Helper()
	r := &relay{}
	r.at = listen(t, func(conn net.Conn) {
		server, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", to)
		if err != nil {
			_ = conn.Close()
			return
		}
		go func() {
			_, _ = io.Copy(conn, server)
			_ = conn.Close()
		}()
		buffer := make([]byte, 32<<10)
		for {
			n, err := conn.Read(buffer)
			if err == nil && r.armed.CompareAndSwap(true, false) {
				r.cut.Add(1)
				reset(conn)
				err = io.EOF
			}
			if err == nil {
				_, err = server.Write(buffer[:n])
			}
			if err != nil {
				_ = server.Close()
				return
			}
		}
	})
	return r
}

func TestPOSTOnABrokenHTTP2ConnectionIsSentAgain(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"written":        "{}",
		"partly written": strings.Repeat("x", 4<<20),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newHTTP2Server(t)
			require.NoError(t, post(t, s.client, "https://"+s.relay.at))
			require.Equal(t, "HTTP/2.0", s.protocol.Load())
			s.relay.armed.Store(true)
			require.NoError(t, postBody(t, s.client, "https://"+s.relay.at, body))
			require.Equal(t, int32(1), s.relay.cut.Load())
			require.Equal(t, int32(2), s.served.Load())
		})
	}
}

func TestPOSTOnAConnectionThatBreaksWhileItIsWrittenIsSentAgain(t *testing.T) {
	t.Parallel()
	var read atomic.Int32
	at := "http://" + listen(t, func(conn net.Conn) {
		in := newReader(conn)
		for first := true; ; first = false {
			request, err := http.ReadRequest(in)
			if err == nil && !first {
				reset(conn)
				return
			}
			if err == nil {
				_, err = io.Copy(io.Discard, request.Body)
			}
			if err != nil {
				_ = conn.Close()
				return
			}
			read.Add(1)
			_, _ = io.WriteString(conn, accepted)
		}
	})
	client := outbound.NewClient(testkit.Patience, outbound.Policy{Allow: outbound.Loopback()})
	require.NoError(t, post(t, client, at))
	require.NoError(t, postBody(t, client, at, strings.Repeat("x", 32<<20)))
	require.Equal(t, int32(2), read.Load())
}

// http2Server is a server behind a relay that can cut connections, and a client that trusts it.
type http2Server struct {
	served   atomic.Int32
	protocol atomic.Value
	relay    *relay
	client   *http.Client
}

func newHTTP2Server(t *testing.T) *http2Server {
	t.Helper()
	s := &http2Server{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		s.served.Add(1)
		s.protocol.Store(r.Proto)
	}))
	now := time.Now()
	own := certificate(t, "127.0.0.1", now.Add(-time.Hour), now.Add(time.Hour))
	server.EnableHTTP2, server.TLS = true, &tls.Config{Certificates: []tls.Certificate{own}}
	server.StartTLS()
	t.Cleanup(server.Close)
	leaf, err := x509.ParseCertificate(own.Certificate[0])
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	s.relay = newRelay(t, server.Listener.Addr().String())
	s.client = outbound.NewClient(testkit.Patience, outbound.Policy{Allow: outbound.Loopback()})
	outbound.Trust(s.client, roots)
	return s
}
