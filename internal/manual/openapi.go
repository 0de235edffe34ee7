package manual

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// node is a value of the OpenAPI document. Its methods answer with an empty node for a value that is not there.
type node struct {
	*yaml.Node
	root *yaml.Node
}

// openAPI reads an OpenAPI document.
func openAPI(text []byte) (node, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return node{}, fmt.Errorf("read OpenAPI document: %w", err)
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return node{}, fmt.Errorf("the OpenAPI document is not an object")
	}
	root := document.Content[0]
	return node{root, root}, nil
}

func (n node) exists() bool { return n.Node != nil }

// at returns the value of a key, with its reference followed.
func (n node) at(key string) node { return n.raw(key).followed() }

// raw returns the value of a key as it is.
func (n node) raw(key string) node {
	for _, pair := range n.pairs() {
		if pair.key == key {
			return pair.value
		}
	}
	return node{nil, n.root}
}

type pair struct {
	key   string
	value node
}

// pairs returns the members of an object in their order.
func (n node) pairs() []pair {
	if n.Node == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	pairs := make([]pair, 0, len(n.Content)/2)
	for i := 0; i < len(n.Content); i += 2 {
		pairs = append(pairs, pair{n.Content[i].Value, node{n.Content[i+1], n.root}})
	}
	return pairs
}

// items returns the members of a list.
func (n node) items() []node {
	if n.Node == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	items := make([]node, len(n.Content))
	for i, item := range n.Content {
		items[i] = node{item, n.root}
	}
	return items
}

// text returns a scalar, or "".
func (n node) text() string {
	if n.Node == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}

// line returns a description as one line.
func (n node) line() string { return strings.Join(strings.Fields(n.text()), " ") }

// texts returns the scalars of a list, or a scalar alone.
func (n node) texts() (texts []string) {
	if text := n.text(); text != "" {
		return []string{text}
	}
	for _, item := range n.items() {
		texts = append(texts, item.text())
	}
	return texts
}

// followed returns the value that a reference leads to.
func (n node) followed() node {
	for {
		reference := n.raw("$ref").text()
		if reference == "" {
			return n
		}
		to := node{n.root, n.root}
		for _, part := range strings.Split(strings.TrimPrefix(reference, "#/"), "/") {
			to = to.raw(part)
		}
		n = to
	}
}

// named returns the name of the schema that a reference leads to, or "".
func (n node) named() string {
	name, _ := strings.CutPrefix(n.raw("$ref").text(), "#/components/schemas/")
	return name
}

// indented returns a value as JSON.
func (n node) indented() (string, error) {
	var value any
	if err := n.Decode(&value); err != nil {
		return "", err
	}
	text, err := json.MarshalIndent(value, "", "  ")
	return string(text), err
}

// codesOf returns the codes of the error in an answer to a failed request. The schemas of errors have no cycles.
func (n node) codesOf() (codes []string) {
	n = n.followed()
	if code := n.raw("code"); code.exists() {
		codes = append(codes, code.at("const").texts()...)
		if code.named() == "" {
			codes = append(codes, code.at("enum").texts()...)
		}
	}
	for _, pair := range n.pairs() {
		if !slices.Contains([]string{"headers", "examples", "code"}, pair.key) {
			codes = append(codes, pair.value.codesOf()...)
		}
	}
	for _, item := range n.items() {
		codes = append(codes, item.codesOf()...)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}
