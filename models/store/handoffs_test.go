package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
)

var handoffScenarios = []scenario{
	tokenIsReusedWhileYoung,
	tokenIsNotStored,
	racingMintsAreOneAttempt,
	fiftyDevicesHaveOneWinner,
	twoTokensOfASessionHaveOneWinner,
	consumedTokenAlwaysFails,
	tokenExpires,
	claimLocksTheSession,
	claimOfATerminalSessionIsRefused,
	lockEndsWithTheSession,
	lockEndsWithARelease,
	lockEndsWhenTheDeviceIsIdle,
	submissionShowsThatTheDeviceIsThere,
	lockedSessionMintsNothing,
	deviceIsKnownByItsDigest,
	numberIsChosenOnce,
	wrongNumberFreesTheSession,
	claimMayRaiseTheRisk,
	handoffIsItsOrganizationsOwn,
	handoffsOfASessionAreCapped,
	unclaimedHandoffsAreDeleted,
	deviceIsReleasedByOneCall,
}

// errorOf returns the error of a call.
func errorOf[T any](_ T, err error) error { return err }

// At the bound the desktop can continue, the merchant can cancel, and no more rows are added.
func handoffsOfASessionAreCapped(t *testing.T, f *fixture) {
	s := f.session(t)
	for range models.MaxHandoffs {
		_, token := f.mint(t, s)
		taken := f.takeOver(t, token, "phone")
		_, released, err := f.ReleaseDevice(t.Context(), s.OrgID, s.ID, taken.Handoff.ID, nil)
		require.NoError(t, err)
		require.True(t, released)
	}
	n := store.NewHandoff{OrgID: s.OrgID, SessionID: s.ID, TTL: 5 * time.Minute, Reuse: time.Minute}
	for range 3 {
		_, _, err := f.MintHandoff(t.Context(), n)
		requireCode(t, models.CodeHandoffDisabled, err)
	}
	require.Equal(t, models.MaxHandoffs, f.count(t, "SELECT count(*) FROM handoffs WHERE session_id = '"+s.ID+"'"))
	other, _ := f.mint(t, f.session(t))
	require.NotEmpty(t, other.ID, "another session is not concerned")

	row := f.reread(t, s)
	require.Nil(t, row.AttemptID)
	_, done, err := f.Submit(t.Context(), store.NewSubmission{
		Session: row, Node: "primary.document_capture", Method: "document_capture", Attempt: 1, Payload: []byte("{}"),
	})
	require.NoError(t, err, "the desktop goes on")
	require.Equal(t, models.StatusProcessing, done.Session.Status)
	_, err = f.End(t.Context(), s.OrgID, s.ID, models.OpenStatuses, models.StatusCancelled)
	require.NoError(t, err)
}

func unclaimedHandoffsAreDeleted(t *testing.T, f *fixture) {
	s := f.session(t)
	most := 0
	var last string
	for range 200 { // a page that stays open for five hours
		_, last = f.mint(t, s)
		f.clock.Advance(90 * time.Second)
		most = max(most, f.count(t, "SELECT count(*) FROM handoffs"))
	}
	require.LessOrEqual(t, most, int((models.HandoffKept+5*time.Minute)/(90*time.Second))+1)
	f.takeOver(t, last, "phone")
}

func deviceIsReleasedByOneCall(t *testing.T, f *fixture) {
	s := f.session(t)
	_, token := f.mint(t, s)
	taken := f.takeOver(t, token, "phone")
	count := 0
	for _, released := range allOf(t, race(8, func(int) (bool, error) {
		_, released, err := f.ReleaseDevice(t.Context(), s.OrgID, s.ID, taken.Handoff.ID, nil)
		return released, err
	})) {
		if released {
			count++
		}
	}
	require.Equal(t, 1, count, "the run is signalled once")
}

func (f *fixture) mint(t *testing.T, s models.Session, adjust ...func(*store.NewHandoff)) (models.Handoff, string) {
	t.Helper()
	n := store.NewHandoff{OrgID: s.OrgID, SessionID: s.ID, TTL: 5 * time.Minute, Reuse: time.Minute}
	for _, change := range adjust {
		change(&n)
	}
	h, token, err := f.MintHandoff(t.Context(), n)
	require.NoError(t, err)
	return h, token
}

func confirming(n *store.NewHandoff) { n.Confirm = true }

func (f *fixture) takeOver(t *testing.T, token, device string) store.ClaimedSession {
	t.Helper()
	taken, err := f.Across().ClaimHandoff(t.Context(), token, device, nil)
	require.NoError(t, err)
	return taken
}

