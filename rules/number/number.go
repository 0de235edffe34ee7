// Package number reads integers as JSON Schema defines them: a number without a fractional part is an integer, in any
// spelling. 40, 40.0 and 4e1 are the same integer; 40.5 is not an integer.
package number

import (
	"errors"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ErrNotInteger reports a number that has a fractional part or does not fit into 64 bits.
var ErrNotInteger = errors.New("not an integer of 64 bits")

// mostDigits is the largest number of digits of a 64-bit integer.
const mostDigits = 19

// Parse reads an integer from a JSON number: a sign, digits, a fraction and an exponent. The error is ErrNotInteger.
func Parse(text string) (int64, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	mantissa, exponent, err := split(text)
	if err != nil {
		return 0, err
	}
	sign, mantissa := cutSign(mantissa)
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if !isDigits(whole) || strings.Contains(mantissa, ".") && !isDigits(fraction) {
		return 0, ErrNotInteger
	}
	// The value is digits times ten to the power of exponent.
	digits := strings.TrimLeft(whole+fraction, "0")
	trimmed := strings.TrimRight(digits, "0")
	exponent += int64(len(digits)-len(trimmed)) - int64(len(fraction))
	switch {
	case trimmed == "":
		return 0, nil
	case exponent < 0 || exponent > mostDigits:
		return 0, ErrNotInteger
	}
	n, err := strconv.ParseInt(sign+trimmed+strings.Repeat("0", int(exponent)), 10, 64)
	if err != nil {
		return 0, ErrNotInteger
	}
	return n, nil
}

// farthest replaces every larger exponent, so that adding the number of digits cannot overflow.
const farthest = 1 << 40

func split(text string) (mantissa string, exponent int64, err error) {
	at := strings.IndexAny(text, "eE")
	if at < 0 {
		return text, 0, nil
	}
	exponent, err = strconv.ParseInt(text[at+1:], 10, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) { // ParseInt returns the nearest value with ErrRange
		return "", 0, ErrNotInteger
	}
	return text[:at], max(min(exponent, farthest), -farthest), nil
}

func cutSign(text string) (sign, rest string) {
	if strings.HasPrefix(text, "-") || strings.HasPrefix(text, "+") {
		return text[:1], text[1:]
	}
	return "", text
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// Unmarshalers returns unmarshalers that read every int and int64 with Parse. Pass them to json.WithUnmarshalers.
func Unmarshalers() *json.Unmarshalers {
	return json.JoinUnmarshalers(json.UnmarshalFromFunc(read[int]), json.UnmarshalFromFunc(read[int64]))
}

// read leaves other types than numbers to the decoder. Its error names the field.
func read[T int | int64](dec *jsontext.Decoder, into *T) error {
	if dec.PeekKind() != jsontext.KindNumber {
		return errors.ErrUnsupported
	}
	value, err := dec.ReadValue()
	if err != nil {
		return err
	}
	n, err := Parse(string(value))
	*into = T(n)
	return err
}
