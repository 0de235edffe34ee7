package aamva

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// maxBytes bounds the text of a symbol. A PDF417 symbol holds at most 2,710 digits.
const maxBytes = 8 << 10

// Parse reads the text of a symbol: UTF-8, or else ISO 8859-1. The error is a *Fault.
func Parse(data []byte) (*Document, error) {
	if len(data) > maxBytes {
		return nil, &Fault{Code: TooLarge}
	}
	text := decode(data)
	h, ok := readHeader(text)
	if !ok {
		return nil, &Fault{Code: NotAAMVA}
	}
	r := reader{header: h}
	if err := r.readSubfiles(text); err != nil {
		return nil, err
	}
	doc, err := r.document()
	if err != nil {
		return nil, err
	}
	slices.Sort(r.notes)
	doc.Notes = r.notes
	return doc, nil
}

// decode returns data as UTF-8. Printers write either UTF-8 or ISO 8859-1, without saying which.
func decode(data []byte) string {
	if utf8.Valid(data) {
		return string(data)
	}
	var text strings.Builder
	for _, b := range data {
		text.WriteRune(rune(b))
	}
	return text.String()
}

// document makes the document of the elements.
func (r *reader) document() (*Document, error) {
	doc := &Document{
		Version: r.header.version, JurisdictionVersion: r.header.ownVersion, Kind: r.kind,
		Sex: sexes[strings.ToUpper(r.elements["DBC"])], Number: r.elements["DAQ"], Discriminator: r.elements["DCF"],
		LimitedTerm: r.elements["DDD"] == "1",
	}
	r.noteHeader()
	switch c := Compliance(strings.ToUpper(r.elements["DDA"])); c {
	case FullyCompliant, MateriallyCompliant, NotCompliant:
		doc.Compliance = c
	}
	var err error
	if doc.Issuer, err = r.issuer(); err != nil {
		return nil, err
	}
	if doc.Name, err = r.name(); err != nil {
		return nil, err
	}
	if doc.Number == "" || absent(doc.Number) {
		return nil, &Fault{Code: ElementMissing, Element: "DAQ"}
	}
	if absent(doc.Discriminator) {
		doc.Discriminator = ""
	}
	return doc, r.dates(doc)
}

func (r *reader) noteHeader() {
	if r.header.irregular {
		r.note(NoteHeader)
	}
	if r.header.shortened {
		r.note(NoteIssuer)
	}
	if r.header.version > maxVersion {
		r.note(NoteVersion)
	}
}

// sexes are the codes of element DBC: those of ANSI D-20, and letters.
var sexes = map[string]Sex{
	"1": Male, "M": Male, "MALE": Male, "2": Female, "F": Female, "FEMALE": Female, "9": Unspecified, "X": Unspecified,
}

// countries are the spellings of element DCG.
var countries = map[string]string{
	"USA": unitedStates, "US": unitedStates, "CAN": canada, "CA": canada, "CDN": canada, "MEX": mexico, "MX": mexico,
}

// issuer returns the issuer of the header, and compares its country with that of the elements.
func (r *reader) issuer() (Issuer, error) {
	issuer := lookup(r.header.issuer)
	stated := strings.ToUpper(r.elements["DCG"])
	country, listed := countries[stated]
	if !issuer.Known {
		r.note(NoteIssuerUnknown)
		issuer.Country = country
		if !listed && len(stated) == 3 {
			issuer.Country = stated
		}
		return issuer, nil
	}
	if listed && country != issuer.Country {
		return Issuer{}, &Fault{Code: CountryMismatch, Element: "DCG"}
	}
	return issuer, nil
}

// absent reports whether a value is one of those that the standard has for no value.
func absent(value string) bool {
	switch strings.ToUpper(value) {
	case "NONE", "UNAVL", "UNAVAIL", "UNAVAILABLE", "N/A":
		return true
	}
	return false
}
