package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// hook creates an endpoint that receives all events.
func (e *env) hook(of tenant) (path string) {
	e.t.Helper()
	created := e.isOK(e.do("POST", pathEndpoints, of.secret,
		obj{"url": "https://shop.example/hook?token=1", "enabled_events": []string{"*"}}), 201)
	return pathEndpoints + "/" + created.object["id"].(string)
}

// deliveries returns the list of an endpoint's deliveries.
func (e *env) deliveries(hook, query string) []any {
	e.t.Helper()
	return e.isOK(e.do("GET", hook+"/deliveries"+query, e.sandbox.secret, nil), 200).object["data"].([]any)
}

// answered records the receiver's answer to the newest pending attempt, as a worker would.
func (e *env) answered(hook string, answer store.Answer) (sent models.Sent) {
	e.t.Helper()
	shown := e.deliveries(hook, "?status=pending&limit=1")[0]
	dispatch, err := e.store.Dispatch(e.t.Context(), e.sandbox.org.ID, in(shown, "id").(string))
	require.NoError(e.t, err)
	sent = models.Sent{
		At: e.store.Now(), URL: dispatch.Endpoint.URL, Headers: map[string]string{
			"Content-Type": "application/json", "User-Agent": "Stile/1.0", "Stile-Webhook-Id": dispatch.Delivery.ID,
			"Stile-Signature": "t=1741564800,v1=abc123",
		},
	}
	answer.Sent = &sent
	_, err = e.store.RecordAnswer(e.t.Context(), dispatch.Delivery, answer, []time.Duration{5 * time.Minute})
	require.NoError(e.t, err)
	return sent
}

func ptr[T any](v T) *T { return &v }

func TestDeliveryLife(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	hook := e.hook(e.sandbox)
	s := e.attest()
	event := in(e.isOK(e.do("GET", "/v1/events", e.sandbox.secret, nil), 200).object, "data", 0).(obj)

	pending := e.deliveries(hook, "")[0].(obj)
	want := obj{
		"id": pending["id"], "object": "webhook_delivery", "endpoint_id": hook[len(pathEndpoints)+1:],
		"event_id": event["id"], "event_type": "verification_session.created", "attempt": 1.0, "status": "pending",
		"response_status": nil, "error": nil, "duration_ms": nil, "next_attempt_at": nil, "created": pending["created"],
	}
	require.Equal(t, want, pending)
	path := hook + "/deliveries/" + pending["id"].(string)
	want["request"], want["response"] = nil, nil
	require.Equal(t, want, e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200).object)

	sent := e.answered(hook, store.Answer{
		ResponseStatus: ptr(500), Body: `out of "<stock>" & é`, Duration: 12 * time.Millisecond,
	})
	e.isOK(e.do("PATCH", hook, e.sandbox.secret, obj{"url": "https://shop.example/moved"}), 200)
	failed := e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200).object
	require.Equal(t, "failed", failed["status"])
	require.InDelta(t, 500, failed["response_status"], 0)
	require.InDelta(t, 12, failed["duration_ms"], 0)
	require.InDelta(t, e.clock.Now().Add(5*time.Minute).Unix(), failed["next_attempt_at"], 0)
	require.Equal(t, obj{"status": 500.0, "body": `out of "<stock>" & é`}, failed["response"])
	request := failed["request"].(obj)
	require.Len(t, request, 3)
	require.Equal(t, "https://shop.example/hook?token=1", request["url"], "as it was then")
	require.Equal(t, obj{
		"Content-Type": "application/json", "User-Agent": "Stile/1.0", "Stile-Webhook-Id": pending["id"],
		"Stile-Signature": sent.Headers["Stile-Signature"],
	}, request["headers"])
	var body obj
	require.NoError(t, json.Unmarshal([]byte(request["body"].(string)), &body))
	delete(event, "pending_webhooks")
	require.Equal(t, event, body)
	require.Equal(t, s.id, in(body, "data", "id"))

	again := e.deliveries(hook, "?status=pending")
	require.Len(t, again, 1)
	require.InDelta(t, 2, in(again[0], "attempt"), 0)
	require.Equal(t, event["id"], in(again[0], "event_id"))
	made := e.deliveries(hook, "")
	require.Equal(t, failed["id"], in(made[0], "id"), "the next attempt is listed once it has been made")
	for _, listed := range made {
		require.NotContains(t, listed, "request")
		require.NotContains(t, listed, "response")
	}
	require.NotContains(t, e.log.String(), "stock")
}

