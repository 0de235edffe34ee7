package activities

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/stile-id/stile/internal/fault"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/signature"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// Webhooks are the activities that bring events to their endpoints.
type Webhooks struct {
	Store *store.Store
	// Client sends. Use outbound.NewClient.
	Client *http.Client
	// Schedule holds the wait after each failed attempt; one more failure gives up.
	Schedule []time.Duration
	// Pace, where set, hears how endpoints answer.
	Pace *Pace
	// Delivered, where set, hears of every attempt that was made, for metrics.
	Delivered func(outcome models.DeliveryStatus)
}

// EventDeliveries lists the first attempts of an event that nobody has made.
func (a *Webhooks) EventDeliveries(ctx context.Context, ref models.EventRef) ([]models.DeliveryRef, error) {
	return a.Store.EventDeliveries(ctx, ref.OrgID, ref.EventID)
}

// DeliverWebhook makes one attempt. What the receiver answers, or that it does not, is a result; an error is a fault of
// ours. An attempt made before is not made again, unless a crash came between the answer and its record.
func (a *Webhooks) DeliverWebhook(ctx context.Context, ref models.DeliveryRef) (models.DeliveryOutcome, error) {
	dispatch, err := a.Store.Dispatch(ctx, ref.OrgID, ref.DeliveryID)
	if err != nil {
		return models.DeliveryOutcome{}, err
	}
	if dispatch.Delivery.Status != models.DeliveryPending {
		return a.Store.Outcome(ctx, dispatch.Delivery)
	}
	ended := a.Pace.begin(ref.EndpointID)
	answer, err := a.send(ctx, dispatch)
	ended(err == nil && answer.Acknowledged)
	if err != nil {
		return models.DeliveryOutcome{}, err
	}
	fault.Point("webhook.answered")
	outcome, err := a.Store.RecordAnswer(ctx, dispatch.Delivery, answer, a.Schedule)
	if err == nil && a.Delivered != nil {
		a.Delivered(outcome.Status)
	}
	return outcome, err
}

func (a *Webhooks) send(ctx context.Context, d store.Dispatch) (store.Answer, error) {
	body, err := json.Marshal(d.Event.Public(nil))
	if err != nil {
		return store.Answer{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.Endpoint.URL, bytes.NewReader(body))
	if err != nil {
		return unanswered(errors.New("the endpoint URL cannot be requested"), 0), nil
	}
	sentAt := a.Store.Now()
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", outbound.UserAgent)
	request.Header.Set("Stile-Webhook-Id", d.Delivery.ID)
	request.Header.Set(signature.Header, signature.Sign(d.Secret, sentAt.Time, body))
	if d.NextSecret != "" {
		request.Header.Set(signature.HeaderNext, signature.Sign(d.NextSecret, sentAt.Time, body))
	}
	started := time.Now()
	response, err := a.Client.Do(request)
	took := time.Since(started)
	if err != nil {
		// A worker that stops has not heard the receiver's answer: another one will ask again.
		if ctx.Err() != nil {
			return store.Answer{}, ctx.Err()
		}
		return unanswered(err, took), nil
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, outbound.AnswerLimit))
	return store.Answer{
		Acknowledged:   response.StatusCode >= 200 && response.StatusCode < 300,
		ResponseStatus: &response.StatusCode, Duration: took,
	}, nil
}

func unanswered(err error, took time.Duration) store.Answer {
	reason := outbound.Reason(err)
	return store.Answer{Error: &reason, Duration: took}
}
