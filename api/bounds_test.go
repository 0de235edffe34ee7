package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/graph"
)

func names(n int, name string) []string {
	return strings.Split(strings.Repeat(name+",", n-1)+name, ",")
}

func TestListsOfADefinitionAreSets(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	with := func(field string, value any) obj {
		d := simple("mdl")
		d[field] = value
		return d
	}
	path := "/v1/workflows/" + e.workflow(e.sandbox, simple("mid"))
	for _, c := range []struct {
		definition obj
		param      string
	}{
		{with("methods", []string{"mdl", "mid", "mdl"}), "methods[2]"},
		{with("jurisdictions", []string{"US", "DE", "us"}), "jurisdictions[2]"},
		{with("supplementary", []string{"selfie_match", "selfie_match"}), "supplementary[1]"},
		{with("overrides", obj{"US": obj{"add": []string{"mid", "mid"}}}), "overrides.US.add[1]"},
		{with("overrides", obj{"US": obj{"remove": []string{"mdl", "mdl"}}}), "overrides.US.remove[1]"},
		{with("overrides", obj{"US": obj{}, "us": obj{}}), "overrides.us"},
		{with("preferences", obj{"document_types": []string{"PASSPORT", "PASSPORT"}}), "preferences.document_types[1]"},
		{with("methods", names(14, "mdl")), "methods"},
		{with("jurisdictions", names(501, "US")), "jurisdictions"},
		{with("preferences", obj{"document_types": names(6, "PASSPORT")}), "preferences.document_types"},
	} {
		e.isError(e.do("POST", "/v1/workflows", e.sandbox.secret, c.definition), 400, "parameter_invalid", c.param)
		e.isError(e.do("PATCH", path, e.sandbox.secret, c.definition), 400, "parameter_invalid", c.param)
	}
	hook := obj{
		"url":            "https://shop.example/hook",
		"enabled_events": []string{"verification_session.verified", "verification_session.verified"},
	}
	e.isError(e.do("POST", "/v1/webhook_endpoints", e.sandbox.secret, hook), 400, "parameter_invalid", "enabled_events[1]")
}

func TestDefinitionHasASizeLimit(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	large := flow("a", obj{"a": obj{"kind": "review", "reason": strings.Repeat("x", graph.MostBytes)}})
	failure := e.isError(e.do("POST", "/v1/workflows", e.sandbox.secret, large), 400, "parameter_invalid", "graph")
	require.Contains(t, failure["message"], "262144 bytes")
	path := "/v1/workflows/" + e.workflow(e.sandbox, simple("mdl"))
	e.isError(e.do("PATCH", path, e.sandbox.secret, large), 400, "parameter_invalid", "graph")
	under := flow("a", obj{"a": obj{"kind": "review", "reason": strings.Repeat("x", graph.MostBytes-1000)}})
	e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, under), 201)
}

// A draft that was stored before the limit can be read, renamed and made smaller, but neither grow nor be published.
func TestOversizedDraftCanOnlyShrink(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	id := e.bigDraft(graph.MostBytes)
	path := "/v1/workflows/" + id
	e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200)
	e.isOK(e.do("PATCH", path, e.sandbox.secret, obj{"name": "New"}), 200)
	e.isError(
		e.do("PATCH", path, e.sandbox.secret, obj{"jurisdictions": []string{"US", "DE"}}),
		400,
		"parameter_invalid",
		"overrides",
	)
	e.isError(e.do("POST", path+"/publish", e.sandbox.secret, nil), 400, "parameter_invalid", "graph")
	checked := e.isOK(e.do("POST", path+"/validate", e.sandbox.secret, nil), 200).object
	require.Len(t, checked["faults"], 1)
	e.isOK(e.do("PATCH", path, e.sandbox.secret, flow("a", obj{"a": method("mdl", "yes", "no")})), 200)
	e.isOK(e.do("POST", path+"/publish", e.sandbox.secret, nil), 201)
}

// bigDraft stores a draft with a larger definition than a request may have now.
func (e *env) bigDraft(bytes int) string {
	e.t.Helper()
	w, err := e.store.CreateWorkflow(e.t.Context(), e.sandbox.org.ID, "key_1", "Big", graph.Definition{
		Mode:    graph.ModeGraph,
		UseCase: "social_media",
		Graph: &graph.Source{
			Start: "a",
			Nodes: graph.SourceNodes{{ID: "a", Kind: graph.KindReview, Reason: strings.Repeat("x", bytes)}},
		},
	})
	require.NoError(e.t, err)
	return w.ID
}

