package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var closingScenarios = []scenario{
	endpointWithManyDeliveriesStopsAtOnce,
	confirmedGoneStopsManyDeliveries,
	deliveriesOfManyEndpointsAreClosed,
	racingSweepsCloseEachDeliveryOnce,
	enabledEndpointLeavesEarlierDeliveriesClosed,
	recoveryRedeliversWhatIsLeftToClose,
	answerBeforeTheCloseLeavesNothingOutstanding,
}

// Of manyEvents that flood inserts, outstandingOfMany attempts are outstanding, more than a request closes, and
// pendingOfMany of these are pending.
const (
	manyEvents        = 1_800
	outstandingOfMany = 1_000
	pendingOfMany     = 600
)

func (f *fixture) outstanding(t *testing.T, endpoint string) int {
	t.Helper()
	return f.count(t, "SELECT count(*) FROM webhook_deliveries WHERE outstanding AND endpoint_id = '"+endpoint+"'")
}

func (f *fixture) closing(t *testing.T) int {
	t.Helper()
	return f.count(t, "SELECT count(*) FROM webhook_endpoints WHERE closing_until IS NOT NULL")
}

// closes closes deliveries in batches until none is left, and returns their number.
func (f *fixture) closes(t *testing.T, batch int) (closed int) {
	t.Helper()
	for {
		n, err := f.Across().CloseDeliveries(t.Context(), batch)
		require.NoError(t, err)
		require.LessOrEqual(t, n, batch)
		if closed += n; n < batch {
			return closed
		}
	}
}

func endpointWithManyDeliveriesStopsAtOnce(t *testing.T, f *fixture) {
	remove := func(e models.WebhookEndpoint) {
		require.NoError(t, f.DeleteEndpoint(t.Context(), f.org, actor, e.ID))
	}
	for _, stop := range []func(models.WebhookEndpoint){func(e models.WebhookEndpoint) { f.disable(t, e) }, remove} {
		e := f.endpoint(t, models.AllEvents)
		f.flood(t, e.ID, manyEvents)
		require.Equal(t, outstandingOfMany, f.outstanding(t, e.ID))
		stop(e)
		left := f.outstanding(t, e.ID)
		require.Less(t, left, outstandingOfMany, "a request closes some")
		require.Positive(t, left, "and leaves the rest")
		dispatch, err := f.Dispatch(t.Context(), f.org, f.oneOutstanding(t, e.ID))
		require.NoError(t, err)
		require.Equal(t, models.DeliveryClosed, dispatch.Delivery.Status, "it is not sent")
		require.Equal(t, left-1, f.closes(t, 200))
		require.Zero(t, f.outstanding(t, e.ID))
		require.Zero(t, f.closing(t))
		require.Zero(t, f.count(t, "SELECT count(*) FROM webhook_deliveries WHERE status = 'pending'"))
		require.Equal(t, pendingOfMany, f.count(t, `SELECT count(*) FROM webhook_deliveries
			WHERE status = 'closed' AND attempt = 2 AND completed_at IS NOT NULL AND next_attempt_at IS NULL`))
		f.clear(t)
	}
}

// clear removes the deliveries and events, so that flood can insert them again.
func (f *fixture) clear(t *testing.T) {
	t.Helper()
	for _, table := range []string{"webhook_deliveries", "events"} {
		_, err := f.raw().ExecContext(t.Context(), "DELETE FROM "+table)
		require.NoError(t, err)
	}
}

func confirmedGoneStopsManyDeliveries(t *testing.T, f *fixture) {
	e := f.endpoint(t, models.AllEvents)
	f.flood(t, e.ID, manyEvents)
	for range 2 { // the second confirms the first
		f.deliveredWith(t, f.dispatched(t, f.session(t)).Delivery, gone)
		f.clock.Advance(time.Second)
	}
	require.Equal(t, models.EndpointDisabled, f.endpointNow(t, e).Status)
	require.Positive(t, f.outstanding(t, e.ID))
	f.closes(t, 1000)
	require.Zero(t, f.outstanding(t, e.ID))
}

func deliveriesOfManyEndpointsAreClosed(t *testing.T, f *fixture) {
	first, second := f.endpoint(t, models.AllEvents), f.endpoint(t, models.AllEvents)
	f.flood(t, first.ID, manyEvents)
	_, err := f.raw().ExecContext(t.Context(),
		"UPDATE webhook_deliveries SET endpoint_id = $1 WHERE created % 2000000 = 0", second.ID)
	require.NoError(t, err)
	_, err = f.raw().ExecContext(t.Context(), "UPDATE webhook_endpoints SET status = 'disabled', closing_until = $1",
		f.clock.Now().UnixMicro())
	require.NoError(t, err)
	require.Equal(t, outstandingOfMany, f.closes(t, 300))
	require.Zero(t, f.closing(t))
}

