package activities_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/sessions"
	"github.com/stile-id/stile/worker/workertest/scene"
)

const (
	document = rules.MethodDocumentCapture
	facial   = rules.MethodFacialAge
	declared = rules.MethodSelfAttestation
)

// desk is the fixture for judging submissions. It records every reported verdict and end.
type desk struct {
	*scene.Scene
	*activities.Sessions
	clock *testkit.Clock

	mu     sync.Mutex
	judged []graph.Outcome
	ended  []models.SessionStatus
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	c := testkit.NewClock()
	d := &desk{Scene: scene.New(t, c.Now), clock: c}
	d.Sessions = &activities.Sessions{
		Store: d.Scene.Store, Judge: scene.Judge(),
		Judged: func(_ rules.Method, o graph.Outcome) { d.note(func() { d.judged = append(d.judged, o) }) },
		Ended:  func(s models.Session) { d.note(func() { d.ended = append(d.ended, s.Status) }) },
	}
	return d
}

func (d *desk) note(record func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	record()
}

func ref(s models.Session) models.SessionRef {
	return models.SessionRef{OrgID: s.OrgID, SessionID: s.ID}
}

func submitted(s models.Submission) models.SubmissionRef {
	return models.SubmissionRef{
		SessionRef:   models.SessionRef{OrgID: s.OrgID, SessionID: s.SessionID},
		SubmissionID: s.ID,
	}
}

func (d *desk) judge(t *testing.T, s models.Submission) models.SessionView {
	t.Helper()
	view, err := d.JudgeSubmission(t.Context(), submitted(s))
	require.NoError(t, err)
	return view
}

func TestAVerdictIsGivenOnce(t *testing.T) {
	t.Parallel()
	for name, play := range map[string]struct {
		outcome string
		verdict graph.Outcome
		status  models.SessionStatus
		events  int
		ended   []models.SessionStatus
	}{
		"that ends the session": {
			simulated.Pass, graph.OutcomePassed, models.StatusVerified, 2, []models.SessionStatus{models.StatusVerified},
		},
		"that lets it go on": {simulated.Fail, graph.OutcomeFailed, models.StatusRequiresInput, 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.SubscribeURL(t, "https://merchant.example/hooks", models.EventSessionVerified)
			session := d.Begin(t, scene.AnyOf(document))
			submission := d.Simulate(t, session, document, play.outcome)

			first := d.judge(t, submission)
			for range 3 {
				require.Equal(t, first, d.judge(t, submission), "a repeat is answered as the first run was")
			}

			require.Equal(t, play.status, first.Status)
			require.Len(t, first.FirstAttempts, play.events-1)
			require.Equal(t, []graph.Outcome{play.verdict}, d.Verdicts(t, session))
			require.Len(t, d.EventsOf(t, session), play.events)
			require.Equal(t, []graph.Outcome{play.verdict}, d.judged, "a verdict is counted once")
			require.Equal(t, play.ended, d.ended)
			require.Empty(t, d.Unjudged(t, session), "the submission is erased")
		})
	}
}

func TestVerdictIsCommittedOnceByConcurrentJudges(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	session := d.Begin(t, scene.Attempts(2, scene.AnyOf(document)))
	submission := d.Simulate(t, session, document, simulated.Fail)
	var judges sync.WaitGroup
	for range 8 {
		judges.Go(func() {
			view, err := d.JudgeSubmission(context.WithoutCancel(t.Context()), submitted(submission))
			if err != nil || len(view.Offers) != 1 || view.Offers[0].AttemptsUsed != 1 {
				t.Errorf("answer %+v, %v", view, err)
			}
		})
	}
	judges.Wait()

	require.Equal(t, []graph.Outcome{graph.OutcomeFailed}, d.Verdicts(t, session))
	require.Equal(t, []graph.Outcome{graph.OutcomeFailed}, d.judged)
	require.Zero(t, d.Reread(t, session).InFlight)
}

type judgeFunc func(ctx context.Context, s methods.Submission) (methods.Verdict, error)

func (f judgeFunc) Judge(ctx context.Context, s methods.Submission) (methods.Verdict, error) {
	return f(ctx, s)
}

