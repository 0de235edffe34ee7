package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var deliveryScenarios = []scenario{
	dispatchHoldsEndpointEventAndSecrets,
	dispatchIsTheOrganizationsOwn,
	acknowledgedDeliveryIsDone,
	failedDeliveryFollowsTheSchedule,
	receiverMayAskForMoreTime,
	jitterLengthensTheWait,
	scheduledAttemptIsDueAtAWholeSecond,
	retryTakesThePlaceOfTheScheduledAttempt,
	retryOfAGivenUpDeliveryIsOneMoreAttempt,
	racingRetriesLeaveOneSchedule,
	retryIsRefused,
	replayReachesCurrentSubscribers,
	testReachesOneEndpointOnce,
	repeatedRetryAndTestReturnTheFirst,
	emptyScheduleGivesUpAtOnce,
	pendingWebhooksCountUntilAcknowledged,
	givenUpDeliveryStaysPendingUntilItsEndpointGoes,
	repeatedRecordReturnsTheFirstOutcome,
	laterAnswerDoesNotUndoTheFirst,
	concurrentRecordersMakeOneNextAttempt,
	foreignAnswerChangesNothing,
	deliveryPutOffIsDueLater,
	foreignPutOffChangesNothing,
	attemptThatIsOverIsNotPutOff,
	answerAfterTheEndpointWasDisabledIsClosed,
	dispatchAtADisabledEndpointIsClosed,
	dispatchClosesDeliveryCreatedDuringDisabling,
	answerAndDisablingRaceLeaveNothingPending,
	firstAttemptsAreThePendingOnes,
	deliveriesAreListedNewestFirst,
	deliveriesAreFiltered,
	pollersSeeEveryAttemptThatWasMade,
}

var (
	schedule     = []time.Duration{5 * time.Minute, 30 * time.Minute}
	acknowledged = store.Answer{Acknowledged: true, ResponseStatus: ptr(204), Duration: 12 * time.Millisecond}
	refused      = store.Answer{ResponseStatus: ptr(500), Duration: 7 * time.Millisecond}
	unreachable  = store.Answer{Error: ptr("connection: dial failed"), Duration: time.Second}
)

// delivery returns the one pending first attempt of the session's events.
func (f *fixture) delivery(t *testing.T, session models.Session) models.Delivery {
	t.Helper()
	refs, err := f.FirstAttempts(t.Context(), session.OrgID, session.ID)
	require.NoError(t, err)
	require.Len(t, refs, 1)
	return f.redelivery(t, refs[0].EndpointID, refs[0].DeliveryID)
}

// redelivery reads the current row of a delivery.
func (f *fixture) redelivery(t *testing.T, endpoint, id string) models.Delivery {
	t.Helper()
	for _, delivery := range f.deliveries(t, endpoint) {
		if delivery.ID == id {
			return delivery
		}
	}
	require.Fail(t, "no such delivery", id)
	return models.Delivery{}
}

func (f *fixture) deliveries(t *testing.T, endpoint string) []models.Delivery {
	t.Helper()
	deliveries, more, err := f.EndpointDeliveries(
		t.Context(),
		f.org,
		endpoint,
		store.DeliveryFilter{},
		store.Page{Limit: 100},
	)
	require.NoError(t, err)
	require.False(t, more)
	return deliveries
}

func (f *fixture) answered(t *testing.T, d models.Delivery, a store.Answer) models.DeliveryOutcome {
	t.Helper()
	outcome, err := f.RecordAnswer(t.Context(), d, a, schedule)
	require.NoError(t, err)
	return outcome
}

// next fails the delivery and returns the following attempt.
func (f *fixture) next(t *testing.T, d models.Delivery) models.Delivery {
	t.Helper()
	outcome := f.answered(t, d, refused)
	require.NotNil(t, outcome.Next)
	return f.redelivery(t, d.EndpointID, outcome.Next.DeliveryID)
}

