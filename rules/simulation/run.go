package simulation

import (
	"errors"
	"fmt"
	"slices"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/condition"
	"github.com/stile-id/stile/rules/graph"
)

// ErrRunaway reports a session that takes more moves than its graph and script
// allow. Only a fault of Stile can cause it.
var ErrRunaway = errors.New("simulation does not end")

// Run plays a script on a compiled graph, until the session has ended or waits
// for an input that the script does not have.
//
// Errors: [graph.ErrInvalidInput] for an unknown outcome or decision,
// [graph.ErrCorruptGraph], and the error of [condition.Evaluate] for an invalid
// condition. The trace then ends before the fault.
func Run(g graph.Graph, script Script) (Trace, error) {
	return RunWith(g, new(condition.Programs), script)
}

// RunWith is [Run] with the programs of the graph's definition, for callers that
// play several scripts.
func RunWith(g graph.Graph, programs *condition.Programs, script Script) (Trace, error) {
	p := &player{
		graph:    g,
		programs: programs,
		methods:  methodNodes(g),
		facts:    script.Variables,
		results:  slices.Clone(script.Results),
		reviews:  slices.Clone(script.Reviews),
		trace:    Trace{Steps: []Step{}},
	}
	err := p.play()
	return p.finished(), err
}

// player plays one session.
type player struct {
	graph    graph.Graph
	programs *condition.Programs
	methods  map[string]rules.Method // by method node
	facts    condition.Facts         // with the risk of the results so far
	results  []Result                // not used yet
	reviews  []Review                // not used yet
	state    graph.State
	trace    Trace
}

// play makes moves until there are none. Each move uses up a result, a review or
// a branch, so their number is bounded.
func (p *player) play() error {
	if err := p.feed(graph.Begin{}); err != nil {
		return err
	}
	for range len(p.graph.Nodes) + len(p.results) + len(p.reviews) + 1 {
		moved, err := p.move()
		if err != nil || !moved {
			return err
		}
	}
	return ErrRunaway
}

// move makes the next move: a branch first, then a result, then a review.
func (p *player) move() (bool, error) {
	if p.state.Done() {
		return false, nil
	}
	for _, act := range []func() (bool, error){p.branch, p.submit, p.review} {
		if moved, err := act(); moved || err != nil {
			return moved, err
		}
	}
	return false, nil
}

// feed passes an input to the executor and appends the steps to the trace.
func (p *player) feed(in graph.Input, steps ...Step) error {
	state, effects, err := graph.Next(p.graph, p.state, in)
	if err != nil {
		return fmt.Errorf("simulate: %w", err)
	}
	p.state = state
	p.trace.Steps = append(p.trace.Steps, steps...)
	for _, effect := range effects {
		if end, ok := effect.(graph.Finish); ok {
			p.terminal(end.Node)
		}
	}
	return nil
}

// terminal appends the step of a terminal node. A review that ended the session
// has its step already.
func (p *player) terminal(id string) {
	n, _ := p.graph.Node(id)
	if n.Kind == graph.KindVerified || n.Kind == graph.KindFailed {
		p.trace.Steps = append(p.trace.Steps, Step{Node: id, Kind: n.Kind})
	}
}

// branch decides the branch that has waited longest.
func (p *player) branch() (bool, error) {
	token, n, ok := p.waiting(graph.KindBranch, "")
	if !ok {
		return false, nil
	}
	variables := condition.Variables{Previous: token.Previous.Variable(), Facts: p.facts}
	taken, reason, err := p.programs.Evaluate(graph.Conditions(n.Cases), variables)
	if err != nil {
		return false, fmt.Errorf("simulate branch %s: %w", n.ID, err)
	}
	next := n.Default
	if taken != graph.DefaultCase {
		next = n.Cases[taken].Next
	}
	step := Step{Node: n.ID, Kind: n.Kind, Case: &taken, Next: next, Reason: reason}
	return true, p.feed(graph.BranchTaken{Node: n.ID, Case: taken}, step)
}

