package aamva

import (
	"regexp"
	"strconv"
	"strings"
)

// maxVersion is the newest version of the standard that this package knows.
const maxVersion = 12

// prefix is how a symbol begins by the standard: the compliance indicator, the separators, and the file type.
const prefix = "@\n\x1e\rANSI "

// header is the part of a symbol before its subfiles.
type header struct {
	issuer               string
	version, ownVersion  int
	designators          []designator
	end                  int // where the subfiles begin
	irregular, shortened bool
}

// designator announces a subfile.
type designator struct {
	kind   string
	offset int
}

var (
	// fileType finds the file type and the digits after it. Some printers write other characters in place of the
	// separators before it, but never many.
	fileType = regexp.MustCompile(`(?is)^.{0,16}?(?:ANSI|AAMVA)[\s_]*(\d{8,12})`)
	// announced is a subfile designator: its type, and eight digits for offset and length. Some printers lose or add one.
	announced = regexp.MustCompile(`(?i)^\s*([A-Z]{2})(\d{6,10})`)
)

// readHeader reads the header of text. It returns false if text is not of the AAMVA.
func readHeader(text string) (header, bool) {
	at := fileType.FindStringSubmatchIndex(text)
	if at == nil {
		return header{}, false
	}
	h := header{end: at[1], irregular: !strings.HasPrefix(text, prefix) || at[2] != len(prefix)}
	h.readNumbers(text[at[2]:at[3]])
	for {
		found := announced.FindStringSubmatchIndex(text[h.end:])
		if found == nil {
			return h, true
		}
		h.announce(text[h.end+found[2]:h.end+found[3]], text[h.end+found[4]:h.end+found[5]])
		h.end += found[1]
	}
}

// readNumbers reads the issuer, the version, the jurisdiction's version (from version 2 on) and the number of entries.
// Printers leave numbers out, so the count of digits tells which there are. The number of entries is not used.
func (h *header) readNumbers(digits string) {
	if _, known := regions[digits[:6]]; !known && len(digits) < 12 {
		if _, known = regions["6"+digits[:5]]; known {
			digits, h.shortened = "6"+digits, true
		}
	}
	h.issuer = digits[:6]
	h.version = number(digits[6:8])
	switch rest := digits[8:]; {
	case h.version >= 2 && len(rest) == 4:
		h.ownVersion = number(rest[:2])
	case h.version < 2 && len(rest) == 2:
	default:
		h.irregular = true
	}
}

func (h *header) announce(kind, place string) {
	d := designator{kind: strings.ToUpper(kind), offset: -1}
	if len(place) == 8 {
		d.offset = number(place[:4])
	}
	h.designators = append(h.designators, d)
}

// number returns the value of a few digits.
func number(digits string) int {
	value, _ := strconv.Atoi(digits) // the callers pass digits only
	return value
}
