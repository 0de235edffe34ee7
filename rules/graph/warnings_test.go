package graph_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/graph"
)

func TestWarningsNameSettingsWithoutEffect(t *testing.T) {
	t.Parallel()
	const (
		refused  = "no way to verified passes a method"
		unproven = "not every way to verified passes a method"
	)
	simple := func(rest string) string {
		return `{"use_case": "social_media", "methods": ["document_capture"]` + rest + `}`
	}
	cases := []struct {
		why, definition string
		want            []string // field and the beginning of the message
	}{
		{"nothing", simple(``), nil},
		{"preferences that are read", simple(`, "supplementary": ["selfie_liveness"], "preferences":
			{"liveness_strategy": "flashing", "document_types": ["PASSPORT"], "max_attempts": 2}`), nil},
		{"an OTP", simple(`, "preferences": {"require_email_otp": true}`), nil},
		{"liveness of nothing alive", simple(`, "preferences": {"liveness_strategy": "passive"}`),
			[]string{"preferences.liveness_strategy: has no effect"}},
		{"liveness that an override alone reads", simple(`, "preferences": {"liveness_strategy": "passive"},
			"overrides": {"DE": {"add": ["facial_age"]}}`), nil},
		{
			"types of no document",
			`{"use_case": "social_media", "methods": ["mdl"], "preferences": {"document_types": ["PASSPORT"]}}`,
			[]string{"preferences.document_types: has no effect"},
		},
		{
			"a proof of age for no eudi_pid",
			`{"use_case": "social_media", "methods": ["mdl"], "preferences": {"proof_of_age": true}}`,
			[]string{"preferences.proof_of_age: has no effect"},
		},
		{
			"doubts about no document",
			`{"use_case": "social_media", "methods": ["mdl"], "preferences":
				{"unread_text": "pass", "screen_photographed": "review"}}`,
			[]string{"preferences.unread_text: has no effect", "preferences.screen_photographed: has no effect"},
		},
		{
			"files for no camera",
			`{"use_case": "social_media", "methods": ["mdl"], "preferences": {"file_upload": true}}`,
			[]string{"preferences.file_upload: has no effect"},
		},
		{
			"attempts that every node sets",
			`{"mode": "graph", "use_case": "social_media", "preferences": {"max_attempts": 5}, "graph":
			{"start": "doc", "nodes": {"doc": {"kind": "method", "method": "mdl", "max_attempts": 2, "pass": "yes",
				"fail": "no"},
			"yes": {"kind": "verified"}, "no": {"kind": "failed"}}}}`,
			[]string{"preferences.max_attempts: has no effect"},
		},
		{"a handoff that is off", simple(`, "preferences": {"handoff": {"enabled": false, "company_name": "Shop"}}`),
			[]string{"preferences.handoff: url_base, company_name and confirm have no effect"}},
		{"an override for elsewhere", simple(`, "jurisdictions": ["US", "CA-ON"], "overrides":
			{"DE": {"add": ["mdl"]}, "CA": {"add": ["mdl"]}, "US-CA": {"add": ["mdl"]}}`),
			[]string{"overrides.DE: has no effect: jurisdictions do not include DE"}},
		{"a weaker alternative", `{"use_case": "social_media", "methods": ["mdl", "facial_age", "self_attestation"]}`,
			[]string{"methods: sessions of type identity leave out facial_age, self_attestation"}},
		{
			"nothing that proves an identity",
			`{"use_case": "social_media", "methods": ["facial_age"]}`,
			[]string{"methods: " + refused},
		},
		{
			"nothing that does in one place",
			simple(`, "overrides": {"DE": {"remove": ["document_capture"], "add": ["facial_age"]}}`),
			[]string{"overrides.DE: " + refused},
		},
		{"passive liveness beside a document",
			simple(`, "supplementary": ["selfie_liveness"], "preferences": {"liveness_strategy": "passive"}`),
			[]string{"methods: passive liveness is a weak sign"}},
		{"passive liveness of an age", `{"use_case": "social_media", "methods": ["facial_age"],
			"supplementary": ["selfie_liveness"], "preferences": {"liveness_strategy": "passive"}}`,
			[]string{"methods: " + refused}},
		{"a match after the document", simple(`, "supplementary": ["selfie_match"]`), nil},
		{"a match after a document that some do not show",
			`{"use_case": "social_media", "methods": ["document_capture", "mdl"], "supplementary": ["selfie_match"]}`,
			[]string{"methods: selfie_match (supplementary.selfie_match) is unavailable"}},
		{"a match that an override lets come first", simple(`, "supplementary": ["selfie_match"], "overrides":
			{"DE": {"remove": ["document_capture"], "add": ["mdl"]}}`),
			[]string{"overrides.DE: selfie_match (supplementary.selfie_match) is unavailable"}},
		{"a match beside a document", `{"use_case": "social_media", "methods": ["selfie_match", "nfc_passport"],
			"composition": "all_of"}`, nil},
		{"a match in place of a document", `{"use_case": "social_media", "methods": ["selfie_match", "nfc_passport"]}`,
			[]string{
				"methods: sessions of type identity leave out selfie_match",
				"methods: selfie_match (primary.selfie_match) is unavailable",
			}},
		{"a match after a document that failed", `{"mode": "graph", "use_case": "social_media", "graph": {"start": "doc",
			"nodes": {"doc": {"kind": "method", "method": "document_capture", "pass": "yes", "fail": "twin"},
			"twin": {"kind": "method", "method": "selfie_match", "pass": "yes", "fail": "no"},
			"yes": {"kind": "verified"}, "no": {"kind": "failed"}}}}`,
			[]string{"graph: " + unproven, "graph: selfie_match (twin) is unavailable"}},
		{"a review without proof", `{"mode": "graph", "use_case": "social_media", "graph": {"start": "doc", "nodes": {
			"doc": {"kind": "method", "method": "mdl", "pass": "yes", "fail": "human"}, "human": {"kind": "review"},
			"yes": {"kind": "verified"}}}}`, []string{"graph: " + unproven}},
	}
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			var d graph.Definition
			require.NoError(t, json.Unmarshal([]byte(c.definition), &d))
			_, faults := graph.Compile(d)
			require.Empty(t, faults)
			warnings := graph.Warnings(d)
			require.NotNil(t, warnings)
			require.Len(t, warnings, len(c.want), "%v", warnings)
			for i, want := range c.want {
				require.Contains(t, warnings[i].String(), want)
			}
		})
	}
}
