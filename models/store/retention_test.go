package store_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

var retentionScenarios = []scenario{
	contactsAreErasedAtTheEndWithoutRetention,
	contactsAreErasedOnlyIfTheEndCommits,
	contactsAreKeptForTheRetentionPeriod,
	repeatedCreationDoesNotBringContactsBack,
	sessionWithoutContactsHasNothingDue,
	endedSessionThatChangesKeepsItsRetention,
	dueContactsGoInBatchesOldestFirst,
	concurrentSweepersEraseASessionOnce,
	erasureLeavesOthersAlone,
	erasureKeepsTheRevision,
	sessionsEndedWithoutRetentionAreSettled,
	settledSessionMayBeErasedByAnotherSweeper,
	settlingComesInBatches,
	nextErasureIsTheEarliest,
	sweepReadsOnlyDueSessions,
}

const day = 24 * time.Hour

// reachable is a session with contacts, under a rule that keeps contacts for this many days.
func (f *fixture) reachable(t *testing.T, org string, days *int) store.NewSession {
	t.Helper()
	n := f.newSession(t)
	n.Session.OrgID, n.Email, n.Phone = org, "ada@person.example", "+15555550123"
	n.Session.Compliance = models.AsJSON(models.ComplianceResult{UseCase: n.Session.UseCase, DataRetentionDays: days})
	return n
}

// ended is such a session, cancelled now.
func (f *fixture) ended(t *testing.T, org string, days *int) models.Session {
	t.Helper()
	return f.changed(t, move(f.created(t, f.reachable(t, org, days)), "end", models.StatusCancelled)).Session
}

// ends are the ways in which a session may end.
var ends = map[string]func(t *testing.T, f *fixture, n store.NewSession) models.Session{
	"verified": func(t *testing.T, f *fixture, n store.NewSession) models.Session {
		sent, session := f.submitted(t, f.created(t, n), attestation, born)
		return f.judged(t, judgement(session, sent, graph.OutcomePassed, models.StatusVerified)).Session
	},
	"failed": func(t *testing.T, f *fixture, n store.NewSession) models.Session {
		sent, session := f.submitted(t, f.created(t, n), attestation, born)
		return f.judged(t, judgement(session, sent, graph.OutcomeFailed, models.StatusFailed)).Session
	},
	"approved": func(t *testing.T, f *fixture, n store.NewSession) models.Session {
		sent, session := f.submitted(t, f.created(t, n), attestation, born)
		j := judgement(session, sent, graph.OutcomePassed, models.StatusProcessing)
		j.Flagged = &store.Flag{Node: "human", Deadline: models.At(f.clock.Now().Add(day))}
		waiting := f.judged(t, j).Session
		require.NotNil(t, waiting.EmailSealed, "a session in review has not ended")
		changed, err := f.DecideReview(t.Context(), decided(waiting, graph.Approve, models.StatusVerified))
		require.NoError(t, err)
		return changed.Session
	},
	"cancelled before a submission": func(t *testing.T, f *fixture, n store.NewSession) models.Session {
		return f.endedAs(t, f.created(t, n), models.StatusCancelled)
	},
	"expired with an unjudged submission": func(t *testing.T, f *fixture, n store.NewSession) models.Session {
		_, session := f.submitted(t, f.created(t, n), attestation, born)
		return f.endedAs(t, session, models.StatusExpired)
	},
	"verified at creation": func(t *testing.T, f *fixture, n store.NewSession) models.Session {
		n.Verified = true
		return f.created(t, n)
	},
	"failed at creation": func(t *testing.T, f *fixture, n store.NewSession) models.Session {
		n.Begun = &store.Progress{To: models.StatusFailed, Failure: ptr(rules.ReasonUnderAge)}
		return f.created(t, n)
	},
}

func (f *fixture) endedAs(t *testing.T, session models.Session, to models.SessionStatus) models.Session {
	t.Helper()
	changed, err := f.End(t.Context(), session.OrgID, session.ID, models.OpenStatuses, to)
	require.NoError(t, err)
	return changed.Session
}