// pending returns the event's pending_webhooks, after checking that all reads of it agree.
func (f *fixture) pending(t *testing.T, event string) int {
	t.Helper()
	_, pending, err := f.Event(t.Context(), f.org, event)
	require.NoError(t, err)
	_, byEvent, _, err := f.Events(t.Context(), f.org, store.EventFilter{}, store.Page{Limit: 100})
	require.NoError(t, err)
	require.Equal(t, pending, byEvent[event])
	return pending
}

func dispatchHoldsEndpointEventAndSecrets(t *testing.T, f *fixture) {
	endpoint, secret, err := f.CreateEndpoint(t.Context(), actor, newEndpoint(f.org, models.AllEvents), 0)
	require.NoError(t, err)
	session := f.session(t)
	delivery := f.delivery(t, session)
	dispatch, err := f.Dispatch(t.Context(), f.org, delivery.ID)
	require.NoError(t, err)
	require.Equal(t, store.Dispatch{
		Delivery: delivery, Endpoint: endpoint, Event: f.eventsOf(t, session)[0], Secret: secret,
	}, dispatch)
}

func dispatchIsTheOrganizationsOwn(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	delivery := f.delivery(t, f.session(t))
	_, err := f.Dispatch(t.Context(), f.foreign, delivery.ID)
	requireCode(t, models.CodeResourceMissing, err)
	_, err = f.Dispatch(t.Context(), f.org, "whd_unknown")
	requireCode(t, models.CodeResourceMissing, err)
}

func acknowledgedDeliveryIsDone(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	delivery := f.delivery(t, f.session(t))
	f.clock.Advance(time.Second)
	require.Equal(t, models.DeliveryOutcome{Status: models.DeliverySucceeded}, f.answered(t, delivery, acknowledged))

	want := delivery
	want.Status, want.Outstanding, want.ResponseStatus = models.DeliverySucceeded, false, ptr(204)
	want.DurationMS, want.CompletedAt = ptr(int64(12)), ptr(f.Now())
	require.Equal(t, want, f.redelivery(t, delivery.EndpointID, delivery.ID))
	require.Len(t, f.deliveries(t, delivery.EndpointID), 1)
}

func failedDeliveryFollowsTheSchedule(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	attempt := f.delivery(t, f.session(t))
	for i, wait := range schedule {
		f.clock.Advance(wait)
		due := models.At(f.clock.Now().Add(wait))
		outcome := f.answered(t, attempt, unreachable)
		next := f.redelivery(t, attempt.EndpointID, outcome.Next.DeliveryID)
		ref := next.Ref()
		require.Equal(t, models.DeliveryOutcome{Status: models.DeliveryFailed, Next: &ref, NextDueAt: &due}, outcome)

		failed := attempt
		failed.Status, failed.Outstanding, failed.Error = models.DeliveryFailed, false, unreachable.Error
		failed.DurationMS, failed.NextAttemptAt, failed.CompletedAt = ptr(int64(1000)), &due, ptr(f.Now())
		if attempt.Attempt > 1 {
			failed.Created = f.Now() // its created is the time of completion
		}
		require.Equal(t, failed, f.redelivery(t, attempt.EndpointID, attempt.ID))

		want := attempt
		want.ID, want.Attempt, want.DueAt, want.Created = next.ID, i+2, due, f.Now()
		require.Equal(t, want, next)
		attempt = next
	}
	require.Equal(t, models.DeliveryOutcome{Status: models.DeliveryFailed}, f.answered(t, attempt, refused))
	givenUp := f.redelivery(t, attempt.EndpointID, attempt.ID)
	require.Nil(t, givenUp.NextAttemptAt)
	require.Equal(t, ptr(500), givenUp.ResponseStatus)
	require.Len(t, f.deliveries(t, attempt.EndpointID), len(schedule)+1)
}

func emptyScheduleGivesUpAtOnce(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	delivery := f.delivery(t, f.session(t))
	outcome, err := f.RecordAnswer(t.Context(), delivery, refused, nil)
	require.NoError(t, err)
	require.Equal(t, models.DeliveryOutcome{Status: models.DeliveryFailed}, outcome)
	require.Equal(t, 1, f.pending(t, delivery.EventID))
}

