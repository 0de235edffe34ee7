package main

import (
	"iter"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// node is a value of the document. Members keep their order, which is that of the fields of a type. A nil node is
// absent, and has no members.
type node struct{ yaml *yaml.Node }

// member returns a member of a mapping, by its path.
func (n node) member(path ...string) node {
	for _, name := range path {
		found := node{}
		for key, value := range n.members() {
			if key == name {
				found = value
			}
		}
		n = found
	}
	return n
}

// members returns the members of a mapping, in their order.
func (n node) members() iter.Seq2[string, node] {
	return func(yield func(string, node) bool) {
		if n.yaml == nil || n.yaml.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i < len(n.yaml.Content); i += 2 {
			if !yield(n.yaml.Content[i].Value, node{n.yaml.Content[i+1]}) {
				return
			}
		}
	}
}

// items returns the items of a list.
func (n node) items() []node {
	if n.yaml == nil || n.yaml.Kind != yaml.SequenceNode {
		return nil
	}
	items := make([]node, len(n.yaml.Content))
	for i, item := range n.yaml.Content {
		items[i] = node{item}
	}
	return items
}

// text returns a scalar as text: "" if there is none, "null" for null.
func (n node) text() string {
	if n.yaml == nil || n.yaml.Kind != yaml.ScalarNode {
		return ""
	}
	return n.yaml.Value
}

func (n node) exists() bool { return n.yaml != nil }

func (n node) isMapping() bool { return n.yaml != nil && n.yaml.Kind == yaml.MappingNode }

// has reports whether a list has a scalar.
func (n node) has(text string) bool {
	return slices.ContainsFunc(n.items(), func(item node) bool { return item.text() == text })
}

// texts returns the scalars of a list but null.
func (n node) texts() (all []string) {
	for _, item := range n.items() {
		if item.yaml.Tag != "!!null" {
			all = append(all, item.text())
		}
	}
	return all
}

// reference returns the name of the component that a node refers to, or "".
func (n node) reference() string {
	target := n.member("$ref").text()
	return target[strings.LastIndex(target, "/")+1:]
}

// description returns the description in one line.
func (n node) description() string {
	return strings.Join(strings.Fields(n.member("description").text()), " ")
}
