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

// VerdictChange is the change that a verdict made, with the outcome that counted.
type VerdictChange struct {
	store.Changed
	Outcome graph.Outcome
}

// Made reports whether the call that returned c made the change, and not an earlier one or none.
func (c VerdictChange) Made() bool { return c.Session.ID != "" && !c.Repeated }

// VerdictSource returns the verdict on a submission, or nil while the verdict is not due. Payload is the submission as
// the method stored it.
type VerdictSource func(
	session models.Session, submission models.Submission, payload []byte,
) (*methods.Verdict, error)

// Given returns the source of the verdict v.
func Given(v methods.Verdict) VerdictSource {
	return func(models.Session, models.Submission, []byte) (*methods.Verdict, error) { return &v, nil }
}

// CommitVerdict asks the source for the verdict on a submission and commits it. The source is called again where the
// row changed meanwhile. It is not called where the submission has its verdict or the session has ended; the result
// then has no session. Errors: ErrBusy, and those of store.Change.
func (e Engine) CommitVerdict(
	ctx context.Context, ref models.SubmissionRef, source VerdictSource,
) (done VerdictChange, err error) {
	err = again(func() error {
		// A signal sent by an operator may name a submission that does not exist or belongs to another session.
		u, found, err := e.Store.Unjudged(ctx, ref)
		if err != nil || !found || u.Session.Status.Terminal() {
			return err
		}
		verdict, err := source(u.Session, u.Submission, u.Payload)
		if err != nil || verdict == nil {
			return err
		}
		done, err = e.commit(ctx, u.Session, u.Submission, *verdict)
		return err
	})
	return done, err
}

func (e Engine) commit(
	ctx context.Context, session models.Session, submission models.Submission, v methods.Verdict,
) (VerdictChange, error) {
	result := settled(v, session.AgeTier)
	if session.Submissions > models.MaxFreeSubmissions {
		result = costing(result)
	}
	if v.Risk != nil {
		session.Risk = models.AsJSON(rules.RaiseRisk(session.Risk.V, *v.Risk))
	}
	p, err := e.walk(ctx, session, graph.MethodResult{
		Node: submission.Node, Attempt: submission.Attempt, Outcome: result.Status, ReasonCodes: result.ReasonCodes.V,
	})
	if err != nil {
		return VerdictChange{}, err
	}
	// The judged submission counts as in flight until this change is committed.
	if !p.To.Terminal() && session.InFlight > 1 {
		p.To = models.StatusProcessing
	}
	j := store.Judgement{
		Progress: p, Submission: submission, Result: result, Document: v.Document, Nudge: e.Outside, Unsaved: e.Unsaved,
	}
	// A verdict that came too late is no step. A replay would not see its risk, so the session does not take it.
	if v.Risk != nil && len(p.Steps) > 0 {
		p.Steps[0].Detail.V.Risk, j.Risk = v.Risk, session.Risk.V
	}
	if err := e.keep(ctx, &j, v); err != nil {
		return VerdictChange{}, err
	}
	changed, err := e.Store.RecordVerdict(ctx, j)
	if err != nil {
		return VerdictChange{}, err
	}
	return VerdictChange{Changed: changed, Outcome: result.Status}, nil
}
