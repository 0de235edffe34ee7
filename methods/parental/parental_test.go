package parental_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/parental"
	"github.com/stile-id/stile/rules"
)

// input is a JSON object that a device sent.
type input string

// Has implements methods.Input.
func (i input) Has(member string) bool { return strings.Contains(string(i), `"`+member+`"`) }

// Read implements methods.Input.
func (i input) Read(into any) error { return json.Unmarshal([]byte(i), into) }

func begin(t *testing.T, asked string, earlier json.RawMessage) (methods.Begun, error) {
	t.Helper()
	return parental.Method(true).Begin.Begin(t.Context(), methods.Beginning{Input: input(asked), Earlier: earlier})
}

func TestAddressesAreCanonicalAndMaskedForThePage(t *testing.T) {
	t.Parallel()
	begun, err := begin(t, `{"guardians": [" Mum@Example.com ", "ö@example.com"], "locale": "de"}`, nil)
	require.NoError(t, err)
	require.Equal(t, []methods.GuardianMail{
		{To: "mum@example.com", Locale: "de"}, {To: "ö@example.com", Locale: "de"},
	}, begun.Guardians)
	require.Equal(t, parental.Waiting{Guardians: []parental.Asked{{Email: "m…@example.com"}, {Email: "ö…@example.com"}}},
		begun.Data)
}

func TestResendAsksTheSameGuardians(t *testing.T) {
	t.Parallel()
	first, err := begin(t, `{"guardians": ["mum@example.com"], "locale": "de"}`, nil)
	require.NoError(t, err)
	state, err := json.Marshal(first.State)
	require.NoError(t, err)
	again, err := begin(t, `{"resend": true}`, state)
	require.NoError(t, err)
	require.Equal(t, first, again)
	_, err = begin(t, `{"resend": true}`, nil)
	require.Error(t, err)
}

func TestErrorsRepeatNoAddress(t *testing.T) {
	t.Parallel()
	for _, asked := range []string{
		`{"guardians": ["lovelace at example.com"]}`, `{"guardians": ["lovelace@x.com", "Lovelace@x.com"]}`,
		`{"guardians": ["lovelace@a.com", "lovelace@b.com", "lovelace@c.com", "lovelace@d.com"]}`, `{}`,
		`{"guardians": ["lovelace@a.com"], "resend": true}`,
	} {
		_, err := begin(t, asked, nil)
		var wrong *methods.InputError
		require.ErrorAs(t, err, &wrong, asked)
		require.Equal(t, "guardians", wrong.Param)
		require.NotContains(t, err.Error(), "ovelace")
	}
}

func TestLocaleOfTheMailsIsALanguageTag(t *testing.T) {
	t.Parallel()
	begun, err := begin(t, `{"guardians": ["mum@example.com"], "locale": "PT-br"}`, nil)
	require.NoError(t, err)
	require.Equal(t, "pt-BR", begun.Guardians[0].Locale)
	for _, locale := range []string{"", "und", "\\u0000", "German, please", strings.Repeat("de-", 20)} {
		_, err := begin(t, `{"guardians": ["mum@example.com"], "locale": "`+locale+`"}`, nil)
		var wrong *methods.InputError
		require.ErrorAs(t, err, &wrong, locale)
		require.Equal(t, "locale", wrong.Param)
	}
}

func TestOnlyAGuardianSubmits(t *testing.T) {
	t.Parallel()
	_, err := parental.Method(true).Accept.Accept(t.Context(), methods.Given{Input: input(`{"challenge": "mch_1"}`)})
	require.Error(t, err)
}

func TestDecisionOfTheGuardianIsTheVerdict(t *testing.T) {
	t.Parallel()
	judge := func(payload string) (methods.Verdict, error) {
		return parental.Judge{}.Judge(t.Context(), methods.Submission{
			Attempt: methods.Attempt{Tier: rules.MinAge(16)}, Payload: []byte(payload),
		})
	}
	verdict, err := judge(`{"guardian": "grd_a", "consent": true, "verifiable": true}`)
	require.NoError(t, err)
	declared := []rules.Check{{Name: "guardian_is_adult", Passed: true}, {Name: "guardian_consent", Passed: true}}
	verified := append(slices.Clone(declared), rules.Check{Name: "guardian_is_verified", Passed: true})
	require.Equal(t, methods.Passed(rules.MinAge(16), verified...), verdict)
	verdict, err = judge(`{"guardian": "grd_a", "consent": true}`)
	require.NoError(t, err)
	require.Equal(t, methods.Passed(rules.MinAge(16), declared...), verdict)
	verdict, err = judge(`{"guardian": "grd_a"}`)
	require.NoError(t, err)
	require.Equal(t, methods.Failed(rules.ReasonConsentRefused, rules.Check{Name: "guardian_consent"}), verdict)
	for _, faulty := range []string{``, `{}`, `{"consent": true}`, `[]`} {
		verdict, err = judge(faulty)
		require.Error(t, err, faulty)
		require.Zero(t, verdict)
	}
}

func TestWithoutMailTheMethodIsUnavailable(t *testing.T) {
	t.Parallel()
	require.Empty(t, parental.Method(true).Unavailable())
	require.Contains(t, parental.Method(false).Unavailable(), "STILE_SMTP_URL")
}
