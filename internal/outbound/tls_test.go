package outbound_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/testkit"
)

// certificate returns a self-signed certificate for a host and a time.
func certificate(t *testing.T, host string, from, to time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: to,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// overTLS starts a receiver and returns its URL.
func overTLS(t *testing.T, config *tls.Config) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	server.TLS = config
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

func TestTLSErrorNamesItsClass(t *testing.T) {
	t.Parallel()
	now := time.Now()
	with := func(host string, from, to time.Time) string {
		return overTLS(t, &tls.Config{Certificates: []tls.Certificate{certificate(t, host, from, to)}})
	}
	good := certificate(t, "127.0.0.1", now.Add(-time.Hour), now.Add(time.Hour))
	roots := x509.NewCertPool()
	leaf, err := x509.ParseCertificate(good.Certificate[0])
	require.NoError(t, err)
	roots.AddCert(leaf)
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(plain.Close)

	for url, reason := range map[string]string{
		with("127.0.0.1", now.Add(-time.Hour), now.Add(time.Hour)): "tls: the certificate is not trusted: " +
			"no chain to a known authority",
		with("127.0.0.1", now.Add(-2*time.Hour), now.Add(-time.Hour)):  "tls: the certificate has expired",
		with("127.0.0.1", now.Add(time.Hour), now.Add(2*time.Hour)):    "tls: the certificate is not yet valid",
		with("other.example", now.Add(-time.Hour), now.Add(time.Hour)): "tls: the certificate is for another host",
		"https" + plain.URL[len("http"):]: "tls: the handshake failed: " +
			"the endpoint does not speak TLS",
		overTLS(t, &tls.Config{
			MaxVersion: tls.VersionTLS11,
		}): "tls: the handshake failed: the endpoint refused it: protocol version not supported",
		"https://" + hangingUp(t): "tls: the handshake failed: the endpoint closed the connection",
		overTLS(t, &tls.Config{
			Certificates: []tls.Certificate{good}, ClientAuth: tls.RequireAnyClientCert,
		}): "tls: the handshake failed: the endpoint refused it: certificate required",
		overTLS(t, &tls.Config{
			Certificates: []tls.Certificate{good}, MaxVersion: tls.VersionTLS12,
			CipherSuites: []uint16{tls.TLS_RSA_WITH_RC4_128_SHA},
		}): "tls: the handshake failed: the endpoint refused it: handshake failure",
	} {
		client := outbound.NewClient(testkit.Patience, outbound.Policy{Allow: outbound.Loopback()})
		outbound.Trust(client, roots)
		err := post(t, client, url+"/hook?token=secret")
		require.Error(t, err)
		require.Equal(t, reason, outbound.Reason(err), err.Error())
	}
}

// hangingUp reads the client's first bytes and closes the connection.
func hangingUp(t *testing.T) (address string) {
	t.Helper()
	return listen(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 16<<10))
		_ = conn.Close()
	})
}

// listen serves connections one after the other until the test ends.
func listen(t *testing.T, serve func(net.Conn)) (address string) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return listener.Addr().String()
}

func TestConnectionErrorNamesItsClass(t *testing.T) {
	t.Parallel()
	says := func(answer string, end func(net.Conn)) string {
		return "http://" + listen(t, func(conn net.Conn) {
			_, _ = http.ReadRequest(newReader(conn))
			_, _ = conn.Write([]byte(answer))
			end(conn)
		})
	}
	hangUp := func(conn net.Conn) { _ = conn.Close() }
	closed, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())

	const incomplete = "connection: closed by the endpoint before its answer was complete"
	for url, reason := range map[string]string{
		"http://" + closed.Addr().String():                "connection: refused",
		says("", reset):                                   "connection: reset by the endpoint",
		says("", hangUp):                                  incomplete,
		says("HTTP/1.1 200 OK\r\nX-Token: a\r\n", hangUp): incomplete,
		says("SSH-2.0-OpenSSH_9.6\r\n", hangUp):           "answer: not valid HTTP, or with headers of more than 64 KiB",
		says("HTTP/1.1 200 OK\r\n: x\r\n", hangUp):        "answer: not valid HTTP, or with headers of more than 64 KiB",
		"http://127.0.0.1:1/" + "hook?token=secret":       "connection: refused",
	} {
		client := outbound.NewClient(testkit.Patience, outbound.Policy{Allow: outbound.Loopback()})
		err := post(t, client, url)
		require.Error(t, err, reason)
		require.Equal(t, reason, outbound.Reason(err), err.Error())
	}
}
