package rules_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
)

// ownedByStile are the reasons that a provider may not give.
var ownedByStile = []rules.ReasonCode{
	"declaration_missing",
	"provider_unavailable",
	"simulated_failure",
	"attempts_exhausted",
	"review_rejected",
	"workflow_rule",
	"consent_withdrawn",
	"identity_unproven",
}

func TestReasonCatalogue(t *testing.T) {
	t.Parallel()
	general := rules.ReasonCode("x_acme_17").Message()
	seen := map[string]bool{general: true}
	for _, code := range rules.ReasonCodes() {
		require.Regexp(t, `^[a-z]+(_[a-z]+)*$`, code)
		require.NotRegexp(t, `^x_`, code, "x_ is the prefix of the reasons that providers define")
		parsed, ok := rules.ParseReasonCode(string(code))
		require.True(t, ok, code)
		require.Equal(t, code, parsed)

		require.Regexp(t, `^[A-Z].*\.$`, code.Message(), code)
		require.False(t, seen[code.Message()], "%s repeats the message of another code", code)
		seen[code.Message()] = true
		require.Contains(t, rules.Actions(), code.Action(), code)
	}
	for _, action := range rules.Actions() {
		require.True(t, anyReason(func(c rules.ReasonCode) bool { return c.Action() == action }), action)
	}
}

func TestReasonsThatStileAloneGives(t *testing.T) {
	t.Parallel()
	var owned []rules.ReasonCode
	for _, code := range rules.ReasonCodes() {
		if !code.GivenByMethod() {
			owned = append(owned, code)
		}
	}
	require.Equal(t, ownedByStile, owned)
}

func TestReasonsOfProviders(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"x_a", "x_acme_17", "x_" + strings.Repeat("a", 60)} {
		code, ok := rules.ParseReasonCode(name)
		require.True(t, ok, name)
		require.Equal(t, "The verification could not be completed.", code.Message())
		require.Equal(t, rules.ActionUseAnotherMethod, code.Action())
		require.True(t, code.GivenByMethod(), name)
	}
	for _, name := range []string{
		"", "x_", "x_A", "x_a-b", "x_a\n", "X_a", "y_a", "under_age ", "Under_Age", "made_up", "x_" + strings.Repeat("a", 61),
	} {
		_, ok := rules.ParseReasonCode(name)
		require.False(t, ok, name)
		require.False(t, rules.ReasonCode(name).GivenByMethod(), name)
		require.Equal(
			t,
			rules.ReasonCode("x_a").Message(),
			rules.ReasonCode(name).Message(),
			"an unknown code has a sentence",
		)
	}
}

func anyReason(is func(rules.ReasonCode) bool) bool {
	for _, code := range rules.ReasonCodes() {
		if is(code) {
			return true
		}
	}
	return false
}

// documentedReason matches a row of the tables in docs/reason-codes.md: code, action, message and meaning.
var documentedReason = regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| `([a-z_]+)` \\| (.+\\.) \\| (.+) \\|$")

func TestEveryReasonIsDocumented(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../docs/reason-codes.md")
	require.NoError(t, err)
	byMethods, byStile, found := strings.Cut(string(document), "## Given by Stile")
	require.True(t, found)

	var documented, catalogue []string
	for _, part := range []string{byMethods, byStile} {
		for _, row := range documentedReason.FindAllStringSubmatch(part, -1) {
			documented = append(documented, fmt.Sprint(row[1], " ", row[2], " ", row[3], " by method: ", part == byMethods))
		}
	}
	for _, code := range rules.ReasonCodes() {
		catalogue = append(
			catalogue,
			fmt.Sprint(code, " ", code.Action(), " ", code.Message(), " by method: ", code.GivenByMethod()),
		)
	}
	require.Equal(t, catalogue, documented)
	for _, action := range rules.Actions() {
		require.Contains(t, string(document), fmt.Sprintf("\n| `%s` | ", action), "the meaning of the action is documented")
	}
}
