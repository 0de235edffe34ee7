package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/worker/workertest/scene"
)

const day = 24 * time.Hour

func TestSessionExpires(t *testing.T) {
	t.Parallel()
	for name, lasting := range map[string]time.Duration{
		"at its time": time.Hour,
		"at the second that its merchant was told": time.Hour + 700*time.Millisecond,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t)
			session := p.Begin(t, scene.AnyOf(document), scene.Lasting(lasting))
			merchant, endpoint := p.merchant(t, models.EventSessionExpired)
			p.after(time.Minute, func() { p.submits(t, session, document, simulated.Fail) })

			p.run(t, session)

			p.ended(t, session, models.StatusExpired, time.Hour)
			requireHeard(t, merchant, time.Hour)
			require.Equal(t, []models.DeliveryStatus{models.DeliverySucceeded}, p.Statuses(t, endpoint))
		})
	}
}

func TestOverdueSessionExpiresAtOnce(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document), scene.Lasting(-time.Hour))

	p.run(t, session)

	p.ended(t, session, models.StatusExpired, time.Second)
}

func TestMovedExpiryMovesTheTimer(t *testing.T) {
	t.Parallel()
	for name, to := range map[string]time.Duration{"later": 3 * day, "sooner": time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t)
			session := p.Begin(t, scene.AnyOf(document))
			timers := p.timers()
			p.after(time.Minute, func() {
				p.move(t, session, "review", map[string]any{"expires_at": models.At(began.Add(to))})
				p.changed()
			})

			p.run(t, session)

			p.ended(t, session, models.StatusExpired, to)
			require.Equal(t, []time.Duration{day, to - time.Minute}, *timers)
		})
	}
}

func TestMovedExpiryWithoutASignalIsReadWhenTheTimerFires(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	timers := p.timers()
	p.after(time.Minute, func() {
		p.move(t, session, "review", map[string]any{"expires_at": models.At(began.Add(3 * day))})
	})

	p.run(t, session)

	p.ended(t, session, models.StatusExpired, 3*day)
	require.Equal(t, []time.Duration{day, 2 * day}, *timers)
}

func TestUnchangedExpiryKeepsItsTimer(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	timers := p.timers()
	p.after(time.Minute, p.changed)
	p.after(time.Hour, func() { p.submits(t, session, document, simulated.Fail) })

	p.run(t, session)

	require.Equal(t, []time.Duration{day}, *timers)
}

func TestSessionCancelledByItsMerchantEnds(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	merchant, _ := p.merchant(t, models.EventSessionCancelled)
	p.after(time.Minute, func() {
		_, err := p.End(t.Context(), session.OrgID, session.ID, models.CancellableStatuses, models.StatusCancelled)
		require.NoError(t, err)
	})
	p.after(time.Hour, p.changed)

	p.run(t, session)

	p.ended(t, session, models.StatusCancelled, time.Minute)
	requireHeard(t, merchant, time.Hour)
	require.Nil(t, p.Reread(t, session).NudgeAt, "the run has noted that it knows")
}

func TestSessionCancelledWithoutASignalEndsAtItsExpiry(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	merchant, _ := p.merchant(t, models.AllEvents)
	p.after(time.Minute, func() {
		_, err := p.End(t.Context(), session.OrgID, session.ID, models.CancellableStatuses, models.StatusCancelled)
		require.NoError(t, err)
	})

	p.run(t, session)

	p.ended(t, session, models.StatusCancelled, time.Minute)
	require.Equal(t, []models.EventType{models.EventSessionCancelled}, merchant.Heard())
	requireHeard(t, merchant, day)
}

func TestCancellingTheRunCancelsTheSession(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(p *play, t *testing.T, session models.Session){
		"that waits": func(*play, *testing.T, models.Session) {},
		"whose submission is being judged": func(p *play, t *testing.T, session models.Session) {
			p.signal(p.SimulateSlowly(t, session, document, simulated.Slow, time.Hour))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t)
			merchant, endpoint := p.merchant(t, models.AllEvents)
			session := p.Begin(t, scene.AnyOf(document))
			p.after(time.Minute, func() { meanwhile(p, t, session) })
			p.after(2*time.Minute, p.env.CancelWorkflow)

			p.run(t, session) // completes: its work is done

			p.ended(t, session, models.StatusCancelled, 2*time.Minute)
			require.Equal(t, []models.EventType{models.EventSessionCreated, models.EventSessionCancelled},
				merchant.Heard())
			require.Equal(t, []models.DeliveryStatus{models.DeliverySucceeded, models.DeliverySucceeded},
				p.Statuses(t, endpoint))
		})
	}
}

func TestCancellingTheRunOfAnEndedSessionChangesNothing(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document), scene.Lasting(time.Hour))
	p.after(time.Minute, func() {
		_, err := p.End(t.Context(), session.OrgID, session.ID, models.OpenStatuses, models.StatusExpired)
		require.NoError(t, err)
		p.env.CancelWorkflow()
	})

	p.run(t, session)

	p.ended(t, session, models.StatusExpired, time.Minute)
	require.Len(t, p.EventsOf(t, session), 2)
}

// timers collects the durations of the run's timers.
func (p *play) timers() *[]time.Duration {
	var timers []time.Duration
	p.env.SetOnTimerScheduledListener(func(_ string, d time.Duration) { timers = append(timers, d) })
	return &timers
}

// A caller meets the deadline first and records the expiry. The run finds the row expired and delivers the event.
func TestRunDeliversAnExpiryRecordedByACaller(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	merchant, endpoint := p.merchant(t, models.AllEvents)
	session := p.Begin(t, scene.AnyOf(document), scene.Lasting(time.Hour))
	var refused error
	p.after(time.Hour, func() { _, refused = p.MarkOpened(t.Context(), session.OrgID, session.ID) })

	p.run(t, session)

	require.Equal(t, models.CodeSessionTerminal, models.CodeOf(refused))
	p.ended(t, session, models.StatusExpired, time.Hour)
	require.Equal(t, []models.EventType{models.EventSessionCreated, models.EventSessionExpired}, merchant.Heard())
	require.Equal(t, []models.DeliveryStatus{models.DeliverySucceeded, models.DeliverySucceeded}, p.Statuses(t, endpoint))
}
