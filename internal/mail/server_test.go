package mail_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/mail"
)

func TestServerIsReadFromAURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]mail.Server{
		"smtp://mail.example":  {Host: "mail.example", Port: 587, Security: mail.StartTLS},
		"smtp://mail.example/": {Host: "mail.example", Port: 587, Security: mail.StartTLS},
		"smtp://stile:p%40ss@mail.example:2525": {
			Host: "mail.example", Port: 2525, Security: mail.StartTLS, User: "stile", Password: "p@ss",
		},
		"smtp://mail.example?tls=required":      {Host: "mail.example", Port: 587, Security: mail.StartTLS},
		"smtp://mail.example?tls=opportunistic": {Host: "mail.example", Port: 587, Security: mail.StartTLSIfOffered},
		"smtp://localhost:25?tls=none":          {Host: "localhost", Port: 25, Security: mail.NoTLS},
		"smtps://[::1]":                         {Host: "::1", Port: 465, Security: mail.ImplicitTLS},
	} {
		got, err := mail.ParseServer(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
}

func TestFaultInAURLIsNamedWithoutThePassword(t *testing.T) {
	t.Parallel()
	for text, fault := range map[string]string{
		"mail.example:587":                            "smtp://",
		"https://stile:secret@mail.example":           "smtp://",
		"smtp://":                                     "host",
		"smtp://stile:secret@mail.example:port":       "URL",
		"smtp://stile:secret@mail.example:0":          "port",
		"smtp://stile:secret@mail.example/path":       "parameter tls",
		"smtp://stile:secret@mail.example?tls=no":     "tls must be",
		"smtp://stile:secret@mail.example?ssl=yes":    "only parameter",
		"smtps://stile:secret@mail.example?tls=none":  "tls must be",
		"smtp://stile:secret@mail.example?tls=none":   "without TLS",
		"smtp://stile:secret@mail.example?tls=a&tls=": "only parameter",
	} {
		_, err := mail.ParseServer(text)
		require.ErrorContains(t, err, fault, text)
		require.NotContains(t, err.Error(), "secret", text)
	}
}

func TestSenderIsAnAddress(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"verify@id.example", "Stile <verify@id.example>"} {
		got, err := mail.ParseFrom(text)
		require.NoError(t, err)
		require.Equal(t, "verify@id.example", got)
	}
	for _, text := range []string{"", "verify", "a@b.example, c@d.example", "a@b.example\r\nBcc: x@y.example"} {
		_, err := mail.ParseFrom(text)
		require.Error(t, err, text)
	}
}
