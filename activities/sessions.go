// Package activities holds what workflows make happen: changes of rows, and what is sent to others. Every activity may
// run twice: the row, or a deterministic id, makes the repeat return what the first run did.
package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stile-id/stile/internal/fault"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Sessions are the activities of session workflows.
type Sessions struct {
	Store *store.Store
	Judge methods.Judge
	// Judged, where set, hears of every verdict, for metrics.
	Judged func(method rules.Method, outcome graph.Outcome)
	// Ended, where set, hears of every session that came to its end here, for metrics.
	Ended func(session models.Session)
}

// lookAgain is how often a judgement is made anew because the row moved under it.
const lookAgain = 10

// JudgeSubmission gives the verdict on a submission, runs the executor on it and moves the row. Where the verdict has
// been given, or the session has ended, it only tells how things stand.
func (a *Sessions) JudgeSubmission(ctx context.Context, ref models.SubmissionRef) (models.SessionView, error) {
	fault.Point("judge.started")
	for range lookAgain {
		err := a.judge(ctx, ref)
		if models.CodeOf(err) == models.CodeSessionTerminal {
			break // it ended meanwhile: the view will say so
		}
		if errors.Is(err, store.ErrRefused) {
			continue
		}
		if err != nil {
			return models.SessionView{}, err
		}
		break
	}
	return a.view(ctx, ref.SessionRef)
}

func (a *Sessions) judge(ctx context.Context, ref models.SubmissionRef) error {
	session, err := a.Store.Session(ctx, ref.OrgID, ref.SessionID)
	if err != nil || session.Status.Terminal() {
		return err
	}
	submission, payload, err := a.Store.Submission(ctx, ref.OrgID, ref.SubmissionID)
	// A signal that an operator sent may name what is not there, or another session's.
	if models.CodeOf(err) == models.CodeResourceMissing || err == nil && submission.SessionID != session.ID {
		return nil
	}
	if err != nil || payload == nil || submission.ReadyAt.After(a.Store.Now().Time) {
		return err
	}
	verdict, err := a.verdict(ctx, session, submission, payload)
	if err != nil {
		return err
	}
	state, finish, err := a.advance(ctx, session, submission, verdict)
	if err != nil {
		return err
	}
	judgement := store.Judgement{
		Session: session, Submission: submission, Verdict: recorded(verdict), State: state,
		To: statusAfter(session, finish),
	}
	if finish != nil && finish.Outcome == graph.OutcomeFailed {
		judgement.Failure = &finish.Reason
	}
	changed, err := a.Store.Judge(ctx, judgement)
	if err == nil && !changed.Repeated {
		a.tell(changed.Session, submission.Method, verdict.Outcome)
	}
	return err
}

func (a *Sessions) verdict(
	ctx context.Context, session models.Session, submission models.Submission, payload []byte,
) (methods.Verdict, error) {
	org, err := a.Store.Across().Organization(ctx, session.OrgID)
	if err != nil {
		return methods.Verdict{}, err
	}
	return a.Judge.Judge(ctx, methods.Submission{
		Method: submission.Method, Payload: payload, Tier: session.AgeTier,
		Today: today(submission.Created.Time), Sandbox: org.Sandbox,
	})
}

// today is the date in the last time zone to reach it (UTC-12): nobody comes of age before it is their birthday.
func today(now time.Time) rules.Date { return rules.DateOf(now.UTC().Add(-12 * time.Hour)) }

// advance runs the executor. Finish is nil while the session goes on.
func (a *Sessions) advance(
	ctx context.Context, session models.Session, submission models.Submission, v methods.Verdict,
) (graph.State, *graph.Finish, error) {
	g, err := a.Store.SessionGraph(ctx, session)
	if err != nil {
		return graph.State{}, nil, err
	}
	state, effects, err := graph.Next(g, session.GraphState.V, graph.MethodResult{
		Node: submission.Node, Attempt: submission.Attempt, Outcome: v.Outcome, ReasonCodes: v.ReasonCodes,
	})
	if err != nil {
		return state, nil, err
	}
	for _, effect := range effects {
		switch e := effect.(type) {
		case graph.OfferMethod: // shown by the view
		case graph.Finish:
			return state, &e, nil
		default:
			return state, nil, fmt.Errorf("the graph asks for %T, which no compiled workflow contains yet", effect)
		}
	}
	return state, nil, nil
}

