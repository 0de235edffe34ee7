package models

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// CanonicalJSON returns a form of a JSON text that depends on its content alone: white space, the order of members, the
// escapes of strings and the spelling of fractions (1.0 for 1) make no difference. Integers keep all of their digits,
// unlike in RFC 8785, whose form it is otherwise. What is no JSON, or names a member twice, is returned as it is.
func CanonicalJSON(text []byte) []byte {
	value := jsontext.Value(slices.Clone(text))
	if err := value.Canonicalize(jsontext.CanonicalizeRawInts(false)); err != nil {
		return text
	}
	return value
}
