package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// inGraphMode is a definition of these nodes and the ends yes and no. It starts
// at a.
func inGraphMode(nodes string) string {
	return `{"mode": "graph", "graph": {"start": "a", "nodes": {` + nodes +
		`, "yes": {"kind": "verified"}, "no": {"kind": "failed"}}}}`
}

// ways are the targets of a node that leads to the ends.
const ways = `"pass": "yes", "fail": "no"`

func TestCompileFaultsOfGraphs(t *testing.T) {
	t.Parallel()
	const doc = `{"kind": "method", "method": "mdl", ` + ways + `}`
	long := strings.Repeat("x", 41)
	cases := []struct {
		why, in string
		want    []string
	}{
		{
			"fields of the simple mode",
			`{"mode": "graph", "use_case": "", "methods": ["mdl"], "composition": "any_of", "supplementary": ["selfie_match"],
				"overrides": {"US": {}}, "preferences": {"max_attempts": 11}}`,
			[]string{
				"use_case: is required",
				`methods: belongs to mode "simple": remove it, and say the same with nodes`,
				`composition: belongs to mode "simple": remove it, and say the same with nodes`,
				`supplementary: belongs to mode "simple": remove it, and say the same with nodes`,
				`overrides: belongs to mode "simple": remove it, and say the same with nodes`,
				"preferences.max_attempts: must be from 1 to 10",
				"graph: is required: an object with start and nodes",
			},
		},
		{
			"nothing in it", `{"mode": "graph", "graph": {}}`,
			[]string{
				"graph.start: is required: the id of the node that comes first",
				"graph.nodes: at least one node is required",
			},
		},
		{
			"no such start", `{"mode": "graph", "graph": {"start": "begin", "nodes": {"yes": {"kind": "verified"}}}}`,
			[]string{`graph.start: there is no node "begin": name one of the nodes`},
		},
		{
			"start at an end", `{"mode": "graph", "graph": {"start": "yes", "nodes": {"yes": {"kind": "verified"}}}}`,
			[]string{"graph.start: yes ends the graph before anything has happened: start with a step"},
		},
		{
			"ids",
			inGraphMode(`"a": {"kind": "branch", "cases": [{"when": "true", "next": "B"}, {"when": "true", "next": "$pass"},
				{"when": "true", "next": "` + long + `"}, {"when": "true", "next": "in.side"}], "default": "yes"},
				"$pass": {"kind": "review"}, "B": {"kind": "review"}, "in.side": {"kind": "failed"}, "` + long + `": ` + doc),
			[]string{
				"node $pass: id: ids that begin with $ are reserved: rename the node",
				"node B: id: must have 1 to 40 of the characters a-z, 0-9, _ and -: rename the node",
				"node in.side: id: must have 1 to 40 of the characters a-z, 0-9, _ and -: rename the node",
				"node " + long[1:] + "…: id: must have 1 to 40 of the characters a-z, 0-9, _ and -: rename the node",
			},
		},
		{
			"kinds", inGraphMode(`"a": {"pass": "b", "fail": "no"}, "b": {"kind": "wait", ` + ways + `}`),
			[]string{
				"node a: kind: is required: one of method, any_of, all_of, branch, review, verified, failed",
				`node b: kind: unknown kind "wait": must be one of method, any_of, all_of, branch, review, verified, failed`,
			},
		},
		{
			"targets that are missing",
			inGraphMode(`"a": {"kind": "branch", "cases": [{"when": "true"}, {"when": "true", "next": "b"},
				{"when": "true", "next": "c"}]}, "b": {"kind": "any_of", "methods": ["mdl"], "fail": "no"},
				"c": {"kind": "method", "method": "mdl", "pass": "yes"}`),
			[]string{
				"node a: cases[0].next: is required: the id of the node to go on to",
				"node a: default: is required: the id of the node to go on to",
				"node b: pass: is required: the id of the node to go on to",
				"node c: fail: is required: the id of the node to go on to",
			},
		},
		{
			"targets that do not exist", inGraphMode(`"a": {"kind": "method", "method": "mdl", "pass": "b", "fail": "c"},
				"b": {"kind": "review", "pass": "nirvana", "fail": "yes"},
				"c": {"kind": "branch", "cases": [{"when": "true", "next": "$pass"}], "default": "no"}`),
			[]string{
				`node b: pass: there is no node "nirvana": name one of the nodes`,
				`node c: cases[0].next: there is no node "$pass": name one of the nodes`,
			},
		},
		{
			"fields that a kind does not take",
			inGraphMode(
				`"a": {"kind": "method", "method": "mdl", "methods": ["mdl"], "cases": [{}], "default": "yes", "reason": "so", "pass": "b", "fail": "c"},
				"b": {"kind": "branch", "method": "mdl", "pass": "yes", "cases": [{"when": "true", "next": "yes"}],
					"default": "no"},
				"c": {"kind": "review", "members": [{"method": "mdl"}], "max_attempts": 2,
					"options": {"liveness_strategy": "passive"}, "fail": "d"},
				"d": {"kind": "failed", "pass": "yes", "fail": "yes"}`,
			),
			[]string{
				"node a: methods: means nothing in a node of kind method: remove it",
				"node a: cases: means nothing in a node of kind method: remove it",
				"node a: default: means nothing in a node of kind method: remove it",
				"node a: reason: means nothing in a node of kind method: remove it",
				"node b: method: means nothing in a node of kind branch: remove it",
				"node b: pass: means nothing in a node of kind branch: remove it",
				"node c: options: means nothing in a node of kind review: remove it",
				"node c: max_attempts: means nothing in a node of kind review: remove it",
				"node c: members: means nothing in a node of kind review: remove it",
				"node d: pass: means nothing in a node of kind failed: remove it",
				"node d: fail: means nothing in a node of kind failed: remove it",
			},
		},
		{
			"methods", inGraphMode(`"a": {"kind": "method", "pass": "b", "fail": "c"},
				"b": {"kind": "method", "method": "palm", "max_attempts": 11, ` + ways + `},
				"c": {"kind": "method", "method": "mdl", "max_attempts": -1, ` + ways + `}`),
			[]string{
				"node a: method: is required",
				`node b: method: unknown method "palm"`,
				"node b: max_attempts: must be from 1 to 10",
				"node c: max_attempts: must be from 1 to 10",
			},
		},
		{
			"options", inGraphMode(`"a": {"kind": "method", "method": "document_capture", "pass": "b", "fail": "c",
					"options": {"document_types": ["PASSPORT", "LIBRARY_CARD", "PASSPORT"], "liveness_strategy": "passive",
					"unread_text": "shrug"}},
				"b": {"kind": "method", "method": "facial_age", ` + ways + `, "options": {"liveness_strategy": "dance"}},
				"c": {"kind": "method", "method": "mdl", ` + ways + `, "options": {"document_types": ["PASSPORT"],
					"file_upload": false, "proof_of_age": true, "screen_photographed": "fail"}}`),
			[]string{
				"node a: options.liveness_strategy: means nothing to document_capture: remove it",
				`node a: options.unread_text: must be one of ["pass" "fail" "review"]`,
				`node a: options.document_types[1]: unknown document type "LIBRARY_CARD"`,
				"node a: options.document_types[2]: PASSPORT appears more than once",
				`node b: options.liveness_strategy: must be one of ["3d_action" "flashing" "passive"]`,
				"node c: options.file_upload: means nothing to mdl: remove it",
				"node c: options.proof_of_age: means nothing to mdl: remove it",
				"node c: options.screen_photographed: means nothing to mdl: remove it",
				"node c: options.document_types: means nothing to mdl: remove it",
			},
		},
		{
			"groups", inGraphMode(`"a": {"kind": "any_of", "pass": "b", "fail": "no"},
				"b": {"kind": "all_of", "methods": ["mdl", "palm", "mdl"], "members": [{"method": "mid"}, {"method": "mdl"}, {},
					{"method": "palm", "max_attempts": 12}, {"method": "student", "graph": {"start": "x",
						"nodes": {"x": {"kind": "review"}}}},
					{"max_attempts": 1, "graph": {"start": "x", "nodes": {"x": {"kind": "review"}}}}], ` + ways + `}`),
			[]string{
				"node a: methods: at least one member is required: list methods, or members",
				`node b: methods[1]: unknown method "palm"`,
				"node b: methods[2]: mdl appears more than once in the group",
				"node b: members[1].method: mdl appears more than once in the group",
				"node b: members[2]: needs a method or a graph",
				`node b: members[3].method: unknown method "palm"`,
				"node b: members[3].max_attempts: must be from 1 to 10",
				"node b: members[4]: takes a method or a graph, not both",
				"node b: members[5]: takes no settings beside a graph: give them to the graph's nodes",
			},
		},
		{
			"conditions",
			inGraphMode(`"a": {"kind": "branch", "default": "b", "cases": [{"next": "yes"}, {"when": "risk.score", "next": "no"},
				{"when": "risk.level == 'high'", "next": "no"}, {"when": "risk.lvl == 'high'", "next": "no"}]},
				"b": {"kind": "branch", "default": "no"}`),
			[]string{
				"node a: cases[0].when: is required: write a condition such as risk.level == 'high'",
				"node a: cases[1].when: must be true or false, not of type int: compare it with something",
				"node a: cases[3].when: at 1:5: undefined field 'lvl'",
				"node b: cases: at least one case is required, with when and next",
			},
		},
		{
			"too many cases", inGraphMode(`"a": {"kind": "branch", "default": "no", "cases": [` +
				strings.Repeat(`{"when": "true", "next": "yes"}, `, 20) + `{"when": "true", "next": "yes"}]}`),
			[]string{"node a: cases: must not hold more than 20 cases: chain branches instead"},
		},
		{
			"reason", inGraphMode(`"a": {"kind": "review", "reason": "` + strings.Repeat("é", 201) + `", ` + ways + `}`),
			[]string{"node a: reason: must not have more than 200 characters"},
		},
		{
			"sub-graphs", inGraphMode(`"a": {"kind": "any_of", ` + ways + `, "members": [
				{"graph": {"start": "x", "nodes": {"x": {"kind": "method", "method": "mdl", "pass": "yes", "fail": "ko"},
					"ko": {"kind": "failed"}}}},
				{"graph": {"start": "ok", "nodes": {"ok": {"kind": "verified"}}}},
				{"graph": {"start": "in", "nodes": {"ko": {"kind": "failed"}, "in": {"kind": "all_of", "pass": "ko",
					"fail": "ko", "members": [
					{"graph": {"start": "y", "nodes": {"y": {"kind": "review", "pass": "y"}}}}]}}}}]}`),
			[]string{
				`node a.0.x: pass: there is no node "yes": name one of the sub-graph's own nodes`,
				"node a: members[1].graph.start: ok ends the graph before anything has happened: start with a step",
				"node a.2.in.0.y: pass: leads back (y → y): a way must not return, so point it further on",
			},
		},
		{
			"unreachable",
			inGraphMode(`"a": {"kind": "review"}, "b": {"kind": "review", "pass": "c"}, "c": {"kind": "review", "pass": "b"}`),
			[]string{
				"node b: id: no way from the start leads here: point a node at it, or remove it",
				"node c: id: no way from the start leads here: point a node at it, or remove it",
				"node no: id: no way from the start leads here: point a node at it, or remove it",
				"node yes: id: no way from the start leads here: point a node at it, or remove it",
				"node c: pass: leads back (b → c → b): a way must not return, so point it further on",
			},
		},
		{
			"cycles", inGraphMode(`"a": {"kind": "branch", "cases": [{"when": "true", "next": "b"}], "default": "no"},
				"b": {"kind": "method", "method": "mdl", "pass": "yes", "fail": "c"},
				"c": {"kind": "branch", "cases": [{"when": "true", "next": "yes"}, {"when": "true", "next": "b"}], "default": "a"}`),
			[]string{"node c: cases[1].next: leads back (b → c → b): a way must not return, so point it further on"},
		},
	}
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			requireFaults(t, c.in, c.want)
		})
	}
}

