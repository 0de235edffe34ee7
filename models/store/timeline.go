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
	return t, q.Order("created, id").Find(&t.Deliveries).Error
}
