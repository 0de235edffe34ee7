package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

func TestBacktest(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	id := e.workflow(e.sandbox, flow("doc", obj{
		"doc":   method("document_capture", "vip", "human"),
		"vip":   obj{"kind": "branch", "cases": []obj{{"when": "metadata.tier == 'vip'", "next": "human"}}, "default": "yes"},
		"human": obj{"kind": "review", "pass": "yes", "fail": "no"},
	}))
	path := "/v1/workflows/" + id
	plain, bad := e.create(e.sandbox, id), e.create(e.sandbox, id)
	vip := e.create(e.sandbox, id, obj{"metadata": obj{"tier": "vip"}})
	e.submit(plain, "document_capture", graph.OutcomePassed)
	e.submit(vip, "document_capture", graph.OutcomePassed)
	e.decide(vip, "approve", "jo", 200)
	e.submit(bad, "document_capture", graph.OutcomeFailed, rules.ReasonUnreadable)
	e.decide(bad, "reject", "jo", 200)
	given := e.create(e.sandbox, id)
	e.isOK(e.do("POST", pathSessions+"/"+given.id+"/cancel", e.sandbox.secret, nil), 200)
	e.clock.Advance(time.Second)
	e.create(e.sandbox, id, obj{"skip_verification": true})
	e.create(e.sandbox, id) // has not ended

	backtest := func(body any) obj {
		t.Helper()
		return e.isOK(e.do("POST", path+"/backtest", e.sandbox.secret, body), 200).object
	}
	require.Equal(t, obj{
		"object": "workflow_backtest", "version": nil, "sessions": 4.0, "more": false, "changed": []any{}, "unchanged": 4.0,
	}, backtest(nil))

	e.isOK(e.do("PATCH", path, e.sandbox.secret, obj{"graph": flow("doc", obj{
		"doc":  method("document_capture", "vip", "no"),
		"vip":  obj{"kind": "branch", "cases": []obj{{"when": "metadata.tier == 'vip'", "next": "no"}}, "default": "face"},
		"face": method("selfie_match", "yes", "no"),
	})["graph"]}), 200)
	report := backtest(obj{"sessions": obj{"last": 500}})
	require.InDelta(t, 2, report["unchanged"], 0, "the rejected, and the cancelled")
	require.ElementsMatch(t, []any{
		obj{"session_id": plain.id, "before": "verified", "after": "waiting", "node": "vip"},
		obj{"session_id": vip.id, "before": "verified", "after": "failed", "node": "vip"},
	}, report["changed"])
	require.Equal(t, []any{}, backtest(obj{"version": 1})["changed"])

	e.isError(e.do("POST", path+"/backtest", e.sandbox.secret, obj{"version": 2}), 404, "resource_missing", "version")
}

// byRisk returns a workflow with two branches on the risk: one before a provider can have reported it, and one after.
func byRisk(high string) obj {
	ifRisky := func(when, next, otherwise string) obj {
		return obj{"kind": "branch", "cases": []obj{{"when": when, "next": next}}, "default": otherwise}
	}
	return flow("face", obj{
		"face":   method("facial_age", "before", "no"),
		"before": ifRisky("risk.level != '' || size(risk.signals) > 0", "yes", "doc"),
		"doc":    method("document_capture", "after", "no"),
		"after":  ifRisky(high, "no", "yes"),
	})
}

func TestBacktestKnowsOfARiskWhenTheSessionDid(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withCallbacks)
	c := e.connect(e.sandbox, "document_capture", "http://vendor.example:9001/judge", obj{"mode": "callback"})
	path := "/v1/workflows/" + e.workflow(e.sandbox, byRisk("risk.level == 'high' && 'vpn' in risk.signals"))
	s := e.create(e.sandbox, strings.TrimPrefix(path, "/v1/workflows/"))
	e.submit(s, "facial_age", graph.OutcomePassed)
	attempt := e.isOK(e.do("POST", s.path("/methods/document_capture"), s.secret, obj{"input": obj{}}), 202).object
	verdict := obj{"outcome": "passed", "risk": obj{"score": 90, "signals": []string{"vpn"}}}
	e.isOK(e.callWith(c.secret, attempt["id"].(string), verdict), 200)
	require.Equal(t, "failed", e.status(s))

	for name, play := range map[string]struct {
		high    string
		changed []any
	}{
		"as it was":          {"risk.level == 'high' && 'vpn' in risk.signals", []any{}},
		"a limit it reaches": {"risk.score >= 90", []any{}},
		"a limit above it": {"risk.score > 90", []any{
			obj{"session_id": s.id, "before": "failed", "after": "verified", "node": "after"},
		}},
	} {
		e.isOK(e.do("PATCH", path, e.sandbox.secret, obj{"graph": byRisk(play.high)["graph"]}), 200)
		report := e.isOK(e.do("POST", path+"/backtest", e.sandbox.secret, nil), 200).object
		require.InDelta(t, 1, report["sessions"], 0, name)
		require.Equal(t, play.changed, report["changed"], name)
	}
}

