package api_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/shipped"
	"github.com/stile-id/stile/rules/graph"
)

func TestSubmitTwice(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	path := s.path("/methods/self_attestation")
	first := e.isOK(e.do("POST", path, s.secret, obj{"simulate": "fail"}), 202)
	again := e.isOK(e.do("POST", path, s.secret, ` {"simulate" : "fail"}`), 202)
	require.Equal(t, string(first.body), string(again.body))
	e.isError(e.do("POST", path, s.secret, obj{"simulate": "pass"}), 409, "submission_in_progress")
	require.Len(t, e.temporal.all(), 2, "one start, one submission")

	e.judge(s, graph.OutcomeFailed)
	next := e.isOK(e.do("POST", path, s.secret, obj{"simulate": "fail"}), 202).object
	require.NotEqual(t, first.object["id"], next["id"])
	require.InDelta(t, 2, next["attempts_left"], 0)
}

func TestSubmitAtOnce(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	var group sync.WaitGroup
	answers := make([]answer, 8)
	for i := range answers {
		group.Go(func() {
			answers[i] = e.do("POST", s.path("/methods/self_attestation"), s.secret, obj{"simulate": "pass"})
		})
	}
	group.Wait()
	for _, ans := range answers {
		e.isOK(ans, http.StatusAccepted)
		require.Equal(t, answers[0].object["id"], ans.object["id"])
	}
	require.Len(t, e.temporal.all(), 2)
}

func TestSubmitWithoutTemporal(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	e.temporal.fails = errors.New("away")
	e.isOK(e.do("POST", s.path("/methods/self_attestation"), s.secret, obj{"simulate": "pass"}), 202)
	row, err := e.store.Session(t.Context(), e.sandbox.org.ID, s.id)
	require.NoError(t, err)
	require.NotNil(t, row.NudgeAt)
}

func TestSlowIsHeldBack(t *testing.T) {
	t.Parallel()
	e := newEnv(t, serving(shipped.Options{SimulatedDelay: 7 * time.Second}))
	s := e.attest()
	e.isOK(e.do("POST", s.path("/methods/self_attestation"), s.secret, obj{"simulate": "slow"}), 202)
	pending, err := e.store.PendingSubmissions(t.Context(), e.sandbox.org.ID, s.id)
	require.NoError(t, err)
	require.Equal(t, 7*time.Second, pending[0].ReadyAt.Sub(pending[0].Created.Time))
	require.JSONEq(t, `{"simulate":"slow"}`, e.payloadOf(s, e.sandbox.org))
}
