package mrz

import (
	"fmt"
	"strings"
)

// Zone is a machine-readable zone, split into its fields. Values have no fillers at their end, and a space for each run
// of fillers inside.
type Zone struct {
	Format Format
	// Lines are the lines as given.
	Lines []string
	// Code is the document code of one or two letters, for example "P", "PD", "I", "AR" or "V".
	Code string
	// Issuer and Nationality are codes that StateOf explains, without fillers: Germany is "D".
	Issuer, Nationality string
	// Number is the number of the document, whole where a TD1 or TD2 has more than nine characters.
	Number string
	// Birth and Expiry may be known in part, see Date.
	Birth, Expiry Date
	// Sex is "M", "F", or "X" where the zone has a filler or X.
	Sex string
	// Surname is the primary identifier, GivenNames the secondary one, which is "" for a person with one name.
	Surname, GivenNames string
	// NameTruncated says that the name may be truncated: it fills its field to the end.
	NameTruncated bool
	// Optional is the optional data of the issuer: two values in a TD1, one in the others. The rest of a long number
	// is not part of it.
	Optional []string
	// Digits are the check digits in the order of their positions.
	Digits []Digit
}

// Digit is a check digit of a zone.
type Digit struct {
	// Field is the field that the digit covers, or Composite.
	Field Field
	// OK says that the digit is right.
	OK bool
}

// Error says why text is no machine-readable zone. It holds no character of the text, so it may be logged.
type Error struct {
	// Field is the field at fault, "" if the number of lines or their length is.
	Field Field
	// Line and Column are the position of the fault, counted from 1; 0 if there is none.
	Line, Column int
	// Reason is the fault in words.
	Reason string
}

// Error returns position, field and reason.
func (e *Error) Error() string {
	switch {
	case e.Field == "":
		return "mrz: " + e.Reason
	case e.Column == 0:
		return fmt.Sprintf("mrz: %s: %s", e.Field, e.Reason)
	default:
		return fmt.Sprintf("mrz: line %d, column %d, %s: %s", e.Line, e.Column, e.Field, e.Reason)
	}
}

// ParseText parses a zone in one string. Spaces and line breaks are ignored.
func ParseText(text string) (*Zone, error) {
	text = strings.Join(strings.Fields(text), "")
	for _, size := range [][2]int{{3, 30}, {2, 36}, {2, 44}} {
		lines, columns := size[0], size[1]
		if len(text) != lines*columns {
			continue
		}
		split := make([]string, lines)
		for i := range split {
			split[i] = text[i*columns : (i+1)*columns]
		}
		return Parse(split...)
	}
	return nil, &Error{Reason: "a zone has 90, 72 or 88 characters"}
}

// Parse parses the lines of a zone. It fails with an *Error if they do not have the form of a zone. A wrong check digit
// is no error, see Zone.Digits.
func Parse(lines ...string) (*Zone, error) {
	format, err := formatOf(lines)
	if err != nil {
		return nil, err
	}
	if err := checkCharacters(format, lines); err != nil {
		return nil, err
	}
	l := layouts[format]
	zone := &Zone{
		Format: format, Lines: append([]string(nil), lines...),
		Code: clean(l.fields[Code][0].of(lines)), Issuer: clean(l.fields[Issuer][0].of(lines)),
		Nationality: clean(l.fields[Nationality][0].of(lines)), Sex: sexOf(l.fields[Sex][0].of(lines)),
	}
	if zone.Issuer == "" {
		return nil, fault(format, Issuer, "is empty")
	}
	if err := zone.parseName(l.fields[Name][0].of(lines)); err != nil {
		return nil, err
	}
	if zone.Birth, err = parseDate(format, Birth, lines); err != nil {
		return nil, err
	}
	if zone.Expiry, err = parseDate(format, Expiry, lines); err != nil {
		return nil, err
	}
	zone.parseNumber()
	if zone.Number == "" {
		return nil, fault(format, Number, "is empty")
	}
	return zone, nil
}

// formatOf returns the format that lines have by their number and length, and by the V that visas begin with.
func formatOf(lines []string) (Format, error) {
	for _, f := range []Format{TD1, TD2, TD3} {
		l := layouts[f]
		if len(lines) != l.lines || len(lines[0]) != l.columns {
			continue
		}
		for _, line := range lines {
			if len(line) != l.columns {
				return "", &Error{Reason: "the lines of a zone have the same length"}
			}
		}
		visa := lines[0][0] == 'V'
		switch {
		case visa && f == TD3:
			return MRVA, nil
		case visa && f == TD2:
			return MRVB, nil
		}
		return f, nil
	}
	return "", &Error{Reason: "a zone has 3 lines of 30, 2 lines of 36 or 2 lines of 44 characters"}
}

