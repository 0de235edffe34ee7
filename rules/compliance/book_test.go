package compliance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
)

// TestContractExample checks the example of the API contract, field by field.
func TestContractExample(t *testing.T) {
	t.Parallel()
	rule := resolve(t, shipped(t), rules.UseCaseAlcoholDelivery, "US-CA", today)
	require.Equal(t, compliance.Rule{
		UseCase: "alcohol_delivery", Jurisdiction: "US-CA",
		RequiredAgeTier:        "min_age_21",
		AllowedMethods:         methods("mdl facial_age carrier_lookup document_capture"),
		MDLAcceptanceStatus:    "supplementary",
		GoverningRegulator:     "State Alcohol Beverage Control Boards",
		CredentialValidityDays: 365,
		EffectiveFrom:          day(t, "1988-10-01"), RuleVersion: day(t, "2026-04-02"),
		Sources: []string{
			"Cal. Const. art. XX § 22",
			"Cal. Bus. & Prof. Code §§ 25658, 23661.3",
			"National Minimum Drinking Age Act, 23 U.S.C. § 158",
			"ISO/IEC 18013-5; REAL ID Modernization Act, Pub. L. 116-260, div. U, title X",
			"Stile's own default",
		},
		Notes: []string{
			"A mobile driver's licence is an additional proof where the state has no programme of its own.",
			"Personal data is erased when the verification has come to its result, unless a rule asks for more.",
		},
	}, public(rule))
}

func TestContractSentences(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	for _, u := range []rules.UseCase{rules.UseCaseCannabisDelivery, rules.UseCaseCannabisDispensary} {
		idaho := resolve(t, b, u, "US-ID", today)
		require.True(t, idaho.Prohibited)
		require.Equal(t, "Idaho prohibits all sale of cannabis, medical or not.", idaho.ProhibitedReason)
		require.Equal(t, rules.AgeTier("min_age_21"), idaho.RequiredAgeTier)
	}
	for _, u := range rules.UseCases() {
		illinois := resolve(t, b, u, "US-IL", today)
		require.True(t, illinois.ConsentRequired, u)
		require.Equal(t, new(1095), illinois.BiometricRetentionDays, u)
	}
	for _, j := range b.Jurisdictions() {
		for _, u := range []rules.UseCase{rules.UseCaseGamblingOnline, rules.UseCaseGamblingInPerson} {
			for _, on := range []string{"2000-01-01", today, "2040-01-01"} {
				require.Equal(t, 30, resolve(t, b, u, j, on).CredentialValidityDays, "%s %s", u, j)
			}
		}
	}
	require.Equal(t, rules.AgeTier("min_age_16"), resolve(t, b, rules.UseCaseSocialMedia, "US", today).RequiredAgeTier)
}

