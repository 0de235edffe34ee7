package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
)

var changeScenarios = []scenario{
	changeMovesTheRow,
	changeFiresItsEventWithDeliveries,
	changeReturnsItsFirstAttempts,
	changeWithoutAnEventFiresNothing,
	repeatReturnsTheFirstResult,
	racingCallersOfOneChangeMakeOneEvent,
	cancelAndVerdictRaceForOneEnd,
	terminalSessionRefusesChange,
	statusThatIsNotInFromRefusesChange,
	refusedChangeCanBeMadeLater,
	changeIsRefusedOverAForeignOrUnknownSession,
	changeIsRefusedAtAnotherRevision,
	racingChangesOfOneRevisionHaveOneWinner,
	alsoCommitsWithTheChange,
	alsoRollsBackWithTheChange,
	alsoRollsBackWithARefusedChange,
	changeThatWaitsTooLongIsNotMade,
	eventsOfASessionNeverShareAMoment,
	openIsIdempotent,
	openAtRiskIsIdempotentAndBoundToTheRow,
	openLeavesALaterStatusAlone,
	openOfATerminalSessionIsRefused,
	endIsIdempotent,
}

var errLater = errors.New("the row could not be written")

func changeMovesTheRow(t *testing.T, f *fixture) {
	before := f.session(t)
	f.clock.Advance(time.Minute)
	change := move(before, "verdict/primary/1", models.StatusVerified)
	change.Set = map[string]any{"verification_path": "mdl"}
	changed := f.changed(t, change)
	require.False(t, changed.Repeated)

	want := before
	want.Status, want.VerificationPath = models.StatusVerified, ptr("mdl")
	want.Revision, want.Updated, want.CompletedAt = before.Revision+1, f.Now(), ptr(f.Now())
	want.ErasedAt = want.CompletedAt // the session has no contacts
	want.VerifiedPersonID, want.CredentialID = changed.Session.VerifiedPersonID, changed.Session.CredentialID
	require.Equal(t, want, changed.Session)
	require.Equal(t, want, f.reread(t, before))
}

func changeFiresItsEventWithDeliveries(t *testing.T, f *fixture) {
	subscribed := f.endpoint(t, models.EventSessionFailed)
	f.endpoint(t, models.EventSessionVerified)
	session := f.session(t)
	changed := f.changed(t, move(session, "verdict", models.StatusFailed))

	require.NotNil(t, changed.EventID)
	event, pending, err := f.Event(t.Context(), f.org, *changed.EventID)
	require.NoError(t, err)
	require.Equal(t, 1, pending)
	require.Equal(t, models.EventSessionFailed, event.Type)
	require.Equal(t, changed.Session.Updated, event.Created)
	require.Equal(t, models.StatusFailed, statusIn(t, event))

	refs, err := f.EventDeliveries(t.Context(), f.org, event.ID)
	require.NoError(t, err)
	require.Len(t, refs, 1)
	require.Equal(t, subscribed.ID, refs[0].EndpointID)
}

func changeReturnsItsFirstAttempts(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	f.endpoint(t, models.EventSessionVerified)
	f.endpoint(t, models.EventSessionCreated)
	f.endpointOf(t, f.foreign, models.AllEvents)
	unattempted := func(session models.Session) []models.DeliveryRef {
		refs, err := f.FirstAttempts(t.Context(), session.OrgID, session.ID)
		require.NoError(t, err)
		return refs
	}
	ctx := f.reserved(t, "create")
	created, err := f.CreateSession(ctx, f.newSession(t))
	require.NoError(t, err)
	require.Len(t, created.FirstAttempts, 2)
	require.ElementsMatch(t, unattempted(created.Session), created.FirstAttempts)

	verdict := move(created.Session, "verdict", models.StatusVerified)
	verdict.Events = []models.EventType{models.EventReviewFlagged}
	changed := f.changed(t, verdict)
	require.Len(t, changed.FirstAttempts, 3)
	require.ElementsMatch(t, unattempted(created.Session), append(created.FirstAttempts, changed.FirstAttempts...))
	require.Empty(t, f.changed(t, verdict).FirstAttempts, "a repeat has left none")
	again, err := f.CreateSession(ctx, f.newSession(t))
	require.NoError(t, err)
	require.Empty(t, again.FirstAttempts)

	verified := f.newSession(t)
	verified.Verified = true
	born, err := f.CreateSession(t.Context(), verified)
	require.NoError(t, err)
	require.Len(t, born.FirstAttempts, 4)
	require.ElementsMatch(t, unattempted(born.Session), born.FirstAttempts)
}

