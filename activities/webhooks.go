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

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/sdk/activity"
	"golang.org/x/sync/semaphore"

	"github.com/stile-id/stile/internal/fault"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/signature"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// keptOfAnswer is the number of bytes of an answer's body that are stored for the endpoint's owner.
const keptOfAnswer = 16 << 10

// The first and the last wait before a failed record is repeated; the waits add up to about three seconds.
const (
	recordAgain = 200 * time.Millisecond
	recordLast  = 1600 * time.Millisecond
)

// Webhooks holds the activities that deliver events to webhook endpoints.
type Webhooks struct {
	Store *store.Store
	// Client sends the requests. Use outbound.NewClient.
	Client *http.Client
	// WebhookRetrySchedule holds the wait after each failed attempt. The delivery fails after one more failure than it
	// has waits.
	WebhookRetrySchedule []time.Duration
	// Pace, if set, records how endpoints answer.
	Pace *Pace
	// Gate, if set, limits the attempts under way at each endpoint.
	Gate *Gate
	// Quick limits the attempts that local activities make at once; nil lets them make none.
	Quick *semaphore.Weighted
	// PutOffMost is the longest time for which a delivery without room is postponed, before jitter is added; 0 means
	// models.PutOffMost.
	PutOffMost time.Duration
	// Jitter returns a number from 0 up to 1 that spreads postponed deliveries; nil means rand.Float64.
	Jitter func() float64
	// Delivered, if set, is called for every attempt that was made, for metrics.
	Delivered func(Attempt)
	// Tracer, if set, makes the spans of attempts.
	Tracer trace.Tracer
	// Busy, if set, is called for every delivery that was postponed for want of room, for metrics.
	Busy func()
}

// Attempt is the result of one attempt, for metrics.
type Attempt struct {
	Outcome models.DeliveryStatus
	// Class is the class of the endpoint before the attempt.
	Class Class
	// Took is the time from the request to the end of the answer.
	Took time.Duration
}

// EventDeliveries lists the first attempts of an event that have not been made.
func (a *Webhooks) EventDeliveries(ctx context.Context, ref models.EventRef) ([]models.DeliveryRef, error) {
	return a.Store.EventDeliveries(ctx, ref.OrgID, ref.EventID)
}

// DeliverWebhook makes one attempt, or postpones it if its endpoint has too many under way. The result covers the
// receiver's answer and its silence; an error means a fault of Stile's own or that the endpoint had no room. An attempt
// is made once, unless a crash came between the answer and its record. As a local activity it makes the attempt if the
// endpoint is quick, and otherwise returns an error at once, so that the run has a regular activity make it.
func (a *Webhooks) DeliverWebhook(ctx context.Context, ref models.DeliveryRef) (models.DeliveryOutcome, error) {
	if activity.IsActivity(ctx) && activity.GetInfo(ctx).IsLocalActivity {
		outcome, err := a.deliverQuickly(ctx, ref)
		return outcome, notQuick(err)
	}
	outcome, err := a.deliver(ctx, ref)
	return outcome, soon(ctx, unlessLost(err, models.CodeResourceMissing))
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

// deliverQuickly makes an attempt at a quick endpoint. If receivers begin to hang, at most as many attempts as a.Quick
// allows take the time of local activities, which judge submissions too.
func (a *Webhooks) deliverQuickly(ctx context.Context, ref models.DeliveryRef) (models.DeliveryOutcome, error) {
	if a.Quick == nil || !a.Pace.Quick(ref.EndpointID) || !a.Quick.TryAcquire(1) {
		return models.DeliveryOutcome{}, errNotQuick
	}
	defer a.Quick.Release(1)
	leave, err := a.room(ctx, ref)
	if err != nil {
		return models.DeliveryOutcome{}, err
	}
	defer leave()
	return a.attempt(ctx, ref)
}

// room enters the gate for one more attempt at the endpoint; errBusy means that there is no room.
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
	answer, err := a.traced(ctx, dispatch)
	ended(err == nil && answer.Acknowledged)
	if err != nil {
		return models.DeliveryOutcome{}, err
	}
	answer.GoneBefore = dispatch.Endpoint.GoneAt
	fault.Point("webhook.answered")
	outcome, err := a.record(ctx, dispatch.Delivery, answer)
	if err != nil {
		return outcome, err
	}
	if a.Delivered != nil {
		a.Delivered(Attempt{Outcome: outcome.Status, Class: class, Took: answer.Duration})
	}
	return outcome, nil
}

// record stores the receiver's answer. It retries while the database is busy or briefly away, because without the
// record the attempt would be sent to the receiver again.
func (a *Webhooks) record(ctx context.Context, d models.Delivery, answer store.Answer) (models.DeliveryOutcome, error) {
	for wait := recordAgain; ; wait *= 2 {
		outcome, err := a.Store.RecordAnswer(ctx, d, answer, a.WebhookRetrySchedule)
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

// traced sends a delivery within a span of the trace that fired its event. The endpoint receives the span as the
// traceparent header (W3C Trace Context).
func (a *Webhooks) traced(ctx context.Context, d store.Dispatch) (store.Answer, error) {
	ctx = models.WithTraceParent(ctx, d.Event.TraceParent)
	if a.Tracer == nil {
		return a.send(ctx, d)
	}
	ctx, span := a.Tracer.Start(ctx, "webhook "+string(d.Event.Type), trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(
			attribute.String("stile.delivery", d.Delivery.ID), attribute.String("stile.endpoint", d.Endpoint.ID),
			attribute.Int("stile.attempt", d.Delivery.Attempt),
		))
	defer span.End()
	answer, err := a.send(ctx, d)
	if answer.ResponseStatus != nil {
		span.SetAttributes(attribute.Int("http.response.status_code", *answer.ResponseStatus))
	}
	if !answer.Acknowledged {
		span.SetStatus(codes.Error, "not acknowledged")
	}
	return answer, err
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
	if parent := models.TraceParent(ctx); parent != nil {
		sent.Headers["Traceparent"] = *parent
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
	// The worker is stopping and has not read the answer: another worker repeats the attempt.
	if ctx.Err() != nil {
		return store.Answer{}, ctx.Err()
	}
	return unanswered(answer, err), nil
}

// ask sends the request and reads the answer. If the answer breaks off or takes too long, ask returns an error and the
// part it has read. now is needed for a Retry-After that holds a date.
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

// unanswered returns the answer as that of a failed attempt, with the reason of err.
func unanswered(heard store.Answer, err error) store.Answer {
	reason := outbound.Reason(err)
	heard.Acknowledged, heard.Error = false, &reason
	return heard
}

// listen reads an answer's body up to outbound.AnswerLimit and returns its first keptOfAnswer bytes as text.
func listen(body io.Reader) (string, error) {
	kept, err := io.ReadAll(io.LimitReader(body, keptOfAnswer))
	if err != nil {
		return beginning(kept), err
	}
	if _, err := io.CopyN(io.Discard, body, outbound.AnswerLimit-keptOfAnswer); !errors.Is(err, io.EOF) {
		return beginning(kept), err
	}
	return beginning(kept), nil
}

// beginning converts the bytes to valid UTF-8 of at most keptOfAnswer bytes. The bytes may end within a character.
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
