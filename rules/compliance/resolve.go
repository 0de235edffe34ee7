package compliance

import (
	"slices"

	"github.com/stile-id/stile/rules"
)

// horizon is the day from which every use case must resolve. Few sources reach back further.
const horizon Day = 20_000_101

// timeline holds the rules for one use case in one place, oldest first.
type timeline []segment

// segment is the rule from one day until the next segment.
type segment struct {
	from Day
	rule *Rule
}

// picks holds, for each field, the number of the entry that decides it; 0 means none.
type picks [fieldCount]int32

// resolver resolves the rules for one use case in one place.
type resolver struct {
	book         *Book
	jurisdiction rules.Jurisdiction
	useCase      rules.UseCase
	layers       []section // nearest first
}

// gap is a required field without a value.
type gap struct {
	field   field
	message string
}

// layersOf returns the sections that apply to a use case: of each file its rules, then its common section, the nearest
// file first.
func layersOf(chain []*file, u rules.UseCase) []section {
	layers := make([]section, 0, 2*len(chain))
	for _, f := range chain {
		layers = append(layers, f.rules[u], f.common)
	}
	return layers
}

// timeline resolves every day on which a field may change. It begins with the first day from which on no required field
// is missing. The gaps are the fields that are missing after the horizon.
func (r resolver) timeline() (timeline, []gap) {
	var t timeline
	var gaps []gap
	var last picks
	days := r.days()
	for i, day := range days {
		inForce := r.inForce(day)
		picked := pick(inForce)
		if missing := r.missing(picked, max(day, horizon)); len(missing) > 0 {
			if i+1 == len(days) || days[i+1] > horizon {
				gaps = addGaps(gaps, missing)
			}
			t, last = nil, picks{}
			continue
		}
		if picked != last {
			t = append(t, segment{from: day, rule: r.rule(inForce, picked)})
			last = picked
		}
	}
	return t, gaps
}

// days returns the days on which an entry takes effect. It is never empty, so that a use case without any entry is
// reported as a gap.
func (r resolver) days() []Day {
	var days []Day
	for _, layer := range r.layers {
		for _, e := range layer {
			days = append(days, e.from)
		}
	}
	if len(days) == 0 {
		return []Day{horizon}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// inForce returns the entry of each layer that has one on the day, nearest first.
func (r resolver) inForce(day Day) []*entry {
	var entries []*entry
	for _, layer := range r.layers {
		if e := layer.on(day); e != nil {
			entries = append(entries, e)
		}
	}
	return entries
}

// pick chooses, for each field, the nearest entry with a value.
func pick(entries []*entry) picks {
	var picked picks
	for f := range fieldCount {
		for _, e := range entries {
			if _, said := e.values[f]; said {
				picked[f] = e.number
				break
			}
		}
	}
	if picked[fieldProhibitedReason] != picked[fieldProhibited] {
		picked[fieldProhibitedReason] = 0 // the reason of a lifted prohibition does not apply
	}
	return picked
}

func (r resolver) missing(picked picks, day Day) []gap {
	var gaps []gap
	for _, f := range requiredFields {
		if picked[f] == 0 {
			gaps = append(gaps, gap{f, missingMessage(day)})
		}
	}
	if len(gaps) == 0 && len(r.book.methods(picked)) == 0 {
		gaps = append(gaps, gap{fieldMethods, noMethodMessage(day)})
	}
	return gaps
}

// addGaps reports each field once, with the first day.
func addGaps(gaps, more []gap) []gap {
	for _, g := range more {
		if !slices.ContainsFunc(gaps, func(known gap) bool { return known.field == g.field }) {
			gaps = append(gaps, g)
		}
	}
	return gaps
}

// rule builds the rule from the picked entries.
func (r resolver) rule(inForce []*entry, picked picks) *Rule {
	b := r.book
	rule := &Rule{
		UseCase: r.useCase, Jurisdiction: r.jurisdiction, book: b, picked: picked,

		Prohibited:                 valueOf[bool](b, picked, fieldProhibited),
		ProhibitedReason:           valueOf[string](b, picked, fieldProhibitedReason),
		RequiredAgeTier:            valueOf[rules.AgeTier](b, picked, fieldTier),
		AllowedMethods:             b.methods(picked),
		MDLAcceptanceStatus:        valueOf[MDLAcceptance](b, picked, fieldMDL),
		GoverningRegulator:         valueOf[string](b, picked, fieldRegulator),
		ConsentRequired:            valueOf[bool](b, picked, fieldConsent),
		CredentialValidityDays:     valueOf[int](b, picked, fieldValidity),
		DataRetentionDays:          valueOf[*int](b, picked, fieldDataRetention),
		DocumentImageRetentionDays: valueOf[*int](b, picked, fieldImageRetention),
		BiometricRetentionDays:     valueOf[*int](b, picked, fieldBiometricRetention),
		VerifiableConsent:          valueOf[bool](b, picked, fieldVerifiableConsent),
	}
	for _, e := range inForce {
		if slices.Contains(picked[:], e.number) {
			rule.contribute(e)
		}
	}
	return rule
}

// contribute adds the dates, sources and notes of an entry that decided a field.
func (r *Rule) contribute(e *entry) {
	r.EffectiveFrom = max(r.EffectiveFrom, e.from)
	r.RuleVersion = max(r.RuleVersion, e.version)
	for _, source := range e.sources {
		if !slices.Contains(r.Sources, source) {
			r.Sources = append(r.Sources, source)
		}
	}
	if e.note != "" && !slices.Contains(r.Notes, e.note) {
		r.Notes = append(r.Notes, e.note)
	}
}

// valueOf returns a field's value, or the zero value if no entry decides it.
func valueOf[T any](b *Book, picked picks, f field) T {
	var value T
	if picked[f] != 0 {
		value = b.entries[picked[f]].values[f].(T)
	}
	return value
}

// methods returns the methods of the picked entry, without mdl if it is not recognized.
func (b *Book) methods(picked picks) []rules.Method {
	listed := valueOf[[]rules.Method](b, picked, fieldMethods)
	if !b.dropsMDL(picked) {
		return slices.Clip(listed)
	}
	return slices.DeleteFunc(slices.Clone(listed), func(m rules.Method) bool { return m == rules.MethodMDL })
}

func (b *Book) dropsMDL(picked picks) bool {
	return valueOf[MDLAcceptance](b, picked, fieldMDL) == MDLNotRecognized &&
		slices.Contains(valueOf[[]rules.Method](b, picked, fieldMethods), rules.MethodMDL)
}
