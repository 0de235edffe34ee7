package attestation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/attestation"
	"github.com/stile-id/stile/rules"
)

func judge(t *testing.T, payload, today string, tier rules.AgeTier) (methods.Verdict, error) {
	t.Helper()
	day, ok := rules.ParseDate(today)
	require.True(t, ok)
	return attestation.Judge{}.Judge(t.Context(), methods.Submission{
		Attempt: methods.Attempt{Method: rules.MethodSelfAttestation, Tier: tier}, Payload: []byte(payload), Today: day,
	})
}

func declaring(dateOfBirth string) string {
	return `{"date_of_birth": "` + dateOfBirth + `", "declaration": true}`
}

func TestDeclaredAgeMustReachTheTier(t *testing.T) {
	t.Parallel()
	declared := rules.Check{Name: "declaration", Passed: true}
	oldEnough := rules.Check{Name: "age", Passed: true}
	tooYoung := rules.Check{Name: "age"}
	for name, play := range map[string]struct {
		born, today string
		years       int
		passes      bool
	}{
		"long past it":                             {"1950-01-31", "2026-11-15", 21, true},
		"the day before the birthday":              {"2005-11-15", "2026-11-14", 21, false},
		"the birthday":                             {"2005-11-15", "2026-11-15", 21, true},
		"the last day of the year before":          {"2006-01-01", "2026-12-31", 21, false},
		"another tier":                             {"2008-11-15", "2026-11-15", 18, true},
		"born on a leap day, 28 February":          {"2004-02-29", "2025-02-28", 21, false},
		"born on a leap day, 1 March":              {"2004-02-29", "2025-03-01", 21, true},
		"born on a leap day, the day itself":       {"2004-02-29", "2024-02-29", 20, true},
		"born on a leap day, the day before it":    {"2004-02-29", "2024-02-28", 20, false},
		"born on 28 February, of age in leap year": {"2003-02-28", "2024-02-28", 21, true},
		"born today":                               {"2026-11-15", "2026-11-15", 13, false},
		"yet to be born":                           {"2027-11-15", "2026-11-15", 13, false},
		"older than anybody":                       {"0001-01-01", "2026-11-15", 25, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tier := rules.MinAge(play.years)

			verdict, err := judge(t, declaring(play.born), play.today, tier)

			require.NoError(t, err)
			if play.passes {
				require.Equal(t, methods.Passed(tier, declared, oldEnough), verdict)
			} else {
				require.Equal(t, methods.Failed(rules.ReasonUnderAge, declared, tooYoung), verdict)
			}
		})
	}
}

func TestDeclarationMustBeReadableAndMade(t *testing.T) {
	t.Parallel()
	unreadable := methods.Failed(rules.ReasonUnreadable, rules.Check{Name: "date_of_birth"})
	undeclared := methods.Failed(rules.ReasonDeclarationMissing, rules.Check{Name: "declaration"})
	for name, play := range map[string]struct {
		payload string
		verdict methods.Verdict
	}{
		"no date":                   {`{"declaration": true}`, unreadable},
		"an empty date":             {declaring(""), unreadable},
		"a date of another form":    {declaring("31.01.1990"), unreadable},
		"a date without its zeroes": {declaring("1990-1-31"), unreadable},
		"a date with a time":        {declaring("1990-01-31T00:00:00Z"), unreadable},
		"a date with a blank":       {declaring(" 1990-01-31"), unreadable},
		"a leap day that never was": {declaring("2003-02-29"), unreadable},
		"a month that never was":    {declaring("1990-13-01"), unreadable},
		"the year 0":                {declaring("0000-01-01"), unreadable},
		"nothing at all":            {`{}`, unreadable},
		"null":                      {`null`, unreadable},
		"no declaration":            {`{"date_of_birth": "1990-01-31"}`, undeclared},
		"a declaration refused":     {`{"date_of_birth": "1990-01-31", "declaration": false}`, undeclared},
		"a minor's, refused":        {`{"date_of_birth": "2020-01-31", "declaration": false}`, undeclared},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verdict, err := judge(t, play.payload, "2026-11-15", rules.MinAge(21))

			require.NoError(t, err)
			require.Equal(t, play.verdict, verdict)
		})
	}
}

func TestMalformedPayloadIsAnErrorWithoutItsContent(t *testing.T) {
	t.Parallel()
	for name, payload := range map[string]string{
		"cut off":                  `{"date_of_birth": "1990-01-31`,
		"not JSON":                 `date_of_birth=1990-01-31`,
		"a date of another type":   `{"date_of_birth": 19900131, "declaration": true}`,
		"a declaration as text":    `{"date_of_birth": "1990-01-31", "declaration": "1990-01-31"}`,
		"a list":                   `["1990-01-31"]`,
		"bytes that are not UTF-8": "{\"date_of_birth\": \"1990-01-31\", \"declaration\": \xff}",
		"empty":                    ``,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verdict, err := judge(t, payload, "2026-11-15", rules.MinAge(21))

			require.ErrorContains(t, err, "not readable")
			require.NotContains(t, err.Error(), "1990")
			require.Zero(t, verdict)
		})
	}
}

// An unknown tier proves nothing: a mistake must refuse the user instead of passing them.
func TestUnknownTierPassesNoUser(t *testing.T) {
	t.Parallel()
	for _, tier := range []rules.AgeTier{"", "min_age_", "min_age_22", "21"} {
		verdict, err := judge(t, declaring("1950-01-31"), "2026-11-15", tier)
		require.Error(t, err, tier)
		require.Zero(t, verdict, tier)
	}
}
