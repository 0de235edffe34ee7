package document_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/document/mrz"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/vision"
)

func optionsOf(t *testing.T, text string) (o graph.Options) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text), &o))
	return o
}

// under returns an attempt at a step with these options.
func under(t *testing.T, options string) methods.Attempt {
	t.Helper()
	return methods.Attempt{
		Method: rules.MethodDocumentCapture, Type: "age", Tier: rules.MinAge(18), Options: optionsOf(t, options),
	}
}

func TestConsistentDocumentPasses(t *testing.T) {
	t.Parallel()
	for _, kind := range specimen.Kinds() {
		doc := adult(kind)
		v := of(doc).judge(t)
		require.Equal(t, graph.OutcomePassed, v.Outcome, "%s: %v", kind, v.ReasonCodes)
		require.Equal(t, rules.MinAge(18), *v.AgeTier)
		require.Equal(t, &rules.PhysicalDocument{
			Type: rules.DocumentType(kind), IssuingCountry: "UTO", Expiry: rules.ExpiryValid,
		}, v.Physical)
		require.Equal(t, string(kind)+"|UTO|"+doc.Fields.Number, v.Document)
		require.Nil(t, v.Risk)

		source := "zone"
		want := map[string]string{
			"front_readable": "passed", "document_type": "passed", "issuer_known": "passed", "dates_possible": "passed",
			"not_expired": "passed", "age_over_18": "passed", "printed_text_read": "passed", "portrait_found": "passed",
			"screen_photographed": "passed",
		}
		if kind.HasZone() {
			want["mrz_check_digits"] = "passed"
		} else {
			source = "barcode"
		}
		if kind.HasBack() {
			want["back_readable"] = "passed"
		}
		for _, field := range []string{"name", "birth_date", "expiry", "number", "sex", "issuer"} {
			want[source+"_matches_"+field] = "passed"
		}
		require.Equal(t, want, statuses(v), kind)
	}
}

// A state titles its cards as it likes: a zone that says what a card is counts, and a title refines one that does not.
func TestTitleDoesNotContradictACodeOfResidencePermits(t *testing.T) {
	t.Parallel()
	titled := func(kind specimen.Kind, title string) shot {
		s := of(adult(kind))
		page := front(adult(kind))
		page.Text.Lines[0].Text = title
		s.front = page
		return s
	}
	permit := titled(specimen.ResidencePermit, "UTOPIA IDENTITY CARD")
	v := permit.judge(t)
	require.Equal(t, graph.OutcomePassed, v.Outcome, "%v", v.ReasonCodes)
	require.Equal(t, rules.ResidencePermit, v.Physical.Type)
	permit.attempt = under(t, `{"document_types":["ID_CARD"]}`)
	outcome{permit, fails, rules.ReasonDocumentTypeNotAccepted}.require(t, "where identity cards alone are accepted")

	v = titled(specimen.IDCard, "UTOPIA RESIDENCE PERMIT").judge(t)
	require.Equal(t, graph.OutcomePassed, v.Outcome, "%v", v.ReasonCodes)
	require.Equal(t, rules.ResidencePermit, v.Physical.Type)
}

// outcome is the verdict that pictures must get.
type outcome struct {
	shot    shot
	outcome graph.Outcome
	reason  rules.ReasonCode
}

func (o outcome) require(t *testing.T, why string) {
	t.Helper()
	v := o.shot.judge(t)
	require.Equal(t, []any{o.outcome, []rules.ReasonCode{o.reason}}, []any{v.Outcome, v.ReasonCodes}, why)
	require.Empty(t, v.Document, why)
}

const (
	again = graph.OutcomeRequiresInput
	fails = graph.OutcomeFailed
)