func pendingWebhooksCountUntilAcknowledged(t *testing.T, f *fixture) {
	prompt, slow := f.endpoint(t, models.AllEvents), f.endpoint(t, models.AllEvents)
	event := f.eventsOf(t, f.session(t))[0].ID
	atPrompt, atSlow := f.deliveries(t, prompt.ID)[0], f.deliveries(t, slow.ID)[0]
	require.Equal(t, 2, f.pending(t, event))

	f.answered(t, atPrompt, acknowledged)
	require.Equal(t, 1, f.pending(t, event))
	second := f.next(t, atSlow)
	require.Equal(t, 1, f.pending(t, event), "one delivery, however many attempts")
	f.answered(t, second, acknowledged)
	require.Zero(t, f.pending(t, event))
}

func givenUpDeliveryStaysPendingUntilItsEndpointGoes(t *testing.T, f *fixture) {
	disable := func(e models.WebhookEndpoint) error {
		_, err := f.UpdateEndpoint(t.Context(), f.org, actor, e.ID, setDisabled)
		return err
	}
	remove := func(e models.WebhookEndpoint) error { return f.DeleteEndpoint(t.Context(), f.org, actor, e.ID) }
	for _, goes := range []func(models.WebhookEndpoint) error{disable, remove} {
		endpoint := f.endpoint(t, models.AllEvents)
		last := f.next(t, f.next(t, f.delivery(t, f.session(t))))
		f.answered(t, last, refused)
		givenUp := f.redelivery(t, endpoint.ID, last.ID)
		require.Equal(t, 1, f.pending(t, last.EventID))

		f.clock.Advance(time.Hour)
		require.NoError(t, goes(endpoint))
		require.Zero(t, f.pending(t, last.EventID))
		givenUp.Outstanding = false
		require.Equal(t, givenUp, f.redelivery(t, endpoint.ID, last.ID))
	}
}

func repeatedRecordReturnsTheFirstOutcome(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	delivery := f.delivery(t, f.session(t))
	first := f.answered(t, delivery, refused)
	stood := f.deliveries(t, endpoint.ID)
	f.clock.Advance(time.Minute)
	require.Equal(t, first, f.answered(t, delivery, refused))
	require.Equal(t, stood, f.deliveries(t, endpoint.ID))

	outcome, err := f.Outcome(t.Context(), delivery)
	require.NoError(t, err)
	require.Equal(t, first, outcome)
}

func laterAnswerDoesNotUndoTheFirst(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	delivery := f.delivery(t, f.session(t))
	succeeded := f.answered(t, delivery, acknowledged)
	require.Equal(t, succeeded, f.answered(t, delivery, refused))
	require.Len(t, f.deliveries(t, endpoint.ID), 1)

	delivery = f.delivery(t, f.session(t))
	failed := f.answered(t, delivery, refused)
	require.Equal(t, failed, f.answered(t, delivery, acknowledged))
	require.Equal(t, 1, f.pending(t, delivery.EventID))
}

func concurrentRecordersMakeOneNextAttempt(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	delivery := f.delivery(t, f.session(t))
	outcomes := allOf(t, race(8, func(int) (models.DeliveryOutcome, error) {
		return f.RecordAnswer(t.Context(), delivery, refused, schedule)
	}))
	for _, outcome := range outcomes {
		require.Equal(t, outcomes[0], outcome)
	}
	require.Len(t, f.deliveries(t, endpoint.ID), 2)
	require.Equal(t, 1, f.pending(t, delivery.EventID))
}

func foreignAnswerChangesNothing(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	delivery := f.delivery(t, f.session(t))
	stolen := delivery
	stolen.OrgID = f.foreign
	for _, answer := range []store.Answer{acknowledged, refused} {
		_, err := f.RecordAnswer(t.Context(), stolen, answer, schedule)
		requireCode(t, models.CodeResourceMissing, err)
	}
	require.Equal(t, []models.Delivery{delivery}, f.deliveries(t, delivery.EndpointID))
	_, err := f.Outcome(t.Context(), stolen)
	requireCode(t, models.CodeResourceMissing, err)
}

