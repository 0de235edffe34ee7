package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var endpointScenarios = []scenario{
	endpointIsReadAsCreated,
	endpointSecretIsShownOnceAndSigns,
	repeatedCreateReturnsTheFirstEndpoint,
	endpointIsItsOrganizationsOwn,
	updateKeepsOtherFields,
	concurrentUpdatesAreNotLost,
	disablingClosesPendingDeliveries,
	disablingSparesOtherEndpoints,
	enabledAgainEndpointReceivesOnlyNewEvents,
	deletedEndpointIsGone,
	deletingClosesPendingDeliveries,
	pastDeliveriesOutliveTheirEndpoint,
	changesOfEndpointsAreAudited,
	rotationCutsOverAtOnce,
	rotationWithAnOverlapKeepsTheOldSecret,
	overlapIsFinishedEarly,
	rotationWithinAnOverlapIsRefused,
	rotationWithoutAnOverlapEndsAllOlderSecrets,
	racingRotationsHaveOneWinner,
	repeatedRotationReturnsTheFirstSecret,
	endpointsHaveALimit,
	racingCreationsDoNotPassTheLimit,
}

func endpointIsReadAsCreated(t *testing.T, f *fixture) {
	e := newEndpoint(f.org, models.EventSessionVerified)
	e.Description = ptr("production")
	created, _, err := f.CreateEndpoint(t.Context(), actor, e, 0)
	require.NoError(t, err)

	want := e
	want.ID, want.SecretSealed, want.Created, want.Updated = created.ID, created.SecretSealed, f.Now(), f.Now()
	require.Equal(t, want, created)
	require.True(t, models.PrefixEndpoint.HasPrefix(created.ID))
	read, err := f.Endpoint(t.Context(), f.org, created.ID)
	require.NoError(t, err)
	require.Equal(t, created, read)
}

func endpointSecretIsShownOnceAndSigns(t *testing.T, f *fixture) {
	created, secret, err := f.CreateEndpoint(t.Context(), actor, newEndpoint(f.org, models.AllEvents), 0)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(secret, models.WebhookSecretPrefix))
	require.NotContains(t, created.SecretSealed, secret)

	dispatch, err := f.Dispatch(t.Context(), f.org, f.delivery(t, f.session(t)).ID)
	require.NoError(t, err)
	require.Equal(t, secret, dispatch.Secret)
	require.NotContains(t, f.dump(t), secret)
}

func repeatedCreateReturnsTheFirstEndpoint(t *testing.T, f *fixture) {
	ctx := f.reserved(t, "create")
	first, secret, err := f.CreateEndpoint(ctx, actor, newEndpoint(f.org, models.AllEvents), 0)
	require.NoError(t, err)
	f.clock.Advance(time.Second)
	again, secretAgain, err := f.CreateEndpoint(ctx, actor, newEndpoint(f.org, models.AllEvents), 0)
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, secret, secretAgain)
	require.Equal(t, []string{"webhook_endpoint.create"}, f.audited(t, f.org, first.ID))
}

func endpointIsItsOrganizationsOwn(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	for _, at := range []struct{ org, id string }{{f.foreign, endpoint.ID}, {f.org, "we_unknown"}} {
		f.requireNoEndpoint(t, at.org, at.id)
	}
	listed, more, err := f.Endpoints(t.Context(), f.org, store.Page{Limit: 10})
	require.NoError(t, err)
	require.False(t, more)
	require.Equal(t, []models.WebhookEndpoint{endpoint}, listed)
}

// requireNoEndpoint checks every read of the endpoint.
func (f *fixture) requireNoEndpoint(t *testing.T, org, id string) {
	t.Helper()
	_, err := f.Endpoint(t.Context(), org, id)
	require.Equal(t, models.Missing("webhook_endpoint", id), err)
	_, err = f.UpdateEndpoint(t.Context(), org, actor, id, setDisabled)
	requireCode(t, models.CodeResourceMissing, err)
	requireCode(t, models.CodeResourceMissing, f.DeleteEndpoint(t.Context(), org, actor, id))
	listed, _, err := f.Endpoints(t.Context(), org, store.Page{Limit: 10})
	require.NoError(t, err)
	for _, endpoint := range listed {
		require.NotEqual(t, id, endpoint.ID)
	}
}