func changeWithoutAnEventFiresNothing(t *testing.T, f *fixture) {
	session := f.session(t)
	for _, to := range []models.SessionStatus{models.StatusPending, models.StatusProcessing, models.StatusRequiresInput} {
		require.Nil(t, f.changed(t, move(session, string(to), to)).EventID)
	}
	require.Equal(t, []models.EventType{models.EventSessionCreated}, typesOf(f.eventsOf(t, session)))
}

func repeatReturnsTheFirstResult(t *testing.T, f *fixture) {
	session := f.session(t)
	change := move(session, "verdict/primary/1", models.StatusVerified)
	first := f.changed(t, change)
	f.clock.Advance(time.Hour)
	again := f.changed(t, change)

	require.True(t, again.Repeated)
	require.Equal(t, first.EventID, again.EventID)
	require.Equal(t, first.Session, again.Session)
	require.Len(t, f.eventsOf(t, session), 2)
}

func racingCallersOfOneChangeMakeOneEvent(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	session := f.session(t)
	replicas := []*store.Store{f.Store, f.replica(t)}
	answers := allOf(t, race(20, func(i int) (store.Changed, error) {
		return replicas[i%len(replicas)].Change(t.Context(), move(session, "verdict/primary/1", models.StatusVerified))
	}))
	fresh := 0
	for _, answer := range answers {
		if !answer.Repeated {
			fresh++
		}
		require.Equal(t, answers[0].EventID, answer.EventID)
		require.Equal(t, answers[0].Session, answer.Session)
	}
	require.Equal(t, 1, fresh)
	require.Equal(t, 2, f.count(t, "SELECT count(*) FROM events"))
	require.Equal(t, 2, f.count(t, "SELECT count(*) FROM webhook_deliveries"))
}

func cancelAndVerdictRaceForOneEnd(t *testing.T, f *fixture) {
	for range 10 {
		session := f.session(t)
		ends := []store.Change{
			move(session, "cancelled", models.StatusCancelled),
			move(session, "verdict/primary/1", models.StatusVerified),
			move(session, "expired", models.StatusExpired),
		}
		won := winners(t, race(len(ends), func(i int) (store.Changed, error) {
			return f.Change(t.Context(), ends[i])
		}), models.CodeSessionTerminal)
		require.Len(t, won, 1)

		require.Equal(t, won[0].Session, f.reread(t, session))
		events := f.eventsOf(t, session)
		require.Len(t, events, 2)
		require.Equal(t, *won[0].EventID, events[1].ID)
	}
}

func terminalSessionRefusesChange(t *testing.T, f *fixture) {
	for _, terminal := range []models.SessionStatus{
		models.StatusVerified, models.StatusFailed, models.StatusCancelled, models.StatusExpired,
	} {
		ended := f.changed(t, move(f.session(t), "end", terminal)).Session
		for _, to := range []models.SessionStatus{models.StatusPending, models.StatusCancelled, terminal} {
			_, err := f.Change(t.Context(), move(ended, "later", to))
			requireCode(t, models.CodeSessionTerminal, err)
		}
		require.Equal(t, ended, f.reread(t, ended))
		require.Len(t, f.eventsOf(t, ended), 2)
	}
}

func statusThatIsNotInFromRefusesChange(t *testing.T, f *fixture) {
	processing := f.changed(t, move(f.session(t), "submission", models.StatusProcessing)).Session
	cancel := move(processing, "cancelled", models.StatusCancelled)
	cancel.From = models.CancellableStatuses
	_, err := f.Change(t.Context(), cancel)
	require.ErrorIs(t, err, store.ErrRefused)
	require.Equal(t, processing, f.reread(t, processing))
}

func refusedChangeCanBeMadeLater(t *testing.T, f *fixture) {
	processing := f.changed(t, move(f.session(t), "submission", models.StatusProcessing)).Session
	cancel := move(processing, "cancelled", models.StatusCancelled)
	cancel.From = models.CancellableStatuses
	_, err := f.Change(t.Context(), cancel)
	require.ErrorIs(t, err, store.ErrRefused)

	f.changed(t, move(processing, "verdict", models.StatusRequiresInput))
	later := f.changed(t, cancel)
	require.False(t, later.Repeated)
	require.Equal(t, models.StatusCancelled, later.Session.Status)
}

