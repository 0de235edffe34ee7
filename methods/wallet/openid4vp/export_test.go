package openid4vp

import (
	"maps"
	"slices"
)

// Codes returns all codes.
func Codes() []Code { return slices.Sorted(maps.Keys(clauses)) }
