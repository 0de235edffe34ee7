package graph_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

func TestWithoutDropsOnlyMembersThatHaveAnAlternative(t *testing.T) {
	t.Parallel()
	const (
		either = `"a": {"kind": "any_of", "methods": ["mdl", "mid", "student"], ` + ways + `}`
		every  = `"a": {"kind": "all_of", "methods": ["mdl", "mid"], ` + ways + `}`
		single = `"a": {"kind": "method", "method": "mdl", "pass": "b", "fail": "no"},
			"b": {"kind": "any_of", "methods": ["mdl", "mid"], ` + ways + `}`
		nested = `"a": {"kind": "any_of", "methods": ["student"], ` + ways + `, "members": [
			{"graph": {"start": "x", "nodes": {"x": {
				"kind": "any_of", "methods": ["mid", "eudi_pid"], "pass": "y", "fail": "ko"
			},
				"y": {"kind": "method", "method": "selfie_match", "pass": "ok", "fail": "ko"},
				"ok": {"kind": "verified"}, "ko": {"kind": "failed"}}}}]}`
	)
	type names = []rules.Method
	for why, c := range map[string]struct {
		nodes       string
		unavailable names
		left        []string
	}{
		"nothing":                         {either, nil, []string{"a.mdl", "a.mid", "a.student"}},
		"members of any_of":               {either, names{"mdl", "student"}, []string{"a.mid"}},
		"all members of any_of":           {either, names{"mdl", "mid", "student"}, []string{"a.mdl", "a.mid", "a.student"}},
		"a member of all_of":              {every, names{"mid"}, []string{"a.mdl", "a.mid"}},
		"a method node, and a member":     {single, names{"mdl"}, []string{"a", "b.mid"}},
		"a sub-graph that needs it":       {nested, names{"selfie_match"}, []string{"a.student"}},
		"a choice inside a sub-graph":     {nested, names{"mid"}, []string{"a.student", "a.0.x.eudi_pid", "a.0.y"}},
		"every choice inside a sub-graph": {nested, names{"mid", "eudi_pid"}, []string{"a.student"}},
		"a sub-graph and its alternative": {
			nested, names{"student", "mid", "eudi_pid"}, []string{"a.student", "a.0.x.mid", "a.0.x.eudi_pid", "a.0.y"},
		},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			compiled, faults := graph.Compile(definition(t, inGraphMode(c.nodes)))
			require.Empty(t, faults)
			g := graph.Without(compiled, func(m rules.Method) bool { return slices.Contains(c.unavailable, m) })
			require.ElementsMatch(t, c.left, methodNodes(g))
			requireSound(t, g)
			if len(c.left) == len(methodNodes(compiled)) {
				require.Equal(t, compiled, g, "what is not dropped from stays the same graph")
			}
		})
	}
}
