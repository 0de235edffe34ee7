package compliance_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
)

// seed makes the random choices repeatable. After a change of the resolver, try another seed.
const seed = 20261120

func chance(t *testing.T) *rand.Rand {
	t.Helper()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, seed))
}

func oneOf[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// TestSummaryIsNeverWeakerThanItsParts summarises random products, in random places and orders, on random days.
func TestSummaryIsNeverWeakerThanItsParts(t *testing.T) {
	t.Parallel()
	r, b, days := chance(t), shipped(t), breakpoints(t)
	for range 3000 {
		j, on := oneOf(r, b.Jurisdictions()), oneOf(r, days)
		var parts []*compliance.Rule
		for range 1 + r.IntN(5) {
			rule, err := b.Resolve(oneOf(r, rules.UseCases()), j, on)
			require.NoError(t, err)
			parts = append(parts, rule)
		}
		s := compliance.MostRestrictive(parts...)
		for _, part := range parts {
			requireNotWeaker(t, s, part)
		}
		other := slices.Clone(parts)
		r.Shuffle(len(other), func(i, k int) { other[i], other[k] = other[k], other[i] })
		shuffled := compliance.MostRestrictive(other...)
		require.ElementsMatch(t, s.ProhibitedUseCases, shuffled.ProhibitedUseCases)
		shuffled.ProhibitedUseCases = s.ProhibitedUseCases
		require.Equal(t, s, shuffled, "%s %s", j, on)
	}
}

func requireNotWeaker(t *testing.T, s compliance.Summary, part *compliance.Rule) {
	t.Helper()
	require.True(t, s.ConsentRequired || !part.ConsentRequired)
	requireNotLonger(t, s.DataRetentionDays, part.DataRetentionDays)
	requireNotLonger(t, s.DocumentImageRetentionDays, part.DocumentImageRetentionDays)
	requireNotLonger(t, s.BiometricRetentionDays, part.BiometricRetentionDays)
	if part.Prohibited {
		require.True(t, s.AnyProhibited)
		require.Contains(t, s.ProhibitedUseCases, part.UseCase)
		return
	}
	require.NotContains(t, s.ProhibitedUseCases, part.UseCase)
	require.True(t, s.RequiredAgeTier.Satisfies(part.RequiredAgeTier))
	for _, m := range rules.Methods() {
		require.True(t, part.Allows(m) || !compliance.Allows(s.AllowedMethods, m), m)
	}
}

func requireNotLonger(t *testing.T, whole, part *int) {
	t.Helper()
	if whole != nil {
		require.NotNil(t, part)
		require.LessOrEqual(t, *whole, *part)
	}
}

// TestNoProhibitionIsLostSilently compares each subdivision with its country on every day with a change.
func TestNoProhibitionIsLostSilently(t *testing.T) {
	t.Parallel()
	b, days := shipped(t), breakpoints(t)
	lifted := 0
	for _, j := range b.Jurisdictions() {
		for _, u := range rules.UseCases() {
			for _, d := range days {
				country, err := b.Resolve(u, j.Country(), d)
				child, err2 := b.Resolve(u, j, d)
				if err != nil || err2 != nil {
					t.Fatal(err, err2)
				}
				if country.Prohibited && !child.Prohibited {
					lifted++
					requireLifted(t, child, string(j)+".yaml")
				}
			}
		}
	}
	require.Positive(t, lifted)
}

// TestCannabisIsSoldOnlyWhereAStatuteSaysSo compares each country with its template, _default or _eu, which prohibits
// cannabis on every day.
func TestCannabisIsSoldOnlyWhereAStatuteSaysSo(t *testing.T) {
	t.Parallel()
	b, days := shipped(t), breakpoints(t)
	for _, j := range b.Jurisdictions() {
		for _, u := range []rules.UseCase{rules.UseCaseCannabisDelivery, rules.UseCaseCannabisDispensary} {
			for _, d := range days {
				rule, err := b.Resolve(u, j, d)
				if err != nil {
					t.Fatal(err)
				}
				if !rule.Prohibited {
					requireLifted(t, rule, reason(t, rule, "prohibited").File)
				}
			}
		}
	}
}

func requireLifted(t *testing.T, rule *compliance.Rule, file string) {
	t.Helper()
	lifted := reason(t, rule, "prohibited")
	if lifted.File != file || !strings.HasPrefix(lifted.Note, "The prohibition is lifted: ") {
		t.Fatalf("%s %s: %+v", rule.Jurisdiction, rule.UseCase, lifted)
	}
}

// layer is a section of a random file, for one use case: the fields of each entry, by day.
type layer []map[string]string

// randomLayer makes entries with random fields on random days.
func randomLayer(r *rand.Rand, sayable map[string][]string, prohibits bool) layer {
	var l layer
	for year := 1990; year < 2030; year += 1 + r.IntN(20) {
		e := map[string]string{"effective_from": fmt.Sprintf("%d-0%d-15", year, 1+r.IntN(9))}
		for _, field := range slices.Sorted(maps.Keys(sayable)) {
			if r.IntN(2) == 0 {
				e[field] = oneOf(r, sayable[field])
			}
		}
		if prohibits {
			e["prohibited"] = oneOf(r, []string{"true", "false"})
		}
		l = append(l, e)
	}
	return l
}

// yaml returns the entries as YAML.
func (l layer) yaml() string {
	entries := make([]string, len(l))
	for i, e := range l {
		fields := []string{"rule_version: 2026-01-01", "source: [Act]"}
		for field, value := range e {
			fields = append(fields, field+": "+value)
		}
		switch e["prohibited"] {
		case "true":
			fields = append(fields, "prohibited_reason: No.")
		case "false":
			fields = append(fields, "lifts_prohibition: Act.")
		}
		entries[i] = "{" + strings.Join(fields, ", ") + "}"
	}
	return "[" + strings.Join(entries, ", ") + "]"
}

// says returns the layer's value of a field on a day, from the last entry in force.
func (l layer) says(field, on string) (value string, said bool) {
	for _, e := range l {
		if e["effective_from"] <= on {
			value, said = e[field]
		}
	}
	return value, said
}

// TestResolutionFollowsTheSpecification resolves random chains of files, and compares the result with the sentence of
// the specification: the nearest file with a value for the field on that day decides it.
func TestResolutionFollowsTheSpecification(t *testing.T) {
	t.Parallel()
	r := chance(t)
	common := map[string][]string{
		"mdl_acceptance_status": {"accepted", "supplementary", "not_recognized"},
		"consent_required":      {"true", "false"},
		"data_retention_days":   {"1", "30", "null"},
	}
	own := map[string][]string{
		"required_age_tier":   {"min_age_18", "min_age_19", "min_age_21"},
		"governing_regulator": {"A", "B", "C"},
		"data_retention_days": {"2", "60", "null"},
	}
	for range 150 {
		fsys := fstest.MapFS{"_default.yaml": {Data: []byte(minimal())}}
		var layers []layer
		for _, code := range []string{"US-CA", "US", "_us"} {
			mine, shared := randomLayer(r, own, r.IntN(2) == 0), randomLayer(r, common, false)
			layers = append(layers, mine, shared)
			inherits := ""
			if code == "US" {
				inherits = "inherits: _us"
			}
			text := file(code, inherits, "common: "+shared.yaml(), "rules: {cannabis_delivery: "+mine.yaml()+"}")
			fsys[code+".yaml"] = &fstest.MapFile{Data: []byte(text)}
		}
		layers = append(layers, layer{
			{
				"effective_from":        "1970-01-01",
				"required_age_tier":     "min_age_18",
				"governing_regulator":   "Somebody",
				"mdl_acceptance_status": "supplementary",
				"consent_required":      "false",
				"data_retention_days":   "null",
				"prohibited":            "true",
			},
		})
		b, err := compliance.Load(fsys)
		require.NoError(t, err)
		for range 40 {
			on := fmt.Sprintf("%d-%02d-%02d", 1985+r.IntN(50), 1+r.IntN(12), 14+r.IntN(3))
			requireSpecified(t, layers, resolve(t, b, "cannabis_delivery", "US-CA", on), on)
		}
	}
}

func requireSpecified(t *testing.T, layers []layer, rule *compliance.Rule, on string) {
	t.Helper()
	retention := "null"
	if rule.DataRetentionDays != nil {
		retention = fmt.Sprint(*rule.DataRetentionDays)
	}
	got := map[string]string{
		"required_age_tier":     string(rule.RequiredAgeTier),
		"governing_regulator":   rule.GoverningRegulator,
		"mdl_acceptance_status": string(rule.MDLAcceptanceStatus),
		"consent_required":      fmt.Sprint(rule.ConsentRequired),
		"data_retention_days":   retention,
		"prohibited":            fmt.Sprint(rule.Prohibited),
	}
	for field, value := range got {
		want := ""
		for _, l := range layers {
			if said, ok := l.says(field, on); ok {
				want = said
				break
			}
		}
		require.Equal(t, want, value, "%s on %s", field, on)
	}
	require.Equal(t, rule.MDLAcceptanceStatus != compliance.MDLNotRecognized, rule.Allows(rules.MethodMDL))
}
