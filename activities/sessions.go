// Package activities implements the side effects of workflows: changes of rows, and requests to receivers and
// providers. Temporal may run any activity twice. The row, or a deterministic id, makes the repeat return the result of
// the first run.
package activities

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/stile-id/stile/internal/fault"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/sessions"
)

// Sessions holds the activities of session workflows.
type Sessions struct {
	Store *store.Store
	Judge methods.Judge
	// Pace, if set, knows which endpoints answer promptly.
	Pace *Pace
	// ReviewTimeout is how long a review may wait. SessionTTL is how long the user has after the review.
	ReviewTimeout, SessionTTL time.Duration
	// DeviceIdleTimeout is how long the device that holds a session may stay silent before the session is released.
	DeviceIdleTimeout time.Duration
	// Judged, if set, is called for every verdict, for metrics.
	Judged func(method rules.Method, outcome graph.Outcome)
	// Ended, if set, is called for every session that one of these activities ended, for metrics.
	Ended func(session models.Session)
}

// JudgeSubmission judges a submission, passes the verdict to the graph and updates the row. It only returns the current
// view if the verdict exists, if a provider is to give it, or if the session has ended.
func (a *Sessions) JudgeSubmission(ctx context.Context, ref models.SubmissionRef) (models.SessionView, error) {
	fault.Point("judge.started")
	done, err := a.commit(ctx, ref,
		func(session models.Session, submission models.Submission, payload []byte) (*methods.Verdict, error) {
			if submission.ReadyAt.After(a.Store.Now().Time) {
				return nil, nil
			}
			verdict, err := a.verdict(ctx, session, submission, payload)
			return &verdict, err
		})
	// If the row kept changing under the judge, the run looks at it again.
	if err != nil && !errors.Is(err, sessions.ErrBusy) {
		return models.SessionView{}, unlessLost(judgeLater(ctx, err), models.CodeSessionNotFound)
	}
	if done.Session.ID != "" {
		return a.viewAfter(ctx, done)
	}
	view, err := a.view(ctx, ref.SessionRef)
	return view, unlessLost(err, models.CodeSessionNotFound)
}

// commit updates the row by the source's verdict and returns the change. The change is empty if the submission is no
// longer pending or the source returned no verdict.
func (a *Sessions) commit(
	ctx context.Context, ref models.SubmissionRef, source sessions.VerdictSource,
) (store.Changed, error) {
	var method rules.Method
	done, err := a.engine(ctx, ref.SessionRef).CommitVerdict(ctx, ref,
		func(session models.Session, submission models.Submission, payload []byte) (*methods.Verdict, error) {
			method = submission.Method
			return source(session, submission, payload)
		})
	// If the session ended meanwhile, the view shows it.
	if err != nil && models.CodeOf(err) != models.CodeSessionTerminal {
		return store.Changed{}, err
	}
	if done.Made() {
		a.tell(done.Session, method, done.Outcome)
	}
	return done.Changed, nil
}

func (a *Sessions) engine(ctx context.Context, ref models.SessionRef) sessions.Engine {
	return sessions.Engine{
		Store: a.Store, ReviewTimeout: a.ReviewTimeout, SessionTTL: a.SessionTTL, Unsaved: unsaved(ctx, ref),
	}
}

// unsaved reports whether Temporal may still lose the task from which the run asks, with the update that caused the
// task. A regular activity begins after the task has been saved.
func unsaved(ctx context.Context, ref models.SessionRef) bool {
	return ref.Unsaved && activity.GetInfo(ctx).IsLocalActivity
}

func (a *Sessions) verdict(
	ctx context.Context, session models.Session, submission models.Submission, payload []byte,
) (methods.Verdict, error) {
	org, err := a.Store.Across().Organization(ctx, session.OrgID)
	if err != nil {
		return methods.Verdict{}, err
	}
	g, err := a.Store.SessionGraph(ctx, session)
	if err != nil {
		return methods.Verdict{}, err
	}
	s := methods.Submission{
		Attempt: sessions.AttemptAt(g, session, submission.Node, submission.Method, submission.Attempt),
		Payload: payload, Uploads: uploads{a.Store, session}, Kept: kept{a.Store, session}, Received: submission.Created.Time,
		Today: today(submission.Created.Time), Sandbox: org.Sandbox,
	}
	if submission.ConnectorID != nil { // the provider did not answer in time
		s.ConnectorID = *submission.ConnectorID
	}
	return a.Judge.Judge(ctx, s)
}

