package api_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// stuck sends a request under the key "k" that commits its session and then hangs.
func (e *env) stuck(body obj) (first <-chan answer, release chan struct{}) {
	arrived, release := make(chan struct{}), make(chan struct{})
	var starts atomic.Int32 // a second request must not wait for the first in here
	e.temporal.onStart = func(context.Context, models.Session) error {
		if starts.Add(1) == 1 {
			close(arrived)
			<-release
		}
		return nil
	}
	got := make(chan answer, 1)
	go func() { got <- e.do("POST", pathSessions, e.sandbox.secret, body, idempotencyKey, "k") }()
	<-arrived
	return got, release
}

func TestTakeOverFromACrash(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) { o.Config.StartTimeout = 20 * time.Second })
	body := obj{"type": "age", "workflow_id": e.workflow(e.sandbox, simple("mdl")), "jurisdiction": "US"}
	first, release := e.stuck(body)
	e.clock.Advance(61 * time.Second) // the lease of a process that counts as dead
	second := e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body, idempotencyKey, "k"), 201)
	require.Empty(t, second.header.Get("Idempotent-Replayed"))
	close(release)
	revived := e.isOK(e.soon(first), 201)
	require.Equal(t, second.object["id"], revived.object["id"])
	require.Equal(t, second.object["client_secret"], revived.object["client_secret"])
	third := e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body, idempotencyKey, "k"), 201)
	require.Equal(t, string(second.body), string(third.body))
	require.Equal(t, 1, e.sessionCount(e.sandbox))
}

// A submission that was committed and judged before its process could answer is not made again.
func TestTakeOverOfASubmission(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	path, body := s.path("/methods/self_attestation"), `{"simulate":"fail"}`
	claimed, err := e.store.ClaimKey(
		t.Context(),
		"session:"+s.id,
		"k",
		store.Request{Method: "POST", Path: path, Body: []byte(body)},
	)
	require.NoError(t, err)
	e.submitAs(s, *claimed.Claim, body)
	e.judge(s, "failed")
	e.clock.Advance(61 * time.Second)
	ans := e.isOK(e.do("POST", path, s.secret, body, idempotencyKey, "k"), http.StatusAccepted)
	require.Equal(t, "vr_"+claimed.Claim.ResourceID, ans.object["id"])
	require.InDelta(t, 2, ans.object["attempts_left"], 0)
	require.Equal(t, "requires_input", ans.object["session_status"])
	replayed := e.isOK(e.do("POST", path, s.secret, body, idempotencyKey, "k"), http.StatusAccepted)
	require.Equal(t, string(ans.body), string(replayed.body))
}