// submit uses the first result that fits an open method.
func (p *player) submit() (bool, error) {
	offers := p.state.Offers(p.graph)
	for i, result := range p.results {
		at := slices.IndexFunc(offers, func(o graph.Offer) bool { return result.fits(p.methods, o) })
		if at < 0 {
			continue
		}
		p.results = slices.Delete(p.results, i, i+1)
		p.facts.Risk = raised(p.facts.Risk, result.Risk)
		offer := offers[at]
		in := graph.MethodResult{
			Node: offer.Node, Attempt: offer.Attempt, Outcome: result.Outcome, ReasonCodes: result.ReasonCodes,
		}
		return true, p.feed(in, Step{
			Node: offer.Node, Kind: graph.KindMethod, Method: offer.Method, Attempt: offer.Attempt,
			Outcome: result.Outcome, ReasonCodes: slices.Clone(result.ReasonCodes),
		})
	}
	return false, nil
}

// review uses the first decision that fits a waiting review and is not refused.
func (p *player) review() (bool, error) {
	for i, decided := range p.reviews {
		_, n, ok := p.waiting(graph.KindReview, decided.Node)
		if !ok {
			continue
		}
		after := p.copy()
		after.reviews = slices.Delete(after.reviews, i, i+1)
		refused, err := after.decide(n, decided.Decision)
		if refused {
			continue
		}
		*p = *after
		return true, err
	}
	return false, nil
}

// decide feeds a decision and plays the branches after it. It reports whether a
// session would refuse the decision: an approval that would verify an unproven
// identity.
func (p *player) decide(n graph.Node, decision graph.Decision) (refused bool, err error) {
	step := Step{Node: n.ID, Kind: n.Kind, Decision: decision, Reason: n.Reason}
	if err := p.feed(graph.ReviewDecided{Node: n.ID, Decision: decision}, step); err != nil {
		return false, err
	}
	for moved := true; moved && !p.state.Done(); {
		if moved, err = p.branch(); err != nil {
			return false, err
		}
	}
	return decision == graph.Approve && p.state.FailureReason == rules.ReasonIdentityUnproven, nil
}

// copy returns an independent copy of the player.
func (p *player) copy() *player {
	c := *p
	c.results, c.reviews = slices.Clone(p.results), slices.Clone(p.reviews)
	c.trace.Steps = slices.Clone(p.trace.Steps)
	return &c
}

// methodNodes returns the method nodes of a graph with their methods.
func methodNodes(g graph.Graph) map[string]rules.Method {
	methods := map[string]rules.Method{}
	for _, n := range g.Nodes {
		if n.Kind == graph.KindMethod {
			methods[n.ID] = n.Method
		}
	}
	return methods
}

// waiting returns the oldest token at a node of a kind. An empty id allows any
// node.
func (p *player) waiting(kind graph.Kind, id string) (graph.Token, graph.Node, bool) {
	for _, token := range p.state.Tokens {
		n, ok := p.graph.Node(token.Node)
		if ok && n.Kind == kind && (id == "" || id == n.ID) {
			return token, n, true
		}
	}
	return graph.Token{}, graph.Node{}, false
}

// finished completes the trace.
func (p *player) finished() Trace {
	p.trace.Outcome, p.trace.FailureReason = p.state.Outcome, p.state.FailureReason
	p.trace.UnusedResults, p.trace.UnusedReviews = p.results, p.reviews
	if p.state.Done() {
		return p.trace
	}
	p.trace.Outcome = OutcomeWaiting
	for _, token := range p.state.Tokens {
		n, _ := p.graph.Node(token.Node)
		w := Waiting{Node: n.ID, Kind: n.Kind, Method: n.Method}
		if n.Kind == graph.KindMethod {
			w.Attempt = p.state.NextAttempt(n.ID)
		}
		p.trace.Waiting = append(p.trace.Waiting, w)
	}
	return p.trace
}
