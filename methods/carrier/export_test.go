package carrier

import (
	"context"
	"time"

	"github.com/stile-id/stile/methods"
)

// MethodWaiting returns the method with another pause between polls.
func MethodWaiting(o Options, pause func(ctx context.Context, d time.Duration) error) methods.Method {
	made := Method(o)
	m := made.Begin.(*lookup)
	m.wait = pause
	return m.method()
}
