package graph_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

func TestSpecialise(t *testing.T) {
	t.Parallel()
	const layered = `"supplementary": ["selfie_liveness"], "overrides": {"US-CA": {"add": ["student"], "remove": ["mdl"]}}`
	cases := []struct {
		why, in    string
		place      rules.Jurisdiction
		forbidden  []rules.Method
		offered    []rules.Method
		dropped    []rules.Method
		prohibited []rules.Method
	}{
		{
			why: "nothing forbidden", in: `{"methods": ["mdl", "mid"], ` + layered + `}`, place: "US",
			offered: []rules.Method{"mdl", "mid", "selfie_liveness"},
		},
		{
			why: "override", in: `{"methods": ["mdl", "mid"], ` + layered + `}`, place: "US-CA",
			offered: []rules.Method{"mid", "student", "selfie_liveness"},
		},
		{
			why: "any_of with some left", in: `{"methods": ["mdl", "mid"], ` + layered + `}`, place: "US",
			forbidden: []rules.Method{"mdl"},
			offered:   []rules.Method{"mid", "selfie_liveness"}, dropped: []rules.Method{"mdl"},
		},
		{
			why: "removed by the override, so not dropped", in: `{"methods": ["mdl", "mid"], ` + layered + `}`, place: "US-CA",
			forbidden: []rules.Method{"mdl", "student"},
			offered:   []rules.Method{"mid", "selfie_liveness"}, dropped: []rules.Method{"student"},
		},
		{
			why: "any_of left empty", in: `{"methods": ["mdl", "mid"]}`, place: "US",
			forbidden: []rules.Method{"mid", "mdl"},
			dropped:   []rules.Method{"mdl", "mid"}, prohibited: []rules.Method{"mdl", "mid"},
		},
		{
			why: "all_of that lost a member", in: `{"methods": ["mdl", "mid"], "composition": "all_of"}`, place: "US",
			forbidden: []rules.Method{"mid"},
			dropped:   []rules.Method{"mid"}, prohibited: []rules.Method{"mid"},
		},
		{
			why: "all_of intact", in: `{"methods": ["mdl", "mid"], "composition": "all_of"}`, place: "US",
			forbidden: []rules.Method{"student"}, offered: []rules.Method{"mdl", "mid"},
		},
		{
			why: "lost layer; the primary method would not have mattered", place: "US",
			in:        `{"methods": ["mdl", "mid"], ` + layered + `}`,
			forbidden: []rules.Method{"mdl", "selfie_liveness"},
			dropped:   []rules.Method{"mdl", "selfie_liveness"}, prohibited: []rules.Method{"selfie_liveness"},
		},
		{
			why: "lost layer and any_of left empty", place: "US",
			in:        `{"methods": ["mdl"], ` + layered + `}`,
			forbidden: []rules.Method{"mdl", "selfie_liveness"},
			dropped:   []rules.Method{"mdl", "selfie_liveness"}, prohibited: []rules.Method{"mdl", "selfie_liveness"},
		},
	}
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			allowed := func(m rules.Method) bool { return !slices.Contains(c.forbidden, m) }
			g, dropped, err := graph.Specialise(definition(t, c.in), c.place, allowed)
			require.Equal(t, append([]rules.Method{}, c.dropped...), dropped)
			if c.prohibited != nil {
				var prohibited *graph.ProhibitedError
				require.ErrorAs(t, err, &prohibited)
				require.Equal(t, c.prohibited, prohibited.Methods)
				require.Zero(t, g)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.offered, graph.OfferedMethods(g))
		})
	}
}

func TestSpecialiseWithoutFilterOrOverrideIsCompile(t *testing.T) {
	t.Parallel()
	d := definition(t, checkoutJSON)
	compiled, faults := graph.Compile(d)
	require.Empty(t, faults)
	specialised, dropped, err := graph.Specialise(d, "US", nil)
	require.NoError(t, err)
	require.Empty(t, dropped)
	require.Equal(t, compiled, specialised)
}

func TestSpecialiseRefusesInvalidDefinitions(t *testing.T) {
	t.Parallel()
	_, _, err := graph.Specialise(graph.Definition{}, "US", nil)
	var fault *graph.FaultError
	require.ErrorAs(t, err, &fault)
	require.Len(t, fault.Faults, 2)
}

// A published version that names a jurisdiction which is no longer accepted
// still runs in the others.
func TestSpecialiseReadsOnlyTheOverrideOfTheJurisdiction(t *testing.T) {
	t.Parallel()
	d := definition(t, `{"jurisdictions": ["US-ZZ", "US", "FR-75"], "methods": ["mdl", "mid"],
		"overrides": {"US-ZZ": {"remove": ["mid"]}, "FR-75": {"remove": ["mdl"]}}}`)
	for place, offered := range map[rules.Jurisdiction][]rules.Method{"US": {"mdl", "mid"}, "FR-75C": {"mid"}} {
		require.True(t, d.Serves(place))
		g, _, err := graph.Specialise(d, place, nil)
		require.NoError(t, err)
		require.Equal(t, offered, graph.OfferedMethods(g))
	}
	_, faults := graph.Compile(d)
	require.Len(t, faults, 2, "it cannot be published again")
}
