package workflows_test

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stile-id/stile/internal/mail"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/worker/workertest"
	"github.com/stile-id/stile/worker/workertest/scene"
)

// house is a real Temporal server with a real worker, for histories, which the test environment does not record.
var house = workertest.Share(workertest.Options{
	Mailer:  &mail.Inbox{},
	Workers: 1,
	Judge:   &unsteady{steady: &calling{judge: scene.Judge(), calls: map[string]int{}}, fails: localAttempts + 1},
	// The hour is for scenarios in which the second attempt must not come by itself.
	WebhookRetrySchedule: []time.Duration{time.Second, time.Hour},
})

func TestMain(m *testing.M) { os.Exit(house.Main(m)) }

// unstable is a method that fails to give its first verdicts, as in an outage.
const unstable = rules.MethodStudent

type unsteady struct {
	steady methods.Judge
	fails  int64
	calls  atomic.Int64
}

func (u *unsteady) Judge(ctx context.Context, s methods.Submission) (methods.Verdict, error) {
	if s.Method == unstable && u.calls.Add(1) <= u.fails {
		return methods.Verdict{}, errors.New("the database is away")
	}
	return u.steady.Judge(ctx, s)
}

// called is a method whose judge waits for a person on its first calls, as carrier_lookup does.
const called = rules.MethodCarrierLookup

// waitingCalls is the number of calls in which the judge of called waits, about each submission.
const waitingCalls = 3

type calling struct {
	judge methods.Judge
	mu    sync.Mutex
	calls map[string]int // by session
}

func (c *calling) Judge(ctx context.Context, s methods.Submission) (methods.Verdict, error) {
	if s.Method == called && c.count(s.SessionID) <= waitingCalls {
		return methods.Verdict{}, &methods.WaitingError{}
	}
	return c.judge.Judge(ctx, s)
}

func (c *calling) count(session string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[session]++
	return c.calls[session]
}