// due returns the times at which the erasure is due and was done.
func (f *fixture) due(t *testing.T, session models.Session) (at, done *models.Timestamp) {
	t.Helper()
	var due, erased sql.NullInt64
	require.NoError(t, f.raw().QueryRowContext(t.Context(),
		"SELECT erase_at, erased_at FROM sessions WHERE id = $1", session.ID).Scan(&due, &erased))
	moment := func(n sql.NullInt64) *models.Timestamp {
		if !n.Valid {
			return nil
		}
		return models.AtPtr(time.UnixMicro(n.Int64))
	}
	return moment(due), moment(erased)
}

// sweepRetention erases the contacts that are due, and returns the number of sessions.
func (f *fixture) sweepRetention(t *testing.T) int {
	t.Helper()
	erased, err := f.Across().EraseDue(t.Context(), 100)
	require.NoError(t, err)
	return erased
}

func (f *fixture) settled(t *testing.T, limit int) int {
	t.Helper()
	settled, err := f.Across().SettleRetention(t.Context(), limit)
	require.NoError(t, err)
	return settled
}

func requireContacts(t *testing.T, session models.Session) {
	t.Helper()
	for _, column := range contactsOf(session) {
		require.NotNil(t, column)
	}
}

func requireNoContacts(t *testing.T, session models.Session) {
	t.Helper()
	for _, column := range contactsOf(session) {
		require.Nil(t, column)
	}
}

func contactsOf(s models.Session) []*string {
	return []*string{s.EmailSealed, s.EmailLookup, s.PhoneSealed, s.PhoneLookup}
}

// without returns the session without its contacts and the times of their erasure.
func without(s models.Session) models.Session {
	s.EraseAt, s.ErasedAt = nil, nil
	s.EmailSealed, s.EmailLookup, s.PhoneSealed, s.PhoneLookup = nil, nil, nil, nil
	return s
}

func contactsAreErasedAtTheEndWithoutRetention(t *testing.T, f *fixture) {
	older := f.reachable(t, f.org, nil)
	older.Session.Compliance = models.JSON[models.ComplianceResult]{} // from before compliance snapshots
	for _, n := range []store.NewSession{f.reachable(t, f.org, nil), older} {
		for name, end := range ends {
			ended := end(t, f, n)
			require.True(t, ended.Status.Terminal(), name)
			requireNoContacts(t, ended)
			require.Equal(t, ended, f.reread(t, ended), name)
			at, done := f.due(t, ended)
			require.Nil(t, at, name)
			require.Equal(t, ended.CompletedAt, done, name)
		}
	}
	require.Zero(t, f.settled(t, 100))
	require.Zero(t, f.sweepRetention(t))
}

// A process that dies before its commit has neither ended the session nor erased the contacts.
func contactsAreErasedOnlyIfTheEndCommits(t *testing.T, f *fixture) {
	session := f.created(t, f.reachable(t, f.org, nil))
	end := move(session, "end", models.StatusVerified)
	end.Also = func(*gorm.DB, models.Session) error { return errLater }
	_, err := f.Change(t.Context(), end)
	require.ErrorIs(t, err, errLater)
	requireContacts(t, f.reread(t, session))

	for _, to := range []models.SessionStatus{models.StatusPending, models.StatusProcessing, models.StatusRequiresInput} {
		requireContacts(t, f.changed(t, move(session, string(to), to)).Session)
		at, done := f.due(t, session)
		require.Nil(t, at)
		require.Nil(t, done)
	}
}

