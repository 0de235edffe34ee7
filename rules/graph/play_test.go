package graph_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// play drives one session and checks after each step that the given state is
// unchanged, that the new one survives JSON, and that an error changes nothing.
type play struct {
	t     *testing.T
	graph graph.Graph
	state graph.State
}

// begin starts a session and checks its first effects.
func begin(t *testing.T, g graph.Graph, want ...string) *play {
	t.Helper()
	p := &play{t: t, graph: g}
	p.step(graph.Begin{}, want...)
	return p
}

// step applies an input and checks the effects, in the form of describe.
func (p *play) step(in graph.Input, want ...string) {
	p.t.Helper()
	next, effects, err := advance(p.t, p.graph, p.state, in)
	require.NoError(p.t, err, "%#v", in)
	require.Equal(p.t, want, describe(effects), "%#v", in)
	p.state = next
}

// ignored applies inputs that must change nothing.
func (p *play) ignored(inputs ...graph.Input) {
	p.t.Helper()
	for _, in := range inputs {
		next, effects, err := advance(p.t, p.graph, p.state, in)
		require.NoError(p.t, err, "%#v", in)
		require.Empty(p.t, effects, "%#v", in)
		require.Equal(p.t, p.state, next, "%#v", in)
	}
}

// offered checks the open methods, as "node used/left #attempt".
func (p *play) offered(want ...string) {
	p.t.Helper()
	var got []string
	for _, o := range p.state.Offers(p.graph) {
		require.Equal(p.t, "available", o.Status)
		got = append(got, fmt.Sprintf("%s %d/%d #%d", o.Node, o.AttemptsUsed, o.AttemptsLeft, o.Attempt))
	}
	require.Equal(p.t, want, got)
}

// advance calls Next and checks its guarantees.
func advance(t *testing.T, g graph.Graph, s graph.State, in graph.Input) (graph.State, []graph.Effect, error) {
	t.Helper()
	before := asJSON(t, s)
	next, effects, err := graph.Next(g, s, in)
	require.Equal(t, before, asJSON(t, s), "the given state was changed")
	if err != nil {
		require.Equal(t, s, next, "an error changed the state")
		require.Empty(t, effects)
	}
	var back graph.State
	require.NoError(t, json.Unmarshal([]byte(asJSON(t, next)), &back))
	require.Equal(t, next, back, "the state does not survive JSON")
	require.Equal(t, next.Done(), len(next.Tokens) == 0 && next.Entered > 0, "ended and waiting, or neither")
	return next, effects, err
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// describe writes effects as "offer doc #1 left 3", "branch risky after doc
// passed", "review human: why", "finish failed: under_age".
func describe(effects []graph.Effect) []string {
	var lines []string
	for _, effect := range effects {
		switch e := effect.(type) {
		case graph.OfferMethod:
			lines = append(lines, fmt.Sprintf("offer %s #%d left %d", e.Node, e.Attempt, e.AttemptsLeft))
		case graph.EvaluateBranch:
			line := fmt.Sprintf("branch %s of %d", e.Node, len(e.Cases))
			if e.Previous != nil {
				line += fmt.Sprintf(" after %s %s", e.Previous.Node, e.Previous.Outcome)
			}
			lines = append(lines, line)
		case graph.EnterReview:
			lines = append(lines, fmt.Sprintf("review %s: %s", e.Node, e.Reason))
		case graph.Finish:
			lines = append(lines, fmt.Sprintf("finish %s%s", e.Outcome, reasonSuffix(e.Reason)))
		}
	}
	return lines
}

func reasonSuffix(reason rules.ReasonCode) string {
	if reason == "" {
		return ""
	}
	return ": " + string(reason)
}

func result(outcome graph.Outcome, node string, attempt int, codes ...rules.ReasonCode) graph.MethodResult {
	return graph.MethodResult{Node: node, Attempt: attempt, Outcome: outcome, ReasonCodes: codes}
}

func passed(node string, attempt int) graph.MethodResult {
	return result(graph.OutcomePassed, node, attempt)
}

func failed(node string, attempt int, codes ...rules.ReasonCode) graph.MethodResult {
	return result(graph.OutcomeFailed, node, attempt, codes...)
}

// Builders of nodes for handwritten graphs.

func method(id, scope string, attempts int, pass, fail string) graph.Node {
	return graph.Node{
		ID: id, Scope: scope, Kind: graph.KindMethod, Method: rules.MethodMDL,
		MaxAttempts: attempts, Pass: pass, Fail: fail,
	}
}

func group(kind graph.Kind, id, scope, pass, fail string, members ...string) graph.Node {
	return graph.Node{ID: id, Scope: scope, Kind: kind, Pass: pass, Fail: fail, Members: members}
}

func branch(id, scope, otherwise string, cases ...string) graph.Node {
	n := graph.Node{ID: id, Scope: scope, Kind: graph.KindBranch, Default: otherwise}
	for _, next := range cases {
		n.Cases = append(n.Cases, graph.Case{When: "risk.level == 'high'", Next: next})
	}
	return n
}

func review(id, scope, pass, fail string) graph.Node {
	return graph.Node{ID: id, Scope: scope, Kind: graph.KindReview, Reason: "why", Pass: pass, Fail: fail}
}

// withEnds makes a graph of the nodes, of which the first is the start, and the
// ends yes and no.
func withEnds(nodes ...graph.Node) graph.Graph {
	ends := []graph.Node{{ID: "yes", Kind: graph.KindVerified}, {ID: "no", Kind: graph.KindFailed}}
	return graph.Graph{Version: graph.FormatVersion, Start: nodes[0].ID, Nodes: append(nodes, ends...)}
}
