package condition_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/condition"
)

func TestCheckAccepts(t *testing.T) {
	t.Parallel()
	accepted := []string{
		"risk.level == 'high' || metadata.tier == 'vip'",
		"risk.score >= 70 && 'vpn' in risk.signals",
		"size(risk.signals) > 2",
		"risk.signals.exists(s, s.startsWith('geo_'))",
		"previous.method == 'mdl' && previous.outcome == 'passed' && previous.attempts > 1",
		"'under_age' in previous.reason_codes",
		"has(previous.method)",
		"age_tier == 'min_age_21'",
		"jurisdiction.startsWith('US-') && !(jurisdiction in ['US-CA', 'US-UT'])",
		"has(metadata.tier)",
		"metadata['two words'] != ''",
		"metadata.exists(k, metadata[k].contains('x'))",
		"risk.level.matches('^(low|medium)$')",
		"risk.signals.all(s, previous.reason_codes.exists(c, c == s))",
		"true",
	}
	for _, expr := range accepted {
		_, err := new(condition.Programs).Check(expr)
		require.NoError(t, err, expr)
	}
}

func TestCheckRefusesInPublicWords(t *testing.T) {
	t.Parallel()
	long := "risk.level == '" + strings.Repeat("x", condition.LongestCondition) + "'"
	pairs := strings.TrimSuffix(strings.Repeat("metadata.all(a, metadata.all(b, a + b != jurisdiction)) && ", 15), " && ")
	cases := []struct{ expr, want string }{
		{"", "is required: write a condition such as risk.level == 'high'"},
		{" \n", "is required: write a condition such as risk.level == 'high'"},
		{"risk.level = 'high'", "at 1:12: Syntax error"},
		{"risk.level ==", "at 1:14: Syntax error"},
		{"previous.metod == 'mdl'", "at 1:9: undefined field 'metod'"},
		{"colour == 'red'", "at 1:1: undeclared reference to 'colour'"},
		{"risk.score > '70'", "at 1:12: found no matching overload for '>' applied to '(int, string)'"},
		{"metadata.age > 17", "at 1:14: found no matching overload for '>' applied to '(string, int)'"},
		{"\nnow() > 1", "at 2:4: undeclared reference to 'now'"},
		{"a && b && c && d", "at 1:1: undeclared reference to 'a'; at 1:6: undeclared reference to 'b'; " +
			"at 1:11: undeclared reference to 'c'; and more"},
		{"risk.score", "must be true or false, not of type int: compare it with something"},
		{"metadata.tier", "must be true or false, not of type string: compare it with something"},
		{"dyn(true)", "must be true or false, not of type dyn: compare it with something"},
		{"risk.level.matches('[')", "at 1:20: invalid matches argument"},
		{strings.Repeat("(", 60) + "true" + strings.Repeat(")", 60), "expression recursion limit exceeded: 50"},
		{"metadata.all(a, metadata.all(b, metadata.all(c, c == a)))", "at 1:45: comprehension exceeds nesting limit"},
		{long, "must not have more than 1000 characters"},
		{pairs, "may take too much work ("},
	}
	for _, c := range cases {
		_, err := new(condition.Programs).Check(c.expr)
		var refused *condition.Error
		require.ErrorAs(t, err, &refused, c.expr)
		require.Contains(t, refused.Message, c.want)
		require.NotContains(t, refused.Message, "\n", c.expr)
		require.NotContains(t, refused.Message, "container", c.expr)
	}
}

// TestConditionsReadNothingThatABrowserPasses lists the session parameters that a caller with a publishable key may
// set.
func TestConditionsReadNothingThatABrowserPasses(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"client_reference_id", "email", "phone", "return_url", "cancel_url", "workflow_id", "skip_verification",
		"accept_existing", "delivery_jurisdiction", "client_ip", "session",
	} {
		_, err := new(condition.Programs).Check(name + " == 'x'")
		require.ErrorContains(t, err, "undeclared reference", name)
	}
	require.ElementsMatch(t, []string{"Risk", "AgeTier", "Jurisdiction", "Metadata"}, fieldsOf[condition.Facts](),
		"a further fact must not come from a browser: see checkTrust in api")
	require.ElementsMatch(t, []string{"Previous", "Facts"}, fieldsOf[condition.Variables]())
}

func fieldsOf[T any]() (names []string) {
	for field := range reflect.TypeFor[T]().Fields() {
		names = append(names, field.Name)
	}
	return names
}
