package store_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/pgtest"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
)

// returns is the longest time until writes succeed after a failover.
const returns = 30 * time.Second

// twins are two PostgreSQL servers with the same database, like a primary and its standby at a failover.
func twins(t *testing.T) (first, second *pgtest.Cluster, org string) {
	t.Helper()
	folder := t.TempDir()
	start := func(name string) *pgtest.Cluster {
		cluster, err := pgtest.Start(filepath.Join(folder, name))
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, cluster.Stop()) })
		return cluster
	}
	first = start("first")
	require.NoError(t, migrateAt(first.URL("postgres")))
	s, err := store.Open(t.Context(), options(first.URL("postgres"), time.Now))
	require.NoError(t, err)
	made, err := s.Across().CreateOrganization(t.Context(), models.Organization{Name: "Wine & Co"})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.NoError(t, first.Stop())
	copied := exec.CommandContext(t.Context(), "cp", "-a", filepath.Join(folder, "first"), filepath.Join(folder, "second"))
	require.NoError(t, copied.Run())
	require.NoError(t, os.RemoveAll(filepath.Join(folder, "second", "postmaster.pid")))
	require.NoError(t, first.Restart())
	return first, start("second"), made.ID
}

func execute(t *testing.T, url, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.WithoutCancel(t.Context()))) }()
	_, err = conn.Exec(t.Context(), statement)
	require.NoError(t, err)
}

// demote makes a server refuse writes, on existing connections too.
func demote(t *testing.T, url string) {
	t.Helper()
	execute(t, url, "ALTER SYSTEM SET default_transaction_read_only = on")
	execute(t, url, "SELECT pg_reload_conf()")
}

func fixtureOn(t *testing.T, url, org string) *fixture {
	t.Helper()
	f := &fixture{url: url, clock: testkit.NewClock(), org: org}
	f.Store = openStore(t, url, f.clock.Now)
	return f
}

// fillPool opens all connections of the pool. On a busy machine a server may take longer to accept all of them than a
// connection may take.
func (f *fixture) fillPool(t *testing.T) {
	t.Helper()
	testkit.Eventually(t, func() bool {
		for _, answer := range race(20, func(int) (models.Session, error) {
			created, err := f.CreateSession(t.Context(), f.newSession(t))
			return created.Session, err
		}) {
			if answer.err != nil {
				require.ErrorIs(t, answer.err, store.ErrUnavailable)
				return false
			}
		}
		return true
	})
}

// requireWrites waits until a write succeeds. Until then every error must be ErrUnavailable.
func (f *fixture) requireWrites(t *testing.T) {
	t.Helper()
	n, begun := f.newSession(t), time.Now()
	testkit.Eventually(t, func() bool {
		_, err := f.CreateSession(t.Context(), n)
		if err != nil && !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("a write failed otherwise: %v", err)
		}
		return err == nil
	})
	testkit.Eventually(t, func() bool { return len(f.Faults(t.Context())) == 0 })
	require.Less(t, time.Since(begun), returns)
}

func (f *fixture) requireNoWrites(t *testing.T) {
	t.Helper()
	testkit.Eventually(t, func() bool {
		_, err := f.CreateSession(t.Context(), f.newSession(t))
		return errors.Is(err, store.ErrUnavailable)
	})
	testkit.Eventually(t, func() bool {
		return parts(f.Faults(t.Context()))["database"] != ""
	})
}

func TestWritesReturnAfterAFailover(t *testing.T) {
	t.Parallel()
	first, second, org := twins(t)
	demote(t, second.URL("postgres"))
	promote := func(t *testing.T) {
		t.Helper()
		execute(t, second.URL("postgres"), "ALTER SYSTEM RESET default_transaction_read_only")
		execute(t, second.URL("postgres"), "SELECT pg_reload_conf()")
	}
	proxy := pgtest.NewProxy(t, first.URL("postgres"))
	behind := fixtureOn(t, proxy.URL(t, first.URL("postgres")), org)
	both := fixtureOn(t, severalHosts(first.URL("postgres"), second.URL("postgres")), org)
	for _, f := range []*fixture{behind, both} {
		f.fillPool(t)
	}

	// Existing connections survive, as they do behind a balancer, and lead to a server that accepts no writes.
	demote(t, first.URL("postgres"))
	behind.requireNoWrites(t)
	both.requireNoWrites(t)
	require.Equal(t, "takes no writes", parts(behind.Faults(t.Context()))["database"])

	listeners := watchListeners(t, second.URL("postgres"))
	promote(t)
	proxy.Turn(t, second.URL("postgres"))
	for _, f := range []*fixture{behind, both} {
		f.requireWrites(t)
	}
	testkit.Eventually(t, func() bool { return listeners() >= 2 })
}

// watchListeners returns a function that counts the connections of the server which have begun to listen for
// notifications since the watch began. Such a connection shows another statement from its first check on.
func watchListeners(t *testing.T, url string) (many func() int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	var mu sync.Mutex
	came := map[int32]bool{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ; t.Context().Err() == nil; <-time.After(50 * time.Millisecond) {
			rows, err := conn.Query(t.Context(), "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
			if err != nil {
				return
			}
			pids, err := pgx.CollectRows(rows, pgx.RowTo[int32])
			if err != nil {
				return
			}
			mu.Lock()
			for _, pid := range pids {
				came[pid] = true
			}
			mu.Unlock()
		}
	}()
	t.Cleanup(func() { // the context of the test has ended
		<-done
		_ = conn.Close(context.WithoutCancel(t.Context()))
	})
	return func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(came)
	}
}

