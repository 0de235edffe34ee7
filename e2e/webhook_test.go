package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
)

func TestWebhooks(t *testing.T) {
	t.Parallel()
	schedule := func(c *config.Config) {
		c.WebhookRetrySchedule = []time.Duration{100 * time.Millisecond, 200 * time.Millisecond}
	}
	onEveryBackend(t, func(t *testing.T, s *stack) {
		for name, scenario := range map[string]func(t *testing.T, s *stack){
			"a failed delivery is tried again under the same event id": retriedUnderTheSameEventID,
			"retried by the merchant":                                  retriedByTheMerchant,
			"tested by the merchant":                                   testedByTheMerchant,
			"a delivery that always fails is given up and counted":     givenUpAndCounted,
			"a disabled endpoint is owed nothing":                      disabledIsOwedNothing,
			"a subscriber gets what it subscribed to":                  subscribersGetTheirEvents,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				scenario(t, s)
			})
		}
	}, schedule)
}

func retriedUnderTheSameEventID(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	hook := newReceiver(t)
	hook.answer(func(n int) int { return map[int]int{1: 500, 2: 302}[n] })
	endpoint := hook.subscribe(t, m.client, "verification_session.verified")
	m.create(t, body{"skip_verification": true})
	first := hook.next(t, "verification_session.verified")
	second := hook.next(t, "verification_session.verified")
	hook.answer(func(int) int { return http.StatusNoContent })
	third := hook.next(t, "verification_session.verified")
	require.Equal(t, first.id, second.id)
	require.Equal(t, first.id, third.id)
	require.Equal(t, first.body, third.body)
	require.NotEqual(t, first.delivery, second.delivery)
	acknowledged(t, m.client, first.id)

	attempts, _, err := s.app.Store().EndpointDeliveries(
		t.Context(),
		m.org,
		endpoint,
		store.DeliveryFilter{},
		store.Page{Limit: 10},
	)
	require.NoError(t, err)
	require.Len(t, attempts, 3, "a row per attempt")
	require.Equal(t, third.delivery, attempts[0].ID)
	require.Equal(t, 3, attempts[0].Attempt)
}

func testedByTheMerchant(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	hook := newReceiver(t)
	endpoint := hook.subscribe(t, m.client, "verification_session.verified")
	test := m.post(t, "/v1/webhook_endpoints/"+endpoint+"/test", nil).expect(t, 201)
	heard := hook.next(t, "webhook_endpoint.test")
	require.Equal(t, test.text("id"), heard.delivery)
	acknowledged(t, m.client, heard.id)
}

func retriedByTheMerchant(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	hook := newReceiver(t)
	hook.answer(func(int) int { return http.StatusInternalServerError })
	endpoint := hook.subscribe(t, m.client, "verification_session.verified")
	m.create(t, body{"skip_verification": true})
	var last delivered
	for range 3 {
		last = hook.next(t, "verification_session.verified")
	}
	failed := "/v1/webhook_endpoints/" + endpoint + "/deliveries?status=failed"
	testkit.Eventually(t, func() bool { return len(m.look(t, failed).list()) == 3 })
	hook.answer(func(int) int { return http.StatusOK })
	again := m.post(t, "/v1/webhook_endpoints/"+endpoint+"/deliveries/"+last.delivery+"/retry", nil).expect(t, 201)
	heard := hook.next(t, "verification_session.verified")
	require.Equal(t, last.id, heard.id, "the same event")
	require.Equal(t, again.text("id"), heard.delivery, "under an id of its own")
	acknowledged(t, m.client, heard.id)
	m.post(t, "/v1/events/"+heard.id+"/replay", nil).expect(t, 200)
	require.Equal(t, heard.id, hook.next(t, "verification_session.verified").id)
	acknowledged(t, m.client, heard.id)
}

func givenUpAndCounted(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	hook := newReceiver(t)
	hook.answer(func(int) int { return http.StatusInternalServerError })
	endpoint := hook.subscribe(t, m.client, "verification_session.verified")
	m.create(t, body{"skip_verification": true})
	var event string
	for range 3 {
		event = hook.next(t, "verification_session.verified").id
	}
	testkit.Eventually(t, func() bool {
		attempts, _, err := s.app.Store().EndpointDeliveries(
			t.Context(),
			m.org,
			endpoint,
			store.DeliveryFilter{},
			store.Page{Limit: 10},
		)
		return err == nil && len(attempts) == 3 && attempts[0].CompletedAt != nil && attempts[0].NextAttemptAt == nil
	})
	require.Equal(t, 1.0, m.get(t, "/v1/events/"+event).json["pending_webhooks"], "what was given up is a health signal")
	m.call(t, http.MethodDelete, "/v1/webhook_endpoints/"+endpoint, nil).expect(t, 200)
	require.Equal(t, 0.0, m.get(t, "/v1/events/"+event).json["pending_webhooks"])
}

func disabledIsOwedNothing(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	hook := newReceiver(t)
	endpoint := hook.subscribe(t, m.client)
	m.post(t, "/v1/webhook_endpoints/"+endpoint, body{"status": "disabled"}).expect(t, 200)
	v := m.create(t, body{"skip_verification": true})
	for _, event := range m.get(t, "/v1/events?session="+v.id).list() {
		require.Equal(t, 0.0, event["pending_webhooks"])
	}
	require.Empty(t, hook.arrived)
}

func subscribersGetTheirEvents(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	all, few := newReceiver(t), newReceiver(t)
	all.subscribe(t, m.client)
	few.subscribe(t, m.client, "verification_session.cancelled")
	v := m.create(t, nil)
	v.cancel(t).expect(t, 200)
	require.Equal(t, all.next(t, "verification_session.cancelled").id, few.next(t, "verification_session.cancelled").id)
	require.Empty(t, few.arrived)
}
