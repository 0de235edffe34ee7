package store_test

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/pgtest"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
)

// Scenarios for PostgreSQL alone, which has several processes and concurrent writers.
var postgresScenarios = []scenario{
	otherReplicasAreWoken,
	changeThatNoReplicaAwaitsIsNotAnnounced,
	answerThatDisablingWaitsForLeavesNothingPending,
	confirmationThatWaitsForAReleaseIsRefused,
	everyListIsReadFromItsPlaceOn,
	sweepWithoutWorkReadsFewPages,
	trailOfASessionReadsFewPages,
	indexIsBuiltWhileOthersWrite,
	halfBuiltIndexIsBuiltAnew,
	halfBuiltIndexIsDroppedBehindAReader,
	indexOfAKilledMigrationIsFinished,
	migrationUnderLoadFailsNoRequest,
	brokenConnectionIsUnavailable,
	pooledConnectionsThatBrokeServeAgain,
	lostCommitIsLookedUp,
	lostCommitOfAClaimLetsTheDeviceIn,
	lostCommitDoesNotClaimAForeignChange,
	lostCommitOfAnAuditedWriteIsLookedUp,
	lostCommitOfACodeIsLookedUp,
	lostCommitOfAnIdempotencyClaimIsLookedUp,
	readOnlyServerIsAFault,
	migrationThatWaitsForALockLetsRequestsPass,
	grantThatWaitsForARevocationIsNotMade,
}