// TestRulesMatchTheStatutes checks the rules that a reader of the statutes expects. A tier of 0 means prohibited.
func TestRulesMatchTheStatutes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		why     string
		place   rules.Jurisdiction
		useCase rules.UseCase
		on      string
		years   int
		methods string // "" is not looked at
	}{
		{"tobacco from 18", "IE", "tobacco_nicotine", "2028-01-31", 18, ""},
		{"tobacco from 21", "IE", "tobacco_nicotine", "2028-02-01", 21, ""},
		{"before the ban", "AU", "social_media", "2025-12-09", 16, "mdl facial_age document_capture parental_consent"},
		{"no parent lifts the ban", "AU", "social_media", "2025-12-10", 16, "facial_age document_capture mdl mid"},
		{"as everywhere in the country", "AU-WA", "social_media", "2025-12-10", 16, "facial_age document_capture mdl mid"},
		{"before Part 3 of the Online Safety Act", "GB", "adult_content", "2025-07-24", 18, "facial_age document_capture"},
		{
			"Ofcom's list, without mdl", "GB", "adult_content", "2025-07-25", 18,
			"open_banking document_capture facial_age carrier_lookup mid",
		},
		{
			"England has Britain's",
			"GB-ENG",
			"adult_content",
			today,
			18,
			"open_banking document_capture facial_age carrier_lookup mid",
		},
		{"only paper at the bar", "GB", "alcohol_in_person", today, 18, "document_capture"},
		{"the generation of 2009", "GB", "tobacco_nicotine", "2026-12-31", 18, ""},
		{"the generation of 2009", "GB", "tobacco_nicotine", "2027-01-01", 19, ""},
		{"the generation of 2009", "GB-SCT", "tobacco_nicotine", "2027-01-01", 19, ""},
		{"Tobacco 21", "US", "tobacco_nicotine", "2019-12-20", 21, "mdl document_capture"},
		{"before Proposition 64", "US-CA", "cannabis_delivery", "2017-12-31", 0, ""},
		{"Proposition 64", "US-CA", "cannabis_delivery", "2018-01-01", 21, "mdl document_capture"},
		{"shops, but no delivery", "US-IL", "cannabis_dispensary", today, 21, ""},
		{"shops, but no delivery", "US-IL", "cannabis_delivery", today, 0, ""},
		{"federal law", "US", "cannabis_dispensary", today, 0, ""},
		{"a patients' programme is no market", "US-TX", "cannabis_dispensary", today, 0, ""},
		{"government ID or transactional data", "US-TX", "adult_content", today, 18, "document_capture open_banking"},
		{"LA Wallet", "US-LA", "adult_content", today, 18, "mdl document_capture open_banking"},
		{"no licence", "US-TX", "gambling_online", today, 0, ""},
		{"licensed since 2013", "US-NJ", "gambling_online", today, 21, ""},
		{"Veikkaus alone", "FI", "gambling_online", "2027-06-30", 0, ""},
		{"the market opens", "FI", "gambling_online", "2027-07-01", 18, ""},
		{"Quebec's own age", "CA-QC", "cannabis_dispensary", today, 21, ""},
		{"SQDC alone delivers", "CA-QC", "cannabis_delivery", today, 0, ""},
		{"private delivery", "CA-AB", "cannabis_delivery", today, 18, ""},
		{"the higher where the province is not known", "CA", "alcohol_delivery", today, 19, ""},
		{"a crime in every member state", "DE", "cannabis_dispensary", today, 0, ""},
		{"a wallet of the Union", "DE", "alcohol_delivery", today, 18, "eudi_pid mid facial_age document_capture"},
		{"a subdivision without a file", "DE-BY", "alcohol_delivery", today, 18, "eudi_pid mid facial_age document_capture"},
		{"20 though majority is 18", "JP", "alcohol_in_person", today, 20, ""},
		{"spirits", "NO", "alcohol_delivery", today, 20, ""},
		{"casinos from 21", "EE", "gambling_in_person", today, 21, ""},
		{"bets from 21 since September 2024", "BE", "gambling_online", today, 21, ""},
		{"weapons from 25", "BR", "firearms", today, 25, ""},
	}
	for _, c := range cases {
		rule := resolve(t, shipped(t), c.useCase, c.place, c.on)
		name := string(c.place) + " " + string(c.useCase) + " " + c.on + ": " + c.why
		require.Equal(t, c.years == 0, rule.Prohibited, name)
		require.Equal(t, rule.Prohibited, rule.ProhibitedReason != "", name)
		if c.years > 0 {
			require.Equal(t, rules.MinAge(c.years), rule.RequiredAgeTier, name)
		}
		if c.methods != "" {
			require.Equal(t, methods(c.methods), rule.AllowedMethods, name)
		}
	}
}

const (
	americanStates = `US US-AK US-AL US-AR US-AZ US-CA US-CO US-CT US-DC US-DE US-FL US-GA US-HI US-IA US-ID US-IL US-IN
		US-KS US-KY US-LA US-MA US-MD US-ME US-MI US-MN US-MO US-MS US-MT US-NC US-ND US-NE US-NH US-NJ US-NM US-NV US-NY
		US-OH US-OK US-OR US-PA US-RI US-SC US-SD US-TN US-TX US-UT US-VA US-VT US-WA US-WI US-WV US-WY`
	memberStates = `AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK`
	british      = `GB GB-ENG GB-NIR GB-SCT GB-WLS`
	canadian     = `CA CA-AB CA-BC CA-MB CA-NB CA-NL CA-NS CA-NT CA-NU CA-ON CA-PE CA-QC CA-SK CA-YT`
	australian   = `AU AU-ACT AU-NSW AU-NT AU-QLD AU-SA AU-TAS AU-VIC AU-WA`
	others       = `CH NO JP BR`
)

