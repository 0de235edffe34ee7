package store

import (
	"context"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// Dispatch is a delivery with its endpoint, event and secrets.
type Dispatch struct {
	Delivery models.Delivery
	Endpoint models.WebhookEndpoint
	Event    models.Event
	// Secret signs. NextSecret signs too during a rotation; it is "" otherwise.
	Secret, NextSecret string
}

// dispatchRow is a delivery with its endpoint and its event, read by one statement.
type dispatchRow struct {
	Delivery models.Delivery        `gorm:"embedded;embeddedPrefix:delivery_"`
	Endpoint models.WebhookEndpoint `gorm:"embedded;embeddedPrefix:endpoint_"`
	Event    models.Event           `gorm:"embedded;embeddedPrefix:event_"`
}

// dispatchColumns returns the columns of dispatchRow, of the tables d, e and v.
var dispatchColumns = sync.OnceValue(func() string {
	return strings.Join([]string{
		columnsAs(models.Delivery{}, "d", "delivery_"), columnsAs(models.WebhookEndpoint{}, "e", "endpoint_"),
		columnsAs(models.Event{}, "v", "event_"),
	}, ", ")
})

// Dispatch reads a delivery to send. If its endpoint stops it, Dispatch closes the delivery. Errors:
// CodeResourceMissing.
func (s *Store) Dispatch(ctx context.Context, org, id string) (Dispatch, error) {
	var row dispatchRow
	found, err := one(s.read(ctx).Table("webhook_deliveries AS d").Select(dispatchColumns()).
		// The join includes deleted endpoints, so that their deliveries are read and closed.
		Joins("JOIN webhook_endpoints AS e ON e.id = d.endpoint_id AND e.org_id = d.org_id").
		Joins("JOIN events AS v ON v.id = d.event_id AND v.org_id = d.org_id").
		Where("d.id = ? AND d.org_id = ?", id, org), &row)
	d := Dispatch{Delivery: row.Delivery, Endpoint: row.Endpoint, Event: row.Event}
	if err != nil || !found {
		return d, orMissing(err, "webhook_delivery", id)
	}
	if d.Delivery.Status != models.DeliveryPending {
		return d, nil
	}
	if d.Endpoint.Stops(d.Delivery) {
		d.Delivery.Status = models.DeliveryClosed
		return d, s.closeDelivery(ctx, d.Delivery)
	}
	if err := s.endOverlap(ctx, &d.Endpoint); err != nil {
		return d, err
	}
	d.Secret, d.NextSecret, err = s.secrets(d.Endpoint)
	return d, err
}

// Answer is a receiver's answer to one attempt, with the request that was sent.
type Answer struct {
	Sent           *models.Sent // nil if no request was sent
	Acknowledged   bool
	ResponseStatus *int
	Body           string  // beginning of the response's body, which may hold personal data
	Error          *string // the cause if there was no complete response; without the URL, which may hold a secret
	Duration       time.Duration
	// RetryAfter is the receiver's Retry-After; 0 if there is none.
	RetryAfter time.Duration
	// GoneBefore is the endpoint's GoneAt at the beginning of the attempt. A 410 then confirms the earlier one, and any
	// other answer revokes it.
	GoneBefore *models.Timestamp
}

// RecordAnswer completes an attempt and returns its outcome. A failed attempt is followed by the next of the schedule
// (the wait before attempt n+1 is schedule[n-1] or a little more), or is the last one. A completed attempt is returned
// unchanged.
func (s *Store) RecordAnswer(
	ctx context.Context, d models.Delivery, a Answer, schedule []time.Duration,
) (models.DeliveryOutcome, error) {
	now := s.Now()
	next := s.nextAttempt(d, a, schedule, now)
	if next == nil && !a.concernsEndpoint() {
		return s.complete(ctx, d, a, now)
	}
	var outcome models.DeliveryOutcome
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := holdEndpoint(tx, d.OrgID, d.EndpointID); err != nil {
			return err
		}
		e, err := endpointOf(tx, d)
		if err != nil {
			return err
		}
		if e.Stops(d) {
			next = nil
		}
		if err := s.completeIn(tx, d, a, next, now); err != nil {
			return err
		}
		outcome, err = outcomeIn(tx, d)
		return err
	})
	return outcome, err
}

