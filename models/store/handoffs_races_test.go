package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var handoffRaceScenarios = []scenario{
	racingDevicesHaveOneHolder,
	racingTokensConsumeOne,
	claimAgainstTheEndLeavesNoHolder,
	desktopSubmitsBeforeTheLockOrNever,
	heartbeatOrIdleReleaseWins,
	phoneSubmitsBeforeTheIdleReleaseOrNever,
	confirmationAgainstReleaseHasOneWinner,
}

// raceRounds is the number of runs of each race, because a fault may need a rare order.
const raceRounds = 60

// rounds runs a race repeatedly, each time with a new session. The callers of a round alternate between two replicas,
// and so do the rounds.
func (f *fixture) rounds(t *testing.T, play func(s models.Session, at func(caller int) *store.Store)) {
	t.Helper()
	replicas := []*store.Store{f.Store, f.replica(t)}
	order := f.newSession(t)
	for round := range raceRounds {
		play(f.created(t, order), func(caller int) *store.Store { return replicas[(round+caller)%len(replicas)] })
	}
}

// against runs two calls at once.
func against(first, second func() error) (one, other error) {
	calls := []func() error{first, second}
	answers := race(len(calls), func(i int) (any, error) { return nil, calls[i]() })
	return answers[0].err, answers[1].err
}

// handoff reads a handoff of the session.
func (f *fixture) handoff(t *testing.T, s models.Session, id string) models.Handoff {
	t.Helper()
	h, err := f.Handoff(t.Context(), s, id)
	require.NoError(t, err)
	return h
}

// requireHeldBy checks that the rows name the winner as the holder, as its result does.
func (f *fixture) requireHeldBy(t *testing.T, won store.ClaimedSession) {
	t.Helper()
	require.Equal(t, won.Session, f.reread(t, won.Session))
	require.Equal(t, won.Handoff, f.handoff(t, won.Session, won.Handoff.ID))
	require.Equal(t, &won.Handoff.ID, won.Session.AttemptID)
	require.Equal(t, won.Handoff.ClaimedAt, won.Session.DeviceLockedAt)
}

// requireFree checks that no device holds the session.
func (f *fixture) requireFree(t *testing.T, s models.Session) models.Session {
	t.Helper()
	now := f.reread(t, s)
	require.Nil(t, now.AttemptID)
	require.Nil(t, now.DeviceLockedAt)
	require.Nil(t, now.DeviceSeenAt)
	return now
}

// requireUnused checks that the token of a handoff has not been consumed.
func (f *fixture) requireUnused(t *testing.T, s models.Session, h models.Handoff) {
	t.Helper()
	require.Equal(t, h, f.handoff(t, s, h.ID))
}

func racingDevicesHaveOneHolder(t *testing.T, f *fixture) {
	device := func(i int) string { return fmt.Sprint("phone ", i) }
	f.rounds(t, func(s models.Session, at func(int) *store.Store) {
		_, token := f.mint(t, s)
		answers := race(5, func(i int) (store.ClaimedSession, error) {
			return at(i).Across().ClaimHandoff(t.Context(), token, device(i), nil)
		})
		won := winners(t, answers, models.CodeHandoffTokenConsumed)
		require.Len(t, won, 1)
		f.requireHeldBy(t, won[0])
		for i, answer := range answers {
			require.Equal(t, answer.err == nil, f.Holds(won[0].Handoff, device(i)))
		}
	})
}

func racingTokensConsumeOne(t *testing.T, f *fixture) {
	another := func(n *store.NewHandoff) { n.Reuse = 0 }
	f.rounds(t, func(s models.Session, at func(int) *store.Store) {
		var attempts [2]models.Handoff
		var tokens [2]string
		for i := range tokens {
			attempts[i], tokens[i] = f.mint(t, s, another)
		}
		require.NotEqual(t, tokens[0], tokens[1])
		answers := race(len(tokens), func(i int) (store.ClaimedSession, error) {
			return at(i).Across().ClaimHandoff(t.Context(), tokens[i], "phone", nil)
		})
		won := winners(t, answers, models.CodeSessionLocked)
		require.Len(t, won, 1)
		f.requireHeldBy(t, won[0])
		for i, answer := range answers {
			if answer.err != nil {
				f.requireUnused(t, s, attempts[i])
			}
		}
	})
}

func claimAgainstTheEndLeavesNoHolder(t *testing.T, f *fixture) {
	f.rounds(t, func(s models.Session, at func(int) *store.Store) {
		h, token := f.mint(t, s)
		claimed, ended := against(func() error {
			_, err := at(0).Across().ClaimHandoff(t.Context(), token, "phone", nil)
			return err
		}, func() error {
			_, err := at(1).End(t.Context(), s.OrgID, s.ID, models.CancellableStatuses, models.StatusCancelled)
			return err
		})
		require.NoError(t, ended, "no phone keeps a session from its end")
		require.Equal(t, models.StatusCancelled, f.requireFree(t, s).Status)
		if claimed != nil {
			requireCode(t, models.CodeSessionTerminal, claimed)
			f.requireUnused(t, s, h)
		}
	})
}