func (f *fixture) refusesToken(t *testing.T, token string, code models.ErrorCode) {
	t.Helper()
	_, err := f.Across().ClaimHandoff(t.Context(), token, "phone", nil)
	requireCode(t, code, err)
}

func tokenIsReusedWhileYoung(t *testing.T, f *fixture) {
	s := f.session(t)
	first, token := f.mint(t, s)
	require.True(t, models.PrefixAttempt.HasPrefix(first.ID))
	require.Equal(t, models.At(f.clock.Now().Add(5*time.Minute)), first.ExpiresAt)
	f.clock.Advance(59 * time.Second)
	again, same := f.mint(t, s)
	require.Equal(t, first, again)
	require.Equal(t, token, same)
	other, same, err := f.replica(t).MintHandoff(t.Context(), store.NewHandoff{
		OrgID: s.OrgID, SessionID: s.ID, TTL: 5 * time.Minute, Reuse: time.Minute,
	})
	require.NoError(t, err)
	require.Equal(t, first, other)
	require.Equal(t, token, same)

	f.clock.Advance(time.Second)
	second, another := f.mint(t, s)
	require.NotEqual(t, first.ID, second.ID)
	require.NotEqual(t, token, another)
	f.takeOver(t, token, "phone") // the older token stays valid for its five minutes
}

func tokenIsNotStored(t *testing.T, f *fixture) {
	h, token := f.mint(t, f.session(t))
	require.NotContains(t, fmt.Sprintf("%+v", h), token)
	require.Equal(t, store.HashKey(token), h.TokenHash)
}

func racingMintsAreOneAttempt(t *testing.T, f *fixture) {
	s := f.session(t)
	attempts := map[string]bool{}
	for _, h := range allOf(t, race(8, func(int) (models.Handoff, error) {
		h, _, err := f.MintHandoff(t.Context(), store.NewHandoff{
			OrgID: s.OrgID, SessionID: s.ID, TTL: time.Minute, Reuse: time.Minute,
		})
		return h, err
	})) {
		attempts[h.ID] = true
	}
	require.Len(t, attempts, 1)
}

func fiftyDevicesHaveOneWinner(t *testing.T, f *fixture) {
	s := f.session(t)
	_, token := f.mint(t, s)
	won := 0
	for i, answer := range race(50, func(i int) (store.ClaimedSession, error) {
		return f.Across().ClaimHandoff(t.Context(), token, fmt.Sprint("phone ", i), nil)
	}) {
		if answer.err == nil {
			won++
			require.True(t, f.Holds(answer.value.Handoff, fmt.Sprint("phone ", i)))
			continue
		}
		requireCode(t, models.CodeHandoffTokenConsumed, answer.err)
	}
	require.Equal(t, 1, won)
}

func twoTokensOfASessionHaveOneWinner(t *testing.T, f *fixture) {
	s := f.session(t)
	_, first := f.mint(t, s)
	f.clock.Advance(time.Minute)
	_, second := f.mint(t, s)
	answers := race(2, func(i int) (store.ClaimedSession, error) {
		return f.Across().ClaimHandoff(t.Context(), []string{first, second}[i], "phone", nil)
	})
	lost := answers[0].err
	if lost == nil {
		lost = answers[1].err
	}
	requireCode(t, models.CodeSessionLocked, lost)
	require.True(t, answers[0].err == nil || answers[1].err == nil)
	taken := f.reread(t, s)
	_, _, err := f.ReleaseDevice(t.Context(), s.OrgID, s.ID, *taken.AttemptID, nil)
	require.NoError(t, err)
	loser := first
	if answers[0].err == nil {
		loser = second
	}
	f.takeOver(t, loser, "tablet") // the failed claim has not consumed its token
}

func consumedTokenAlwaysFails(t *testing.T, f *fixture) {
	s := f.session(t)
	_, token := f.mint(t, s)
	taken := f.takeOver(t, token, "phone")
	f.refusesToken(t, token, models.CodeHandoffTokenConsumed)
	_, _, err := f.ReleaseDevice(t.Context(), s.OrgID, s.ID, taken.Handoff.ID, nil)
	require.NoError(t, err)
	f.refusesToken(t, token, models.CodeHandoffTokenConsumed)
	f.clock.Advance(time.Hour)
	f.refusesToken(t, token, models.CodeHandoffTokenConsumed)
	f.refusesToken(t, "unknown", models.CodeHandoffTokenInvalid)
	f.refusesToken(t, "", models.CodeHandoffTokenInvalid)
}

