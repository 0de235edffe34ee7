package mrz

import (
	"fmt"
	"strings"
)

// Fields are the values of a zone to write.
type Fields struct {
	Format Format
	// Code is the document code: one or two letters, a V first in visas only.
	Code string
	// Issuer and Nationality are codes of one to three letters.
	Issuer, Nationality string
	// Number has letters, digits and spaces; more than nine characters in TD1 and TD2 only.
	Number string
	// Birth and Expiry are dates; parts may be Unknown.
	Birth, Expiry Date
	// Sex is "M", "F", or "X" or "" for a filler.
	Sex string
	// Surname and GivenNames are written by Transliterate, and truncated where they are too long.
	Surname, GivenNames string
	// Optional is the optional data, one value for each field of the format; missing values are empty.
	Optional []string
}

// Lines returns the lines of the zone, with its check digits. It fails with an *Error that names the field at fault.
func (f Fields) Lines() ([]string, error) {
	l, ok := layouts[f.Format]
	if !ok {
		return nil, &Error{Reason: "the format is unknown"}
	}
	w := writer{layout: l, lines: make([][]byte, l.lines)}
	for i := range w.lines {
		w.lines[i] = []byte(strings.Repeat("<", l.columns))
	}
	name, err := f.name(l.fields[Name][0])
	if err != nil {
		return nil, err
	}
	w.put(Name, 0, name)
	w.put(Code, 0, f.Code)
	w.put(Issuer, 0, f.Issuer)
	w.put(Nationality, 0, f.Nationality)
	w.put(Birth, 0, f.Birth.String())
	w.put(Expiry, 0, f.Expiry.String())
	w.put(Sex, 0, strings.ReplaceAll(f.Sex, "X", ""))
	f.putNumber(&w)
	w.putDigits()
	if w.err != nil {
		return nil, w.err
	}
	lines := make([]string, len(w.lines))
	for i, line := range w.lines {
		lines[i] = string(line)
	}
	if format, err := formatOf(lines); err != nil || format != f.Format {
		return nil, fault(f.Format, Code, "does not belong to the format")
	}
	if _, err := Parse(lines...); err != nil {
		return nil, err
	}
	return lines, nil
}

// putNumber writes number and optional data. The rest of a long number goes before the first optional data.
func (f Fields) putNumber(w *writer) {
	number, optional := filled(f.Number), append([]string(nil), f.Optional...)
	if len(number) > 9 && f.Format.longNumbers() {
		rest := number[9:] + string(CheckDigit(number)) + "<"
		if len(optional) == 0 {
			optional = []string{""}
		}
		optional[0] = rest + filled(optional[0])
		number = number[:9]
		w.long = true
	}
	w.put(Number, 0, number)
	for i, value := range optional {
		w.put(Optional, i, strings.TrimRight(filled(value), "<"))
	}
}

func filled(text string) string { return strings.ReplaceAll(text, " ", "<") }

// writer fills the fields of a zone. It keeps the first error.
type writer struct {
	layout layout
	lines  [][]byte
	// long says that the number has no check digit at its usual place.
	long bool
	err  error
}

func (w *writer) put(field Field, i int, text string) {
	spans := w.layout.fields[field]
	if i >= len(spans) {
		w.fail(&Error{Field: field, Reason: fmt.Sprintf("the format has %d values of it", len(spans))})
		return
	}
	where := spans[i]
	if room := where.to - where.from; len(text) > room {
		w.fail(&Error{field, where.line + 1, where.from + 1, fmt.Sprintf("has more than %d characters", room)})
		return
	}
	copy(w.lines[where.line][where.from:], text)
}

func (w *writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// putDigits writes the check digits. That of empty optional data stays a filler.
func (w *writer) putDigits() {
	for _, field := range []Field{Number, Birth, Expiry, Optional} {
		where, ok := w.layout.digits[field]
		if !ok || field == Number && w.long {
			continue
		}
		text := w.text(w.layout.fields[field])
		if field != Optional || strings.Trim(text, "<") != "" {
			w.lines[where.line][where.from] = CheckDigit(text)
		}
	}
	if where, ok := w.layout.digits[Composite]; ok {
		w.lines[where.line][where.from] = CheckDigit(w.text(w.layout.composite))
	}
}

func (w *writer) text(spans []span) string {
	var text strings.Builder
	for _, s := range spans {
		text.Write(w.lines[s.line][s.from:s.to])
	}
	return text.String()
}

// name returns the name as the field has it, truncated to its size.
func (f Fields) name(where span) (string, error) {
	surname, err := Transliterate(f.Surname)
	if err != nil {
		return "", err
	}
	given, err := Transliterate(f.GivenNames)
	if err != nil {
		return "", err
	}
	room := where.to - where.from
	surname, given = filled(surname), filled(given)
	if given == "" {
		return truncated(surname, room), nil
	}
	// "<<" and a letter of the given names stay.
	if len(surname) > room-3 {
		surname = truncated(surname, room-3)
	}
	return surname + "<<" + truncated(given, room-len(surname)-2), nil
}

// truncated shortens components that are joined by fillers to the room, so that the last character is a letter: where a
// filler would be last, the component before it loses a letter to the first letter of the next.
func truncated(text string, room int) string {
	if len(text) <= room {
		return text
	}
	if text[room-1] != Filler {
		return text[:room]
	}
	before, next := text[:room-1], text[room:room+1]
	for cut := len(before) - 1; cut > 0; cut-- {
		// A component keeps its first letter.
		if before[cut] != Filler && before[cut-1] != Filler {
			return before[:cut] + before[cut+1:] + "<" + next
		}
	}
	return strings.TrimRight(before, "<")
}