func updateKeepsOtherFields(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	f.clock.Advance(time.Minute)
	updated, err := f.UpdateEndpoint(t.Context(), f.org, actor, endpoint.ID, func(e *models.WebhookEndpoint) error {
		e.URL = "https://merchant.example/new"
		e.EnabledEvents = models.AsJSON([]models.EventType{models.EventSessionFailed})
		return nil
	})
	require.NoError(t, err)

	want := endpoint
	want.URL, want.Updated = "https://merchant.example/new", f.Now()
	want.EnabledEvents = models.AsJSON([]models.EventType{models.EventSessionFailed})
	require.Equal(t, want, updated)
	read, err := f.Endpoint(t.Context(), f.org, endpoint.ID)
	require.NoError(t, err)
	require.Equal(t, want, read)
}

func concurrentUpdatesAreNotLost(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	allOf(t, race(8, func(int) (models.WebhookEndpoint, error) {
		return f.UpdateEndpoint(t.Context(), f.org, actor, endpoint.ID, func(e *models.WebhookEndpoint) error {
			e.URL += "/x"
			return nil
		})
	}))
	read, err := f.Endpoint(t.Context(), f.org, endpoint.ID)
	require.NoError(t, err)
	require.Equal(t, endpoint.URL+strings.Repeat("/x", 8), read.URL)
}

func disablingClosesPendingDeliveries(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	first := f.delivery(t, f.session(t))
	second := f.next(t, first)
	failed := f.redelivery(t, endpoint.ID, first.ID)
	f.clock.Advance(time.Second)
	f.disable(t, endpoint)

	closed := f.redelivery(t, endpoint.ID, second.ID)
	want := second
	want.Status, want.Outstanding, want.CompletedAt = models.DeliveryClosed, false, ptr(f.Now())
	require.Equal(t, want, closed)
	require.Equal(t, failed, f.redelivery(t, endpoint.ID, first.ID), "a failed delivery is not changed")
	require.Zero(t, f.pending(t, first.EventID))
}

func disablingSparesOtherEndpoints(t *testing.T, f *fixture) {
	endpoint, other := f.endpoint(t, models.AllEvents), f.endpoint(t, models.AllEvents)
	f.session(t)
	f.disable(t, endpoint)
	deliveries := f.deliveries(t, other.ID)
	require.Len(t, deliveries, 1)
	require.Equal(t, models.DeliveryPending, deliveries[0].Status)
	require.Equal(t, 1, f.pending(t, deliveries[0].EventID))
}

func enabledAgainEndpointReceivesOnlyNewEvents(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	before := f.delivery(t, f.session(t))
	f.disable(t, endpoint)
	f.session(t)
	_, err := f.UpdateEndpoint(t.Context(), f.org, actor, endpoint.ID, func(e *models.WebhookEndpoint) error {
		e.Status = models.EndpointEnabled
		return nil
	})
	require.NoError(t, err)
	after := f.delivery(t, f.session(t))

	require.Len(t, f.deliveries(t, endpoint.ID), 2)
	require.Equal(t, models.DeliveryClosed, f.redelivery(t, endpoint.ID, before.ID).Status)
	require.Equal(t, models.DeliveryPending, f.redelivery(t, endpoint.ID, after.ID).Status)
}

func deletedEndpointIsGone(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	require.NoError(t, f.DeleteEndpoint(t.Context(), f.org, actor, endpoint.ID))
	f.requireNoEndpoint(t, f.org, endpoint.ID)
	f.session(t)
	require.Empty(t, f.deliveries(t, endpoint.ID))
}

func deletingClosesPendingDeliveries(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	delivery := f.delivery(t, f.session(t))
	require.NoError(t, f.DeleteEndpoint(t.Context(), f.org, actor, endpoint.ID))
	require.Zero(t, f.pending(t, delivery.EventID))

	dispatch, err := f.Dispatch(t.Context(), f.org, delivery.ID)
	require.NoError(t, err)
	require.Equal(t, models.DeliveryClosed, dispatch.Delivery.Status)
	require.Empty(t, dispatch.Secret)
}

func pastDeliveriesOutliveTheirEndpoint(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	delivery := f.delivery(t, f.session(t))
	f.answered(t, delivery, acknowledged)
	require.NoError(t, f.DeleteEndpoint(t.Context(), f.org, actor, endpoint.ID))
	require.Equal(t, models.DeliverySucceeded, f.redelivery(t, endpoint.ID, delivery.ID).Status)
}

