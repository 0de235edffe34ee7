package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
)

// One reader reads a session for all of its waiters.
func TestManyWaitersShareOneReader(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	tag := e.do("GET", s.path("/status"), s.secret, nil).header.Get("ETag")
	var waiting []<-chan answer
	for range 20 {
		waiting = append(waiting, e.await(s.path("/status?wait=25"), s.secret, "If-None-Match", tag))
	}
	testkit.Eventually(t, func() bool { return e.api.Followed()[s.id] == len(waiting) })
	require.Len(t, e.api.Followed(), 1)
	e.isOK(e.do("POST", s.path("/open"), s.secret, nil), 200)
	for _, polled := range waiting {
		require.Equal(t, "pending", e.soon(polled).object["status"])
	}
	testkit.Eventually(t, func() bool { return len(e.api.Followed()) == 0 })
}

// A poll with a later state than its replica has read does not get the earlier one.
func TestWaiterNeverGetsAnEarlierState(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	other := e.replica(e.keys)
	s := e.attest()
	first := other.await(s.path("/status?wait=25"), s.secret)
	testkit.Eventually(t, func() bool { return other.api.Followed()[s.id] == 1 })
	e.isOK(e.do("POST", s.path("/open"), s.secret, nil), 200)
	known := e.do("GET", s.path("/status"), s.secret, nil)
	second := other.await(s.path("/status?wait=25"), s.secret, "If-None-Match", known.header.Get("ETag"))
	e.isOK(e.do("POST", pathSessions+"/"+s.id+"/cancel", e.sandbox.secret, nil), 200)
	require.Equal(t, "cancelled", e.soon(second).object["status"])
	require.Contains(t, []any{"pending", "cancelled"}, e.soon(first).object["status"])
}
