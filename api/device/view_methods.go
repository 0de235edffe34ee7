package device

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/sessions"
)

type methodObject struct {
	Method rules.Method `json:"method"`
	// Rank is higher for a stronger method.
	Rank         int      `json:"rank"`
	Status       string   `json:"status"`
	Attempts     int      `json:"attempts"`
	AttemptsLeft int      `json:"attempts_left"`
	Needs        []string `json:"needs"`
	Biometric    bool     `json:"biometric"`
	// DocumentTypes are the accepted documents; empty where the workflow accepts any, or the method takes none.
	DocumentTypes []string `json:"document_types"`
	// LivenessStrategy is null where the workflow leaves it to the method.
	LivenessStrategy *string `json:"liveness_strategy"`
	// Input is null where the method takes no submission now but simulations, and in an ended session.
	Input *inputObject `json:"input"`
	// LastAttempt says why the last attempt did not pass; null where there was none, or it passed.
	LastAttempt *lastAttemptObject `json:"last_attempt"`
	// Waiting is the open challenge of the current attempt; null without one.
	Waiting *waitingObject `json:"waiting"`
	// UnavailableReason says why the method cannot be used; null unless its status is unavailable.
	UnavailableReason *string `json:"unavailable_reason"`
}

// waitingObject is a challenge that still can be answered, so that a page that was reloaded or closed can go on.
type waitingObject struct {
	Challenge string           `json:"challenge"`
	ExpiresAt models.Timestamp `json:"expires_at"`
	// Data is what the device was told at the beginning; null where the method tells it only once.
	Data json.RawMessage `json:"data"`
}

func showWaiting(w sessions.Waiting, waits bool) *waitingObject {
	if !waits {
		return nil
	}
	return &waitingObject{Challenge: w.ID, ExpiresAt: w.ExpiresAt, Data: w.Data}
}

type lastAttemptObject struct {
	Status      graph.Outcome         `json:"status"`
	ReasonCodes []rules.ReasonCode    `json:"reason_codes"`
	Reasons     []models.ReasonObject `json:"reasons"`
}

func lastAttempt(node string, results []models.Result) *lastAttemptObject {
	for _, result := range slices.Backward(results) {
		if result.Node != node {
			continue
		}
		if result.Status == graph.OutcomePassed {
			return nil
		}
		public := result.Public()
		return &lastAttemptObject{Status: result.Status, ReasonCodes: public.ReasonCodes, Reasons: public.Reasons}
	}
	return nil
}

// The statuses of a method; the one besides is that of its offer.
const (
	methodProcessing = "processing"
	methodPassed     = "passed"
	methodExhausted  = "exhausted" // its attempts are used up
	methodUpcoming   = "upcoming"  // its step has not begun, and still can
	methodSkipped    = "skipped"   // its step is over without it, or cannot come any more
)

// standing holds the rows from which the statuses of a session's methods follow.
type standing struct {
	org     models.Organization
	session models.Session
	graph   graph.Graph
	pending []models.Submission
	results []models.Result
	// offerings tell how the organization can use the session's methods; empty once the session has ended.
	offerings map[rules.Method]sessions.Offering
	waiting   map[string]sessions.Waiting // by node
}

func (hs *Handlers) standingOf(ctx context.Context, s models.Session) (t standing, err error) {
	t.session = s
	if t.org, err = hs.store.Across().Organization(ctx, s.OrgID); err != nil {
		return t, err
	}
	if t.graph, err = hs.store.SessionGraph(ctx, s); err != nil {
		return t, err
	}
	if t.pending, err = hs.store.PendingSubmissions(ctx, s.OrgID, s.ID); err != nil {
		return t, err
	}
	if t.waiting, err = hs.sessions.Waiting(ctx, s, t.graph); err != nil {
		return t, err
	}
	results, err := hs.store.Results(ctx, s.OrgID, s.ID)
	if t.results = results[s.ID]; err != nil || s.Status.Terminal() {
		return t, err
	}
	t.offerings, err = hs.sessions.Offerings(ctx, t.org, s.Methods.V)
	return t, err
}

// showMethods tells of every method of the graph, in order, how it stands.
func (hs *Handlers) showMethods(t standing) []methodObject {
	shown := []methodObject{}
	for _, node := range t.graph.Nodes {
		if node.Kind == graph.KindMethod {
			shown = append(shown, hs.showMethod(t, node))
		}
	}
	return shown
}

func (hs *Handlers) showMethod(t standing, node graph.Node) methodObject {
	offering := t.offerings[node.Method]
	shown := methodObject{
		Method: node.Method, Rank: node.Method.Rank(), Status: t.of(node.ID), Attempts: node.AttemptsAllowed(),
		AttemptsLeft: t.attemptsLeft(node.ID), Needs: node.Method.Needs(), Biometric: node.Method.Biometric(),
		DocumentTypes:    append([]string{}, node.Options.DocumentTypes...),
		LivenessStrategy: rest.OrNull(node.Options.LivenessStrategy),
		Input:            hs.showInput(node, offering.Contract, t.session),
		LastAttempt:      lastAttempt(node.ID, t.results),
	}
	w, waits := t.waiting[node.ID]
	shown.Waiting = showWaiting(w, waits)
	reason := offering.Unavailable
	if reason == "" && offering.Closed != nil {
		reason = offering.Closed(sessions.StandingAt(t.session, node.ID, t.results))
	}
	if reason != "" && (shown.Status == graph.OfferAvailable || shown.Status == methodUpcoming) {
		shown.Status, shown.UnavailableReason = rest.MethodUnavailable, &reason
	}
	return shown
}

func (t standing) attemptsLeft(node string) int {
	return t.session.GraphState.V.AttemptsLeft(t.graph, node)
}

func (t standing) of(node string) string {
	switch {
	case t.hasPassed(node):
		return methodPassed
	case t.attemptsLeft(node) == 0:
		return methodExhausted
	case t.session.Status.Terminal():
		return methodSkipped
	case slices.ContainsFunc(t.pending, func(p models.Submission) bool { return p.Node == node }):
		return methodProcessing
	case t.offers(node):
		return graph.OfferAvailable
	case slices.Contains(t.session.GraphState.V.Upcoming(t.graph), node):
		return methodUpcoming
	default:
		return methodSkipped
	}
}

func (t standing) offers(node string) bool {
	return slices.ContainsFunc(t.session.GraphState.V.Offers(t.graph), func(o graph.Offer) bool { return o.Node == node })
}

func (t standing) hasPassed(node string) bool {
	return slices.ContainsFunc(t.results, func(r models.Result) bool {
		return r.Node == node && r.Status == graph.OutcomePassed
	})
}
