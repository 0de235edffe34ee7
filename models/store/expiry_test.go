package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

var expiryScenarios = []scenario{
	overdueSessionTakesNothing,
	overdueSessionIsNotVerifiedByAnEarlierVerification,
	overdueDeviceIsRefused,
	expiryByARefusalEqualsExpiryByTheRun,
	racingCallersExpireOnce,
	readRecordsTheExpiry,
	movedDeadlineCounts,
	expiredHandoffTokenStaysExpired,
	expiryWaitsForTheDeadline,
}

// setBack moves the clock past the deadline of sessions, runs do, and sets the clock back.
func (f *fixture) setBack(do func()) {
	before := f.clock.Now()
	f.clock.Advance(25 * time.Hour)
	do()
	f.clock.Set(before)
}

// uses are the operations on an open session.
var uses = map[string]func(ctx context.Context, f *fixture, s models.Session) error{
	"open": func(ctx context.Context, f *fixture, s models.Session) error {
		_, err := f.MarkOpened(ctx, s.OrgID, s.ID)
		return err
	},
	"consent": func(ctx context.Context, f *fixture, s models.Session) error {
		_, err := f.Consent(ctx, s.OrgID, s.ID, nil)
		return err
	},
	"submit": func(ctx context.Context, f *fixture, s models.Session) error {
		_, _, err := f.Submit(ctx, submission(s, attestation, 1, born))
		return err
	},
	"judge": func(ctx context.Context, f *fixture, s models.Session) error {
		sent := models.Submission{ID: "vr_x", OrgID: s.OrgID, SessionID: s.ID, Node: attestation, Attempt: 1}
		_, err := f.RecordVerdict(ctx, judgement(s, sent, graph.OutcomePassed, models.StatusVerified))
		return err
	},
	"mint": func(ctx context.Context, f *fixture, s models.Session) error {
		_, _, err := f.MintHandoff(ctx, store.NewHandoff{OrgID: s.OrgID, SessionID: s.ID, TTL: time.Minute})
		return err
	},
	"cancel": func(ctx context.Context, f *fixture, s models.Session) error {
		_, err := f.End(ctx, s.OrgID, s.ID, models.CancellableStatuses, models.StatusCancelled)
		return err
	},
	"code": func(ctx context.Context, f *fixture, s models.Session) error {
		_, _, err := f.SendEmailCode(ctx, store.NewEmailCode{Session: s, Email: address, Code: number})
		return err
	},
	"proof": func(ctx context.Context, f *fixture, s models.Session) error {
		_, err := f.ProveEmail(ctx, s, store.TriedCode{EmailCode: models.EmailCode{SessionID: s.ID}, Email: address})
		return err
	},
	"upload": func(ctx context.Context, f *fixture, s models.Session) error {
		_, err := f.AddUpload(ctx, upload(s, document, "front"))
		return err
	},
	"challenge": func(ctx context.Context, f *fixture, s models.Session) error {
		_, _, err := f.BeginChallenge(ctx, f.challenge(s, "nonce"))
		return err
	},
	"trouble": func(ctx context.Context, f *fixture, s models.Session) error {
		_, err := f.NoteHandoffReason(ctx, s.OrgID, s.ID, models.HandoffScanFailed)
		return err
	},
}

func overdueSessionTakesNothing(t *testing.T, f *fixture) {
	for name, use := range uses {
		session := f.session(t)
		f.setBack(func() { requireCode(t, models.CodeSessionTerminal, use(t.Context(), f, session)) })
		require.Equal(t, models.StatusExpired, f.reread(t, session).Status, name)
		requireCode(t, models.CodeSessionTerminal, use(t.Context(), f, session))
		require.Equal(t, []models.EventType{models.EventSessionCreated, models.EventSessionExpired},
			typesOf(f.eventsOf(t, session)), name)
	}
}

func overdueSessionIsNotVerifiedByAnEarlierVerification(t *testing.T, f *fixture) {
	session := f.session(t)
	_, credential := f.verify(t, f.newSession(t), rules.MethodMDL)
	reuse := func() error {
		reused := store.Reused{Credential: credential, Path: store.PathVPToken}
		return errorOf(f.Reuse(t.Context(), session, reused, models.CancellableStatuses...))
	}
	f.setBack(func() { requireCode(t, models.CodeSessionTerminal, reuse()) })
	require.Equal(t, models.StatusExpired, f.reread(t, session).Status)
	requireCode(t, models.CodeSessionTerminal, reuse())
}

func overdueDeviceIsRefused(t *testing.T, f *fixture) {
	for name, use := range map[string]func(store.ClaimedSession) error{
		"heartbeat": func(taken store.ClaimedSession) error {
			return f.DeviceSeen(t.Context(), taken.Session.OrgID, taken.Session.ID, taken.Handoff.ID)
		},
		"phase": func(taken store.ClaimedSession) error { return f.NotePhase(t.Context(), taken.Handoff, "scanning") },
		"confirm": func(taken store.ClaimedSession) error {
			return errorOf(f.ConfirmHandoff(t.Context(), taken.Session, taken.Handoff, 0))
		},
		"socket": func(taken store.ClaimedSession) error {
			_, err := f.OpenSocket(t.Context(), taken.Handoff)
			return err
		},
	} {
		session := f.session(t)
		_, token := f.mint(t, session)
		taken := f.takeOver(t, token, "phone")
		f.setBack(func() { requireCode(t, models.CodeHandoffEnded, use(taken)) })
		require.Equal(t, models.StatusExpired, f.reread(t, session).Status, name)
		requireCode(t, models.CodeHandoffEnded, use(taken))
	}
	session := f.session(t)
	_, token := f.mint(t, session, func(n *store.NewHandoff) { n.TTL = 48 * time.Hour })
	f.setBack(func() { f.refusesToken(t, token, models.CodeSessionTerminal) })
	require.Equal(t, models.StatusExpired, f.reread(t, session).Status)
}

