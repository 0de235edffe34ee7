package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// passed and failed return results of a script.
func passed(method string) obj { return obj{"method": method, "outcome": "passed"} }
func failed(method string) obj {
	return obj{"method": method, "outcome": "failed", "reason_codes": []string{"unreadable"}}
}

func TestSimulation(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	path := "/v1/workflows/" + e.workflow(e.sandbox, stepUp())
	vip := obj{"tier": "vip"}
	body := obj{"cases": []obj{
		{"name": "plain", "results": []obj{passed("mdl")}, "expect": obj{"outcome": "verified"}},
		{
			"metadata": vip,
			"results":  []obj{passed("mdl"), passed("document_capture"), passed("selfie_match"), passed("selfie_liveness")},
			"expect":   obj{"outcome": "verified"},
		},
		{
			"risk":    obj{"level": "high", "score": 80, "signals": []string{"vpn"}},
			"results": []obj{passed("mdl"), {"node": "doc", "outcome": "failed"}},
			"expect":  obj{"outcome": "waiting"},
		},
		{
			"metadata": vip,
			"results":  []obj{passed("mdl"), failed("document_capture")},
			"reviews":  []obj{{"decision": "reject"}},
			"expect":   obj{"outcome": "failed"},
		},
		{
			"jurisdiction": "de",
			"metadata":     vip,
			"results":      []obj{passed("mdl"), failed("document_capture")},
			"reviews":      []obj{{"node": "human", "decision": "approve"}},
		},
		{},
	}}
	ans := e.isOK(e.do("POST", path+"/simulate", e.sandbox.secret, body), 200).object
	require.Equal(t, "workflow_simulation", ans["object"])
	require.Nil(t, ans["version"])
	require.Equal(t, true, ans["passed"])
	var outcomes []any
	for _, played := range ans["cases"].([]any) {
		outcomes = append(outcomes, in(played, "outcome"))
	}
	require.Equal(t, []any{"verified", "verified", "waiting", "failed", "verified", "waiting"}, outcomes)

	plain := in(ans, "cases", 0).(obj)
	require.Equal(t, "plain", plain["name"])
	require.Equal(t, true, plain["expected"])
	require.Nil(t, plain["failure_reason"])
	require.Equal(t, []any{}, plain["waiting_for"])
	require.Equal(t, []any{
		obj{"node": "pick.mdl", "kind": "method", "method": "mdl", "attempt": 1.0, "outcome": "passed", "reason": nil},
		obj{"node": "risky", "kind": "branch", "case": -1.0, "next": "yes", "reason": "default: no condition is true"},
		obj{"node": "yes", "kind": "verified", "reason": nil},
	}, plain["path"])
	require.Equal(t, []any{obj{"node": "human", "kind": "review"}}, in(ans, "cases", 2, "waiting_for"))
	require.Equal(t, "review_rejected", in(ans, "cases", 3, "failure_reason"))
	require.Equal(t, "document not readable", in(ans, "cases", 3, "path", 3, "reason"))
	require.Nil(t, in(ans, "cases", 5, "name"))
	require.NotContains(t, in(ans, "cases", 5), "expected")

	body = obj{"version": 1, "cases": []obj{{"results": []obj{passed("student")}, "expect": obj{"outcome": "verified"}}}}
	ans = e.isOK(e.do("POST", path+"/simulate", e.sandbox.secret, body), 200).object
	require.Equal(t, false, ans["passed"])
	require.InDelta(t, 1, ans["version"], 0)
	require.Equal(t, false, in(ans, "cases", 0, "expected"))
	require.InDelta(t, 1, in(ans, "cases", 0, "unused_results"), 0)
}

func TestSimulationRunsInItsJurisdiction(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	draft := simple("mdl")
	draft["jurisdictions"] = []string{"us-ca", "us-ny"}
	draft["overrides"] = obj{"US-CA": obj{"add": []string{"carrier_lookup"}}}
	path := "/v1/workflows/" + e.workflow(e.sandbox, draft)
	results := []obj{passed("carrier_lookup")}
	ans := e.isOK(e.do("POST", path+"/simulate", e.sandbox.secret,
		obj{"cases": []obj{{"results": results}, {"results": results, "jurisdiction": "US-NY"}}}), 200).object
	require.Equal(t, "verified", in(ans, "cases", 0, "outcome"))
	require.Equal(t, "waiting", in(ans, "cases", 1, "outcome"))
}

