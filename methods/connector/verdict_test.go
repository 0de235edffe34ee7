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

func TestAVerdictIsRead(t *testing.T) {
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
			Outcome: graph.OutcomePassed, Checks: []methods.Check{{Name: "mrz", Passed: true}, {Name: "chip"}}},
		`{"outcome":"passed","risk":{"score":100,"signals":["vpn"]}}`: {
			Outcome: graph.OutcomePassed, Risk: &rules.Risk{Score: 100, Signals: []string{"vpn"}}},
		`{"outcome":"passed","risk":{"score":0}}`: {Outcome: graph.OutcomePassed, Risk: &rules.Risk{}},
	} {
		got, err := connector.ParseVerdict([]byte(body))
		require.NoError(t, err, body)
		require.Equal(t, want, got, body)
	}
}

func TestAWrongVerdictIsRefusedByItsField(t *testing.T) {
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
		{"", `{"outcome":"failed","outcome":"passed"}`},
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
		{"risk", `{"outcome":"passed","risk":{"score":99999999999999999999}}`},
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
