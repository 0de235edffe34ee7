package mail_test

import (
	"context"
	"errors"
	"io"
	"mime"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/mail"
	"github.com/stile-id/stile/internal/mailtest"
)

func letter(t *testing.T, l mail.Letter) mail.Message {
	t.Helper()
	if l.Purpose == "" {
		l.Purpose = mail.PurposeCode
	}
	if l.Values == nil {
		l.Values = map[string]string{"code": "012345", "minutes": "10"}
	}
	m, err := mail.Render(l)
	require.NoError(t, err)
	m.ID, m.To = "ml_1", "alice@example.com"
	return m
}

func TestMailIsSentOverEveryKindOfConnection(t *testing.T) {
	t.Parallel()
	for _, security := range []mail.Security{mail.StartTLS, mail.StartTLSIfOffered, mail.ImplicitTLS, mail.NoTLS} {
		t.Run(string(security), func(t *testing.T) {
			t.Parallel()
			s := mailtest.Start(t, security)
			m := letter(t, mail.Letter{Locale: "de-AT", Merchant: mail.Merchant{Name: "Wein & Söhne", Color: "#1a7f5a"}})
			require.NoError(t, s.ClientWith(security).Send(t.Context(), m))

			require.Equal(t, []string{"alice@example.com"}, s.Recipients())
			require.Len(t, s.Mails(), 1)
			got, err := netmail.ReadMessage(strings.NewReader(s.Mails()[0]))
			require.NoError(t, err)
			from, err := got.Header.AddressList("From")
			require.NoError(t, err)
			require.Equal(t, []*netmail.Address{{Name: "Wein & Söhne", Address: "verify@id.example"}}, from)
			subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
			require.NoError(t, err)
			require.Equal(t, "012345 ist Ihr Code für Wein & Söhne", subject)
			require.Equal(t, "<ml_1@id.example>", got.Header.Get("Message-ID"))
			require.Equal(t, "auto-generated", got.Header.Get("Auto-Submitted"))
			require.Contains(t, got.Header.Get("Content-Type"), "multipart/alternative")
		})
	}
}

func TestServerIsToldTheUserAndThePassword(t *testing.T) {
	t.Parallel()
	for _, security := range []mail.Security{mail.StartTLS, mail.ImplicitTLS} {
		s := mailtest.Start(t, security)
		sender := s.ClientWith(security)
		sender.Server.User, sender.Server.Password = "stile", "p@ss:word"
		require.NoError(t, sender.Send(t.Context(), letter(t, mail.Letter{})))
		require.Equal(t, []string{"stile:p@ss:word"}, s.Logins())
	}
}

func TestCheckOfTheServerSendsNoMail(t *testing.T) {
	t.Parallel()
	for _, security := range []mail.Security{mail.StartTLS, mail.StartTLSIfOffered, mail.ImplicitTLS, mail.NoTLS} {
		s := mailtest.Start(t, security)
		require.NoError(t, s.Client().Check(t.Context()))
		require.Empty(t, s.Mails())
	}
	s := mailtest.Start(t, mail.NoTLS)
	require.ErrorContains(t, s.ClientWith(mail.StartTLS).Check(t.Context()), "connect to the server")
	s = mailtest.Start(t, mail.StartTLS)
	sender := s.ClientWith(mail.StartTLS)
	sender.Server.User, sender.Server.Password = "stile", "p@ss:word"
	require.NoError(t, sender.Check(t.Context()))
	require.Equal(t, []string{"stile:p@ss:word"}, s.Logins())
}

func TestServerWithoutSTARTTLSGetsNoMail(t *testing.T) {
	t.Parallel()
	s := mailtest.Start(t, mail.NoTLS)
	err := s.ClientWith(mail.StartTLS).Send(t.Context(), letter(t, mail.Letter{}))
	require.ErrorContains(t, err, "STARTTLS")
	require.Empty(t, s.Recipients())
	require.NoError(t, s.ClientWith(mail.StartTLSIfOffered).Send(t.Context(), letter(t, mail.Letter{})))
}

func TestServerWithAnUnknownCertificateGetsNoMail(t *testing.T) {
	t.Parallel()
	for _, security := range []mail.Security{mail.StartTLS, mail.StartTLSIfOffered, mail.ImplicitTLS} {
		s := mailtest.Start(t, security)
		sender := s.ClientWith(security)
		sender.TLS = nil
		require.ErrorContains(t, sender.Send(t.Context(), letter(t, mail.Letter{})), "certificate")
		require.Empty(t, s.Recipients())
	}
}