func contactsAreKeptForTheRetentionPeriod(t *testing.T, f *fixture) {
	const days = 30
	kept := make([]models.Session, 0, len(ends))
	for name, end := range ends {
		f.clock.Advance(time.Second)
		ended := end(t, f, f.reachable(t, f.org, ptr(days)))
		requireContacts(t, ended)
		at, done := f.due(t, ended)
		require.Equal(t, models.AtPtr(ended.CompletedAt.Add(days*day)), at, name)
		require.Nil(t, done, name)
		kept = append(kept, ended)
	}
	require.Zero(t, f.settled(t, 100))
	for _, session := range kept {
		f.clock.Set(session.CompletedAt.Add(days*day - time.Microsecond))
		require.Zero(t, f.sweepRetention(t))
		require.Equal(t, session, f.reread(t, session))

		f.clock.Set(session.CompletedAt.Add(days * day))
		require.Equal(t, 1, f.sweepRetention(t))
		require.Equal(t, without(session), without(f.reread(t, session)), "nothing else has changed")
		_, done := f.due(t, session)
		require.Equal(t, ptr(f.Now()), done)
		require.Zero(t, f.sweepRetention(t))
	}
}

func repeatedCreationDoesNotBringContactsBack(t *testing.T, f *fixture) {
	ctx := f.reserved(t, "create")
	n := f.reachable(t, f.org, nil)
	n.Verified = true
	first, err := f.CreateSession(ctx, n)
	require.NoError(t, err)
	again, err := f.CreateSession(ctx, n)
	require.NoError(t, err)
	require.True(t, again.Repeated)
	require.Equal(t, first.Session, again.Session)
	requireNoContacts(t, again.Session)
}

func sessionWithoutContactsHasNothingDue(t *testing.T, f *fixture) {
	n := f.reachable(t, f.org, ptr(30))
	n.Email, n.Phone = "", ""
	f.endedAs(t, f.created(t, n), models.StatusExpired)
	n.Phone = "+15555550123"
	phone := f.endedAs(t, f.created(t, n), models.StatusExpired)

	f.clock.Advance(31 * day)
	require.Equal(t, 1, f.sweepRetention(t))
	requireNoContacts(t, f.reread(t, phone))
}

// Stile itself never changes an ended session. If another change does, the contacts are erased all the same.
func endedSessionThatChangesKeepsItsRetention(t *testing.T, f *fixture) {
	again := func(session models.Session) models.Session {
		change := move(session, "afterwards", models.StatusFailed)
		change.From = []models.SessionStatus{models.StatusCancelled}
		return f.changed(t, change).Session
	}
	requireNoContacts(t, again(f.ended(t, f.org, nil)))

	kept := again(f.ended(t, f.org, ptr(30)))
	at, done := f.due(t, kept)
	require.Equal(t, models.AtPtr(kept.CompletedAt.Add(30*day)), at)
	require.Nil(t, done)

	late := f.ended(t, f.org, ptr(1))
	f.clock.Advance(31 * day)
	require.Equal(t, 2, f.sweepRetention(t))
	requireNoContacts(t, again(late))
	require.Zero(t, f.sweepRetention(t))
}

func dueContactsGoInBatchesOldestFirst(t *testing.T, f *fixture) {
	var sessions []models.Session
	for range 5 {
		f.clock.Advance(time.Second)
		sessions = append(sessions, f.ended(t, f.org, ptr(1)))
	}
	f.clock.Advance(2 * day)
	for _, batch := range []int{2, 2, 1, 0} {
		erased, err := f.Across().EraseDue(t.Context(), 2)
		require.NoError(t, err)
		require.Equal(t, batch, erased)
		for i, session := range sessions {
			if i < batch {
				requireNoContacts(t, f.reread(t, session))
			} else {
				requireContacts(t, f.reread(t, session))
			}
		}
		sessions = sessions[batch:]
	}
}

