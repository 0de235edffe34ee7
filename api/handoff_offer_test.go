package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/graph"
)

func (e *env) report(s session, trouble string) answer {
	e.t.Helper()
	return e.do("POST", s.path("/events"), s.secret, obj{"type": trouble})
}

// handoffIn returns the fields of a view about handoffs.
func handoffIn(view obj) []any { return []any{view["offer_handoff"], view["handoff_reason"]} }

func TestHandoffIsOfferedOnceTheDeviceHasFailed(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for _, trouble := range []string{"setup_failed", "camera_failed"} {
		s := e.attest()
		require.Equal(t, []any{false, nil}, handoffIn(e.view(s)))
		require.Equal(t, []any{true, trouble}, handoffIn(e.isOK(e.report(s, trouble), 200).object))
		require.Equal(
			t,
			[]any{true, trouble},
			handoffIn(e.isOK(e.report(s, "scan_failed"), 200).object),
			"the first reason stands",
		)
		require.Equal(t, []any{true, trouble}, handoffIn(e.view(s)))
	}
	s := e.attest()
	require.Equal(t, []any{false, nil}, handoffIn(e.isOK(e.report(s, "scan_failed"), 200).object))
	require.Equal(t, []any{true, "scan_failed"}, handoffIn(e.isOK(e.report(s, "scan_failed"), 200).object))
}

func TestRefusedPicturesOfferAHandoff(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	for range 2 {
		e.submit(s, "self_attestation", graph.OutcomeFailed)
	}
	e.submit(s, "document_capture", graph.OutcomeFailed)
	require.Equal(t, []any{false, nil}, handoffIn(e.view(s)))
	e.submit(s, "document_capture", graph.OutcomeRequiresInput)
	require.Equal(t, []any{true, "scan_failed"}, handoffIn(e.view(s)))
	e.submit(s, "document_capture", graph.OutcomePassed)
	require.Equal(t, "verified", e.view(s)["status"])
	require.Equal(t, []any{false, nil}, handoffIn(e.view(s)), "there is nothing to go on with")
}

func TestReportedFailureAffectsOneSession(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	read := func() obj {
		return e.isOK(e.do("GET", pathSessions+"/"+s.id, e.sandbox.secret, nil), 200).object
	}
	events := func() any { return e.isOK(e.do("GET", "/v1/events", e.sandbox.secret, nil), 200).object["data"] }
	before, fired, asked := read(), events(), e.temporal.all()
	e.clock.Advance(time.Second)
	for range 5 {
		e.isOK(e.report(s, "setup_failed"), 200)
	}
	require.Equal(t, before, read())
	require.Equal(t, fired, events(), "no webhook")
	require.Equal(t, asked, e.temporal.all(), "the run is not told")
}

func TestReportsOfFailuresAreChecked(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	for _, wrong := range []any{
		obj{}, obj{"type": nil}, obj{"type": ""}, obj{"type": "battery_low"}, obj{"type": 1},
		obj{"type": "SETUP_FAILED"},
	} {
		e.isError(e.do("POST", s.path("/events"), s.secret, wrong), 400, "parameter_invalid", "type")
	}
	e.isError(
		e.do("POST", s.path("/events"), s.secret, obj{"type": "setup_failed", "why": "x"}),
		400,
		"parameter_invalid",
		"why",
	)
	e.isError(e.do("POST", s.path("/events"), "", obj{"type": "setup_failed"}), 401, "api_key_invalid")
	e.isError(e.do("POST", s.path("/events"), e.sandbox.secret, obj{"type": "setup_failed"}), 401, "api_key_invalid")
	e.isError(e.do("POST", s.path("/events"), e.attest().secret, obj{"type": "setup_failed"}), 404, "session_not_found")
	require.Equal(t, []any{false, nil}, handoffIn(e.view(s)))

	e.isOK(e.report(s, "camera_failed"), 200)
	e.isOK(e.do("POST", s.path("/cancel"), s.secret, nil), 200)
	e.isError(e.report(s, "setup_failed"), 409, "session_terminal")
	require.Equal(t, []any{false, nil}, handoffIn(e.view(s)))
}
