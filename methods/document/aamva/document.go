package aamva

import (
	"fmt"
	"strings"
	"time"
)

// Document holds the statements of a symbol about a card and its holder. Text is UTF-8, without padding, in the case of
// the symbol. An empty text and a zero date mean that the symbol does not say.
type Document struct {
	// Version is the version of the standard, 0 for cards from before it. JurisdictionVersion is the issuer's own count.
	Version, JurisdictionVersion int
	Kind                         Kind
	Issuer                       Issuer
	Name                         Name
	Sex                          Sex
	Born                         Date
	Issued                       Date
	// Expires is zero if NeverExpires is set, and only then.
	Expires      Date
	NeverExpires bool
	// Number is the customer's number (DAQ), with the spaces and hyphens that the symbol has inside of it.
	Number string
	// Discriminator (DCF) tells this card from others of the same number.
	Discriminator string
	Compliance    Compliance
	// CardRevised is the date of the card's design (DDB).
	CardRevised Date
	// LimitedTerm says that the holder's lawful status is temporary (DDD).
	LimitedTerm bool
	// Notes are the deviations that were tolerated, each of them once, in alphabetical order.
	Notes []Note
}

// Kind is the type of the subfile that was read.
type Kind string

// The kinds of cards.
const (
	DriverLicense Kind = "DL"
	Identity      Kind = "ID"
	Enhanced      Kind = "EN" // an enhanced driver licence
)

// Name is the holder's name. A symbol of version 1 may have Full (DAA) without separators, and then no other part,
// because the order of its words is unknown.
type Name struct {
	Family, Given, Middle, Suffix, Prefix, Full string
	// FamilyCut, GivenCut and MiddleCut say whether the card has less than the record (DDE, DDF, DDG).
	FamilyCut, GivenCut, MiddleCut Truncation
}

// Givens returns the given and the middle names. Versions 2 and 3 do not tell one from the other.
func (n Name) Givens() string { return strings.TrimSpace(n.Given + " " + n.Middle) }

// Truncation says whether a part of a name was cut.
type Truncation string

// The values of truncation. The empty one means that the symbol does not say.
const (
	Truncated         Truncation = "T"
	Whole             Truncation = "N"
	TruncationUnknown Truncation = "U"
)

// Sex is the holder's sex.
type Sex string

// The values of sex. The empty one means that the symbol does not say.
const (
	Male        Sex = "M"
	Female      Sex = "F"
	Unspecified Sex = "X"
)

// Compliance says whether a card of the United States meets the REAL ID Act (DDA).
type Compliance string

// The values of compliance. The empty one means that the symbol does not say.
const (
	FullyCompliant      Compliance = "F"
	MateriallyCompliant Compliance = "M"
	NotCompliant        Compliance = "N"
)

// Date is a day. The zero value is no day.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// IsZero reports whether d is no day.
func (d Date) IsZero() bool { return d == Date{} }

// String returns the day as YYYY-MM-DD, or nothing.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Time returns the start of the day in UTC.
func (d Date) Time() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// Note names a deviation from the standard that leaves the meaning of the symbol unchanged.
type Note string

// The notes.
const (
	NoteHeader        Note = "header"           // separators, file type, or a number of the header is missing
	NoteIssuer        Note = "issuer"           // the issuer's number lacks its first digit
	NoteOffsets       Note = "offsets"          // a subfile is not where the header says
	NoteTerminators   Note = "terminators"      // elements do not end with one LF each
	NoteCase          Note = "case"             // identifiers are in lower case
	NoteDateOrder     Note = "date_order"       // a date is in the order of another country, or has delimiters
	NoteVersion       Note = "version"          // the version is above 12
	NoteIssuerUnknown Note = "issuer_unknown"   // the issuer's number is in no list
	NoteOptional      Note = "optional_ignored" // an element that may be left out is malformed
)

// Code names the rule that a symbol breaks. Codes are stable: callers may compare and store them.
type Code string

// The codes. The table in the package documentation says which clause each of them belongs to.
const (
	TooLarge        Code = "too_large"
	NotAAMVA        Code = "not_aamva"
	SubfileMissing  Code = "subfile_missing"
	ElementMissing  Code = "element_missing"
	ElementRepeated Code = "element_repeated"
	ElementInvalid  Code = "element_invalid"
	DateInvalid     Code = "date_invalid"
	CountryMismatch Code = "country_mismatch"
)

// Fault is the error of Parse. It holds no value of the card.
type Fault struct {
	Code Code
	// Element is the identifier of the element at fault, such as DBB, or empty.
	Element string
}

// Error returns the code and the element.
func (f *Fault) Error() string {
	if f.Element == "" {
		return "aamva: " + string(f.Code)
	}
	return "aamva: " + string(f.Code) + ": " + f.Element
}
