package graph_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

func TestSpecialiseGraph(t *testing.T) {
	t.Parallel()
	const (
		single = `"a": {"kind": "method", "method": "mdl", "pass": "b", "fail": "no"},
			"b": {"kind": "method", "method": "facial_age", ` + ways + `}`
		either    = `"a": {"kind": "any_of", "methods": ["mdl", "mid", "student"], ` + ways + `}`
		every     = `"a": {"kind": "all_of", "methods": ["mdl", "mid"], ` + ways + `}`
		subGraphs = `"a": {"kind": "any_of", ` + ways + `, "methods": ["student"], "members": [
			{"graph": {"start": "x", "nodes": {"x": {"kind": "method", "method": "mdl", "pass": "y", "fail": "ko"},
				"y": {"kind": "method", "method": "selfie_match", "pass": "ok", "fail": "ko"},
				"ok": {"kind": "verified"}, "ko": {"kind": "failed"}}}},
			{"graph": {"start": "x", "nodes": {"x": {"kind": "any_of", "methods": ["mid", "eudi_pid"], "pass": "ok",
				"fail": "ko"},
				"ok": {"kind": "verified"}, "ko": {"kind": "failed"}}}}]}`
		fork = `"a": {"kind": "branch", "cases": [{"when": "jurisdiction == 'DE'", "next": "b"}], "default": "c"},
			"b": {"kind": "method", "method": "eudi_pid", ` + ways + `},
			"c": {"kind": "any_of", "methods": ["mdl", "mid"], ` + ways + `}`
	)
	type names = []rules.Method
	cases := []struct {
		why, nodes string
		forbidden  names
		left       []string // the method nodes
		dropped    names
		prohibited names
	}{
		{why: "nothing forbidden", nodes: single, left: []string{"a", "b"}},
		{
			why:        "a method node",
			nodes:      single,
			forbidden:  names{"facial_age"},
			dropped:    names{"facial_age"},
			prohibited: names{"facial_age"},
		},
		{
			why: "members of an any_of", nodes: either, forbidden: names{"mdl", "student", "palm"},
			left: []string{"a.mid"}, dropped: names{"mdl", "student"},
		},
		{
			why: "an any_of left empty", nodes: either, forbidden: names{"student", "mid", "mdl"},
			dropped: names{"mdl", "mid", "student"}, prohibited: names{"mdl", "mid", "student"},
		},
		{
			why:        "a member of an all_of",
			nodes:      every,
			forbidden:  names{"mid"},
			dropped:    names{"mid"},
			prohibited: names{"mid"},
		},
		{
			why:       "a sub-graph is dropped if a required method is not allowed",
			nodes:     subGraphs,
			forbidden: names{"selfie_match"},
			left:      []string{"a.student", "a.1.x.mid", "a.1.x.eudi_pid"},
			dropped:   names{"selfie_match"},
		},
		{
			why: "a sub-graph may have another choice; names stay", nodes: subGraphs, forbidden: names{"mdl", "mid", "student"},
			left: []string{"a.1.x.eudi_pid"}, dropped: names{"student", "mdl", "mid"},
		},
		{
			why: "all sub-graphs lost", nodes: subGraphs, forbidden: names{"mdl", "mid", "student", "eudi_pid"},
			dropped:    names{"student", "mdl", "mid", "eudi_pid"},
			prohibited: names{"student", "mdl", "mid", "eudi_pid"},
		},
		{
			why: "behind a branch", nodes: fork, forbidden: names{"eudi_pid", "mdl"},
			dropped: names{"eudi_pid", "mdl"}, prohibited: names{"eudi_pid"},
		},
		{
			why:       "behind a branch, a choice",
			nodes:     fork,
			forbidden: names{"mdl"},
			left:      []string{"b", "c.mid"},
			dropped:   names{"mdl"},
		},
	}
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			allowed := func(m rules.Method) bool { return !slices.Contains(c.forbidden, m) }
			g, dropped, err := graph.Specialise(definition(t, inGraphMode(c.nodes)), "US", allowed)
			require.Equal(t, append(names{}, c.dropped...), dropped)
			if c.prohibited != nil {
				var prohibited *graph.ProhibitedError
				require.ErrorAs(t, err, &prohibited)
				require.Equal(t, c.prohibited, prohibited.Methods)
				require.Zero(t, g)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.left, methodNodes(g))
			requireSound(t, g)
		})
	}
}

func methodNodes(g graph.Graph) []string {
	var ids []string
	for _, n := range g.Nodes {
		if n.Kind == graph.KindMethod {
			ids = append(ids, n.ID)
		}
	}
	return ids
}

// requireSound checks that every reference leads to a node of the right scope
// and that every node is used.
func requireSound(t *testing.T, g graph.Graph) {
	t.Helper()
	used := []string{g.Start}
	refer := func(id, scope string) {
		if id == "" || scope != "" && (id == graph.PassMember || id == graph.FailMember) {
			return
		}
		n, ok := g.Node(id)
		require.True(t, ok, "no node %s", id)
		require.Equal(t, scope, n.Scope, id)
		used = append(used, id)
	}
	for _, n := range g.Nodes {
		for _, member := range n.Members {
			refer(member, n.ID)
		}
		for _, target := range []string{n.Pass, n.Fail, n.Default} {
			refer(target, n.Scope)
		}
		for _, v := range n.Cases {
			refer(v.Next, n.Scope)
		}
	}
	for _, n := range g.Nodes {
		require.Contains(t, used, n.ID)
	}
}

func TestSpecialiseGraphWithoutFilterIsCompile(t *testing.T) {
	t.Parallel()
	compiled, faults := graph.Compile(stepUpDefinition(t))
	require.Empty(t, faults)
	requireSound(t, compiled)
	specialised, dropped, err := graph.Specialise(stepUpDefinition(t), "US", nil)
	require.NoError(t, err)
	require.Empty(t, dropped)
	require.Equal(t, compiled, specialised)
}

func TestSpecialiseRefusesAGraphThatDoesNotCompile(t *testing.T) {
	t.Parallel()
	_, _, err := graph.Specialise(graph.Definition{Mode: graph.ModeGraph}, "US", nil)
	var fault *graph.FaultError
	require.ErrorAs(t, err, &fault)
	require.Len(t, fault.Faults, 2)
}
