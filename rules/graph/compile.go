package graph

import (
	"slices"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/condition"
)

// Ids of the nodes of a compiled simple workflow. The id of a member is its
// group's, a dot and its method: "primary.mdl".
const (
	nodePrimary       = "primary"
	nodeSupplementary = "supplementary"
	nodeVerified      = "verified"
	nodeFailed        = "failed"
)

// Compile turns a definition into its graph, without any override. If the
// definition has faults, Compile returns all of them and no graph.
func Compile(d Definition) (Graph, []Fault) {
	return CompileWith(d, new(condition.Programs))
}

// CompileWith is [Compile] with the definition's programs: the conditions are
// compiled into them, so that a later evaluation need not compile again.
func CompileWith(d Definition, programs *condition.Programs) (Graph, []Fault) {
	d = d.WithDefaults()
	if faults := validate(d, programs); len(faults) > 0 {
		return Graph{}, faults
	}
	return build(d), nil
}

// build compiles a valid definition.
func build(d Definition) Graph {
	if d.Mode == ModeGraph {
		return buildSource(d)
	}
	return buildSimple(d)
}

// buildSimple compiles a simple definition: the primary methods, the
// supplementary layers on top of them, if any, and the two ends.
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

// group appends a group of single methods, and its members.
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
	g.Nodes = append(g.Nodes, group)
	for _, member := range members {
		g.Nodes = append(g.Nodes, steps(member, p)...)
	}
}

// optionsFor returns the preferences that apply to a method.
func optionsFor(m rules.Method, p Preferences) (o Options) {
	if m == rules.MethodDocumentCapture && len(p.DocumentTypes) > 0 {
		o.DocumentTypes = slices.Clone(p.DocumentTypes)
	}
	if m == rules.MethodDocumentCapture {
		o.UnreadText, o.ScreenPhotographed, o.FaceMatch = p.UnreadText, p.ScreenPhotographed, p.FaceMatch
	}
	if m == rules.MethodFacialAge {
		o.ApproveAt, o.BelowApproveAt = p.ApproveAt, p.BelowApproveAt
	}
	if m == rules.MethodSelfieMatch {
		o.MatchBands = p.MatchBands
	}
	if hasLiveness(m) {
		o.LivenessStrategy = p.LivenessStrategy
	}
	if p.FileUpload && hasCamera(m) {
		o.FileUpload = &p.FileUpload
	}
	if p.ProofOfAge && m == rules.MethodEUDIPID {
		o.ProofOfAge = &p.ProofOfAge
	}
	return o
}

func hasCamera(m rules.Method) bool { return slices.Contains(m.Needs(), rules.NeedCamera) }

func hasLiveness(m rules.Method) bool {
	return m == rules.MethodFacialAge || m == rules.MethodSelfieLiveness || m == rules.MethodSelfieMatch
}
