package compliance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"go.yaml.in/yaml/v3"
)

// plainTags are the YAML types that JSON has too. Floats are left out, because no field is one.
var plainTags = []string{"!!map", "!!seq", "!!str", "!!int", "!!bool", "!!null"}

// parseYAML reads one document. It refuses anchors, merges, tags of other types, repeated keys and a second document.
// Dates become text.
func parseYAML(text []byte) (any, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var document yaml.Node
	if err := decoder.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("is empty")
		}
		return nil, err
	}
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, errors.New("holds more than one document")
	}
	if err := plain(&document); err != nil {
		return nil, err
	}
	var value any
	if err := document.Decode(&value); err != nil {
		return nil, err
	}
	return value, nil
}

// plain converts dates to text and refuses tags outside plainTags.
func plain(node *yaml.Node) error {
	if node.Kind == yaml.AliasNode || node.Anchor != "" {
		return fmt.Errorf("line %d: anchors are not allowed: say it again", node.Line)
	}
	if node.ShortTag() == "!!timestamp" {
		node.Tag = "!!str"
	}
	if node.Kind != yaml.DocumentNode && !slices.Contains(plainTags, node.ShortTag()) {
		return fmt.Errorf("line %d: %s is not allowed here", node.Line, node.ShortTag())
	}
	for i, child := range node.Content {
		if err := plain(child); err != nil {
			return err
		}
		if node.Kind == yaml.MappingNode && i%2 == 0 && child.ShortTag() != "!!str" {
			return fmt.Errorf("line %d: a name must be text", child.Line)
		}
	}
	return nil
}
