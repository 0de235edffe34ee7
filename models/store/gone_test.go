package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var goneScenarios = []scenario{
	secondGoneDisablesTheEndpoint,
	disabledByGoneIsEnabledAgainAndRecovered,
	anotherAnswerRevokesGone,
	noAnswerNeitherConfirmsNorRevokesGone,
	attemptsUnderWayTogetherDoNotConfirmGone,
	racingConfirmationsDisableOnce,
	repeatedRecordOfGoneCountsOnce,
	newURLRevokesGone,
}

var gone = store.Answer{ResponseStatus: ptr(410), Duration: time.Millisecond}

// begun is an answer to an attempt that begins now.
func (f *fixture) begun(t *testing.T, d models.Delivery, a store.Answer) store.Answer {
	t.Helper()
	dispatch, err := f.Dispatch(t.Context(), d.OrgID, d.ID)
	require.NoError(t, err)
	a.GoneBefore = dispatch.Endpoint.GoneAt
	return a
}

// deliveredWith makes an attempt and records its answer.
func (f *fixture) deliveredWith(t *testing.T, d models.Delivery, a store.Answer) models.DeliveryOutcome {
	t.Helper()
	return f.answered(t, d, f.begun(t, d, a))
}

func (f *fixture) endpointNow(t *testing.T, e models.WebhookEndpoint) models.WebhookEndpoint {
	t.Helper()
	now, err := f.Endpoint(t.Context(), f.org, e.ID)
	require.NoError(t, err)
	return now
}

// actorsOf returns the actors of the audit entries about disabling the endpoint.
func (f *fixture) actorsOf(t *testing.T, e models.WebhookEndpoint) (actors []string) {
	t.Helper()
	entries, _, err := f.AuditLog(t.Context(), f.org, store.Page{Limit: 100})
	require.NoError(t, err)
	for _, entry := range entries {
		if entry.Target == e.ID && entry.Action == "webhook_endpoint.disable" {
			actors = append(actors, entry.Actor)
		}
	}
	return actors
}

func secondGoneDisablesTheEndpoint(t *testing.T, f *fixture) {
	e := f.endpoint(t, models.EventSessionCreated)
	first, waiting := f.delivery(t, f.session(t)), f.delivery(t, f.session(t))
	outcome := f.deliveredWith(t, first, gone)
	require.NotNil(t, outcome.Next, "one 410 is a failed attempt like any other")
	require.Equal(t, models.EndpointEnabled, f.endpointNow(t, e).Status)

	f.clock.Advance(time.Minute)
	other := f.delivery(t, f.session(t))
	outcome = f.deliveredWith(t, other, gone)
	require.Equal(t, models.DeliveryOutcome{Status: models.DeliveryFailed}, outcome)
	disabled := f.endpointNow(t, e)
	require.Equal(t, models.EndpointDisabled, disabled.Status)
	require.Equal(t, ptr(models.DisabledGone), disabled.DisabledReason)
	require.Equal(t, ptr(f.Now()), disabled.DisabledAt)
	require.Equal(t, f.Now(), disabled.Updated)
	require.Equal(t, []string{store.ActorSystem}, f.actorsOf(t, e))
	for _, d := range []models.Delivery{first, waiting, other} {
		require.Zero(t, f.pending(t, d.EventID))
	}
	for _, d := range f.deliveries(t, e.ID) {
		require.NotEqual(t, models.DeliveryPending, d.Status)
		require.False(t, d.Outstanding)
	}
	require.Nil(t, f.redelivery(t, e.ID, other.ID).NextAttemptAt)
	f.session(t)
	require.Len(t, f.deliveries(t, e.ID), 4, "no further attempts are due")
}

func disabledByGoneIsEnabledAgainAndRecovered(t *testing.T, f *fixture) {
	e := f.endpoint(t, models.EventSessionCreated)
	for range 2 {
		f.deliveredWith(t, f.delivery(t, f.session(t)), gone)
		f.clock.Advance(time.Second)
	}
	enabled, err := f.UpdateEndpoint(t.Context(), f.org, actor, e.ID,
		func(e *models.WebhookEndpoint) error {
			e.Status = models.EndpointEnabled
			return nil
		})
	require.NoError(t, err)
	require.Nil(t, enabled.DisabledReason)
	require.Nil(t, enabled.DisabledAt)
	require.Equal(t, enabled, f.endpointNow(t, e))

	r, err := f.CreateRecovery(t.Context(), f.org, actor, e.ID, models.At(f.clock.Now().Add(-time.Hour)), f.Now())
	require.NoError(t, err)
	step, err := f.Recover(t.Context(), r.Ref(), 10)
	require.NoError(t, err)
	require.Len(t, step.Deliveries, 2)
	again := f.redelivery(t, e.ID, step.Deliveries[0].DeliveryID)
	f.deliveredWith(t, again, gone)
	require.Equal(t, models.EndpointEnabled, f.endpointNow(t, e).Status, "the count begins anew")
}

