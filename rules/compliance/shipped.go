package compliance

import (
	"sync"

	"github.com/stile-id/stile/rules/data"
)

// Shipped returns the book of the rules that ship with the program. They are
// read once.
var Shipped = sync.OnceValues(func() (*Book, error) { return Load(data.FS) })