func (f *fixture) putOff(t *testing.T, d models.Delivery, until models.Timestamp) (pending bool) {
	t.Helper()
	pending, err := f.PutOff(t.Context(), d.OrgID, d.ID, until)
	require.NoError(t, err)
	return pending
}

func deliveryPutOffIsDueLater(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	delivery, other := f.delivery(t, f.session(t)), f.delivery(t, f.session(t))
	until := models.At(f.clock.Now().Add(time.Minute))

	require.True(t, f.putOff(t, delivery, until))

	want := delivery
	want.DueAt = until
	require.Equal(t, want, f.redelivery(t, delivery.EndpointID, delivery.ID), "no attempt was made")
	require.Equal(t, other, f.redelivery(t, other.EndpointID, other.ID))
	f.clock.Advance(time.Minute)
	overdue, err := f.Across().OverdueDeliveries(t.Context(), f.clock.Now(), 100)
	require.NoError(t, err)
	require.Equal(t, []models.Delivery{other}, overdue, "the sweep makes the one that was put off")
	require.Equal(t, models.DeliveryOutcome{Status: models.DeliverySucceeded}, f.answered(t, delivery, acknowledged))
}

func foreignPutOffChangesNothing(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	delivery := f.delivery(t, f.session(t))
	foreign, unknown := delivery, delivery
	foreign.OrgID, unknown.ID = f.foreign, "whd_unknown"
	for _, d := range []models.Delivery{foreign, unknown} {
		require.False(t, f.putOff(t, d, models.At(f.clock.Now().Add(time.Minute))))
	}
	require.Equal(t, delivery, f.redelivery(t, delivery.EndpointID, delivery.ID))
}

func attemptThatIsOverIsNotPutOff(t *testing.T, f *fixture) {
	for name, end := range map[string]func(models.WebhookEndpoint, models.Delivery){
		"succeeded": func(_ models.WebhookEndpoint, d models.Delivery) { f.answered(t, d, acknowledged) },
		"failed":    func(_ models.WebhookEndpoint, d models.Delivery) { f.answered(t, d, refused) },
		"closed":    func(e models.WebhookEndpoint, _ models.Delivery) { f.disable(t, e) },
	} {
		endpoint := f.endpoint(t, models.AllEvents)
		delivery := f.delivery(t, f.session(t))
		end(endpoint, delivery)
		over := f.redelivery(t, endpoint.ID, delivery.ID)
		require.False(t, f.putOff(t, delivery, models.At(f.clock.Now().Add(time.Minute))), name)
		require.Equal(t, over, f.redelivery(t, endpoint.ID, delivery.ID), name)
		f.disable(t, endpoint) // keeps the next case's events from this endpoint
	}
}

func answerAfterTheEndpointWasDisabledIsClosed(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	for _, answer := range []store.Answer{acknowledged, refused} {
		delivery := f.delivery(t, f.session(t))
		f.disable(t, endpoint)
		require.Equal(t, models.DeliveryOutcome{Status: models.DeliveryClosed}, f.answered(t, delivery, answer))
		require.Zero(t, f.pending(t, delivery.EventID))
		endpoint = f.endpoint(t, models.AllEvents)
	}
}

func dispatchAtADisabledEndpointIsClosed(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	delivery := f.delivery(t, f.session(t))
	f.disable(t, endpoint)
	dispatch, err := f.Dispatch(t.Context(), f.org, delivery.ID)
	require.NoError(t, err)
	require.Equal(t, models.DeliveryClosed, dispatch.Delivery.Status)
	require.Empty(t, dispatch.Secret)
}