func statusAfter(session models.Session, finish *graph.Finish) models.SessionStatus {
	switch {
	case finish != nil && finish.Outcome == graph.OutcomeVerified:
		return models.StatusVerified
	case finish != nil:
		return models.StatusFailed
	case session.InFlight > 1: // another submission is still being judged
		return models.StatusProcessing
	default:
		return models.StatusRequiresInput
	}
}

func recorded(v methods.Verdict) models.Verdict {
	checks := make([]models.Check, 0, len(v.Checks))
	for _, check := range v.Checks {
		checks = append(checks, models.NewCheck(check.Name, check.Passed))
	}
	return models.Verdict{Outcome: v.Outcome, AgeTier: v.AgeTier, ReasonCodes: v.ReasonCodes, Checks: checks}
}

func (a *Sessions) tell(session models.Session, method rules.Method, outcome graph.Outcome) {
	if a.Judged != nil {
		a.Judged(method, outcome)
	}
	a.tellEnd(session)
}

func (a *Sessions) tellEnd(session models.Session) {
	if a.Ended != nil && session.Status.Terminal() {
		a.Ended(session)
	}
}

// SyncSession tells how the row stands, and notes that the workflow knows.
func (a *Sessions) SyncSession(ctx context.Context, ref models.SessionRef) (models.SessionView, error) {
	session, err := a.Store.Session(ctx, ref.OrgID, ref.SessionID)
	if err != nil {
		return models.SessionView{}, err
	}
	view, err := a.viewOf(ctx, session)
	if err != nil {
		return view, err
	}
	return view, a.Store.WorkflowStarted(ctx, session)
}

// EndSession ends a session whose time is over, or that an operator cancelled, unless it has ended or its deadline has
// moved.
func (a *Sessions) EndSession(ctx context.Context, end models.SessionEnd) (models.SessionView, error) {
	session, err := a.Store.Session(ctx, end.OrgID, end.SessionID)
	if err != nil {
		return models.SessionView{}, err
	}
	// Messages carry whole seconds.
	if end.To == models.StatusExpired && session.ExpiresAt.Unix() > end.ExpiresAt.Unix() {
		return a.viewOf(ctx, session)
	}
	changed, err := a.Store.End(ctx, end.OrgID, end.SessionID, models.OpenStatuses, end.To)
	if err == nil && !changed.Repeated {
		a.tellEnd(changed.Session)
	}
	if err != nil && models.CodeOf(err) != models.CodeSessionTerminal {
		return models.SessionView{}, err
	}
	return a.SyncSession(ctx, end.SessionRef)
}

func (a *Sessions) view(ctx context.Context, ref models.SessionRef) (models.SessionView, error) {
	session, err := a.Store.Session(ctx, ref.OrgID, ref.SessionID)
	if err != nil {
		return models.SessionView{}, err
	}
	return a.viewOf(ctx, session)
}

func (a *Sessions) viewOf(ctx context.Context, session models.Session) (models.SessionView, error) {
	view := models.SessionView{Status: session.Status, ExpiresAt: session.ExpiresAt}
	first, err := a.Store.FirstAttempts(ctx, session.OrgID, session.ID)
	if err != nil || session.Status.Terminal() {
		view.FirstAttempts = first
		return view, err
	}
	view.FirstAttempts = first
	g, err := a.Store.SessionGraph(ctx, session)
	if err != nil {
		return view, err
	}
	for _, offer := range session.GraphState.V.Offers(g) {
		view.Offers = append(view.Offers, models.OfferView{
			Node: offer.Node, Method: string(offer.Method),
			AttemptsUsed: offer.AttemptsUsed, AttemptsLeft: offer.AttemptsLeft,
		})
	}
	unjudged, err := a.Store.PendingSubmissions(ctx, session.OrgID, session.ID)
	for _, submission := range unjudged {
		view.Unjudged = append(view.Unjudged, models.UnjudgedView{
			SubmissionID: submission.ID, WaitMS: wholeMilliseconds(submission.ReadyAt.Sub(a.Store.Now().Time)),
		})
	}
	return view, err
}

// wholeMilliseconds rounds up: a run that comes too early for a verdict is sent away until the moment has come.
func wholeMilliseconds(d time.Duration) int64 {
	return max((d + time.Millisecond - 1).Milliseconds(), 0)
}
