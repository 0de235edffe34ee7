package carrier_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/carrier"
	"github.com/stile-id/stile/methods/carrier/carriertest"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// A person, in a form that occurs nowhere else.
const (
	given  = "Zoë Canary"
	family = "Quillfeather"
	born   = "1971-12-23"
)

// matching returns a bench with a session of type identity, in which the user has entered the person.
func matching(t *testing.T, flow string) *bench {
	t.Helper()
	b := newBench(t, flow)
	b.kind, b.about = "identity", described()
	b.Set(func(o *carriertest.Behaviour) { o.Line, o.Customer = phone, customer() })
	return b
}

func described() input {
	return input{"given_name": given, "family_name": family, "birth_date": born}
}

func customer() carriertest.Customer {
	return carriertest.Customer{GivenName: given, FamilyName: family, BirthDate: born}
}

func checked(name string, passed bool) rules.Check { return rules.Check{Name: name, Passed: passed} }

func TestCarrierComparesNameAndBirthDateInIdentitySessions(t *testing.T) {
	t.Parallel()
	scopes := map[string][]string{
		number: {
			"openid dpv:AgeVerification number-verification:verify",
			"dpv:AgeVerification kyc-age-verification:verify", "dpv:AgeVerification kyc-match:match",
		},
		network: {"openid dpv:AgeVerification kyc-age-verification:verify kyc-match:match"},
		consent: {"openid dpv:AgeVerification kyc-age-verification:verify kyc-match:match"},
	}
	for flow, asked := range scopes {
		t.Run(flow, func(t *testing.T) {
			t.Parallel()
			b := matching(t, flow)
			verdict, err := b.plays()
			require.NoError(t, err)
			require.Equal(t, graph.OutcomePassed, verdict.Outcome)
			require.Equal(t, rules.MinAge(21), *verdict.AgeTier)
			require.Equal(t, []rules.Check{
				possessed, checked(carrier.CheckAge, true), checked(carrier.CheckDocument, true),
				checked(carrier.CheckName, true), checked(carrier.CheckBirthDate, true),
			}, verdict.Checks)
			require.Equal(t, asked, b.Scopes())
			require.Empty(t, b.log.String())
		})
	}
}

// comparison is an operator's record of a customer, and its result.
type comparison struct {
	knows  carriertest.Customer
	passes bool
	checks []rules.Check
}

func TestOnlyWhatTheCarrierComparesDecides(t *testing.T) {
	t.Parallel()
	name, date := carrier.CheckName, carrier.CheckBirthDate
	for title, c := range map[string]comparison{
		"another family name": {
			carriertest.Customer{GivenName: given, FamilyName: "Other", BirthDate: born}, false,
			[]rules.Check{checked(name, false), checked(date, true)},
		},
		"another given name": {
			carriertest.Customer{GivenName: "Other", BirthDate: born}, false,
			[]rules.Check{checked(name, false), checked(date, true)},
		},
		"another date of birth": {
			carriertest.Customer{GivenName: given, FamilyName: family, BirthDate: "1970-01-01"}, false,
			[]rules.Check{checked(name, true), checked(date, false)},
		},
		"another date, no name": {
			carriertest.Customer{BirthDate: "1970-01-01"}, false, []rules.Check{checked(date, false)},
		},
		"a date, no name":  {carriertest.Customer{BirthDate: born}, true, []rules.Check{checked(date, true)}},
		"half of the name": {carriertest.Customer{FamilyName: family}, true, nil},
		"the name alone": {
			carriertest.Customer{GivenName: given, FamilyName: family}, true, []rules.Check{checked(name, true)},
		},
		"nothing": {carriertest.Customer{}, true, nil},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			b := matching(t, network)
			b.Set(func(o *carriertest.Behaviour) { o.Customer = c.knows })
			verdict, err := b.plays()
			require.NoError(t, err)
			before := []rules.Check{possessed, checked(carrier.CheckAge, true), checked(carrier.CheckDocument, true)}
			require.Equal(t, append(before, c.checks...), verdict.Checks)
			if c.passes {
				require.Equal(t, graph.OutcomePassed, verdict.Outcome)
				return
			}
			require.Equal(t, graph.OutcomeFailed, verdict.Outcome)
			require.Equal(t, []rules.ReasonCode{rules.ReasonDataMismatch}, verdict.ReasonCodes)
			require.Nil(t, verdict.AgeTier)
		})
	}
}

