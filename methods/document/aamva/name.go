package aamva

import "strings"

// name returns the holder's name. Versions 4 and later have DCS, DAC and DAD; versions 2 and 3 DCS and DCT; version 1
// DAA, or DAB, DAC and DAD. Printers mix them, so the elements decide, not the version.
func (r *reader) name() (Name, error) {
	name := Name{
		Family: r.first("DCS", "DAB"), Given: r.part("DAC"), Middle: r.part("DAD"),
		Suffix: r.part("DCU"), Prefix: r.part("DAF"),
		FamilyCut: r.truncation("DDE"), GivenCut: r.truncation("DDF"), MiddleCut: r.truncation("DDG"),
	}
	if name.Suffix == "" {
		name.Suffix = r.part("DAE")
	}
	if name.Family == "" {
		name.split(r.elements["DAA"])
	}
	if given := r.part("DCT"); name.Given == "" && given != "" {
		name.Given, name.Middle = cutName(given)
	}
	if name.Family == "" && name.Full == "" {
		return Name{}, &Fault{Code: ElementMissing, Element: "DCS"}
	}
	name.Middle = strings.Join(nameParts(name.Middle), " ")
	return name, nil
}

// split reads the full name of version 1: family, given, middle name and suffix, with separators. Without separators
// the order is unknown.
func (n *Name) split(full string) {
	parts := strings.SplitN(separators.Replace(full), ",", 4)
	if len(parts) < 2 {
		n.Full, n.Given, n.Middle = present(full), "", ""
		return
	}
	parts = append(parts, "", "")
	n.Family, n.Given, n.Middle = present(parts[0]), present(parts[1]), present(parts[2])
	if suffix := present(strings.Trim(parts[3], ", ")); suffix != "" {
		n.Suffix = suffix
	}
}

// separators makes commas of the separators of names on a magnetic stripe, which some printers write into symbols.
var separators = strings.NewReplacer("$", ",", "@", ",")

// cutName returns the first name and those after it. Without separators all of them are first names.
func cutName(given string) (first, others string) {
	parts := nameParts(given)
	if len(parts) == 0 {
		return "", ""
	}
	return parts[0], strings.Join(parts[1:], " ")
}

// nameParts returns the names between separators.
func nameParts(names string) (parts []string) {
	for part := range strings.SplitSeq(separators.Replace(names), ",") {
		if part = present(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// part returns the value of an element of a name, or nothing if it says that there is none.
func (r *reader) part(id string) string { return present(r.elements[id]) }

func (r *reader) first(ids ...string) string {
	for _, id := range ids {
		if value := strings.Trim(r.elements[id], " ,"); value != "" {
			return value
		}
	}
	return ""
}

func present(value string) string {
	value = strings.TrimSpace(value)
	if absent(value) {
		return ""
	}
	return value
}

func (r *reader) truncation(id string) Truncation {
	switch t := Truncation(strings.ToUpper(r.elements[id])); t {
	case Truncated, Whole, TruncationUnknown:
		return t
	}
	return ""
}