func TestRefusalsArePermanentOnlyForTheMessage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		step      string
		code      int
		permanent bool
	}{
		"an unknown recipient":    {"recipient", 550, true},
		"a full mailbox":          {"recipient", 452, false},
		"a refused sender":        {"sender", 553, true},
		"a busy server":           {"sender", 421, false},
		"refused content":         {"content", 554, true},
		"grey-listed content":     {"content", 451, false},
		"a password out of order": {"login", 535, false}, // the operator can mend it
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mailtest.Start(t, mail.StartTLS)
			s.Refuse(c.step, c.code)
			sender := s.ClientWith(mail.StartTLS)
			sender.Server.User, sender.Server.Password = "stile", "secret"
			err := sender.Send(t.Context(), letter(t, mail.Letter{}))
			var refused *mail.RefusedError
			require.Equal(t, c.permanent, errors.As(err, &refused), "%v", err)
			if c.permanent {
				require.Equal(t, &mail.RefusedError{Step: c.step, Code: c.code}, refused)
			}
			require.Error(t, err)
			if c.step != "login" { // the server has not been told the address then
				require.NotContains(t, err.Error(), "alice")
			}
		})
	}
}

func TestInvalidRecipientIsRefusedWithoutAServer(t *testing.T) {
	t.Parallel()
	s := mailtest.Start(t, mail.StartTLS)
	for _, to := range []string{
		"", "no address", "a@example.com>\r\nRCPT TO:<b@example.com", "a@example.com, b@example.com",
	} {
		m := letter(t, mail.Letter{})
		m.To = to
		err := s.ClientWith(mail.StartTLS).Send(t.Context(), m)
		require.Equal(t, &mail.RefusedError{Step: "recipient"}, err, "%q", to)
	}
	require.Empty(t, s.Recipients())
}

// silent accepts connections and never answers.
func silent(t *testing.T) (port int, closed func()) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	gone := make(chan struct{})
	var serving sync.WaitGroup
	serving.Go(func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, conn) // returns when the client closes the connection
		_ = conn.Close()
		close(gone)
	})
	t.Cleanup(func() { _ = listener.Close(); serving.Wait() })
	return listener.Addr().(*net.TCPAddr).Port, func() { <-gone }
}

func TestServerThatHangsIsLeft(t *testing.T) {
	t.Parallel()
	for _, security := range []mail.Security{mail.StartTLS, mail.ImplicitTLS} {
		port, closed := silent(t)
		sender := &mail.SMTP{
			Server: mail.Server{Host: "127.0.0.1", Port: port, Security: security}, From: "verify@id.example",
			Timeout: 2 * time.Second,
		}
		require.Error(t, sender.Send(t.Context(), letter(t, mail.Letter{})))
		closed()

		port, closed = silent(t)
		sender.Server.Port, sender.Timeout = port, time.Hour
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		require.Error(t, sender.Send(ctx, letter(t, mail.Letter{})))
		cancel()
		closed()
	}
}

func TestNameOfAMerchantCannotAddHeaders(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"Shop\r\nBcc: eve@example.com", "Shop\" <eve@example.com>, \"", "Shop\nContent-Type: text/html", "Shop\u2028\u202eX",
		"=?utf-8?q?a=0d=0aBcc:_eve=40example.com?=", strings.Repeat("long ", 1000), "{code}", "", "\x00\x07",
	} {
		s := mailtest.Start(t, mail.StartTLS)
		require.NoError(t, s.ClientWith(mail.StartTLS).Send(t.Context(), letter(t, mail.Letter{
			Merchant: mail.Merchant{Name: name},
		})), "%q", name)
		got, err := netmail.ReadMessage(strings.NewReader(s.Mails()[0]))
		require.NoError(t, err, "%q", name)
		from, err := got.Header.AddressList("From")
		require.NoError(t, err, "%q", name)
		require.Len(t, from, 1, "%q", name)
		require.Equal(t, "verify@id.example", from[0].Address, "%q", name)
		require.NotContains(t, from[0].Name, "\n", "%q", name)
		require.Empty(t, got.Header.Get("Bcc"), "%q", name)
		require.Contains(t, got.Header.Get("Content-Type"), "multipart/alternative", "%q", name)
		require.Equal(t, []string{"alice@example.com"}, s.Recipients(), "%q", name)
	}
}