func otherReplicasAreWoken(t *testing.T, f *fixture) {
	session := f.session(t)
	other := f.replica(t)
	const listeners = 2 // both replicas, each on its own connection
	testkit.Eventually(t, func() bool {
		return listeners == f.count(t, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND query LIKE 'LISTEN%' AND state = 'idle'`)
	})

	woken := other.Subscribe(session.ID)
	defer woken.Close()
	for _, to := range []models.SessionStatus{models.StatusPending, models.StatusProcessing, models.StatusVerified} {
		f.changed(t, move(session, string(to), to))
		requireWoken(t, woken.Changed)
	}
}

func changeThatNoReplicaAwaitsIsNotAnnounced(t *testing.T, f *fixture) {
	session, other := f.session(t), f.replica(t)
	heard, err := pgx.Connect(t.Context(), f.at.raw)
	require.NoError(t, err)
	defer func() { require.NoError(t, heard.Close(context.WithoutCancel(t.Context()))) }()
	_, err = heard.Exec(t.Context(), "LISTEN stile_session")
	require.NoError(t, err)
	hears := func() string {
		ctx, cancel := context.WithTimeout(t.Context(), testkit.Patience)
		defer cancel()
		told, err := heard.WaitForNotification(ctx)
		require.NoError(t, err)
		return told.Payload
	}
	testkit.Eventually(t, func() bool { // once it listens
		f.ForgetWaiters()
		return !f.AwaitedElsewhere()
	})
	f.changed(t, move(session, "open", models.StatusPending))
	own := f.Subscribe(session.ID)
	defer own.Close()
	require.True(t, strings.HasPrefix(hears(), store.AwaitMark), "the first is that f has waiters")
	require.False(t, f.AwaitedElsewhere(), "its own waiters are not elsewhere")

	testkit.Eventually(t, func() bool { // a notification is lost while the replica does not listen
		woken := other.Subscribe(session.ID)
		defer woken.Close()
		return f.AwaitedElsewhere()
	})
	f.changed(t, move(session, "submit", models.StatusProcessing))
	for payload := hears(); payload != session.ID; payload = hears() {
		require.True(t, strings.HasPrefix(payload, store.AwaitMark))
	}
}

func answerThatDisablingWaitsForLeavesNothingPending(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	delivery := f.delivery(t, f.session(t))
	release := f.lockRow(t, "webhook_deliveries", delivery.ID)
	done := make(chan error, 2)
	go func() {
		_, err := f.RecordAnswer(t.Context(), delivery, refused, schedule)
		done <- err
	}()
	f.requireBlocked(t, 1)
	go func() {
		_, err := f.UpdateEndpoint(t.Context(), f.org, actor, endpoint.ID, setDisabled)
		done <- err
	}()
	f.requireBlocked(t, 2)
	release()
	require.NoError(t, errors.Join(<-done, <-done))
	require.Zero(t, f.pending(t, delivery.EventID))
}

// The confirmation has read that the phone holds the session, and writes after the phone has released it.
func confirmationThatWaitsForAReleaseIsRefused(t *testing.T, f *fixture) {
	s := f.session(t)
	h, token := f.mint(t, s, confirming)
	taken := f.takeOver(t, token, "phone")
	letGo := f.lockRow(t, "handoffs", h.ID)
	released, confirmed := make(chan error, 1), make(chan error, 1)
	go func() {
		_, _, err := f.ReleaseDevice(t.Context(), s.OrgID, s.ID, h.ID, nil)
		released <- err
	}()
	f.requireBlocked(t, 1)
	go func() { confirmed <- errorOf(f.ConfirmHandoff(t.Context(), taken.Session, h, h.Number)) }()
	f.requireBlocked(t, 2)
	letGo()
	require.NoError(t, <-released)
	requireCode(t, models.CodeHandoffEnded, <-confirmed)
	require.Nil(t, f.handoff(t, s, h.ID).ConfirmedAt)
}

const oneMore = "CREATE INDEX one_more ON sessions (org_id, status)"

func indexIsBuiltWhileOthersWrite(t *testing.T, f *fixture) {
	s := f.session(t)
	release := f.lockRow(t, "sessions", s.ID)
	built := make(chan error, 1)
	go func() { built <- f.owner(t).Index(t.Context(), oneMore) }()
	f.requireBlocked(t, 1) // until the row is released, which may be older than the index
	f.session(t)
	release()
	require.NoError(t, <-built)
	require.True(t, f.valid(t, "one_more"))
}

func halfBuiltIndexIsBuiltAnew(t *testing.T, f *fixture) {
	require.NoError(t, f.owner(t).Index(t.Context(), oneMore))
	f.breakIndex(t, "one_more")
	require.NoError(t, f.owner(t).Index(t.Context(), oneMore))
	require.True(t, f.valid(t, "one_more"))
}

// breakIndex makes an index one that a crash has left half built.
func (f *fixture) breakIndex(t *testing.T, index string) {
	t.Helper()
	_, err := f.raw().ExecContext(t.Context(),
		"UPDATE pg_index SET indisvalid = false WHERE indexrelid = $1::regclass", index)
	require.NoError(t, err)
	require.False(t, f.valid(t, index))
}

// read begins a transaction that reads tables until release, as a dump does. A lock on a table waits for it.
func (f *fixture) read(t *testing.T, tables ...string) (release func()) {
	t.Helper()
	reader, err := f.raw().BeginTx(t.Context(), nil)
	require.NoError(t, err)
	for _, table := range tables {
		_, err := reader.ExecContext(t.Context(), "SELECT 1 FROM "+table+" LIMIT 1")
		require.NoError(t, err)
	}
	return func() { require.NoError(t, reader.Rollback()) }
}

func halfBuiltIndexIsDroppedBehindAReader(t *testing.T, f *fixture) {
	require.NoError(t, f.owner(t).Index(t.Context(), oneMore))
	f.breakIndex(t, "one_more")
	release := f.read(t, "sessions")
	built := make(chan error, 1)
	go func() { built <- f.owner(t).Migrating(t.Context(), store.Addition{Version: 9001, Index: oneMore}) }()
	for range 3 { // a wait with a lock timeout would end
		f.requireBlocked(t, 1)
		f.session(t)
	}
	release()
	require.NoError(t, <-built)
	require.True(t, f.valid(t, "one_more"))
}

// PostgreSQL does not notice that a migration has been killed, and continues to build the index. It must not be built
// twice, and two statements that wait for each other would be a deadlock.
func indexOfAKilledMigrationIsFinished(t *testing.T, f *fixture) {
	s := f.session(t)
	release := f.lockRow(t, "sessions", s.ID)
	owner := f.backend.owner(t, f.at.raw)
	proxy := pgtest.NewProxy(t, owner)
	killed := make(chan error, 1)
	first := openStore(t, proxy.URL(t, owner), f.clock.Now)
	go func() { killed <- first.Index(t.Context(), oneMore) }()
	f.requireBlocked(t, 1)
	proxy.Turn(t, "postgres://127.0.0.1:1/nowhere") // a killed process asks for no cancellation
	proxy.Break()
	require.Error(t, <-killed)
	require.False(t, f.valid(t, "one_more"))

	built := make(chan error, 1)
	go func() { built <- f.owner(t).Index(t.Context(), oneMore) }()
	testkit.Eventually(t, func() bool {
		return f.count(t, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"+
			" AND query LIKE 'SELECT EXISTS (SELECT FROM pg_stat_progress_create_index%'") > 0
	})
	f.session(t)
	release()
	require.NoError(t, <-built)
	require.True(t, f.valid(t, "one_more"))
}

// The next version adds columns and an index while clients create sessions, change and list them, and while a dump
// reads every table. No statement of a client may wait for a lock longer than a request may take.
func migrationUnderLoadFailsNoRequest(t *testing.T, f *fixture) {
	limited, err := url.Parse(f.url)
	require.NoError(t, err)
	query := limited.Query()
	query.Set("lock_timeout", strconv.FormatInt(store.WriteLimit.Milliseconds(), 10))
	limited.RawQuery = query.Encode()
	clients := openStore(t, limited.String(), f.clock.Now)
	release := f.read(t, "sessions", "events", "webhook_deliveries", "results")
	ctx, leave := context.WithCancel(t.Context())
	failed, underWay := make(chan error, 8), sync.WaitGroup{}
	for range cap(failed) {
		underWay.Go(func() {
			for ctx.Err() == nil {
				if err := f.visit(t, clients); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	migrated := make(chan error, 1)
	go func() {
		migrated <- f.owner(t).Migrating(t.Context(),
			store.Addition{Version: 9001, Tables: "ALTER TABLE results ADD COLUMN more TEXT;" +
				"ALTER TABLE events ADD COLUMN more BIGINT NOT NULL DEFAULT 0; ALTER TABLE sessions ADD COLUMN more TEXT"},
			store.Addition{Version: 9002, Index: oneMore},
			store.Addition{Version: 9003, Tables: "ALTER TABLE webhook_deliveries ADD COLUMN more TEXT"})
	}()
	before := f.count(t, "SELECT count(*) FROM sessions")
	for tries := 0; tries < 3; tries++ { // the migration meets the reader
		f.requireLockedOut(t, "ALTER TABLE")
	}
	testkit.Eventually(t, func() bool { return f.count(t, "SELECT count(*) FROM sessions") > before })
	require.Empty(t, migrated)
	release()
	require.NoError(t, <-migrated)
	leave()
	underWay.Wait()
	close(failed)
	require.NoError(t, <-failed)
	require.True(t, f.valid(t, "one_more"))
}

// requireLockedOut waits until a statement that begins so waits for a lock, and then until none does.
func (f *fixture) requireLockedOut(t *testing.T, statement string) {
	t.Helper()
	for _, waiting := range []bool{true, false} {
		testkit.Eventually(t, func() bool {
			return waiting == (0 < f.count(t, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"+
				" AND wait_event_type = 'Lock' AND query LIKE '"+statement+"%'"))
		})
	}
}

// visit creates a session, opens and lists it.
func (f *fixture) visit(t *testing.T, s *store.Store) error {
	created, err := s.CreateSession(t.Context(), f.newSession(t))
	if err != nil {
		return err
	}
	_, openErr := s.Change(t.Context(), move(created.Session, "open", models.StatusPending))
	_, _, listErr := s.Sessions(t.Context(), f.org, store.SessionFilter{}, store.Page{Limit: 10})
	return errors.Join(openErr, listErr)
}

// valid reports whether queries may use the index.
func (f *fixture) valid(t *testing.T, index string) bool {
	t.Helper()
	return f.count(t, "SELECT count(*) FROM pg_index WHERE indisvalid AND indexrelid = '"+index+"'::regclass") == 1
}

// requireBlocked waits until n statements wait for a lock of PostgreSQL.
func (f *fixture) requireBlocked(t *testing.T, n int) {
	t.Helper()
	testkit.Eventually(t, func() bool {
		return n == f.count(t, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`)
	})
}