func TestSimulationRaisesTheRisk(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	path := "/v1/workflows/" + e.workflow(e.sandbox, stepUp())
	told := func(score int) obj {
		return obj{"method": "mdl", "outcome": "passed", "risk": obj{"score": score, "signals": []string{"vpn"}}}
	}
	ans := e.isOK(e.do("POST", path+"/simulate", e.sandbox.secret, obj{"cases": []obj{
		{"results": []obj{told(69)}, "expect": obj{"outcome": "verified"}},
		{"results": []obj{told(70)}, "expect": obj{"outcome": "waiting"}},
		{"results": []obj{told(0)}, "risk": obj{"level": "high"}, "expect": obj{"outcome": "waiting"}},
		{"results": []obj{{"method": "mdl", "outcome": "passed", "risk": nil}}, "expect": obj{"outcome": "verified"}},
	}}), 200).object
	require.Equal(t, true, ans["passed"], ans)
}

func TestSimulationInputIsChecked(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	path := "/v1/workflows/" + e.workflow(e.sandbox, stepUp()) + "/simulate"
	e.isError(e.do("POST", path, e.sandbox.secret, nil), 400, "parameter_invalid", "cases")
	e.isError(e.do("POST", path, e.sandbox.secret, obj{"cases": make([]obj, 101)}), 400, "parameter_invalid", "cases")
	e.isError(
		e.do("POST", path, e.sandbox.secret, obj{"version": 7, "cases": []obj{{}}}),
		404,
		"resource_missing",
		"version",
	)
	for param, given := range map[string]obj{
		"cases[0].name":               {"name": text(201)},
		"cases[0].jurisdiction":       {"jurisdiction": "Mars"},
		"cases[0].metadata":           {"metadata": obj{"": "x"}},
		"cases[0].risk.level":         {"risk": obj{"level": "huge"}},
		"cases[0].risk.score":         {"risk": obj{"score": 101}},
		"cases[0].risk.signals":       {"risk": obj{"signals": make([]string, 51)}},
		"cases[0].results":            {"results": make([]obj, 501)},
		"cases[0].results[0].method":  {"results": []obj{{"outcome": "passed"}}},
		"cases[0].results[1].method":  {"results": []obj{passed("mdl"), passed("palmistry")}},
		"cases[0].results[0].outcome": {"results": []obj{{"method": "mdl"}}},
		"cases[0].results[0].reason_codes[0]": {
			"results": []obj{{"method": "mdl", "outcome": "failed", "reason_codes": []string{"x"}}},
		},
		"cases[0].results[0].risk.score": {
			"results": []obj{{"method": "mdl", "outcome": "passed", "risk": obj{"score": 101}}},
		},
		"cases[0].results[1].risk.score": {
			"results": []obj{passed("mdl"), {"method": "mdl", "outcome": "passed", "risk": obj{}}},
		},
		"cases[0].results[0].risk.signals": {
			"results": []obj{{"method": "mdl", "outcome": "passed", "risk": obj{"score": 1, "signals": make([]string, 51)}}},
		},
		"cases[0].results[0].risk.level": {
			"results": []obj{{"method": "mdl", "outcome": "passed", "risk": obj{"score": 1, "level": "low"}}},
		},
		"cases[0].reviews":             {"reviews": make([]obj, 101)},
		"cases[0].reviews[0].decision": {"reviews": []obj{{"decision": "maybe"}}},
		"cases[0].expect.outcome":      {"expect": obj{"outcome": "cancelled"}},
		"cases[0].colour":              {"colour": "red"},
	} {
		e.isError(e.do("POST", path, e.sandbox.secret, obj{"cases": []obj{given}}), 400, "parameter_invalid", param)
	}
}
