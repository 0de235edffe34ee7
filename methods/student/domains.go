package student

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"strings"
	"sync"
)

// packed is the list of data/domains.md.
//
//go:embed data/domains.gz
var packed []byte

// domains holds mail domains of institutions: true for a domain that counts, false for a domain of the stop-list.
type domains map[string]bool

var shippedDomains = sync.OnceValue(func() domains {
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic("student: the shipped list of domains is damaged: " + err.Error())
	}
	text, err := io.ReadAll(reader)
	if err != nil {
		panic("student: the shipped list of domains is damaged: " + err.Error())
	}
	counted, stopped, _ := strings.Cut(string(text), "\n\n")
	list := domains{}
	for domain := range strings.Lines(counted) {
		list[strings.TrimSuffix(domain, "\n")] = true
	}
	for domain := range strings.Lines(stopped) {
		list[strings.TrimSuffix(domain, "\n")] = false
	}
	return list
})

// alumni are labels of mail domains for former students.
var alumni = map[string]bool{"alum": true, "alumni": true, "alumnus": true}

// institution returns the listed domain that equals a mail domain or is above it; "" if there is none. The nearest
// entry decides. A domain with a label such as alumni does not count.
func (d domains) institution(domain string, added map[string]bool) string {
	for at := domain; ; {
		if added[at] {
			return at
		}
		if counts, listed := d[at]; listed {
			if counts {
				return at
			}
			return ""
		}
		label, above, found := strings.Cut(at, ".")
		if !found || alumni[label] {
			return ""
		}
		at = above
	}
}
