package openid4vp

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/stile-id/stile/methods/wallet/mdoc"
)

// find returns the claims at the path in a credential of JSON (7.1.1); none if there is no such claim.
func (p Path) find(credential map[string]any) []any {
	selected := []any{credential}
	for _, part := range p {
		var next []any
		for _, value := range selected {
			found, ok := step(value, part)
			if !ok {
				return nil
			}
			next = append(next, found...)
		}
		selected = next
	}
	return selected
}

// step returns what one part of a path selects in a value. It returns false if the value is of another kind than the
// part needs.
func step(value, part any) (found []any, ok bool) {
	switch part := part.(type) {
	case string:
		object, ok := value.(map[string]any)
		if member, has := object[part]; has {
			found = []any{member}
		}
		return found, ok
	case int:
		array, ok := value.([]any)
		if part < len(array) {
			found = array[part : part+1]
		}
		return found, ok
	default:
		array, ok := value.([]any)
		return array, ok
	}
}

// checkValues checks the claims that have accepted values (6.3): type and value have to be equal. A wallet may leave
// this check out, so the verifier makes it.
func (v *Verified) checkValues() error {
	for _, claim := range v.Claims {
		if claim.Values == nil {
			continue
		}
		for _, value := range v.values(claim.Path) {
			if !slices.Contains(claim.Values, value) {
				return faultOf(ClaimValue, v.ID)
			}
		}
	}
	return nil
}

// values returns the values at a path as texts, integers and booleans. A value of another kind is nil.
func (v *Verified) values(path Path) (values []any) {
	if v.Mdoc != nil {
		namespace, _ := path[0].(string)
		element, _ := path[1].(string)
		return []any{scalarOf(v.Mdoc.Elements[namespace][element])}
	}
	for _, value := range path.find(v.SDJWT.Claims) {
		switch value := value.(type) {
		case string, bool:
			values = append(values, value)
		case json.Number:
			whole, err := strconv.Atoi(value.String())
			if err != nil {
				values = append(values, nil)
				continue
			}
			values = append(values, whole)
		default:
			values = append(values, nil)
		}
	}
	return values
}

// scalarOf returns the value of an mdoc's element in JSON (RFC 8949, 6.1), or nil if it is no text, integer, boolean or
// date.
func scalarOf(value mdoc.Value) any {
	if text, err := value.Text(); err == nil {
		return text
	}
	if is, err := value.Bool(); err == nil {
		return is
	}
	if number, err := value.Uint(); err == nil && number <= math.MaxInt32 {
		return int(number)
	}
	if date, err := value.Date(); err == nil {
		return date.Format(time.DateOnly)
	}
	return nil
}