// meddle calls at between a judge's read of the row and the change that follows. It returns the count of the judge's
// calls.
func (d *desk) meddle(at func(call int)) (calls *int) {
	calls = new(int)
	judge := d.Judge
	d.Judge = judgeFunc(func(ctx context.Context, s methods.Submission) (methods.Verdict, error) {
		*calls++
		at(*calls)
		return judge.Judge(ctx, s)
	})
	return calls
}

func TestChangedRowIsJudgedAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	session := d.Begin(t, scene.AllOf(facial, document))
	submission := d.Simulate(t, session, facial, simulated.Pass)
	calls := d.meddle(func(call int) {
		if call == 1 {
			d.Simulate(t, session, document, simulated.Pass)
		}
	})

	view := d.judge(t, submission)

	require.Equal(t, 2, *calls)
	require.Equal(t, models.StatusProcessing, view.Status, "the other submission is still to be judged")
	require.Len(t, view.Unjudged, 1)
	require.Equal(t, []graph.Outcome{graph.OutcomePassed}, d.Verdicts(t, session))
	require.Equal(t, 1, d.Reread(t, session).InFlight)
}

func TestVerdictOfAConcurrentJudgeIsCountedOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	session := d.Begin(t, scene.AnyOf(document))
	submission := d.Simulate(t, session, document, simulated.Pass)
	elsewhere := &activities.Sessions{Store: d.Scene.Store, Judge: scene.Judge()}
	d.meddle(func(int) {
		_, err := elsewhere.JudgeSubmission(t.Context(), submitted(submission))
		require.NoError(t, err)
	})

	require.Equal(t, models.StatusVerified, d.judge(t, submission).Status)

	require.Empty(t, d.judged)
	require.Empty(t, d.ended)
	require.Len(t, d.Verdicts(t, session), 1)
}

func TestRowThatKeepsChangingIsJudgedLater(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	session := d.Begin(t, scene.AnyOf(document))
	submission := d.Simulate(t, session, document, simulated.Pass)
	calls := d.meddle(func(call int) { d.touch(t, session, call) })

	view := d.judge(t, submission)

	require.Equal(t, 10, *calls)
	require.Equal(t, []models.UnjudgedView{{SubmissionID: submission.ID}}, view.Unjudged, "the run comes back to it")
	require.Empty(t, d.Verdicts(t, session))
}

// onward is a workflow in which an approved user has to pass one more method.
const onward = `{"mode": "graph", "use_case": "alcohol_delivery", "graph": {"start": "face", "nodes": {
	"face":  {"kind": "method", "method": "facial_age", "pass": "human", "fail": "no"},
	"human": {"kind": "review", "reason": "looks young", "pass": "doc", "fail": "no"},
	"doc":   {"kind": "method", "method": "document_capture", "pass": "yes", "fail": "no"},
	"yes":   {"kind": "verified"}, "no": {"kind": "failed"}}}}`

func TestViewAfterAReviewListsTheReviewsDeliveries(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ReviewTimeout, d.SessionTTL = time.Hour, time.Hour
	endpoint := d.SubscribeURL(
		t,
		"https://merchant.example/hooks",
		models.EventReviewApproved,
		models.EventSessionVerified,
	)
	var definition graph.Definition
	require.NoError(t, json.Unmarshal([]byte(onward), &definition))
	session := d.Begin(t, definition)
	d.judge(t, d.Simulate(t, session, facial, simulated.Pass))
	// The API decides the review; the run has not been told.
	_, err := sessions.Engine{Store: d.Scene.Store, SessionTTL: time.Hour}.Decide(t.Context(), models.ReviewDecision{
		SessionRef: ref(session), Decision: graph.Approve, Reason: "looked at it", Reviewer: "kim",
	}, "key_1")
	require.NoError(t, err)

	view := d.judge(t, d.Simulate(t, session, document, simulated.Pass))

	require.Equal(t, models.StatusVerified, view.Status)
	require.Len(t, view.FirstAttempts, 2)
	for _, owed := range d.Deliveries(t, endpoint) {
		require.Contains(t, view.FirstAttempts, owed.Ref())
	}
}

