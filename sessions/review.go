package sessions

import (
	"context"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Decide commits a reviewer's decision in the name of actor, and tells Temporal. It returns the session as it then is.
// Errors: those of Engine.Decide.
func (s *Service) Decide(ctx context.Context, d models.ReviewDecision, actor string) (models.Session, error) {
	changed, err := s.engine.Decide(ctx, d, actor)
	if err != nil {
		return models.Session{}, err
	}
	s.decided(ctx, changed)
	return changed.Session, nil
}

// decided tells Temporal of a decision: the session's run, or a run that dispatches the decision's events where the
// session was verified before and its run is over. The sweep repeats a lost signal.
func (s *Service) decided(ctx context.Context, changed store.Changed) {
	s.orders.aftermath(ctx, changed.Aftermath)
	if !changed.Session.Status.Terminal() || changed.EventID != nil {
		s.orders.changed(ctx, changed.Session)
		return
	}
	told := map[string]bool{}
	for _, owed := range changed.FirstAttempts {
		if !told[owed.EventID] {
			s.orders.dispatch(ctx, owed.OrgID, owed.EventID)
		}
		told[owed.EventID] = true
	}
}

// Decide commits a reviewer's decision. The first decision on a review stands: a repeat of it returns the session
// unchanged, and a different decision is refused. Errors: CodeReviewDecided, CodeReviewNotPending,
// CodeIdentityUnproven, ErrBusy, and those of store.Change.
func (e Engine) Decide(
	ctx context.Context, d models.ReviewDecision, actor string,
) (changed store.Changed, err error) {
	if _, known := models.ParseDecision(string(d.Decision)); !known {
		return changed, models.Invalid("decision", "decision must be approve, reject or escalate")
	}
	err = again(func() error {
		session, err := e.Store.Session(ctx, d.OrgID, d.SessionID)
		if err != nil {
			return err
		}
		repeat, err := e.decidable(ctx, session, d)
		if err != nil || repeat {
			changed = store.Changed{Session: session, Repeated: repeat}
			return err
		}
		changed, err = e.decide(ctx, session, d, actor)
		if models.CodeOf(err) == models.CodeSessionTerminal {
			return store.ErrRefused // the session ended meanwhile: look again whether by this decision
		}
		return err
	})
	return changed, err
}

// decidable returns an error where the session has no review that waits for the decision, and reports whether the same
// decision was committed before. A decision that names another node than the latest review does not count for it.
func (e Engine) decidable(ctx context.Context, s models.Session, d models.ReviewDecision) (repeat bool, err error) {
	if d.Node != "" && d.Node != s.Review.Node {
		return e.repeatsAnEarlierOne(ctx, d)
	}
	made := s.Review.Status == models.ReviewStatusAfter(d.Decision) &&
		s.Review.Reviewer != nil && *s.Review.Reviewer == d.Reviewer
	switch {
	case s.Review.Status == "":
		return false, models.Errorf(models.CodeReviewNotPending, "The session is not in review")
	case made:
		return true, nil
	case !s.Review.Status.Waits():
		return false, models.Errorf(models.CodeReviewDecided, "The review was %s already", s.Review.Status)
	case s.Status.Terminal() && s.Status != models.StatusVerified: // it expired, or was cancelled
		return false, models.SessionTerminal(s.Status)
	default:
		return false, nil
	}
}

func (e Engine) repeatsAnEarlierOne(ctx context.Context, d models.ReviewDecision) (bool, error) {
	made, decided, err := e.Store.Decided(ctx, d)
	switch {
	case err != nil || made:
		return made, err
	case decided:
		return false, models.Errorf(models.CodeReviewDecided, "The review at node '%s' was decided already", d.Node)
	default:
		return false, models.Errorf(models.CodeReviewNotPending, "The session is not in review at node '%s'", d.Node)
	}
}

func (e Engine) decide(
	ctx context.Context, session models.Session, d models.ReviewDecision, actor string,
) (store.Changed, error) {
	p := store.Progress{Session: session, State: session.GraphState.V, To: session.Status}
	// The review of a verified session changes neither its status nor its graph.
	if d.Decision != graph.Escalate && session.Status != models.StatusVerified {
		var err error
		in := graph.ReviewDecided{Node: session.Review.Node, Decision: d.Decision}
		if p, err = e.walk(ctx, session, in); err != nil {
			return store.Changed{}, err
		}
		if p.Failure != nil && *p.Failure == rules.ReasonIdentityUnproven && d.Decision == graph.Approve {
			return store.Changed{}, models.Errorf(models.CodeIdentityUnproven,
				"An identity session can only be verified once a "+
					"method of the strength of document_capture or better has passed; none has on the way to this approval. "+
					"Reject the review, or have the user start again")
		}
		if !p.To.Terminal() && session.InFlight > 0 {
			p.To = models.StatusProcessing
		}
	}
	return e.Store.DecideReview(ctx, store.Decided{Progress: p, Decision: d, Actor: actor})
}
