package sessions

import (
	"context"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Begin returns the first change of a session: it enters the graph and answers the branches before the first method.
func (e Engine) Begin(g graph.Graph, session models.Session) (store.Progress, error) {
	w := walk{graph: g, session: session}
	if err := w.begin(); err != nil {
		return store.Progress{}, err
	}
	return w.progress(e), nil
}

// Judgement is the change that a verdict made, with the outcome that counted.
type Judgement struct {
	store.Changed
	Outcome graph.Outcome
}

// Judge returns the verdict on a submission, or nil while the verdict is not due. Payload is the submission as the
// method stored it.
type Judge func(session models.Session, submission models.Submission, payload []byte) (*methods.Verdict, error)

// Given returns a Judge that gives the verdict v.
func Given(v methods.Verdict) Judge {
	return func(models.Session, models.Submission, []byte) (*methods.Verdict, error) { return &v, nil }
}

// Judged has judge give the verdict on a submission and commits it. Judge is called again where the row changed
// meanwhile. It is not called where the submission has its verdict or the session has ended; the result then has no
// session. Errors: ErrBusy, and those of store.Change.
func (e Engine) Judged(ctx context.Context, ref models.SubmissionRef, judge Judge) (done Judgement, err error) {
	err = again(func() error {
		// A signal sent by an operator may name a submission that does not exist or belongs to another session.
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
		session.Risk = models.AsJSON(rules.RaiseRisk(session.Risk.V, *v.Risk))
	}
	p, err := e.walk(ctx, session, graph.MethodResult{
		Node: submission.Node, Attempt: submission.Attempt, Outcome: v.Outcome, ReasonCodes: v.ReasonCodes,
	})
	if err != nil {
		return Judgement{}, err
	}
	if len(p.Steps) == 0 {
		v.Risk = nil // the verdict came too late to be a step, so a replay would not see its risk
	} else {
		p.Steps[0].Detail.V.Risk = v.Risk
	}
	// The judged submission counts as in flight until this change is committed.
	if !p.To.Terminal() && session.InFlight > 1 {
		p.To = models.StatusProcessing
	}
	changed, err := e.Store.Judge(ctx, store.Judgement{Progress: p, Submission: submission, Verdict: v, Nudge: e.Outside})
	return Judgement{Changed: changed, Outcome: v.Outcome}, err
}
