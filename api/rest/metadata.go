package rest

import (
	"bytes"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/stile-id/stile/models"
)

// The limits of metadata, in pairs and in characters.
const (
	mostMetadata         = 50
	longestMetadataKey   = 40
	longestMetadataValue = 500
)

// MetadataInput are pairs of strings as a client sends them. An empty string is a value like any other.
type MetadataInput struct {
	// cleared says that null or an empty string is given instead of pairs.
	cleared bool
	pairs   map[string]*string
}

var emptyArray = []byte("[]")

// UnmarshalJSONFrom also takes an empty array, which PHP makes of pairs of which there are none.
func (m *MetadataInput) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	switch next := ahead(dec); {
	case bytes.HasPrefix(next, []byte("null")), bytes.HasPrefix(next, []byte(`""`)):
		m.cleared = true
		return dec.SkipValue()
	case bytes.HasPrefix(next, emptyArray[:1]) && bytes.HasPrefix(bytes.TrimLeft(next[1:], " \t\r\n"), emptyArray[1:]):
		return dec.SkipValue()
	}
	return json.UnmarshalDecode(dec, &m.pairs, json.WithUnmarshalers(nil))
}

// Read returns the pairs. A pair with the value null is absent.
func (m MetadataInput) Read() (map[string]string, error) { return m.Update(nil) }

// Update returns the metadata of an object after an update: given pairs are set, pairs with the value null are removed,
// all others stay. Null instead of pairs removes all of them.
func (m MetadataInput) Update(before map[string]string) (map[string]string, error) {
	metadata := maps.Clone(before)
	if metadata == nil || m.cleared {
		metadata = map[string]string{}
	}
	for _, key := range slices.Sorted(maps.Keys(m.pairs)) {
		value := m.pairs[key]
		if value == nil {
			delete(metadata, key)
			continue
		}
		if n := utf8.RuneCountInString(key); n < 1 || n > longestMetadataKey {
			return nil, models.Invalid("metadata", "A metadata key must have 1 to %d characters", longestMetadataKey)
		}
		if err := CheckText("metadata."+key, value, longestMetadataValue); err != nil {
			return nil, err
		}
		metadata[key] = *value
	}
	if len(metadata) > mostMetadata {
		return nil, models.Invalid("metadata", "metadata must not have more than %d pairs", mostMetadata)
	}
	return metadata, nil
}
