package signals_test

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/signals"
	"github.com/stile-id/stile/internal/testkit"
)

// nameServer is a server of the domain name system on a port of this machine.
type nameServer struct {
	socket net.PacketConn
	// mx are mail servers by domain; "." is that of a domain that takes no mail.
	mx map[string]string
	// hosts are addresses by host.
	hosts map[string]string
	// broken are the names for which the server fails, silent those for which it does not answer.
	broken, silent string
	questions      atomic.Int64
}

func serveNames(t *testing.T) *nameServer {
	t.Helper()
	socket, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &nameServer{
		socket: socket,
		mx:     map[string]string{"sound.org.": "mx.sound.org.", "inside.org.": "mx.inside.org.", "none.org.": "."},
		hosts: map[string]string{
			"mx.sound.org.": "8.8.4.4", "mx.inside.org.": "10.0.0.7", "implicit.org.": "8.8.4.4", "none.org.": "8.8.4.4",
		},
		broken: "broken.org.", silent: "silent.org.",
	}
	t.Cleanup(func() { require.NoError(t, socket.Close()) })
	go s.serve()
	return s
}

func (s *nameServer) serve() {
	packet := make([]byte, 512)
	for {
		n, from, err := s.socket.ReadFrom(packet)
		if err != nil {
			return
		}
		var asked dnsmessage.Message
		if asked.Unpack(packet[:n]) != nil || strings.HasSuffix(asked.Questions[0].Name.String(), s.silent) {
			continue
		}
		s.questions.Add(1)
		reply := s.answer(asked)
		if packed, err := reply.Pack(); err == nil {
			_, _ = s.socket.WriteTo(packed, from)
		}
	}
}

func (s *nameServer) answer(asked dnsmessage.Message) dnsmessage.Message {
	question := asked.Questions[0]
	name := question.Name.String()
	reply := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: asked.ID, Response: true, RecursionAvailable: true},
		Questions: asked.Questions,
	}
	header := dnsmessage.ResourceHeader{Name: question.Name, Class: dnsmessage.ClassINET, Type: question.Type}
	mx, hasMX := s.mx[name]
	host, hasHost := s.hosts[name]
	switch {
	case strings.HasSuffix(name, s.broken):
		reply.RCode = dnsmessage.RCodeServerFailure
	case question.Type == dnsmessage.TypeMX && hasMX:
		reply.Answers = []dnsmessage.Resource{{
			Header: header, Body: &dnsmessage.MXResource{MX: dnsmessage.MustNewName(mx)},
		}}
	case question.Type == dnsmessage.TypeA && hasHost:
		reply.Answers = []dnsmessage.Resource{{
			Header: header, Body: &dnsmessage.AResource{A: netip.MustParseAddr(host).As4()},
		}}
	case !hasMX && !hasHost:
		reply.RCode = dnsmessage.RCodeNameError
	}
	return reply
}

// options look mail servers up at the server.
func (s *nameServer) options() signals.Options {
	return signals.Options{MX: true, Resolver: &net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "udp", s.socket.LocalAddr().String())
		},
	}}
}

func TestDomainsWithoutMailServers(t *testing.T) {
	t.Parallel()
	server := serveNames(t)
	s := opened(t, server.options())
	for address, want := range map[string]bool{
		"ada@sound.org":    false,
		"ada@implicit.org": false, // the domain is its own mail server
		"ada@none.org":     true,
		"ada@unknown.org":  true,
		"ada@inside.org":   true, // an address of a private network
		"ada@broken.org":   false,
		"ada@silent.org":   false,
	} {
		require.Equal(t, want, s.Email(t.Context(), address).NoMail, address)
	}
	inside := server.options()
	inside.Egress = outbound.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	require.False(t, opened(t, inside).Email(t.Context(), "ada@inside.org").NoMail, "the operator allows it")
}

func TestMailServersAreNotLookedUpByDefault(t *testing.T) {
	t.Parallel()
	server := serveNames(t)
	o := server.options()
	o.MX = false
	require.False(t, opened(t, o).Email(t.Context(), "ada@unknown.org").NoMail)
	require.Zero(t, server.questions.Load())
}

func TestDomainsAreRemembered(t *testing.T) {
	t.Parallel()
	server := serveNames(t)
	clock := testkit.NewClock()
	o := server.options()
	o.Now = clock.Now
	s := opened(t, o)
	asked := func(address string) int64 {
		before := server.questions.Load()
		s.Email(t.Context(), address)
		return server.questions.Load() - before
	}
	require.Positive(t, asked("ada@sound.org"))
	require.Zero(t, asked("bob@sound.org"))
	require.Positive(t, asked("ada@broken.org"))
	require.Zero(t, asked("ada@broken.org"))
	require.Zero(t, asked("ada@sound.test"), "the domain cannot exist")
	clock.Advance(time.Minute)
	require.Zero(t, asked("ada@sound.org"))
	require.Positive(t, asked("ada@broken.org"), "a failure is forgotten soon")
	clock.Advance(time.Hour)
	require.Positive(t, asked("ada@sound.org"))
}

func TestMailServersAreNotLookedUpThroughAProxy(t *testing.T) {
	t.Parallel()
	o := signals.Options{MX: true}
	o.Egress.Proxy = &url.URL{Scheme: "http", Host: "proxy.example:3128"}
	_, err := signals.Open(o)
	require.ErrorContains(t, err, "HTTP proxy")
}
