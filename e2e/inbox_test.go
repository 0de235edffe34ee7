package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
)

// inbox holds the deliveries to one endpoint of a merchant. Every request has a valid signature.
type inbox struct {
	*receiver
	merchant merchant
	endpoint string
	// eventOf is the event of each Stile-Webhook-Id.
	eventOf map[string]string
	heard   map[string]heard
}

// heard is the time of an event's first delivery, and the number of its deliveries.
type heard struct {
	at    time.Time
	times int
}

// subscribed returns the inbox of an endpoint that receives all events.
func subscribed(t *testing.T, m merchant) *inbox {
	t.Helper()
	hook := newReceiver(t)
	return &inbox{
		receiver: hook, merchant: m, endpoint: hook.subscribe(t, m.client),
		eventOf: map[string]string{}, heard: map[string]heard{},
	}
}

// take verifies a request and stores it.
func (i *inbox) take(t *testing.T, d delivered) {
	t.Helper()
	i.check(t, d)
	if before, repeated := i.eventOf[d.delivery]; repeated {
		require.Equal(t, before, d.id, "a repeat brings the same event")
	}
	i.eventOf[d.delivery] = d.id
	h, known := i.heard[d.id]
	if !known {
		h.at = d.at
	}
	h.times++
	i.heard[d.id] = h
}

// repeats counts the requests for a row after its first.
func (i *inbox) repeats() int {
	requests := 0
	for _, h := range i.heard {
		requests += h.times
	}
	return requests - len(i.eventOf)
}

// drain takes the requests that have arrived by now.
func (i *inbox) drain(t *testing.T) {
	t.Helper()
	for {
		select {
		case d := <-i.arrived:
			i.take(t, d)
		default:
			return
		}
	}
}

// attempts returns the rows of the endpoint, by event and in order.
func (i *inbox) attempts(t *testing.T) map[string][]map[string]any {
	t.Helper()
	attempts := map[string][]map[string]any{}
	for _, row := range i.merchant.all(t, "/v1/webhook_endpoints/"+i.endpoint+"/deliveries") {
		event, _ := row["event_id"].(string)
		attempts[event] = append([]map[string]any{row}, attempts[event]...) // the list is newest first
	}
	return attempts
}

// settle waits until no attempt is pending.
func (i *inbox) settle(t *testing.T) {
	t.Helper()
	pending := "/v1/webhook_endpoints/" + i.endpoint + "/deliveries?status=pending&limit=1"
	testkit.Eventually(t, func() bool {
		return len(i.merchant.look(t, pending).expect(t, 200).list()) == 0
	})
	i.drain(t)
}

// reconcile compares the received deliveries with Stile's rows: none is missing, invented or pending. It also requires
// that exactly these sessions exist, all verified.
func (i *inbox) reconcile(t *testing.T, sessions []string) {
	t.Helper()
	events, attempts := i.merchant.all(t, "/v1/events"), i.attempts(t)
	i.verified(t, sessions, events)
	require.Len(t, attempts, len(events))
	rows := map[string]string{}
	for _, event := range events {
		id, _ := event["id"].(string)
		require.Contains(t, i.heard, id, "was never received")
		require.Equal(t, 0.0, event["pending_webhooks"], id)
		for n, row := range attempts[id] {
			delivery, _ := row["id"].(string)
			require.NotContains(t, rows, delivery)
			rows[delivery] = id
			require.Equal(t, float64(n+1), row["attempt"], "attempts at %s are numbered without a gap: %v", id, attempts[id])
			status := "failed"
			if n == len(attempts[id])-1 {
				status = "succeeded"
			}
			require.Equal(t, status, row["status"], "one attempt at %s succeeds, the last: %v", id, attempts[id])
			if row["response_status"] != nil {
				require.Equal(t, id, i.eventOf[delivery], "what was answered was received")
			}
		}
	}
	for delivery, event := range i.eventOf {
		require.Equal(t, event, rows[delivery], "what was received under %s has its row", delivery)
	}
}

// verified requires that exactly these sessions exist, all verified, and that each fired its two events once.
func (i *inbox) verified(t *testing.T, sessions []string, events []map[string]any) {
	t.Helper()
	var verified []string
	for _, session := range i.merchant.all(t, "/v1/verification_sessions") {
		require.Equal(t, "verified", session["status"], session["id"])
		id, _ := session["id"].(string)
		verified = append(verified, id)
	}
	require.ElementsMatch(t, sessions, verified)
	fired := map[string][]any{}
	for _, event := range events {
		data, _ := event["data"].(map[string]any)
		id, _ := data["id"].(string)
		fired[id] = append(fired[id], event["type"])
	}
	require.Len(t, fired, len(sessions))
	for _, id := range sessions {
		require.ElementsMatch(t, []any{"verification_session.created", "verification_session.verified"}, fired[id])
	}
}

// all reads a list to its end.
func (m merchant) all(t *testing.T, path string) []map[string]any {
	t.Helper()
	var items []map[string]any
	for after := ""; ; {
		page := m.look(t, path+"?limit=100"+after).expect(t, 200)
		items = append(items, page.list()...)
		if more, _ := page.json["has_more"].(bool); !more {
			return items
		}
		last, _ := items[len(items)-1]["id"].(string)
		after = "&starting_after=" + last
	}
}
