// Package geo finds the jurisdiction of an address in files of MaxMind's format: GeoLite2, GeoIP2, DB-IP and the like, or
// the country file that is compiled into the program. No address of a user ever enters a log line or an error.
package geo

import (
	"log/slog"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/stile-id/stile/rules"
)

// lookEvery is how often the file is looked at while lookups are made.
const lookEvery = 5 * time.Second

// Options are what a Locator is made of.
type Options struct {
	Path string
	// Log is slog.Default unless given.
	Log *slog.Logger
	// Now is time.Now unless given.
	Now func() time.Time
}

// Locator looks addresses up. It follows the file: one that is replaced or rewritten is taken over, while a broken one
// leaves the last that was sound. It is safe for concurrent use, and holds nothing that would have to be closed.
type Locator struct {
	path   string
	log    *slog.Logger
	now    func() time.Time
	reader atomic.Pointer[maxminddb.Reader]

	// looking is held by the one who looks at the file; the others go on with what there is.
	looking sync.Mutex
	due     time.Time
	// tried is the file that was last read, taken over or not; seen is the one of the last look, nil for none.
	tried, seen os.FileInfo
}

// Open reads the file.
func Open(o Options) (*Locator, error) {
	l := &Locator{path: o.Path, log: o.Log, now: o.Now}
	if l.log == nil {
		l.log = slog.Default()
	}
	if l.now == nil {
		l.now = time.Now
	}
	reader, info, err := read(l.path)
	if err != nil {
		return nil, err
	}
	l.reader.Store(reader)
	l.tried, l.seen, l.due = info, info, l.now().Add(lookEvery)
	return l, nil
}

// Locate is false where the file does not know.
func (l *Locator) Locate(address netip.Addr) (rules.Jurisdiction, bool) {
	l.look()
	return locate(l.reader.Load(), address)
}

// Files are looked up in order: the first that knows an address decides. DB-IP comes as one file for IPv4 and one for
// IPv6.
type Files []*Locator

// Locate is false where no file knows the address.
func (f Files) Locate(address netip.Addr) (rules.Jurisdiction, bool) {
	for _, file := range f {
		if j, ok := file.Locate(address); ok {
			return j, true
		}
	}
	return "", false
}

// look sees whether the file has changed. A new one is read when it has stood still from one look to the next: until
// then somebody may still be writing it.
func (l *Locator) look() {
	if !l.looking.TryLock() {
		return
	}
	defer l.looking.Unlock()
	now := l.now()
	if now.Before(l.due) {
		return
	}
	l.due = now.Add(lookEvery)
	before := l.seen
	info, err := os.Stat(l.path)
	if err != nil {
		l.seen = nil
		if before != nil {
			l.keep(err)
		}
		return
	}
	l.seen = info
	if !same(info, l.tried) && same(info, before) {
		l.take(info)
	}
}

// take reads the new file, once.
func (l *Locator) take(info os.FileInfo) {
	l.tried = info
	reader, taken, err := read(l.path)
	if err != nil {
		l.keep(err)
		return
	}
	l.tried = taken
	l.reader.Store(reader)
	l.log.Info("a new GeoIP file is in use", "built", reader.Metadata.BuildTime())
}

func (l *Locator) keep(err error) {
	l.log.Warn("the GeoIP file cannot be read; the last one stays in use", "error", err.Error())
}

// same tells whether two looks saw one file, unchanged. A copy may have the times and the size of what it replaces.
func same(a, b os.FileInfo) bool {
	return a != nil && b != nil && os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}
