package signals

import (
	_ "embed"
	"strings"
	"sync"
)

// disposableLines has one domain per line. scripts/update-signals writes it; data/README.md names its source and
// licence.
//
//go:embed data/disposable.txt
var disposableLines string

var disposableDomains = sync.OnceValue(func() map[string]bool {
	domains := map[string]bool{}
	for line := range strings.Lines(disposableLines) {
		domains[strings.TrimSuffix(line, "\n")] = true
	}
	return domains
})

// disposable reports whether the domain, or one that it belongs to, offers disposable mailboxes.
func disposable(domain string) bool {
	for domain != "" {
		if disposableDomains()[domain] {
			return true
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	return false
}

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
