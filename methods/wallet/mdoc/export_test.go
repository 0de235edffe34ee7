package mdoc

import (
	"maps"
	"slices"
)

// Codes returns the codes of the package, in their order.
func Codes() []Code { return slices.Sorted(maps.Keys(clauses)) }
