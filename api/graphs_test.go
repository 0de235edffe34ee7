package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// stepUp returns a workflow with every kind of node.
func stepUp() obj {
	return obj{"name": "Step-up", "mode": "graph", "use_case": "social_media", "graph": obj{"start": "pick", "nodes": obj{
		"pick": obj{"kind": "any_of", "methods": []string{"facial_age", "mdl"}, "pass": "risky", "fail": "no"},
		"risky": obj{
			"kind":    "branch",
			"cases":   []obj{{"when": "risk.level == 'high' || metadata.tier == 'vip'", "next": "doc"}},
			"default": "yes",
		},
		"doc": obj{"kind": "method", "method": "document_capture", "max_attempts": 1, "pass": "both", "fail": "human"},
		"both": obj{
			"kind": "all_of",
			"members": []obj{
				{"method": "selfie_liveness", "options": obj{"liveness_strategy": "passive"}},
				{"method": "selfie_match"},
			},
			"pass": "yes",
			"fail": "no",
		},
		"human": obj{"kind": "review", "reason": "document not readable"},
		"yes":   obj{"kind": "verified"},
		"no":    obj{"kind": "failed"},
	}}}
}

// flow returns a workflow in graph mode with ends yes and no.
func flow(start string, nodes obj) obj {
	nodes["yes"], nodes["no"] = obj{"kind": "verified"}, obj{"kind": "failed"}
	return obj{"name": "Flow", "mode": "graph", "use_case": "social_media", "graph": obj{"start": start, "nodes": nodes}}
}

func method(name, pass, fail string) obj {
	return obj{"kind": "method", "method": name, "max_attempts": 1, "pass": pass, "fail": fail}
}

func TestGraphWorkflowLife(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	draft := stepUp()
	created := e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, draft), 201).object
	path := "/v1/workflows/" + created["id"].(string)
	require.Equal(t, "graph", created["mode"])
	require.Nil(t, created["composition"])
	require.Equal(t, []any{}, created["methods"])
	require.Equal(t, obj{}, created["overrides"])
	require.Equal(t, "pick", in(created, "graph", "start"))
	require.Equal(t, obj{
		"kind": "method", "method": "document_capture", "max_attempts": 1.0, "pass": "both", "fail": "human",
	}, in(created, "graph", "nodes", "doc"))
	require.Equal(t, created, e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200).object)

	checked := e.isOK(e.do("POST", path+"/validate", e.sandbox.secret, nil), 200).object
	require.Equal(t, true, checked["valid"])
	first := e.isOK(e.do("POST", path+"/publish", e.sandbox.secret, nil), 201).object
	require.Equal(t, created["graph"], in(first, "definition", "graph"))
	require.Equal(t, "pick", in(first, "compiled", "start"))
	require.Equal(t, "pick.facial_age", in(first, "compiled", "nodes", 0, "members", 0))

	// Back and forth: a change of mode removes the fields of the other mode.
	edited := e.isOK(
		e.do("PATCH", path, e.sandbox.secret, obj{"mode": "simple", "methods": []string{"mdl"}, "composition": "all_of"}),
		200,
	).object
	require.Nil(t, edited["graph"])
	require.Equal(t, "all_of", edited["composition"])
	e.isOK(e.do("POST", path+"/publish", e.sandbox.secret, nil), 201)
	edited = e.isOK(e.do("PATCH", path, e.sandbox.secret, obj{"mode": "graph", "graph": draft["graph"]}), 200).object
	require.Equal(t, []any{}, edited["methods"])
	require.Nil(t, edited["composition"])
	third := e.isOK(e.do("POST", path+"/publish", e.sandbox.secret, nil), 201).object
	require.Equal(t, first["compiled"], third["compiled"])
	kept := e.isOK(e.do("PATCH", path, e.sandbox.secret, obj{"name": "Renamed", "graph": nil}), 200).object
	require.Equal(t, edited["graph"], kept["graph"], "null is absent")
}

func TestContradictingModesAreFaults(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	mixed := simple("mdl")
	mixed["graph"] = stepUp()["graph"]
	for mode, field := range map[string]string{"simple": "graph", "graph": "methods"} {
		mixed["mode"] = mode
		path := "/v1/workflows/" + e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, mixed), 201).object["id"].(string)
		e.isError(e.do("POST", path+"/publish", e.sandbox.secret, nil), 400, "parameter_invalid", field)
	}
}

func TestGraphFaultsAreReportedAllAtOnce(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	draft := flow("a", obj{
		"a": obj{"kind": "method", "method": "palmistry", "max_attempts": 99, "pass": "b", "fail": "nowhere"},
		"b": obj{"kind": "branch", "cases": []obj{{"when": "risk.level = 'high'", "next": "yes"}}, "default": "no"},
		"c": obj{"kind": "review"},
	})
	path := "/v1/workflows/" + e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, draft), 201).object["id"].(string)
	checked := e.isOK(e.do("POST", path+"/validate", e.sandbox.secret, nil), 200).object
	require.Equal(t, false, checked["valid"])
	var found [][2]any
	for _, fault := range checked["faults"].([]any) {
		found = append(found, [2]any{in(fault, "node"), in(fault, "field")})
	}
	require.Subset(t, found, [][2]any{{"a", "method"}, {"a", "max_attempts"}, {"a", "fail"}, {"b", "cases[0].when"}})
	require.Contains(t, found, [2]any{"c", "id"}, "cannot be reached: %v", found)

	failure := e.isError(
		e.do("POST", path+"/publish", e.sandbox.secret, nil),
		400,
		"parameter_invalid",
		"graph.nodes.a.method",
	)
	for _, part := range []string{
		"node a: method", "node a: max_attempts", "node a: fail", "node b: cases[0].when", "node c",
	} {
		require.Contains(t, failure["message"], part)
	}
	e.isError(
		e.do("POST", path+"/simulate", e.sandbox.secret, obj{"cases": []obj{{}}}),
		400,
		"parameter_invalid",
		"graph.nodes.a.method",
	)
	e.isError(e.do("POST", path+"/backtest", e.sandbox.secret, nil), 400, "parameter_invalid", "graph.nodes.a.method")
}

func TestGraphIsReadStrictly(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	const secret = "jo@example.com"
	for param, graph := range map[string]any{
		"graph":                         "start",
		"graph.begin":                   obj{"begin": "a"},
		"graph.nodes":                   obj{"nodes": []any{secret}},
		"graph.nodes.pick.max_attempts": obj{"nodes": obj{"pick": obj{"max_attempts": secret}}},
		"graph.nodes.pick.colour":       obj{"nodes": obj{"pick": obj{"colour": secret}}},
		"graph.nodes.pick.members[0].graph.x": obj{
			"nodes": obj{"pick": obj{"members": []any{obj{"graph": obj{"x": secret}}}}},
		},
	} {
		body := stepUp()
		body["graph"] = graph
		failure := e.isError(e.do("POST", "/v1/workflows", e.sandbox.secret, body), 400, "parameter_invalid", param)
		require.NotContains(t, failure["message"], secret)
	}
	twice := `{"name": "W", "mode": "graph", "use_case": "firearms", "graph": {"nodes": {"a": {}, "a": {}}}}`
	e.isError(e.do("POST", "/v1/workflows", e.sandbox.secret, twice), 400, "parameter_invalid", "graph.nodes.a")
}