func desktopSubmitsBeforeTheLockOrNever(t *testing.T, f *fixture) {
	f.rounds(t, func(s models.Session, at func(int) *store.Store) {
		_, token := f.mint(t, s)
		var taken store.ClaimedSession
		submitted, claimed := against(func() error {
			_, _, err := at(0).Submit(t.Context(), submission(s, attestation, 1, born))
			return err
		}, func() (err error) {
			taken, err = at(1).Across().ClaimHandoff(t.Context(), token, "phone", nil)
			return err
		})
		require.NoError(t, claimed)
		f.requireHeldBy(t, taken) // the phone sees the desktop's submission
		want := 0
		if submitted == nil {
			want = 1
		} else {
			require.ErrorIs(t, submitted, store.ErrRefused)
		}
		require.Equal(t, want, f.pendingOf(t, s))
		require.Equal(t, []int{want, want}, []int{taken.Session.Submissions, taken.Session.InFlight})
	})
}

// pendingOf counts the session's submissions without a verdict.
func (f *fixture) pendingOf(t *testing.T, s models.Session) int {
	t.Helper()
	pending, err := f.PendingSubmissions(t.Context(), s.OrgID, s.ID)
	require.NoError(t, err)
	return len(pending)
}

func heartbeatOrIdleReleaseWins(t *testing.T, f *fixture) {
	f.rounds(t, func(s models.Session, at func(int) *store.Store) {
		_, token := f.mint(t, s)
		taken := f.takeOver(t, token, "phone")
		f.clock.Advance(2 * time.Minute)
		seen, released := against(func() error {
			return at(0).DeviceSeen(t.Context(), s.OrgID, s.ID, taken.Handoff.ID)
		}, func() error {
			_, _, err := at(1).ReleaseDevice(t.Context(), s.OrgID, s.ID, taken.Handoff.ID, taken.Session.DeviceSeenAt)
			return err
		})
		require.NoError(t, released)
		if seen == nil {
			taken.Session.DeviceSeenAt = ptr(f.Now())
			f.requireHeldBy(t, taken)
			return
		}
		requireCode(t, models.CodeHandoffEnded, seen)
		f.requireFree(t, s)
		require.Equal(t, ptr(f.Now()), f.handoff(t, s, taken.Handoff.ID).EndedAt)
	})
}

func phoneSubmitsBeforeTheIdleReleaseOrNever(t *testing.T, f *fixture) {
	f.rounds(t, func(s models.Session, at func(int) *store.Store) {
		_, token := f.mint(t, s)
		taken := f.takeOver(t, token, "phone")
		f.clock.Advance(2 * time.Minute)
		var done store.Changed
		submitted, released := against(func() (err error) {
			_, done, err = at(0).Submit(t.Context(), submission(taken.Session, attestation, 1, born))
			return err
		}, func() error {
			_, _, err := at(1).ReleaseDevice(t.Context(), s.OrgID, s.ID, taken.Handoff.ID, taken.Session.DeviceSeenAt)
			return err
		})
		require.NoError(t, released)
		if submitted == nil {
			f.requireHeldBy(t, store.ClaimedSession{Handoff: taken.Handoff, Session: done.Session})
			require.Equal(t, 1, f.pendingOf(t, s))
			return
		}
		require.ErrorIs(t, submitted, store.ErrRefused)
		f.requireFree(t, s)
		require.Zero(t, f.pendingOf(t, s))
	})
}

func confirmationAgainstReleaseHasOneWinner(t *testing.T, f *fixture) {
	f.rounds(t, func(s models.Session, at func(int) *store.Store) {
		h, token := f.mint(t, s, confirming)
		taken := f.takeOver(t, token, "phone")
		confirmed, released := against(func() error {
			return errorOf(at(0).ConfirmHandoff(t.Context(), taken.Session, h, h.Number))
		}, func() error {
			_, _, err := at(1).ReleaseDevice(t.Context(), s.OrgID, s.ID, h.ID, nil)
			return err
		})
		require.NoError(t, released)
		f.requireFree(t, s)
		ended := f.handoff(t, s, h.ID)
		require.NotNil(t, ended.EndedAt)
		require.Equal(t, confirmed == nil, ended.ConfirmedAt != nil, "the row agrees with the answer to the phone")
		if confirmed != nil {
			requireCode(t, models.CodeHandoffEnded, confirmed)
		}
	})
}
