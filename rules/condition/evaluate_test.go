package condition_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/condition"
)

// sample is a session with a value for every variable.
func sample() condition.Variables {
	return condition.Variables{
		Previous: condition.Previous{
			Method: "document_capture", Outcome: "failed", ReasonCodes: []string{"unreadable", "face_mismatch"}, Attempts: 2,
		},
		Facts: condition.Facts{
			Risk:    condition.Risk{Level: "medium", Score: 55, Signals: []string{"vpn", "new_device"}},
			AgeTier: "min_age_21", Jurisdiction: "US-CA", Metadata: map[string]string{"tier": "vip", "age": "42"},
		},
	}
}

func TestEachVariable(t *testing.T) {
	t.Parallel()
	cases := []struct {
		expr string
		want bool
	}{
		{"previous.method == 'document_capture'", true},
		{"previous.outcome == 'passed'", false},
		{"'face_mismatch' in previous.reason_codes", true},
		{"previous.reason_codes[0] == 'face_mismatch'", false},
		{"previous.attempts == 2", true},
		{"risk.level in ['medium', 'high']", true},
		{"risk.score > 55", false},
		{"size(risk.signals) == 2 && risk.signals.exists(s, s.startsWith('new_'))", true},
		{"age_tier == 'min_age_21'", true},
		{"jurisdiction.startsWith('US-')", true},
		{"metadata.tier == 'vip'", true},
		{"has(metadata.tier) && !has(metadata.other)", true},
		{"int(metadata.age) >= 18", true},
		{"metadata.map(k, k) == ['age', 'tier']", true},
	}
	for _, c := range cases {
		require.Equal(t, c.want, isTrue(t, c.expr, sample()), c.expr)
	}
}

// isTrue evaluates one condition, which must not fail.
func isTrue(t *testing.T, expr string, v condition.Variables) bool {
	t.Helper()
	index, reason, err := condition.Evaluate([]string{expr}, v)
	require.NoError(t, err, expr)
	require.NotContains(t, reason, "counts as false", expr)
	return index == 0
}

func TestBeforeAnyStepAllIsEmpty(t *testing.T) {
	t.Parallel()
	for _, expr := range []string{
		"previous.method == ''", "!has(previous.outcome)", "size(previous.reason_codes) == 0", "previous.attempts == 0",
		"risk.level == ''", "risk.score == 0", "size(metadata) == 0", "age_tier == '' && jurisdiction == ''",
	} {
		require.True(t, isTrue(t, expr, condition.Variables{}), expr)
	}
}

// TestAbsentMetadata checks the table of the package comment.
func TestAbsentMetadata(t *testing.T) {
	t.Parallel()
	cases := []struct {
		expr string
		want bool
	}{
		{"metadata.none == 'vip'", false},
		{"metadata.none == ''", false},
		{"'vip' == metadata['none']", false},
		{"metadata.none == metadata.other", false},
		{"metadata.none != 'vip'", true},
		{"!(metadata.none == 'vip')", true},
		{"!(metadata.none != 'vip')", false},
		{"metadata.none < 'm'", false},
		{"metadata.none >= 'm'", false},
		{"metadata.none in ['vip', 'gold']", false},
		{"!(metadata.none in ['vip', 'gold'])", true},
		{"metadata.none.startsWith('')", false},
		{"'vip'.startsWith(metadata.none)", false},
		{"metadata.none.matches('.*')", false},
		{"size(metadata.none) == 0", false},
		{"size(metadata.none) != 0", true},
		{"metadata.none + 'x' == 'x'", false},
		{"int(metadata.none) < 18", false},
		{"bool(metadata.none)", false},
		{"has(metadata.none)", false},
		{"!has(metadata.none)", true},
		{"'none' in metadata", false},
		{"metadata[risk.level] == 'vip'", false},
		{"dyn(metadata.none) == 'vip'", false},
		{"metadata.none == 'vip' || risk.level == 'medium'", true},
		{"risk.level == 'medium' && metadata.none == 'vip'", false},
		{"risk.level == 'medium' ? metadata.none == 'vip' : true", false},
		{"(risk.level == 'medium' ? metadata.none : 'vip') == 'vip'", false},
		{"risk.signals.exists(s, metadata[s] != 'x')", true},
		{"risk.signals.all(s, metadata[s] == 'x')", false},
		{"[metadata.none].exists(v, v == 'vip')", false},
		{"![metadata.none].exists(v, v == 'vip')", true},
		{"metadata.none == 'vip' || metadata.tier == 'vip'", true},
	}
	for _, c := range cases {
		require.Equal(t, c.want, isTrue(t, c.expr, sample()), c.expr)
	}
}

