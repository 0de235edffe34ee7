package activities_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stile-id/stile/internal/outbound"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/internal/signature"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/worker/workertest/scene"
)

// post is the fixture for deliveries. It records every reported attempt.
type post struct {
	*scene.Scene
	*activities.Webhooks
	clock     *testkit.Clock
	attempted []models.DeliveryStatus
	classes   []activities.Class // the class of the endpoint before each attempt
}

func newPost(t *testing.T) *post {
	t.Helper()
	c := testkit.NewClock()
	p := &post{Scene: scene.New(t, c.Now), clock: c}
	p.Webhooks = &activities.Webhooks{
		Store: p.Scene.Store, Client: outbound.NewClient(time.Minute, outbound.Policy{Allow: outbound.Loopback()}),
		WebhookRetrySchedule: []time.Duration{5 * time.Minute, 30 * time.Minute},
		Delivered: func(a activities.Attempt) {
			p.attempted, p.classes = append(p.attempted, a.Outcome), append(p.classes, a.Class)
		},
	}
	return p
}

// owe creates a session, and so a delivery of its creation to the endpoint.
func (p *post) owe(t *testing.T, e scene.Endpoint) models.DeliveryRef {
	t.Helper()
	p.Begin(t, scene.AnyOf(document))
	return p.Deliveries(t, e)[0].Ref()
}

func (p *post) deliver(t *testing.T, d models.DeliveryRef) models.DeliveryOutcome {
	t.Helper()
	outcome, err := p.DeliverWebhook(t.Context(), d)
	require.NoError(t, err)
	return outcome
}

// attempt makes the first attempt at the URL and returns its row.
func (p *post) attempt(t *testing.T, url string) models.Delivery {
	t.Helper()
	endpoint := p.SubscribeURL(t, url, models.EventSessionCreated)
	p.deliver(t, p.owe(t, endpoint))
	return p.Deliveries(t, endpoint)[0]
}

// exchange makes the first attempt at the URL and returns the stored request and answer.
func (p *post) exchange(t *testing.T, url string) store.Exchange {
	t.Helper()
	delivery := p.attempt(t, url)
	exchange, err := p.Exchange(t.Context(), p.Org, delivery.EndpointID, delivery.ID)
	require.NoError(t, err)
	return exchange
}

// verify checks the signature of one of the headers.
func verify(header, secret string, request scene.Request, now time.Time) error {
	return signature.Verify(secret, request.Header.Get(header), request.Body, now)
}

func TestADeliveryIsSignedAsDocumented(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	merchant := scene.NewMerchant(t, p.clock.Now)
	endpoint := p.Subscribe(t, merchant, models.EventSessionCreated)
	delivery := p.owe(t, endpoint)

	p.deliver(t, delivery)

	request := merchant.Requests()[0]
	require.Equal(t, []string{"application/json"}, request.Header["Content-Type"])
	require.Equal(t, []string{"Stile/1.0"}, request.Header["User-Agent"])
	require.Equal(t, []string{delivery.DeliveryID}, request.Header["Stile-Webhook-Id"])
	signatures := request.Header["Stile-Signature"]
	require.Len(t, signatures, 1)
	require.Regexp(t, `^t=\d+,v1=[0-9a-f]{64}$`, signatures[0])
	require.NotContains(t, request.Header, signature.HeaderNext)
	now := p.clock.Now()
	require.NoError(t, verify(signature.Header, endpoint.Secret, request, now))
	require.ErrorIs(t, verify(signature.Header, "whsec_other", request, now), signature.ErrMismatch)
	require.ErrorIs(t, verify(signature.Header, endpoint.Secret, request, now.Add(time.Hour)), signature.ErrStale)
	request.Body = append(request.Body, ' ')
	require.ErrorIs(t, verify(signature.Header, endpoint.Secret, request, now), signature.ErrMismatch, "another body")
}

func TestADeliveryIsSignedTwiceDuringARotation(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	merchant := scene.NewMerchant(t, p.clock.Now)
	endpoint := p.Subscribe(t, merchant, models.EventSessionCreated)
	_, next, err := p.Scene.Store.RotateEndpointSecret(t.Context(), p.Org, "key_1", endpoint.ID, time.Hour)
	require.NoError(t, err)

	p.deliver(t, p.owe(t, endpoint))

	request := merchant.Requests()[0]
	require.NoError(t, verify(signature.Header, endpoint.Secret, request, p.clock.Now()))
	require.NoError(t, verify(signature.HeaderNext, next, request, p.clock.Now())) // the merchant may have either
}

