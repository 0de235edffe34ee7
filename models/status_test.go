package models_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
)

func TestEveryStatusIsOpenOrTerminal(t *testing.T) {
	t.Parallel()
	for name, terminal := range map[string]bool{
		"created": false, "pending": false, "processing": false, "requires_input": false,
		"verified": true, "failed": true, "cancelled": true, "expired": true,
	} {
		status, ok := models.ParseSessionStatus(name)
		require.True(t, ok, name)
		require.Equal(t, terminal, status.Terminal(), name)
		require.NotEqual(t, terminal, slices.Contains(models.OpenStatuses, status), name)
	}
	for _, unknown := range []string{"", "Created", "canceled", "*"} {
		_, ok := models.ParseSessionStatus(unknown)
		require.False(t, ok, unknown)
	}
}

func TestOfTheOpenStatusesProcessingAloneCannotBeCancelled(t *testing.T) {
	t.Parallel()
	for _, status := range models.OpenStatuses {
		require.Equal(t, status != models.StatusProcessing, slices.Contains(models.CancellableStatuses, status), status)
	}
	require.Len(t, models.CancellableStatuses, len(models.OpenStatuses)-1)
}

func TestStatusFiresTheEventOfItsName(t *testing.T) {
	t.Parallel()
	for _, status := range []models.SessionStatus{
		models.StatusCreated, models.StatusVerified, models.StatusFailed, models.StatusCancelled, models.StatusExpired,
	} {
		event, fires := models.EventFor(status)
		require.True(t, fires)
		require.Equal(t, "verification_session."+string(status), string(event))
		require.Contains(t, models.EventTypes(), event)
	}
	for _, status := range []models.SessionStatus{
		models.StatusPending, models.StatusProcessing, models.StatusRequiresInput, "unknown",
	} {
		_, fires := models.EventFor(status)
		require.False(t, fires, status)
	}
}

func TestEndpointReceivesItsSubscribedEvents(t *testing.T) {
	t.Parallel()
	endpoint := func(subscribed ...models.EventType) models.WebhookEndpoint {
		return models.WebhookEndpoint{Status: models.EndpointEnabled, EnabledEvents: models.AsJSON(subscribed)}
	}
	disabled, deleted := endpoint(models.AllEvents), endpoint(models.AllEvents)
	disabled.Status, deleted.Deleted = models.EndpointDisabled, true
	for _, c := range []struct {
		why      string
		endpoint models.WebhookEndpoint
		want     bool
	}{
		{"everything", endpoint(models.AllEvents), true},
		{"this among others", endpoint(models.EventSessionFailed, models.EventSessionVerified), true},
		{"others alone", endpoint(models.EventSessionFailed), false},
		{"nothing", endpoint(), false},
		{"everything, disabled", disabled, false},
		{"everything, deleted", deleted, false},
	} {
		require.Equal(t, c.want, c.endpoint.Subscribes(models.EventSessionVerified), c.why)
	}
}

func TestKeyIsValidUntilItsEnd(t *testing.T) {
	t.Parallel()
	end := time.Unix(1000, 0)
	revoked := models.APIKey{RevokedAt: models.AtPtr(end)}
	require.True(t, models.APIKey{}.ValidAt(end))
	require.True(t, revoked.ValidAt(end.Add(-time.Microsecond)))
	require.False(t, revoked.ValidAt(end))
	require.False(t, revoked.ValidAt(end.Add(time.Hour)))
}

func TestKeyKindsHaveTheirPrefix(t *testing.T) {
	t.Parallel()
	require.Equal(t, "stile_sk_", models.SecretKey.Prefix())
	require.Equal(t, "stile_pk_", models.PublishableKey.Prefix())
}

func TestDeliveryIsNamedInFull(t *testing.T) {
	t.Parallel()
	delivery := models.Delivery{
		ID: "whd_1", OrgID: "org_1", EndpointID: "we_1", EventID: "evt_1", EventType: models.EventSessionFailed, Attempt: 2,
	}
	require.Equal(t, models.DeliveryRef{
		OrgID: "org_1", DeliveryID: "whd_1", EventID: "evt_1", EndpointID: "we_1",
		EventType: "verification_session.failed",
	}, delivery.Ref())
}
