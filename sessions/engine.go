package sessions

import (
	"context"
	"reflect"
	"slices"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/condition"
	"github.com/stile-id/stile/rules/graph"
)

// Engine moves sessions along their graphs: it runs the executor on the state in the row, evaluates the branches on the
// way, and has the store commit the new state. The API and the activities share it, so a verdict or a decision has the
// same effect whichever process commits it. It is safe for concurrent use.
type Engine struct {
	Store *store.Store
	// ReviewTimeout is how long a review may wait before its session expires.
	ReviewTimeout time.Duration
	// SessionTTL is how long the user has again when the session goes on after a review.
	SessionTTL time.Duration
	// Outside is set in processes other than the session's own run, and has the store leave a nudge with each verdict, so
	// that the run learns of it.
	Outside bool
	// Unsaved is set while Temporal may still lose the task from which the run asks. The store then leaves the nudge that
	// the session owes.
	Unsaved bool
}

// walk puts an input into the executor and answers the branches after it, until the session waits for a submission or a
// reviewer, or ends.
func (e Engine) walk(ctx context.Context, session models.Session, in graph.Input) (store.Progress, error) {
	g, err := e.Store.SessionGraph(ctx, session)
	if err != nil {
		return store.Progress{}, err
	}
	state, err := e.state(ctx, g, session)
	if err != nil {
		return store.Progress{}, err
	}
	w := walk{graph: g, session: session, state: state}
	if err := w.put(in, ""); err != nil {
		return store.Progress{}, err
	}
	return w.progress(e), nil
}

// state returns the executor's state of the session. States of identity sessions lacked the methods that were proved in
// an earlier version; such a state is rebuilt from the recorded steps.
func (e Engine) state(ctx context.Context, g graph.Graph, session models.Session) (graph.State, error) {
	state := session.GraphState.V
	if !g.Identity || state.TracksProof || state.Entered == 0 {
		return state, nil
	}
	steps, err := e.Store.Steps(ctx, session.OrgID, session.ID)
	if err != nil {
		return state, err
	}
	inputs := []graph.Input{graph.Begin{}}
	for _, recorded := range steps[session.ID] {
		if in := recorded.Detail.V.Input(); in != nil {
			inputs = append(inputs, in)
		}
	}
	state = graph.State{}
	for _, in := range inputs {
		if state, _, err = graph.Next(g, state, in); err != nil {
			return state, err
		}
	}
	return state, nil
}

// walk is one way through a graph.
type walk struct {
	graph   graph.Graph
	session models.Session
	state   graph.State
	steps   []models.Step
	finish  *graph.Finish
}

// put gives the executor an input, records it as a step, and answers the branches that it leads to.
func (w *walk) put(in graph.Input, reason string) error {
	state, effects, err := graph.Next(w.graph, w.state, in)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(state, w.state) { // an input that came too late changes nothing, and is not a step
		w.steps = append(w.steps, step(in, reason))
	}
	w.state = state
	return w.follow(effects)
}

// begin enters the graph. It records no step: every replay of the steps starts by entering the graph.
func (w *walk) begin() error {
	state, effects, err := graph.Next(w.graph, w.state, graph.Begin{})
	if err != nil {
		return err
	}
	w.state = state
	return w.follow(effects)
}

func (w *walk) follow(effects []graph.Effect) error {
	for _, effect := range effects {
		switch asked := effect.(type) {
		case graph.EvaluateBranch:
			if err := w.branch(asked); err != nil {
				return err
			}
		case graph.Finish:
			w.finish = &asked
		default: // offers and reviews are part of the state
		}
	}
	return nil
}

func (w *walk) branch(asked graph.EvaluateBranch) error {
	chosen, reason, err := condition.Evaluate(graph.Conditions(asked.Cases), condition.Variables{
		Previous: asked.Previous.Variable(), Facts: Facts(w.session),
	})
	if err != nil {
		return err
	}
	return w.put(graph.BranchTaken{Node: asked.Node, Case: chosen}, reason)
}

// Facts returns the facts of a session that conditions may read.
func Facts(s models.Session) condition.Facts {
	facts := condition.Facts{
		AgeTier: string(s.AgeTier), Jurisdiction: string(s.Jurisdiction), Metadata: s.Metadata.V,
	}
	if risk := s.Risk.V; risk != nil {
		facts.Risk = condition.RiskOf(*risk)
	}
	return facts
}

func step(in graph.Input, reason string) models.Step {
	detail := models.StepDetail{Reason: reason}
	s := models.Step{}
	switch input := in.(type) {
	case graph.MethodResult:
		s.Kind, s.Node, detail.MethodResult = models.StepMethodResult, input.Node, &input
	case graph.BranchTaken:
		s.Kind, s.Node, detail.Branch = models.StepBranch, input.Node, &input
	case graph.ReviewDecided:
		s.Kind, s.Node, detail.Review = models.StepReview, input.Node, &input
	}
	s.Detail = models.AsJSON(detail)
	return s
}

// progress returns the progress that the walk leads to. The caller corrects the status where submissions are in flight.
func (w *walk) progress(e Engine) store.Progress {
	p := store.Progress{Session: w.session, State: w.state, To: models.StatusRequiresInput, Steps: w.steps}
	switch {
	case w.finish != nil && w.finish.Outcome == graph.OutcomeVerified:
		p.To = models.StatusVerified
	case w.finish != nil:
		p.To, p.Failure = models.StatusFailed, &w.finish.Reason
	case len(w.state.Offers(w.graph)) == 0: // the session waits for a reviewer
		p.To = models.StatusProcessing
	}
	now := e.Store.Now()
	node, found := w.review()
	switch {
	case found && !w.underReview(node.ID):
		p.Flagged = &store.Flag{Node: node.ID, Reason: node.Reason, Deadline: models.At(now.Add(e.ReviewTimeout))}
	case !found && w.session.Review.Status.Waits():
		// The graph left the review: another member of the group has passed, or this is the decision.
		p.Lapsed = true
		if resumed := models.At(now.Add(e.SessionTTL)); resumed.After(w.session.ExpiresAt.Time) {
			p.ExpiresAt = &resumed
		}
	}
	if reason := w.session.FraudReason(); p.To == models.StatusVerified && reason != "" && !w.reviewed() {
		p.Flagged = &store.Flag{Reason: reason}
	}
	return p
}

// reviewed reports whether a reviewer has decided on the session.
func (w *walk) reviewed() bool {
	status := w.session.Review.Status
	return status == models.ReviewApproved || status == models.ReviewRejected ||
		slices.ContainsFunc(w.steps, func(s models.Step) bool { return s.Kind == models.StepReview })
}

// review returns the first review node that the session waits at.
func (w *walk) review() (graph.Node, bool) {
	for _, token := range w.state.Tokens {
		if node, found := w.graph.Node(token.Node); found && node.Kind == graph.KindReview {
			return node, true
		}
	}
	return graph.Node{}, false
}

func (w *walk) underReview(node string) bool {
	return w.session.Review.Node == node && w.session.Review.Status.Waits()
}
