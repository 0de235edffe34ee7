package aamva

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// The years of dates. They tell the two orders apart.
const (
	minYear = 1880
	maxYear = 2150
)

// delimited is a date with delimiters.
var delimited = regexp.MustCompile(`^(?:\d{2}([-/. ])\d{2}[-/. ]\d{4}|\d{4}([-/. ])\d{2}[-/. ]\d{2})$`)

// dates reads the dates of doc.
func (r *reader) dates(doc *Document) error {
	if r.elements["DBA"] != "" && neverExpires(r.elements["DBA"]) {
		doc.NeverExpires = true
		delete(r.elements, "DBA")
	}
	for _, d := range []struct {
		id string
		to *Date
	}{{"DBB", &doc.Born}, {"DBA", &doc.Expires}, {"DBD", &doc.Issued}, {"DDB", &doc.CardRevised}} {
		value := r.elements[d.id]
		if value == "" {
			continue
		}
		date, expected := parseDate(value, doc.monthFirst())
		switch {
		case date.IsZero() && slices.Contains(optional, d.id):
			r.note(NoteOptional)
		case date.IsZero():
			return &Fault{Code: DateInvalid, Element: d.id}
		case !expected:
			r.note(NoteDateOrder)
		}
		*d.to = date
	}
	if doc.Born.IsZero() {
		return &Fault{Code: ElementMissing, Element: "DBB"}
	}
	if doc.Expires.IsZero() && !doc.NeverExpires {
		return &Fault{Code: ElementMissing, Element: "DBA"}
	}
	return nil
}

// monthFirst reports whether dates are MMDDCCYY by the standard: in the United States since version 2.
func (d *Document) monthFirst() bool {
	return d.Version >= 2 && d.Issuer.Country != canada && d.Issuer.Country != mexico
}

// neverExpires reports whether an expiry is one of those that printers have for none.
func neverExpires(value string) bool {
	switch strings.ToUpper(value) {
	case "INDEF", "INDEFINITE", "NONE", "NEVER", "99999999", "99/99/9999", "99-99-9999", "12319999", "99991231":
		return true
	}
	return false
}

// parseDate reads a date in either order. It reports whether the date is in the expected order, without delimiters. The
// date is zero if value is none.
func parseDate(value string, monthFirst bool) (date Date, expected bool) {
	digits := value
	if delimited.MatchString(value) {
		digits = strings.NewReplacer("-", "", "/", "", ".", "", " ", "").Replace(value)
	}
	if len(digits) != 8 || strings.ContainsFunc(digits, func(c rune) bool { return c < '0' || c > '9' }) {
		return Date{}, false
	}
	if date = day(digits[4:], digits[:2], digits[2:4]); !date.IsZero() {
		return date, monthFirst && digits == value
	}
	return day(digits[:4], digits[4:6], digits[6:]), !monthFirst && digits == value
}

// day returns the day of year, month and day in digits, or zero if there is no such day.
func day(year, month, dayOfMonth string) Date {
	date := Date{Year: number(year), Month: time.Month(number(month)), Day: number(dayOfMonth)}
	if date.Year < minYear || date.Year > maxYear || date.Month < 1 || date.Month > 12 || date.Day < 1 {
		return Date{}
	}
	if date.Day > time.Date(date.Year, date.Month+1, 0, 0, 0, 0, 0, time.UTC).Day() {
		return Date{}
	}
	return date
}
