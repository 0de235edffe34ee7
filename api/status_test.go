package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
)

func TestStatus(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	public := e.isOK(e.do("GET", s.path("/status"), "", nil), 200)
	require.Equal(t, obj{
		"session_id": s.id, "status": "created", "is_terminal": false, "same_device_only": false,
	}, public.object)
	private := e.isOK(e.do("GET", s.path("/status"), s.secret, nil), 200)
	require.Contains(t, private.object, "active_device")
	require.Contains(t, private.object, "device_locked_at")
	require.NotEqual(t, public.header.Get("ETag"), private.header.Get("ETag"))

	tag := public.header.Get("ETag")
	require.Regexp(t, `^"[0-9a-f]{32}"$`, tag)
	for _, known := range []string{tag, "W/" + tag, `"x", ` + tag, "*"} {
		ans := e.isOK(e.do("GET", s.path("/status"), "", nil, "If-None-Match", known), 304)
		require.Empty(t, ans.body)
		require.Equal(t, tag, ans.header.Get("ETag"))
	}
	e.isOK(e.do("GET", s.path("/status"), "", nil, "If-None-Match", `"x"`), 200)
	e.isOK(e.do("POST", s.path("/cancel"), s.secret, nil), 200)
	ans := e.isOK(e.do("GET", s.path("/status"), "", nil, "If-None-Match", tag), 200)
	require.Equal(t, true, ans.object["is_terminal"])

	e.isError(e.do("GET", "/v1/verify/session/vks_unknown/status", "", nil), 404, "session_not_found", "id")
	e.isError(e.do("GET", s.path("/status"), e.sandbox.secret, nil), 401, "api_key_invalid")
	for _, wait := range []string{"26", "-1", "soon", "1.5"} {
		e.isError(e.do("GET", s.path("/status?wait="+wait), "", nil), 400, "parameter_invalid", "wait")
	}
}

// await polls in the background and returns once the poll waits.
func (e *env) await(path, credential string, header ...string) <-chan answer {
	e.t.Helper()
	got := make(chan answer, 1)
	go func() { got <- e.do("GET", path, credential, nil, header...) }()
	e.waits(got)
	return got
}

func TestLongPollEndsWithAChange(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	tag := e.do("GET", s.path("/status"), "", nil).header.Get("ETag")
	with := e.await(s.path("/status?wait=25"), "", "If-None-Match", tag)
	without := e.await(s.path("/status?wait=25"), s.secret)
	e.isOK(e.do("POST", s.path("/open"), s.secret, nil), 200)
	require.Equal(t, "pending", e.isOK(e.soon(with), 200).object["status"])
	require.Equal(t, "pending", e.isOK(e.soon(without), 200).object["status"])
}

func TestLongPollRunsOut(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	tag := e.do("GET", s.path("/status"), "", nil).header.Get("ETag")
	began := time.Now()
	e.isOK(e.do("GET", s.path("/status?wait=1"), "", nil, "If-None-Match", tag), 304)
	require.GreaterOrEqual(t, time.Since(began), time.Second)
	require.Equal(t, "created", e.isOK(e.do("GET", s.path("/status?wait=1"), "", nil), 200).object["status"])
}

func TestLongPollDoesNotWaitWithoutNeed(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	e.isOK(e.do("GET", s.path("/status?wait=25"), "", nil, "If-None-Match", `"older"`), 200)
	e.isOK(e.do("POST", s.path("/cancel"), s.secret, nil), 200)
	ended := e.isOK(e.do("GET", s.path("/status?wait=25"), "", nil), 200)
	require.Equal(t, "cancelled", ended.object["status"])
	e.isOK(e.do("GET", s.path("/status?wait=25"), "", nil, "If-None-Match", ended.header.Get("ETag")), 304)
}

func TestShutdownEndsLongPolls(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	got := e.await(s.path("/status?wait=25"), "")
	e.api.Close()
	e.api.Close()
	require.Equal(t, http.StatusOK, e.soon(got).status)
}

func TestLongPollEndsWhenTheClientLeaves(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() { left <- e.abandon(ctx, "GET", s.path("/status?wait=25"), "", nil) }()
	testkit.Eventually(t, func() bool { return e.api.Followed()[s.id] == 1 })
	leave()
	require.ErrorIs(t, testkit.Receive(t, left), context.Canceled)
	testkit.Eventually(t, func() bool {
		return strings.Contains(e.log.String(), `"route":"/v1/verify/session/:id/status"`)
	})
}

func TestLongPollSeesChangesOfOtherReplicas(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	got := e.await(s.path("/status?wait=25"), "")
	other := e.replica(e.keys)
	other.isOK(other.do("POST", s.path("/open"), s.secret, nil), 200)
	require.Equal(t, "pending", e.isOK(e.soon(got), 200).object["status"], "SQLite has no notifications: it polls")
}