func changeIsRefusedOverAForeignOrUnknownSession(t *testing.T, f *fixture) {
	session := f.session(t)
	foreign := move(session, "cancelled", models.StatusCancelled)
	foreign.OrgID = f.foreign
	unknown := move(session, "cancelled", models.StatusCancelled)
	unknown.SessionID = "vks_unknown"
	for _, change := range []store.Change{foreign, unknown} {
		_, err := f.Change(t.Context(), change)
		require.Equal(t, models.SessionNotFound(change.SessionID), err)
	}
	require.Equal(t, session, f.reread(t, session))

	// The id of an earlier change must not reveal it either.
	f.changed(t, move(session, "cancelled", models.StatusCancelled))
	_, err := f.Change(t.Context(), foreign)
	requireCode(t, models.CodeSessionNotFound, err)
}

func changeIsRefusedAtAnotherRevision(t *testing.T, f *fixture) {
	session := f.session(t)
	moved := f.changed(t, move(session, "open", models.StatusPending)).Session
	stale := move(session, "verdict", models.StatusVerified)
	stale.Read = &session
	_, err := f.Change(t.Context(), stale)
	require.ErrorIs(t, err, store.ErrRefused)

	fresh := stale
	fresh.Read = &moved
	require.Equal(t, models.StatusVerified, f.changed(t, fresh).Session.Status)
}

func racingChangesOfOneRevisionHaveOneWinner(t *testing.T, f *fixture) {
	session := f.session(t)
	won := 0
	for _, answer := range race(8, func(i int) (store.Changed, error) {
		change := move(session, string(rune('a'+i)), models.StatusPending)
		change.Read = &session
		return f.Change(t.Context(), change)
	}) {
		if answer.err == nil {
			won++
			continue
		}
		require.ErrorIs(t, answer.err, store.ErrRefused)
	}
	require.Equal(t, 1, won)
	require.Equal(t, session.Revision+1, f.reread(t, session).Revision)
}

// markUsage is a write that a test can count.
func markUsage(tx *gorm.DB, session models.Session) error {
	return tx.Exec("INSERT INTO monthly_usage (org_id, month, sessions) VALUES (?, ?, ?)",
		session.OrgID, "also", session.Revision).Error
}

func alsoCommitsWithTheChange(t *testing.T, f *fixture) {
	session := f.session(t)
	change := move(session, "verdict", models.StatusVerified)
	change.Also = markUsage
	f.changed(t, change)
	require.Equal(t, int(session.Revision)+1, f.count(t, "SELECT sessions FROM monthly_usage WHERE month = 'also'"))

	require.True(t, f.changed(t, change).Repeated, "a repeat does not write again")
}

func alsoRollsBackWithTheChange(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	session := f.session(t)
	change := move(session, "verdict", models.StatusVerified)
	change.Also = func(tx *gorm.DB, after models.Session) error {
		return errors.Join(markUsage(tx, after), errLater)
	}
	_, err := f.Change(t.Context(), change)
	require.ErrorIs(t, err, errLater)

	require.Equal(t, session, f.reread(t, session))
	require.Zero(t, f.count(t, "SELECT count(*) FROM monthly_usage WHERE month = 'also'"))
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM events"))
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM webhook_deliveries"))
	require.Zero(t, f.count(t, "SELECT count(*) FROM session_transitions"))
}

func alsoRollsBackWithARefusedChange(t *testing.T, f *fixture) {
	ended := f.changed(t, move(f.session(t), "end", models.StatusExpired)).Session
	change := move(ended, "verdict", models.StatusVerified)
	change.Also = markUsage
	_, err := f.Change(t.Context(), change)
	requireCode(t, models.CodeSessionTerminal, err)
	require.Zero(t, f.count(t, "SELECT count(*) FROM monthly_usage WHERE month = 'also'"))
}

// Lists rely on this: a row older than WriteLimit is visible, or will never be.
func changeThatWaitsTooLongIsNotMade(t *testing.T, f *fixture) {
	session := f.session(t)
	hasty, release := f.hasty(t), f.lockRow(t, "sessions", session.ID)
	done := make(chan error, 1)
	go func() {
		_, err := hasty.Change(t.Context(), move(session, "verdict", models.StatusVerified))
		done <- err
	}()
	late, cancel := context.WithTimeout(t.Context(), store.WriteLimit+100*time.Millisecond)
	defer cancel()
	<-late.Done()
	release()
	require.Error(t, <-done)
	require.Equal(t, session, f.reread(t, session))
	require.Len(t, f.eventsOf(t, session), 1)
}