func anotherAnswerRevokesGone(t *testing.T, f *fixture) {
	e := f.endpoint(t, models.EventSessionCreated)
	for _, other := range []store.Answer{acknowledged, refused} {
		f.deliveredWith(t, f.delivery(t, f.session(t)), gone)
		f.deliveredWith(t, f.delivery(t, f.session(t)), other)
		require.Nil(t, f.endpointNow(t, e).GoneAt)
	}
	f.deliveredWith(t, f.delivery(t, f.session(t)), gone)
	require.Equal(t, models.EndpointEnabled, f.endpointNow(t, e).Status)
	require.Empty(t, f.actorsOf(t, e))
}

func noAnswerNeitherConfirmsNorRevokesGone(t *testing.T, f *fixture) {
	e := f.endpoint(t, models.EventSessionCreated)
	f.deliveredWith(t, f.delivery(t, f.session(t)), gone)
	noted := f.endpointNow(t, e).GoneAt
	require.NotNil(t, noted)
	f.deliveredWith(t, f.delivery(t, f.session(t)), unreachable)
	require.Equal(t, noted, f.endpointNow(t, e).GoneAt)
	f.deliveredWith(t, f.delivery(t, f.session(t)), gone)
	require.Equal(t, models.EndpointDisabled, f.endpointNow(t, e).Status)
}

func attemptsUnderWayTogetherDoNotConfirmGone(t *testing.T, f *fixture) {
	e := f.endpoint(t, models.EventSessionCreated)
	var burst []models.Delivery
	var answers []store.Answer
	for range 3 {
		d := f.delivery(t, f.session(t))
		burst, answers = append(burst, d), append(answers, f.begun(t, d, gone))
	}
	for i, d := range burst {
		f.answered(t, d, answers[i])
	}
	require.Equal(t, models.EndpointEnabled, f.endpointNow(t, e).Status)
	f.deliveredWith(t, f.delivery(t, f.session(t)), gone)
	require.Equal(t, models.EndpointDisabled, f.endpointNow(t, e).Status)
}

func racingConfirmationsDisableOnce(t *testing.T, f *fixture) {
	e := f.endpoint(t, models.EventSessionCreated)
	f.deliveredWith(t, f.delivery(t, f.session(t)), gone)
	var burst []models.Delivery
	var answers []store.Answer
	for range 6 {
		d := f.delivery(t, f.session(t))
		burst, answers = append(burst, d), append(answers, f.begun(t, d, gone))
	}
	replicas := []*store.Store{f.Store, f.replica(t)}
	allOf(t, race(len(burst), func(i int) (models.DeliveryOutcome, error) {
		return replicas[i%2].RecordAnswer(t.Context(), burst[i], answers[i], schedule)
	}))
	require.Equal(t, models.EndpointDisabled, f.endpointNow(t, e).Status)
	require.Equal(t, []string{store.ActorSystem}, f.actorsOf(t, e))
	for _, d := range f.deliveries(t, e.ID) {
		require.NotEqual(t, models.DeliveryPending, d.Status)
	}
}

// A worker that dies after the write records the attempt again. That is one answer, not two.
func repeatedRecordOfGoneCountsOnce(t *testing.T, f *fixture) {
	e := f.endpoint(t, models.EventSessionCreated)
	d := f.delivery(t, f.session(t))
	outcome := f.deliveredWith(t, d, gone)
	require.Equal(t, outcome, f.deliveredWith(t, d, gone))
	require.Equal(t, models.EndpointEnabled, f.endpointNow(t, e).Status)
}

func newURLRevokesGone(t *testing.T, f *fixture) {
	e := f.endpoint(t, models.EventSessionCreated)
	f.deliveredWith(t, f.delivery(t, f.session(t)), gone)
	moved, err := f.UpdateEndpoint(t.Context(), f.org, actor, e.ID,
		func(e *models.WebhookEndpoint) error {
			e.URL = "https://merchant.example/moved"
			return nil
		})
	require.NoError(t, err)
	require.Nil(t, moved.GoneAt)
}