// uploads opens the uploads of a session.
type uploads struct {
	store   *store.Store
	session models.Session
}

// Content implements methods.Uploads.
func (u uploads) Content(ctx context.Context, id string) ([]byte, error) {
	return u.store.UploadContent(ctx, u.session.OrgID, u.session.ID, id)
}

// kept opens the biometric data of a session.
type kept uploads

// Portrait implements methods.Kept.
func (k kept) Portrait(ctx context.Context) ([]byte, error) {
	if !k.session.HasPortrait {
		return nil, nil
	}
	return k.store.Portrait(ctx, k.session.OrgID, k.session.ID)
}

// Templates implements methods.Kept.
func (k kept) Templates(ctx context.Context) (map[rules.Method][]byte, error) {
	if k.session.Biometrics == 0 {
		return nil, nil
	}
	return k.store.Templates(ctx, k.session.OrgID, k.session.ID)
}

// today returns the date in the last time zone to reach it (UTC-12), so that no user comes of age before their
// birthday.
func today(now time.Time) rules.Date { return rules.DateOf(now.UTC().Add(-12 * time.Hour)) }

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

// DecideReview applies a reviewer's decision to the row. A decision that comes too late or that the row refuses changes
// nothing; the view shows the current state.
func (a *Sessions) DecideReview(ctx context.Context, d models.ReviewDecision) (models.SessionView, error) {
	changed, err := a.engine(ctx, d.SessionRef).Decide(ctx, d, store.ActorTemporal)
	var refused *models.Error
	if errors.As(err, &refused) {
		return a.SyncSession(ctx, d.SessionRef)
	}
	if err != nil {
		return models.SessionView{}, err
	}
	if changed.EventID != nil { // the status has moved
		a.tellEnd(changed.Session)
	}
	return a.SyncSession(ctx, d.SessionRef)
}

// SyncSession returns the current view of the session. It records that the run knows the row, unless Temporal may still
// lose the run's task: the sender of the update records that.
func (a *Sessions) SyncSession(ctx context.Context, ref models.SessionRef) (models.SessionView, error) {
	session, err := a.Store.Session(ctx, ref.OrgID, ref.SessionID)
	if err != nil {
		return models.SessionView{}, unlessLost(err, models.CodeSessionNotFound)
	}
	view, err := a.viewOf(ctx, session)
	if err != nil || unsaved(ctx, ref) {
		return view, err
	}
	return view, a.Store.WorkflowStarted(ctx, session)
}

// EndSession ends a session that has expired or that an operator cancelled. It changes nothing if the session has ended
// or its deadline has moved.
func (a *Sessions) EndSession(ctx context.Context, end models.SessionEnd) (models.SessionView, error) {
	changed, err := a.end(ctx, end)
	if models.CodeOf(err) == models.CodeSessionTerminal || errors.Is(err, store.ErrRefused) {
		return a.SyncSession(ctx, end.SessionRef)
	}
	if err != nil {
		return models.SessionView{}, unlessLost(err, models.CodeSessionNotFound)
	}
	if !changed.Repeated {
		a.tellEnd(changed.Session)
	}
	return a.SyncSession(ctx, end.SessionRef)
}

// mostEarly is how long before its time a timer of Temporal may fire. If more time is left, the clocks of Stile and
// Temporal disagree, and Temporal's counts.
const mostEarly = 2 * time.Second

func (a *Sessions) end(ctx context.Context, end models.SessionEnd) (store.Changed, error) {
	if end.To != models.StatusExpired {
		return a.Store.End(ctx, end.OrgID, end.SessionID, models.OpenStatuses, end.To)
	}
	rest := end.ExpiresAt.Truncate(time.Second).Sub(a.Store.Now().Time)
	if 0 < rest && rest <= mostEarly {
		return store.Changed{}, store.ErrRefused // the run waits for the rest
	}
	// Messages carry whole seconds: any deadline within that second is the one that the run waited for.
	due := models.At(end.ExpiresAt.Truncate(time.Second).Add(time.Second - time.Microsecond))
	return a.Store.Expire(ctx, end.OrgID, end.SessionID, due)
}