func eventsOfASessionNeverShareAMoment(t *testing.T, f *fixture) {
	session := f.session(t) // the clock does not advance
	f.changed(t, move(session, "open", models.StatusPending))
	f.changed(t, move(session, "end", models.StatusCancelled))
	events := f.eventsOf(t, session)
	require.Equal(t, []models.EventType{models.EventSessionCreated, models.EventSessionCancelled}, typesOf(events))
	require.True(t, events[0].Created.Before(events[1].Created.Time))
}

func openIsIdempotent(t *testing.T, f *fixture) {
	session := f.session(t)
	for _, opened := range allOf(t, race(5, func(int) (models.Session, error) {
		return f.MarkOpened(t.Context(), f.org, session.ID)
	})) {
		require.Equal(t, models.StatusPending, opened.Status)
		require.Equal(t, session.Revision+1, opened.Revision)
	}
}

func openAtRiskIsIdempotentAndBoundToTheRow(t *testing.T, f *fixture) {
	session := f.session(t)
	found := &rules.Risk{Score: 45, Signals: []string{"tor_network"}, Weights: map[string]int{"tor_network": 45}}
	for _, opened := range allOf(t, race(5, func(int) (models.Session, error) {
		return f.MarkOpenedAtRisk(t.Context(), session, found)
	})) {
		require.Equal(t, models.StatusPending, opened.Status)
		require.Equal(t, found, opened.Risk.V)
		require.Equal(t, session.Revision+1, opened.Revision)
	}
	stale := f.session(t)
	f.changed(t, store.Change{
		OrgID: f.org, SessionID: stale.ID, ID: "seen", From: models.OpenStatuses, To: models.StatusCreated,
	})
	_, err := f.MarkOpenedAtRisk(t.Context(), stale, found)
	require.ErrorIs(t, err, store.ErrRefused)
	ended := f.session(t)
	f.changed(t, move(ended, "end", models.StatusCancelled))
	_, err = f.MarkOpenedAtRisk(t.Context(), ended, found)
	requireCode(t, models.CodeSessionTerminal, err)
}

func openLeavesALaterStatusAlone(t *testing.T, f *fixture) {
	for _, later := range []models.SessionStatus{models.StatusProcessing, models.StatusRequiresInput} {
		neverOpened := f.changed(t, move(f.session(t), "submission", later)).Session
		opened, err := f.MarkOpened(t.Context(), f.org, neverOpened.ID)
		require.NoError(t, err)
		require.Equal(t, neverOpened, opened)

		session, err := f.MarkOpened(t.Context(), f.org, f.session(t).ID)
		require.NoError(t, err)
		moved := f.changed(t, move(session, "submission", later)).Session
		openedAgain, err := f.MarkOpened(t.Context(), f.org, session.ID)
		require.NoError(t, err)
		require.Equal(t, moved, openedAgain)
	}
}

func openOfATerminalSessionIsRefused(t *testing.T, f *fixture) {
	neverOpened := f.changed(t, move(f.session(t), "end", models.StatusCancelled)).Session
	opened, err := f.MarkOpened(t.Context(), f.org, f.session(t).ID)
	require.NoError(t, err)
	f.changed(t, move(opened, "end", models.StatusExpired))
	for _, id := range []string{neverOpened.ID, opened.ID} {
		_, err := f.MarkOpened(t.Context(), f.org, id)
		requireCode(t, models.CodeSessionTerminal, err)
	}
	_, err = f.MarkOpened(t.Context(), f.foreign, opened.ID)
	requireCode(t, models.CodeSessionNotFound, err)
}

func endIsIdempotent(t *testing.T, f *fixture) {
	session := f.session(t)
	end := func() (store.Changed, error) {
		return f.End(t.Context(), f.org, session.ID, models.CancellableStatuses, models.StatusCancelled)
	}
	first, err := end()
	require.NoError(t, err)
	again, err := end()
	require.NoError(t, err)
	require.True(t, again.Repeated)
	require.Equal(t, first.EventID, again.EventID)

	_, err = f.End(t.Context(), f.org, session.ID, models.OpenStatuses, models.StatusExpired)
	requireCode(t, models.CodeSessionTerminal, err)
}