func TestBacktestOfSomeSessions(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	id := e.workflow(e.sandbox, simple("document_capture"))
	path := "/v1/workflows/" + id
	early := e.clock.Now().Unix()
	verified, german := e.create(e.sandbox, id), e.create(e.sandbox, id, obj{"jurisdiction": "DE"})
	e.submit(verified, "document_capture", graph.OutcomePassed)
	e.submit(german, "document_capture", graph.OutcomePassed)
	e.clock.Advance(time.Minute)
	e.isOK(e.do("POST", path+"/publish", e.sandbox.secret, nil), 201)
	late := e.create(e.sandbox, id)
	e.isOK(e.do("POST", pathSessions+"/"+late.id+"/cancel", e.sandbox.secret, nil), 200)
	e.create(e.sandbox, id, obj{"skip_verification": true})

	for name, c := range map[string]struct {
		sessions any
		replayed int
		more     bool
	}{
		"all":                       {nil, 3, false},
		"nothing narrows":           {obj{"created": nil, "status": nil}, 3, false},
		"the last":                  {obj{"last": 1}, 1, true},
		"as many as there are":      {obj{"last": 3}, 3, false},
		"since":                     {obj{"created": obj{"gte": early + 1}}, 1, false},
		"until":                     {obj{"created": obj{"lte": early}}, 2, false},
		"at no time":                {obj{"created": obj{"gte": early + 1, "lte": early}}, 0, false},
		"a status":                  {obj{"status": "verified"}, 2, false},
		"the last of a status":      {obj{"status": "verified", "last": 1}, 1, true},
		"a jurisdiction":            {obj{"jurisdiction": "de"}, 1, false},
		"a version":                 {obj{"workflow_version": 2}, 1, false},
		"a version and a status":    {obj{"workflow_version": 2, "status": "verified"}, 0, false},
		"a jurisdiction and a time": {obj{"jurisdiction": "US", "created": obj{"lte": early}}, 1, false},
	} {
		report := e.isOK(e.do("POST", path+"/backtest", e.sandbox.secret, obj{"sessions": c.sessions}), 200).object
		require.InDelta(t, c.replayed, report["sessions"], 0, name)
		require.InDelta(t, c.replayed, report["unchanged"], 0, name)
		require.Equal(t, c.more, report["more"], name)
	}
}

func TestBacktestFilterIsChecked(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	path := "/v1/workflows/" + e.workflow(e.sandbox, simple("mdl")) + "/backtest"
	for param, wrong := range map[string][]obj{
		"sessions.last":             {{"last": 0}, {"last": 501}},
		"sessions.created.gte":      {{"created": obj{"gte": -1}}, {"created": obj{"gte": "2026-01-01"}}},
		"sessions.created.lte":      {{"created": obj{"lte": 253402300800}}},
		"sessions.created.gt":       {{"created": obj{"gt": -1}}, {"created": obj{"gt": 1, "gte": 1}}},
		"sessions.created.lt":       {{"created": obj{"lt": 1.5}}, {"created": obj{"lt": 1, "lte": 1}}},
		"sessions.created.from":     {{"created": obj{"from": 1}}},
		"sessions.status":           {{"status": "pending"}, {"status": "gone"}},
		"sessions.jurisdiction":     {{"jurisdiction": "Utopia"}},
		"sessions.workflow_version": {{"workflow_version": 0}, {"workflow_version": 2}},
		"sessions.method":           {{"method": "mdl"}},
	} {
		for _, sessions := range wrong {
			ans := e.do("POST", path, e.sandbox.secret, obj{"sessions": sessions})
			e.isError(ans, 400, "parameter_invalid", param)
		}
	}
	e.isError(
		e.do("POST", path, e.stranger.secret, obj{"sessions": obj{"workflow_version": 1}}),
		404,
		"resource_missing",
		"id",
	)
}