func TestNameIsSentOnlyIfTheAgeIsReached(t *testing.T) {
	t.Parallel()
	for age, reason := range map[int]rules.ReasonCode{20: rules.ReasonUnderAge, -1: rules.ReasonAgeUnknown} {
		b := matching(t, number)
		b.Set(func(o *carriertest.Behaviour) { o.Age = age })
		verdict, err := b.plays()
		require.NoError(t, err)
		require.Equal(t, []rules.ReasonCode{reason}, verdict.ReasonCodes)
		require.NotContains(t, b.Requests(), "/match/match")
	}
}

func TestAnswersOfKYCMatchHaveTheirReasons(t *testing.T) {
	t.Parallel()
	for code, expected := range map[string]struct {
		status  int
		outcome graph.Outcome
		reason  rules.ReasonCode
	}{
		"IDENTIFIER_NOT_FOUND":   {404, failed, rules.ReasonAccountNotFound},
		"NOT_FOUND":              {404, failed, rules.ReasonAccountNotFound},
		"SERVICE_NOT_APPLICABLE": {422, graph.OutcomePassed, ""},
		"INVALID_ARGUMENT":       {400, fault, rules.ReasonProviderUnavailable},
		"KNOW_YOUR_CUSTOMER.INVALID_PARAM_COMBINATION": {400, fault, rules.ReasonProviderUnavailable},
		"UNAUTHENTICATED":       {401, fault, rules.ReasonProviderUnavailable},
		"PERMISSION_DENIED":     {403, fault, rules.ReasonProviderUnavailable},
		"INVALID_TOKEN_CONTEXT": {403, fault, rules.ReasonProviderUnavailable},
		"MISSING_IDENTIFIER":    {422, fault, rules.ReasonProviderUnavailable},
	} {
		b := matching(t, network)
		b.Set(refusing("/match/match", expected.status, code))
		verdict, err := b.plays()
		require.NoError(t, err)
		require.Equal(t, expected.outcome, verdict.Outcome, code)
		require.Equal(t, possessed, verdict.Checks[0])
		if expected.reason != "" {
			require.Equal(t, []rules.ReasonCode{expected.reason}, verdict.ReasonCodes, code)
		}
		require.Equal(t, expected.outcome == fault, strings.Contains(b.log.String(), "carrier=example-mobile"), code)
	}
}

func TestKYCMatchThatIsAwayIsAskedAgainUntilPatienceEnds(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"nonsense":         `<html>`,
		"another type":     `{"givenNameMatch": true, "familyNameMatch": "true", "birthdateMatch": "true"}`,
		"an unknown value": `{"givenNameMatch": "perhaps", "familyNameMatch": "true", "birthdateMatch": "true"}`,
		"a part":           `{"givenNameMatch": "true", "familyNameMatch": "true"}`,
		"an echo":          `{"givenNameMatch": "` + given + `", "familyNameMatch": "` + family + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := matching(t, network)
			b.Set(func(o *carriertest.Behaviour) { o.Raw = map[string]string{"/match/match": answer} })
			_, err := b.plays()
			var away *methods.AwayError
			require.ErrorAs(t, err, &away)
			payload, err := b.submits(input{"challenge": "mch_1", "response": response(t, b.state)})
			require.NoError(t, err)
			b.now = b.now.Add(2 * time.Minute) // the grant is still in memory
			verdict, err := b.judges(payload)
			require.NoError(t, err)
			require.Equal(t, []rules.ReasonCode{rules.ReasonProviderUnavailable}, verdict.ReasonCodes)
			require.Equal(t, fault, verdict.Outcome)
		})
	}
}