func TestSimulationIsBounded(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	costly := []obj{}
	for i := range 13 {
		costly = append(
			costly,
			obj{"when": fmt.Sprintf("metadata.exists(k, metadata.exists(l, k == l + '%d'))", i), "next": "doc"},
		)
	}
	path := "/v1/workflows/" + e.workflow(e.sandbox, flow("b", obj{
		"b": obj{"kind": "branch", "default": "doc", "cases": costly}, "doc": method("mdl", "yes", "no"),
	}))
	simulate := func(body obj) answer { return e.do("POST", path+"/simulate", e.sandbox.secret, body) }
	few := []obj{}
	for range 40 {
		few = append(few, obj{"results": []obj{passed("mdl")}, "expect": obj{"outcome": "verified"}})
	}
	ans := e.isOK(simulate(obj{"cases": few}), 200).object
	require.Equal(t, true, ans["passed"])
	failure := e.isError(simulate(obj{"cases": append(few, few...)}), 400, "parameter_invalid", "cases")
	require.Contains(t, failure["message"], "units of work")

	plain := "/v1/workflows/" + e.workflow(e.sandbox, simple("mdl"))
	results := []obj{}
	for range 500 {
		results = append(results, passed("mid"))
	}
	places := []string{"US", "DE", "FR", "GB", "CA", "US-CA", "US-NY", "US-TX", "CA-ON", "CA-QC"}
	body := obj{"cases": []obj{{"results": results}, {"results": results}}, "jurisdictions": places}
	e.isOK(e.do("POST", plain+"/simulate", e.sandbox.secret, body), 200)
	body["cases"] = append(body["cases"].([]obj), names10(obj{"results": results})...)
	failure = e.isError(e.do("POST", plain+"/simulate", e.sandbox.secret, body), 400, "parameter_invalid", "cases")
	require.Contains(t, failure["message"], "50000")
	e.isError(
		e.do("POST", plain+"/simulate", e.sandbox.secret, obj{"jurisdictions": names(2001, "US")}),
		400,
		"parameter_invalid",
		"jurisdictions",
	)
	twice := obj{"method": "mdl", "outcome": "failed", "reason_codes": []string{"unreadable", "unreadable"}}
	e.isError(e.do("POST", plain+"/simulate", e.sandbox.secret, obj{"cases": []obj{{"results": []obj{twice}}}}),
		400, "parameter_invalid", "cases[0].results[0].reason_codes[1]")
}

func names10(o obj) []obj { return []obj{o, o, o, o, o, o, o, o, o, o} }

func TestSimulationOfAnIdentity(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	path := "/v1/workflows/" + e.workflow(e.sandbox, simple("facial_age", "mdl"))
	face, doc := []obj{passed("facial_age")}, []obj{passed("mdl")}
	body := obj{"cases": []obj{
		{"results": face, "expect": obj{"outcome": "verified", "last": "verified"}},
		{"type": "identity", "results": face, "expect": obj{"outcome": "waiting", "waiting_for": []string{"primary.mdl"}}},
		{
			"type":    "identity",
			"results": doc,
			"expect":  obj{"outcome": "verified", "path": []string{"primary.mdl", "verified"}},
		},
	}}
	require.Equal(t, true, e.isOK(e.do("POST", path+"/simulate", e.sandbox.secret, body), 200).object["passed"])

	weak := "/v1/workflows/" + e.workflow(e.sandbox, simple("facial_age"))
	one := obj{"cases": []obj{{"results": face}, {"type": "identity", "results": face}}}
	e.isError(e.do("POST", weak+"/simulate", e.sandbox.secret, one), 400, "parameter_invalid", "cases[1].type")
	one["jurisdictions"] = []string{"US"}
	ans := e.isOK(e.do("POST", weak+"/simulate", e.sandbox.secret, one), 200).object
	require.Equal(t, "parameter_invalid", in(ans, "markets", 0, "error", "code"))
	require.Equal(t, false, ans["passed"])
}

func TestBacktestRequiresAProofOfIdentitySessions(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	definition := flow("which", obj{
		"which": obj{"kind": "branch", "default": "doc", "cases": []obj{{"when": "metadata.way == 'weak'", "next": "face"}}},
		"doc":   method("document_capture", "yes", "no"), "face": method("facial_age", "yes", "no"),
	})
	workflow := e.workflow(e.sandbox, definition)
	for _, more := range []obj{{"type": "identity"}, {"type": "age"}} {
		s := e.create(e.sandbox, workflow, more, obj{"metadata": obj{"way": "weak"}})
		e.submit(s, "facial_age", graph.OutcomePassed)
	}
	ans := e.isOK(e.do("POST", "/v1/workflows/"+workflow+"/backtest", e.sandbox.secret, nil), 200).object
	require.InDelta(t, 2, ans["sessions"], 0)
	require.InDelta(t, 2, ans["unchanged"], 0, "%v", ans)
}
