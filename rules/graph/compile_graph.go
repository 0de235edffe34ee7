package graph

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/stile-id/stile/rules"
)

// buildSource compiles a valid definition in graph mode. The nodes keep their
// ids; a member of the group pick is called pick.mdl, and the nodes of its
// sub-graph pick.0.doc, by the member's index in members.
func buildSource(d Definition) Graph {
	b := &builder{preferences: d.Preferences}
	b.scope(d.Graph, "", "")
	return Graph{Version: FormatVersion, Start: d.Graph.Start, Nodes: append(b.nodes, b.ends...)}
}

// builder collects the compiled nodes.
type builder struct {
	preferences Preferences
	nodes, ends []Node
}

// part is a graph being compiled: the top graph, or the sub-graph of a member.
type part struct {
	*builder
	source *Source
	prefix string // of the nodes' ids
	group  string // id of the enclosing group, "" at the top
	seen   []string
}

func (b *builder) scope(source *Source, prefix, group string) {
	p := &part{builder: b, source: source, prefix: prefix, group: group}
	p.visit(source.Start)
}

// visit compiles a node and the nodes after it, unless it has been visited.
func (p *part) visit(id string) {
	n, ok := p.source.Nodes.node(id)
	if !ok || slices.Contains(p.seen, id) {
		return
	}
	p.seen = append(p.seen, id)
	if end, _ := n.ends(); end {
		if p.group == "" {
			p.ends = append(p.ends, Node{ID: id, Kind: n.Kind})
		}
		return
	}
	p.add(n)
	for _, e := range n.edges() {
		p.visit(e.target)
	}
}

// add compiles a node, and the members of a group.
func (p *part) add(n SourceNode) {
	compiled := Node{
		ID: p.prefix + n.ID, Kind: n.Kind, Scope: p.group,
		Pass: p.target(n.Pass), Fail: p.target(n.Fail), Default: p.target(n.Default), Reason: n.Reason,
	}
	for _, v := range n.Cases {
		compiled.Cases = append(compiled.Cases, Case{When: v.When, Next: p.target(v.Next)})
	}
	if n.Kind == KindMethod {
		compiled = p.method(compiled, n.Method, n.MaxAttempts, n.Options)
	}
	at := len(p.nodes)
	p.nodes = append(p.nodes, steps(compiled, p.preferences)...)
	p.nodes[at].Members = p.members(compiled.ID, n)
}

// target returns the target of an edge in the compiled graph. The ends of a
// sub-graph become PassMember and FailMember.
func (p *part) target(id string) string {
	if id == "" || p.group == "" {
		return id
	}
	n, _ := p.source.Nodes.node(id)
	switch end, good := n.ends(); {
	case good:
		return PassMember
	case end:
		return FailMember
	default:
		return p.prefix + id
	}
}

// members compiles the members of a group and returns the ids of their entry
// nodes.
func (b *builder) members(group string, n SourceNode) []string {
	var entries []string
	single := func(m rules.Method, attempts int, o Options) {
		node := Node{ID: group + "." + string(m), Kind: KindMethod, Scope: group, Pass: PassMember, Fail: FailMember}
		b.nodes = append(b.nodes, steps(b.method(node, m, attempts, o), b.preferences)...)
		entries = append(entries, node.ID)
	}
	for _, m := range n.Methods {
		single(m, 0, Options{})
	}
	for i, member := range n.Members {
		if member.Graph == nil {
			single(member.Method, member.MaxAttempts, member.Options)
			continue
		}
		prefix := fmt.Sprintf("%s.%d.", group, i)
		entries = append(entries, prefix+member.Graph.Start)
		b.scope(member.Graph, prefix, group)
	}
	return entries
}

// method sets a node's method and settings. The preferences apply to the
// settings that the node leaves out.
func (b *builder) method(n Node, m rules.Method, attempts int, o Options) Node {
	n.Method = m
	n.MaxAttempts = cmp.Or(attempts, b.preferences.MaxAttempts)
	n.Options = optionsFor(m, b.preferences)
	n.Options.LivenessStrategy = cmp.Or(o.LivenessStrategy, n.Options.LivenessStrategy)
	if len(o.DocumentTypes) > 0 {
		n.Options.DocumentTypes = slices.Clone(o.DocumentTypes)
	}
	n.Options.UnreadText = cmp.Or(o.UnreadText, n.Options.UnreadText)
	n.Options.ScreenPhotographed = cmp.Or(o.ScreenPhotographed, n.Options.ScreenPhotographed)
	n.Options.FaceMatch = cmp.Or(o.FaceMatch, n.Options.FaceMatch)
	n.Options.ApproveAt = cmp.Or(o.ApproveAt, n.Options.ApproveAt)
	n.Options.BelowApproveAt = cmp.Or(o.BelowApproveAt, n.Options.BelowApproveAt)
	n.Options.MatchBands = cmp.Or(o.MatchBands, n.Options.MatchBands)
	n.Options.FileUpload = chosen(o.FileUpload, n.Options.FileUpload)
	n.Options.ProofOfAge = chosen(o.ProofOfAge, n.Options.ProofOfAge)
	return n
}

// chosen returns a node's own setting, or the preferred one where the node has none. Nil stands for false.
func chosen(own, preferred *bool) *bool {
	switch {
	case own == nil:
		return preferred
	case *own:
		return own
	default:
		return nil
	}
}
