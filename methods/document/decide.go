package document

import (
	"slices"
	"time"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/document/aamva"
	"github.com/stile-id/stile/methods/document/mrz"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// question is the attempt that a verdict is for.
type question struct {
	methods.Attempt
	// today is the date that an age is counted to.
	today    rules.Date
	received time.Time
	sandbox  bool
	limits   Limits
	// chosen is the type that the user has chosen; "" if none.
	chosen rules.DocumentType
}

// The names of checks that are not comparisons. That of the age is age_over_ with the years.
const (
	checkFront      = "front_readable"
	checkBack       = "back_readable"
	checkSides      = "sides"
	checkType       = "document_type"
	checkIssuer     = "issuer_known"
	checkDigits     = "mrz_check_digits"
	checkDates      = "dates_possible"
	checkNotExpired = "not_expired"
	checkPortrait   = "portrait_found"
	checkScreen     = "screen_photographed"
	checkText       = "printed_text_read"
)

// inspection is a verdict in the making.
type inspection struct {
	question
	pages
	text printed
	// zone and barcode are those that the pictures show; nil if there is none that can be read.
	zone    *mrz.Zone
	barcode *aamva.Document
	kind    rules.DocumentType
	facts   facts // of the zone, else of the barcode
	// behind reports that the facts are those of the back.
	behind  bool
	checks  []rules.Check
	reasons []rules.ReasonCode
	risk    *rules.Risk
}

// decide gives the verdict on measured pictures.
func decide(q question, seen pages) methods.Verdict {
	i := &inspection{question: q, pages: seen, text: printedOf(seen.front, q.limits.Confidence)}
	for _, step := range []func() *methods.Verdict{i.read, i.recognise, i.trust} {
		if v := step(); v != nil {
			v.Physical = i.document()
			return *v
		}
	}
	i.compare()
	i.confirm()
	i.judgeDates()
	i.judgeAge()
	i.judgeScreen()
	return i.verdict()
}

// pass and fail note a check.
func (i *inspection) pass(name string) {
	i.checks = append(i.checks, rules.Check{Name: name, Passed: true})
}

func (i *inspection) fail(name string, reason rules.ReasonCode) {
	i.checks = append(i.checks, rules.Check{Name: name})
	i.reasons = append(i.reasons, reason)
}

// stop ends the inspection with a failed check that costs an attempt.
func (i *inspection) stop(name string, reason rules.ReasonCode) *methods.Verdict {
	v := methods.Failed(reason, append(i.checks, rules.Check{Name: name})...)
	return &v
}

// again ends the inspection with a request for other pictures, which costs no attempt.
func (i *inspection) again(name string, reason rules.ReasonCode) *methods.Verdict {
	v := methods.Unfinished(graph.OutcomeRequiresInput, reason, append(i.checks, rules.Check{Name: name})...)
	return &v
}

// recognise finds the type of the document, and whether it is accepted.
func (i *inspection) recognise() *methods.Verdict {
	if i.barcode != nil {
		i.kind = kindOfBarcode(i.barcode)
	} else {
		i.kind = refined(KindOfZone(i.zone), kindOfTitle(i.text))
	}
	switch {
	case i.kind == "":
		return i.stop(checkType, rules.ReasonDocumentNotSupported)
	case !takes(i.Options, i.kind):
		return i.stop(checkType, rules.ReasonDocumentTypeNotAccepted)
	}
	i.pass(checkType)
	if !i.issuerKnown() {
		return i.stop(checkIssuer, rules.ReasonDocumentNotSupported)
	}
	i.pass(checkIssuer)
	return nil
}

// utopia is the state of specimens, which sandboxes accept.
const utopia = "UTO"

// issuerKnown reports whether the document's issuer exists, or is that of specimens in a sandbox.
func (i *inspection) issuerKnown() bool {
	if i.barcode != nil && !i.barcode.Issuer.Known {
		return i.sandbox && i.barcode.Issuer.Country == utopia
	}
	if i.zone == nil {
		return true
	}
	state, known := mrz.StateOf(i.zone.Issuer)
	return known && (state.Kind != mrz.Specimen || i.sandbox)
}

// trust checks the digits of the zone and takes the facts. A zone with wrong check digits is misread or forged: if
// its characters were read clearly it fails, else the picture is asked for again.
func (i *inspection) trust() *methods.Verdict {
	switch {
	case i.zone == nil:
		i.facts = factsOfBarcode(i.barcode, i.today)
		return nil
	case i.zone.Consistent():
		i.pass(checkDigits)
		i.facts = factsOfZone(i.zone, i.received)
		i.facts.american = i.facts.american || i.barcode != nil && monthFirst(i.barcode.Issuer.Country)
		return nil
	case i.readClearly():
		return i.stop(checkDigits, rules.ReasonDocumentCheckDigitsWrong)
	default:
		return i.again(checkDigits, rules.ReasonZoneUnreadable)
	}
}

// compare compares the barcode with the zone, where a document has both.
func (i *inspection) compare() {
	if i.zone != nil && i.barcode != nil {
		i.note("barcode_matches_zone_", compareSources(factsOfBarcode(i.barcode, i.today), i.facts))
	}
}

// note adds the checks of comparisons, and the reasons of those that differ.
func (i *inspection) note(prefix string, found map[field]agreement) {
	for _, f := range fields {
		i.checks = append(i.checks, found[f.field].check(prefix+string(f.field)))
		if found[f.field] == differs {
			i.reasons = append(i.reasons, f.reason)
		}
	}
}

// confirm compares the printed text with the facts. The text counts as read if the date of birth and the name or the
// number were found in it.
func (i *inspection) confirm() {
	found := compareText(i.text, i.facts)
	prefix := "zone_matches_"
	if i.zone == nil {
		prefix = "barcode_matches_"
	}
	if i.behind && ofTwo(found) {
		i.fail(checkSides, rules.ReasonDocumentWrongSide)
	}
	i.note(prefix, found)
	birth := found[fieldBirth] != unread || i.facts.born == nil // an unknown date is judged by judgeAge
	read := birth && (found[fieldName] != unread || found[fieldNumber] != unread)
	i.checks = append(i.checks, rules.Check{Name: checkText, Passed: read, NotPerformed: !read})
	if read {
		return
	}
	i.doubt(graph.SignalUnreadText, i.Options.UnreadText, graph.DoubtFails, rules.ReasonPrintedTextUnreadable)
}

// ofTwo reports whether a front and a back seem to be those of two documents: the number of the back is not printed on
// the front, and the front has another name, date of birth or date of expiry at its label. Where the number agrees, or
// nothing else differs, the field at fault says more.
func ofTwo(found map[field]agreement) bool {
	return found[fieldNumber] != agrees &&
		(found[fieldName] == differs || found[fieldBirth] == differs || found[fieldExpiry] == differs)
}

// doubt treats a doubt as the workflow asks for.
func (i *inspection) doubt(signal string, chosen, usual graph.Doubt, reason rules.ReasonCode) {
	if chosen == "" {
		chosen = usual
	}
	if chosen == graph.DoubtFails {
		i.reasons = append(i.reasons, reason)
	}
	found := rules.Risk{Score: doubtScore, Signals: []string{signal}}
	i.risk = rules.RaiseRisk(i.risk, found)
}

// doubtScore is the risk of a doubt: medium, so that flag_at can have somebody look.
const doubtScore = 30

// judgeDates checks the dates that the facts have.
func (i *inspection) judgeDates() {
	if i.facts.impossible || i.tooOld() {
		i.fail(checkDates, rules.ReasonDocumentDateInvalid)
	} else {
		i.pass(checkDates)
	}
	switch e := i.facts.expires; {
	case e == nil:
		i.checks = append(i.checks, rules.Check{Name: checkNotExpired, NotPerformed: true})
	case before(*e, i.today):
		i.fail(checkNotExpired, rules.ReasonDocumentExpired)
	default:
		i.pass(checkNotExpired)
	}
}

// oldest is more years than anyone has lived.
const oldest = 130

func (i *inspection) tooOld() bool {
	return i.facts.born != nil && rules.AgeOn(*i.facts.born, i.today) > oldest
}

// judgeAge checks the age by a date of birth that check digits or a barcode cover. No other date counts.
func (i *inspection) judgeAge() {
	years := i.Tier.Years()
	switch {
	case years == 0: // an identity may be without an age
	case i.facts.latest == nil:
		i.fail(rules.AgeCheck(years), rules.ReasonDocumentAgeUnproven)
	case rules.AgeOn(*i.facts.latest, i.today) < years:
		i.fail(rules.AgeCheck(years), rules.ReasonUnderAge)
	default:
		i.pass(rules.AgeCheck(years))
	}
}

// judgeScreen notes whether a picture seems to show a screen.
func (i *inspection) judgeScreen() {
	measured, screen := false, false
	for _, page := range []bool{true, false} {
		quality := i.qualityOf(page)
		if quality == nil {
			continue
		}
		measured = true
		screen = screen || quality.Screen >= i.limits.Screen
	}
	i.checks = append(i.checks, rules.Check{Name: checkScreen, Passed: measured && !screen, NotPerformed: !measured})
	if screen {
		i.doubt(graph.SignalScreenPhotographed, i.Options.ScreenPhotographed, graph.DoubtPasses,
			rules.ReasonScreenPhotographed)
	}
}

// textAlone are the reasons of a document of which the printed text alone could not be read. If the picture shows why,
// it is asked for again.
var textAlone = []rules.ReasonCode{rules.ReasonPrintedTextUnreadable}

// verdict returns the verdict on a document that was read.
func (i *inspection) verdict() methods.Verdict {
	switch {
	case i.front.Portrait != nil:
		i.pass(checkPortrait)
	case i.Options.FaceMatch != "" && len(i.reasons) == 0: // a face is to be compared with it next
		return *i.again(checkPortrait, rules.ReasonPortraitUnreadable)
	}
	if fault := i.limits.faultOf(i.front); fault != "" && slices.Equal(i.reasons, textAlone) {
		v := methods.Unfinished(graph.OutcomeRequiresInput, fault, i.checks...)
		v.Physical = i.document()
		return v
	}
	v := methods.Passed(i.Tier, i.checks...)
	if len(i.reasons) > 0 {
		v = methods.Failed(i.reasons[0], i.checks...)
		v.ReasonCodes = i.reasons
	}
	v.Risk, v.Physical = i.risk, i.document()
	if len(i.reasons) == 0 {
		v.Document, v.Portrait = i.name(), i.portrait()
	}
	return v
}

// portrait returns the portrait of the holder; nil without one.
func (i *inspection) portrait() []byte {
	if i.front.Portrait == nil {
		return nil
	}
	return i.front.Portrait.JPEG
}

// name returns the name of the document for methods.Verdict; "" if its issuer is not known.
func (i *inspection) name() string {
	issuer := i.facts.country
	if i.facts.authority != "" {
		issuer = i.facts.authority
	}
	if issuer == "" {
		return ""
	}
	return string(i.kind) + "|" + issuer + "|" + methods.OneSpelling(i.facts.number)
}

// document describes the document for the result; nil if its type is not known.
func (i *inspection) document() *rules.PhysicalDocument {
	if i.kind == "" {
		return nil
	}
	d := &rules.PhysicalDocument{Type: i.kind, IssuingCountry: i.facts.country, Expiry: rules.ExpiryUnknown}
	if len(d.IssuingCountry) != codeLength {
		d.IssuingCountry = ""
	}
	if e := i.facts.expires; e != nil {
		d.Expiry = rules.ExpiryValid
		if before(*e, i.today) {
			d.Expiry = rules.ExpiryExpired
		}
	}
	return d
}

// codeLength is that of the codes of countries and organizations.
const codeLength = 3
