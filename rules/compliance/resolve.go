package compliance

import (
	"slices"

	"github.com/stile-id/stile/rules"
)

// horizon is the day from which every use case must resolve. Before it nobody asks, and few sources reach back.
const horizon Day = 20_000_101

// timeline holds the rules for one use case in one place, oldest first.
type timeline []segment

// segment says what holds from one day until the next segment.
type segment struct {
	from Day
	rule *Rule
}

// picks names, by its number, the entry that decides each field; 0 is nobody.
type picks [fieldCount]int32

// resolver finds what holds for one use case in one place.
type resolver struct {
	book         *Book
	jurisdiction rules.Jurisdiction
	useCase      rules.UseCase
	layers       []section // nearest first
}

// gap is a field without which there is no rule.
type gap struct {
	field   field
	message string
}

// layersOf puts a file's rules above what it says in common, and both above what it inherits.
func layersOf(chain []*file, u rules.UseCase) []section {
	layers := make([]section, 0, 2*len(chain))
	for _, f := range chain {
		layers = append(layers, f.rules[u], f.common)
	}
	return layers
}

// timeline resolves every day on which something may change. It begins with the first day from which on nothing
// required is missing; a gap is what is missing after the horizon.
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

// days are those on which some entry takes effect; never none, so that a use case of which nobody speaks is missed.
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

// pick lets the nearest entry that says a field decide it.
func pick(entries []*entry) picks {
	var picked picks
	for f := range fieldCount {
		for _, e := range entries {
			if _, said := e.says[f]; said {
				picked[f] = e.number
				break
			}
		}
	}
	if picked[fieldProhibitedReason] != picked[fieldProhibited] {
		picked[fieldProhibitedReason] = 0 // the reason of a prohibition that is lifted
	}
	return picked
}

func (r resolver) missing(picked picks, day Day) []gap {
	var gaps []gap
	for _, f := range requiredFields {
		if picked[f] == 0 {
			gaps = append(gaps, gap{f, unsaid(day)})
		}
	}
	if len(gaps) == 0 && len(r.book.methods(picked)) == 0 {
		gaps = append(gaps, gap{fieldMethods, onlyMDL(day)})
	}
	return gaps
}

// addGaps tells of each field once, with the first day.
func addGaps(gaps, more []gap) []gap {
	for _, g := range more {
		if !slices.ContainsFunc(gaps, func(known gap) bool { return known.field == g.field }) {
			gaps = append(gaps, g)
		}
	}
	return gaps
}

// rule puts together what the picked entries say.
func (r resolver) rule(inForce []*entry, picked picks) *Rule {
	b := r.book
	rule := &Rule{
		UseCase: r.useCase, Jurisdiction: r.jurisdiction, book: b, picked: picked,

		Prohibited:                 say[bool](b, picked, fieldProhibited),
		ProhibitedReason:           say[string](b, picked, fieldProhibitedReason),
		RequiredAgeTier:            say[rules.AgeTier](b, picked, fieldTier),
		AllowedMethods:             b.methods(picked),
		MDLAcceptanceStatus:        say[MDLAcceptance](b, picked, fieldMDL),
		GoverningRegulator:         say[string](b, picked, fieldRegulator),
		ConsentRequired:            say[bool](b, picked, fieldConsent),
		CredentialValidityDays:     say[int](b, picked, fieldValidity),
		DataRetentionDays:          say[*int](b, picked, fieldDataRetention),
		DocumentImageRetentionDays: say[*int](b, picked, fieldImageRetention),
		BiometricRetentionDays:     say[*int](b, picked, fieldBiometricRetention),
	}
	for _, e := range inForce {
		if slices.Contains(picked[:], e.number) {
			rule.contribute(e)
		}
	}
	return rule
}

// contribute adds what an entry that decided a field says besides.
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

// say returns a field's value, or none where nobody says it.
func say[T any](b *Book, picked picks, f field) T {
	var value T
	if picked[f] != 0 {
		value = b.entries[picked[f]].says[f].(T)
	}
	return value
}

// methods are those of the picked entry, without mdl where that is not recognized.
func (b *Book) methods(picked picks) []rules.Method {
	listed := say[[]rules.Method](b, picked, fieldMethods)
	if !b.dropsMDL(picked) {
		return slices.Clip(listed)
	}
	return slices.DeleteFunc(slices.Clone(listed), func(m rules.Method) bool { return m == rules.MethodMDL })
}

func (b *Book) dropsMDL(picked picks) bool {
	return say[MDLAcceptance](b, picked, fieldMDL) == MDLNotRecognized &&
		slices.Contains(say[[]rules.Method](b, picked, fieldMethods), rules.MethodMDL)
}
