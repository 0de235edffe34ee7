package pgtest

import (
	"context"
	"encoding/binary"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Codes of first messages of clients other than a startup message.
const (
	codeCancel    = 80877102
	codeTLS       = 80877103
	codeEncrypted = 80877104
)

// pooler accepts connections to lent databases and keeps those to the server open, because a connection takes the
// server 45 ms of processor time. A connection that a client has closed waits for the test's end: within a test, each
// client gets a connection that no other client has used since the database was lent.
type pooler struct {
	listener net.Listener
	server   string // host:port

	mu   sync.Mutex
	lent map[string]*lent // by database
}

// lent is a database while a test has it.
type lent struct {
	mu      sync.Mutex
	ready   []*backend // for new clients
	used    []*backend // whose clients have closed them
	open    map[net.Conn]bool
	serving sync.WaitGroup
	closed  bool
}

func startPooler(server string) (*pooler, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &pooler{listener: listener, server: server, lent: map[string]*lent{}}
	go p.accept()
	return p, nil
}

// url returns the URL of a database of the server through the pooler.
func (p *pooler) url(database string) (string, error) {
	parsed, err := url.Parse(database)
	if err != nil {
		return "", err
	}
	parsed.Host = p.listener.Addr().String()
	return parsed.String(), nil
}

func (p *pooler) close() error { return p.listener.Close() }

// lend accepts clients of a database from now on. They get the connections first.
func (p *pooler) lend(database string, ready []*backend) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lent[database] = &lent{ready: ready, open: map[net.Conn]bool{}}
}

// takeBack refuses further clients of a database, ends the connections of those that are left, and returns the
// connections to the server, used and unused.
func (p *pooler) takeBack(database string) (used, ready []*backend) {
	p.mu.Lock()
	l := p.lent[database]
	delete(p.lent, database)
	p.mu.Unlock()
	return l.end()
}

func (p *pooler) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.welcome(client)
	}
}

// welcome reads the client's first message and serves the client.
func (p *pooler) welcome(client net.Conn) {
	defer client.Close()
	for {
		first, err := readStartup(client)
		if err != nil {
			return
		}
		switch binary.BigEndian.Uint32([]byte(first)) {
		case codeTLS, codeEncrypted:
			if _, err := client.Write([]byte{'N'}); err != nil {
				return
			}
		case codeCancel:
			p.cancel(first)
			return
		default:
			if l := p.lentTo(first); l != nil {
				l.serve(client, first, p.server)
			}
			return
		}
	}
}

// cancel forwards a request to cancel a statement.
func (p *pooler) cancel(request string) {
	conn, err := dial(p.server)
	if err != nil {
		return
	}
	defer conn.Close()
	if writeStartup(conn, request) == nil {
		_, _ = conn.Read(make([]byte, 1)) // returns when the server has cancelled the statement
	}
}

func dial(address string) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(context.Background(), "tcp", address)
}

// lentTo returns the database that a startup message names, or nil if no test has it.
func (p *pooler) lentTo(startup string) *lent {
	settings := strings.Split(startup[4:], "\x00") // after the version of the protocol: name, value, name, …
	at := slices.Index(settings, "database")
	p.mu.Lock()
	defer p.mu.Unlock()
	if at%2 != 0 || at+1 >= len(settings) {
		return nil
	}
	return p.lent[settings[at+1]]
}

// serve serves a client until it closes its connection.
func (l *lent) serve(client net.Conn, startup, server string) {
	if !l.enter(client) {
		return
	}
	defer l.serving.Done()
	defer l.leave(client)
	b := l.take(startup)
	if b == nil {
		b = connectBackend(client, startup, server)
	}
	if b == nil {
		return
	}
	_, err := client.Write(b.greeting)
	reusable := err == nil && b.serve(client, l.forgetReady)
	if !reusable {
		b.end()
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.used = append(l.used, b)
}

// connectBackend connects to the server. It returns nil if it cannot, and forwards a refusal of the server.
func connectBackend(client net.Conn, startup, server string) *backend {
	conn, err := dial(server)
	if err != nil {
		return nil
	}
	b, accepted, err := newBackend(conn, startup)
	if err == nil && accepted {
		return b
	}
	_ = conn.Close()
	if err == nil {
		_, _ = client.Write(b.greeting)
	}
	return nil
}

func (l *lent) enter(client net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.open[client] = true
	l.serving.Add(1)
	return true
}

// take returns a ready connection with the startup message, or nil.
func (l *lent) take(startup string) *backend {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := slices.IndexFunc(l.ready, func(b *backend) bool { return b.startup == startup })
	if at < 0 {
		return nil
	}
	b := l.ready[at]
	l.ready = slices.Delete(l.ready, at, at+1)
	return b
}

// forgetReady ends the ready connections: they have the settings of the time of their beginning, and a client changes
// those of its database or role for later ones.
func (l *lent) forgetReady() {
	l.mu.Lock()
	ready := l.ready
	l.ready = nil
	l.mu.Unlock()
	for _, b := range ready {
		b.end()
	}
}

func (l *lent) leave(client net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, client)
}

// end waits until the clients have closed their connections, and closes those that a test left open: a client that has
// closed its connection may not have been read to the end. It returns the connections to the server, used and unused.
func (l *lent) end() (used, ready []*backend) {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	late := time.AfterFunc(closing, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		for client := range l.open {
			_ = client.Close()
		}
	})
	l.serving.Wait()
	late.Stop()
	return l.used, l.ready
}