func concurrentSweepersEraseASessionOnce(t *testing.T, f *fixture) {
	const many = 20
	for range many {
		f.ended(t, f.org, ptr(1))
	}
	f.clock.Advance(2 * day)
	replicas := []*store.Store{f.Store, f.replica(t)}
	erased := 0
	// A sweeper returns 0 if others have claimed all due sessions.
	for _, n := range allOf(t, race(6, func(i int) (int, error) {
		return replicas[i%2].Across().EraseDue(t.Context(), 7)
	})) {
		erased += n
	}
	for n := 1; n > 0; erased += n {
		n = f.sweepRetention(t)
	}
	require.Equal(t, many, erased)
	require.Zero(t, f.count(t, "SELECT count(*) FROM sessions WHERE email_sealed IS NOT NULL OR phone_lookup IS NOT NULL"))
}

func erasureLeavesOthersAlone(t *testing.T, f *fixture) {
	lasting := f.reachable(t, f.org, ptr(1))
	lasting.TTL = 30 * day
	open := f.created(t, lasting)
	longer := f.ended(t, f.org, ptr(3))
	theirs, theirsLonger := f.ended(t, f.foreign, ptr(1)), f.ended(t, f.foreign, ptr(3))
	f.ended(t, f.org, ptr(1))

	f.clock.Advance(2 * day)
	require.Equal(t, 2, f.sweepRetention(t), "of any organization")
	requireNoContacts(t, f.reread(t, theirs))
	for _, session := range []models.Session{open, longer, theirsLonger} {
		require.Equal(t, session, f.reread(t, session))
	}
}

func erasureKeepsTheRevision(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	session := f.ended(t, f.org, ptr(1))
	tables := []string{"events", "webhook_deliveries", "session_transitions", "audit_log"}
	before := make([]int, len(tables))
	for i, table := range tables {
		before[i] = f.count(t, "SELECT count(*) FROM "+table)
	}

	f.clock.Advance(2 * day)
	require.Equal(t, 1, f.sweepRetention(t))
	for i, table := range tables {
		require.Equal(t, before[i], f.count(t, "SELECT count(*) FROM "+table), table)
	}
	require.Equal(t, session.Revision, f.reread(t, session).Revision, "so that no waiter is woken")
	// A row that was read before the erasure can still be changed.
	change := move(session, "afterwards", models.StatusFailed)
	change.From, change.Read = []models.SessionStatus{models.StatusCancelled}, &session
	require.Equal(t, session.Revision+1, f.changed(t, change).Session.Revision)
}

// forgetful ends a session like the previous version.
func (f *fixture) forgetful(t *testing.T, org string, days *int) (models.Session, models.Submission) {
	t.Helper()
	sent, session := f.submitted(t, f.created(t, f.reachable(t, org, days)), attestation, born)
	_, err := f.raw().ExecContext(t.Context(),
		"UPDATE sessions SET status = 'expired', revision = revision + 1, completed_at = $1 WHERE id = $2",
		f.Now().UnixMicro(), session.ID)
	require.NoError(t, err)
	_, err = f.raw().ExecContext(t.Context(), "UPDATE submissions SET payload = NULL WHERE id = $1", sent.ID)
	require.NoError(t, err)
	return f.reread(t, session), sent
}

func sessionsEndedWithoutRetentionAreSettled(t *testing.T, f *fixture) {
	kept, keptSent := f.forgetful(t, f.org, ptr(30))
	theirs, theirsSent := f.forgetful(t, f.foreign, ptr(60))
	dropped, droppedSent := f.forgetful(t, f.org, nil)
	older := f.endedAs(t, f.session(t), models.StatusCancelled)
	_, err := f.raw().ExecContext(t.Context(), "UPDATE sessions SET erased_at = NULL WHERE id = $1", older.ID)
	require.NoError(t, err)
	lasting := f.reachable(t, f.org, nil)
	lasting.TTL = 365 * day
	openSent, open := f.submitted(t, f.created(t, lasting), attestation, born)
	require.Zero(t, f.sweepRetention(t), "no erasure time is set yet")

	f.clock.Advance(time.Minute)
	require.Equal(t, 4, f.settled(t, 100))
	require.Zero(t, f.settled(t, 100))
	for _, sent := range []models.Submission{keptSent, theirsSent, droppedSent} {
		require.Empty(t, f.fingerprint(t, sent))
	}
	require.Equal(t, openSent.Fingerprint, f.fingerprint(t, openSent))
	require.Equal(t, born, f.payload(t, openSent))

	require.Equal(t, 2, f.sweepRetention(t))
	require.Equal(t, without(dropped), without(f.reread(t, dropped)))
	require.Equal(t, without(older), without(f.reread(t, older)))
	for i, session := range []models.Session{kept, theirs} {
		f.clock.Set(session.CompletedAt.Add(time.Duration(i+1)*30*day - time.Microsecond))
		require.Zero(t, f.sweepRetention(t))
		requireContacts(t, f.reread(t, session))
		f.clock.Advance(time.Microsecond)
		require.Equal(t, 1, f.sweepRetention(t))
		require.Equal(t, without(session), without(f.reread(t, session)))
	}
	require.Equal(t, open, f.reread(t, open))
}