func tokenExpires(t *testing.T, f *fixture) {
	_, token := f.mint(t, f.session(t))
	f.clock.Advance(5 * time.Minute)
	f.refusesToken(t, token, models.CodeHandoffTokenExpired)
}

func claimLocksTheSession(t *testing.T, f *fixture) {
	s := f.session(t)
	h, token := f.mint(t, s)
	f.clock.Advance(time.Second)
	taken := f.takeOver(t, token, "phone")
	now := f.Now()
	require.Equal(t, taken.Session, f.reread(t, s))
	require.Equal(t, []any{&h.ID, &now, &now, &now, s.Revision + 1}, []any{
		taken.Session.AttemptID,
		taken.Session.DeviceLockedAt,
		taken.Session.DeviceSeenAt,
		taken.Session.NudgeAt,
		taken.Session.Revision,
	})
	shown := taken.Session.Public()
	require.Equal(t, "mobile", *shown.ActiveDevice)
	require.Equal(t, now, *shown.DeviceLockedAt)
}

func claimOfATerminalSessionIsRefused(t *testing.T, f *fixture) {
	s := f.session(t)
	_, token := f.mint(t, s)
	f.changed(t, move(s, "end", models.StatusCancelled))
	f.refusesToken(t, token, models.CodeSessionTerminal)
	_, _, err := f.MintHandoff(t.Context(), store.NewHandoff{OrgID: s.OrgID, SessionID: s.ID})
	requireCode(t, models.CodeSessionTerminal, err)
}

func lockEndsWithTheSession(t *testing.T, f *fixture) {
	s := f.session(t)
	_, token := f.mint(t, s)
	taken := f.takeOver(t, token, "phone")
	ended := f.changed(t, move(s, "end", models.StatusExpired)).Session
	require.Nil(t, ended.ActiveDevice())
	require.Nil(t, ended.DeviceLockedAt)
	requireCode(t, models.CodeHandoffEnded, f.DeviceSeen(t.Context(), s.OrgID, s.ID, taken.Handoff.ID))
}

func lockEndsWithARelease(t *testing.T, f *fixture) {
	s := f.session(t)
	_, token := f.mint(t, s)
	attempt := f.takeOver(t, token, "phone").Handoff.ID
	released, _, err := f.ReleaseDevice(t.Context(), s.OrgID, s.ID, attempt, nil)
	require.NoError(t, err)
	require.Nil(t, released.AttemptID)
	h, err := f.Handoff(t.Context(), released, attempt)
	require.NoError(t, err)
	require.NotNil(t, h.EndedAt)
	requireCode(t, models.CodeHandoffEnded, f.DeviceSeen(t.Context(), s.OrgID, s.ID, attempt))

	_, token = f.mint(t, s)
	other := f.takeOver(t, token, "tablet").Handoff.ID
	again, _, err := f.ReleaseDevice(t.Context(), s.OrgID, s.ID, attempt, nil)
	require.NoError(t, err)
	require.Equal(t, other, *again.AttemptID, "a device releases only its own lock")
}

func lockEndsWhenTheDeviceIsIdle(t *testing.T, f *fixture) {
	s := f.session(t)
	_, token := f.mint(t, s)
	attempt := f.takeOver(t, token, "phone").Handoff.ID
	f.clock.Advance(time.Minute)
	require.NoError(t, f.DeviceSeen(t.Context(), s.OrgID, s.ID, attempt))
	seen := f.Now()
	held := f.reread(t, s)
	require.Equal(t, seen, *held.DeviceSeenAt)
	f.clock.Advance(time.Minute)
	before := models.At(seen.Add(-time.Microsecond))
	kept, _, err := f.ReleaseDevice(t.Context(), s.OrgID, s.ID, attempt, &before)
	require.NoError(t, err)
	require.Equal(t, held, kept)
	freed, _, err := f.ReleaseDevice(t.Context(), s.OrgID, s.ID, attempt, &seen)
	require.NoError(t, err)
	require.Nil(t, freed.AttemptID)
}

func submissionShowsThatTheDeviceIsThere(t *testing.T, f *fixture) {
	s := f.session(t)
	_, token := f.mint(t, s)
	taken := f.takeOver(t, token, "phone")
	f.clock.Advance(time.Minute)
	_, done, err := f.Submit(t.Context(), store.NewSubmission{
		Session: taken.Session,
		Node:    "primary.document_capture",
		Method:  rules.MethodDocumentCapture,
		Attempt: 1,
		Payload: []byte("{}"),
	})
	require.NoError(t, err)
	require.Equal(t, f.Now(), *done.Session.DeviceSeenAt)
}

