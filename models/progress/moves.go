package progress

import (
	"context"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Begin is how a session begins its graph: the branches at the start are answered before the first method is offered.
func (e Engine) Begin(g graph.Graph, session models.Session) (store.Progress, error) {
	w := walk{graph: g, session: session}
	if err := w.begin(); err != nil {
		return store.Progress{}, err
	}
	return w.progress(e), nil
}

// Judgement is a verdict as it counts, and what it changed.
type Judgement struct {
	store.Changed
	Outcome graph.Outcome
}

// Judge gives the verdict on what a user sent, or nil where it is not to be given yet.
type Judge func(session models.Session, submission models.Submission, payload []byte) (*methods.Verdict, error)

// Given is the judge who has made up their mind.
func Given(v methods.Verdict) Judge {
	return func(models.Session, models.Submission, []byte) (*methods.Verdict, error) { return &v, nil }
}

// Judged moves a session by a verdict on a submission, and reports what came of it. Judge gives the verdict on the
// session as it stands, anew where that moves meanwhile; it is not asked where there is nothing to judge (any more), and
// the answer then has no session. Errors: those of store.Change.
func (e Engine) Judged(ctx context.Context, ref models.SubmissionRef, judge Judge) (done Judgement, err error) {
	err = again(func() error {
		// A signal that an operator sent may name what is not there, or another session's.
		u, found, err := e.Store.Unjudged(ctx, ref)
		if err != nil || !found || u.Session.Status.Terminal() {
			return err
		}
		verdict, err := judge(u.Session, u.Submission, u.Payload)
		if err != nil || verdict == nil {
			return err
		}
		done, err = e.judge(ctx, u.Session, u.Submission, *verdict)
		return err
	})
	return done, err
}

func (e Engine) judge(
	ctx context.Context, session models.Session, submission models.Submission, given methods.Verdict,
) (Judgement, error) {
	v := Settled(given, session.AgeTier)
	if session.Submissions > models.MaxFreeSubmissions {
		v = Costing(v)
	}
	if v.Risk != nil {
		session.Risk = models.AsJSON(rules.Raised(session.Risk.V, *v.Risk))
	}
	p, err := e.walk(ctx, session, graph.MethodResult{
		Node: submission.Node, Attempt: submission.Attempt, Outcome: v.Outcome, ReasonCodes: v.ReasonCodes,
	})
	if err != nil {
		return Judgement{}, err
	}
	if len(p.Steps) == 0 {
		v.Risk = nil // too late to be a step, so that no replay could see what it tells
	} else {
		p.Steps[0].Detail.V.Risk = v.Risk
	}
	// The submission that was judged is in flight until this is committed.
	if !p.To.Terminal() && session.InFlight > 1 {
		p.To = models.StatusProcessing
	}
	changed, err := e.Store.Judge(ctx, store.Judgement{Progress: p, Submission: submission, Verdict: v, Nudge: e.Outside})
	return Judgement{Changed: changed, Outcome: v.Outcome}, err
}

// Decide moves a session by a reviewer's decision. The first decision at a review stands; a repeat of it returns the
// session as it stands, another is CodeReviewDecided. Errors besides: CodeReviewNotPending, and those of store.Change.
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
			return store.ErrRefused // it ended under us: look again, by whose decision
		}
		return err
	})
	return changed, err
}

// decidable reports whether the decision is the one that was made already. One that names another node than that of the
// latest review was meant for a review before it, or for none: it must not decide this one.
func (e Engine) decidable(ctx context.Context, s models.Session, d models.ReviewDecision) (repeat bool, err error) {
	if d.Node != "" && d.Node != s.Review.Node {
		return e.repeatsAnEarlierOne(ctx, d)
	}
	made := s.Review.Status == models.After(d.Decision) && s.Review.Reviewer != nil && *s.Review.Reviewer == d.Reviewer
	switch {
	case s.Review.Status == "":
		return false, models.Errorf(models.CodeReviewNotPending, "The session is not in review")
	case made:
		return true, nil
	case !s.Review.Status.Waits():
		return false, models.Errorf(models.CodeReviewDecided, "The review was %s already", s.Review.Status)
	case s.Status.Terminal() && s.Status != models.StatusVerified: // it expired, or was cancelled
		return false, models.Errorf(models.CodeSessionTerminal, "The session is %s and cannot be modified", s.Status)
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
			return store.Changed{}, models.Errorf(models.CodeIdentityUnproven, "An identity session can only be verified once a "+
				"method of the strength of document_capture or better has passed; none has on the way to this approval. "+
				"Reject the review, or have the user start again")
		}
		if !p.To.Terminal() && session.InFlight > 0 {
			p.To = models.StatusProcessing
		}
	}
	return e.Store.DecideReview(ctx, store.Decided{Progress: p, Decision: d, Actor: actor})
}
