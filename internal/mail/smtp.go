package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	gosmtp "github.com/wneessen/go-mail/smtp"
)

// SendTimeout limits the sending of one message.
const SendTimeout = 30 * time.Second

// SMTP sends messages by a mail server, each over a connection of its own.
type SMTP struct {
	Server Server
	// From is the address of the sender.
	From string
	// Timeout limits the sending of one message; 0 means SendTimeout.
	Timeout time.Duration
	// TLS is the configuration of TLS; nil means the certificates of the system.
	TLS *tls.Config
}

// Send implements Sender. It returns nil once the server has accepted the message, whatever follows.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	timeout := cmp.Or(s.Timeout, SendTimeout)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	message, err := s.compose(m)
	if err != nil {
		return err
	}
	l := newLink(ctx, s.Server, s.settings())
	defer l.close()
	client, connection, err := s.connect(ctx, l, timeout)
	if err != nil {
		return err
	}
	err = client.SendWithSMTPClient(connection, message)
	if message.IsDelivered() {
		quit(client, connection)
		return nil
	}
	return explain(err)
}

// Check connects to the server and authenticates, as for a message, and sends none.
func (s *SMTP) Check(ctx context.Context) error {
	timeout := cmp.Or(s.Timeout, SendTimeout)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	l := newLink(ctx, s.Server, s.settings())
	defer l.close()
	client, connection, err := s.connect(ctx, l, timeout)
	if err == nil {
		quit(client, connection)
	}
	return err
}

// connect connects to the server over the link, and authenticates.
func (s *SMTP) connect(ctx context.Context, l *link, timeout time.Duration) (*gomail.Client, *gosmtp.Client, error) {
	client, err := gomail.NewClient(s.Server.Host, s.options(l, timeout)...)
	if err != nil {
		return nil, nil, fmt.Errorf("mail: settings of the server: %w", err)
	}
	connection, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("mail: connect to the server: %w", err)
	}
	return client, connection, nil
}

// quit ends the dialogue. Nothing is left to be said, so an error means nothing.
func quit(client *gomail.Client, connection *gosmtp.Client) {
	_ = client.CloseWithSMTPClient(connection)
}

func (s *SMTP) settings() *tls.Config {
	settings := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.TLS != nil {
		settings = s.TLS.Clone()
	}
	if settings.ServerName == "" {
		settings.ServerName = s.Server.Host
	}
	return settings
}

func (s *SMTP) options(l *link, timeout time.Duration) []gomail.Option {
	options := []gomail.Option{
		gomail.WithPort(s.Server.Port), gomail.WithTimeout(timeout), gomail.WithTLSConfig(s.settings()),
		gomail.WithDialContextFunc(l.dial), gomail.WithoutNoop(), gomail.WithTLSPolicy(s.policy()),
		gomail.WithHELO(s.helo()),
	}
	if s.Server.User != "" {
		options = append(options, gomail.WithUsername(s.Server.User), gomail.WithPassword(s.Server.Password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin,
				gomail.SMTPAuthCramMD5))
	}
	return options
}

func (s *SMTP) policy() gomail.TLSPolicy {
	switch s.Server.Security {
	case StartTLS:
		return gomail.TLSMandatory
	case StartTLSIfOffered:
		return gomail.TLSOpportunistic
	default: // link.dial makes the connection of ImplicitTLS
		return gomail.NoTLS
	}
}

// helo returns the name by which Stile introduces itself: the domain of the sender. The name of a container tells a
// server nothing.
func (s *SMTP) helo() string {
	_, domain, _ := strings.Cut(s.From, "@")
	return domain
}

func (s *SMTP) compose(m Message) (*gomail.Msg, error) {
	message := gomail.NewMsg()
	// FromFormat would not escape quotes in the name.
	from := netmail.Address{Name: oneLine(m.FromName), Address: s.From}
	if err := message.From(from.String()); err != nil {
		return nil, errors.New("mail: the address of the sender is not valid")
	}
	if err := message.AddTo(m.To); err != nil {
		return nil, &RefusedError{Step: "recipient"} // the library's error repeats the address
	}
	message.Subject(oneLine(m.Subject))
	message.SetMessageIDWithValue(m.ID + "@" + s.helo())
	message.SetDate()
	message.SetGenHeader("Auto-Submitted", "auto-generated") // out-of-office programs do not answer
	message.SetBodyString(gomail.TypeTextPlain, m.Text)
	message.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	return message, nil
}

// explain returns an error without the server's text, which may repeat the address.
func explain(err error) error {
	var failed *gomail.SendError
	if !errors.As(err, &failed) {
		return errors.New("mail: the dialogue with the server failed")
	}
	step := map[gomail.SendErrReason]string{
		gomail.ErrSMTPMailFrom: "sender", gomail.ErrSMTPRcptTo: "recipient",
		gomail.ErrSMTPData: "content", gomail.ErrSMTPDataClose: "content",
	}[failed.Reason]
	if step != "" && failed.ErrorCode() >= 500 {
		return &RefusedError{Step: step, Code: failed.ErrorCode()}
	}
	return fmt.Errorf("mail: %s, with code %d", failed.Reason, failed.ErrorCode())
}

// link is the connection of one message. The library closes no connection after a failed greeting, and extends
// deadlines; a link is closed when its context ends, and when the message is done.
type link struct {
	server Server
	tls    *tls.Config
	conn   net.Conn
	// limit closes the connection when the context of the message ends, until release is called.
	limit func(net.Conn) (release func() bool)
	stop  func() bool
}

func newLink(ctx context.Context, server Server, settings *tls.Config) *link {
	return &link{server: server, tls: settings, limit: func(conn net.Conn) func() bool {
		return context.AfterFunc(ctx, func() { _ = conn.Close() })
	}}
}

// dial is a gomail.DialContextFunc. Its context ends with the greeting, before the message is sent.
func (l *link) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l.conn, l.stop = conn, l.limit(conn)
	if l.server.Security != ImplicitTLS {
		return conn, nil
	}
	secured := tls.Client(conn, l.tls)
	return secured, secured.HandshakeContext(ctx)
}

func (l *link) close() {
	if l.conn != nil {
		l.stop()
		_ = l.conn.Close()
	}
}