// TestCoverage checks the exact list of covered jurisdictions, and that each has a rule for every use case on every
// day.
func TestCoverage(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	require.Len(t, jurisdictions(americanStates), 52) // fifty states, DC, and the country
	require.Len(t, jurisdictions(memberStates), 27)
	covered := jurisdictions(
		americanStates + " " + memberStates + " " + british + " " + canadian + " " + australian + " " + others,
	)
	require.ElementsMatch(t, covered, b.Jurisdictions())
	require.IsIncreasing(t, b.Jurisdictions())

	days := breakpoints(t)
	for _, j := range covered {
		require.NotEmpty(t, b.Name(j))
		for _, u := range rules.UseCases() {
			for _, d := range days {
				rule, err := b.Resolve(u, j, d)
				if err != nil {
					t.Fatal(u, j, d, err)
				}
				requireWhole(t, rule)
			}
		}
	}
}

// requireWhole avoids require, because it is called half a million times.
func requireWhole(t *testing.T, r *compliance.Rule) {
	t.Helper()
	whole := r.RequiredAgeTier.Years() > 0 && len(r.AllowedMethods) > 0 && r.MDLAcceptanceStatus != "" &&
		r.GoverningRegulator != "" && r.CredentialValidityDays > 0 && len(r.Sources) > 0 &&
		r.EffectiveFrom > 0 && r.RuleVersion > 0 && r.Prohibited == (r.ProhibitedReason != "")
	if r.MDLAcceptanceStatus == compliance.MDLNotRecognized {
		whole = whole && !r.Allows(rules.MethodMDL)
	}
	if !whole {
		t.Fatalf("%+v", r)
	}
}

func TestResolveRefuses(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	for _, j := range []rules.Jurisdiction{
		"", "XX", "UK", "_eu", "_default", "US-PR", "US-GU", "US-VI", "US-AS", "US-MP", "AU-XX", "us-ca",
	} {
		_, err := b.Resolve(rules.UseCaseFirearms, j, day(t, today))
		var uncovered *compliance.NotCoveredError
		require.ErrorAs(t, err, &uncovered)
		require.Equal(t, j, uncovered.Jurisdiction)
		require.Empty(t, b.Name(j))
	}

	_, err := b.Resolve("fireworks", "US", day(t, today))
	require.ErrorIs(t, err, compliance.ErrUnknownUseCase)

	_, err = b.Resolve(rules.UseCaseFirearms, "US", day(t, "1969-12-31"))
	var early *compliance.TooEarlyError
	require.ErrorAs(t, err, &early)
	require.Equal(t, compliance.TooEarlyError{Day: day(t, "1969-12-31"), First: early.First}, *early)
	first, err := b.Resolve(rules.UseCaseFirearms, "US", early.First)
	require.NoError(t, err)
	require.LessOrEqual(t, first.EffectiveFrom, early.First)
}

func TestNames(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	require.Equal(t, "California", b.Name("US-CA"))
	require.Equal(t, "Germany", b.Name("DE"))
	require.Equal(t, "Germany", b.Name("DE-BY"))
}

func TestAllows(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	texas := resolve(t, b, rules.UseCaseAdultContent, "US-TX", today)
	allowed := methods("document_capture nfc_passport selfie_liveness selfie_match open_banking")
	var got []rules.Method
	for _, m := range rules.Methods() {
		if texas.Allows(m) {
			got = append(got, m)
		}
	}
	require.Equal(t, allowed, got)
	require.False(t, texas.Allows("tarot"))
}

func TestResolveDoesNotAllocate(t *testing.T) { //nolint:paralleltest // AllocsPerRun counts those of other tests too
	b, on := shipped(t), day(t, today)
	for _, j := range []rules.Jurisdiction{"US-CA", "DE", "DE-BY", "GB-SCT"} {
		var resolved *compliance.Rule
		require.Zero(t, testing.AllocsPerRun(100, func() {
			resolved, _ = b.Resolve(rules.UseCaseTobaccoNicotine, j, on)
		}), j)
		require.NotNil(t, resolved, j)
	}
}

func BenchmarkResolve(b *testing.B) {
	book, on := shipped(b), day(b, today)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = book.Resolve(rules.UseCaseTobaccoNicotine, "GB-SCT", on)
	}
}
