package activities_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stile-id/stile/internal/outbound"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// patience is the time limit of an exchange in tests of receivers that exceed it.
const patience = 200 * time.Millisecond

// misbehaving are receivers that never answer properly, each with the recorded reason.
var misbehaving = map[string]struct {
	url    func(t *testing.T) string
	reason string
}{
	"refuses the connection": {refusing, "connection: refused"},
	"answers too late":       {hanging, "timeout: the endpoint did not answer in time"},
	"drips its header": {
		dripping("HTTP/1.1 200 OK\r\n", "X-Drip: 1\r\n"),
		"timeout: the endpoint did not answer in time",
	},
	"hangs up": {saying(""), "connection: closed by the endpoint before its answer was complete"},
	"does not speak HTTP": {
		saying("SSH-2.0-OpenSSH_9.6\r\n"),
		"answer: not valid HTTP, or with headers of more than 64 KiB",
	},
	"has a very long header": {
		saying("HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Long: 1\r\n", 10_000) + "\r\n"),
		"answer: not valid HTTP, or with headers of more than 64 KiB",
	},
	"has an endless header": {
		endless("HTTP/1.1 200 OK\r\n", "X-Long: 1\r\n"),
		"answer: not valid HTTP, or with headers of more than 64 KiB",
	},
	"announces an answer for ever": {
		endless("", "HTTP/1.1 103 Early Hints\r\n\r\n"),
		"answer: not valid HTTP, or with headers of more than 64 KiB",
	},
	"redirects to nowhere": {
		saying("HTTP/1.1 302 Found\r\nLocation: http://[bad\r\n\r\n"),
		"answer: not valid HTTP, or with headers of more than 64 KiB",
	},
	"has a certificate of its own": {selfSigned, "tls: the certificate is not trusted: no chain to a known authority"},
	"is on the inside of a network": {
		fixed("http://10.255.255.1/hook-secret"),
		"address: the endpoint's address is not one that Stile may send to",
	},
	"has a URL of an unknown scheme": {
		fixed("gopher://merchant.example/hook-secret"),
		"connection: none could be made, or it broke off before the endpoint answered",
	},
	"has a URL that is none": {
		fixed("https://merchant.example:port/hook-secret"),
		"answer: not valid HTTP, or with headers of more than 64 KiB",
	},
}

func TestReceiverWithoutAnAnswerFailsTheAttempt(t *testing.T) {
	t.Parallel()
	for name, receiver := range misbehaving {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPost(t)
			if strings.HasPrefix(receiver.reason, "timeout") {
				p.Client = outbound.NewClient(patience, outbound.Policy{Allow: outbound.Loopback()})
			}
			at := receiver.url(t)

			delivery := p.attempt(t, at)

			require.Equal(t, models.DeliveryFailed, delivery.Status)
			require.Nil(t, delivery.ResponseStatus)
			require.Equal(t, receiver.reason, *delivery.Error)
			require.NotNil(t, delivery.NextAttemptAt)
			require.Equal(t, []models.DeliveryStatus{models.DeliveryFailed}, p.attempted)
		})
	}
}

// An error of the network names the address. The recorded reason must not, since a merchant's URL may hold a secret.
func TestTheReasonOfAFailureNeverHoldsTheURL(t *testing.T) {
	t.Parallel()
	const secret = "https://user:hook-secret@merchant.example/hook-secret?token=hook-secret"
	for name, failure := range map[string]struct {
		err    error
		reason string
	}{
		"dns": {
			&net.DNSError{Err: "no such host", Name: "hook-secret.example", IsNotFound: true},
			"dns: the endpoint's host name cannot be resolved",
		},
		"dial": {&net.OpError{Op: "dial", Net: "tcp", Err: errors.New(secret)}, "connection: dial failed"},
		"read": {&net.OpError{Op: "read", Net: "tcp", Err: errors.New(secret)}, "connection: read failed"},
		"timeout": {
			&net.DNSError{Err: "timeout", Name: secret, IsTimeout: true}, "timeout: the endpoint did not answer in time",
		},
		"url": {
			&url.Error{Op: "Post", URL: secret, Err: errors.New(secret)},
			"answer: not valid HTTP, or with headers of more than 64 KiB",
		},
		"any": {errors.New(secret), "answer: not valid HTTP, or with headers of more than 64 KiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPost(t)
			p.Client = &http.Client{Transport: roundTripFunc(func(*http.Request) (*http.Response, error) {
				return nil, failure.err
			})}

			delivery := p.attempt(t, secret)

			require.Equal(t, failure.reason, *delivery.Error)
			require.NotContains(t, *delivery.Error, "secret")
			require.NotContains(t, *delivery.Error, "merchant")
		})
	}
}

