package workflows_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/worker/workertest/scene"
	"github.com/stile-id/stile/workflows"
)

// localAttempts is the number of attempts that a local activity makes within five seconds: after 0.1, 0.2, 0.4, 0.8, 1,
// 1 and 1 s.
const localAttempts = 8

func TestLocalActivityMakesEightAttemptsWithinItsTime(t *testing.T) {
	t.Parallel()
	options := workflows.QuickDatabaseWork("Read the row")
	policy := options.RetryPolicy
	attempts, wait := 0, policy.InitialInterval
	for at := time.Duration(0); at < options.ScheduleToCloseTimeout; at += wait {
		if attempts++; attempts > 1 {
			wait = min(time.Duration(float64(wait)*policy.BackoffCoefficient), policy.MaximumInterval)
		}
	}
	require.Equal(t, localAttempts, attempts)
}

func TestShortOutageIsSurvivedByTheLocalActivity(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	p.tally.failNext(models.ActivityJudgeSubmission, 2)
	p.after(time.Minute, func() { p.submits(t, session, document, simulated.Pass) })

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, time.Minute+300*time.Millisecond)
	require.Equal(t, 3, p.tally.local(models.ActivityJudgeSubmission))
	require.Zero(t, p.tally.regular(models.ActivityJudgeSubmission))
}

func TestLongOutageIsSurvivedByTheRegularActivity(t *testing.T) {
	t.Parallel()
	for name, play := range map[string]struct {
		activity string
		happens  func(p *play, t *testing.T, session models.Session)
		end      models.SessionStatus
	}{
		"while a submission is judged": {
			models.ActivityJudgeSubmission,
			func(p *play, t *testing.T, session models.Session) { p.submits(t, session, document, simulated.Pass) },
			models.StatusVerified,
		},
		"while the row is read": {
			models.ActivitySyncSession,
			func(p *play, t *testing.T, session models.Session) {
				p.Simulate(t, session, document, simulated.Pass)
				p.changed()
			},
			models.StatusVerified,
		},
		"while the session is ended": {
			models.ActivityEndSession,
			func(p *play, _ *testing.T, _ models.Session) { p.env.CancelWorkflow() },
			models.StatusCancelled,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t)
			merchant, _ := p.merchant(t, models.EventSessionVerified, models.EventSessionCancelled)
			session := p.Begin(t, scene.AnyOf(document))
			p.tally.failLocally(play.activity, 3)
			p.after(time.Minute, func() { play.happens(p, t, session) })

			p.run(t, session)

			// 4.5 s of local attempts, then 1, 2 and 4 s between the regular ones.
			p.ended(t, session, play.end, time.Minute+11500*time.Millisecond)
			require.Positive(t, p.tally.local(play.activity))
			require.LessOrEqual(t, p.tally.local(play.activity), localAttempts)
			require.Equal(t, 4, p.tally.regular(play.activity))
			require.Len(t, merchant.Heard(), 1)
		})
	}
}

func TestUnrecordedVerdictIsGivenAgain(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	const restless = 25 // more often than two activities look again
	p.sessions.Judge = &meddler{judge: p.sessions.Judge, meddle: func(call int) {
		if call <= restless {
			p.move(t, session, strconv.Itoa(call), nil)
		}
	}}
	p.after(time.Minute, func() { p.submits(t, session, document, simulated.Pass) })

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, time.Minute)
	require.Equal(t, 3, p.tally.local(models.ActivityJudgeSubmission))
	require.Len(t, p.Verdicts(t, session), 1)
}

// meddler calls meddle between a judge's read of the row and the change that follows.
type meddler struct {
	judge  methods.Judge
	meddle func(call int)
	calls  int
}

func (m *meddler) Judge(ctx context.Context, s methods.Submission) (methods.Verdict, error) {
	m.calls++
	m.meddle(m.calls)
	return m.judge.Judge(ctx, s)
}

func TestUnjudgeableSubmissionWaitsForTheExpiry(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	live := scene.Live(t, p.Store)
	session := live.Begin(t, scene.AnyOf(document), scene.Lasting(time.Minute))
	p.after(50*time.Second, func() { p.submits(t, session, document, simulated.Pass) })
	// The sweep expires the overdue session; the run, busy retrying the verdict, finds that out.
	p.after(70*time.Second, func() {
		_, err := p.Expire(t.Context(), session.OrgID, session.ID, p.Now())
		require.NoError(t, err)
	})

	p.run(t, session)

	p.ended(t, session, models.StatusExpired, 70*time.Second)
	require.Empty(t, p.Verdicts(t, session))
}