func TestTheBodyIsTheEvent(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	merchant := scene.NewMerchant(t, p.clock.Now)
	merchant.Answers(http.StatusBadGateway, http.StatusOK)
	endpoint := p.Subscribe(t, merchant, models.EventSessionCreated)
	first := p.owe(t, endpoint)

	second := p.deliver(t, first).Next
	p.clock.Advance(5 * time.Minute)
	p.deliver(t, *second)

	event, _, err := p.Event(t.Context(), p.Org, first.EventID)
	require.NoError(t, err)
	var body map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(merchant.Requests()[0].Body, &body))
	require.Len(t, body, 5, "id, object, type, created and data, without pending_webhooks")
	require.JSONEq(t, `"`+event.ID+`"`, string(body["id"]))
	require.JSONEq(t, `"event"`, string(body["object"]))
	require.JSONEq(t, `"verification_session.created"`, string(body["type"]))
	require.JSONEq(t, strconv.FormatInt(event.Created.Unix(), 10), string(body["created"]))
	require.JSONEq(t, event.Data, string(body["data"]))
	require.NotContains(t, string(body["data"]), "client_secret")
	require.Equal(t, merchant.Requests()[0].Body, merchant.Requests()[1].Body, "the same at every attempt")
}

func TestRequestIsStored(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	merchant := scene.NewMerchant(t, p.clock.Now)

	exchange := p.exchange(t, merchant.URL())

	sent, received := *exchange.Sent, merchant.Requests()[0]
	require.Equal(t, merchant.URL(), sent.URL)
	require.Equal(t, p.clock.Now(), sent.At.Time)
	require.Len(t, sent.Headers, 4)
	for name, value := range sent.Headers {
		require.Equal(t, []string{value}, received.Header[name], name)
	}
	require.Contains(t, sent.Headers, "Stile-Signature")
	body, err := exchange.Event.Body()
	require.NoError(t, err)
	require.Equal(t, string(received.Body), string(body), "as it was signed")
}

func TestRequestThatCannotBeSentIsNotStored(t *testing.T) {
	t.Parallel()
	p := newPost(t)

	exchange := p.exchange(t, "https://merchant.example:port/hook-secret")

	require.Equal(t, models.DeliveryFailed, exchange.Delivery.Status)
	require.Nil(t, exchange.Sent)
	require.Nil(t, exchange.Delivery.ResponseStatus)
}

// The receiver's answer is stored sealed and appears nowhere else.
func TestOutcomeHoldsNothingOfTheAnswer(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"acknowledged": http.StatusOK, "failed": http.StatusBadGateway} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPost(t)
			endpoint := p.SubscribeURL(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
				_, _ = io.WriteString(w, "Ada Lovelace")
			}), models.EventSessionCreated)

			outcome, err := json.Marshal(p.deliver(t, p.owe(t, endpoint)))

			require.NoError(t, err)
			require.NotContains(t, string(outcome), "Ada")
			row, err := json.Marshal(p.Deliveries(t, endpoint)[0])
			require.NoError(t, err)
			require.NotContains(t, string(row), "Ada")
		})
	}
}

func TestTheStatusOfAnAnswerDecides(t *testing.T) {
	t.Parallel()
	for status, acknowledged := range map[int]bool{
		200: true, 201: true, 202: true, 204: true, 299: true,
		300: false, 304: false, 400: false, 401: false, 404: false, 410: false, 429: false, 500: false, 503: false,
	} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			p := newPost(t)
			merchant := scene.NewMerchant(t, p.clock.Now)
			merchant.Answers(status)

			delivery := p.attempt(t, merchant.URL())

			require.Equal(t, status, *delivery.ResponseStatus)
			require.Nil(t, delivery.Error)
			require.NotNil(t, delivery.DurationMS)
			if acknowledged {
				require.Equal(t, models.DeliverySucceeded, delivery.Status)
				require.Nil(t, delivery.NextAttemptAt)
			} else {
				require.Equal(t, models.DeliveryFailed, delivery.Status)
				require.Equal(t, p.clock.Now().Add(5*time.Minute), delivery.NextAttemptAt.Time)
			}
			require.Equal(t, []models.DeliveryStatus{delivery.Status}, p.attempted)
		})
	}
}

func TestAnAttemptIsMadeOnce(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"acknowledged": http.StatusOK, "failed": http.StatusBadGateway} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPost(t)
			merchant := scene.NewMerchant(t, p.clock.Now)
			merchant.Answers(status)
			endpoint := p.Subscribe(t, merchant, models.EventSessionCreated)
			delivery := p.owe(t, endpoint)

			first := p.deliver(t, delivery)
			p.clock.Advance(time.Hour)

			require.Equal(t, first, p.deliver(t, delivery), "a repeat is answered as the first run was")
			require.Len(t, merchant.Requests(), 1)
			require.Len(t, p.attempted, 1)
		})
	}
}