func settledSessionMayBeErasedByAnotherSweeper(t *testing.T, f *fixture) {
	session, _ := f.forgetful(t, f.org, nil)
	crashed := f.replica(t)
	settled, err := crashed.Across().SettleRetention(t.Context(), 100)
	require.NoError(t, err)
	require.Equal(t, 1, settled)
	require.NoError(t, crashed.Close())
	requireContacts(t, f.reread(t, session))

	require.Equal(t, 1, f.sweepRetention(t))
	requireNoContacts(t, f.reread(t, session))
}

func settlingComesInBatches(t *testing.T, f *fixture) {
	for range 5 {
		f.forgetful(t, f.org, nil)
	}
	for _, batch := range []int{2, 2, 1, 0} {
		require.Equal(t, batch, f.settled(t, 2))
	}
}

func nextErasureIsTheEarliest(t *testing.T, f *fixture) {
	next := func() *models.Timestamp {
		at, err := f.Across().NextErasure(t.Context())
		require.NoError(t, err)
		return at
	}
	f.created(t, f.reachable(t, f.org, ptr(1)))
	f.ended(t, f.org, nil)
	require.Nil(t, next())
	later, sooner := f.ended(t, f.foreign, ptr(2)), f.ended(t, f.org, ptr(1))
	require.Equal(t, models.AtPtr(sooner.CompletedAt.Add(day)), next())

	f.clock.Advance(day + time.Second)
	require.Equal(t, 1, f.sweepRetention(t))
	require.Equal(t, models.AtPtr(later.CompletedAt.Add(2*day)), next())
}

// The sweep's conditions. Each finds its rows by the index.
func sweepReadsOnlyDueSessions(t *testing.T, f *fixture) {
	conn, err := f.raw().Conn(t.Context())
	require.NoError(t, err)
	explain := "EXPLAIN QUERY PLAN "
	if f.backend.name == postgresName {
		explain = "EXPLAIN "
		_, err := conn.ExecContext(t.Context(), "SET enable_seqscan = off") // a scan would be cheapest for an empty table
		require.NoError(t, err)
	}
	for _, query := range []string{
		"SELECT id FROM sessions WHERE completed_at IS NOT NULL AND erased_at IS NULL AND erase_at <= 1 " +
			"ORDER BY erase_at LIMIT 9",
		"SELECT id FROM sessions WHERE completed_at IS NOT NULL AND erased_at IS NULL AND erase_at IS NULL " +
			"ORDER BY erase_at LIMIT 9",
		"SELECT MIN(erase_at) AS due FROM sessions WHERE completed_at IS NOT NULL AND erased_at IS NULL",
	} {
		rows, err := conn.QueryContext(t.Context(), explain+query)
		require.NoError(t, err)
		plan := fmt.Sprint(testkit.Rows(t, rows))
		require.Contains(t, plan, "sessions_to_erase", query)
		require.NotContains(t, strings.ToLower(plan), "sort", query)
	}
}
