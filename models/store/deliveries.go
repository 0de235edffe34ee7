package store

import (
	"context"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// Dispatch is a delivery with all that sending it takes.
type Dispatch struct {
	Delivery models.Delivery
	Endpoint models.WebhookEndpoint
	Event    models.Event
	// Secret signs; NextSecret, where a rotation is under way, signs besides.
	Secret, NextSecret string
}

// dispatchRow is a delivery with its endpoint and its event, as one statement reads them.
type dispatchRow struct {
	Delivery models.Delivery        `gorm:"embedded;embeddedPrefix:delivery_"`
	Endpoint models.WebhookEndpoint `gorm:"embedded;embeddedPrefix:endpoint_"`
	Event    models.Event           `gorm:"embedded;embeddedPrefix:event_"`
}

// dispatchColumns are those of dispatchRow: of the tables d, e and v.
var dispatchColumns = sync.OnceValue(func() string {
	return strings.Join([]string{
		columnsAs(models.Delivery{}, "d", "delivery_"), columnsAs(models.WebhookEndpoint{}, "e", "endpoint_"),
		columnsAs(models.Event{}, "v", "event_"),
	}, ", ")
})

// Dispatch reads a delivery to send. Where its endpoint is gone, the delivery is closed on the way.
func (s *Store) Dispatch(ctx context.Context, org, id string) (Dispatch, error) {
	var row dispatchRow
	found, err := one(s.read(ctx).Table("webhook_deliveries AS d").Select(dispatchColumns()).
		// Deleted endpoints too: their deliveries must be seen to be closed.
		Joins("JOIN webhook_endpoints AS e ON e.id = d.endpoint_id AND e.org_id = d.org_id").
		Joins("JOIN events AS v ON v.id = d.event_id AND v.org_id = d.org_id").
		Where("d.id = ? AND d.org_id = ?", id, org), &row)
	if err == nil && !found {
		err = models.Missing("webhook_delivery", id)
	}
	d := Dispatch{Delivery: row.Delivery, Endpoint: row.Endpoint, Event: row.Event}
	if err != nil || d.Delivery.Status != models.DeliveryPending {
		return d, err
	}
	if d.Endpoint.Status != models.EndpointEnabled {
		d.Delivery.Status = models.DeliveryClosed
		return d, s.write(ctx, func(tx *gorm.DB) error { return s.closeDeliveries(tx, d.Endpoint.ID) })
	}
	if err := s.endOverlap(ctx, &d.Endpoint); err != nil {
		return d, err
	}
	d.Secret, d.NextSecret, err = s.secrets(d.Endpoint)
	return d, err
}

// Answer is what a receiver answered to one attempt, and to what.
type Answer struct {
	Sent           *models.Sent // nil where nothing could be sent
	Acknowledged   bool
	ResponseStatus *int
	Body           string  // the beginning of the response's, which may be personal
	Error          *string // why there was no whole response; without the URL, which may hold a secret
	Duration       time.Duration
	// RetryAfter is how long the receiver asks not to be asked again; 0 where it does not say.
	RetryAfter time.Duration
	// GoneBefore is the GoneAt of the endpoint as the attempt found it. A 410 then confirms the earlier one, and any
	// other answer revokes it.
	GoneBefore *models.Timestamp
}

// RecordAnswer completes an attempt. A failed one is followed by the next of the schedule (the wait before attempt
// n+1 is schedule[n-1] or a little more), or given up. An attempt completed already is returned as it stands.
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
		if err := s.completeIn(tx, d, a, next, now); err != nil {
			return err
		}
		var err error
		outcome, err = outcomeIn(tx, d)
		return err
	})
	return outcome, err
}

// completeIn ends a pending attempt at an endpoint that is held, notes what the answer says of the endpoint, and stores
// the next attempt, unless there is none or the endpoint has been disabled by that. An attempt completed already changes nothing.
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

// complete ends an attempt that none follows: one row, one statement, and its outcome is known without reading it.
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

func pendingDelivery(tx *gorm.DB, d models.Delivery) *gorm.DB {
	return tx.Model(&models.Delivery{}).
		Where("id = ? AND org_id = ? AND status = ?", d.ID, d.OrgID, models.DeliveryPending)
}

// PutOff makes a pending attempt due later, and reports whether it was pending still: who was to make it has found no
// room at its endpoint. The sweep then sees that somebody will.
func (s *Store) PutOff(ctx context.Context, org, id string, until models.Timestamp) (pending bool, err error) {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	res := pendingDelivery(s.read(ctx), models.Delivery{ID: id, OrgID: org}).Updates(map[string]any{"due_at": until})
	return res.RowsAffected == 1, res.Error
}

// holdEndpoint takes the endpoint's row for the transaction by writing to it: who disables the endpoint at this moment
// comes before and has closed the delivery, or comes after and closes the next attempt.
func holdEndpoint(tx *gorm.DB, org, endpoint string) error {
	return tx.Model(&models.WebhookEndpoint{}).Where("id = ? AND org_id = ?", endpoint, org).
		Updates(map[string]any{"deleted": gorm.Expr("deleted")}).Error
}

func (s *Store) nextAttempt(
	d models.Delivery, a Answer, schedule []time.Duration, now models.Timestamp,
) *models.Delivery {
	// Who tests an endpoint looks at the answer, and tests again.
	if a.Acknowledged || d.Attempt > len(schedule) || d.EventType == models.EventEndpointTest {
		return nil
	}
	event := models.Event{ID: d.EventID, OrgID: d.OrgID, Type: d.EventType, SessionID: d.SessionID}
	due := wholeSecond(now.Add(s.wait(schedule[d.Attempt-1], a.RetryAfter)))
	next := s.newDelivery(event, d.EndpointID, d.Attempt+1, due)
	return &next
}

// wholeSecond is the time, or the next whole second after it: messages to workflows carry whole seconds, and an attempt
// must not be made before it is due.
func wholeSecond(t time.Time) models.Timestamp {
	return models.At(t.Add(time.Second - time.Microsecond).Truncate(time.Second))
}

// mostJitter is the part of a wait that may come on top of it, so that what failed together does not return together.
const mostJitter = 10

// wait is how long the next attempt is put off: for as long as scheduled or as the receiver asks, whichever is longer,
// and up to a tenth more; but never for more than twice as long as scheduled.
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
		// A given-up delivery stays outstanding: pending_webhooks is a health signal.
		"outstanding": !a.Acknowledged && next == nil,
	}
	if d.Attempt > 1 {
		// Lists show a later attempt once it has been made, so it takes its place among what was made at that time. A
		// client that polls with ending_before would miss it at its old place.
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

// Outcome tells how a delivery stands, and what follows it.
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
	if err == nil && found {
		ref := next.Ref()
		outcome.Next, outcome.NextDueAt = &ref, &next.DueAt
	}
	return outcome, err
}

// DeliveryFilter narrows a list; empty fields do not.
type DeliveryFilter struct {
	Status    models.DeliveryStatus
	EventType models.EventType
	// Made leaves out later attempts that have not been made yet: those that the schedule has in store.
	Made bool
}

// madeAttempts is the condition of DeliveryFilter.Made, word for word that of the index webhook_deliveries_made. The
// first attempt of an event is listed from the start, so that every event that an endpoint is owed is there.
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