func racingSweepsCloseEachDeliveryOnce(t *testing.T, f *fixture) {
	e := f.endpoint(t, models.AllEvents)
	f.flood(t, e.ID, manyEvents)
	f.disable(t, e)
	left, closed := f.outstanding(t, e.ID), 0
	for f.closing(t) > 0 {
		for _, n := range allOf(t, race(3, func(int) (int, error) { return f.Across().CloseDeliveries(t.Context(), 100) })) {
			closed += n
		}
	}
	require.Equal(t, left, closed)
	require.Zero(t, f.outstanding(t, e.ID))
}

// A merchant may enable the endpoint while deliveries from before are left. These stay closed, and new ones are sent.
func enabledEndpointLeavesEarlierDeliveriesClosed(t *testing.T, f *fixture) {
	e := f.endpoint(t, models.AllEvents)
	f.flood(t, e.ID, manyEvents)
	f.disable(t, e)
	early := f.oneOutstanding(t, e.ID)
	f.clock.Advance(time.Second)
	f.enable(t, e)

	dispatch, err := f.Dispatch(t.Context(), f.org, early)
	require.NoError(t, err)
	require.Equal(t, models.DeliveryClosed, dispatch.Delivery.Status)
	late := f.dispatched(t, f.session(t))
	require.Equal(t, models.DeliveryPending, late.Delivery.Status)
	require.NotEmpty(t, late.Secret)
	f.closes(t, 1000)
	require.Equal(t, 1, f.outstanding(t, e.ID))
	require.Equal(t, late.Delivery.ID, f.oneOutstanding(t, e.ID))
}

// dispatched returns the first attempt at the session's one event, as it is sent.
func (f *fixture) dispatched(t *testing.T, session models.Session) store.Dispatch {
	t.Helper()
	refs, err := f.FirstAttempts(t.Context(), session.OrgID, session.ID)
	require.NoError(t, err)
	require.Len(t, refs, 1)
	dispatch, err := f.Dispatch(t.Context(), f.org, refs[0].DeliveryID)
	require.NoError(t, err)
	return dispatch
}

// oneOutstanding returns the id of a pending delivery that is left to close.
func (f *fixture) oneOutstanding(t *testing.T, endpoint string) (id string) {
	t.Helper()
	require.NoError(t, f.raw().QueryRowContext(t.Context(),
		"SELECT id FROM webhook_deliveries WHERE outstanding AND status = 'pending' AND endpoint_id = $1 LIMIT 1",
		endpoint).Scan(&id))
	return id
}

func (f *fixture) enable(t *testing.T, e models.WebhookEndpoint) {
	t.Helper()
	_, err := f.UpdateEndpoint(t.Context(), e.OrgID, actor, e.ID, func(e *models.WebhookEndpoint) error {
		e.Status = models.EndpointEnabled
		return nil
	})
	require.NoError(t, err)
}

// A recovery skips an event with an attempt that is due, because that attempt will be made. One that is left to close
// will not.
func recoveryRedeliversWhatIsLeftToClose(t *testing.T, f *fixture) {
	const failures = 1_200
	e := f.endpoint(t, models.AllEvents)
	f.flood(t, e.ID, manyEvents)
	_, err := f.raw().ExecContext(t.Context(), "UPDATE webhook_deliveries SET due_at = created")
	require.NoError(t, err)
	f.disable(t, e)
	f.clock.Advance(time.Second)
	f.enable(t, e)
	require.Len(t, f.recovered(t, f.recovery(t, e.ID)), failures)
	f.closes(t, 1000)
	require.Equal(t, failures, f.outstanding(t, e.ID), "the redeliveries are not closed")
}

// An attempt under way while its endpoint is disabled may be answered before it is closed.
func answerBeforeTheCloseLeavesNothingOutstanding(t *testing.T, f *fixture) {
	for name, schedule := range map[string][]time.Duration{"the last attempt": nil, "another attempt": schedule} {
		e := f.endpoint(t, models.AllEvents)
		d := f.delivery(t, f.session(t))
		_, err := f.raw().ExecContext(t.Context(),
			"UPDATE webhook_endpoints SET status = 'disabled', closing_until = $1 WHERE id = $2", f.Now().UnixMicro(), e.ID)
		require.NoError(t, err)
		outcome, err := f.RecordAnswer(t.Context(), d, refused, schedule)
		require.NoError(t, err)
		require.Equal(t, models.DeliveryOutcome{Status: models.DeliveryFailed}, outcome, name)
		require.Zero(t, f.outstanding(t, e.ID), name)
		require.Len(t, f.deliveries(t, e.ID), 1, name)
	}
}
