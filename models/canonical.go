package models

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// CanonicalJSON returns a form of a JSON text that depends on its content alone: white space, the order of members, the
// escapes of strings and the spelling of fractions (1.0 for 1) make no difference. The form is that of RFC 8785, except
// that integers keep all their digits. A text that is not JSON, or that repeats a member, is returned unchanged.
func CanonicalJSON(text []byte) []byte {
	value := jsontext.Value(slices.Clone(text))
	if err := value.Canonicalize(jsontext.CanonicalizeRawInts(false)); err != nil {
		return text
	}
	return value
}
