package rest

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/stile-id/stile/models"
)

// Listen gives the envelope of errors to the refusals that net/http writes by itself, before a request reaches any
// handler: a malformed request, headers that are too large, an unknown transfer encoding or expectation. net/http has
// no hook for that, so the connections of the listener replace its text.
func Listen(l net.Listener, log *slog.Logger) net.Listener { return listener{l, log} }

type listener struct {
	net.Listener
	log *slog.Logger
}

// Accept waits for the next connection.
func (l listener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return conn{accepted, l.log}, nil
}

type conn struct {
	net.Conn
	log *slog.Logger
}

// CloseWrite lets net/http close its side first, so that a client that still sends can read the answer.
func (c conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// Write sends p, or the envelope where p is a refusal of net/http's own.
func (c conn) Write(p []byte) (int, error) {
	status, text, refused := refusedByServer(p)
	if !refused {
		return c.Conn.Write(p)
	}
	id := newRequestID()
	ans, err := refusal(status, serverRefusal(status, text), id)
	if err != nil {
		return 0, err
	}
	c.log.Info("request refused before any route", "status", status, "request_id", id)
	_, err = fmt.Fprintf(c.Conn, "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: %d\r\nContent-Type: %s\r\n"+
		"%s: %s\r\n%s: %s\r\n\r\n%s", status, http.StatusText(status), len(ans.Body), ans.ContentType,
		headerRequestID, id, headerSniff, noSniff, ans.Body)
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

// The text that net/http writes for a request that it could not read, after the status line; and the status line by
// which it refuses an expectation. No route answers with that status.
var (
	unreadable       = []byte("\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n")
	expectationFails = []byte("417 ")
)

// refusedByServer reads the status and the text of a refusal that net/http wrote in one piece.
func refusedByServer(p []byte) (status int, text string, refused bool) {
	line, is := bytes.CutPrefix(p, []byte("HTTP/1.1 "))
	if !is || len(line) < len("400 ") || line[0] < '4' {
		return 0, "", false
	}
	status, err := strconv.Atoi(string(line[:3]))
	end := bytes.Index(line, []byte("\r\n"))
	if err != nil || end < 0 {
		return 0, "", false
	}
	body, is := bytes.CutPrefix(line[end:], unreadable)
	return status, string(body), is || bytes.HasPrefix(line, expectationFails)
}

func serverRefusal(status int, text string) *models.Error {
	switch status {
	case http.StatusExpectationFailed:
		return &models.Error{Code: models.CodeHTTPUnsupported, Param: "Expect", Message: "Expect can only be 100-continue"}
	case http.StatusRequestHeaderFieldsTooLarge:
		return models.Errorf(models.CodeHeadersTooLarge, "The headers of the request are too large")
	case http.StatusNotImplemented:
		return &models.Error{
			Code: models.CodeHTTPUnsupported, Param: "Transfer-Encoding", Message: "Transfer-Encoding can only be chunked",
		}
	case http.StatusHTTPVersionNotSupported:
		return models.Errorf(models.CodeHTTPUnsupported, "Send the request by HTTP/1.1")
	}
	message := "The request is not valid HTTP"
	if _, cause, told := strings.Cut(text, ": "); told {
		message += ": " + cause
	}
	return models.Errorf(models.CodeParameterInvalid, "%s", message)
}
