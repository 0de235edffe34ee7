package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// Trail holds all rows of a session's history.
type Trail struct {
	Session     models.Session
	Transitions []models.SessionTransition
	Steps       []models.Step
	Events      []models.Event
	Deliveries  []models.Delivery
}

// Trail reads the history of a session, each list oldest first. Errors: CodeSessionNotFound.
func (s *Store) Trail(ctx context.Context, org, id string) (Trail, error) {
	var t Trail
	var err error
	if t.Session, err = s.Session(ctx, org, id); err != nil {
		return t, err
	}
	q := s.read(ctx).Where("org_id = ? AND session_id = ?", org, id).Session(&gorm.Session{})
	if err := q.Order("created, id").Find(&t.Transitions).Error; err != nil {
		return t, err
	}
	if err := q.Order("seq").Find(&t.Steps).Error; err != nil {
		return t, err
	}
	if err := q.Order("created, id").Find(&t.Events).Error; err != nil {
		return t, err
	}
	t.Deliveries, err = s.deliveriesOf(ctx, org, t.Events)
	return t, err
}

// deliveriesOf reads the deliveries of events, oldest first. It finds them by the index of an event's deliveries:
// deliveries have no index by session.
func (s *Store) deliveriesOf(
	ctx context.Context, org string, events []models.Event,
) (rows []models.Delivery, err error) {
	if len(events) == 0 {
		return nil, nil
	}
	ids := make([]string, 0, len(events))
	for _, event := range events {
		ids = append(ids, event.ID)
	}
	err = s.read(ctx).Where("org_id = ?", org).Where(among("event_id", ids)).Order("created, id").Find(&rows).Error
	return rows, err
}
