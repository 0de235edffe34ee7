// Package geo finds the jurisdiction of an address in files of MaxMind's format (GeoLite2, GeoIP2, DB-IP and the like)
// or in the country file that is compiled into the program. It writes no user's address into a log line or an error.
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

// lookEvery is the time between two checks of the file for changes.
const lookEvery = 5 * time.Second

// Options configure a Locator.
type Options struct {
	Path string
	// Log is slog.Default if nil.
	Log *slog.Logger
	// Now is time.Now if nil.
	Now func() time.Time
}

// Locator looks up addresses in a file. It follows the file: it loads a replaced or rewritten file, and keeps the last
// sound one while the new one is broken. It is safe for concurrent use and needs no Close.
type Locator struct {
	path   string
	log    *slog.Logger
	now    func() time.Time
	reader atomic.Pointer[maxminddb.Reader]

	// looking is held by the goroutine that checks the file; the others use the loaded one.
	looking sync.Mutex
	due     time.Time
	// tried is the file that was last read, loaded or not. seen is the file at the last check, nil if there was none.
	tried, seen os.FileInfo
}

// Open loads the file.
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

// Locate returns the jurisdiction of an address, and false if the file does not know it.
func (l *Locator) Locate(address netip.Addr) (rules.Jurisdiction, bool) {
	l.look()
	return locate(l.reader.Load(), address)
}

// Files are looked up in order: the first that knows an address decides. DB-IP comes as one file for IPv4 and one for
// IPv6.
type Files []*Locator

// Locate returns the jurisdiction of an address, and false if no file knows it.
func (f Files) Locate(address netip.Addr) (rules.Jurisdiction, bool) {
	for _, file := range f {
		if j, ok := file.Locate(address); ok {
			return j, true
		}
	}
	return "", false
}

// look checks whether the file has changed. It loads a new file only if it is the same at two checks in a row: before
// that another process may still be writing it.
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

// take loads the new file. A file that fails to load is not tried again.
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
	l.log.Warn("GeoIP file cannot be read; the previous one stays in use", "error", err.Error())
}

// same reports whether two checks saw the same file, unchanged. It compares the inode too, because a copy may have the
// times and size of the file that it replaces.
func same(a, b os.FileInfo) bool {
	return a != nil && b != nil && os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}
