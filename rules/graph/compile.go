package graph

import (
	"slices"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/condition"
)

// Ids of the nodes a simple workflow compiles to. A member is called after its
// group and method: "primary.mdl".
const (
	nodePrimary       = "primary"
	nodeSupplementary = "supplementary"
	nodeVerified      = "verified"
	nodeFailed        = "failed"
)

// Compile turns a definition into its graph, as it reads where no override
// holds. With any fault there is no graph, and the faults are all there are.
func Compile(d Definition) (Graph, []Fault) {
	return CompileWith(d, new(condition.Programs))
}

// CompileWith is [Compile] with the definition's programs, in which the
// conditions are compiled for whoever evaluates them next.
func CompileWith(d Definition, programs *condition.Programs) (Graph, []Fault) {
	d = d.WithDefaults()
	if faults := validate(d, programs); len(faults) > 0 {
		return Graph{}, faults
	}
	return build(d), nil
}

// build compiles a definition that is valid.
func build(d Definition) Graph {
	if d.Mode == ModeGraph {
		return buildSource(d)
	}
	return buildSimple(d)
}

// buildSimple compiles a simple definition: the primary methods, the
// supplementary layers on top of them if there are any, the two ends.
func buildSimple(d Definition) Graph {
	g := Graph{Version: FormatVersion, Start: nodePrimary}
	afterPrimary := nodeVerified
	if len(d.Supplementary) > 0 {
		afterPrimary = nodeSupplementary
	}
	g.group(Node{ID: nodePrimary, Kind: Kind(d.Composition), Pass: afterPrimary}, d.Methods, d.Preferences)
	if len(d.Supplementary) > 0 {
		g.group(Node{ID: nodeSupplementary, Kind: KindAllOf, Pass: nodeVerified}, d.Supplementary, d.Preferences)
	}
	g.Nodes = append(g.Nodes, Node{ID: nodeVerified, Kind: KindVerified}, Node{ID: nodeFailed, Kind: KindFailed})
	return g
}

// group appends a group over single methods, and its members.
func (g *Graph) group(group Node, methods []rules.Method, p Preferences) {
	members := make([]Node, len(methods))
	for i, m := range methods {
		members[i] = Node{
			ID:          group.ID + "." + string(m),
			Kind:        KindMethod,
			Scope:       group.ID,
			Method:      m,
			MaxAttempts: p.MaxAttempts,
			Options:     optionsFor(m, p),
			Pass:        PassMember,
			Fail:        FailMember,
		}
		group.Members = append(group.Members, members[i].ID)
	}
	group.Fail = nodeFailed
	g.Nodes = append(append(g.Nodes, group), members...)
}

// optionsFor picks the preferences that concern a method.
func optionsFor(m rules.Method, p Preferences) Options {
	switch m {
	case rules.MethodDocumentCapture:
		if len(p.DocumentTypes) == 0 {
			return Options{}
		}
		return Options{DocumentTypes: slices.Clone(p.DocumentTypes)}
	default:
		if hasLiveness(m) {
			return Options{LivenessStrategy: p.LivenessStrategy}
		}
		return Options{}
	}
}

func hasLiveness(m rules.Method) bool {
	return m == rules.MethodFacialAge || m == rules.MethodSelfieLiveness || m == rules.MethodSelfieMatch
}
