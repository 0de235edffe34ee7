package simulation_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/simulation"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	const passed = `{"variables": {"risk": {"level": "medium"}}, "results": [{"method": "mdl", "outcome": "passed"}]}`
	const failed = `{"results": [{"method": "mdl", "outcome": "failed"}, {"method": "mdl", "outcome": "failed"},
		{"method": "facial_age", "outcome": "passed"}]}`
	replace := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(stepUp) }
	cases := []struct {
		why, draft, script string
		changed            bool
		node               string
		before, after      string
	}{
		{why: "the same", draft: stepUp, script: passed},
		{
			why:    "a condition worded otherwise",
			draft:  replace("risk.level == 'high'", "risk.level in ['high']"),
			script: passed,
		},
		{
			why:    "another case to the same node",
			draft:  replace(`"cases": [`, `"cases": [{"when": "true", "next": "yes"}, `),
			script: passed,
		},
		{
			why: "a branch goes elsewhere", draft: replace("== 'high'", "!= 'low'"), script: passed,
			changed: true, node: "risky", before: "yes", after: "doc",
		},
		{
			why: "the draft lost a method, and ends the same", script: failed,
			draft: replace(`["facial_age", "mdl"]`, `["facial_age"]`),
			node:  "pick.mdl", before: "pick.mdl failed", after: "pick.facial_age passed",
		},
		{
			why:    "the draft asks for more",
			script: passed,
			draft: replace(
				`"default": "yes"`,
				`"default": "more"`,
				`"yes":`,
				`"more": {"kind": "review", "pass": "yes", "fail": "no"}, "yes":`,
			),
			changed: true,
			node:    "risky",
			before:  "yes",
			after:   "more",
		},
		{
			why:     "the draft asks for more at the end",
			script:  passed,
			draft:   `{"start": "pick", "nodes": {"pick": {"kind": "any_of", "methods": ["mdl"], "pass": "risky", "fail": "risky"}, "risky": {"kind": "review"}}}`,
			changed: true,
			node:    "risky",
			before:  "yes",
			after:   "risky waiting",
		},
		{
			why:    "another end",
			script: passed,
			draft: replace(
				`"yes":   {"kind": "verified"}, "no": {"kind": "failed"}`,
				`"yes": {"kind": "failed"}, "no": {"kind": "failed"}`,
			),
			changed: true,
			node:    "yes",
			before:  "yes verified",
			after:   "yes failed",
		},
	}
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			d := simulation.Compare(run(t, stepUp, c.script), run(t, c.draft, c.script))
			require.Equal(t, c.changed, d.Changed)
			require.Equal(t, c.node, d.Node)
			require.Equal(t, c.node == "", d.Before == nil && d.After == nil)
			require.Equal(t, c.before, brief(d.Before))
			require.Equal(t, c.after, brief(d.After))
		})
	}
}

// brief describes the fields that distinguish a step.
func brief(s *simulation.Step) string {
	switch {
	case s == nil:
		return ""
	case s.Kind == graph.KindBranch:
		return s.Next
	case s.Outcome != "":
		return s.Node + " " + string(s.Outcome)
	default:
		return s.Node + " " + string(s.Kind)
	}
}

// TestComparePathsOfDifferentLength: one path may end while the other continues.
func TestComparePathsOfDifferentLength(t *testing.T) {
	t.Parallel()
	long := simulation.Trace{Outcome: graph.OutcomeVerified, Steps: []simulation.Step{{Node: "a"}, {Node: "b"}}}
	short := simulation.Trace{Outcome: graph.OutcomeVerified, Steps: []simulation.Step{{Node: "a"}}}
	d := simulation.Compare(long, short)
	require.Equal(t, simulation.Difference{Node: "b", Before: &simulation.Step{Node: "b"}}, d)
	d = simulation.Compare(short, long)
	require.Equal(t, simulation.Difference{Node: "b", After: &simulation.Step{Node: "b"}}, d)
	require.Zero(t, simulation.Compare(simulation.Trace{}, simulation.Trace{}))
}