func TestPersonIsRefusedByTheNameOfTheMember(t *testing.T) {
	t.Parallel()
	b := matching(t, network)
	for _, fault := range []struct{ member, value string }{
		{"given_name", ""}, {"given_name", " \t"}, {"given_name", strings.Repeat("é", 101)}, {"given_name", "Zoë\nCanary"},
		{"given_name", "\u202eCanary"}, {"given_name", "12"}, {"family_name", ""}, {"family_name", strings.Repeat("x", 151)},
		{"family_name", "-"}, {"birth_date", ""}, {"birth_date", "23.12.1971"}, {"birth_date", "1971-02-30"},
		{"birth_date", "1899-12-31"}, {"birth_date", b.now.AddDate(0, 0, 2).Format(time.DateOnly)},
	} {
		in := described()
		in["phone"], in[fault.member] = phone, fault.value
		if fault.value == "" {
			delete(in, fault.member)
		}
		_, err := b.begin(in)
		var wrong *methods.InputError
		require.ErrorAs(t, err, &wrong, fault)
		require.Equal(t, fault.member, wrong.Param)
		if len(fault.value) > 2 {
			require.NotContains(t, wrong.Message, fault.value)
		}
	}
	require.Empty(t, b.Requests(), "a refused person is not asked about")
	in := input{"phone": phone, "given_name": "  Zoe\u0308 ", "family_name": strings.Repeat("é", 150), "birth_date": born}
	_, err := b.begin(in)
	require.NoError(t, err)
	require.Contains(t, string(b.state), `"given_name":"Zoë"`)
}

func TestAgeSessionsTakeNoName(t *testing.T) {
	t.Parallel()
	b := newBench(t, consent)
	for member, value := range described() {
		_, err := b.begin(input{"phone": phone, member: value})
		var wrong *methods.InputError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, member, wrong.Param)
	}
	require.Empty(t, b.Requests())
	verdict, err := b.plays()
	require.NoError(t, err)
	require.Equal(t, graph.OutcomePassed, verdict.Outcome)
	require.Equal(t, []string{"openid dpv:AgeVerification kyc-age-verification:verify"}, b.Scopes())
	require.NotContains(t, b.Requests(), "/match/match")
}

func TestCarrierWithoutKYCMatchGetsAndKeepsNoName(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, func(settings string) string {
		kept, _, found := strings.Cut(settings, "    match:")
		require.True(t, found)
		return kept
	}, consent)
	b.kind = "identity"
	verdict, err := b.plays()
	require.NoError(t, err)
	require.Equal(t, graph.OutcomePassed, verdict.Outcome)
	b.about = described()
	verdict, err = b.plays()
	require.NoError(t, err)
	require.Equal(t, graph.OutcomePassed, verdict.Outcome)
	require.Equal(t, []string{"openid dpv:AgeVerification kyc-age-verification:verify"}, b.Scopes())
	for _, value := range described() {
		require.NotContains(t, string(b.state), value)
	}
	require.Equal(t, []string{"phone", "same_device"}, fieldNames(b.method.BeginFields))
	require.Equal(t, []string{"phone", "same_device", "given_name", "family_name", "birth_date"},
		fieldNames(newBench(t, consent).method.BeginFields))
}

func fieldNames(fields []methods.Field) []string {
	names := make([]string, 0, len(fields))
	for _, field := range fields {
		names = append(names, field.Name)
	}
	return names
}

func TestPageIsToldNothingOfThePerson(t *testing.T) {
	t.Parallel()
	b := matching(t, network)
	in := described()
	in["phone"] = phone
	data, err := b.begin(in)
	require.NoError(t, err)
	members := slices.Sorted(maps.Keys(data))
	require.Equal(t, []string{"carrier", "number_ends", "url"}, members)
	shown, err := json.Marshal(data)
	require.NoError(t, err)
	for _, value := range described() {
		require.NotContains(t, string(shown), value)
	}
}