func TestPicturesThatCannotBeReadAreAskedForAgain(t *testing.T) {
	t.Parallel()
	id, pass := adult(specimen.IDCard), adult(specimen.Passport)
	with := func(d *vision.Document, change func(*vision.Document)) *vision.Document {
		d.Zone, d.Barcode = nil, nil
		change(d)
		return d
	}
	without := func(d *vision.Document) *vision.Document { return with(d, func(*vision.Document) {}) }
	licence := adult(specimen.DriversLicense)
	untitled := func(d *vision.Document) *vision.Document {
		d.Text.Lines = d.Text.Lines[1:]
		return d
	}
	mirrored := back(id)
	mirrored.Zone.Mirrored = true
	unsure := back(id)
	unsure.Zone.Lines = edited(unsure.Zone.Lines, 1, 3, '9')
	unsure.Zone.Confidence[1][3] = 0.5
	malformed := front(pass)
	malformed.Zone.Lines = []string{"P<UTO", "L898902C3"}
	for why, o := range map[string]outcome{
		"no back": {shot{front: front(id)}, again, rules.ReasonDocumentBackNeeded},
		"no back of a licence": {
			shot{front: front(licence)}, again, rules.ReasonDocumentBackNeeded,
		},
		"the same file twice": {shot{front: back(id), back: back(id)}, again, rules.ReasonDocumentWrongSide},
		"two fronts":          {shot{front: front(id), back: front(id)}, again, rules.ReasonDocumentWrongSide},
		"sides exchanged":     {shot{front: back(id), back: front(id)}, again, rules.ReasonDocumentWrongSide},
		"a data page as back": {shot{front: front(id), back: front(pass)}, again, rules.ReasonDocumentWrongSide},
		"mirrored":            {shot{front: front(id), back: mirrored}, again, rules.ReasonImageMirrored},
		"dark": {shot{front: with(front(pass), func(d *vision.Document) { d.Quality.Light = 0.1 })}, again,
			rules.ReasonImageDark},
		"cropped": {shot{front: with(front(pass), func(d *vision.Document) { d.Quality.Cropped = 0.9 })}, again,
			rules.ReasonImageCropped},
		"blurred": {shot{front: front(id), back: with(back(id), func(d *vision.Document) { d.Quality.Blur = 20 })}, again,
			rules.ReasonImageBlurred},
		"glare": {shot{front: front(id), back: with(back(id), func(d *vision.Document) { d.Quality.Glare = 0.2 })}, again,
			rules.ReasonImageGlare},
		"no document": {shot{front: &vision.Document{Quality: good()}}, again, rules.ReasonNotADocument},
		"a zone, and no document in front": {
			shot{front: &vision.Document{Quality: good()}, back: back(id)}, again, rules.ReasonNotADocument,
		},
		"a passport without its zone":   {shot{front: without(front(pass))}, again, rules.ReasonZoneUnreadable},
		"a zone that is none":           {shot{front: malformed}, again, rules.ReasonZoneUnreadable},
		"a zone that was read in doubt": {shot{front: front(id), back: unsure}, again, rules.ReasonZoneUnreadable},
		"a card without its zone":       {shot{front: front(id), back: without(back(id))}, again, rules.ReasonZoneUnreadable},
		"a licence without its barcode": {
			shot{front: front(licence), back: without(back(id))}, again, rules.ReasonBarcodeUnreadable,
		},
		"an untitled card, said to be a passport": {
			shot{front: without(untitled(front(pass))), chosen: "PASSPORT"}, again, rules.ReasonZoneUnreadable,
		},
	} {
		o.require(t, why)
	}
}

// edited returns lines with another character at a place.
func edited(lines []string, line, column int, c byte) []string {
	lines = append([]string(nil), lines...)
	text := []byte(lines[line])
	text[column] = c
	lines[line] = string(text)
	return lines
}

