package store_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models/store"
)

// sweeps are the searches of the sweep, by the name of their method.
func (f *fixture) sweeps() map[string]func(ctx context.Context, limit int) error {
	across := f.Across()
	now := f.clock.Now()
	return map[string]func(ctx context.Context, limit int) error{
		"SessionsToNudge": func(ctx context.Context, limit int) error {
			_, err := across.SessionsToNudge(ctx, now, f.Now(), limit)
			return err
		},
		"OverdueSessions": func(ctx context.Context, limit int) error {
			_, err := across.OverdueSessions(ctx, now, limit)
			return err
		},
		"OverdueDeliveries": func(ctx context.Context, limit int) error {
			_, err := across.OverdueDeliveries(ctx, now, limit)
			return err
		},
		"StalledRecoveries": func(ctx context.Context, limit int) error {
			_, err := across.StalledRecoveries(ctx, now, limit)
			return err
		},
		"LostMails": func(ctx context.Context, limit int) error {
			_, err := across.LostMails(ctx, now, limit)
			return err
		},
		"LostConsents": func(ctx context.Context, limit int) error {
			_, err := across.LostConsents(ctx, now, limit)
			return err
		},
		"GiveUpMails": func(ctx context.Context, limit int) error {
			_, err := across.GiveUpMails(ctx, limit)
			return err
		},
		"RemindGuardians": func(ctx context.Context, limit int) error {
			_, err := across.RemindGuardians(ctx, limit)
			return err
		},
		"Owing":       func(ctx context.Context, _ int) error { _, err := across.Owing(ctx, now); return err },
		"Backlog":     func(ctx context.Context, _ int) error { _, err := across.Backlog(ctx); return err },
		"NextErasure": func(ctx context.Context, _ int) error { _, err := across.NextErasure(ctx); return err },

		"DeleteEvents":    aging(across.DeleteEvents),
		"DeleteHistories": aging(across.DeleteHistories),
		"DeleteAudit":     aging(across.DeleteAudit),

		"DeleteRecoveries": aging(across.DeleteRecoveries),

		"CloseDeliveries":          counting(across.CloseDeliveries),
		"DeleteExpired":            counting(across.DeleteExpired),
		"DeleteExpiredCredentials": counting(across.DeleteExpiredCredentials),
		"DeleteExpiredRisk":        counting(across.DeleteExpiredRisk),
		"DeleteMails":              counting(across.DeleteMails),
		"EraseDue":                 counting(across.EraseDue),
		"EraseMaterial":            counting(across.EraseMaterial),
		"SettleRecoveries":         counting(across.SettleRecoveries),
		"SettleRetention":          counting(across.SettleRetention),
	}
}

func aging(do func(context.Context, time.Duration, int) (int, error)) func(context.Context, int) error {
	return counting(func(ctx context.Context, limit int) (int, error) { return do(ctx, 3650*day, limit) })
}

func counting(do func(context.Context, int) (int, error)) func(context.Context, int) error {
	return func(ctx context.Context, limit int) error { _, err := do(ctx, limit); return err }
}

// idle fills every table with rows for which the sweep has nothing to do: they are done, or due later.
func (f *fixture) idle(t *testing.T, rows int) {
	t.Helper()
	f.crowd(t, rows)
	const later = "4000000000000000"
	db := f.raw()
	execute := func(statement string) {
		t.Helper()
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err, statement)
	}
	// A third of the ended sessions keeps its contacts.
	execute("UPDATE sessions SET nudge_at = NULL, expires_at = " + later + ", erase_at = CASE WHEN " +
		"completed_at IS NOT NULL AND client_reference_id = 'odd' THEN " + later + " END, erased_at = CASE WHEN " +
		"completed_at IS NOT NULL AND client_reference_id <> 'odd' THEN completed_at END")
	execute("UPDATE webhook_deliveries SET due_at = " + later +
		", status = CASE WHEN status = 'pending' THEN 'succeeded' ELSE status END")
	execute("UPDATE webhook_recoveries SET status = 'completed', completed_at = created, tally = '{}'")
	for _, table := range f.tables(t, db) {
		if table != "goose_db_version" && f.count(t, "SELECT count(*) FROM "+table) < rows/6 {
			f.strangers(t, table, rows/6, later)
		}
	}
}

