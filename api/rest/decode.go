package rest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/jsonfault"
)

// LongestPath bounds the name of a parameter in an error, which may repeat text of the client.
const LongestPath = jsonfault.LongestPath

// byteOrderMark stands before the UTF-8 of some clients. RFC 8259 lets a reader ignore it.
var byteOrderMark = []byte("\uFEFF")

// Decode reads a body strictly: a field that is unknown, given twice or of the wrong type is refused by its path, and
// no value is ever repeated. The fields of into are pointers, slices or maps, so that null is the same as absent; so is
// an empty string (see emptyIsAbsent).
func Decode(body []byte, into any) error {
	return decodeWith(body, into, json.RejectUnknownMembers(true))
}

// DecodeSome reads the fields of into as decode does, and ignores all others.
func DecodeSome(body []byte, into any) error {
	return decodeWith(body, into, json.RejectUnknownMembers(false))
}

func decodeWith(body []byte, into any, how json.Options) error {
	body = bytes.TrimPrefix(body, byteOrderMark)
	if err := refuseOther(body); err != nil {
		return err
	}
	if err := json.Unmarshal(body, into, how, tolerant); err != nil {
		return invalidJSON(err)
	}
	return refuseNUL(body)
}

// refuseOther refuses every JSON value but an object. Null would be read as an object without fields.
func refuseOther(body []byte) error {
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' {
		return models.Errorf(models.CodeParameterInvalid, "What is sent must be a JSON object")
	}
	return nil
}

func invalidJSON(err error) error {
	var semantic *json.SemanticError
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.As(err, &semantic) && errors.Is(err, json.ErrUnknownName):
		path := jsonfault.Path("", semantic.JSONPointer)
		return models.Invalid(path, "Unknown parameter: %s", path)
	case errors.As(err, &semantic):
		path := jsonfault.Path("", semantic.JSONPointer)
		return models.Invalid(path, "Invalid type: %s must be %s", path, jsonfault.Expected(semantic.GoType))
	case errors.As(err, &syntactic) && errors.Is(err, jsontext.ErrDuplicateName):
		path := jsonfault.Path("", syntactic.JSONPointer)
		return models.Invalid(path, "Parameter given more than once: %s", path)
	case errors.As(err, &syntactic):
		return models.Errorf(models.CodeParameterInvalid,
			"What is sent is not valid JSON (at byte %d)", syntactic.ByteOffset)
	default:
		return fmt.Errorf("decode the request body: %w", err)
	}
}

// refuseNUL names the string that holds the one character that PostgreSQL cannot keep.
func refuseNUL(body []byte) error {
	if !bytes.Contains(body, []byte(`\u0000`)) {
		return nil
	}
	decoder := jsontext.NewDecoder(bytes.NewReader(body))
	for {
		token, err := decoder.ReadToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the request body again: %w", err)
		}
		if token.Kind() == '"' && strings.ContainsRune(token.String(), 0) {
			path := jsonfault.Path("", decoder.StackPointer())
			return models.Invalid(path, "A parameter must not contain the character NUL")
		}
	}
}

// Present reports whether a field that is decoded as it stands was given: null is the same as absent. An empty string
// never gets here.
func Present(value jsontext.Value) bool { return len(value) > 0 && value.Kind() != 'n' }