func TestDocumentsThatAreRefused(t *testing.T) {
	t.Parallel()
	id := adult(specimen.IDCard)
	wrongDigit := back(id)
	wrongDigit.Zone.Lines = edited(wrongDigit.Zone.Lines, 1, 0, '8') // of the birth date
	visa := front(adult(specimen.Passport))
	visa.Zone = zone(linesOf(t, mrz.Fields{
		Format: mrz.MRVA, Code: "V", Issuer: "UTO", Nationality: "UTO", Number: "L8988901C",
		Birth: mrz.Date{Year: 69, Month: 8, Day: 6}, Expiry: mrz.Date{Year: 31, Month: 6, Day: 23}, Sex: "F",
		Surname: "ERIKSSON",
	}))
	crew, stranger := back(id), back(id)
	crew.Zone = zone(linesOf(t, card("AC", "UTO")))
	stranger.Zone = zone(linesOf(t, card("I", "QQQ")))
	live := of(id)
	live.live = true
	liveLicence := of(adult(specimen.DriversLicense))
	liveLicence.live = true
	passportsOnly := of(id)
	passportsOnly.attempt = under(t, `{"document_types": ["PASSPORT"]}`)
	passportsOnlyFront := shot{front: front(id), attempt: passportsOnly.attempt}
	plain := of(adult(specimen.HealthCard, func(f *specimen.Fields) { f.Plain = true }))
	aged := func(kind specimen.Kind, born time.Time) shot {
		return of(adult(kind, func(f *specimen.Fields) { f.Born = born }))
	}
	const licence = specimen.DriversLicense
	for why, o := range map[string]outcome{
		"expired": {of(adult(specimen.Passport, func(f *specimen.Fields) { f.Expires = received.AddDate(0, 0, -1) })), fails,
			rules.ReasonDocumentExpired},
		"under age":              {aged(specimen.IDCard, received.AddDate(-18, 0, 1)), fails, rules.ReasonUnderAge},
		"under age, by barcode":  {aged(licence, received.AddDate(-18, 0, 1)), fails, rules.ReasonUnderAge},
		"not born yet":           {aged(licence, received.AddDate(0, 0, 2)), fails, rules.ReasonDocumentDateInvalid},
		"older than anyone":      {aged(licence, received.AddDate(-131, 0, 0)), fails, rules.ReasonDocumentDateInvalid},
		"a wrong check digit":    {shot{front: front(id), back: wrongDigit}, fails, rules.ReasonDocumentCheckDigitsWrong},
		"a visa":                 {shot{front: visa}, fails, rules.ReasonDocumentNotSupported},
		"a crew member":          {shot{front: front(id), back: crew}, fails, rules.ReasonDocumentNotSupported},
		"of no state":            {shot{front: front(id), back: stranger}, fails, rules.ReasonDocumentNotSupported},
		"a specimen":             {live, fails, rules.ReasonDocumentNotSupported},
		"a specimen by barcode":  {liveLicence, fails, rules.ReasonDocumentNotSupported},
		"of another type":        {passportsOnly, fails, rules.ReasonDocumentTypeNotAccepted},
		"of another type, front": {passportsOnlyFront, fails, rules.ReasonDocumentTypeNotAccepted},
		"an age in print alone":  {plain, fails, rules.ReasonDocumentAgeUnproven},
	} {
		if why == "not born yet" {
			v := o.shot.judge(t)
			require.Equal(t, []rules.ReasonCode{o.reason, rules.ReasonUnderAge}, v.ReasonCodes)
			continue
		}
		o.require(t, why)
	}
	require.Equal(t, graph.OutcomePassed, aged(specimen.IDCard, received.AddDate(-18, 0, 0)).judge(t).Outcome)
	require.Equal(t, graph.OutcomePassed,
		of(adult(specimen.Passport, func(f *specimen.Fields) { f.Expires = received })).judge(t).Outcome)
}

// card returns the fields of a TD1 zone.
func card(code, issuer string) mrz.Fields {
	return mrz.Fields{
		Format: mrz.TD1, Code: code, Issuer: issuer, Nationality: issuer, Number: "D23145890", Sex: "F",
		Birth: mrz.Date{Year: 74, Month: 8, Day: 12}, Expiry: mrz.Date{Year: 32, Month: 4, Day: 15},
		Surname: "ERIKSSON", GivenNames: "ANNA MARIA",
	}
}

func linesOf(t *testing.T, f mrz.Fields) []string {
	t.Helper()
	lines, err := f.Lines()
	require.NoError(t, err)
	return lines
}

func TestPartsThatDisagreeAreRefusedByTheFieldAtFault(t *testing.T) {
	t.Parallel()
	for reason, change := range map[rules.ReasonCode]func(*specimen.Fields){
		rules.ReasonDocumentNameMismatch:      func(f *specimen.Fields) { f.Surname, f.GivenNames = "QUIXANO", "ALONSO" },
		rules.ReasonDocumentBirthDateMismatch: func(f *specimen.Fields) { f.Born = f.Born.AddDate(-1, 0, 0) },
		rules.ReasonDocumentExpiryMismatch:    func(f *specimen.Fields) { f.Expires = f.Expires.AddDate(1, 0, 0) },
		rules.ReasonDocumentNumberMismatch: func(f *specimen.Fields) {
			f.Number = strings.NewReplacer("1", "7", "4", "9", "7", "1", "9", "4", "3", "6", "6", "3").Replace(f.Number)
		},
		rules.ReasonDocumentSexMismatch: func(f *specimen.Fields) { f.Sex = map[string]string{"F": "M", "M": "F"}[f.Sex] },
	} {
		for _, kind := range specimen.Kinds() {
			forged := of(adult(kind, change)) // zone and barcode have right check digits
			if kind == specimen.Passport {
				zone := forged.front.(*vision.Document).Zone //nolint:forcetypeassert // of makes it
				forged.front = front(adult(kind))
				forged.front.(*vision.Document).Zone = zone //nolint:forcetypeassert // as above
			} else {
				forged.front = front(adult(kind))
			}
			outcome{forged, fails, reason}.require(t, string(kind))
		}
	}
}

