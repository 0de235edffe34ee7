package activities

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/stile-id/stile/internal/fault"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/signature"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// keptOfAnswer is how much of an answer's body is kept for its owner to look at.
const keptOfAnswer = 16 << 10

// How long a record waits before it is tried again, at first and at last: about three seconds in all.
const (
	recordAgain = 200 * time.Millisecond
	recordLast  = 1600 * time.Millisecond
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
	// Gate, where set, bounds the attempts under way at each endpoint.
	Gate *Gate
	// PutOffMost is how long a delivery that finds no room is put off at the most, but for chance; 0 means
	// models.PutOffMost.
	PutOffMost time.Duration
	// Jitter spreads what is put off: each call gives a number from 0 up to 1. Nil means that of production.
	Jitter func() float64
	// Delivered, where set, hears of every attempt that was made, for metrics.
	Delivered func(Attempt)
	// Busy, where set, hears of every delivery that was put off because it found no room, for metrics.
	Busy func()
}

// Attempt is how an attempt went, for metrics.
type Attempt struct {
	Outcome models.DeliveryStatus
	// Class is what was known of the endpoint before.
	Class Class
	// Took is how long the endpoint took.
	Took time.Duration
}

// EventDeliveries lists the first attempts of an event that nobody has made.
func (a *Webhooks) EventDeliveries(ctx context.Context, ref models.EventRef) ([]models.DeliveryRef, error) {
	return a.Store.EventDeliveries(ctx, ref.OrgID, ref.EventID)
}

// DeliverWebhook makes one attempt, or puts it off where its endpoint has as many under way as it may have. What the
// receiver answers, or that it does not, is a result; an error is a fault of ours, or says that there was no room. An
// attempt made before is not made again, unless a crash came between the answer and its record.
func (a *Webhooks) DeliverWebhook(ctx context.Context, ref models.DeliveryRef) (models.DeliveryOutcome, error) {
	outcome, err := a.deliver(ctx, ref)
	return outcome, soon(ctx, err)
}

func (a *Webhooks) deliver(ctx context.Context, ref models.DeliveryRef) (models.DeliveryOutcome, error) {
	leave, err := a.room(ctx, ref)
	if errors.Is(err, errBusy) {
		return a.putOff(ctx, ref, errors.Is(err, errStuck))
	}
	if err != nil {
		return models.DeliveryOutcome{}, err
	}
	defer leave()
	return a.attempt(ctx, ref)
}

// room is that for one more attempt at the endpoint; errBusy says that there is none.
func (a *Webhooks) room(ctx context.Context, ref models.DeliveryRef) (leave func(), err error) {
	return a.Gate.enter(ctx, ref.EndpointID, a.Pace.class(ref.EndpointID).acknowledges())
}

func (a *Webhooks) attempt(ctx context.Context, ref models.DeliveryRef) (models.DeliveryOutcome, error) {
	dispatch, err := a.Store.Dispatch(ctx, ref.OrgID, ref.DeliveryID)
	if err != nil {
		return models.DeliveryOutcome{}, err
	}
	if dispatch.Delivery.Status != models.DeliveryPending {
		return a.Store.Outcome(ctx, dispatch.Delivery)
	}
	class := a.Pace.class(ref.EndpointID)
	ended := a.Pace.begin(ref.EndpointID)
	answer, err := a.send(ctx, dispatch)
	ended(err == nil && answer.Acknowledged)
	if err != nil {
		return models.DeliveryOutcome{}, err
	}
	answer.GoneBefore = dispatch.Endpoint.GoneAt
	fault.Point("webhook.answered")
	outcome, err := a.record(ctx, dispatch.Delivery, answer)
	if err == nil && a.Delivered != nil {
		a.Delivered(Attempt{Outcome: outcome.Status, Class: class, Took: answer.Duration})
	}
	return outcome, err
}

// record writes down what the receiver answered. A database that is busy, or away for a moment, is asked again: without
// the record the receiver would be.
func (a *Webhooks) record(ctx context.Context, d models.Delivery, answer store.Answer) (models.DeliveryOutcome, error) {
	for wait := recordAgain; ; wait *= 2 {
		outcome, err := a.Store.RecordAnswer(ctx, d, answer, a.Schedule)
		if err == nil || wait > recordLast || models.CodeOf(err) != models.CodeInternal {
			return outcome, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return outcome, err
		}
	}
}

func (a *Webhooks) send(ctx context.Context, d store.Dispatch) (store.Answer, error) {
	body, err := d.Event.Body()
	if err != nil {
		return store.Answer{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.Endpoint.URL, bytes.NewReader(body))
	if err != nil {
		return unanswered(store.Answer{}, err), nil
	}
	sent := models.Sent{At: a.Store.Now(), URL: d.Endpoint.URL}
	sent.Headers = map[string]string{
		"Content-Type": "application/json", "User-Agent": outbound.UserAgent, "Stile-Webhook-Id": d.Delivery.ID,
		signature.Header: signature.Sign(d.Secret, sent.At.Time, body),
	}
	if d.NextSecret != "" {
		sent.Headers[signature.HeaderNext] = signature.Sign(d.NextSecret, sent.At.Time, body)
	}
	for name, value := range sent.Headers {
		request.Header.Set(name, value)
	}
	started := time.Now()
	answer, err := a.ask(request, a.Store.Now)
	answer.Sent, answer.Duration = &sent, time.Since(started)
	if err == nil {
		return answer, nil
	}
	// A worker that stops has not heard the receiver's answer: another one will ask again.
	if ctx.Err() != nil {
		return store.Answer{}, ctx.Err()
	}
	return unanswered(answer, err), nil
}

// ask makes the request and hears the answer out. An answer that breaks off, or takes too long, comes with an error and
// what was heard of it. The clock is read for a Retry-After that names a date.
func (a *Webhooks) ask(request *http.Request, now func() models.Timestamp) (store.Answer, error) {
	response, err := a.Client.Do(request)
	if err != nil {
		return store.Answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := listen(response.Body)
	return store.Answer{
		Acknowledged:   response.StatusCode >= 200 && response.StatusCode < 300,
		ResponseStatus: &response.StatusCode, Body: body, RetryAfter: outbound.RetryAfter(response, now().Time),
	}, err
}

// unanswered makes the attempt a failed one, with what was heard of the answer.
func unanswered(heard store.Answer, err error) store.Answer {
	reason := outbound.Reason(err)
	heard.Acknowledged, heard.Error = false, &reason
	return heard
}

// listen reads an answer's body as far as anybody cares, and keeps its beginning as text.
func listen(body io.Reader) (string, error) {
	kept, err := io.ReadAll(io.LimitReader(body, keptOfAnswer))
	if err == nil {
		_, err = io.CopyN(io.Discard, body, outbound.AnswerLimit-keptOfAnswer)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return beginning(kept), err
}

// beginning makes text of what was read, which may stop within a character.
func beginning(read []byte) string {
	text := strings.ToValidUTF8(string(read), "\uFFFD") // may be longer
	if len(text) <= keptOfAnswer {
		return text
	}
	end := keptOfAnswer
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}