func TestSessionThatEndsMeanwhileIsNotJudged(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	session := d.Begin(t, scene.AnyOf(document))
	submission := d.Simulate(t, session, document, simulated.Pass)
	d.meddle(func(int) { d.end(t, session, models.StatusExpired) })

	view := d.judge(t, submission)

	require.Equal(t, models.SessionView{
		Status:        models.StatusExpired,
		ExpiresAt:     session.ExpiresAt,
		Jurisdiction:  "US-CA",
		FirstAttempts: []models.DeliveryRef{},
		IndexedLast:   true,
	}, view)
	require.Empty(t, d.Verdicts(t, session))
	require.Empty(t, d.judged)
}

func TestEndedSessionIsOnlyViewed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	endpoint := d.SubscribeURL(t, "https://merchant.example/hooks", models.EventSessionCancelled)
	session := d.Begin(t, scene.AnyOf(document))
	submission := d.Simulate(t, session, document, simulated.Pass)
	d.end(t, session, models.StatusCancelled)
	owed := []models.DeliveryRef{d.Deliveries(t, endpoint)[0].Ref()}
	calls := d.meddle(func(int) {})

	for name, look := range map[string]func() (models.SessionView, error){
		"judge": func() (models.SessionView, error) { return d.JudgeSubmission(t.Context(), submitted(submission)) },
		"sync":  func() (models.SessionView, error) { return d.SyncSession(t.Context(), ref(session)) },
		"end": func() (models.SessionView, error) {
			return d.EndSession(t.Context(), models.SessionEnd{
				SessionRef: ref(session), To: models.StatusExpired, ExpiresAt: session.ExpiresAt,
			})
		},
	} {
		view, err := look()
		require.NoError(t, err, name)
		require.Equal(t, models.SessionView{
			Status: models.StatusCancelled, ExpiresAt: session.ExpiresAt, Jurisdiction: "US-CA", FirstAttempts: owed,
			IndexedLast: true,
		}, view, name)
	}
	require.Zero(t, *calls)
	require.Empty(t, d.ended, "somebody else has ended it")
	require.Len(t, d.EventsOf(t, session), 2)
}

func TestAnAgeIsCountedToTheDateInTheLastTimeZone(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, time.November, 15, 12, 0, 0, 0, time.UTC) // midnight at UTC-12
	for name, play := range map[string]struct {
		submitted, judged time.Time
		verdict           graph.Outcome
	}{
		"a second before the birthday": {
			noon.Add(-time.Second), noon.Add(-time.Second), graph.OutcomeFailed,
		},
		"on the birthday": {noon, noon, graph.OutcomePassed},
		"submitted before it, judged most of a day late": {
			noon.Add(-time.Second), noon.Add(23 * time.Hour), graph.OutcomeFailed,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.clock.Set(play.submitted)
			session := d.Begin(t, scene.AnyOf(declared))
			submission := d.Submit(t, session, declared, `{"date_of_birth": "2005-11-15", "declaration": true}`)
			d.clock.Set(play.judged)

			d.judge(t, submission)

			require.Equal(t, []graph.Outcome{play.verdict}, d.Verdicts(t, session))
		})
	}
}

func TestLiveOrganizationCannotSimulate(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	live := scene.Live(t, d.Scene.Store)
	session := live.Begin(t, scene.AnyOf(document))
	submission := live.Simulate(t, session, document, simulated.Pass)

	_, err := d.JudgeSubmission(t.Context(), submitted(submission))

	require.Error(t, err)
	require.Empty(t, live.Verdicts(t, session))
	require.Equal(t, models.StatusProcessing, live.Reread(t, session).Status)
	require.Empty(t, d.judged)
}

func TestFailingJudgeChangesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	session := d.Begin(t, scene.AnyOf(document))
	submission := d.Simulate(t, session, document, simulated.Pass)
	away := errors.New("the provider is away")
	d.Judge = judgeFunc(func(context.Context, methods.Submission) (methods.Verdict, error) {
		return methods.Verdict{}, away
	})

	_, err := d.JudgeSubmission(t.Context(), submitted(submission))

	require.ErrorIs(t, err, away)
	require.Len(t, d.Unjudged(t, session), 1)
}

