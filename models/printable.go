package models

import (
	"strconv"
	"strings"
)

// Printable returns a text from outside in a form that a message, a log line or a terminal can hold: at most so many
// characters in one line, with "…" where some are left out. Control characters, line breaks, invisible ones that change
// the direction of what follows, and bytes that are no UTF-8 are escaped as in Go (\n, \u202e, \xff).
func Printable(text string, most int) string {
	var shown strings.Builder
	room := most
	for i, r := range text {
		piece := string(r)
		switch {
		case r == '\uFFFD' && text[i] != "\uFFFD"[0]: // a byte that is no UTF-8
			piece = `\x` + strconv.FormatInt(int64(text[i]), 16)
		case !strconv.IsGraphic(r):
			piece = strings.Trim(strconv.QuoteRuneToASCII(r), "'")
		}
		if room -= len([]rune(piece)); room < 0 {
			return shown.String() + "…"
		}
		shown.WriteString(piece)
	}
	return shown.String()
}
