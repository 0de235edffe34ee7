// Package jsonfault words the faults of JSON input: the path of a value, and the type that is expected there.
package jsonfault

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// LongestPath is the most characters of a path. The names in it are the sender's.
const LongestPath = 200

// Path writes a JSON pointer below root as the documentation does: preferences.document_types[1]. The root may be "".
// keyed names the fields that hold an object by key. Its keys may be numbers. A longer path is cut off.
func Path(root string, pointer jsontext.Pointer, keyed ...string) string {
	var path strings.Builder
	path.WriteString(root)
	above := root
	for token := range pointer.Tokens() {
		if path.Len() > 4*LongestPath { // no character has more bytes
			break
		}
		switch {
		case path.Len() == 0:
			path.WriteString(token)
		case isIndex(token) && !slices.Contains(keyed, above):
			path.WriteString("[" + token + "]")
		default:
			path.WriteString("." + token)
		}
		above = token
	}
	if runes := []rune(path.String()); len(runes) > LongestPath {
		return string(runes[:LongestPath])
	}
	return path.String()
}

func isIndex(token string) bool {
	_, err := strconv.ParseUint(token, 10, 32)
	return err == nil
}

// Expected names the JSON type that a Go type is read from, with its article, so that it can follow "must be".
func Expected(t reflect.Type) string {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil {
		return "of another type"
	}
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "an integer"
	case reflect.Slice:
		return "an array"
	default:
		return "an object"
	}
}
