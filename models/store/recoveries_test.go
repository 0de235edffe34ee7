package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var recoveryScenarios = []scenario{
	recoveryRedeliversExactlyTheUnacknowledged,
	recoveryKeepsToItsPeriod,
	recoverySkipsAttemptsThatAreDue,
	recoveryReplacesScheduledAttempts,
	recoveryRedeliversEventsFromBeforeDisabling,
	longRecoveryTakesSeveralSteps,
	recoveryEndsWithItsEndpoint,
	recoveryIsTheOrganizationsOwn,
	recoveryOfADisabledEndpointIsRefused,
	repeatedRecoveryIsTheFirst,
	recoveriesAreListedWithTheirTallies,
	tallyIsStoredOnceNothingCanChangeIt,
	stalledRecoveryIsClaimedOnce,
}

// atOnce is the number of attempts that a recovery makes due in a step.
const atOnce = 16

// dawn is before every event of the tests.
var dawn = models.At(time.Unix(0, 0))

func (f *fixture) recovery(t *testing.T, endpoint string) models.Recovery {
	t.Helper()
	r, err := f.CreateRecovery(t.Context(), f.org, actor, endpoint, dawn, f.Now())
	require.NoError(t, err)
	return r
}

func (f *fixture) step(t *testing.T, r models.Recovery) store.RecoveryStep {
	t.Helper()
	step, err := f.Recover(t.Context(), r.Ref(), atOnce)
	require.NoError(t, err)
	return step
}

// recovered takes steps until the recovery ends, and returns the attempts that were made due.
func (f *fixture) recovered(t *testing.T, r models.Recovery) (made []models.DeliveryRef) {
	t.Helper()
	for {
		step := f.step(t, r)
		if made = append(made, step.Deliveries...); step.Status != models.RecoveryRunning {
			require.Equal(t, models.RecoveryCompleted, step.Status)
			return made
		}
	}
}

// failing creates sessions with events that the endpoint has refused once each.
func (f *fixture) failing(t *testing.T, n int) (failed []models.Delivery) {
	t.Helper()
	for range n {
		d := f.delivery(t, f.session(t))
		f.answered(t, d, refused)
		failed = append(failed, d)
		f.clock.Advance(time.Second)
	}
	return failed
}

