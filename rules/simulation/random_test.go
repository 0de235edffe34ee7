package simulation_test

import (
	"fmt"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/condition"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/simulation"
)

// chooser reads choices from fuzz data; after the end of the data all choices
// are 0.
type chooser struct {
	data []byte
}

// pick returns a number from 0 to n-1.
func (c *chooser) pick(n int) int {
	if len(c.data) == 0 {
		return 0
	}
	b := c.data[0]
	c.data = c.data[1:]
	return int(b) % n
}

func one[T any](c *chooser, from ...T) T { return from[c.pick(len(from))] }

// author writes random definitions in graph mode that are valid by construction:
// nodes are made backwards from the ends, so there is no cycle, and unreachable
// nodes are left out.
type author struct {
	*chooser
	budget int
}

func randomDefinition(c *chooser) graph.Definition {
	a := &author{chooser: c, budget: 1 + c.pick(14)}
	return graph.Definition{
		Mode: graph.ModeGraph, UseCase: rules.UseCaseSocialMedia, Graph: a.source(1),
		Preferences: graph.Preferences{MaxAttempts: c.pick(4)},
	}
}

func (a *author) source(depth int) *graph.Source {
	nodes := graph.SourceNodes{{ID: "yes", Kind: graph.KindVerified}, {ID: "no", Kind: graph.KindFailed}}
	for range 1 + a.pick(5) {
		if len(nodes) > 2 && a.budget <= 0 {
			break
		}
		nodes = append(nodes, a.node(fmt.Sprintf("n%d", len(nodes)), nodes, depth))
	}
	start := nodes[len(nodes)-1].ID
	return &graph.Source{Start: start, Nodes: reachable(start, nodes)}
}

func (a *author) node(id string, before graph.SourceNodes, depth int) graph.SourceNode {
	a.budget--
	target := func() string { return before[a.pick(len(before))].ID }
	switch a.pick(6) {
	case 1, 2:
		n := graph.SourceNode{ID: id, Kind: one(a.chooser, graph.KindAnyOf, graph.KindAllOf), Pass: target(), Fail: target()}
		a.members(&n, depth)
		return n
	case 3:
		n := graph.SourceNode{ID: id, Kind: graph.KindBranch, Default: target()}
		for range 1 + a.pick(3) {
			n.Cases = append(n.Cases, graph.Case{When: a.condition(), Next: target()})
		}
		return n
	case 4:
		n := graph.SourceNode{ID: id, Kind: graph.KindReview, Reason: "why"}
		if a.pick(2) == 1 {
			n.Pass, n.Fail = target(), target()
		}
		return n
	default:
		return graph.SourceNode{
			ID: id, Kind: graph.KindMethod, Method: one(a.chooser, rules.Methods()...), MaxAttempts: a.pick(4),
			Pass: target(), Fail: target(),
		}
	}
}

// members gives a group one to three members, each with another method.
func (a *author) members(group *graph.SourceNode, depth int) {
	methods := rules.Methods()
	first := a.pick(len(methods))
	for i := range 1 + a.pick(3) {
		m := methods[(first+i)%len(methods)]
		switch kind := a.pick(3); {
		case kind == 0:
			group.Methods = append(group.Methods, m)
		case kind == 1 || depth == graph.DeepestGraph:
			group.Members = append(group.Members, graph.SourceMember{Method: m, MaxAttempts: a.pick(3)})
		default:
			group.Members = append(group.Members, graph.SourceMember{Graph: a.source(depth + 1)})
		}
	}
}

func (a *author) condition() string {
	return one(a.chooser,
		"risk.level == 'high'", "risk.score > 50", "'vpn' in risk.signals", "metadata.tier == 'vip'", "metadata.none != 'x'",
		"jurisdiction.startsWith('US')", "age_tier == 'min_age_21'", "previous.outcome == 'passed'",
		"previous.attempts > 1", "int(metadata.tier) > 1", "'unreadable' in previous.reason_codes")
}

func (a *author) facts() condition.Facts {
	return condition.Facts{
		Risk: condition.Risk{
			Level: one(a.chooser, "", "low", "high"), Score: a.pick(101), Signals: one(a.chooser, nil, []string{"vpn"}),
		},
		AgeTier: one(a.chooser, "min_age_18", "min_age_21"), Jurisdiction: one(a.chooser, "US-CA", "DE"),
		Metadata: one(a.chooser, nil, map[string]string{"tier": "vip"}, map[string]string{"tier": "7"}),
	}
}

// answer writes the result for one waiting node into the script.
func (a *author) answer(s *simulation.Script, waiting []simulation.Waiting, patient bool) {
	w := one(a.chooser, waiting...)
	if w.Kind == graph.KindReview {
		decision := one(a.chooser, graph.Approve, graph.Reject)
		switch {
		case !patient: // an approval may be refused for ever
			decision = graph.Reject
		case a.pick(4) == 1:
			decision = graph.Escalate
		}
		s.Reviews = append(s.Reviews, simulation.Review{Node: w.Node, Decision: decision})
		return
	}
	r := simulation.Result{
		Node:    w.Node,
		Method:  w.Method,
		Outcome: one(a.chooser, graph.OutcomePassed, graph.OutcomeFailed),
	}
	if r.Outcome == graph.OutcomeFailed {
		r.ReasonCodes = one(a.chooser, nil, []rules.ReasonCode{rules.ReasonUnreadable})
	}
	if patient && a.pick(4) == 1 {
		r.Outcome = one(a.chooser, graph.OutcomeRequiresInput, graph.OutcomeError)
	}
	if a.pick(4) == 1 {
		r.Risk = &rules.Risk{Score: a.pick(101), Signals: one(a.chooser, nil, []string{"vpn"})}
	}
	s.Results = append(s.Results, r)
}

// reachable keeps the nodes that can be reached from the start.
func reachable(start string, nodes graph.SourceNodes) graph.SourceNodes {
	reached := map[string]bool{start: true}
	// Edges lead to earlier nodes, so one pass from the last to the first finds
	// all.
	for i := len(nodes) - 1; i >= 0; i-- {
		n := nodes[i]
		if !reached[n.ID] {
			continue
		}
		for _, target := range []string{n.Pass, n.Fail, n.Default} {
			reached[target] = true
		}
		for _, v := range n.Cases {
			reached[v.Next] = true
		}
	}
	var kept graph.SourceNodes
	for _, n := range nodes {
		if reached[n.ID] {
			kept = append(kept, n)
		}
	}
	return kept
}