func TestFirstTrueCaseWins(t *testing.T) {
	t.Parallel()
	high, vip, adult := "risk.level == 'high'", "metadata.tier == 'vip'", "int(metadata.tier) > 17"
	expensive := "metadata.exists(a, metadata.exists(b, a == b + '!'))"
	cases := []struct {
		why        string
		conditions []string
		want       int
		reason     string
	}{
		{"no cases", nil, condition.Default, "default: no condition is true"},
		{"none true", []string{high, high}, condition.Default, "default: no condition is true"},
		{"the second", []string{high, vip, "true"}, 1, "case 2: metadata.tier == 'vip'"},
		{"on one line", []string{"true\n  && \t true"}, 0, "case 1: true && true"},
		{
			"one cannot be evaluated", []string{adult, vip}, 1,
			"case 2: metadata.tier == 'vip'; case 1 could not be evaluated and counts as false",
		},
		{
			"none true, one cannot be evaluated", []string{high, adult}, condition.Default,
			"default: no condition is true; case 2 could not be evaluated and counts as false",
		},
		{
			"one does more work than the accepted sizes explain", []string{expensive}, condition.Default,
			"default: no condition is true; case 1 took too much work and counts as false",
		},
	}
	v := sample()
	for i := range 200 {
		v.Metadata[strings.Repeat("k", i+10)] = strings.Repeat("v", 500)
	}
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			index, reason, err := condition.Evaluate(c.conditions, v)
			require.NoError(t, err)
			require.Equal(t, c.want, index)
			require.Equal(t, c.reason, reason)
		})
	}
}

// TestReasonsQuoteNoValues: reasons are stored in histories, which must not hold
// personal values.
func TestReasonsQuoteNoValues(t *testing.T) {
	t.Parallel()
	v := sample()
	v.Metadata["name"] = "Ada Lovelace"
	_, reason, err := condition.Evaluate([]string{"int(metadata.name) > 1", "timestamp(metadata.name) > timestamp(0)"}, v)
	require.NoError(t, err)
	require.NotContains(t, reason, "Ada")
	_, reason, err = condition.Evaluate([]string{"risk.level != '" + strings.Repeat("x", 500) + "'"}, v)
	require.NoError(t, err)
	require.Len(t, []rune(reason), len("case 1: ")+200)
}

// TestUnusableConditionIsAnErrorAndNotFalse: the condition may be there to keep a user
// out, so it must not count as false.
func TestUnusableConditionIsAnErrorAndNotFalse(t *testing.T) {
	t.Parallel()
	_, reason, err := condition.Evaluate([]string{"risk.level == 'high'", "risk.colour == 'red'", "true"}, sample())
	var refused *condition.Error
	require.ErrorAs(t, err, &refused)
	require.EqualError(t, err, "case 2: at 1:5: undefined field 'colour'")
	require.Empty(t, reason)
}

func TestVariablesJSON(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(sample())
	require.NoError(t, err)
	require.JSONEq(t, `{
		"previous": {"method": "document_capture", "outcome": "failed",
			"reason_codes": ["unreadable", "face_mismatch"], "attempts": 2},
		"risk": {"level": "medium", "score": 55, "signals": ["vpn", "new_device"]},
		"age_tier": "min_age_21", "jurisdiction": "US-CA", "metadata": {"tier": "vip", "age": "42"}}`, string(text))
	var back condition.Variables
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, sample(), back)
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for _, expr := range []string{"metadata.none != 'a'", "metadata.tier == 'vip'", "has(metadata.tier)"} {
				index, _, err := condition.Evaluate([]string{expr}, sample())
				if err != nil || index != 0 {
					t.Errorf("%s: %d, %v", expr, index, err)
				}
			}
		})
	}
	all.Wait()
}