func TestBarcodeOfAnotherPersonIsRefused(t *testing.T) {
	t.Parallel()
	mine, other := adult(specimen.DriversLicense), specimen.New(specimen.DriversLicense, 99, func(f *specimen.Fields) {
		f.Surname, f.GivenNames, f.Sex = "NUSQUAM", "WILHELMINA", "X"
	})
	require.NotEqual(t, mine.Fields.Number, other.Fields.Number)
	v := shot{front: front(mine), back: back(other)}.judge(t)
	require.Equal(t, fails, v.Outcome)
	require.Equal(t, rules.ReasonDocumentWrongSide, v.ReasonCodes[0])
	for _, reason := range []rules.ReasonCode{
		rules.ReasonDocumentNameMismatch, rules.ReasonDocumentBirthDateMismatch, rules.ReasonDocumentExpiryMismatch,
		rules.ReasonDocumentNumberMismatch, rules.ReasonDocumentSexMismatch,
	} {
		require.Contains(t, v.ReasonCodes, reason)
	}
}

func TestFrontAndBackOfTwoDocumentsAreToldApart(t *testing.T) {
	t.Parallel()
	other := func(f *specimen.Fields) { f.Number, f.Expires = "Z97531864", f.Expires.AddDate(2, 0, 0) }
	near := func(f *specimen.Fields) { f.Number, f.Expires = "X"+f.Number[1:], f.Expires.AddDate(2, 0, 0) }
	unsure := func(d *vision.Document) *vision.Document {
		for i := range d.Text.Lines {
			d.Text.Lines[i].Confidence = 0.8 // too little for a number with one other character
		}
		return d
	}
	const birth, expiry, number = rules.ReasonDocumentBirthDateMismatch, rules.ReasonDocumentExpiryMismatch,
		rules.ReasonDocumentNumberMismatch
	licence := adult(specimen.DriversLicense)
	for why, c := range map[string]struct {
		front, back *vision.Document
		differ      []rules.ReasonCode
	}{
		"two licences of one person": {
			front(licence), back(adult(licence.Kind, other)), []rules.ReasonCode{expiry, number},
		},
		"a licence, which has its month first, and an identity card": {
			front(licence), back(adult(specimen.IDCard, other)), []rules.ReasonCode{birth, expiry, number},
		},
		"a number that may be misread": {
			unsure(front(licence)), back(adult(licence.Kind, near)), []rules.ReasonCode{expiry},
		},
		"a number that is another one, however it was read": {
			unsure(front(licence)), back(adult(licence.Kind, other)), []rules.ReasonCode{expiry, number},
		},
	} {
		v := shot{front: c.front, back: c.back}.judge(t)
		require.Equal(t, fails, v.Outcome, why)
		require.Equal(t, append([]rules.ReasonCode{rules.ReasonDocumentWrongSide}, c.differ...), v.ReasonCodes, why)
		require.Equal(t, "failed", statuses(v)["sides"], why)
	}

	page := front(adult(specimen.Passport))
	page.Zone = zone(adult(specimen.Passport, other).Fields.Zone)
	v := shot{front: page}.judge(t)
	require.Equal(t, []rules.ReasonCode{expiry, number}, v.ReasonCodes, "one page")
	require.NotContains(t, statuses(v), "sides")
}

func TestZoneAndBarcodeOfOneCardAreCompared(t *testing.T) {
	t.Parallel()
	licence := adult(specimen.DriversLicense)
	both := func(f mrz.Fields) shot {
		s := of(licence)
		page := back(licence)
		ofVirginia := strings.NewReplacer("999901", "636000", "DCGUTO", "DCGUSA")
		page.Barcode.Data = []byte(ofVirginia.Replace(licence.Fields.Barcode))
		page.Zone = zone(linesOf(t, f))
		s.back = page
		return s
	}
	same := card("DL", "USA")
	f := licence.Fields
	same.Surname, same.GivenNames, same.Sex, same.Number = f.Surname, f.GivenNames, f.Sex, f.Number
	same.Birth, same.Expiry = mrz.Date{Year: 90, Month: 3, Day: 14}, mrz.Date{Year: 31, Month: 5, Day: 27}
	v := both(same).judge(t)
	require.Equal(t, graph.OutcomePassed, v.Outcome, "%v", v.ReasonCodes)
	for _, field := range []string{"name", "birth_date", "expiry", "number", "sex", "issuer"} {
		require.Equal(t, "passed", statuses(v)["barcode_matches_zone_"+field], field)
	}

	other := same
	other.Surname, other.Number = "QUIXANO", "D00000000"
	v = both(other).judge(t)
	require.Equal(t, "failed", statuses(v)["barcode_matches_zone_name"])
	require.Equal(t, "not_performed", statuses(v)["barcode_matches_zone_number"], "a zone may have a number of its own")
	require.Contains(t, v.ReasonCodes, rules.ReasonDocumentNameMismatch)
}

