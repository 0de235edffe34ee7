package app

import (
	"context"
	"time"
)

const (
	// lookEvery is the time between two looks at files that may change.
	lookEvery = 2 * time.Second
	// measureEvery is the time between two measurements of waiting work.
	measureEvery = 10 * time.Second
)

// watch looks at files that may change, and measures waiting work, until Stop. A file is otherwise checked only when it
// is used: without the look, the first credential after a quiet hour would be verified by an issuer that was removed
// meanwhile, and a faulty file would be reported by the first request that needs it.
func (a *App) watch(ctx context.Context) {
	ctx, a.unwatch = context.WithCancel(context.WithoutCancel(ctx))
	a.serving.Go(func() { every(ctx, lookEvery, func(context.Context) { a.files.Look() }) })
	a.serving.Go(func() { every(ctx, measureEvery, a.measureWaiting) })
}

// every calls do at once, and then at each interval, until the context ends.
func every(ctx context.Context, interval time.Duration, do func(ctx context.Context)) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		do(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