func TestTheLastAttemptOfTheScheduleGivesUp(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	merchant := scene.NewMerchant(t, p.clock.Now)
	merchant.Answers(http.StatusBadGateway)
	endpoint := p.Subscribe(t, merchant, models.EventSessionCreated)
	next := p.owe(t, endpoint)
	for _, wait := range []time.Duration{5 * time.Minute, 30 * time.Minute} {
		outcome := p.deliver(t, next)
		require.Equal(t, p.clock.Now().Add(wait), outcome.NextDueAt.Time)
		p.clock.Set(outcome.NextDueAt.Time)
		next = *outcome.Next
	}

	require.Equal(t, models.DeliveryOutcome{Status: models.DeliveryFailed}, p.deliver(t, next))

	_, pending, err := p.Event(t.Context(), p.Org, next.EventID)
	require.NoError(t, err)
	require.Equal(t, 1, pending, "a delivery given up still counts")
}

func TestDeletedEndpointIsNotCalled(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	merchant := scene.NewMerchant(t, p.clock.Now)
	endpoint := p.Subscribe(t, merchant, models.EventSessionCreated)
	delivery := p.owe(t, endpoint)
	p.Disable(t, endpoint)

	require.Equal(t, models.DeliveryOutcome{Status: models.DeliveryClosed}, p.deliver(t, delivery))
	require.Empty(t, merchant.Requests())
	require.Empty(t, p.attempted)
}

func TestOrganizationCannotMakeAForeignDelivery(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	merchant := scene.NewMerchant(t, p.clock.Now)
	delivery := p.owe(t, p.Subscribe(t, merchant, models.EventSessionCreated))
	foreign := delivery
	foreign.OrgID = scene.Sandbox(t, p.Scene.Store).Org

	_, err := p.DeliverWebhook(t.Context(), foreign)
	require.Equal(t, models.CodeResourceMissing, models.CodeOf(err))
	owed, err := p.EventDeliveries(t.Context(), models.EventRef{OrgID: foreign.OrgID, EventID: delivery.EventID})
	require.NoError(t, err)
	require.Empty(t, owed)
	require.Empty(t, merchant.Requests())
}

func TestEventListsItsUnmadeFirstAttempts(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	merchant := scene.NewMerchant(t, p.clock.Now)
	merchant.Answers(http.StatusBadGateway)
	first := p.Subscribe(t, merchant, models.EventSessionCreated)
	second := p.Subscribe(t, merchant, models.EventSessionCreated)
	event := models.EventRef{OrgID: p.Org, EventID: p.owe(t, first).EventID}

	owed, err := p.EventDeliveries(t.Context(), event)
	require.NoError(t, err)
	require.ElementsMatch(t, []models.DeliveryRef{p.Deliveries(t, first)[0].Ref(), p.Deliveries(t, second)[0].Ref()}, owed)

	p.deliver(t, p.Deliveries(t, first)[0].Ref())
	owed, err = p.EventDeliveries(t.Context(), event)
	require.NoError(t, err)
	require.Equal(t, []models.DeliveryRef{p.Deliveries(t, second)[0].Ref()}, owed, "retries are not first attempts")
}

func TestStoppingWorkerRecordsNoAnswer(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	merchant := scene.NewMerchant(t, p.clock.Now)
	endpoint := p.Subscribe(t, merchant, models.EventSessionCreated)
	delivery := p.owe(t, endpoint)
	ctx, stop := context.WithCancel(t.Context())
	asked := make(chan struct{})
	merchant.Before(func(scene.Request) {
		stop()
		<-asked
	})

	_, err := p.DeliverWebhook(ctx, delivery)
	close(asked)

	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, []models.DeliveryStatus{models.DeliveryPending}, p.Statuses(t, endpoint))
	require.Empty(t, p.attempted)

	require.Equal(t, models.DeliverySucceeded, p.deliver(t, delivery).Status, "another worker asks again")
	require.Len(t, merchant.Requests(), 2)
	require.Equal(t, merchant.Requests()[0].Header["Stile-Webhook-Id"], merchant.Requests()[1].Header["Stile-Webhook-Id"])
}

func TestUnrecordedAnswerIsAFaultOfStile(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	merchant := scene.NewMerchant(t, p.clock.Now)
	delivery := p.owe(t, p.Subscribe(t, merchant, models.EventSessionCreated))
	merchant.Before(func(scene.Request) { _ = p.Scene.Close() }) // the database goes away

	_, err := p.DeliverWebhook(t.Context(), delivery)

	require.Error(t, err)
	require.Empty(t, p.attempted)
}