// While a migration queues for a table, all requests queue behind it.
func migrationThatWaitsForALockLetsRequestsPass(t *testing.T, f *fixture) {
	require.NoError(t, f.owner(t).DownTo(t.Context(), 13)) // the next one adds columns to handoffs
	long, err := f.raw().BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = long.ExecContext(t.Context(), "SELECT 1 FROM handoffs")
	require.NoError(t, err)
	migrated := make(chan error, 1)
	go func() { migrated <- f.owner(t).Migrate(t.Context()) }()
	for range 3 {
		f.requireBlocked(t, 1)
		ctx, cancel := context.WithTimeout(t.Context(), testkit.Patience)
		_, err := f.raw().ExecContext(ctx, "UPDATE handoffs SET number = number")
		cancel()
		require.NoError(t, err)
	}
	require.Empty(t, migrated)
	require.NoError(t, long.Rollback())
	require.NoError(t, <-migrated)
}

// A query that waited for a lock has not seen the rows that the other transaction inserted.
func grantThatWaitsForARevocationIsNotMade(t *testing.T, f *fixture) {
	_, c := f.share(t, f.org, ada, rules.MethodDocumentCapture)
	revocation, err := f.raw().BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = revocation.ExecContext(t.Context(), "SELECT 1 FROM trust_consents FOR UPDATE")
	require.NoError(t, err)
	_, err = revocation.ExecContext(t.Context(),
		"INSERT INTO trust_blocks (org_id, person_id, created) VALUES ($1, $2, 1)", f.foreign, c.PersonID)
	require.NoError(t, err)
	n, created := f.trusting(t, f.foreign, ada), make(chan answered[store.Changed], 1)
	go func() {
		done, err := f.CreateSession(t.Context(), n)
		created <- answered[store.Changed]{done, err}
	}()
	f.requireBlocked(t, 1)
	require.NoError(t, revocation.Commit())
	answer := <-created
	require.NoError(t, answer.err)
	require.Equal(t, models.StatusCreated, answer.value.Session.Status)
}
