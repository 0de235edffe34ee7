package rest

import "strings"

// MatchesTag reports whether an If-None-Match header holds the tag, by the weak comparison that RFC 9110 asks for.
func MatchesTag(header, tag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
		if candidate == "*" || candidate == tag {
			return true
		}
	}
	return false
}