func changesOfEndpointsAreAudited(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	f.disable(t, endpoint)
	require.NoError(t, f.DeleteEndpoint(t.Context(), f.org, actor, endpoint.ID))
	require.ElementsMatch(t,
		[]string{"webhook_endpoint.create", "webhook_endpoint.update", "webhook_endpoint.delete"},
		f.audited(t, f.org, endpoint.ID))
}

// signs returns the secrets that sign a delivery to the endpoint now: for Stile-Signature, and the next one.
func (f *fixture) signs(t *testing.T, e models.WebhookEndpoint) [2]string {
	t.Helper()
	session := f.session(t)
	deliveries, _, err := f.EndpointDeliveries(t.Context(), f.org, e.ID, store.DeliveryFilter{}, store.Page{Limit: 100})
	require.NoError(t, err)
	for _, d := range deliveries {
		if *d.SessionID == session.ID {
			dispatch, err := f.Dispatch(t.Context(), f.org, d.ID)
			require.NoError(t, err)
			return [2]string{dispatch.Secret, dispatch.NextSecret}
		}
	}
	t.Fatal("no delivery")
	return [2]string{}
}

func (f *fixture) rotated(t *testing.T, e models.WebhookEndpoint, overlap time.Duration) string {
	t.Helper()
	_, secret, err := f.RotateEndpointSecret(t.Context(), f.org, actor, e.ID, overlap)
	require.NoError(t, err)
	return secret
}

func rotationCutsOverAtOnce(t *testing.T, f *fixture) {
	e, old, err := f.CreateEndpoint(t.Context(), actor, newEndpoint(f.org, models.AllEvents), 0)
	require.NoError(t, err)
	require.Equal(t, [2]string{old, ""}, f.signs(t, e))
	secret := f.rotated(t, e, 0)
	require.Equal(t, [2]string{secret, ""}, f.signs(t, e))
	require.Contains(t, f.audited(t, f.org, e.ID), "webhook_endpoint.rotate_secret")
	_, _, err = f.RotateEndpointSecret(t.Context(), f.organization(t), actor, e.ID, 0)
	requireCode(t, models.CodeResourceMissing, err)
	require.NotContains(t, f.dump(t), secret)
}

func rotationWithAnOverlapKeepsTheOldSecret(t *testing.T, f *fixture) {
	e, old, err := f.CreateEndpoint(t.Context(), actor, newEndpoint(f.org, models.AllEvents), 0)
	require.NoError(t, err)
	secret := f.rotated(t, e, time.Hour)
	f.clock.Advance(time.Hour - time.Microsecond)
	require.Equal(t, [2]string{old, secret}, f.signs(t, e))
	f.clock.Advance(time.Microsecond)
	require.Equal(t, [2]string{secret, ""}, f.signs(t, e))
	f.clock.Advance(-10 * time.Minute)
	require.Equal(t, [2]string{secret, ""}, f.signs(t, e), "a clock that is set back revives no secret")
	require.NotContains(t, f.dump(t), old)
}

func overlapIsFinishedEarly(t *testing.T, f *fixture) {
	e, _, err := f.CreateEndpoint(t.Context(), actor, newEndpoint(f.org, models.AllEvents), 0)
	require.NoError(t, err)
	secret := f.rotated(t, e, time.Hour)
	for range 2 {
		finished, err := f.FinishRotation(t.Context(), f.org, actor, e.ID)
		require.NoError(t, err)
		require.Nil(t, finished.OverlapUntil)
		require.Equal(t, [2]string{secret, ""}, f.signs(t, e))
	}
	_, err = f.FinishRotation(t.Context(), f.organization(t), actor, e.ID)
	requireCode(t, models.CodeResourceMissing, err)
}

