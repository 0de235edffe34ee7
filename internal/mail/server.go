package mail

import (
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"strconv"
)

// Security is the use of TLS on the connection to a mail server.
type Security string

// The uses of TLS.
const (
	// StartTLS demands that the server upgrades the connection.
	StartTLS Security = "required"
	// StartTLSIfOffered sends in the clear if the server does not offer the upgrade.
	StartTLSIfOffered Security = "opportunistic"
	// NoTLS sends in the clear.
	NoTLS Security = "none"
	// ImplicitTLS begins the connection with TLS.
	ImplicitTLS Security = "implicit"
)

// Server is a mail server that accepts mail for delivery.
type Server struct {
	Host string
	Port int
	Security
	// User and Password authenticate the sender; an empty User means no authentication.
	User, Password string
}

// ParseServer reads a URL such as smtp://user:password@mail.example:587 or smtps://mail.example. The parameter tls of
// an smtp URL is required (the default), opportunistic or none. An error does not repeat the URL, which may hold a
// password.
func ParseServer(text string) (Server, error) {
	u, err := url.Parse(text)
	if err != nil {
		return Server{}, errors.New("it is not a URL")
	}
	s := Server{Host: u.Hostname(), Security: StartTLS, Port: 587, User: u.User.Username()}
	s.Password, _ = u.User.Password()
	if u.Scheme == "smtps" {
		s.Security, s.Port = ImplicitTLS, 465
	}
	switch {
	case u.Scheme != "smtp" && u.Scheme != "smtps":
		return s, errors.New("it must begin with smtp:// or smtps://")
	case s.Host == "":
		return s, errors.New("it names no host")
	case u.Path != "" && u.Path != "/" || u.Fragment != "":
		return s, errors.New("it must end after the host, the port and the parameter tls")
	}
	if u.Port() != "" {
		if s.Port, err = strconv.Atoi(u.Port()); err != nil || s.Port < 1 || s.Port > 65535 {
			return s, errors.New("its port must be a number from 1 to 65535")
		}
	}
	return s, s.readParameters(u)
}

func (s *Server) readParameters(u *url.URL) error {
	for name, values := range u.Query() {
		if name != "tls" || len(values) != 1 {
			return errors.New("its only parameter is tls")
		}
		chosen := Security(values[0])
		if s.Security == ImplicitTLS || chosen != StartTLS && chosen != StartTLSIfOffered && chosen != NoTLS {
			return errors.New("tls must be required, opportunistic or none, and only smtp:// takes it")
		}
		s.Security = chosen
	}
	if s.Security == NoTLS && s.User != "" {
		return errors.New("it must not send a password without TLS")
	}
	return nil
}

// ParseFrom reads the address of the sender, such as verify@id.example. A name before the address is dropped: users see
// the merchant's.
func ParseFrom(text string) (string, error) {
	parsed, err := mail.ParseAddress(text)
	if err != nil {
		return "", fmt.Errorf("it must be an e-mail address such as verify@id.example.com")
	}
	return parsed.Address, nil
}
