package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/worker/workertest/scene"
)

func TestSubmissionSignalledTwiceHasOneVerdict(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.Attempts(3, scene.AnyOf(document)))
	var failed models.Submission
	p.after(time.Minute, func() {
		failed = p.Simulate(t, session, document, simulated.Fail)
		p.signal(failed)
		p.signal(failed)
	})
	p.after(time.Hour, func() {
		require.Equal(t, models.StatusRequiresInput, p.state(t).Status)
		require.Equal(t, 1, p.state(t).Offers[0].AttemptsUsed)
		p.signal(failed)
		p.submits(t, session, document, simulated.Pass)
	})

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, time.Hour)
	require.Equal(t, []graph.Outcome{graph.OutcomeFailed, graph.OutcomePassed}, p.Verdicts(t, session))
}

func TestAnySignalMakesUpForALostSubmissionSignal(t *testing.T) {
	t.Parallel()
	for name, tell := range map[string]func(p *play, t *testing.T, session models.Session){
		"changed": func(p *play, _ *testing.T, _ models.Session) { p.changed() },
		"the signal of another submission": func(p *play, t *testing.T, session models.Session) {
			p.submits(t, session, facial, simulated.Fail)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t)
			session := p.Begin(t, scene.AnyOf(facial, document))
			p.after(time.Minute, func() { p.Simulate(t, session, document, simulated.Pass) }) // without a signal
			p.after(time.Hour, func() { tell(p, t, session) })

			p.run(t, session)

			p.ended(t, session, models.StatusVerified, time.Hour)
		})
	}
}

func TestSignalAfterTheEndChangesNothing(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	merchant, endpoint := p.merchant(t, models.EventSessionVerified)
	var submission models.Submission
	p.after(time.Minute, func() {
		submission = p.Simulate(t, session, document, simulated.Pass)
		p.signal(submission)
	})
	// The run is still open while it delivers its last event.
	merchant.Before(func(scene.Request) {
		p.signal(submission)
		p.changed()
		p.env.CancelWorkflow()
	})

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, time.Minute)
	require.Len(t, p.Verdicts(t, session), 1)
	require.Equal(t, 1, p.tally.local(models.ActivityJudgeSubmission))
	require.Equal(t, []models.DeliveryStatus{models.DeliverySucceeded}, p.Statuses(t, endpoint))
}

func TestSignalForAForeignSubmissionIsIgnored(t *testing.T) {
	t.Parallel()
	for name, named := range map[string]func(p *play, t *testing.T) models.Submission{
		"none":              func(*play, *testing.T) models.Submission { return models.Submission{} },
		"one that is not":   func(*play, *testing.T) models.Submission { return models.Submission{ID: "vr_none"} },
		"another session's": anotherSubmission,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t)
			session := p.Begin(t, scene.AnyOf(document))
			p.after(time.Minute, func() { p.signal(named(p, t)) })
			p.after(time.Hour, func() { p.submits(t, session, document, simulated.Fail) })

			p.run(t, session)

			p.ended(t, session, models.StatusExpired, 24*time.Hour)
			require.Equal(t, []graph.Outcome{graph.OutcomeFailed}, p.Verdicts(t, session))
			require.Zero(t, p.tally.regular(models.ActivityJudgeSubmission))
		})
	}
}

func anotherSubmission(p *play, t *testing.T) models.Submission {
	t.Helper()
	return p.Simulate(t, p.Begin(t, scene.AnyOf(document)), document, simulated.Pass)
}

func TestSlowVerdictIsDelayed(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	timers := p.timers()
	session := p.Begin(t, scene.AnyOf(document))
	p.after(time.Minute, func() {
		p.signal(p.SimulateSlowly(t, session, document, simulated.Slow, 10*time.Second))
	})
	p.after(time.Minute+9*time.Second, func() {
		require.Equal(t, models.StatusProcessing, p.Reread(t, session).Status)
		p.changed() // reads the row again and does not judge early
	})

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, time.Minute+10*time.Second)
	require.Equal(t, 2, p.tally.local(models.ActivityJudgeSubmission), "when it came, and when it was due")
	require.Equal(t, []time.Duration{day, 10 * time.Second}, *timers)
}

func TestDelayedVerdictDoesNotDelayTheExpiry(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document), scene.Lasting(time.Hour))
	merchant, _ := p.merchant(t, models.EventSessionExpired, models.EventSessionVerified)
	p.after(time.Minute, func() {
		p.signal(p.SimulateSlowly(t, session, document, simulated.Slow, 2*time.Hour))
	})

	p.run(t, session)

	p.ended(t, session, models.StatusExpired, time.Hour)
	require.Empty(t, p.Verdicts(t, session))
	require.Equal(t, []models.EventType{models.EventSessionExpired}, merchant.Heard())
}

func TestSessionAtItsSubmissionCapCanBeCancelledAndExpires(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cancels bool
		status  models.SessionStatus
		after   time.Duration
	}{
		"cancelled": {true, models.StatusCancelled, time.Hour},
		"expired":   {false, models.StatusExpired, 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t)
			session := p.Begin(t, scene.Attempts(3, scene.AnyOf(document)), func(n *store.NewSession) {
				n.Session.Submissions = models.MaxSubmissions - 1
			})
			p.after(time.Minute, func() { p.submits(t, session, document, simulated.Fail) })
			if c.cancels {
				p.after(time.Hour, func() {
					_, err := p.End(t.Context(), session.OrgID, session.ID, models.CancellableStatuses, models.StatusCancelled)
					require.NoError(t, err)
					p.changed()
				})
			}

			p.run(t, session)

			p.ended(t, session, c.status, c.after)
		})
	}
}
