package aamva

import (
	"slices"
	"strings"
)

// elements are the elements of the subfiles that are read, by identifier.
type elements map[string]string

// used are the elements that Document is made of. All others are skipped, whatever they hold.
var used = []string{
	"DAA", "DAB", "DAC", "DAD", "DAE", "DAF", "DAQ", "DBA", "DBB", "DBC", "DBD",
	"DCF", "DCG", "DCS", "DCT", "DCU", "DDA", "DDB", "DDD", "DDE", "DDF", "DDG",
}

// optional are the elements that a symbol may have malformed, as if it had none.
var optional = []string{"DAF", "DBD", "DDA", "DDB", "DDD"}

// reader collects the elements of a symbol.
type reader struct {
	header   header
	kind     Kind     // of the first subfile that is read
	kinds    []string // the types of subfiles that may begin
	current  string   // type of the subfile that a line belongs to
	elements elements
	notes    []Note
}

func (r *reader) note(n Note) {
	if !slices.Contains(r.notes, n) {
		r.notes = append(r.notes, n)
	}
}

// readSubfiles reads the subfiles of text, which begin where the header ends.
func (r *reader) readSubfiles(text string) error {
	r.elements = elements{}
	r.kinds = []string{string(DriverLicense), string(Identity), string(Enhanced)}
	for _, d := range r.header.designators {
		r.kinds = append(r.kinds, d.kind)
	}
	if len(r.header.designators) > 0 {
		r.begin(r.header.designators[0].kind)
	}
	for _, segment := range r.segments(text) {
		if err := r.readSegment(segment); err != nil {
			return err
		}
	}
	if r.kind == "" {
		return &Fault{Code: SubfileMissing}
	}
	return nil
}

// segments cuts text where subfiles begin, so that a subfile is found even where the terminator before it is missing.
func (r *reader) segments(text string) (segments []string) {
	cuts := []int{r.header.end}
	for _, d := range r.header.designators {
		if at, ok := r.place(text, d); ok {
			cuts = append(cuts, at)
		}
	}
	slices.Sort(cuts)
	for i, from := range cuts {
		to := len(text)
		if i+1 < len(cuts) {
			to = cuts[i+1]
		}
		segments = append(segments, text[from:to])
	}
	return segments
}

// place returns where a subfile begins: where the header says, or where the type of a jurisdiction's subfile stands
// twice, because each of its elements begins with the type.
func (r *reader) place(text string, d designator) (at int, ok bool) {
	if d.offset >= r.header.end && d.offset < len(text) && starts(text[d.offset:], d.kind) {
		return d.offset, true
	}
	r.note(NoteOffsets)
	at = strings.Index(text[r.header.end:], d.kind+d.kind)
	return r.header.end + at, at >= 0 && d.kind[0] == 'Z'
}

// readSegment reads the lines of a part of the text.
func (r *reader) readSegment(segment string) error {
	if strings.Contains(segment, "\n\n") || strings.Contains(segment, "\r\n") || strings.Count(segment, "\r") > 1 {
		r.note(NoteTerminators)
	}
	for line := range strings.FieldsFuncSeq(segment, terminates) {
		if err := r.readLine(strings.TrimLeft(line, " \x00")); err != nil {
			return err
		}
	}
	return nil
}

// terminates reports whether c ends an element or a segment, by the standard or in use.
func terminates(c rune) bool { return c == '\n' || c == '\r' || (c >= '\x1c' && c <= '\x1f') }

// readLine reads one element, and the type of a subfile before it. An identifier may be repeated before the first
// element.
func (r *reader) readLine(line string) error {
	for _, kind := range r.kinds {
		for starts(line, kind) {
			r.begin(kind)
			line = strings.TrimLeft(line[len(kind):], " ")
		}
	}
	if !identified(line) || !readable(r.current) {
		return nil
	}
	id := strings.ToUpper(line[:3])
	if id != line[:3] {
		r.note(NoteCase)
	}
	if !slices.Contains(used, id) {
		return nil
	}
	return r.add(id, line[3:])
}

// begin makes the lines that follow belong to a subfile.
func (r *reader) begin(kind string) {
	r.current = kind
	if r.kind == "" && readable(kind) {
		r.kind = Kind(kind)
	}
}

// add keeps the value of an element.
func (r *reader) add(id, value string) error {
	value = strings.Trim(value, " \t\x00")
	if strings.ContainsFunc(value, func(c rune) bool { return c < ' ' || (c >= 0x7f && c < 0xa0) }) {
		if slices.Contains(optional, id) {
			r.note(NoteOptional)
			return nil
		}
		return &Fault{Code: ElementInvalid, Element: id}
	}
	before, repeated := r.elements[id]
	if repeated && before != value && before != "" && value != "" {
		return &Fault{Code: ElementRepeated, Element: id}
	}
	if value != "" || !repeated {
		r.elements[id] = value
	}
	return nil
}

// readable reports whether a subfile has the elements of the standard.
func readable(kind string) bool {
	return kind == string(DriverLicense) || kind == string(Identity) || kind == string(Enhanced)
}

// starts reports whether line begins with the type of a subfile, and then an element or the type again.
func starts(line, kind string) bool {
	if len(line) < len(kind) || !strings.EqualFold(line[:len(kind)], kind) {
		return false
	}
	rest := strings.TrimLeft(line[len(kind):], " \n\r")
	return identified(rest) && (rest[0]|0x20 == kind[0]|0x20 || rest[0]|0x20 == 'd')
}

// identified reports whether line begins with three letters, as every element does.
func identified(line string) bool {
	if len(line) < 3 {
		return false
	}
	for _, c := range []byte(line[:3]) {
		if c |= 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}
