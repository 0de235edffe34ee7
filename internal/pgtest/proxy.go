package pgtest

import (
	"bytes"
	"context"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Proxy forwards connections to a PostgreSQL server. A test can break them.
type Proxy struct {
	listener net.Listener
	context  context.Context // that of the test
	mu       sync.Mutex
	target   string
	links    map[*link]bool
	cut      *cut
	closed   bool
	running  sync.WaitGroup
}

// cut is the statement at which a connection breaks, once.
type cut struct {
	statement []byte
	// executed lets the server execute the statement and discards its answer.
	executed bool
}

// NewProxy forwards to the server of a database URL until the test ends.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{listener: listener, context: t.Context(), links: map[*link]bool{}}
	p.Turn(t, target)
	p.running.Go(p.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		p.mu.Lock()
		p.closed = true
		p.mu.Unlock()
		p.Break()
		p.running.Wait()
	})
	return p
}

// URL returns the database URL through the proxy.
func (p *Proxy) URL(t testing.TB, database string) string {
	t.Helper()
	return through(t, database, p.listener.Addr().String()).String()
}

func through(t testing.TB, database, host string) *url.URL {
	t.Helper()
	parsed, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		parsed.Host = host
	}
	return parsed
}

// Turn forwards new connections to another server. Open connections stay with the first.
func (p *Proxy) Turn(t testing.TB, target string) {
	t.Helper()
	host := through(t, target, "").Host
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = host
}

// Break ends all connections.
func (p *Proxy) Break() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		l.end()
	}
}

// CutBefore breaks the next connection that sends a statement with this text, before the server receives it.
func (p *Proxy) CutBefore(statement string) { p.cutAt(&cut{statement: []byte(statement)}) }

// CutAfter breaks the next connection that sends a statement with this text, after the server has executed it and
// before its answer arrives.
func (p *Proxy) CutAfter(statement string) {
	p.cutAt(&cut{statement: []byte(statement), executed: true})
}

func (p *Proxy) cutAt(c *cut) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = c
}

// Pending reports whether the last cut has yet to happen.
func (p *Proxy) Pending() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cut != nil
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		target := p.target
		p.mu.Unlock()
		server, err := (&net.Dialer{}).DialContext(p.context, "tcp", target)
		if err != nil {
			_ = client.Close()
			continue
		}
		l := &link{proxy: p, client: client, server: server}
		p.mu.Lock()
		p.links[l] = true
		closed := p.closed
		p.mu.Unlock()
		if closed {
			l.end()
		}
		p.running.Go(l.requests)
		p.running.Go(l.answers)
	}
}

// next returns the cut that applies to the client's bytes, or nil. A cut applies once.
func (p *Proxy) next(sent []byte) *cut {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.cut
	if c == nil || !bytes.Contains(sent, c.statement) {
		return nil
	}
	p.cut = nil
	return c
}

// link is one connection through the proxy.
type link struct {
	proxy          *Proxy
	client, server net.Conn
	mu             sync.Mutex
	mute           bool // the next answer ends the connection
}

func (l *link) end() {
	_ = l.client.Close()
	_ = l.server.Close()
}

func (l *link) requests() {
	defer l.end()
	buffer := make([]byte, 64<<10)
	for {
		n, err := l.client.Read(buffer)
		if err != nil {
			return
		}
		if c := l.proxy.next(buffer[:n]); c != nil {
			if !c.executed {
				return
			}
			l.mu.Lock()
			l.mute = true
			l.mu.Unlock()
		}
		if _, err := l.server.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (l *link) answers() {
	defer func() {
		l.end()
		l.proxy.mu.Lock()
		delete(l.proxy.links, l)
		l.proxy.mu.Unlock()
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := l.server.Read(buffer)
		if err != nil {
			return
		}
		l.mu.Lock()
		mute := l.mute
		l.mu.Unlock()
		if mute {
			return
		}
		if _, err := l.client.Write(buffer[:n]); err != nil {
			return
		}
	}
}
