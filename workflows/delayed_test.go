package workflows_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"

	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/worker/workertest/scene"
	"github.com/stile-id/stile/workflows"
)

// runDelayed plays the session's workflow from the end of its delay, without an update before it.
func (p *play) runDelayed(t *testing.T, session models.Session) {
	t.Helper()
	p.execute(t, session.ID, workflows.NameSession, workflows.SessionInput{
		SessionRef: models.SessionRef{OrgID: session.OrgID, SessionID: session.ID},
		ExpiresAt:  session.ExpiresAt, Status: session.Status, Jurisdiction: session.Jurisdiction, Delayed: true,
	})
}

func TestUnreadSessionExpiresAtItsDeadline(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]time.Duration{
		"the delay ends on time": 0,
		"the delay ends late":    workflows.DeadlineLead / 2,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t)
			session := p.Begin(t, scene.AnyOf(document), scene.Lasting(workflows.DeadlineLead-late))

			p.runDelayed(t, session)

			p.ended(t, session, models.StatusExpired, workflows.DeadlineLead-late)
		})
	}
}

func TestUnreadSessionKeepsAMovedDeadline(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document), scene.Lasting(workflows.DeadlineLead))
	p.move(t, session, "moved", map[string]any{"expires_at": models.At(began.Add(time.Hour))})

	p.runDelayed(t, session)

	p.ended(t, session, models.StatusExpired, time.Hour)
}

// A worker of an earlier version refuses updates and starts the timer in the first task. The run then heeds signals.
func TestDelayedRunWithoutAnUpdateHeedsSignals(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	p.after(time.Minute, func() { p.submits(t, session, document, simulated.Pass) })

	p.runDelayed(t, session)

	p.ended(t, session, models.StatusVerified, time.Minute)
}

func timers(history *historypb.History) (started int) {
	for _, event := range history.Events {
		if event.EventType == enumspb.EVENT_TYPE_TIMER_STARTED {
			started++
		}
	}
	return started
}

func TestDelayedRunKeepsTheDeadlineOfASessionThatGoesOn(t *testing.T) {
	t.Parallel()
	lasts := scene.Lasting(workflows.DeadlineLead + 30*time.Second)
	a := begin(t, []rules.Method{document}, models.EventSessionExpired, lasts)
	a.start(t)
	a.simulate(t, document, simulated.Fail)

	recorded := a.over(t, models.StatusExpired)

	require.Equal(t, 1, timers(recorded["session"]))
	ended := a.Reread(t, a.session)
	require.False(t, ended.CompletedAt.Before(a.session.ExpiresAt.Truncate(time.Second)))
	require.Equal(t, []models.EventType{models.EventSessionExpired}, a.merchant.Heard())
}

func TestDelayedRunBeginsOnceForManyUpdates(t *testing.T) {
	t.Parallel()
	a := begin(t, []rules.Method{document}, models.EventSessionVerified)
	a.start(t)
	submission := a.Scene.Simulate(t, a.session, document, simulated.Pass)
	var callers sync.WaitGroup // a late update finds the run completed, which the row shows to be no loss
	for range 5 {
		callers.Go(func() { _ = a.SubmissionReceived(t.Context(), a.session, submission.ID) })
		callers.Go(func() { _ = a.SessionChanged(t.Context(), a.session) })
	}
	callers.Wait()

	a.over(t, models.StatusVerified)

	require.Len(t, a.Verdicts(t, a.session), 1)
	require.Equal(t, []models.EventType{models.EventSessionVerified}, a.merchant.Heard())
}

// A run that owes deliveries from the beginning, or that has a short session, is not delayed.
func TestRunWithWorkIsNotDelayed(t *testing.T) {
	t.Parallel()
	a := begin(t, []rules.Method{document}, models.EventSessionCreated)
	a.House.Start(t, a.session)
	require.False(t, a.Delayed(t, a.session.ID))

	brief := begin(t, []rules.Method{document}, models.EventSessionExpired, scene.Lasting(workflows.DeadlineLead))
	brief.House.Start(t, brief.session)
	require.False(t, brief.Delayed(t, brief.session.ID))

	over := begin(t, []rules.Method{document}, models.EventSessionVerified, scene.BornVerified)
	over.House.Start(t, over.session)
	require.False(t, over.Delayed(t, over.session.ID))
}