// A delivery may be created at the moment at which its endpoint is disabled. The sender then closes it.
func dispatchClosesDeliveryCreatedDuringDisabling(t *testing.T, f *fixture) {
	disabled, deleted := f.endpoint(t, models.AllEvents), f.endpoint(t, models.AllEvents)
	event := f.eventsOf(t, f.session(t))[0].ID
	f.disable(t, disabled)
	require.NoError(t, f.DeleteEndpoint(t.Context(), f.org, actor, deleted.ID))
	_, err := f.raw().ExecContext(t.Context(), "UPDATE webhook_deliveries SET status = 'pending', outstanding = TRUE")
	require.NoError(t, err)
	require.Equal(t, 2, f.pending(t, event))

	for _, endpoint := range []string{disabled.ID, deleted.ID} {
		late := f.deliveries(t, endpoint)[0]
		dispatch, err := f.Dispatch(t.Context(), f.org, late.ID)
		require.NoError(t, err)
		require.Equal(t, models.DeliveryClosed, dispatch.Delivery.Status)
		require.Equal(t, models.DeliveryClosed, f.redelivery(t, endpoint, late.ID).Status)
	}
	require.Zero(t, f.pending(t, event))
}

func answerAndDisablingRaceLeaveNothingPending(t *testing.T, f *fixture) {
	for range 10 {
		endpoint := f.endpoint(t, models.AllEvents)
		delivery := f.delivery(t, f.session(t))
		allOf(t, race(2, func(i int) (any, error) {
			if i == 0 {
				return f.RecordAnswer(t.Context(), delivery, refused, schedule)
			}
			return f.UpdateEndpoint(t.Context(), f.org, actor, endpoint.ID, setDisabled)
		}))
		require.Zero(t, f.pending(t, delivery.EventID))
		for _, attempt := range f.deliveries(t, endpoint.ID) {
			require.NotEqual(t, models.DeliveryPending, attempt.Status)
		}
	}
}

func firstAttemptsAreThePendingOnes(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	session := f.session(t)
	created := f.delivery(t, session)
	f.next(t, created)
	ended := f.changed(t, move(session, "end", models.StatusCancelled))
	verdict := f.delivery(t, session)
	require.Equal(t, *ended.EventID, verdict.EventID)

	for event, want := range map[string][]models.DeliveryRef{
		created.EventID: {},
		verdict.EventID: {verdict.Ref()},
	} {
		refs, err := f.EventDeliveries(t.Context(), f.org, event)
		require.NoError(t, err)
		require.Equal(t, want, refs)
	}
	for _, list := range []func() ([]models.DeliveryRef, error){
		func() ([]models.DeliveryRef, error) { return f.FirstAttempts(t.Context(), f.foreign, session.ID) },
		func() ([]models.DeliveryRef, error) {
			return f.EventDeliveries(t.Context(), f.foreign, verdict.EventID)
		},
	} {
		refs, err := list()
		require.NoError(t, err)
		require.Empty(t, refs)
	}
}

func deliveriesAreListedNewestFirst(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	f.endpoint(t, models.EventSessionVerified)
	first := f.delivery(t, f.session(t))
	f.clock.Advance(time.Second)
	second := f.next(t, first)
	var ids []string
	for _, delivery := range f.deliveries(t, endpoint.ID) {
		ids = append(ids, delivery.ID)
	}
	require.Equal(t, []string{second.ID, first.ID}, ids)

	foreign, _, err := f.EndpointDeliveries(
		t.Context(),
		f.foreign,
		endpoint.ID,
		store.DeliveryFilter{},
		store.Page{Limit: 10},
	)
	require.NoError(t, err)
	require.Empty(t, foreign)
}