// strangers inserts rows that refer to nothing, with the time in all columns of times.
func (f *fixture) strangers(t *testing.T, table string, rows int, later string) {
	t.Helper()
	found, err := f.raw().QueryContext(t.Context(), `SELECT column_name::text, data_type::text
		FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1`, table)
	require.NoError(t, err)
	var columns, values []string
	for _, column := range testkit.Rows(t, found) {
		columns = append(columns, column[0].(string))
		values = append(values, map[string]string{
			"text": "'stranger_' || i", "bigint": later + " + i", "boolean": "false", "bytea": `'\x00'::bytea`,
		}[column[1].(string)])
	}
	conn, err := f.raw().Conn(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	_, err = conn.ExecContext(t.Context(), "SET session_replication_role = replica") // without foreign keys
	require.NoError(t, err)
	_, err = conn.ExecContext(t.Context(), fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM generate_series(1, %d) AS i",
		table, strings.Join(columns, ", "), strings.Join(values, ", "), rows))
	require.NoError(t, err, table)
	_, err = conn.ExecContext(t.Context(), "SET session_replication_role = origin")
	require.NoError(t, err)
}

// mostIdleBlocks is more than the pages from the roots of the indexes that a search without a result descends.
const mostIdleBlocks = 40

// A sweep without work reads neither a table nor an index from end to end.
func sweepWithoutWorkReadsFewPages(t *testing.T, f *fixture) {
	const rows, limit = 6_000, 500
	f.idle(t, rows)
	conn := f.planOnce(t)
	sweeps := f.sweeps()
	for method := range reflect.TypeFor[store.Across]().Methods() {
		if in := method.Type.NumIn(); method.Type.In(in-1) == reflect.TypeFor[int]() && method.Name != "RevokeGrants" {
			require.Contains(t, sweeps, method.Name, "a search of the sweep without a plan in this test")
		}
	}
	var sent []store.Statement
	require.NoError(t, f.Watch(func(s store.Statement) { sent = append(sent, s) }))
	for name, sweep := range sweeps {
		sent = nil
		require.NoError(t, sweep(t.Context(), limit), name)
		require.NotEmpty(t, sent, name)
		for _, s := range sent {
			plan, _ := explained(t, conn, s)
			assert.Empty(t, plan.faults(), "%s: %s %v", name, s.SQL, s.Args)
			assert.LessOrEqual(t, plan.Hit+plan.Read, float64(mostIdleBlocks), "%s: %s", name, s.SQL)
		}
	}
}

// The rows of one session are found by indexes, whichever table they are in.
func trailOfASessionReadsFewPages(t *testing.T, f *fixture) {
	f.idle(t, 6_000)
	session, _, err := f.Sessions(t.Context(), f.org, store.SessionFilter{}, store.Page{Limit: 1})
	require.NoError(t, err)
	_, err = f.raw().ExecContext(t.Context(),
		"UPDATE events SET session_id = $1 WHERE session_id = 'vks_7'", session[0].ID)
	require.NoError(t, err)
	conn := f.planOnce(t)
	var sent []store.Statement
	require.NoError(t, f.Watch(func(s store.Statement) { sent = append(sent, s) }))
	trail, err := f.Trail(t.Context(), f.org, session[0].ID)
	require.NoError(t, err)
	require.NotEmpty(t, trail.Events)
	_, err = f.FirstAttempts(t.Context(), f.org, session[0].ID)
	require.NoError(t, err)
	for _, s := range sent {
		plan, _ := explained(t, conn, s)
		assert.Empty(t, plan.faults(), "%s %v", s.SQL, s.Args)
		assert.LessOrEqual(t, plan.Hit+plan.Read, float64(mostBlocks), "%s", s.SQL)
	}
}
