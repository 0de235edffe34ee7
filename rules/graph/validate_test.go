package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

func TestCompileFaults(t *testing.T) {
	t.Parallel()
	cases := []struct {
		why, in string
		want    []string
	}{
		{"nothing given", `{"use_case": ""}`, []string{"use_case: is required", "methods: at least one method is required"}},
		{"graph mode", `{"mode": "graph"}`, []string{"graph: is required: an object with start and nodes"}},
		{
			"graph in simple mode", `{"methods": ["mdl"], "graph": {}}`,
			[]string{`graph: belongs to mode "graph": set that, or remove the graph`},
		},
		{"unknown mode", `{"mode": "magic"}`, []string{`mode: must be "simple" or "graph"`}},
		{"use case", `{"use_case": "fireworks", "methods": ["mdl"]}`, []string{`use_case: unknown use case "fireworks"`}},
		{
			"composition",
			`{"methods": ["mdl"], "composition": "one_of"}`,
			[]string{`composition: must be "any_of" or "all_of"`},
		},
		{
			"jurisdictions", `{"jurisdictions": ["US", "ZZ", "us"], "methods": ["mdl"]}`,
			[]string{
				`jurisdictions[1]: "ZZ" is not an ISO 3166 country or subdivision`,
				"jurisdictions[2]: US appears more than once",
			},
		},
		{
			"methods", `{"methods": ["mdl", "palm", "mdl"]}`,
			[]string{`methods[1]: unknown method "palm"`, "methods[2]: mdl appears more than once"},
		},
		{
			"supplementary", `{"methods": ["mdl", "open_banking"],
				"supplementary": ["student", "open_banking", "selfie_match", "palm", "selfie_match"]}`,
			[]string{
				"supplementary[0]: student cannot be a supplementary layer",
				"supplementary[1]: open_banking is among the methods already",
				`supplementary[3]: unknown method "palm"`,
				"supplementary[4]: selfie_match appears more than once",
			},
		},
		{
			"preferences", `{"methods": ["mdl"],
				"preferences": {"liveness_strategy": "dance", "max_attempts": 11,
				"document_types": ["PASSPORT", "passport", "PASSPORT"], "unread_text": "shrug", "screen_photographed": "Pass"}}`,
			[]string{
				`preferences.liveness_strategy: must be one of ["3d_action" "flashing" "passive"]`,
				"preferences.max_attempts: must be from 1 to 10",
				`preferences.unread_text: must be one of ["pass" "fail" "review"]`,
				`preferences.screen_photographed: must be one of ["pass" "fail" "review"]`,
				`preferences.document_types[1]: unknown document type "passport"`,
				"preferences.document_types[2]: PASSPORT appears more than once",
			},
		},
		{
			"negative attempts",
			`{"methods": ["mdl"], "preferences": {"max_attempts": -1}}`,
			[]string{"preferences.max_attempts: must be from 1 to 10"},
		},
		{
			"all at once",
			`{"use_case": "", "methods": ["palm"], "preferences": {"max_attempts": 99}}`,
			[]string{
				"use_case: is required",
				`methods[0]: unknown method "palm"`,
				"preferences.max_attempts: must be from 1 to 10",
			},
		},
	}
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			requireFaults(t, c.in, c.want)
		})
	}
}

func TestCompileFaultsOfOverrides(t *testing.T) {
	t.Parallel()
	const base = `"methods": ["mdl", "mid"], "supplementary": ["selfie_match"]`
	cases := []struct {
		why, overrides string
		want           []string
	}{
		{"place", `{"Mars": {}}`, []string{`overrides.Mars: "Mars" is not an ISO 3166 country or subdivision`}},
		{"same place in two cases", `{"us": {}, "US": {}}`, []string{"overrides.US: appears more than once"}},
		{
			"additions", `{"DE": {"add": ["mdl", "selfie_match", "palm", "student", "student"]}}`,
			[]string{
				"overrides.DE.add[0]: mdl is part of the workflow already",
				"overrides.DE.add[1]: selfie_match is part of the workflow already",
				`overrides.DE.add[2]: unknown method "palm"`,
				"overrides.DE.add[4]: student appears more than once",
			},
		},
		{
			"removals", `{"DE": {"remove": ["mdl", "student", "palm", "mdl"]}}`,
			[]string{
				"overrides.DE.remove[1]: student is not part of the workflow",
				`overrides.DE.remove[2]: unknown method "palm"`,
				"overrides.DE.remove[3]: mdl appears more than once",
			},
		},
		{
			"added and removed",
			`{"DE": {"add": ["student"], "remove": ["student"]}}`,
			[]string{"overrides.DE.add[0]: student is both added and removed"},
		},
		{
			"removed and added back",
			`{"DE": {"add": ["mdl"], "remove": ["mdl"]}}`,
			[]string{"overrides.DE.add[0]: mdl is both added and removed"},
		},
		{"nothing left", `{"DE": {"remove": ["mdl", "mid"]}}`, []string{"overrides.DE: leaves no method"}},
		{"all replaced", `{"DE": {"remove": ["mdl", "mid", "selfie_match"], "add": ["student"]}}`, nil},
	}
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			requireFaults(t, `{`+base+`, "overrides": `+c.overrides+`}`, c.want)
		})
	}
}

func requireFaults(t *testing.T, text string, want []string) {
	t.Helper()
	g, faults := graph.Compile(definition(t, text))
	var got []string
	for _, fault := range faults {
		got = append(got, fault.String())
	}
	require.Equal(t, want, got)
	if len(want) > 0 {
		require.Zero(t, g)
	}
}

func TestFaultTexts(t *testing.T) {
	t.Parallel()
	faults := []graph.Fault{
		{Node: "doc", Field: "pass", Message: "leads nowhere"},
		{Field: "methods", Message: "at least one method is required"},
	}
	require.EqualError(t, &graph.FaultError{Faults: faults},
		"workflow does not compile: node doc: pass: leads nowhere; methods: at least one method is required")
	require.EqualError(t, &graph.ProhibitedError{Methods: []rules.Method{"mdl", "mid"}},
		"methods not allowed in this jurisdiction: mdl, mid")
}