func deliveriesAreFiltered(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	session := f.session(t)
	created := f.delivery(t, session)
	again := f.next(t, created)
	f.changed(t, move(session, "end", models.StatusCancelled))
	cancelled := f.delivery(t, session)
	f.answered(t, cancelled, acknowledged)

	for filter, want := range map[store.DeliveryFilter][]string{
		{}:                                        {created.ID, again.ID, cancelled.ID},
		{Status: models.DeliveryFailed}:           {created.ID},
		{Status: models.DeliveryPending}:          {again.ID},
		{Status: models.DeliverySucceeded}:        {cancelled.ID},
		{Status: models.DeliveryClosed}:           {},
		{EventType: models.EventSessionCreated}:   {created.ID, again.ID},
		{EventType: models.EventSessionCancelled}: {cancelled.ID},
		{EventType: models.EventSessionCancelled, Status: models.DeliveryFailed}:   {},
		{EventType: models.EventSessionCreated, Status: models.DeliveryFailed}:     {created.ID},
		{EventType: models.EventSessionVerified, Status: models.DeliverySucceeded}: {},
		{Made: true}: {created.ID, cancelled.ID},
		{Made: true, EventType: models.EventSessionCreated}: {created.ID},
	} {
		deliveries, more, err := f.EndpointDeliveries(t.Context(), f.org, endpoint.ID, filter, store.Page{Limit: 10})
		require.NoError(t, err)
		require.False(t, more)
		ids := []string{}
		for _, delivery := range deliveries {
			ids = append(ids, delivery.ID)
		}
		require.ElementsMatch(t, want, ids, "%+v", filter)
	}
}

// A client that polls the list must see every attempt after it has been made, also an attempt that was scheduled before
// the newest one that the client has seen.
func pollersSeeEveryAttemptThatWasMade(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.EventSessionCreated)
	first := f.delivery(t, f.session(t))
	scheduled := f.next(t, first)
	f.clock.Advance(time.Minute)
	newest := f.delivery(t, f.session(t))
	f.answered(t, newest, acknowledged)
	f.clock.Advance(time.Minute)
	unmade := f.delivery(t, f.session(t))
	f.clock.Advance(time.Minute)
	listed := func(page store.Page) (ids []string) {
		page.Limit = 10
		rows, _, err := f.EndpointDeliveries(t.Context(), f.org, endpoint.ID, store.DeliveryFilter{Made: true}, page)
		require.NoError(t, err)
		for _, row := range rows {
			ids = append(ids, row.ID)
		}
		return ids
	}
	require.Equal(t, []string{unmade.ID, newest.ID, first.ID}, listed(store.Page{}), "a first attempt is listed at once")
	f.answered(t, scheduled, acknowledged)
	f.clock.Advance(time.Minute)
	require.Equal(t, []string{scheduled.ID, unmade.ID}, listed(store.Page{EndingBefore: newest.ID}))
	require.Equal(t, []string{scheduled.ID, unmade.ID, newest.ID, first.ID}, listed(store.Page{}))
}

// waits returns the wait before the second attempt after an answer.
func waits(t *testing.T, f *fixture, s *store.Store, a store.Answer) time.Duration {
	t.Helper()
	outcome, err := s.RecordAnswer(t.Context(), f.delivery(t, f.session(t)), a, schedule)
	require.NoError(t, err)
	return outcome.NextDueAt.Sub(f.Now().Time)
}

func receiverMayAskForMoreTime(t *testing.T, f *fixture) {
	f.endpoint(t, models.EventSessionCreated)
	for asked, want := range map[time.Duration]time.Duration{
		0: 5 * time.Minute, time.Minute: 5 * time.Minute, 7 * time.Minute: 7 * time.Minute,
		10 * time.Minute: 10 * time.Minute, time.Hour: 10 * time.Minute,
	} {
		a := refused
		a.RetryAfter = asked
		require.Equal(t, want, waits(t, f, f.Store, a), asked)
	}
}

// Messages to workflows carry whole seconds. Rounding must not make the attempt earlier.
func scheduledAttemptIsDueAtAWholeSecond(t *testing.T, f *fixture) {
	f.endpoint(t, models.EventSessionCreated)
	f.clock.Advance(300 * time.Millisecond)
	require.Equal(t, 5*time.Minute+700*time.Millisecond, waits(t, f, f.Store, refused))
	f.clock.Advance(700 * time.Millisecond)
	require.Equal(t, 5*time.Minute, waits(t, f, f.Store, refused))
}