func TestTestEventsCanBeFilteredFor(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	hook := e.hook(e.sandbox)
	e.attest()
	test := e.isOK(e.do("POST", hook+"/test", e.sandbox.secret, nil), 201).object

	deliveries := e.deliveries(hook, "?event_type=webhook_endpoint.test")
	require.Len(t, deliveries, 1)
	require.Equal(t, test["id"], in(deliveries[0], "id"))
	list := e.isOK(e.do("GET", "/v1/events?type=webhook_endpoint.test", e.sandbox.secret, nil), 200).object
	events := list["data"].([]any)
	require.Len(t, events, 1)
	require.Equal(t, test["event_id"], in(events[0], "id"))
}

func TestDeliveryWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	hook := e.hook(e.sandbox)
	e.attest()
	path := hook + "/deliveries/" + in(e.deliveries(hook, ""), 0, "id").(string)
	e.answered(hook, store.Answer{Error: ptr("connection: dial failed"), Duration: time.Second})

	failed := e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200).object
	require.Equal(t, "connection: dial failed", failed["error"])
	require.Nil(t, failed["response"])
	require.Nil(t, failed["response_status"])
	require.NotNil(t, failed["request"])
}

func TestDeliveriesAreFilteredAndPaged(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	hook, other := e.hook(e.sandbox), e.hook(e.sandbox)
	workflow := e.workflow(e.sandbox, simple("self_attestation"))
	for range 21 {
		e.create(e.sandbox, workflow)
		e.answered(hook, store.Answer{Acknowledged: true, ResponseStatus: ptr(204)})
		e.clock.Advance(5 * time.Second)
	}
	cancelled := e.create(e.sandbox, workflow)
	e.clock.Advance(5 * time.Second)
	e.isOK(e.do("POST", pathSessions+"/"+cancelled.id+"/cancel", e.sandbox.secret, nil), 200)
	e.clock.Advance(5 * time.Second) // a list read backwards leaves out the youngest rows

	first := e.isOK(e.do("GET", hook+"/deliveries", e.sandbox.secret, nil), 200).object
	require.Len(t, first["data"], 20)
	require.Equal(t, true, first["has_more"])
	require.Equal(t, "verification_session.cancelled", in(first, "data", 0, "event_type"), "newest first")
	last := in(first, "data", 19, "id").(string)
	require.Len(t, e.deliveries(hook, "?starting_after="+last), 3)
	require.Len(t, e.deliveries(hook, "?ending_before="+last), 19)
	require.Len(t, e.deliveries(hook, "?limit=100"), 23)

	for query, want := range map[string]int{
		"status=pending": 2, "status=succeeded": 21, "status=failed": 0, "status=closed": 0,
		"event_type=verification_session.created": 22, "event_type=verification_session.cancelled": 1,
		"event_type=verification_session.verified":                   0,
		"event_type=verification_session.created&status=pending":     1,
		"event_type=verification_session.cancelled&status=succeeded": 0,
	} {
		require.Len(t, e.deliveries(hook, "?limit=100&"+query), want, query)
	}
	for query, param := range map[string]string{
		"status=delivered": "status", "event_type=session.created": "event_type", "event_type=*": "event_type",
		"type=verification_session.created": "type", "limit=0": "limit", "limit=101": "limit",
		"created[gte]=1": "created[gte]", "starting_after=whd_unknown": "starting_after",
		"starting_after=" + in(e.deliveries(other, ""), 0, "id").(string): "starting_after",
	} {
		e.isError(e.do("GET", hook+"/deliveries?"+query, e.sandbox.secret, nil), 400, "parameter_invalid", param)
	}
	e.isError(
		e.do("GET", hook+"/deliveries/"+last+"?expand=results", e.sandbox.secret, nil),
		400,
		"parameter_invalid",
		"expand",
	)

	e.isOK(e.do("PATCH", hook, e.sandbox.secret, obj{"status": "disabled"}), 200)
	require.Len(t, e.deliveries(hook, "?status=closed"), 2)
}

func TestForeignDeliveriesAreMissing(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	mine, other, theirs := e.hook(e.sandbox), e.hook(e.sandbox), e.hook(e.stranger)
	e.attest()
	id := in(e.deliveries(mine, ""), 0, "id").(string)
	for _, c := range []struct{ path, secret string }{
		{mine + "/deliveries", e.stranger.secret},
		{mine + "/deliveries/" + id, e.stranger.secret},
		{theirs + "/deliveries/" + id, e.stranger.secret},
		{theirs + "/deliveries/" + id, e.sandbox.secret},
		{other + "/deliveries/" + id, e.sandbox.secret},
		{mine + "/deliveries/whd_unknown", e.sandbox.secret},
		{mine + "/deliveries/%00%ff", e.sandbox.secret},
		{pathEndpoints + "/we_unknown/deliveries", e.sandbox.secret},
		{pathEndpoints + "/we_unknown/deliveries/" + id, e.sandbox.secret},
	} {
		e.isError(e.do("GET", c.path, c.secret, nil), 404, "resource_missing", "id")
	}
	e.isOK(e.do("DELETE", mine, e.sandbox.secret, nil), 200)
	for _, path := range []string{mine + "/deliveries", mine + "/deliveries/" + id} {
		e.isError(e.do("GET", path, e.sandbox.secret, nil), 404, "resource_missing", "id")
	}
}

