package e2e

import (
	"database/sql"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/storetest"
	"github.com/stile-id/stile/internal/testkit"
)

// After a night's outage 4,000 events have failed, among 2,000 acknowledged ones. The process is killed during their
// recovery, which delivers exactly the failed ones nevertheless.
func TestRecoveryOfANight(t *testing.T) {
	t.Parallel()
	for database, environment := range environments {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			// The test counts every attempt, so none may fail because the machine is busy.
			recoveryOfANight(t, append(environment(t), "STILE_WEBHOOK_TIMEOUT=30s"))
		})
	}
}

func recoveryOfANight(t *testing.T, environment []string) {
	const events, failures = 2_250, 1_500
	doomed := start(t, t.TempDir(), environment...)
	m := doomed.sandbox(t)
	hook := newReceiver(t)
	endpoint := hook.subscribe(t, m.client)
	night(t, database(t, doomed, environment), m.org, endpoint, events)

	path := "/v1/webhook_endpoints/" + endpoint
	recovery := m.post(t, path+"/recover", body{"since": time.Now().Add(-48 * time.Hour).Unix()}).expect(t, 201).text("id")
	heard := map[string]int{}
	for len(heard) < failures/3 {
		heard[hook.arrivedNext(t)]++
	}
	require.NoError(t, doomed.command.Process.Kill())
	again := restart(t, doomed, environment)
	m = again.sandbox(t)

	for len(heard) < failures {
		heard[hook.arrivedNext(t)]++
	}
	var ended answer
	testkit.Eventually(t, func() bool {
		ended = m.look(t, path+"/recoveries/"+recovery).expect(t, 200)
		return ended.text("status") == "completed"
	})
	require.Equal(
		t,
		map[string]any{"succeeded": float64(failures), "failed": 0.0, "pending": 0.0, "closed": 0.0},
		ended.json["deliveries"],
	)
	repeated := 0
	for event, times := range heard {
		require.Contains(t, event, "failed", "what was acknowledged is left alone")
		if times > 1 {
			repeated++
		}
	}
	require.LessOrEqual(t, repeated, 16, "what was under way when the process died comes again, and nothing else")
	require.Empty(t, hook.arrived)
}

// arrivedNext waits for the next delivery and returns the id of its event.
func (r *receiver) arrivedNext(t *testing.T) string {
	t.Helper()
	d := testkit.Receive(t, r.arrived)
	r.check(t, d)
	return d.id
}

// database opens the database of a process beside it.
func database(t *testing.T, p *process, environment []string) *sql.DB {
	t.Helper()
	for _, variable := range environment {
		if url, found := strings.CutPrefix(variable, "DATABASE_URL="); found {
			return storetest.Beside(t, url)
		}
	}
	return storetest.Beside(t, "sqlite:"+filepath.Join(p.data, "stile.db"))
}

// night writes events of the past day, a second apart. Every third was acknowledged at the second attempt; of the
// others one half has failed for good, and one half has its third attempt scheduled for tomorrow.
func night(t *testing.T, db *sql.DB, org, endpoint string, events int) {
	t.Helper()
	const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) `
	const id = `CASE i % 3 WHEN 0 THEN 'evt_fine_' ELSE 'evt_failed_' END || i`
	evening := time.Now().Add(-24 * time.Hour).UnixMicro()
	tomorrow := time.Now().Add(24 * time.Hour).UnixMicro()
	write := func(statement string, args ...any) {
		_, err := db.ExecContext(t.Context(), numbers+statement, append([]any{events}, args...)...)
		require.NoError(t, err)
	}
	attempts := func(attempt, status, due, outstanding, which string) {
		write(`INSERT INTO webhook_deliveries
			(id, org_id, endpoint_id, event_id, event_type, attempt, status, due_at, outstanding, created)
			SELECT 'whd_`+attempt+`_' || i, $2, $3, `+id+`, 'verification_session.created', `+attempt+`, '`+status+`',
				`+due+`, `+outstanding+`, CAST($4 AS BIGINT) FROM n WHERE `+which,
			org, endpoint, evening)
	}
	write(`INSERT INTO events (id, org_id, type, data, created) SELECT `+id+`, $2, 'verification_session.created',
		'{}', CAST($3 AS BIGINT) + CAST(i AS BIGINT) * 1000000 FROM n`, org, evening)
	attempts("1", "failed", "0", "FALSE", "TRUE")
	attempts("2", "succeeded", "0", "FALSE", "i % 3 = 0")
	attempts("2", "failed", "0", "i % 3 = 1", "i % 3 <> 0")
	attempts("3", "pending", strconv.FormatInt(tomorrow, 10), "TRUE", "i % 3 = 2")
}
