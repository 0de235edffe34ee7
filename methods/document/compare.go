package document

import (
	"strings"

	"github.com/stile-id/stile/methods/document/mrz"
	"github.com/stile-id/stile/rules"
)

// agreement is the result of a comparison.
type agreement int

const (
	unread agreement = iota // one side does not state it, or could not be read
	agrees
	differs
)

// check returns the check of a comparison.
func (a agreement) check(name string) rules.Check {
	return rules.Check{Name: name, Passed: a == agrees, NotPerformed: a == unread}
}

// fields are the compared fields, with the reason if one differs.
var fields = []struct {
	field  field
	reason rules.ReasonCode
}{
	{fieldName, rules.ReasonDocumentNameMismatch},
	{fieldBirth, rules.ReasonDocumentBirthDateMismatch},
	{fieldExpiry, rules.ReasonDocumentExpiryMismatch},
	{fieldNumber, rules.ReasonDocumentNumberMismatch},
	{fieldSex, rules.ReasonDocumentSexMismatch},
	{fieldIssuer, rules.ReasonDocumentIssuerMismatch},
}

// compareSources compares a barcode with a zone of the same document.
func compareSources(barcode, zone facts) map[field]agreement {
	name := agreementOf(sameSpelling(barcode.surname, zone.surname, barcode.cut || zone.cut) &&
		sameSpelling(firstOf(barcode.givenNames), firstOf(zone.givenNames), barcode.cut || zone.cut))
	return map[field]agreement{
		fieldName:   name,
		fieldBirth:  sameDates(barcode.born, zone.born),
		fieldExpiry: sameDates(barcode.expires, zone.expires),
		// A card of a North American state may have a number of its own in its zone.
		fieldNumber: unlessDifferent(sameNumber(barcode.number, zone.number)),
		fieldSex:    sameTexts(barcode.sex, zone.sex),
		fieldIssuer: sameTexts(barcode.country, zone.country),
	}
}

func agreementOf(same bool) agreement {
	if same {
		return agrees
	}
	return differs
}

func unlessDifferent(same bool) agreement {
	if same {
		return agrees
	}
	return unread
}

// sameSpelling reports whether two names in the letters of a zone are one name, of which cut ones may have less.
func sameSpelling(a, b string, cut bool) bool {
	a, b = skeleton(a), skeleton(b)
	return a == b || cut && a != "" && b != "" && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a))
}

func sameDates(a, b *rules.Date) agreement {
	if a == nil || b == nil {
		return unread
	}
	return agreementOf(*a == *b)
}

func sameTexts(a, b string) agreement {
	if a == "" || b == "" {
		return unread
	}
	return agreementOf(a == b)
}

// compareText compares the printed text with a zone or a barcode. A field agrees if its value is found anywhere in the
// text. It differs if another value stands at its label; without a label that is known, it is unread.
func compareText(p printed, f facts) map[field]agreement {
	return map[field]agreement{
		fieldName:   p.name(f),
		fieldBirth:  p.date(births, f.born, f.latest, f.american),
		fieldExpiry: p.date(expiries, f.expires, f.expires, f.american),
		fieldNumber: p.number(f.number),
		fieldSex:    p.sex(f.sex),
		fieldIssuer: p.issuer(f.country),
	}
}

// name compares the surname and the first given name.
func (p printed) name(f facts) agreement {
	surname := p.oneName(surnames, f.surname, f.cut)
	given := agrees
	if f.givenNames != "" {
		given = p.oneName(givenNames, firstOf(f.givenNames), f.cut)
	}
	switch {
	case surname == differs || given == differs:
		return differs
	case surname == agrees && given == agrees:
		return agrees
	default:
		return unread
	}
}

func (p printed) oneName(g group, name string, cut bool) agreement {
	if name == "" {
		return unread
	}
	for _, l := range p.lines {
		if l.hasName(name, cut) {
			return agrees
		}
	}
	for _, v := range p.at(g) {
		read := skeleton(joined(v.words))
		want := skeleton(name)
		if v.confidence >= p.limits.Text && len(read) > 1 && distance(read[:min(len(read), len(want))], want) > len(want)/2 {
			return differs
		}
	}
	return unread
}

// hasName reports whether a run of words of the line is the name.
func (l line) hasName(name string, cut bool) bool {
	most := len(strings.Fields(name)) + 2
	for from := range l.words {
		for to := from + 1; to <= min(from+most, len(l.words)); to++ {
			if sameName(joined(l.words[from:to]), name, cut && to == len(l.words)) {
				return true
			}
		}
	}
	return false
}

// date looks for a date that is known in full.
func (p printed) date(g group, first, last *rules.Date, american bool) agreement {
	if first == nil || *first != *last {
		return unread
	}
	for _, l := range p.lines {
		if hasDate(l.text(), *first, american) {
			return agrees
		}
	}
	for _, v := range p.at(g) {
		if v.confidence >= p.limits.Text && len(datesIn(joined(v.words))) > 0 {
			return differs
		}
	}
	return unread
}

func hasDate(text string, d rules.Date, american bool) bool {
	for _, date := range datesIn(text) {
		if date.is(d, american) {
			return true
		}
	}
	return false
}

// longestNumber is how many words a printed number may be parted into.
const longestNumber = 4

func (p printed) number(number string) agreement {
	for _, l := range p.lines {
		for from := range l.words {
			for to := from + 1; to <= min(from+longestNumber, len(l.words)); to++ {
				if sameNumber(joined(l.words[from:to]), number) {
					return agrees
				}
			}
		}
	}
	want := alike(number)
	for _, v := range p.at(numbers) {
		read := alike(joined(v.words))
		if len(read) < minNumber || read == want {
			continue
		}
		// A reader misreads characters of a number, and not most of them.
		other := v.confidence >= p.limits.Text && distance(read[:min(len(read), len(want))], want) > len(want)/2
		if other || v.confidence >= p.limits.Number {
			return differs
		}
	}
	return unread
}

// minNumber is the least number of characters of a number.
const minNumber = 5

// printedSexes are the letters and words of a sex as documents print it, folded.
var printedSexes = map[string]string{
	"M": "M", "MALE": "M", "MASC": "M", "HOMBRE": "M", "F": "F", "FEMALE": "F", "FEM": "F", "W": "F", "MUJER": "F",
	"K": "F", "V": "F", "X": "X", "D": "X",
}

// sex compares the sex at its label; a single letter elsewhere says nothing.
func (p printed) sex(sex string) agreement {
	for _, v := range p.at(sexes) {
		stated, known := printedSexes[fold(strings.Trim(v.words[0].text, ".:"))]
		switch {
		case !known:
			continue
		case stated == sex:
			return agrees
		case v.confidence >= p.limits.Text && sex != "":
			return differs
		}
	}
	return unread
}

// issuer looks for the code of the country, or for its name where that is no country of ISO 3166-1.
func (p printed) issuer(country string) agreement {
	state, _ := mrz.StateOf(country)
	for _, l := range p.lines {
		for _, w := range l.words {
			text := strings.Trim(fold(w.text), ".:,")
			if country != "" && text == country || state.Name != "" && text == fold(state.Name) {
				return agrees
			}
		}
	}
	return unread
}