func jitterLengthensTheWait(t *testing.T, f *fixture) {
	f.endpoint(t, models.EventSessionCreated)
	o := options(f.url, f.clock.Now)
	o.Jitter = func() float64 { return 0.5 }
	s, err := store.Open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.Equal(t, 5*time.Minute+15*time.Second, waits(t, f, s, refused), "half of a tenth")
	overloaded := refused
	overloaded.RetryAfter = 10 * time.Minute
	require.Equal(t, 10*time.Minute, waits(t, f, s, overloaded), "never more than twice as long")
}

func (f *fixture) retried(t *testing.T, d models.Delivery) models.Delivery {
	t.Helper()
	next, err := f.Redeliver(t.Context(), f.org, actor, d.EndpointID, d.ID)
	require.NoError(t, err)
	return next
}

func retryTakesThePlaceOfTheScheduledAttempt(t *testing.T, f *fixture) {
	f.endpoint(t, models.EventSessionCreated)
	first := f.delivery(t, f.session(t))
	f.answered(t, first, refused)
	f.clock.Advance(time.Minute)
	next := f.retried(t, first)
	require.Equal(t, f.Now(), next.DueAt)
	require.Equal(t, first.EventID, next.EventID)
	all := f.deliveries(t, first.EndpointID)
	statuses := map[int]models.DeliveryStatus{}
	for _, d := range all {
		statuses[d.Attempt] = d.Status
		require.Nil(t, d.NextAttemptAt)
		require.Equal(t, d.ID == next.ID, d.Outstanding)
	}
	require.Equal(t, map[int]models.DeliveryStatus{
		1: models.DeliveryFailed, 2: models.DeliveryClosed, 3: models.DeliveryPending,
	}, statuses)
	require.Equal(t, []string{"webhook_delivery.retry"}, f.audited(t, f.org, first.ID))
	require.Equal(t, models.DeliverySucceeded, f.answered(t, next, acknowledged).Status)
}

func retryOfAGivenUpDeliveryIsOneMoreAttempt(t *testing.T, f *fixture) {
	f.endpoint(t, models.EventSessionCreated)
	last := f.delivery(t, f.session(t))
	for range schedule {
		last = f.next(t, last)
	}
	require.Nil(t, f.answered(t, last, refused).Next, "given up")
	again := f.retried(t, f.redelivery(t, last.EndpointID, last.ID))
	require.Equal(t, last.Attempt+1, again.Attempt)
	require.Nil(t, f.answered(t, again, refused).Next)
}

func racingRetriesLeaveOneSchedule(t *testing.T, f *fixture) {
	f.endpoint(t, models.EventSessionCreated)
	failed := f.delivery(t, f.session(t))
	f.answered(t, failed, refused)
	allOf(t, race(8, func(int) (models.Delivery, error) {
		return f.Redeliver(t.Context(), f.org, actor, failed.EndpointID, failed.ID)
	}))
	outstanding := 0
	for _, d := range f.deliveries(t, failed.EndpointID) {
		if d.Outstanding {
			outstanding++
			require.Equal(t, models.DeliveryPending, d.Status)
		}
	}
	require.Equal(t, 1, outstanding)
}

func retryIsRefused(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.EventSessionCreated)
	pending := f.delivery(t, f.session(t))
	refusal := func(org, endpoint, id string) error {
		_, err := f.Redeliver(t.Context(), org, actor, endpoint, id)
		return err
	}
	requireCode(t, models.CodeDeliveryNotFailed, refusal(f.org, pending.EndpointID, pending.ID))
	f.answered(t, pending, refused)
	requireCode(t, models.CodeResourceMissing, refusal(f.organization(t), pending.EndpointID, pending.ID))
	requireCode(t, models.CodeResourceMissing, refusal(f.org, f.endpoint(t, models.AllEvents).ID, pending.ID))
	requireCode(t, models.CodeResourceMissing, refusal(f.org, pending.EndpointID, "whd_unknown"))
	f.disable(t, endpoint)
	requireCode(t, models.CodeEndpointDisabled, refusal(f.org, pending.EndpointID, pending.ID))
}

