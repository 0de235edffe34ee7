package api_test

import (
	"context"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/internal/storetest"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/risk"
)

// directory knows one address of Tor and one disposable mailbox.
type directory struct{}

func (directory) Networks(address netip.Addr) []risk.Network {
	if address == netip.MustParseAddr("198.51.100.8") {
		return []risk.Network{risk.Tor}
	}
	return nil
}

func (directory) Email(_ context.Context, address string) risk.Email {
	return risk.Email{Disposable: address == "ada@throwaway.example"}
}

func (directory) Phone(string) risk.Phone { return risk.Phone{} }

// suspiciousOnEach runs a test on each database: with an environment with signals, and a workflow with all groups of
// them and more preferences.
func suspiciousOnEach(t *testing.T, more obj, test func(e *env, workflow string)) {
	t.Helper()
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(suspicious(t, database(t), more))
		})
	}
}

// suspicious returns an environment with signals on a database, and a workflow with all groups of them.
func suspicious(t *testing.T, database string, more obj) (*env, string) {
	t.Helper()
	e := newEnvOn(t, database, func(o *api.Options) {
		o.Config.TrustedProxies, o.Locator, o.Sources = []string{"127.0.0.1"}, known, directory{}
	})
	preferences := obj{"signals": risk.Groups()}
	for name, value := range more {
		preferences[name] = value
	}
	workflow := simple("document_capture")
	workflow["preferences"] = preferences
	return e, e.workflow(e.sandbox, workflow)
}

// opened opens a session from an address, as a browser with the language of 198.51.100.8.
func (e *env) opened(s session, address string, body obj) obj {
	e.t.Helper()
	header := from(address)
	if address == "198.51.100.8" {
		header = from(address, "Accept-Language", "de-DE")
	}
	return e.isOK(e.do("POST", s.path("/open"), s.secret, body, header...), 200).object
}

func TestSignalsOfTheWorkflowAssessASessionAtCreationAndOpening(t *testing.T) {
	t.Parallel()
	suspiciousOnEach(t, nil, func(e *env, workflow string) {
		s := e.create(e.sandbox, workflow, obj{"email": "ada@throwaway.example"})
		require.Equal(e.t, obj{
			"score": 35.0, "level": "medium", "signals": []any{"disposable_email"}, "weights": obj{"disposable_email": 35.0},
		}, e.shown(e.sandbox, s)["risk"])
		view := e.isOK(e.do("GET", s.path(""), s.secret, nil), 200).object
		require.Equal(e.t, []any{"time_zone", "device_id"}, view["device_hints"])

		view = e.opened(s, "198.51.100.8", obj{"time_zone": "America/New_York", "device_id": "d1"})
		require.Equal(e.t, []any{}, view["device_hints"], "it is open")
		want := obj{
			"score": 100.0, "level": "high",
			"signals": []any{"disposable_email", "tor_network", "geo_mismatch", "timezone_mismatch"},
			"weights": obj{
				"disposable_email": 35.0, "tor_network": 45.0, "geo_mismatch": 40.0, "timezone_mismatch": 10.0,
			},
		}
		require.Equal(e.t, want, e.shown(e.sandbox, s)["risk"])
		e.opened(s, "198.51.100.7", obj{"time_zone": "Asia/Tokyo"})
		require.Equal(e.t, want, e.shown(e.sandbox, s)["risk"], "opening again changes nothing")
	})
}

func TestProvisionalSessionIsAssessedWhenItIsOpened(t *testing.T) {
	t.Parallel()
	suspiciousOnEach(t, nil, func(e *env, workflow string) {
		s := e.create(e.sandbox, workflow, obj{"email": "ada@throwaway.example", "jurisdiction": nil})
		require.Nil(e.t, e.shown(e.sandbox, s)["risk"])
		e.opened(s, "198.51.100.8", obj{})
		require.Equal(e.t, []any{"tor_network", "disposable_email"}, in(e.shown(e.sandbox, s), "risk", "signals"))
	})
}

func TestGroupsThatTheWorkflowLeavesOutAreNotAssessed(t *testing.T) {
	t.Parallel()
	suspiciousOnEach(t, obj{"signals": []string{"email_risk"}}, func(e *env, workflow string) {
		s := e.create(e.sandbox, workflow, obj{"email": "ada@throwaway.example"})
		view := e.opened(s, "198.51.100.8", obj{"time_zone": "America/New_York", "device_id": "d1"})
		require.Equal(e.t, []any{}, view["device_hints"])
		require.Equal(e.t, []any{"disposable_email"}, in(e.shown(e.sandbox, s), "risk", "signals"))
	})
}

func TestWorkflowWithoutSignalsAssessesNoRisk(t *testing.T) {
	t.Parallel()
	suspiciousOnEach(t, obj{"signals": []string{}}, func(e *env, workflow string) {
		s := e.create(e.sandbox, workflow, obj{"email": "ada@throwaway.example"})
		e.opened(s, "198.51.100.8", obj{"time_zone": "America/New_York", "device_id": "d1"})
		require.Nil(e.t, e.shown(e.sandbox, s)["risk"])
	})
}

