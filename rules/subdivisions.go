package rules

import (
	_ "embed"
	"strings"
	"sync"
)

// subdivisionLines has one ISO 3166-2 code per line. A code that is no longer
// used is followed by its replacement. scripts/update-subdivisions writes the
// file.
//
//go:embed subdivisions.txt
var subdivisionLines string

// subdivisions maps every known subdivision to the code in use, usually itself.
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