func TestCompileFaultsOfSize(t *testing.T) {
	t.Parallel()
	chain := func(n int) string {
		var nodes []string
		for i := range n {
			nodes = append(nodes, fmt.Sprintf(`"n%d": {"kind": "review", "pass": "n%d"}`, i, i+1))
		}
		return fmt.Sprintf(`{"start": "n0", "nodes": {%s, "n%d": {"kind": "review"}}}`, strings.Join(nodes, ","), n)
	}
	requireFaults(t, `{"mode": "graph", "graph": `+chain(99)+`}`, nil)
	requireFaults(t, `{"mode": "graph", "graph": `+chain(100)+`}`,
		[]string{"graph.nodes: must not hold more than 100 nodes, those of sub-graphs among them; there are 101"})
	requireFaults(t, inGraphMode(`"a": {"kind": "any_of", `+ways+`, "members": [{"graph": `+chain(97)+`}]}`),
		[]string{"graph.nodes: must not hold more than 100 nodes, those of sub-graphs among them; there are 101"})
}

// TestFaultsOfDefinitionsMadeByCode: a definition may be made without JSON.
func TestFaultsOfDefinitionsMadeByCode(t *testing.T) {
	t.Parallel()
	source := &graph.Source{
		Start: "a",
		Nodes: graph.SourceNodes{{ID: "a", Kind: graph.KindReview}, {ID: "a", Kind: graph.KindReview}},
	}
	require.Equal(t, []string{"node a: id: appears more than once: rename one of the nodes"}, faultsOf(source))
	source.Nodes = source.Nodes[:1]
	for range graph.DeepestGraph {
		source = &graph.Source{Start: "a", Nodes: graph.SourceNodes{
			{ID: "a", Kind: graph.KindAnyOf, Pass: "b", Fail: "b", Members: []graph.SourceMember{{Graph: source}}},
			{ID: "b", Kind: graph.KindVerified},
		}}
	}
	require.Equal(t, []string{"node a.0.a.0.a.0.a.0.a: members[0].graph: sub-graphs are nested too deep: " +
		"5 graphs within one another are allowed"}, faultsOf(source))
}

func faultsOf(source *graph.Source) []string {
	_, faults := graph.Compile(graph.Definition{Mode: graph.ModeGraph, UseCase: rules.UseCaseFirearms, Graph: source})
	var lines []string
	for _, fault := range faults {
		lines = append(lines, fault.String())
	}
	return lines
}
