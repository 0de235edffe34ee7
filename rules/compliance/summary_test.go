package compliance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
)

// product is the rule for one product of a cart.
func product(u rules.UseCase, tier rules.AgeTier, allowed string) *compliance.Rule {
	return &compliance.Rule{UseCase: u, RequiredAgeTier: tier, AllowedMethods: methods(allowed)}
}

func banned(r *compliance.Rule) *compliance.Rule {
	r.Prohibited, r.ProhibitedReason = true, "A crime."
	return r
}

func TestMostRestrictive(t *testing.T) {
	t.Parallel()
	beer := product("alcohol_delivery", "min_age_18", "mid facial_age document_capture mdl")
	smoke := product("tobacco_nicotine", "min_age_21", "mdl document_capture mid")
	pistol := product("firearms", "min_age_25", "document_capture")
	weed := banned(product("cannabis_delivery", "min_age_25", "mdl"))
	hash := banned(product("cannabis_dispensary", "min_age_19", "mdl document_capture"))
	none := []rules.UseCase{}

	cases := []struct {
		why  string
		in   []*compliance.Rule
		want compliance.Summary
	}{
		{
			"one", []*compliance.Rule{beer},
			compliance.Summary{RequiredAgeTier: "min_age_18", AllowedMethods: beer.AllowedMethods, ProhibitedUseCases: none},
		},
		{
			"the highest tier, and the methods that all allow, in the order of the first",
			[]*compliance.Rule{beer, smoke},
			compliance.Summary{
				RequiredAgeTier:    "min_age_21",
				AllowedMethods:     methods("mid document_capture mdl"),
				ProhibitedUseCases: none,
			},
		},
		{
			"the first is the one documented first",
			[]*compliance.Rule{smoke, beer},
			compliance.Summary{
				RequiredAgeTier:    "min_age_21",
				AllowedMethods:     methods("mid document_capture mdl"),
				ProhibitedUseCases: none,
			},
		},
		{
			"nothing satisfies all", []*compliance.Rule{pistol, product("social_media", "min_age_13", "self_attestation")},
			compliance.Summary{RequiredAgeTier: "min_age_25", AllowedMethods: methods(""), ProhibitedUseCases: none},
		},
		{
			"a prohibited rule does not affect the others", []*compliance.Rule{weed, beer, hash, weed},
			compliance.Summary{
				RequiredAgeTier: "min_age_18", AllowedMethods: beer.AllowedMethods,
				AnyProhibited: true, ProhibitedUseCases: []rules.UseCase{"cannabis_delivery", "cannabis_dispensary"},
			},
		},
		{
			"all prohibited", []*compliance.Rule{weed, hash},
			compliance.Summary{
				RequiredAgeTier: "min_age_25", AllowedMethods: methods("mdl"),
				AnyProhibited: true, ProhibitedUseCases: []rules.UseCase{"cannabis_delivery", "cannabis_dispensary"},
			},
		},
		{"nothing", nil, compliance.Summary{AllowedMethods: methods(""), ProhibitedUseCases: none}},
	}
	for _, c := range cases {
		require.Equal(t, c.want, compliance.MostRestrictive(c.in...), c.why)
	}
	require.Equal(t, methods("mid facial_age document_capture mdl"), beer.AllowedMethods, "the rules are not changed")
}

func TestMostRestrictiveProtectsThePerson(t *testing.T) {
	t.Parallel()
	long := &compliance.Rule{
		UseCase:                    "firearms",
		DataRetentionDays:          new(1825),
		DocumentImageRetentionDays: new(30),
		BiometricRetentionDays:     new(1095),
	}
	short := banned(&compliance.Rule{
		UseCase: "cannabis_delivery", ConsentRequired: true, DataRetentionDays: new(365), DocumentImageRetentionDays: new(60),
	})
	for _, order := range [][]*compliance.Rule{{long, short}, {short, long}} {
		s := compliance.MostRestrictive(order...)
		require.True(t, s.ConsentRequired)
		require.Equal(t, new(365), s.DataRetentionDays)
		require.Equal(t, new(30), s.DocumentImageRetentionDays)
		require.Nil(t, s.BiometricRetentionDays, "erased at completion is the shortest")
	}
}

func TestSummaryAllows(t *testing.T) {
	t.Parallel()
	s := compliance.MostRestrictive(product("firearms", "min_age_18", "document_capture"))
	require.True(t, compliance.Allows(s.AllowedMethods, rules.MethodNFCPassport))
	require.True(t, compliance.Allows(s.AllowedMethods, rules.MethodSelfieMatch))
	require.False(t, compliance.Allows(s.AllowedMethods, rules.MethodMDL))
}

// cart returns the rules for three products.
func cart(tb testing.TB) []*compliance.Rule {
	tb.Helper()
	var all []*compliance.Rule
	for _, u := range []rules.UseCase{
		rules.UseCaseTobaccoNicotine, rules.UseCaseAlcoholDelivery, rules.UseCaseCannabisDelivery,
	} {
		all = append(all, resolve(tb, shipped(tb), u, "US-CA", today))
	}
	return all
}

//nolint:paralleltest // AllocsPerRun counts those of other tests too
func TestMostRestrictiveAllocatesItsAnswerAlone(t *testing.T) {
	all := cart(t)
	var summary compliance.Summary
	require.InDelta(t, 1, testing.AllocsPerRun(100, func() { summary = compliance.MostRestrictive(all...) }), 0)
	require.NotEmpty(t, summary.AllowedMethods)
}

func BenchmarkMostRestrictive(b *testing.B) {
	all := cart(b)
	b.ReportAllocs()
	for b.Loop() {
		_ = compliance.MostRestrictive(all...)
	}
}