// completeIn completes a pending attempt and stores the next one, unless there is none or the answer, a 410 Gone,
// disabled the endpoint. The endpoint's row must be locked. A completed attempt is not changed.
func (s *Store) completeIn(
	tx *gorm.DB, d models.Delivery, a Answer, next *models.Delivery, now models.Timestamp,
) error {
	res := pendingDelivery(tx, d).Updates(s.completion(d, a, next, now))
	if res.Error != nil || res.RowsAffected == 0 {
		return res.Error
	}
	disabled, err := s.noteGone(tx, d, a, now)
	if err != nil || disabled || next == nil {
		return err
	}
	return tx.Create(next).Error
}

// complete completes an attempt that has no next one. It takes one statement, and does not read the row to return the
// outcome.
func (s *Store) complete(
	ctx context.Context, d models.Delivery, a Answer, now models.Timestamp,
) (models.DeliveryOutcome, error) {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	res := pendingDelivery(s.read(ctx), d).Updates(s.completion(d, a, nil, now))
	if res.Error != nil || res.RowsAffected == 1 {
		return models.DeliveryOutcome{Status: a.status()}, res.Error
	}
	return s.Outcome(ctx, d)
}

// attemptPending selects the attempts that have not been made. It has the words of the indexes of pending attempts:
// with an argument instead, PostgreSQL has one plan for all statuses and cannot use them.
const attemptPending = "status = 'pending'"

func pendingDelivery(tx *gorm.DB, d models.Delivery) *gorm.DB {
	return tx.Model(&models.Delivery{}).
		Where("id = ? AND org_id = ? AND status = ?", d.ID, d.OrgID, models.DeliveryPending)
}

// PutOff sets a later due time for a pending attempt, because the endpoint is at its limit, and reports whether the
// attempt was still pending. If the run of the attempt is lost, the sweep makes it.
func (s *Store) PutOff(ctx context.Context, org, id string, until models.Timestamp) (pending bool, err error) {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	res := pendingDelivery(s.read(ctx), models.Delivery{ID: id, OrgID: org}).Updates(map[string]any{"due_at": until})
	return res.RowsAffected == 1, res.Error
}

// endpointOf reads the endpoint of a delivery, also a deleted one.
func endpointOf(tx *gorm.DB, d models.Delivery) (e models.WebhookEndpoint, err error) {
	found, err := one(tx.Where("id = ? AND org_id = ?", d.EndpointID, d.OrgID), &e)
	if err != nil || !found {
		return e, orMissing(err, "webhook_endpoint", d.EndpointID)
	}
	return e, nil
}

// holdEndpoint locks the endpoint's row for the transaction by writing to it. A concurrent request that disables the
// endpoint either commits first, and has stopped the delivery, or waits and then stops the next attempt too.
func holdEndpoint(tx *gorm.DB, org, endpoint string) error {
	return tx.Model(&models.WebhookEndpoint{}).Where("id = ? AND org_id = ?", endpoint, org).
		Updates(map[string]any{"deleted": gorm.Expr("deleted")}).Error
}

func (s *Store) nextAttempt(
	d models.Delivery, a Answer, schedule []time.Duration, now models.Timestamp,
) *models.Delivery {
	// A test event is sent once: its sender sees the answer and can test again.
	if a.Acknowledged || d.Attempt > len(schedule) || d.EventType == models.EventEndpointTest {
		return nil
	}
	event := models.Event{ID: d.EventID, OrgID: d.OrgID, Type: d.EventType, SessionID: d.SessionID}
	due := wholeSecond(now.Add(s.wait(schedule[d.Attempt-1], a.RetryAfter)))
	next := s.newDelivery(event, d.EndpointID, d.Attempt+1, due)
	return &next
}

// wholeSecond returns t, or the next whole second after it. Messages to workflows carry whole seconds, and an attempt
// must not be made before it is due.
func wholeSecond(t time.Time) models.Timestamp {
	return models.At(t.Add(time.Second - time.Microsecond).Truncate(time.Second))
}

