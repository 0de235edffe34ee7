// Package geo finds the jurisdiction of an address in files of MaxMind's format (GeoLite2, GeoIP2, DB-IP and the like)
// or in the country file that is compiled into the program. It writes no user's address into a log line or an error.
package geo

import (
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/stile-id/stile/internal/follow"
	"github.com/stile-id/stile/rules"
)

// Options configure a Locator.
type Options struct {
	Path string
	// Log is slog.Default if nil.
	Log *slog.Logger
	// Now is time.Now if nil.
	Now func() time.Time
	// Watch, if not nil, looks at the file.
	Watch *follow.Watch
}

// Variable is the environment variable that names the files.
const Variable = "STILE_GEOIP_DB"

// Locator looks up addresses in a file, which it follows as package follow does. It is safe for concurrent use and
// needs no Close.
type Locator struct {
	file *follow.File[*maxminddb.Reader]
}

// Open loads the file. The error names the variable.
func Open(o Options) (*Locator, error) {
	file, err := follow.Open(follow.Options{
		Path: o.Path, Name: "GeoIP file", Setting: Variable, Watch: o.Watch, Log: o.Log, Now: o.Now,
	}, read)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", Variable, err)
	}
	return &Locator{file: file}, nil
}

// Locate returns the jurisdiction of an address, and false if the file does not know it.
func (l *Locator) Locate(address netip.Addr) (rules.Jurisdiction, bool) {
	return locate(l.file.Value(), address)
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