// flood inserts many events, one a second, with their attempts: every third is acknowledged after a failure, and the
// others are given up, or failed and scheduled again, or closed, in turn.
func (f *fixture) flood(t *testing.T, endpoint string, events int) {
	t.Helper()
	const number = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) `
	from := f.clock.Now().UnixMicro()
	write := func(statement string, args ...any) {
		_, err := f.raw().ExecContext(t.Context(), number+statement, append([]any{events}, args...)...)
		require.NoError(t, err)
	}
	write(`INSERT INTO events (id, org_id, type, data, created)
		SELECT 'evt_' || i, $2, 'verification_session.created', '{}', CAST($3 AS BIGINT) + CAST(i AS BIGINT) * 1000000 FROM n`, f.org, from)
	write(`INSERT INTO webhook_deliveries
		(id, org_id, endpoint_id, event_id, event_type, attempt, status, due_at, outstanding, created)
		SELECT 'whd_first_' || i, $2, $3, 'evt_' || i, 'verification_session.created', 1,
			CASE i % 9 WHEN 8 THEN 'closed' ELSE 'failed' END, CAST($4 AS BIGINT), i % 9 IN (1, 4), CAST($4 AS BIGINT) FROM n`,
		f.org, endpoint, from)
	write(`INSERT INTO webhook_deliveries
		(id, org_id, endpoint_id, event_id, event_type, attempt, status, due_at, outstanding, created)
		SELECT 'whd_second_' || i, $2, $3, 'evt_' || i, 'verification_session.created', 2,
			CASE i % 3 WHEN 0 THEN 'succeeded' ELSE 'pending' END, CAST($4 AS BIGINT), i % 3 <> 0, CAST($5 AS BIGINT)
		FROM n WHERE i % 9 IN (0, 2, 3, 5, 6, 7)`,
		f.org, endpoint, f.clock.Now().Add(24*365*time.Hour).UnixMicro(), from)
	f.clock.Advance(time.Duration(events+1) * time.Second)
}

func recoveryRedeliversExactlyTheUnacknowledged(t *testing.T, f *fixture) {
	const events, failures = 1_800, 1_200
	endpoint := f.endpoint(t, models.AllEvents)
	f.flood(t, endpoint.ID, events)
	r := f.recovery(t, endpoint.ID)
	brought := map[string]bool{}
	for {
		step := f.step(t, r)
		require.LessOrEqual(t, len(step.Deliveries), atOnce)
		for _, d := range step.Deliveries {
			require.False(t, brought[d.EventID], "%s twice", d.EventID)
			brought[d.EventID] = true
		}
		if step.Status != models.RecoveryRunning {
			break
		}
	}
	require.Len(t, brought, failures)
	_, tally, err := f.Recovery(t.Context(), f.org, endpoint.ID, r.ID)
	require.NoError(t, err)
	require.Equal(t, store.RecoveryTally{models.DeliveryPending: failures}, tally)
	require.Zero(t, f.count(t, `SELECT count(*) FROM events e WHERE NOT EXISTS (SELECT 1 FROM webhook_deliveries d
		WHERE d.event_id = e.id AND (d.status = 'succeeded' OR d.status = 'pending' AND d.outstanding))`))
	require.Equal(
		t,
		failures,
		f.count(t, "SELECT count(*) FROM webhook_deliveries WHERE outstanding"),
		"one schedule each",
	)

	require.Empty(t, f.recovered(t, f.recovery(t, endpoint.ID)), "every event has an attempt under way")
}

func recoveryKeepsToItsPeriod(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.EventSessionCreated)
	failed := f.failing(t, 4)
	second := func(d models.Delivery) models.Timestamp { return models.At(d.Created.Truncate(time.Second)) }
	r, err := f.CreateRecovery(t.Context(), f.org, actor, endpoint.ID, second(failed[1]), second(failed[2]))
	require.NoError(t, err)
	made := f.recovered(t, r)
	require.Len(t, made, 2, "both bounds included")
	require.Equal(
		t,
		[]string{failed[1].EventID, failed[2].EventID},
		[]string{made[0].EventID, made[1].EventID},
		"oldest first",
	)
}

func recoverySkipsAttemptsThatAreDue(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.EventSessionCreated)
	f.delivery(t, f.session(t)) // due now
	test, err := f.TestEndpoint(t.Context(), f.org, actor, endpoint.ID)
	require.NoError(t, err)
	f.answered(t, test, refused)
	f.clock.Advance(time.Second)
	before := f.deliveries(t, endpoint.ID)
	require.Empty(t, f.recovered(t, f.recovery(t, endpoint.ID)))
	require.Equal(t, before, f.deliveries(t, endpoint.ID))
}

func recoveryReplacesScheduledAttempts(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.EventSessionCreated)
	failed := f.failing(t, 1)[0]
	r := f.recovery(t, endpoint.ID)
	made := f.recovered(t, r)
	require.Len(t, made, 1)
	next := f.redelivery(t, endpoint.ID, made[0].DeliveryID)
	require.Equal(t, []any{3, f.Now(), models.DeliveryPending, &r.ID},
		[]any{next.Attempt, next.DueAt, next.Status, next.RecoveryID})
	require.Equal(t, 1, f.pending(t, failed.EventID), "one schedule remains")
	require.Equal(t, models.RecoveryCompleted, f.step(t, r).Status, "a completed recovery is not changed")
	require.Equal(t, []string{"webhook_endpoint.recover"}, f.audited(t, f.org, endpoint.ID)[:1])
}

func recoveryRedeliversEventsFromBeforeDisabling(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.EventSessionCreated)
	failed := f.failing(t, 1)[0]
	f.disable(t, endpoint)
	f.session(t) // not delivered to the disabled endpoint
	_, err := f.UpdateEndpoint(t.Context(), f.org, actor, endpoint.ID, func(e *models.WebhookEndpoint) error {
		e.Status = models.EndpointEnabled
		return nil
	})
	require.NoError(t, err)
	made := f.recovered(t, f.recovery(t, endpoint.ID))
	require.Len(t, made, 1)
	require.Equal(t, failed.EventID, made[0].EventID)
}

func longRecoveryTakesSeveralSteps(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.EventSessionCreated)
	f.flood(t, endpoint.ID, 150)
	r := f.recovery(t, endpoint.ID)
	second := f.replica(t)
	steps := allOf(t, race(8, func(i int) (store.RecoveryStep, error) {
		return []*store.Store{f.Store, second}[i%2].Recover(t.Context(), r.Ref(), atOnce)
	}))
	brought := map[string]bool{}
	for _, step := range steps {
		for _, d := range step.Deliveries {
			require.False(t, brought[d.EventID])
			brought[d.EventID] = true
		}
	}
	require.Len(t, brought, 100)
}

func recoveryEndsWithItsEndpoint(t *testing.T, f *fixture) {
	for _, goes := range []func(e models.WebhookEndpoint){
		func(e models.WebhookEndpoint) { f.disable(t, e) },
		func(e models.WebhookEndpoint) {
			require.NoError(t, f.DeleteEndpoint(t.Context(), f.org, actor, e.ID))
		},
	} {
		endpoint := f.endpoint(t, models.EventSessionCreated)
		f.failing(t, 1)
		r := f.recovery(t, endpoint.ID)
		goes(endpoint)
		step := f.step(t, r)
		require.Equal(t, store.RecoveryStep{Status: models.RecoveryCancelled}, step)
		ended, tally, err := f.Recovery(t.Context(), f.org, endpoint.ID, r.ID)
		require.NoError(t, err)
		require.Equal(t, ptr(f.Now()), ended.CompletedAt)
		require.Empty(t, tally)
	}
}

func recoveryIsTheOrganizationsOwn(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.EventSessionCreated)
	f.failing(t, 1)
	_, err := f.CreateRecovery(t.Context(), f.foreign, actor, endpoint.ID, dawn, f.Now())
	requireCode(t, models.CodeResourceMissing, err)
	r := f.recovery(t, endpoint.ID)
	_, err = f.Recover(t.Context(), models.RecoveryRef{OrgID: f.foreign, RecoveryID: r.ID}, atOnce)
	requireCode(t, models.CodeResourceMissing, err)
	_, _, err = f.Recovery(t.Context(), f.foreign, endpoint.ID, r.ID)
	requireCode(t, models.CodeResourceMissing, err)

	f.recovered(t, r)
	pending, err := f.RecoveryPending(t.Context(), models.RecoveryRef{OrgID: f.foreign, RecoveryID: r.ID})
	require.NoError(t, err)
	require.Empty(t, pending)
	pending, err = f.RecoveryPending(t.Context(), r.Ref())
	require.NoError(t, err)
	require.Len(t, pending, 1)

	elsewhere := f.endpoint(t, models.EventSessionCreated) // not subscribed at that time
	require.Empty(t, f.recovered(t, f.recovery(t, elsewhere.ID)))
}

func recoveryOfADisabledEndpointIsRefused(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.EventSessionCreated)
	f.disable(t, endpoint)
	_, err := f.CreateRecovery(t.Context(), f.org, actor, endpoint.ID, dawn, f.Now())
	requireCode(t, models.CodeEndpointDisabled, err)
	_, err = f.CreateRecovery(t.Context(), f.org, actor, "we_unknown", dawn, f.Now())
	requireCode(t, models.CodeResourceMissing, err)
}

func repeatedRecoveryIsTheFirst(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.EventSessionCreated)
	ctx := f.reserved(t, "recover") // of a request that crashed after its commit
	create := func(ctx context.Context) models.Recovery {
		r, err := f.CreateRecovery(ctx, f.org, actor, endpoint.ID, dawn, f.Now())
		require.NoError(t, err)
		return r
	}
	first := create(ctx)
	f.clock.Advance(time.Minute)
	require.Equal(t, first, create(ctx))
	require.NotEqual(t, first.ID, create(t.Context()).ID)
}

func recoveriesAreListedWithTheirTallies(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.EventSessionCreated)
	f.failing(t, 3)
	first := f.recovery(t, endpoint.ID)
	made := f.recovered(t, first)
	f.answered(t, f.redelivery(t, endpoint.ID, made[0].DeliveryID), acknowledged)
	f.answered(t, f.redelivery(t, endpoint.ID, made[1].DeliveryID), refused)
	f.clock.Advance(time.Second)
	second := f.recovery(t, endpoint.ID)

	rows, tallies, more, err := f.Recoveries(t.Context(), f.org, endpoint.ID, store.Page{Limit: 10})
	require.NoError(t, err)
	require.False(t, more)
	require.Len(t, rows, 2)
	require.Equal(t, []string{second.ID, first.ID}, []string{rows[0].ID, rows[1].ID})
	require.Equal(t, map[string]store.RecoveryTally{
		first.ID: {models.DeliverySucceeded: 1, models.DeliveryFailed: 1, models.DeliveryPending: 1}, second.ID: {},
	}, tallies)
	foreign, _, _, err := f.Recoveries(t.Context(), f.foreign, endpoint.ID, store.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, foreign)
}

func tallyIsStoredOnceNothingCanChangeIt(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.EventSessionCreated)
	f.failing(t, 2)
	r := f.recovery(t, endpoint.ID)
	settles := func(want int) {
		t.Helper()
		settled, err := f.Across().SettleRecoveries(t.Context(), 100)
		require.NoError(t, err)
		require.Equal(t, want, settled)
	}
	tally := func() store.RecoveryTally {
		_, tally, err := f.Recovery(t.Context(), f.org, endpoint.ID, r.ID)
		require.NoError(t, err)
		return tally
	}
	settles(0) // it runs
	made := f.recovered(t, r)
	f.answered(t, f.redelivery(t, endpoint.ID, made[0].DeliveryID), acknowledged)
	settles(0) // an attempt is pending
	require.Equal(t, store.RecoveryTally{models.DeliverySucceeded: 1, models.DeliveryPending: 1}, tally())

	f.answered(t, f.redelivery(t, endpoint.ID, made[1].DeliveryID), refused)
	settles(1)
	settles(0)
	want := store.RecoveryTally{models.DeliverySucceeded: 1, models.DeliveryFailed: 1}
	require.Equal(t, want, tally())
	f.disable(t, endpoint) // closes the attempt that the schedule has in store, which is not the recovery's
	require.Equal(t, want, tally())
	_, err := f.raw().ExecContext(t.Context(), "UPDATE webhook_deliveries SET recovery_id = NULL")
	require.NoError(t, err)
	require.Equal(t, want, tally(), "read from the row of the recovery")
}

func stalledRecoveryIsClaimedOnce(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.EventSessionCreated)
	r := f.recovery(t, endpoint.ID)
	over := f.recovery(t, endpoint.ID)
	f.recovered(t, over)
	stalled := func(s *store.Store) ([]models.Recovery, error) {
		return s.Across().StalledRecoveries(t.Context(), f.clock.Now().Add(-time.Minute), 100)
	}
	none, err := stalled(f.Store)
	require.NoError(t, err)
	require.Empty(t, none)
	f.clock.Advance(time.Hour)
	second := f.replica(t)
	claimed := 0
	for _, rows := range allOf(t, race(2, func(i int) ([]models.Recovery, error) {
		return stalled([]*store.Store{f.Store, second}[i])
	})) {
		for _, row := range rows {
			require.Equal(t, r.ID, row.ID)
			claimed++
		}
	}
	require.Equal(t, 1, claimed)
}