func TestFailedDeliveryIsRetried(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	hook := pathEndpoints + "/" + e.isOK(e.do("POST", pathEndpoints, e.sandbox.secret,
		obj{"url": "https://shop.example/hook", "enabled_events": []string{"*"}}), 201).object["id"].(string)
	e.create(e.sandbox, e.workflow(e.sandbox, simple("self_attestation")))
	first := e.deliveries(hook, "")[0].(obj)
	retry := hook + "/deliveries/" + first["id"].(string) + "/retry"
	e.isError(e.do("POST", retry, e.sandbox.secret, nil), 409, "delivery_not_failed")
	e.answered(hook, store.Answer{ResponseStatus: ptr(500)})

	next := e.isOK(e.do("POST", retry, e.sandbox.secret, nil), 201).object
	require.NotEqual(t, first["id"], next["id"])
	require.Equal(t, []any{first["event_id"], "pending", 3.0}, []any{next["event_id"], next["status"], next["attempt"]})
	require.Contains(t, e.temporal.all(), "deliver "+next["id"].(string))
	require.Len(t, e.deliveries(hook, "?status=pending"), 1, "one live schedule")

	e.answered(hook, store.Answer{ResponseStatus: ptr(500)})
	e.isOK(e.do("PATCH", hook, e.sandbox.secret, obj{"status": "disabled"}), 200)
	e.isError(e.do("POST", retry, e.sandbox.secret, nil), 409, "endpoint_disabled")
	e.isError(e.do("POST", retry, e.sandbox.secret, obj{"now": true}), 400, "parameter_invalid", "now")
}

func TestEventIsReplayed(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.create(e.sandbox, e.workflow(e.sandbox, simple("self_attestation")))
	event := in(e.isOK(e.do("GET", "/v1/events", e.sandbox.secret, nil), 200).object, "data", 0).(obj)
	require.InDelta(t, 0, event["pending_webhooks"], 0)
	hook := pathEndpoints + "/" + e.isOK(e.do("POST", pathEndpoints, e.sandbox.secret,
		obj{"url": "https://shop.example/hook", "enabled_events": []string{"*"}}), 201).object["id"].(string)

	replayed := e.isOK(e.do("POST", "/v1/events/"+event["id"].(string)+"/replay", e.sandbox.secret, nil), 200).object
	require.InDelta(t, 1, replayed["pending_webhooks"], 0)
	require.Equal(t, event["data"], replayed["data"])
	next := e.deliveries(hook, "")[0].(obj)
	require.Equal(t, event["id"], next["event_id"])
	require.Contains(t, e.temporal.all(), "deliver "+next["id"].(string))
}

func TestEndpointIsTested(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	created := e.isOK(e.do("POST", pathEndpoints, e.sandbox.secret,
		obj{"url": "https://shop.example/hook", "enabled_events": []string{"verification_session.failed"}}), 201).object
	hook := pathEndpoints + "/" + created["id"].(string)
	test := e.isOK(e.do("POST", hook+"/test", e.sandbox.secret, nil), 201).object
	require.Equal(
		t,
		[]any{"webhook_endpoint.test", 1.0, "pending"},
		[]any{test["event_type"], test["attempt"], test["status"]},
	)
	require.Contains(t, e.temporal.all(), "deliver "+test["id"].(string))
	e.answered(hook, store.Answer{ResponseStatus: ptr(500)})
	shown := e.isOK(e.do("GET", hook+"/deliveries/"+test["id"].(string), e.sandbox.secret, nil), 200).object
	require.Equal(t, []any{"failed", nil}, []any{shown["status"], shown["next_attempt_at"]})
	events := e.isOK(e.do("GET", "/v1/events", e.sandbox.secret, nil), 200).object["data"].([]any)
	require.Equal(t, "webhook_endpoint.test", in(events, 0, "type"))
	e.isOK(e.do("PATCH", hook, e.sandbox.secret, obj{"status": "disabled"}), 200)
	e.isError(e.do("POST", hook+"/test", e.sandbox.secret, nil), 409, "endpoint_disabled")
}
