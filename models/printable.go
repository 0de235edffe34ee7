package models

import (
	"strconv"
	"strings"
)

// Printable returns a text from outside in a form that is safe in a message, a log line or on a terminal: one line of
// at most most characters, cut with "…". Control characters, line breaks, invisible characters that change the
// direction of text, and bytes that are not UTF-8 are escaped as in Go (\n, \u202e, \xff).
func Printable(text string, most int) string {
	var shown strings.Builder
	room := most
	for i, r := range text {
		piece := string(r)
		switch {
		case r == '\uFFFD' && text[i] != "\uFFFD"[0]: // a byte that is not UTF-8
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