// severalHosts is a URL of two servers, which leads to the one that accepts writes.
func severalHosts(first, second string) string {
	host := second[strings.Index(second, "@")+1:]
	host = host[:strings.Index(host, "/")]
	return strings.Replace(first, "/postgres?", ","+host+"/postgres?", 1)
}

// The previous version serves requests while a usual migration runs.
func requestsGoOnWhileAMigrationRuns(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	stop, served := atomic.Bool{}, atomic.Int64{}
	var working sync.WaitGroup
	workers := 6
	if f.backend.name == sqliteName {
		workers = 1 // plus the migration: SQLite has one writer at a time
	}
	for range workers {
		working.Go(func() {
			for !stop.Load() && !t.Failed() {
				if err := f.life(t); err != nil {
					t.Errorf("a request failed: %v", err)
					return
				}
				served.Add(1)
			}
		})
	}
	busy := func() { // until each worker has begun and ended a life since
		enough := served.Load() + int64(2*workers)
		testkit.Eventually(t, func() bool { return t.Failed() || served.Load() >= enough })
	}
	busy()
	raw := f.raw()
	for i, statement := range []string{
		"ALTER TABLE sessions ADD COLUMN later TEXT", "CREATE TABLE later (id TEXT PRIMARY KEY)",
		"ALTER TABLE events ADD COLUMN later BIGINT", "ALTER TABLE webhook_deliveries ADD COLUMN later BOOLEAN",
		"ALTER TABLE session_transitions ADD COLUMN later TEXT", "ALTER TABLE webhook_endpoints ADD COLUMN later TEXT",
		"ALTER TABLE handoffs ADD COLUMN later TEXT", "ALTER TABLE submissions ADD COLUMN later BIGINT NOT NULL DEFAULT 0",
		"ALTER TABLE uploads ADD COLUMN later TEXT", "ALTER TABLE upload_pieces ADD COLUMN later TEXT",
		"ALTER TABLE email_codes ADD COLUMN later TEXT", "ALTER TABLE mails ADD COLUMN later TEXT",
		"ALTER TABLE credentials ADD COLUMN later TEXT", "ALTER TABLE verified_persons ADD COLUMN later TEXT",
		"ALTER TABLE person_anchors ADD COLUMN later TEXT", "CREATE INDEX later_1 ON sessions (later)",
	} {
		_, err := raw.ExecContext(t.Context(), statement)
		require.NoError(t, err, "%d: %s", i, statement)
		busy()
	}
	stop.Store(true)
	working.Wait()
}

// life makes the writes of a session's life, each in the transaction or statement of a real request.
func (f *fixture) life(t *testing.T) error {
	t.Helper()
	ctx := t.Context()
	created, err := f.CreateSession(ctx, f.newSession(t))
	if err != nil {
		return err
	}
	session, err := f.MarkOpened(ctx, f.org, created.Session.ID)
	if err != nil {
		return err
	}
	minted := store.NewHandoff{OrgID: f.org, SessionID: session.ID, TTL: time.Minute, Reuse: time.Minute}
	_, token, err := f.MintHandoff(ctx, minted)
	if err != nil {
		return err
	}
	taken, err := f.Across().ClaimHandoff(ctx, token, "phone", nil)
	if err != nil {
		return err
	}
	if _, err = f.OpenSocket(ctx, taken.Handoff); err != nil {
		return err
	}
	if session, err = f.Session(ctx, f.org, session.ID); err != nil {
		return err
	}
	if err := f.material(ctx, session); err != nil {
		return err
	}
	if _, _, err = f.Submit(ctx, submission(session, attestation, 1, born)); err != nil {
		return err
	}
	if _, err := f.tryVerify(ctx, f.person(t, f.org, "ada@person.example", ""), rules.MethodMDL); err != nil {
		return err
	}
	if _, _, err = f.Sessions(ctx, f.org, store.SessionFilter{}, store.Page{Limit: 3}); err != nil {
		return err
	}
	_, _, _, err = f.Events(ctx, f.org, store.EventFilter{Session: session.ID}, store.Page{Limit: 10})
	return err
}

// material makes the writes of an upload in pieces, and of a code with its mail.
func (f *fixture) material(ctx context.Context, session models.Session) error {
	begun, err := f.AddUpload(ctx, partial(session, "first"))
	if err != nil {
		return err
	}
	grown, err := f.AddPiece(ctx, store.Growth{Session: session, Upload: begun, Data: []byte("second")})
	if err != nil {
		return err
	}
	whole := store.Growth{Session: session, Upload: grown, Data: []byte("all")}
	if _, err = f.CompleteUpload(ctx, whole, "image/png"); err != nil {
		return err
	}
	_, mail, err := f.SendEmailCode(ctx, store.NewEmailCode{
		Session: session, Email: address, Code: number, Mail: store.NewMail{OrgID: f.org, TTL: time.Minute},
	})
	if err != nil {
		return err
	}
	_, err = f.TakeMail(ctx, mail.Ref())
	return err
}