func lockedSessionMintsNothing(t *testing.T, f *fixture) {
	s := f.session(t)
	_, token := f.mint(t, s)
	f.takeOver(t, token, "phone")
	_, _, err := f.MintHandoff(t.Context(), store.NewHandoff{OrgID: s.OrgID, SessionID: s.ID})
	requireCode(t, models.CodeSessionLocked, err)
}

func deviceIsKnownByItsDigest(t *testing.T, f *fixture) {
	_, token := f.mint(t, f.session(t))
	h := f.takeOver(t, token, "phone").Handoff
	require.NotContains(t, *h.Device, "phone")
	require.True(t, f.Holds(h, "phone"))
	require.False(t, f.Holds(h, "tablet"))
	require.False(t, f.Holds(models.Handoff{}, "phone"))
}

func numberIsChosenOnce(t *testing.T, f *fixture) {
	s := f.session(t)
	h, token := f.mint(t, s, confirming)
	require.Len(t, h.Choices.V, 3)
	require.Contains(t, h.Choices.V, h.Number)
	for _, choice := range h.Choices.V {
		require.GreaterOrEqual(t, choice, 10)
		require.LessOrEqual(t, choice, 99)
	}
	taken := f.takeOver(t, token, "phone")
	require.False(t, taken.Handoff.Confirmed())
	for range 2 {
		require.NoError(t, errorOf(f.ConfirmHandoff(t.Context(), taken.Session, h, h.Number)))
	}
	confirmed, err := f.Handoff(t.Context(), s, h.ID)
	require.NoError(t, err)
	require.True(t, confirmed.Confirmed())
	plain, _ := f.mint(t, f.session(t))
	require.True(t, plain.Confirmed())
}

func wrongNumberFreesTheSession(t *testing.T, f *fixture) {
	s := f.session(t)
	h, token := f.mint(t, s, confirming)
	taken := f.takeOver(t, token, "phone")
	requireCode(t, models.CodeHandoffEnded, errorOf(f.ConfirmHandoff(t.Context(), taken.Session, h, h.Number+1)))
	require.Nil(t, f.reread(t, s).AttemptID)
	ended, err := f.Handoff(t.Context(), s, h.ID)
	require.NoError(t, err)
	require.NotNil(t, ended.EndedAt)
	requireCode(t, models.CodeHandoffEnded, errorOf(f.ConfirmHandoff(t.Context(), taken.Session, h, h.Number)))
	again, err := f.Handoff(t.Context(), s, h.ID)
	require.NoError(t, err)
	require.Nil(t, again.ConfirmedAt, "there is one choice")
}

func claimMayRaiseTheRisk(t *testing.T, f *fixture) {
	s := f.session(t)
	h, token := f.mint(t, s, func(n *store.NewHandoff) { n.From = ptr(rules.Jurisdiction("US-CA")) })
	known, err := f.Across().HandoffByToken(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, h, known)
	taken, err := f.Across().ClaimHandoff(t.Context(), token, "phone", &rules.Risk{Score: 40, Signals: []string{"far"}})
	require.NoError(t, err)
	require.Equal(t, &rules.Risk{Score: 40, Signals: []string{"far"}}, taken.Session.Risk.V)
	require.Equal(t, taken.Session, f.reread(t, s))
}

func handoffIsItsOrganizationsOwn(t *testing.T, f *fixture) {
	s := f.session(t)
	h, token := f.mint(t, s)
	f.takeOver(t, token, "phone")
	foreign := s
	foreign.OrgID = f.foreign
	_, err := f.Handoff(t.Context(), foreign, h.ID)
	requireCode(t, models.CodeResourceMissing, err)
	_, _, err = f.MintHandoff(t.Context(), store.NewHandoff{OrgID: f.foreign, SessionID: s.ID})
	requireCode(t, models.CodeSessionNotFound, err)
	requireCode(t, models.CodeHandoffEnded, f.DeviceSeen(t.Context(), f.foreign, s.ID, h.ID))
	_, _, err = f.ReleaseDevice(t.Context(), f.foreign, s.ID, h.ID, nil)
	requireCode(t, models.CodeSessionNotFound, err)
	require.NotNil(t, f.reread(t, s).AttemptID)
}