func replayReachesCurrentSubscribers(t *testing.T, f *fixture) {
	had := f.endpoint(t, models.EventSessionCreated)
	d := f.delivery(t, f.session(t))
	f.answered(t, d, acknowledged)
	later, deaf := f.endpoint(t, models.AllEvents), f.endpoint(t, models.EventSessionFailed)
	disabled := f.endpoint(t, models.AllEvents)
	f.disable(t, disabled)
	for range 2 { // the second replaces the first
		f.clock.Advance(time.Second)
		replayed, err := f.Replay(t.Context(), f.org, actor, d.EventID)
		require.NoError(t, err)
		require.Len(t, replayed, 2)
		_, pending, err := f.Event(t.Context(), f.org, d.EventID)
		require.NoError(t, err)
		require.Equal(t, 2, pending)
	}
	statuses := func(e models.WebhookEndpoint) (all []models.DeliveryStatus) {
		for _, d := range f.deliveries(t, e.ID) {
			all = append(all, d.Status)
		}
		return all
	}
	require.Equal(
		t,
		[]models.DeliveryStatus{models.DeliveryPending, models.DeliveryClosed, models.DeliverySucceeded},
		statuses(had),
	)
	require.Equal(t, []models.DeliveryStatus{models.DeliveryPending, models.DeliveryClosed}, statuses(later))
	require.Empty(t, statuses(deaf))
	require.Empty(t, statuses(disabled))
	_, err := f.Replay(t.Context(), f.organization(t), actor, d.EventID)
	requireCode(t, models.CodeResourceMissing, err)
}

func testReachesOneEndpointOnce(t *testing.T, f *fixture) {
	e, other := f.endpoint(t, models.EventSessionFailed), f.endpoint(t, models.AllEvents)
	test, err := f.TestEndpoint(t.Context(), f.org, actor, e.ID)
	require.NoError(t, err)
	require.Equal(t, models.EventEndpointTest, test.EventType)
	require.Equal(t, f.Now(), test.DueAt)
	require.Empty(t, f.deliveries(t, other.ID))
	event, _, err := f.Event(t.Context(), f.org, test.EventID)
	require.NoError(t, err)
	require.JSONEq(t, `{"id":"`+e.ID+`","object":"webhook_endpoint"}`, event.Data)
	require.Nil(t, f.answered(t, test, refused).Next, "a test event is sent once")

	_, err = f.TestEndpoint(t.Context(), f.organization(t), actor, e.ID)
	requireCode(t, models.CodeResourceMissing, err)
	f.disable(t, e)
	_, err = f.TestEndpoint(t.Context(), f.org, actor, e.ID)
	requireCode(t, models.CodeEndpointDisabled, err)
}

func repeatedRetryAndTestReturnTheFirst(t *testing.T, f *fixture) {
	e := f.endpoint(t, models.EventSessionCreated)
	failed := f.delivery(t, f.session(t))
	f.answered(t, failed, refused)
	for key, do := range map[string]func(ctx context.Context) (models.Delivery, error){
		"retry": func(ctx context.Context) (models.Delivery, error) {
			return f.Redeliver(ctx, f.org, actor, e.ID, failed.ID)
		},
		"test": func(ctx context.Context) (models.Delivery, error) { return f.TestEndpoint(ctx, f.org, actor, e.ID) },
	} {
		ctx := f.reserved(t, key) // of a request that crashed after its commit
		first, err := do(ctx)
		require.NoError(t, err, key)
		before := len(f.deliveries(t, e.ID))
		again, err := do(ctx)
		require.NoError(t, err, key)
		require.Equal(t, first.ID, again.ID, key)
		require.Len(t, f.deliveries(t, e.ID), before, key)
	}
}
