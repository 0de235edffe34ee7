package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// Event reads an event with the number of its deliveries that no endpoint has acknowledged. Errors:
// CodeResourceMissing.
func (s *Store) Event(ctx context.Context, org, id string) (models.Event, int, error) {
	var event models.Event
	found, err := one(s.read(ctx).Where("id = ? AND org_id = ?", id, org), &event)
	if err != nil || !found {
		return event, 0, orMissing(err, "event", id)
	}
	pending, err := s.pendingWebhooks(ctx, org, id)
	return event, pending[id], err
}

// EventFilter narrows a list. An empty field does not.
type EventFilter struct {
	Type    models.EventType
	Session string
	Created Window
}

// Events lists events, newest first, with the number of pending deliveries by event id.
func (s *Store) Events(
	ctx context.Context, org string, f EventFilter, page Page,
) (events []models.Event, pending map[string]int, more bool, err error) {
	events, more, err = listWithin[models.Event](s, s.read(ctx).Where("org_id = ?", org), listed(f.Created, f.apply), page)
	if err != nil {
		return nil, nil, false, err
	}
	ids := make([]string, 0, len(events))
	for _, event := range events {
		ids = append(ids, event.ID)
	}
	pending, err = s.pendingWebhooks(ctx, org, ids...)
	return events, pending, more, err
}

// apply adds the filter's conditions to q, except for the time.
func (f EventFilter) apply(q *gorm.DB) *gorm.DB {
	if f.Type != "" {
		q = q.Where("type = ?", f.Type)
	}
	if f.Session != "" {
		q = q.Where("session_id = ?", f.Session)
	}
	return q
}

func (s *Store) pendingWebhooks(ctx context.Context, org string, events ...string) (map[string]int, error) {
	var counts []struct {
		EventID string
		N       int
	}
	err := s.read(ctx).Model(&models.Delivery{}).Select("event_id, count(*) AS n").
		Where("org_id = ? AND event_id IN ? AND outstanding", org, events).Group("event_id").Find(&counts).Error
	byEvent := make(map[string]int, len(counts))
	for _, count := range counts {
		byEvent[count.EventID] = count.N
	}
	return byEvent, err
}

// EventDeliveries returns the first attempts of an event that have not been made.
func (s *Store) EventDeliveries(ctx context.Context, org, event string) ([]models.DeliveryRef, error) {
	return s.firstAttempts(s.read(ctx).Where("event_id = ? AND org_id = ?", event, org))
}

// FirstAttempts returns the deliveries of the session's events without an attempt.
func (s *Store) FirstAttempts(ctx context.Context, org, sessionID string) ([]models.DeliveryRef, error) {
	return s.firstAttempts(s.read(ctx).Where("session_id = ? AND org_id = ?", sessionID, org))
}

func (s *Store) firstAttempts(q *gorm.DB) ([]models.DeliveryRef, error) {
	var rows []models.Delivery
	err := q.Where(attemptPending + " AND attempt = 1").Order("created, id").Find(&rows).Error
	return refs(rows), err
}

func refs(deliveries []models.Delivery) []models.DeliveryRef {
	refs := make([]models.DeliveryRef, 0, len(deliveries))
	for _, d := range deliveries {
		refs = append(refs, d.Ref())
	}
	return refs
}