func TestWorkflowDecidesOnUnreadText(t *testing.T) {
	t.Parallel()
	for options, want := range map[string]graph.Outcome{
		`{}`: fails, `{"unread_text": "fail"}`: fails,
		`{"unread_text": "pass"}`: graph.OutcomePassed, `{"unread_text": "review"}`: graph.OutcomePassed,
	} {
		s := of(adult(specimen.IDCard))
		s.attempt = under(t, options)
		page := front(adult(specimen.IDCard))
		page.Text = nil // no engine
		s.front = page
		v := s.judge(t)
		require.Equal(t, want, v.Outcome, options)
		require.Equal(t, []string{graph.SignalUnreadText}, v.Risk.Signals)
		require.Equal(t, rules.RiskMedium, v.Risk.Level())
		for _, field := range []string{"name", "birth_date", "expiry", "number", "sex", "issuer"} {
			require.Equal(t, "not_performed", statuses(v)["zone_matches_"+field])
		}
		require.Equal(t, "not_performed", statuses(v)["printed_text_read"])
		if want == fails {
			require.Equal(t, []rules.ReasonCode{rules.ReasonPrintedTextUnreadable}, v.ReasonCodes)
		}
	}
}

func TestUnreadTextOfABlurredPictureIsAskedForAgain(t *testing.T) {
	t.Parallel()
	s := of(adult(specimen.IDCard))
	page := front(adult(specimen.IDCard))
	page.Text, page.Quality.Blur = &vision.Text{}, 20
	s.front = page
	outcome{s, again, rules.ReasonImageBlurred}.require(t, "blurred")
}

func TestNameWithoutItsDateOfBirthIsNoReadText(t *testing.T) {
	t.Parallel()
	s := of(adult(specimen.IDCard))
	page := front(adult(specimen.IDCard))
	page.Text.Lines = page.Text.Lines[:5] // title, surname and given names
	s.front = page
	outcome{s, fails, rules.ReasonPrintedTextUnreadable}.require(t, "no date")
}

func TestScreenIsASignalUnlessTheWorkflowRefusesIt(t *testing.T) {
	t.Parallel()
	for options, want := range map[string]graph.Outcome{
		`{}`: graph.OutcomePassed, `{"screen_photographed": "review"}`: graph.OutcomePassed,
		`{"screen_photographed": "fail"}`: fails,
	} {
		s := of(adult(specimen.IDCard))
		s.attempt = under(t, options)
		page := back(adult(specimen.IDCard))
		page.Quality.Screen = 0.95
		s.back = page
		v := s.judge(t)
		require.Equal(t, want, v.Outcome, options)
		require.Equal(t, []string{graph.SignalScreenPhotographed}, v.Risk.Signals)
		require.Equal(t, "failed", statuses(v)["screen_photographed"])
		if want == fails {
			require.Equal(t, []rules.ReasonCode{rules.ReasonScreenPhotographed}, v.ReasonCodes)
		}
	}
}

func TestForgedDocumentDoesNotPassByADoubt(t *testing.T) {
	t.Parallel()
	s := of(adult(specimen.IDCard, func(f *specimen.Fields) { f.Born = received.AddDate(-17, 0, 0) }))
	s.attempt = under(t, `{"unread_text": "pass", "screen_photographed": "pass"}`)
	page := front(adult(specimen.IDCard))
	page.Text = nil
	s.front = page
	outcome{s, fails, rules.ReasonUnderAge}.require(t, "under age")
}

func TestPartlyKnownDateOfBirthCountsByItsLastDay(t *testing.T) {
	t.Parallel()
	for year, want := range map[int]graph.Outcome{7: graph.OutcomePassed, 8: fails} {
		f := card("I", "UTO")
		f.Birth = mrz.Date{Year: year, Month: mrz.Unknown, Day: mrz.Unknown}
		doc := adult(specimen.IDCard, func(s *specimen.Fields) {
			s.Surname, s.GivenNames, s.Number, s.Sex = f.Surname, f.GivenNames, f.Number, f.Sex
			s.Expires = time.Date(2032, time.April, 15, 0, 0, 0, 0, time.UTC)
		})
		page := back(doc)
		page.Zone = zone(linesOf(t, f))
		v := shot{front: front(doc), back: page, attempt: under(t, `{"unread_text": "pass"}`)}.judge(t)
		require.Equal(t, want, v.Outcome, "%d: %v", year, v.ReasonCodes)
	}
}
