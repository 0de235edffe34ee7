package vision

import (
	"context"
	"time"
)

// The time of a judge's call is that of an activity: five seconds, then fifteen for each repeat. A call leaves spare of
// it for its verdict, and one with less than enough is brief.
const (
	enough = 10 * time.Second
	spare  = time.Second
)

// ReadingTime returns the context of the readings that a judge asks for, and whether its call is brief. The context
// ends before ctx does: a process that has not answered by then is too slow, and that is told in time for the run to
// repeat the call beside its other work. A brief call is repeated in any case: the submission may have waited for a
// worker until then.
func ReadingTime(ctx context.Context) (within context.Context, brief bool, cancel context.CancelFunc) {
	deadline, bounded := ctx.Deadline()
	if !bounded {
		within, cancel = context.WithCancel(ctx)
		return within, false, cancel
	}
	within, cancel = context.WithDeadline(ctx, deadline.Add(-spare))
	return within, time.Until(deadline) < enough, cancel
}
