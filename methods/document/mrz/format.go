package mrz

// Format is one of the five forms of a zone.
type Format string

// The forms of Doc 9303: TD1 (part 5), TD2 (part 6), TD3 (part 4), MRV-A and MRV-B (part 7).
const (
	TD1  Format = "TD1"
	TD2  Format = "TD2"
	TD3  Format = "TD3"
	MRVA Format = "MRV-A"
	MRVB Format = "MRV-B"
)

// Formats returns all formats.
func Formats() []Format { return []Format{TD1, TD2, TD3, MRVA, MRVB} }

// Size returns the number of lines of the format, and the number of characters in each. Both are 0 if the format is
// unknown.
func (f Format) Size() (lines, columns int) {
	l, ok := layouts[f]
	if !ok {
		return 0, 0
	}
	return l.lines, l.columns
}

// Field names a field of a zone.
type Field string

// The fields. Composite is the check digit over several fields of TD1, TD2 and TD3.
const (
	Code        Field = "document_code"
	Issuer      Field = "issuing_state"
	Name        Field = "name"
	Number      Field = "document_number"
	Nationality Field = "nationality"
	Birth       Field = "date_of_birth"
	Sex         Field = "sex"
	Expiry      Field = "date_of_expiry"
	Optional    Field = "optional_data"
	Composite   Field = "composite"
)

// span is a run of characters in one line: from is the first column, to the column after the last, counted from 0.
type span struct{ line, from, to int }

func (s span) of(lines []string) string { return lines[s.line][s.from:s.to] }

func (s span) has(line, column int) bool { return line == s.line && column >= s.from && column < s.to }

// layout says where a format has its fields. A format without a check digit has an empty span for it.
type layout struct {
	lines, columns int
	fields         map[Field][]span
	digits         map[Field]span
	composite      []span
}

func at(line, from, to int) span { return span{line, from - 1, to} }

// layouts holds the positions of parts 4 to 7, counted from 1 there and here, lines from 0.
var layouts = map[Format]layout{
	TD1: {
		lines: 3, columns: 30,
		fields: map[Field][]span{
			Code: {at(0, 1, 2)}, Issuer: {at(0, 3, 5)}, Number: {at(0, 6, 14)}, Birth: {at(1, 1, 6)},
			Sex: {at(1, 8, 8)}, Expiry: {at(1, 9, 14)}, Nationality: {at(1, 16, 18)}, Name: {at(2, 1, 30)},
			Optional: {at(0, 16, 30), at(1, 19, 29)},
		},
		digits: map[Field]span{
			Number: at(0, 15, 15), Birth: at(1, 7, 7), Expiry: at(1, 15, 15), Composite: at(1, 30, 30),
		},
		composite: []span{at(0, 6, 30), at(1, 1, 7), at(1, 9, 15), at(1, 19, 29)},
	},
	TD2: {
		lines: 2, columns: 36,
		fields:    twoLines(36, at(1, 29, 35)),
		digits:    with(twoLineDigits(), Composite, at(1, 36, 36)),
		composite: []span{at(1, 1, 10), at(1, 14, 20), at(1, 22, 35)},
	},
	TD3: {
		lines: 2, columns: 44,
		fields:    twoLines(44, at(1, 29, 42)),
		digits:    with(with(twoLineDigits(), Composite, at(1, 44, 44)), Optional, at(1, 43, 43)),
		composite: []span{at(1, 1, 10), at(1, 14, 20), at(1, 22, 43)},
	},
	MRVA: {lines: 2, columns: 44, fields: twoLines(44, at(1, 29, 44)), digits: twoLineDigits()},
	MRVB: {lines: 2, columns: 36, fields: twoLines(36, at(1, 29, 36)), digits: twoLineDigits()},
}

// twoLines returns the fields that all formats of two lines have at the same places.
func twoLines(columns int, optional span) map[Field][]span {
	return map[Field][]span{
		Code: {at(0, 1, 2)}, Issuer: {at(0, 3, 5)}, Name: {at(0, 6, columns)}, Number: {at(1, 1, 9)},
		Nationality: {at(1, 11, 13)}, Birth: {at(1, 14, 19)}, Sex: {at(1, 21, 21)}, Expiry: {at(1, 22, 27)},
		Optional: {optional},
	}
}

func twoLineDigits() map[Field]span {
	return map[Field]span{Number: at(1, 10, 10), Birth: at(1, 20, 20), Expiry: at(1, 28, 28)}
}

func with(digits map[Field]span, field Field, where span) map[Field]span {
	digits[field] = where
	return digits
}

// Covers reports whether a check digit of the format covers the field.
func (f Format) Covers(field Field) bool {
	l, ok := layouts[f]
	if !ok || field == Composite {
		return false
	}
	if _, own := l.digits[field]; own {
		return true
	}
	for _, where := range l.fields[field] {
		for _, covered := range l.composite {
			if covered.has(where.line, where.from) {
				return true
			}
		}
	}
	return false
}

// FieldAt returns the field that has the character in the line and column, both counted from 0, and whether the
// character is the field's check digit. The field is "" outside of the zone.
func (f Format) FieldAt(line, column int) (field Field, checkDigit bool) {
	l := layouts[f]
	for field, where := range l.digits {
		if where.has(line, column) {
			return field, true
		}
	}
	for field, spans := range l.fields {
		for _, where := range spans {
			if where.has(line, column) {
				return field, false
			}
		}
	}
	return "", false
}

// Filler is the character that fills unused positions of a zone.
const Filler = '<'

// Characters are all characters of a zone.
const Characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// Allowed returns the characters that the format allows in the line and column, both counted from 0; "" outside of the
// zone. X is allowed as a sex, because some states print it, although Doc 9303 has the filler for it.
func (f Format) Allowed(line, column int) string {
	field, digit := f.FieldAt(line, column)
	switch {
	case field == "":
		return ""
	case digit && f.mayBeFiller(field):
		return "0123456789<"
	case digit:
		return "0123456789"
	}
	switch field {
	case Code:
		return f.allowedCode(column)
	case Issuer, Nationality, Name:
		return letters + "<"
	case Birth, Expiry:
		return "0123456789<"
	case Sex:
		return "MFX<"
	default:
		return Characters
	}
}

// mayBeFiller reports whether the field's check digit may be a filler: that of a long number of TD1 and TD2, and that
// of empty optional data of TD3.
func (f Format) mayBeFiller(field Field) bool {
	return field == Optional || field == Number && f.longNumbers()
}

func (f Format) longNumbers() bool { return f == TD1 || f == TD2 }

func (f Format) allowedCode(column int) string {
	switch {
	case column > 0:
		return letters + "<"
	case f == MRVA || f == MRVB:
		return "V"
	case f == TD3:
		return "P"
	default:
		return "ABCDEFGHIJKLMNOPQRSTUWXYZ"
	}
}
