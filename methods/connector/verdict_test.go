package connector_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/connector"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

func TestVerdictIsParsed(t *testing.T) {
	t.Parallel()
	tier := rules.MinAge(21)
	for body, want := range map[string]methods.Verdict{
		`{"outcome":"passed"}`:                                 {Outcome: graph.OutcomePassed},
		`{"outcome":"passed","age_tier":"min_age_21"}`:         {Outcome: graph.OutcomePassed, AgeTier: &tier},
		`{"outcome":"passed","vendor_id":7,"reason_codes":[]}`: {Outcome: graph.OutcomePassed},
		`{"outcome":"passed","age_tier":null,"reason_codes":null,"checks":null,"risk":null}`: {
			Outcome: graph.OutcomePassed},
		`{"outcome":"failed","reason_codes":["document_expired","unreadable"]}`: {
			Outcome:     graph.OutcomeFailed,
			ReasonCodes: []rules.ReasonCode{rules.ReasonDocumentExpired, rules.ReasonUnreadable}},
		`{"outcome":"requires_input","reason_codes":["more_input_needed"]}`: {
			Outcome: graph.OutcomeRequiresInput, ReasonCodes: []rules.ReasonCode{rules.ReasonMoreInputNeeded}},
		`{"outcome":"passed","checks":[{"name":"mrz","status":"passed"},{"name":"chip","status":"failed"}]}`: {
			Outcome: graph.OutcomePassed, Checks: []rules.Check{{Name: "mrz", Passed: true}, {Name: "chip"}}},
		`{"outcome":"passed","risk":{"score":100,"signals":["vpn"]}}`: {
			Outcome: graph.OutcomePassed, Risk: &rules.Risk{Score: 100, Signals: []string{"vpn"}}},
		`{"outcome":"passed","risk":{"score":0}}`: {Outcome: graph.OutcomePassed, Risk: &rules.Risk{}},
	} {
		got, err := connector.ParseVerdict([]byte(body))
		require.NoError(t, err, body)
		require.Equal(t, want, got, body)
	}
}

// Any spelling that JSON Schema allows for the type of a field is accepted, and unknown fields are ignored.
func TestVerdictIsReadInAnySpelling(t *testing.T) {
	t.Parallel()
	scored := methods.Verdict{Outcome: graph.OutcomePassed, Risk: &rules.Risk{Score: 40}}
	bare := methods.Verdict{Outcome: graph.OutcomePassed}
	for body, want := range map[string]methods.Verdict{
		`{"outcome":"passed","risk":{"score":40.0}}`:                  scored,
		`{"outcome":"passed","risk":{"score":4e1}}`:                   scored,
		`{"outcome":"passed","risk":{"score":400E-1,"signals":null}}`: scored,
		`{"outcome":"passed","risk":{"score":40,"model":"v2","signals":[]}}`: {Outcome: graph.OutcomePassed,
			Risk: &rules.Risk{Score: 40, Signals: []string{}}},
		"\uFEFF" + `{"outcome":"passed"}`:                        bare,
		" \r\n\t{ \"outcome\" :\n\"passed\" }\n":                 bare,
		`{"outcome":"\u0070assed"}`:                              bare,
		`{"Outcome":"failed","outcome":"passed"}`:                bare,
		`{"outcome":"passed","vendor":{"a":1,"a":2}}`:            bare,
		`{"vendor":1,"outcome":"passed","vendor":2}`:             bare,
		"{\"outcome\":\"passed\",\"city\":\"M\xfcnchen\"}":       bare,
		`{"outcome":"passed","half":"\ud83d"}`:                   bare,
		`{"outcome":"passed","big":1e999999,"deep":[[[[{}]]]]}`:  bare,
		`{"outcome":"passed","reason_codes":null,"checks":null}`: bare,
	} {
		got, err := connector.ParseVerdict([]byte(body))
		require.NoError(t, err, body)
		require.Equal(t, want, got, body)
	}
}

