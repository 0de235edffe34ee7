package contact

import "regexp"

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// IsPhone reports whether text is the canonical form of a phone number, E.164: +14155550123.
func IsPhone(text string) bool { return e164.MatchString(text) }
