package compliance

import (
	"sync"

	"github.com/stile-id/stile/rules/data"
)

// Shipped is the book of the rules that ship with this program. It is read once.
var Shipped = sync.OnceValues(func() (*Book, error) { return Load(data.FS) })
