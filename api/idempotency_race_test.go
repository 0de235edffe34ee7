package api_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/models"
)

func TestTwentyAtOnce(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	body := obj{"type": "age", "workflow_id": e.workflow(e.sandbox, simple("mdl")), "jurisdiction": "US"}
	var group sync.WaitGroup
	answers := make([]answer, 20)
	for i := range answers {
		group.Go(func() { answers[i] = e.do("POST", pathSessions, e.sandbox.secret, body, idempotencyKey, "order") })
	}
	group.Wait()
	replayed := 0
	for _, ans := range answers {
		e.isOK(ans, 201)
		require.Equal(t, string(answers[0].body), string(ans.body))
		if ans.header.Get("Idempotent-Replayed") != "" {
			replayed++
		}
	}
	require.Equal(t, 19, replayed)
	require.Equal(t, 1, e.sessionCount(e.sandbox))
}

func TestDuplicateGivesUpWaiting(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) {
		o.Config.IdempotencyWait, o.Config.StartTimeout = 300*time.Millisecond, 20*time.Second
	})
	body := obj{"type": "age", "workflow_id": e.workflow(e.sandbox, simple("mdl")), "jurisdiction": "US"}
	first, release := e.stuck(body)
	ans := e.do("POST", pathSessions, e.sandbox.secret, body, idempotencyKey, "k")
	e.isError(ans, 503, "service_unavailable")
	require.Equal(t, "1", ans.header.Get("Retry-After"))
	close(release)
	e.isOK(e.soon(first), 201)
	e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body, idempotencyKey, "k"), 201)
	require.Equal(t, 1, e.sessionCount(e.sandbox))
}

func TestDuplicateWaitsAndReplays(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) { o.Config.StartTimeout = 20 * time.Second })
	body := obj{"type": "age", "workflow_id": e.workflow(e.sandbox, simple("mdl")), "jurisdiction": "US"}
	first, release := e.stuck(body)
	second := make(chan answer, 1)
	go func() { second <- e.do("POST", pathSessions, e.sandbox.secret, body, idempotencyKey, "k") }()
	e.waits(second)
	close(release)
	made, replayed := e.isOK(e.soon(first), 201), e.isOK(e.soon(second), 201)
	require.Equal(t, "true", replayed.header.Get("Idempotent-Replayed"))
	require.Equal(t, string(made.body), string(replayed.body))
}

func TestShutdownEndsWaitingDuplicates(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) { o.Config.StartTimeout = 20 * time.Second })
	body := obj{"type": "age", "workflow_id": e.workflow(e.sandbox, simple("mdl")), "jurisdiction": "US"}
	first, release := e.stuck(body)
	e.api.Close()
	e.isError(e.do("POST", pathSessions, e.sandbox.secret, body, idempotencyKey, "k"), 503, "service_unavailable")
	close(release)
	e.isOK(e.soon(first), 201)
}

// A request is finished even if its client has left, and its answer is replayed.
func TestClientLeavesMidway(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	body := obj{"type": "age", "workflow_id": e.workflow(e.sandbox, simple("mdl")), "jurisdiction": "US"}
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	e.temporal.onStart = func(ctx context.Context, _ models.Session) error {
		leave()
		select {
		case <-ctx.Done():
		case <-time.After(250 * time.Millisecond):
		}
		left <- ctx.Err()
		return nil
	}
	err := e.abandon(ctx, "POST", pathSessions, e.sandbox.secret, body, idempotencyKey, "k")
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, <-left)
	e.temporal.onStart = nil
	ans := e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body, idempotencyKey, "k"), 201)
	require.Equal(t, "true", ans.header.Get("Idempotent-Replayed"))
	require.Equal(t, 1, e.sessionCount(e.sandbox))
}