// mostJitter is the divisor of the random part that is added to a wait, so that attempts that failed together do not
// repeat together.
const mostJitter = 10

// wait returns the wait before the next attempt: the scheduled time or the receiver's Retry-After, whichever is longer,
// plus up to a tenth of the scheduled time, but at most twice the scheduled time.
func (s *Store) wait(scheduled, asked time.Duration) time.Duration {
	jitter := time.Duration(s.jitter() * float64(scheduled/mostJitter))
	return min(max(scheduled, asked)+jitter, 2*scheduled)
}

func (a Answer) status() models.DeliveryStatus {
	if a.Acknowledged {
		return models.DeliverySucceeded
	}
	return models.DeliveryFailed
}

func (s *Store) completion(
	d models.Delivery, a Answer, next *models.Delivery, now models.Timestamp,
) map[string]any {
	set := map[string]any{
		"status": a.status(), "response_status": a.ResponseStatus, "error": a.Error,
		"duration_ms": a.Duration.Milliseconds(), "completed_at": now,
		"outstanding": false,
	}
	if !a.Acknowledged && next == nil {
		set["outstanding"] = owed(d)
	}
	if d.Attempt > 1 {
		// A list shows a later attempt after it has been made, so its created is the time of completion. Under its old
		// created a client that polls with ending_before would miss it.
		set["created"] = now
	}
	if next != nil {
		set["next_attempt_at"] = next.DueAt
	}
	if a.Sent != nil {
		set["sent_at"], set["request_url"] = a.Sent.At, a.Sent.URL
		set["request_headers"] = models.AsJSON(a.Sent.Headers)
	}
	if a.Body != "" {
		set["response_sealed"] = s.keys.Seal([]byte(a.Body), answerPlace(d))
	}
	return set
}

// Outcome returns the status of a delivery and the attempt that follows it.
func (s *Store) Outcome(ctx context.Context, d models.Delivery) (models.DeliveryOutcome, error) {
	return outcomeIn(s.read(ctx), d)
}

func outcomeIn(tx *gorm.DB, d models.Delivery) (models.DeliveryOutcome, error) {
	tx = withoutExchange(tx)
	var row, next models.Delivery
	if found, err := one(tx.Where("id = ? AND org_id = ?", d.ID, d.OrgID), &row); err != nil || !found {
		return models.DeliveryOutcome{}, orMissing(err, "webhook_delivery", d.ID)
	}
	outcome := models.DeliveryOutcome{Status: row.Status}
	if row.NextAttemptAt == nil {
		return outcome, nil
	}
	found, err := one(tx.Where("event_id = ? AND endpoint_id = ? AND attempt = ?",
		row.EventID, row.EndpointID, row.Attempt+1), &next)
	if err != nil || !found {
		return outcome, err
	}
	ref := next.Ref()
	outcome.Next, outcome.NextDueAt = &ref, &next.DueAt
	return outcome, nil
}

// DeliveryFilter narrows a list. An empty field does not.
type DeliveryFilter struct {
	Status    models.DeliveryStatus
	EventType models.EventType
	// Made leaves out scheduled later attempts that have not been made yet.
	Made bool
}

// madeAttempts is the condition of DeliveryFilter.Made. It repeats the words of the index webhook_deliveries_made. The
// first attempt of an event is listed from the start, so that each event of the endpoint is in the list.
const madeAttempts = "(status <> 'pending' OR attempt = 1)"

func (f DeliveryFilter) apply(q *gorm.DB) *gorm.DB {
	if f.Made {
		q = q.Where(madeAttempts)
	}
	return equal(q, map[string]string{"status": string(f.Status), "event_type": string(f.EventType)})
}

// EndpointDeliveries lists the attempts at an endpoint, newest first.
func (s *Store) EndpointDeliveries(
	ctx context.Context, org, endpoint string, f DeliveryFilter, page Page,
) ([]models.Delivery, bool, error) {
	q := withoutExchange(s.read(ctx)).Where("org_id = ? AND endpoint_id = ?", org, endpoint)
	return listWithin[models.Delivery](s, q, listed(Window{}, f.apply), page)
}
