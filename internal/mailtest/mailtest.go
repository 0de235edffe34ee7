// Package mailtest is a mail server for tests.
package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"math/big"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/mail"
)

// The steps that a server may refuse.
const (
	Login     = "login"
	Sender    = "sender"
	Recipient = "recipient"
	Content   = "content"
)

// Server is a real mail server in this process.
type Server struct {
	port     int
	security mail.Security
	clients  *tls.Config

	mutex  sync.Mutex
	refuse string // the refused step
	codes  []int
	logins []string
	mails  []string
	rcpt   []string
}

// Accept is the code of Refuse that accepts the step.
const Accept = 0

// Refuse has the server answer a step with the codes of SMTP in turn, and with the last one from then on.
func (s *Server) Refuse(step string, codes ...int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.refuse, s.codes = step, codes
}

// Mails returns the content of all accepted and refused mails.
func (s *Server) Mails() []string { return s.copy(&s.mails) }

// Recipients returns the recipients that clients have named.
func (s *Server) Recipients() []string { return s.copy(&s.rcpt) }

// Logins returns the names and passwords of clients.
func (s *Server) Logins() []string { return s.copy(&s.logins) }

func (s *Server) copy(of *[]string) []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Clone(*of)
}

// Client returns a client of the server that trusts its certificate.
func (s *Server) Client() *mail.SMTP { return s.ClientWith(s.security) }

// ClientWith returns a client that uses another kind of connection.
func (s *Server) ClientWith(security mail.Security) *mail.SMTP {
	return &mail.SMTP{
		Server: mail.Server{Host: "127.0.0.1", Port: s.port, Security: security},
		From:   "verify@id.example", TLS: s.clients, Timeout: time.Minute,
	}
}

func certificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	parsed, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// Start starts a server that offers this kind of connection; NoTLS and the certificate of the server are its own.
func Start(t testing.TB, security mail.Security) *Server {
	t.Helper()
	cert, pool := certificate(t)
	s := &Server{security: security, clients: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	daemon := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{s}, nil }))
	daemon.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	if security != mail.NoTLS {
		daemon.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.port = listener.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // of a TCP listener
	if security == mail.ImplicitTLS {
		listener = tls.NewListener(listener, daemon.TLSConfig)
	}
	var serving sync.WaitGroup
	serving.Go(func() { _ = daemon.Serve(listener) })
	t.Cleanup(func() { _, _ = daemon.Close(), listener.Close(); serving.Wait() })
	return s
}

type session struct{ s *Server }

// note keeps a text, and returns the answer to the step.
func (x *session) note(step string, list *[]string, text string) error {
	x.s.mutex.Lock()
	defer x.s.mutex.Unlock()
	if list != nil {
		*list = append(*list, text)
	}
	if step != x.s.refuse {
		return nil
	}
	code := x.s.codes[0]
	if len(x.s.codes) > 1 {
		x.s.codes = x.s.codes[1:]
	}
	if code == Accept {
		return nil
	}
	return &smtp.SMTPError{Code: code, Message: "refused: " + text}
}

// AuthMechanisms implements smtp.AuthSession.
func (x *session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements smtp.AuthSession.
func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		return x.note(Login, &x.s.logins, user+":"+password)
	}), nil
}

// Mail implements smtp.Session.
func (x *session) Mail(from string, _ *smtp.MailOptions) error { return x.note(Sender, nil, from) }

// Rcpt implements smtp.Session.
func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error { return x.note(Recipient, &x.s.rcpt, to) }

// Data implements smtp.Session.
func (x *session) Data(r io.Reader) error {
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return x.note(Content, &x.s.mails, string(content))
}

// Reset implements smtp.Session.
func (x *session) Reset() {}

// Logout implements smtp.Session.
func (x *session) Logout() error { return nil }