func checkCharacters(format Format, lines []string) error {
	for i, line := range lines {
		for column := range len(line) {
			if strings.IndexByte(format.Allowed(i, column), line[column]) < 0 {
				field, _ := format.FieldAt(i, column)
				return &Error{field, i + 1, column + 1, "the character is not allowed here"}
			}
		}
	}
	return nil
}

// fault returns an error at the first position of the field.
func fault(format Format, field Field, reason string) *Error {
	where := layouts[format].fields[field][0]
	return &Error{field, where.line + 1, where.from + 1, reason}
}

// clean replaces each run of fillers by a space, and none at either end.
func clean(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == Filler }), " ")
}

func sexOf(text string) string {
	if text == "<" {
		return "X"
	}
	return text
}

func (z *Zone) parseName(text string) error {
	surname, given, _ := strings.Cut(text, "<<")
	z.Surname, z.GivenNames = clean(surname), clean(given)
	if z.Surname == "" {
		return fault(z.Format, Name, "has no primary identifier")
	}
	z.NameTruncated = text[len(text)-1] != Filler
	return nil
}

// parseNumber reads the number, the optional data and the check digits.
func (z *Zone) parseNumber() {
	l := layouts[z.Format]
	number, digit := l.fields[Number][0].of(z.Lines), l.digits[Number].of(z.Lines)
	optional := l.fields[Optional][0].of(z.Lines)
	if rest, longDigit, remaining, ok := longNumber(z.Format, digit, optional); ok {
		number, digit, optional = number+rest, longDigit, remaining
	}
	z.Number = clean(number)
	z.Optional = append(z.Optional, clean(optional))
	for _, where := range l.fields[Optional][1:] {
		z.Optional = append(z.Optional, clean(where.of(z.Lines)))
	}
	z.check(Number, number, digit)
	z.check(Birth, l.fields[Birth][0].of(z.Lines), l.digits[Birth].of(z.Lines))
	z.check(Expiry, l.fields[Expiry][0].of(z.Lines), l.digits[Expiry].of(z.Lines))
	if where, ok := l.digits[Optional]; ok {
		z.check(Optional, optional, where.of(z.Lines))
	}
	if where, ok := l.digits[Composite]; ok {
		var covered strings.Builder
		for _, s := range l.composite {
			covered.WriteString(s.of(z.Lines))
		}
		z.check(Composite, covered.String(), where.of(z.Lines))
	}
}

// longNumber returns the rest of a number of more than nine characters, its check digit, and the optional data behind
// it. A filler in place of the check digit announces such a number.
func longNumber(format Format, digit, optional string) (rest, longDigit, remaining string, ok bool) {
	if digit != "<" || !format.longNumbers() {
		return "", "", "", false
	}
	rest, remaining, found := strings.Cut(optional, "<")
	if !found || len(rest) < 2 {
		return "", "", "", false
	}
	last := len(rest) - 1
	return rest[:last], rest[last:], remaining, true
}

func (z *Zone) check(field Field, text, digit string) {
	ok := digit[0] == CheckDigit(text)
	if field == Optional && digit == "<" {
		ok = strings.Trim(text, "<") == ""
	}
	z.Digits = append(z.Digits, Digit{field, ok})
}

// CheckDigit returns the check digit of text (part 3, section 4.9): the sum of the values of its characters, with the
// weights 7, 3 and 1 in turn, modulo 10. Text must have characters of a zone only.
func CheckDigit(text string) byte {
	weights, sum := [3]int{7, 3, 1}, 0
	for i := range len(text) {
		sum += value(text[i]) * weights[i%3]
	}
	return byte('0' + sum%10)
}

func value(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	default:
		return 0
	}
}

// Consistent reports whether all check digits are right.
func (z *Zone) Consistent() bool {
	for _, check := range z.Digits {
		if !check.OK {
			return false
		}
	}
	return true
}

// Trusted reports whether a check digit covers the field and the zone is consistent. The characters of such a field
// were read as they were printed.
func (z *Zone) Trusted(field Field) bool { return z.Format.Covers(field) && z.Consistent() }