// A local activity has five seconds for all its tries, so it must not spend them on a wait.
func TestJudgeThatWaitsIsCalledAgainByTheRegularActivity(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	submission := d.Simulate(t, d.Begin(t, scene.AnyOf(document)), document, simulated.Pass)
	for _, given := range []struct {
		err  error
		wait time.Duration
	}{
		{&methods.WaitingError{}, time.Second},
		{&methods.WaitingError{After: 5 * time.Second}, 5 * time.Second},
		{&methods.AwayError{Reason: "away", RetryAfter: 20 * time.Second}, 20 * time.Second},
		{&methods.AwayError{Reason: "away", RetryAfter: time.Hour}, 30 * time.Second},
	} {
		d.Judge = judgeFunc(func(context.Context, methods.Submission) (methods.Verdict, error) {
			return methods.Verdict{}, given.err
		})
		_, err := asked[models.SessionView](t, d.JudgeSubmission, submitted(submission))
		var told *temporal.ApplicationError
		require.ErrorAs(t, err, &told)
		require.Equal(t, given.wait, told.NextRetryDelay())
		require.False(t, told.NonRetryable())
		require.Equal(t, temporal.ApplicationErrorCategoryBenign, told.Category())

		var suite testsuite.WorkflowTestSuite
		_, err = suite.NewTestActivityEnvironment().ExecuteLocalActivity(d.JudgeSubmission, submitted(submission))
		require.ErrorAs(t, err, &told)
		require.True(t, told.NonRetryable())
	}
}

func TestOrganizationCannotJudgeAForeignSubmission(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	session := d.Begin(t, scene.AnyOf(document))
	submission := d.Simulate(t, session, document, simulated.Pass)
	foreign := submitted(submission)
	foreign.OrgID = scene.Sandbox(t, d.Scene.Store).Org

	_, err := d.JudgeSubmission(t.Context(), foreign)

	require.Equal(t, models.CodeSessionNotFound, models.CodeOf(err))
	require.Empty(t, d.Verdicts(t, session))
}

// Without a row a run has no work, however often it tries.
func TestMissingRowEndsTheActivity(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ref := models.SessionRef{OrgID: d.Org, SessionID: "vks_lost"}
	for name, call := range map[string]func() error{
		"judge": func() error {
			_, err := d.JudgeSubmission(t.Context(), models.SubmissionRef{SessionRef: ref, SubmissionID: "vr_lost"})
			return err
		},
		"read": func() error { _, err := d.SyncSession(t.Context(), ref); return err },
		"end": func() error {
			_, err := d.EndSession(t.Context(), models.SessionEnd{SessionRef: ref, To: models.StatusExpired})
			return err
		},
		"review": func() error {
			_, err := d.DecideReview(t.Context(), models.ReviewDecision{SessionRef: ref})
			return err
		},
		"release": func() error {
			_, err := d.ReleaseDevice(t.Context(), models.DeviceRef{SessionRef: ref, AttemptID: "va_lost"})
			return err
		},
	} {
		var told *temporal.ApplicationError
		require.ErrorAs(t, call(), &told, name)
		require.True(t, told.NonRetryable(), name)
		require.Equal(t, string(models.CodeSessionNotFound), told.Type(), name)
	}
}

func TestViewListsTheWorkOfTheRun(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	endpoint := d.SubscribeURL(t, "https://merchant.example/hooks", models.EventSessionCreated)
	session := d.Begin(t, scene.AnyOf(facial, document))
	now := d.Simulate(t, session, facial, simulated.Pass)
	d.clock.Advance(time.Second)
	// A timer that fires early would find the verdict not yet due.
	later := d.SimulateSlowly(t, session, document, simulated.Slow, 1500*time.Microsecond)

	view, err := d.SyncSession(t.Context(), ref(session))

	require.NoError(t, err)
	require.Equal(t, models.SessionView{
		Status: models.StatusProcessing, ExpiresAt: session.ExpiresAt, Jurisdiction: "US-CA",
		Offers: []models.OfferView{
			{Node: "primary.facial_age", Method: "facial_age", AttemptsLeft: 3},
			{Node: "primary.document_capture", Method: "document_capture", AttemptsLeft: 3},
		},
		FirstAttempts: []models.DeliveryRef{d.Deliveries(t, endpoint)[0].Ref()},
		Unjudged:      []models.UnjudgedView{{SubmissionID: now.ID}, {SubmissionID: later.ID, WaitMS: 2}},
	}, view)
	require.Equal(t, models.At(d.Now().Add(models.SweepRecheckDefault)), *d.Reread(t, session).NudgeAt,
		"the workflow knows, and reads the row again if it has no verdict by then")
}

func TestASessionEndsWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	for name, play := range map[string]struct {
		to       models.SessionStatus
		deadline time.Duration // the deadline known to the run, relative to the row's
		early    time.Duration // how long before that deadline the run's timer fired
		status   models.SessionStatus
		ended    []models.SessionStatus
	}{
		"expired": {
			models.StatusExpired, 0, 0, models.StatusExpired, []models.SessionStatus{models.StatusExpired},
		},
		"expired, deadline moved": {models.StatusExpired, -time.Hour, 0, models.StatusCreated, nil},
		"timer fired early":       {models.StatusExpired, 0, 700 * time.Millisecond, models.StatusCreated, nil},
		"cancelled by an operator": {
			models.StatusCancelled, -time.Hour, 0, models.StatusCancelled, []models.SessionStatus{models.StatusCancelled},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			session := d.Begin(t, scene.AnyOf(document))
			end := models.SessionEnd{
				SessionRef: ref(session), To: play.to, ExpiresAt: models.At(session.ExpiresAt.Add(play.deadline)),
			}
			d.clock.Set(end.ExpiresAt.Add(-play.early))
			for range 2 {
				view, err := d.EndSession(t.Context(), end)
				require.NoError(t, err)
				require.Equal(t, play.status, view.Status)
			}
			require.Equal(t, play.ended, d.ended)
			require.Equal(t, play.status, d.Reread(t, session).Status)
		})
	}
}

// touch only raises the session's revision.
func (d *desk) touch(t *testing.T, session models.Session, n int) {
	t.Helper()
	_, err := d.Scene.Change(t.Context(), touching(d.Reread(t, session), n))
	require.NoError(t, err)
}

func (d *desk) end(t *testing.T, session models.Session, to models.SessionStatus) {
	t.Helper()
	_, err := d.Scene.End(t.Context(), session.OrgID, session.ID, models.OpenStatuses, to)
	require.NoError(t, err)
}

// A verdict that leaves its attempt unused costs one once the session has used up its free submissions. So the user
// runs out of attempts before the cap of submissions applies.
func TestFreeSubmissionsAreLimited(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		submissions int
		sends       []string
		want        []graph.Outcome
		status      models.SessionStatus
	}{
		"before the bound they are free": {
			models.MaxFreeSubmissions - 3, []string{simulated.RequiresInput, simulated.Error, simulated.RequiresInput},
			[]graph.Outcome{graph.OutcomeRequiresInput, graph.OutcomeError, graph.OutcomeRequiresInput},
			models.StatusRequiresInput,
		},
		"behind it they use up attempts": {
			models.MaxFreeSubmissions, []string{simulated.RequiresInput, simulated.Error},
			[]graph.Outcome{graph.OutcomeFailed, graph.OutcomeFailed}, models.StatusFailed,
		},
		"and the user can still pass": {
			models.MaxFreeSubmissions, []string{simulated.RequiresInput, simulated.Pass},
			[]graph.Outcome{graph.OutcomeFailed, graph.OutcomePassed}, models.StatusVerified,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := testkit.NewClock()
			s := scene.New(t, clock.Now)
			judges := &activities.Sessions{
				Store:             s.Store,
				Judge:             scene.Judge(),
				ReviewTimeout:     time.Hour,
				SessionTTL:        time.Hour,
				DeviceIdleTimeout: time.Minute,
			}
			session := s.Begin(t, scene.Attempts(2, scene.AnyOf(rules.MethodDocumentCapture)), func(n *store.NewSession) {
				n.Session.Submissions = c.submissions
			})
			for _, outcome := range c.sends {
				clock.Advance(time.Second)
				submission := s.Simulate(t, session, rules.MethodDocumentCapture, outcome)
				_, err := judges.JudgeSubmission(t.Context(), models.SubmissionRef{
					SessionRef: models.SessionRef{OrgID: session.OrgID, SessionID: session.ID}, SubmissionID: submission.ID,
				})
				require.NoError(t, err)
			}
			require.Equal(t, c.want, s.Verdicts(t, session))
			require.Equal(t, c.status, s.Reread(t, session).Status)
		})
	}
}