// ReleaseDevice frees a session if its device has been silent for DeviceIdleTimeout.
func (a *Sessions) ReleaseDevice(ctx context.Context, ref models.DeviceRef) (models.SessionView, error) {
	idleSince := models.At(a.Store.Now().Add(-a.DeviceIdleTimeout))
	if _, _, err := a.Store.ReleaseDevice(ctx, ref.OrgID, ref.SessionID, ref.AttemptID, &idleSince); err != nil {
		return models.SessionView{}, unlessLost(err, models.CodeSessionNotFound)
	}
	return a.SyncSession(ctx, ref.SessionRef)
}

// device returns the device that holds the session and how long it may still stay silent; nil if no device holds it.
func (a *Sessions) device(session models.Session) *models.DeviceView {
	if session.AttemptID == nil {
		return nil
	}
	left := session.DeviceSeenAt.Add(a.DeviceIdleTimeout).Sub(a.Store.Now().Time)
	return &models.DeviceView{AttemptID: *session.AttemptID, IdleMS: wholeMilliseconds(left)}
}

func (a *Sessions) view(ctx context.Context, ref models.SessionRef) (models.SessionView, error) {
	session, err := a.Store.Session(ctx, ref.OrgID, ref.SessionID)
	if err != nil {
		return models.SessionView{}, err
	}
	return a.viewOf(ctx, session)
}

// viewAfter returns the view after a verdict. Its deliveries are those of the change itself, because the run already
// knows the deliveries of the creation and of earlier verdicts. After a review it reads them from the database: a
// reviewer's decision, or a provider's verdict that led to the review, fires events that the run has not seen.
func (a *Sessions) viewAfter(ctx context.Context, done store.Changed) (models.SessionView, error) {
	if done.Repeated || done.Session.Review.FlaggedAt != nil {
		return a.viewOf(ctx, done.Session)
	}
	return a.viewWith(ctx, done.Session, done.FirstAttempts)
}

func (a *Sessions) viewOf(ctx context.Context, session models.Session) (models.SessionView, error) {
	first, err := a.Store.FirstAttempts(ctx, session.OrgID, session.ID)
	if err != nil {
		return models.SessionView{}, err
	}
	return a.viewWith(ctx, session, first)
}

func (a *Sessions) viewWith(
	ctx context.Context, session models.Session, first []models.DeliveryRef,
) (models.SessionView, error) {
	view := models.SessionView{
		Status: session.Status, ExpiresAt: session.ExpiresAt, Jurisdiction: session.Jurisdiction,
		Review: session.Review.Status, ReviewNode: session.Review.Node, FirstAttempts: first,
	}
	for i, attempt := range first {
		first[i].Prompt = a.Pace.Prompt(attempt.EndpointID)
	}
	if session.Status.Terminal() {
		view.IndexedLast = true
		a.quicken(first)
		return view, nil
	}
	view.Device = a.device(session)
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
		unjudged, err := a.unjudged(ctx, submission)
		if err != nil {
			return view, err
		}
		view.Unjudged = append(view.Unjudged, unjudged)
	}
	return view, err
}

// quicken marks the deliveries of an ended session as quick if all their endpoints are: the run has nothing else to do
// then, and its task waits for none but them.
func (a *Sessions) quicken(deliveries []models.DeliveryRef) {
	for _, d := range deliveries {
		if !a.Pace.Quick(d.EndpointID) {
			return
		}
	}
	for i := range deliveries {
		deliveries[i].Quick = true
	}
}

func (a *Sessions) unjudged(ctx context.Context, s models.Submission) (models.UnjudgedView, error) {
	unjudged := models.UnjudgedView{
		SubmissionID: s.ID, WaitMS: wholeMilliseconds(s.ReadyAt.Sub(a.Store.Now().Time)),
	}
	if s.ConnectorID == nil {
		return unjudged, nil
	}
	unjudged.Provider, unjudged.Promised = string(s.Method), s.PromisedAt != nil
	connector, err := a.Store.Connector(ctx, s.OrgID, *s.ConnectorID)
	if models.CodeOf(err) == models.CodeResourceMissing { // deleted: the activity that asks the provider notices it
		return unjudged, nil
	}
	unjudged.AnswerMS = connector.Timeout().Milliseconds()
	return unjudged, err
}

// wholeMilliseconds rounds up, so that the run's timer does not fire before the verdict is due.
func wholeMilliseconds(d time.Duration) int64 {
	return max((d + time.Millisecond - 1).Milliseconds(), 0)
}