func rotationWithinAnOverlapIsRefused(t *testing.T, f *fixture) {
	e, old, err := f.CreateEndpoint(t.Context(), actor, newEndpoint(f.org, models.AllEvents), 0)
	require.NoError(t, err)
	first := f.rotated(t, e, time.Hour)
	_, _, err = f.RotateEndpointSecret(t.Context(), f.org, actor, e.ID, time.Hour)
	requireCode(t, models.CodeRotationInProgress, err)
	require.Equal(t, [2]string{old, first}, f.signs(t, e), "the refused rotation changed nothing")

	f.clock.Advance(time.Hour) // the overlap is over
	second := f.rotated(t, e, time.Hour)
	require.Equal(t, [2]string{first, second}, f.signs(t, e))
	_, err = f.FinishRotation(t.Context(), f.org, actor, e.ID)
	require.NoError(t, err)
	third := f.rotated(t, e, time.Hour)
	require.Equal(t, [2]string{second, third}, f.signs(t, e))
}

func rotationWithoutAnOverlapEndsAllOlderSecrets(t *testing.T, f *fixture) {
	e := f.endpoint(t, models.AllEvents)
	f.rotated(t, e, time.Hour)
	secret := f.rotated(t, e, 0) // after a leak the old secret must stop at once
	require.Equal(t, [2]string{secret, ""}, f.signs(t, e))
}

func racingRotationsHaveOneWinner(t *testing.T, f *fixture) {
	e, old, err := f.CreateEndpoint(t.Context(), actor, newEndpoint(f.org, models.AllEvents), 0)
	require.NoError(t, err)
	won := winners(t, race(6, func(int) (string, error) {
		_, secret, err := f.RotateEndpointSecret(t.Context(), f.org, actor, e.ID, time.Hour)
		return secret, err
	}), models.CodeRotationInProgress)
	require.Len(t, won, 1)
	require.Equal(t, [2]string{old, won[0]}, f.signs(t, e))
}

// A client that got no answer repeats its request. It must get the secret of the first request, and no error.
func repeatedRotationReturnsTheFirstSecret(t *testing.T, f *fixture) {
	e := f.endpoint(t, models.AllEvents)
	for _, overlap := range []time.Duration{0, time.Hour} {
		ctx := f.reserved(t, overlap.String())
		first, secret, err := f.RotateEndpointSecret(ctx, f.org, actor, e.ID, overlap)
		require.NoError(t, err)
		signs, audited := f.signs(t, e), f.audited(t, f.org, e.ID)
		again, secretAgain, err := f.RotateEndpointSecret(ctx, f.org, actor, e.ID, overlap)
		require.NoError(t, err)
		require.Equal(t, first, again)
		require.Equal(t, secret, secretAgain)
		require.Equal(t, signs, f.signs(t, e))
		require.Equal(t, audited, f.audited(t, f.org, e.ID))
	}
}

func endpointsHaveALimit(t *testing.T, f *fixture) {
	const most = 2
	create := func(ctx context.Context, org string) (models.WebhookEndpoint, error) {
		e, _, err := f.CreateEndpoint(ctx, actor, newEndpoint(org, models.AllEvents), most)
		return e, err
	}
	_, err := create(t.Context(), f.org)
	require.NoError(t, err)
	ctx := f.reserved(t, "last")
	last, err := create(ctx, f.org)
	require.NoError(t, err)
	f.disable(t, last)
	_, err = create(t.Context(), f.org)
	requireCode(t, models.CodeEndpointLimit, err)
	again, err := create(ctx, f.org)
	require.NoError(t, err, "a repeat is not one more")
	require.Equal(t, last.ID, again.ID)
	_, err = create(t.Context(), f.foreign)
	require.NoError(t, err)
	listed, _, err := f.Endpoints(t.Context(), f.org, store.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, listed, most)

	require.NoError(t, f.DeleteEndpoint(t.Context(), f.org, actor, last.ID))
	_, err = create(t.Context(), f.org)
	require.NoError(t, err)
	_, _, err = f.CreateEndpoint(t.Context(), actor, newEndpoint(f.org, models.AllEvents), 1)
	requireCode(t, models.CodeEndpointLimit, err) // existing endpoints above the limit are kept
}

func racingCreationsDoNotPassTheLimit(t *testing.T, f *fixture) {
	const most = 3
	replicas := []*store.Store{f.Store, f.replica(t)}
	made := winners(t, race(8, func(i int) (string, error) {
		e, _, err := replicas[i%2].CreateEndpoint(t.Context(), actor, newEndpoint(f.org, models.AllEvents), most)
		return e.ID, err
	}), models.CodeEndpointLimit)
	require.Len(t, made, most)
}
