package graph

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/stile-id/stile/rules"
)

// Override changes the methods in one jurisdiction.
type Override struct {
	Jurisdiction rules.Jurisdiction `json:"-"` // the key of the JSON object
	// Add lists further primary methods.
	Add []rules.Method `json:"add,omitempty"`
	// Remove lists the methods to leave out, primary or supplementary.
	Remove []rules.Method `json:"remove,omitempty"`
}

// Overrides are sorted by jurisdiction in memory, so that iteration is
// deterministic, and an object keyed by jurisdiction in JSON.
type Overrides []Override

// For returns the override that applies in j: its own, or else its country's.
func (o Overrides) For(j rules.Jurisdiction) (Override, bool) {
	for _, place := range []rules.Jurisdiction{j, j.Country()} {
		i := slices.IndexFunc(o, func(v Override) bool { return v.Jurisdiction == place })
		if i >= 0 {
			return o[i], true
		}
	}
	return Override{}, false
}

func (o Overrides) normalised() Overrides {
	all := Overrides(copied(o))
	for i, v := range all {
		all[i] = Override{Jurisdiction: normal(v.Jurisdiction), Add: slices.Clone(v.Add), Remove: slices.Clone(v.Remove)}
	}
	all.sort()
	return all
}

func (o Overrides) sort() {
	slices.SortStableFunc(o, func(a, b Override) int { return cmp.Compare(a.Jurisdiction, b.Jurisdiction) })
}

// MarshalJSON writes the object form, in the order of the slice.
func (o Overrides) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, v := range o {
		if i > 0 {
			out.WriteByte(',')
		}
		key, err := json.Marshal(string(v.Jurisdiction))
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&out, "%s:%s", key, value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// UnmarshalJSON reads the object form; null means no overrides. A repeated key,
// and a field other than add and remove, are errors, because each would silently
// lose a setting of the merchant.
func (o *Overrides) UnmarshalJSON(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	open, err := dec.Token()
	if err != nil {
		return err
	}
	all := Overrides{}
	switch open {
	case nil:
	case json.Delim('{'):
		if all, err = readOverrides(dec); err != nil {
			return err
		}
	default:
		return fmt.Errorf("overrides: want an object keyed by jurisdiction, not %v", open)
	}
	*o = all
	return nil
}

// readOverrides reads the members after the opening brace.
func readOverrides(dec *json.Decoder) (Overrides, error) {
	all := Overrides{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name, _ := key.(string) // before a colon the decoder allows only strings
		v := Override{Jurisdiction: rules.Jurisdiction(name)}
		if err := dec.Decode(&v); err != nil {
			return nil, fmt.Errorf("overrides.%s: %w", name, err)
		}
		if slices.ContainsFunc(all, func(other Override) bool { return other.Jurisdiction == v.Jurisdiction }) {
			return nil, fmt.Errorf("overrides.%s: appears more than once", name)
		}
		all = append(all, v)
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	all.sort()
	return all, nil
}
