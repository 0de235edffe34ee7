package rules

import (
	_ "embed"
	"strings"
	"sync"
)

// subdivisionLines has one ISO 3166-2 code per line, and behind a code that is
// no longer used the one that replaced it. scripts/update-subdivisions writes it.
//
//go:embed subdivisions.txt
var subdivisionLines string

// subdivisions maps every known subdivision to the code in use, mostly itself.
var subdivisions = sync.OnceValue(func() map[Jurisdiction]Jurisdiction {
	inUse := make(map[Jurisdiction]Jurisdiction, strings.Count(subdivisionLines, "\n"))
	for line := range strings.Lines(subdivisionLines) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		code, replacement, replaced := strings.Cut(line, " ")
		if !replaced {
			replacement = code
		}
		inUse[Jurisdiction(code)] = Jurisdiction(replacement)
	}
	return inUse
})
