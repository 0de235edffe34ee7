package graph_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

const checkoutJSON = `{
	"mode": "simple", "use_case": "alcohol_delivery", "jurisdictions": ["US"],
	"methods": ["mdl", "document_capture", "facial_age"], "composition": "any_of",
	"supplementary": ["selfie_liveness"],
	"overrides": {"US-TX": {"remove": ["mdl"]}, "US-CA": {"add": ["carrier_lookup"], "remove": ["mdl"]}},
	"preferences": {"liveness_strategy": "passive", "require_email_otp": true, "max_attempts": 2,
		"document_types": ["PASSPORT"]},
	"graph": null}`

func TestDefinitionJSON(t *testing.T) {
	t.Parallel()
	var d graph.Definition
	require.NoError(t, json.Unmarshal([]byte(checkoutJSON), &d))
	require.Equal(t, graph.Definition{
		Mode: "simple", UseCase: "alcohol_delivery", Jurisdictions: []rules.Jurisdiction{"US"},
		Methods: []rules.Method{"mdl", "document_capture", "facial_age"}, Composition: "any_of",
		Supplementary: []rules.Method{"selfie_liveness"},
		Overrides: graph.Overrides{
			{Jurisdiction: "US-CA", Add: []rules.Method{"carrier_lookup"}, Remove: []rules.Method{"mdl"}},
			{Jurisdiction: "US-TX", Remove: []rules.Method{"mdl"}},
		},
		Preferences: graph.Preferences{
			LivenessStrategy: "passive", RequireEmailOTP: true, MaxAttempts: 2, DocumentTypes: []string{"PASSPORT"},
		},
	}, d)
	written, err := json.Marshal(d)
	require.NoError(t, err)
	require.JSONEq(t, checkoutJSON, string(written))
}

func TestOverridesJSON(t *testing.T) {
	t.Parallel()
	accepted := []struct{ in, out string }{
		{`null`, `{}`},
		{`{}`, `{}`},
		{`{"US": {}}`, `{"US":{}}`},
		{`{"US": null}`, `{"US":{}}`},
		{`{"b": {"add": ["mdl"]}, "a": {"remove": ["mid"]}}`, `{"a":{"remove":["mid"]},"b":{"add":["mdl"]}}`},
	}
	for _, c := range accepted {
		var o graph.Overrides
		require.NoError(t, json.Unmarshal([]byte(c.in), &o), c.in)
		out, err := json.Marshal(o)
		require.NoError(t, err)
		require.Equal(t, c.out, string(out))
	}
	var none graph.Overrides
	out, err := json.Marshal(graph.Definition{Overrides: none})
	require.NoError(t, err)
	require.Contains(t, string(out), `"overrides":{}`)

	refused := []struct{ why, in, message string }{
		{"a list", `[]`, "want an object"},
		{"a string", `"US"`, "want an object"},
		{"a key twice", `{"US": {"add": ["mdl"]}, "US": {}}`, "overrides.US: appears more than once"},
		{"a misspelt field", `{"US": {"ad": ["mdl"]}}`, "overrides.US: json: unknown field"},
		{"not an object", `{"US": ["mdl"]}`, "overrides.US"},
		{"not a list", `{"US": {"add": "mdl"}}`, "overrides.US"},
		{"cut short", `{"US": {}`, ""},
		{"nothing", ``, ""},
	}
	for _, c := range refused {
		var o graph.Overrides
		err := o.UnmarshalJSON([]byte(c.in))
		require.ErrorContains(t, err, c.message, c.why)
		require.Nil(t, o, c.why)
	}
}

func TestWithDefaults(t *testing.T) {
	t.Parallel()
	written, err := json.Marshal(graph.Definition{}.WithDefaults())
	require.NoError(t, err)
	require.JSONEq(t, `{
		"mode": "simple", "use_case": "", "jurisdictions": [], "methods": [], "composition": "any_of",
		"supplementary": [], "overrides": {},
		"preferences": {"liveness_strategy": "", "require_email_otp": false, "max_attempts": 3, "document_types": [],
			"handoff": {"enabled": true, "url_base": "", "company_name": "", "confirm": true}},
		"graph": null
	}`, string(written))

	given := graph.Definition{
		Jurisdictions: []rules.Jurisdiction{"us-ca", "nowhere"},
		Overrides:     graph.Overrides{{Jurisdiction: "us"}, {Jurisdiction: "de"}},
	}
	given.Preferences.Handoff = &graph.Handoff{CompanyName: "Bodega"}
	full := given.WithDefaults()
	require.Equal(t, &graph.Handoff{CompanyName: "Bodega"}, full.Preferences.Handoff, "false is not absent")
	require.Equal(t, []rules.Jurisdiction{"US-CA", "nowhere"}, full.Jurisdictions)
	require.Equal(t, graph.Overrides{{Jurisdiction: "DE"}, {Jurisdiction: "US"}}, full.Overrides)
	require.Equal(t, rules.Jurisdiction("us-ca"), given.Jurisdictions[0], "the argument is not changed")
	require.Equal(t, rules.Jurisdiction("us"), given.Overrides[0].Jurisdiction, "the argument is not changed")
}

func TestMostSpecificOverrideApplies(t *testing.T) {
	t.Parallel()
	d := definition(t, `{"methods": ["mdl", "facial_age"], "supplementary": ["selfie_liveness", "selfie_match"],
		"overrides": {
			"US": {"add": ["mid"], "remove": ["mdl"]},
			"US-CA": {"add": ["student"]},
			"FR-75": {"remove": ["selfie_match"]}}}`)
	cases := []struct {
		in               rules.Jurisdiction
		methods, layered []rules.Method
	}{
		{"US", []rules.Method{"facial_age", "mid"}, []rules.Method{"selfie_liveness", "selfie_match"}},
		{"US-TX", []rules.Method{"facial_age", "mid"}, []rules.Method{"selfie_liveness", "selfie_match"}},
		{"US-CA", []rules.Method{"mdl", "facial_age", "student"}, []rules.Method{"selfie_liveness", "selfie_match"}},
		{"FR-75", []rules.Method{"mdl", "facial_age"}, []rules.Method{"selfie_liveness"}},
		{"FR", []rules.Method{"mdl", "facial_age"}, []rules.Method{"selfie_liveness", "selfie_match"}},
		{"", []rules.Method{"mdl", "facial_age"}, []rules.Method{"selfie_liveness", "selfie_match"}},
	}
	for _, c := range cases {
		local := d.In(c.in)
		require.Equal(t, c.methods, local.Methods, c.in)
		require.Equal(t, c.layered, local.Supplementary, c.in)
		require.Empty(t, local.Overrides, c.in)
	}
	require.Equal(t, []rules.Method{"mdl", "facial_age"}, d.Methods, "the argument is not changed")
}

// definition decodes a definition. Its defaults are the use case social_media
// and the jurisdiction US.
func definition(t *testing.T, text string) graph.Definition {
	t.Helper()
	d := graph.Definition{UseCase: rules.UseCaseSocialMedia, Jurisdictions: []rules.Jurisdiction{"US"}}
	require.NoError(t, json.Unmarshal([]byte(text), &d))
	return d
}
