package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/worker/workertest/scene"
)

// takes has a phone claim the session and signals the run, as the API does. It returns the id of the handoff attempt.
func (p *play) takes(t *testing.T, session models.Session) string {
	t.Helper()
	_, token, err := p.MintHandoff(
		t.Context(),
		store.NewHandoff{OrgID: session.OrgID, SessionID: session.ID, TTL: time.Minute},
	)
	require.NoError(t, err)
	taken, err := p.Across().ClaimHandoff(t.Context(), token, "phone", nil)
	require.NoError(t, err)
	p.changed()
	return taken.Handoff.ID
}

// held requires, after that time, that a device holds the session or that none does.
func (p *play) held(t *testing.T, session models.Session, after time.Duration, want bool) {
	t.Helper()
	p.after(after, func() { require.Equal(t, want, p.Reread(t, session).AttemptID != nil, after) })
}

func TestIdleDeviceLosesTheSession(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	p.after(time.Minute, func() { p.takes(t, session) })
	p.held(t, session, 3*time.Minute-time.Second, true)
	p.held(t, session, 3*time.Minute+time.Second, false)

	p.run(t, session)

	require.Equal(t, models.StatusExpired, p.Reread(t, session).Status)
}

func TestActiveDeviceKeepsTheSession(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	var attempt string
	p.after(time.Minute, func() { attempt = p.takes(t, session) })
	for _, at := range []time.Duration{90 * time.Second, 170 * time.Second, 280 * time.Second} {
		p.after(at, func() { require.NoError(t, p.DeviceSeen(t.Context(), session.OrgID, session.ID, attempt)) })
	}
	p.held(t, session, 399*time.Second, true)
	p.held(t, session, 401*time.Second, false)

	p.run(t, session)
}

func TestNextDeviceHasItsOwnIdleTime(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	p.after(time.Minute, func() {
		first := p.takes(t, session)
		_, _, err := p.ReleaseDevice(t.Context(), session.OrgID, session.ID, first, nil)
		require.NoError(t, err)
	})
	p.after(2*time.Minute, func() { p.takes(t, session) })
	p.held(t, session, 4*time.Minute-time.Second, true)
	p.held(t, session, 4*time.Minute+time.Second, false)

	p.run(t, session)
}

func TestEndedSessionReleasesNoDevice(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	p.after(time.Minute, func() { p.takes(t, session) })
	p.after(2*time.Minute, func() { p.submits(t, session, document, simulated.Pass) })

	p.run(t, session)

	ended := p.Reread(t, session)
	require.Equal(t, models.StatusVerified, ended.Status)
	require.Nil(t, ended.AttemptID)
	require.Zero(t, p.tally.local(models.ActivityReleaseDevice))
}

func TestOperatorSeesTheDeviceOfASession(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	var attempt string
	p.after(time.Minute, func() { attempt = p.takes(t, session) })
	p.after(2*time.Minute, func() { require.Contains(t, p.details(t), "held by a phone, attempt `"+attempt+"`") })
	p.after(4*time.Minute, func() { require.NotContains(t, p.details(t), "held by a phone") })

	p.run(t, session)
}
