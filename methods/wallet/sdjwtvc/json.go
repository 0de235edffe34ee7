package sdjwtvc

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how deep a credential nests, disclosed values included. No known type of credential nests deeper than 6.
const maxDepth = 32

var errNotJSON = errors.New("not one JSON value")

// readJSON reads one JSON value: objects as map[string]any, numbers as json.Number. It refuses a repeated member name
// and invalid UTF-8. The error is errNotJSON, or a Fault if the value nests too deeply.
func readJSON(text []byte) (any, error) {
	from := jsontext.NewDecoder(bytes.NewBuffer(text))
	value, err := readValue(from, 0)
	if err != nil {
		return nil, err
	}
	if _, err := from.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errNotJSON
	}
	return value, nil
}

func readObject(text []byte) (map[string]any, error) {
	value, err := readJSON(text)
	if err != nil {
		return nil, err
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, errNotJSON
	}
	return object, nil
}

func readValue(from *jsontext.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fault(TooDeep)
	}
	token, err := from.ReadToken()
	if err != nil {
		return nil, errNotJSON
	}
	switch token.Kind() {
	case '{':
		return readMembers(from, depth)
	case '[':
		return readElements(from, depth)
	case '"':
		return token.String(), nil
	case '0':
		return json.Number(token.String()), nil
	case 't', 'f':
		return token.Bool(), nil
	default:
		return nil, nil //nolint:nilnil // null is a value of JSON
	}
}

func readMembers(from *jsontext.Decoder, depth int) (any, error) {
	object := map[string]any{}
	for from.PeekKind() != '}' {
		name, err := from.ReadToken()
		if err != nil {
			return nil, errNotJSON
		}
		key := name.String()
		if object[key], err = readValue(from, depth+1); err != nil {
			return nil, err
		}
	}
	if _, err := from.ReadToken(); err != nil {
		return nil, errNotJSON
	}
	return object, nil
}

func readElements(from *jsontext.Decoder, depth int) (any, error) {
	array := []any{}
	for from.PeekKind() != ']' {
		value, err := readValue(from, depth+1)
		if err != nil {
			return nil, err
		}
		array = append(array, value)
	}
	if _, err := from.ReadToken(); err != nil {
		return nil, errNotJSON
	}
	return array, nil
}

// orTooDeep returns err if it is the fault of too deep a value, and the fault with this code otherwise.
func orTooDeep(err error, code Code) error {
	if errors.Is(err, fault(TooDeep)) {
		return err
	}
	return fault(code)
}

// timeOf returns the NumericDate (RFC 7519, 2) of a claim; ok is false if it is none. The zero time means no claim.
func timeOf(claims map[string]any, name string) (at time.Time, ok bool) {
	value, present := claims[name]
	if !present {
		return time.Time{}, true
	}
	number, ok := value.(json.Number)
	if !ok {
		return time.Time{}, false
	}
	seconds, err := number.Float64()
	if err != nil || seconds < 0 || seconds > 253402300799 { // the end of the year 9999
		return time.Time{}, false
	}
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(part*1e9)).UTC(), true
}
