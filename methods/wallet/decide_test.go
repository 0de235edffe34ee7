package wallet

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/wallet/issuers"
	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

func day(text string) *rules.Date {
	date, ok := rules.ParseDate(text)
	if !ok {
		panic(text)
	}
	return &date
}

// says is the answer of the attributes of an age.
func says(over, known bool) func(int) (bool, bool, error) {
	return func(int) (bool, bool, error) { return over, known, nil }
}

// person is an adult of an identity session, without attributes of the age.
func person() shown {
	return shown{
		credential: rules.WalletCredential{Format: rules.FormatMdoc, Type: mdoc.DocTypeMDL, IssuingCountry: "US"},
		ageOver:    says(false, false), birth: day("2008-11-28"), expires: day("2026-11-28"),
		number: "D-123 4567", authority: "NY DMV", named: true,
	}
}

func TestClaimsDecide(t *testing.T) {
	t.Parallel()
	const (
		young, unknown = rules.ReasonUnderAge, rules.ReasonAgeUnknown
		incomplete     = rules.ReasonCredentialIncomplete
	)
	for name, c := range map[string]struct {
		kind   string
		change func(s *shown)
		reason rules.ReasonCode
	}{
		"an adult by the birth date":   {"identity", func(*shown) {}, ""},
		"an attribute before the date": {"identity", func(s *shown) { s.ageOver = says(false, true) }, young},
		"a day too young":              {"identity", func(s *shown) { s.birth = day("2008-11-29") }, young},
		"born tomorrow":                {"identity", func(s *shown) { s.birth = day("2027-01-01") }, unknown},
		"older than anyone":            {"identity", func(s *shown) { s.birth = day("1850-01-01") }, unknown},
		"expired yesterday": {"identity", func(s *shown) {
			s.expires = day("2026-11-27")
		}, rules.ReasonDocumentExpired},
		"a document without an expiry": {"identity", func(s *shown) { s.expires = nil }, ""},
		"no names":                     {"identity", func(s *shown) { s.named = false }, incomplete},
		"no birth date":                {"identity", func(s *shown) { s.birth = nil }, incomplete},
		"age: no birth date is read":   {"age", func(*shown) {}, unknown},
		"age: the attribute is":        {"age", func(s *shown) { s.ageOver = says(true, true) }, ""},
		"the attribute says younger":   {"age", func(s *shown) { s.ageOver = says(false, true) }, young},
		"attributes contradict": {"age", func(s *shown) {
			s.ageOver = func(int) (bool, bool, error) { return false, false, &mdoc.Fault{Code: mdoc.ClaimMalformed} }
		}, rules.ReasonCredentialInvalid},
	} {
		s := person()
		c.change(&s)
		v := decide(methods.Attempt{Method: rules.MethodMDL, Type: c.kind, Tier: rules.MinAge(18)}, *day("2026-11-28"), s)
		require.Equal(t, s.credential, *v.Credential, name)
		if c.reason == "" {
			require.Equal(t, graph.OutcomePassed, v.Outcome, name)
			require.Equal(t, c.kind == "identity", v.Document != "", name)
			continue
		}
		require.Equal(t, graph.OutcomeFailed, v.Outcome, name)
		require.Equal(t, []rules.ReasonCode{c.reason}, v.ReasonCodes, name)
		require.Empty(t, v.Document, name)
		require.False(t, v.Checks[len(v.Checks)-1].Passed, name)
	}
}

func TestDocumentHasOneSpelling(t *testing.T) {
	t.Parallel()
	s := person()
	require.Equal(t, "mdl|US NYDMV|D1234567", s.document(rules.MethodMDL))
	s.number = "d123|4567"
	require.Equal(t, "mdl|US NYDMV|D1234567", s.document(rules.MethodMDL))
	s.authority = "CA DMV"
	require.Equal(t, "mdl|US CADMV|D1234567", s.document(rules.MethodMDL), "of another authority")
	for _, lack := range []func(s *shown){
		func(s *shown) { s.number = " -" }, func(s *shown) { s.authority = "" },
		func(s *shown) { s.credential.IssuingCountry = "" },
	} {
		s := person()
		lack(&s)
		require.Empty(t, s.document(rules.MethodMDL))
	}
}

func TestFaultsHaveReasons(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err     error
		outcome graph.Outcome
		reason  rules.ReasonCode
	}{
		{&issuers.Fault{Code: issuers.UnknownIssuer}, graph.OutcomeFailed, rules.ReasonCredentialUntrusted},
		{&issuers.Fault{Code: issuers.ExpiredIssuer}, graph.OutcomeFailed, rules.ReasonCredentialIssuerExpired},
		{&issuers.Fault{Code: issuers.RevokedIssuer}, graph.OutcomeFailed, rules.ReasonCredentialUntrusted},
		{&issuers.Fault{Code: issuers.RevokedCredential}, graph.OutcomeFailed, rules.ReasonCredentialRevoked},
		{&issuers.Fault{Code: issuers.SuspendedCredential}, graph.OutcomeFailed, rules.ReasonCredentialSuspended},
		{&issuers.Fault{Code: issuers.StatusUnreachable}, graph.OutcomeError, rules.ReasonCredentialStatusUnavailable},
		{&issuers.Fault{Code: issuers.IssuerUnreachable}, graph.OutcomeError, rules.ReasonCredentialStatusUnavailable},
		{&sdjwtvc.Fault{Code: sdjwtvc.MetadataUnavailable}, graph.OutcomeError, rules.ReasonCredentialStatusUnavailable},
		{&sdjwtvc.Fault{Code: sdjwtvc.PIDExpired}, graph.OutcomeFailed, rules.ReasonDocumentExpired},
		{&sdjwtvc.Fault{Code: sdjwtvc.SDHashMismatch}, graph.OutcomeFailed, rules.ReasonCredentialNotBound},
		{&sdjwtvc.Fault{Code: sdjwtvc.TooDeep}, graph.OutcomeFailed, rules.ReasonUnreadable},
		{&mdoc.Fault{Code: mdoc.DeviceMAC}, graph.OutcomeFailed, rules.ReasonCredentialNotBound},
		{&mdoc.Fault{Code: mdoc.ElementRefused}, graph.OutcomeFailed, rules.ReasonCredentialIncomplete},
		{&openid4vp.Fault{Code: openid4vp.CredentialMissing}, graph.OutcomeFailed, rules.ReasonDocumentTypeNotAccepted},
		{errSeveral, graph.OutcomeFailed, rules.ReasonUnreadable},
	} {
		v := faulty(c.err, "")
		require.Equal(t, c.outcome, v.Outcome, c.err)
		require.Equal(t, []rules.ReasonCode{c.reason}, v.ReasonCodes, c.err)
		require.Len(t, v.Checks, 1)
	}
}
