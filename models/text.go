package models

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Listed joins names for a message: "a, b, c".
func Listed[T ~string](names []T) string {
	all := make([]string, 0, len(names))
	for _, name := range names {
		all = append(all, string(name))
	}
	return strings.Join(all, ", ")
}

// Clip shortens text to at most n characters.
func Clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n])
	}
	return text
}

// longestCompanyName is in characters.
const longestCompanyName = 100

// CheckCompanyName returns CodeParameterInvalid of the parameter unless name is a text of 1 to 100 characters in one
// line. Nil is valid.
func CheckCompanyName(param string, name *string) error {
	switch {
	case name == nil:
		return nil
	case strings.TrimSpace(*name) == "" || strings.ContainsFunc(*name, unicode.IsControl):
		return Invalid(param, "%s must be a name of 1 to %d characters, in one line", param, longestCompanyName)
	case utf8.RuneCountInString(*name) > longestCompanyName:
		return Invalid(param, "%s must not be longer than %d characters", param, longestCompanyName)
	default:
		return nil
	}
}