func expiryByARefusalEqualsExpiryByTheRun(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	session := f.session(t)
	f.clock.Advance(25 * time.Hour)
	_, err := f.MarkOpened(t.Context(), f.org, session.ID)
	requireCode(t, models.CodeSessionTerminal, err)
	recorded := f.reread(t, session)
	require.NotNil(t, recorded.NudgeAt, "its run must be signalled")
	require.NotNil(t, recorded.CompletedAt)

	again, err := f.Expire(t.Context(), f.org, session.ID, session.ExpiresAt)
	require.NoError(t, err)
	require.True(t, again.Repeated)
	require.Equal(t, recorded, again.Session)
	events := f.eventsOf(t, session)
	require.Equal(t, []models.EventType{models.EventSessionCreated, models.EventSessionExpired}, typesOf(events))
	require.Equal(t, events[1].ID, *again.EventID)
	require.Equal(t, 1, f.pending(t, events[1].ID))
}

func racingCallersExpireOnce(t *testing.T, f *fixture) {
	session, other := f.session(t), f.replica(t)
	f.clock.Advance(25 * time.Hour)
	for _, seen := range allOf(t, race(8, func(i int) (models.Session, error) {
		return []*store.Store{f.Store, other}[i%2].Session(t.Context(), f.org, session.ID)
	})) {
		require.Equal(t, models.StatusExpired, seen.Status)
	}
	require.Len(t, f.eventsOf(t, session), 2)
}

func readRecordsTheExpiry(t *testing.T, f *fixture) {
	for _, read := range []func(models.Session) (models.Session, error){
		func(s models.Session) (models.Session, error) { return f.Session(t.Context(), s.OrgID, s.ID) },
		func(s models.Session) (models.Session, error) { return f.Across().PublicSession(t.Context(), s.ID) },
	} {
		session := f.session(t)
		f.setBack(func() {
			seen, err := read(session)
			require.NoError(t, err)
			require.Equal(t, models.StatusExpired, seen.Status)
		})
		require.Equal(t, models.StatusExpired, f.reread(t, session).Status)
	}
}

// A review moves the deadline. The current deadline counts.
func movedDeadlineCounts(t *testing.T, f *fixture) {
	session := f.session(t)
	p := store.Progress{Session: session, To: models.StatusProcessing, Flagged: &store.Flag{
		Node: "human", Deadline: models.At(f.clock.Now().Add(72 * time.Hour)),
	}}
	sent := models.Submission{ID: "vr_y", OrgID: f.org, SessionID: session.ID, Node: attestation, Attempt: 1}
	passed := models.Result{Status: graph.OutcomePassed}
	reviewed := f.judged(t, store.Judgement{Progress: p, Submission: sent, Result: passed})
	f.clock.Advance(25 * time.Hour)
	require.Equal(t, models.StatusProcessing, f.reread(t, session).Status)
	_, err := f.Expire(t.Context(), f.org, session.ID, session.ExpiresAt)
	require.ErrorIs(t, err, store.ErrRefused, "the run that waited for the earlier deadline")
	f.clock.Advance(48 * time.Hour)
	_, err = f.DecideReview(t.Context(), store.Decided{
		Progress: store.Progress{Session: reviewed.Session, To: models.StatusVerified},
		Decision: models.ReviewDecision{Decision: graph.Approve, Reviewer: "kim"},
	})
	requireCode(t, models.CodeSessionTerminal, err)
	require.Equal(t, models.StatusExpired, f.reread(t, session).Status)
}

func expiredHandoffTokenStaysExpired(t *testing.T, f *fixture) {
	session := f.session(t)
	first, token := f.mint(t, session)
	f.clock.Advance(6 * time.Minute)
	f.refusesToken(t, token, models.CodeHandoffTokenExpired)
	f.clock.Advance(-6 * time.Minute)
	f.refusesToken(t, token, models.CodeHandoffTokenExpired)
	_, err := f.Across().HandoffByToken(t.Context(), token)
	requireCode(t, models.CodeHandoffTokenExpired, err)
	second, token := f.mint(t, session)
	require.NotEqual(t, first.ID, second.ID, "a refused token is not given out again")
	f.takeOver(t, token, "phone")
}

func expiryWaitsForTheDeadline(t *testing.T, f *fixture) {
	session := f.session(t)
	_, err := f.Expire(t.Context(), f.org, session.ID, f.Now())
	require.ErrorIs(t, err, store.ErrRefused)
	_, err = f.Expire(t.Context(), f.foreign, session.ID, session.ExpiresAt)
	requireCode(t, models.CodeSessionNotFound, err)
	require.Equal(t, session, f.reread(t, session))
}