func TestWrongVerdictIsRefusedByItsField(t *testing.T) {
	t.Parallel()
	many := func(n int, entry string) string {
		return "[" + strings.TrimSuffix(strings.Repeat(entry+",", n), ",") + "]"
	}
	for _, c := range []struct{ field, body string }{
		{"", ``},
		{"", `[]`},
		{"", `"passed"`},
		{"", `{"outcome":"passed"`},
		{"", `{"outcome":"passed"} and more`},
		{"outcome", `{"outcome":"failed","outcome":"passed"}`},
		{"risk", `{"risk":{"score":90},"outcome":"passed","risk":{"score":1}}`},
		{"checks", `{"outcome":"passed","checks":[{"name":"mrz","status":"failed","status":"passed"}]}`},
		{"", "\xff\xfe{"},
		{"outcome", `{"outcome":true}`},
		{"outcome", `{"outcome":"PASSED"}`},
		{"checks", `{"outcome":"passed","checks":false}`},
		{"checks[1]", `{"outcome":"passed","checks":[{"name":"mrz","status":"passed"},"chip"]}`},
		{"checks[0].status", `{"outcome":"passed","checks":[{"name":"mrz","status":true}]}`},
		{"reason_codes[0]", `{"outcome":"failed","reason_codes":[7]}`},
		{"reason_codes[0]", `{"outcome":"failed","reason_codes":[null]}`},
		{"risk.score", `{"outcome":"passed","risk":{"score":40.5}}`},
		{"risk.score", `{"outcome":"passed","risk":{"score":"40"}}`},
		{"risk.score", `{"outcome":"passed","risk":{"score":1e300}}`},
		{"risk.score", `{"outcome":"passed","risk":{"score":null}}`},
		{"outcome", `{}`},
		{"outcome", `{"outcome":null}`},
		{"outcome", `{"outcome":7}`},
		{"outcome", `{"outcome":"verified"}`},
		{"outcome", `{"outcome":"error","reason_codes":["provider_unavailable"]}`},
		{"age_tier", `{"outcome":"passed","age_tier":"min_age_99"}`},
		{"age_tier", `{"outcome":"failed","age_tier":"min_age_21","reason_codes":["under_age"]}`},
		{"reason_codes", `{"outcome":"failed"}`},
		{"reason_codes", `{"outcome":"requires_input","reason_codes":[]}`},
		{"reason_codes", `{"outcome":"passed","reason_codes":["under_age"]}`},
		{"reason_codes", `{"outcome":"failed","reason_codes":"under_age"}`},
		{"reason_codes[1]", `{"outcome":"failed","reason_codes":["under_age","Under Age"]}`},
		{"reason_codes", fmt.Sprintf(`{"outcome":"failed","reason_codes":%s}`, many(21, `"under_age"`))},
		{"checks[0].name", `{"outcome":"passed","checks":[{"status":"passed"}]}`},
		{"checks[0].name", `{"outcome":"passed","checks":[{"name":"Ada Lovelace","status":"passed"}]}`},
		{"checks[0].name", `{"outcome":"passed","checks":[{"name":"1990-01-31","status":"passed"}]}`},
		{"checks[0].name", `{"outcome":"passed","checks":[{"name":"` + strings.Repeat("x", 65) + `","status":"passed"}]}`},
		{"checks[0].status", `{"outcome":"passed","checks":[{"name":"mrz","status":"fine"}]}`},
		{"checks", fmt.Sprintf(`{"outcome":"passed","checks":%s}`, many(51, `{"name":"mrz","status":"passed"}`))},
		{"risk.score", `{"outcome":"passed","risk":{}}`},
		{"risk.score", `{"outcome":"passed","risk":{"score":-1}}`},
		{"risk.score", `{"outcome":"passed","risk":{"score":101}}`},
		{"risk.score", `{"outcome":"passed","risk":{"score":99999999999999999999}}`},
		{"risk.signals[0]", `{"outcome":"passed","risk":{"score":1,"signals":["10.0.0.1"]}}`},
		{"risk.signals", fmt.Sprintf(`{"outcome":"passed","risk":{"score":1,"signals":%s}}`, many(21, `"vpn"`))},
	} {
		_, err := connector.ParseVerdict([]byte(c.body))
		var fault *connector.Fault
		require.ErrorAs(t, err, &fault, c.body)
		require.Equal(t, c.field, fault.Field, c.body)
		require.NotContains(t, fault.Message, "Lovelace")
	}
}

func FuzzParseVerdict(f *testing.F) {
	f.Add(`{"outcome":"failed","reason_codes":["under_age"],"checks":[{"name":"a","status":"failed"}],"risk":{"score":1}}`)
	f.Fuzz(func(t *testing.T, body string) {
		verdict, err := connector.ParseVerdict([]byte(body))
		if err == nil && verdict.Outcome != graph.OutcomePassed && len(verdict.ReasonCodes) == 0 {
			t.Fatal("a bare failure")
		}
	})
}
