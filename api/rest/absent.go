package rest

import (
	"bytes"
	"errors"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/stile-id/stile/rules/number"
)

// tolerant is how every body is read: an empty string is absent, and an integer may be spelled as 40.0.
var tolerant = json.WithUnmarshalers(
	json.JoinUnmarshalers(json.UnmarshalFromFunc(emptyIsAbsent), number.Unmarshalers()))

// emptyIsAbsent takes an empty string for null wherever null means absent: in fields that are pointers, slices or maps
// of any type. HTML forms, and the clients of many languages, send one for a field that the user left empty. The
// entries of arrays, and values of metadata, are not optional and stay as they are.
func emptyIsAbsent(dec *jsontext.Decoder, into any) error {
	target := reflect.ValueOf(into).Elem()
	switch target.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
	default:
		return errors.ErrUnsupported
	}
	if !bytes.HasPrefix(ahead(dec), []byte(`""`)) {
		return errors.ErrUnsupported
	}
	target.SetZero()
	return dec.SkipValue()
}

// ahead is the text from the next value on. The decoder must read from memory, so that all of it is there.
func ahead(dec *jsontext.Decoder) []byte {
	dec.PeekKind() // which reads as far as the value
	return bytes.TrimLeft(dec.UnreadBuffer(), " \t\r\n,:")
}

// Clearable is a text that an update takes away with null or an empty string, and leaves where the field is left out.
type Clearable struct {
	given bool
	Text  *string
}

// UnmarshalJSONFrom is called where the field is given, also as null.
func (c *Clearable) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	c.given = true
	err := json.UnmarshalDecode(dec, &c.Text, json.WithUnmarshalers(nil))
	if c.Text != nil && *c.Text == "" {
		c.Text = nil
	}
	return err
}

// Apply writes the text into a field of an object, if the field is given.
func (c Clearable) Apply(to **string) {
	if c.given {
		*to = c.Text
	}
}

// ClearableNumber is a number that an update takes away with null or an empty string, and leaves where the field is
// left out.
type ClearableNumber struct {
	Given  bool
	Number *int
}

// UnmarshalJSONFrom is called where the field is given, also as null.
func (c *ClearableNumber) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	c.Given = true
	return json.UnmarshalDecode(dec, &c.Number)
}