type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			p := newPost(t)
			elsewhere := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") })
			at := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere, status) })

			delivery := p.attempt(t, at)

			require.Equal(t, models.DeliveryFailed, delivery.Status)
			require.Equal(t, status, *delivery.ResponseStatus)
		})
	}
}

// Only the status of an answer counts, however long its body is.
func TestTheBodyOfAnAnswerDoesNotMatter(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]func(w http.ResponseWriter, r *http.Request){
		"none":     func(http.ResponseWriter, *http.Request) {},
		"an error": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"error":"out of stock"}`) },
		"endless": func(w http.ResponseWriter, _ *http.Request) {
			chunk := bytes.Repeat([]byte("x"), 1<<20)
			for range 1 << 10 {
				if _, err := w.Write(chunk); err != nil {
					return // the sender has closed the connection
				}
			}
			t.Error("a gigabyte was read")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPost(t)

			delivery := p.attempt(t, serve(t, body))

			require.Equal(t, models.DeliverySucceeded, delivery.Status)
			require.Equal(t, http.StatusOK, *delivery.ResponseStatus)
		})
	}
}

// An answer counts once it has ended, or been read up to the limit, within the time of the whole exchange.
func TestAnAnswerIsHeardOut(t *testing.T) {
	t.Parallel()
	for name, receiver := range map[string]struct {
		url    func(t *testing.T) string
		reason string
	}{
		"never finishes": {saysAndHangs("a"), "timeout: the endpoint did not answer in time"},
		"drips its body": {
			dripping("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", "a"),
			"timeout: the endpoint did not answer in time",
		},
		"breaks off": {
			saying("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\na"),
			"connection: closed by the endpoint before its answer was complete",
		},
		"never ends trailing": {
			endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n", "X-Long: 1\r\n"),
			"answer: not valid HTTP, or with headers of more than 64 KiB",
		},
		"has broken parts": {
			saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nnot a number\r\n"),
			"answer: not valid HTTP, or with headers of more than 64 KiB",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := receiver.url(t)
			if p := newPost(t); !strings.HasPrefix(receiver.reason, "timeout") {
				requireUnheard(t, p, p.exchange(t, at), receiver.reason)
				return
			}
			// A busy machine may be late with the beginning of the answer too, so the limit grows until it is not.
			for limit := patience; ; limit *= 2 {
				p := newPost(t)
				p.Client = outbound.NewClient(limit, outbound.Policy{Allow: outbound.Loopback()})
				exchange := p.exchange(t, at)
				require.GreaterOrEqual(t, *exchange.Delivery.DurationMS, limit.Milliseconds())
				if exchange.Body != "" {
					requireUnheard(t, p, exchange, receiver.reason)
					return
				}
				require.Less(t, limit, time.Minute, "the answer begins at once")
			}
		})
	}
}

// requireUnheard requires that the attempt failed for the reason, and kept what it had read of the answer "a".
func requireUnheard(t *testing.T, p *post, exchange store.Exchange, reason string) {
	t.Helper()
	require.Equal(t, models.DeliveryFailed, exchange.Delivery.Status)
	require.Equal(t, new(http.StatusOK), exchange.Delivery.ResponseStatus)
	require.Equal(t, &reason, exchange.Delivery.Error)
	require.NotNil(t, exchange.Delivery.NextAttemptAt)
	require.Equal(t, "a", exchange.Body[:1], "the part that was read is kept")
	require.Equal(t, []models.DeliveryStatus{models.DeliveryFailed}, p.attempted)
}

func TestTheBeginningOfAnAnswerIsKept(t *testing.T) {
	t.Parallel()
	const kept = 16 << 10
	for name, c := range map[string]struct{ answer, kept string }{
		"nothing":            {"", ""},
		"a word":             {"ok", "ok"},
		"as much as is kept": {strings.Repeat("x", kept), strings.Repeat("x", kept)},
		"more than is kept":  {strings.Repeat("x", kept) + "y", strings.Repeat("x", kept)},
		"as much as is read": {strings.Repeat("x", 64<<10), strings.Repeat("x", kept)},
		"more than is read":  {strings.Repeat("x", 64<<10+1), strings.Repeat("x", kept)},
		"no text":            {"a\xff\xfe\x00b", "a\uFFFD\x00b"},
		"a cut character":    {strings.Repeat("x", kept-1) + "é", strings.Repeat("x", kept-1)},
		"text that grows":    {strings.Repeat("\xffx", kept/2), strings.Repeat("\uFFFDx", kept/4)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPost(t)
			at := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, c.answer) })

			exchange := p.exchange(t, at)

			require.Equal(t, models.DeliverySucceeded, exchange.Delivery.Status)
			require.True(t, utf8.ValidString(exchange.Body))
			require.Equal(t, c.kept, exchange.Body)
		})
	}
}

func serve(t *testing.T, handle http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the server notices a closed connection only after this
		handle(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/hook-secret"
}

func fixed(url string) func(*testing.T) string { return func(*testing.T) string { return url } }

func refusing(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	return server.URL
}

func hanging(t *testing.T) string {
	t.Helper()
	return serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
}

// saysAndHangs returns a receiver that begins an answer and never ends it.
func saysAndHangs(beginning string) func(*testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		return serve(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, beginning)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})
	}
}

func selfSigned(t *testing.T) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

// saying returns a receiver that writes the bytes and closes the connection.
func saying(answer string) func(*testing.T) string {
	return listening(func(c net.Conn) { _, _ = io.WriteString(c, answer) })
}

// endless returns a receiver that repeats the same bytes until the connection ends.
func endless(begin, again string) func(*testing.T) string {
	return listening(func(c net.Conn) {
		_, err := io.WriteString(c, begin)
		for much := strings.Repeat(again, 1000); err == nil; {
			_, err = io.WriteString(c, much)
		}
	})
}

// dripping returns a receiver that begins well and then writes a little again and again, until the connection ends.
func dripping(begin, drop string) func(*testing.T) string {
	return listening(func(c net.Conn) {
		_, err := io.WriteString(c, begin)
		for tick := time.NewTicker(patience / 10); err == nil; <-tick.C {
			_, err = io.WriteString(c, drop)
		}
	})
}

// listening returns a receiver below HTTP. It calls speak after it has read the request.
func listening(speak func(net.Conn)) func(*testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(func() { _ = listener.Close() })
		go func() {
			for {
				c, err := listener.Accept()
				if err != nil {
					return
				}
				_, _ = c.Read(make([]byte, 64<<10))
				speak(c)
				_ = c.Close()
			}
		}()
		return "http://" + listener.Addr().String() + "/hook-secret"
	}
}

func TestAnswer410DisablesTheEndpointAfterConfirmation(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	var asked atomic.Int32
	receiver := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusGone)
	})
	endpoint := p.SubscribeURL(t, receiver, models.EventSessionCreated)
	first := p.deliver(t, p.owe(t, endpoint))
	require.NotNil(t, first.Next)
	p.clock.Advance(time.Minute)
	p.owe(t, endpoint)
	all := p.Deliveries(t, endpoint)
	require.Nil(t, p.deliver(t, all[len(all)-1].Ref()).Next)
	p.clock.Advance(time.Hour)
	require.Equal(t, models.DeliveryClosed, p.deliver(t, *first.Next).Status)
	require.Equal(t, int32(2), asked.Load())
	now, err := p.Scene.Endpoint(t.Context(), p.Org, endpoint.ID)
	require.NoError(t, err)
	require.Equal(t, models.EndpointDisabled, now.Status)
}