func TestAContactCountsOnceForASession(t *testing.T) {
	t.Parallel()
	suspiciousOnEach(t, nil, func(e *env, workflow string) {
		var last session
		for range 6 { // the highest count in an hour that gives no signal
			last = e.create(e.sandbox, workflow, obj{"email": "bo@shop.org"})
			e.opened(last, "198.51.100.7", obj{"device_id": "d1"})
		}
		require.Nil(e.t, e.shown(e.sandbox, last)["risk"])
		seventh := e.create(e.sandbox, workflow, obj{"email": "bo@shop.org"})
		require.Equal(e.t, []any{"velocity_email"}, in(e.shown(e.sandbox, seventh), "risk", "signals"))
	})
}

func TestDeviceOfSeveralPeopleIsASignal(t *testing.T) {
	t.Parallel()
	suspiciousOnEach(t, nil, func(e *env, workflow string) {
		var last session
		for _, email := range []string{"a@shop.org", "b@shop.org", "c@shop.org"} {
			last = e.create(e.sandbox, workflow, obj{"email": email})
			e.opened(last, "198.51.100.7", obj{"device_id": "tablet"})
		}
		require.Equal(e.t, []any{"shared_device"}, in(e.shown(e.sandbox, last), "risk", "signals"))
	})
}

func TestSessionAtTheWorkflowsLevelOfRiskIsFlagged(t *testing.T) {
	t.Parallel()
	for level, flagged := range map[string]bool{"medium": true, "high": false} {
		t.Run(level, func(t *testing.T) {
			t.Parallel()
			suspiciousOnEach(t, obj{"flag_at": level}, func(e *env, workflow string) { e.flags(workflow, flagged) })
		})
	}
}

// flags requires that verified sessions with a medium risk are flagged, or that none is.
func (e *env) flags(workflow string, flagged bool) {
	e.t.Helper()
	for _, then := range []obj{{}, {"skip_verification": true}} {
		then["email"] = "ada@throwaway.example"
		s := e.create(e.sandbox, workflow, then)
		if then["skip_verification"] == nil {
			e.submit(s, "document_capture", graph.OutcomePassed)
		}
		shown := e.shown(e.sandbox, s)
		require.Equal(e.t, "verified", shown["status"])
		if !flagged {
			require.Nil(e.t, shown["review"])
			continue
		}
		require.Equal(e.t, "risk_medium: a score of 35, by disposable_email", in(shown, "review", "reason"))
		events := e.events(s)
		require.Equal(e.t, []any{"session_review.flagged", "verification_session.verified"}, events[len(events)-2:])
	}
}

func TestBranchAtTheStartReadsTheSignals(t *testing.T) {
	t.Parallel()
	suspiciousOnEach(t, nil, func(e *env, _ string) {
		draft := flow("start", obj{
			"start": obj{"kind": "branch", "default": "id", "cases": []obj{
				{"when": "'disposable_email' in risk.signals && risk.level == 'medium' && risk.score == 35", "next": "no"},
			}},
			"id": method("mdl", "yes", "no"),
		})
		draft["preferences"] = obj{"signals": []string{"email_risk"}}
		workflow := e.workflow(e.sandbox, draft)
		s := e.create(e.sandbox, workflow, obj{"email": "ada@throwaway.example"})
		require.Equal(e.t, "failed", e.shown(e.sandbox, s)["status"])
		s = e.create(e.sandbox, workflow, obj{"email": "ada@shop.org"})
		require.Equal(e.t, "created", e.shown(e.sandbox, s)["status"])
	})
}

func TestPreferencesOfRiskAreChecked(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for param, preferences := range map[string]obj{
		"preferences.signals[1]": {"signals": []string{"velocity", "luck"}},
		"preferences.signals[2]": {"signals": []string{"velocity", "ip_analysis", "velocity"}},
		"preferences.signals[0]": {"signals": []any{1}},
		"preferences.signals":    {"signals": "velocity"},
		"preferences.flag_at":    {"flag_at": "low"},
	} {
		draft := simple("document_capture")
		draft["preferences"] = preferences
		e.isError(e.do("POST", "/v1/workflows", e.sandbox.secret, draft), 400, "parameter_invalid", param)
	}
	draft := simple("document_capture")
	draft["preferences"] = obj{"signals": []string{"velocity"}, "flag_at": "high"}
	made := e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, draft), 201).object
	require.Equal(t, []any{"velocity"}, in(made, "preferences", "signals"))
	require.Equal(t, "high", in(made, "preferences", "flag_at"))
}

func TestHintsOfTheDeviceAreBounded(t *testing.T) {
	t.Parallel()
	e, workflow := suspicious(t, storetest.SQLite(t), nil)
	s := e.create(e.sandbox, workflow, nil)
	long := string(make([]byte, 65))
	for param, body := range map[string]obj{
		"time_zone": {"time_zone": long}, "device_id": {"device_id": 1}, "screen": {"screen": "wide"},
	} {
		e.isError(e.do("POST", s.path("/open"), s.secret, body), 400, "parameter_invalid", param)
	}
	e.opened(s, "198.51.100.7", obj{"time_zone": "Mars/Olympus", "device_id": nil})
	require.Nil(t, e.shown(e.sandbox, s)["risk"], "an unknown zone is no signal")
}
