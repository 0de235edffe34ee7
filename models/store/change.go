package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
)

// Change is one change of a session, the only way by which a status moves. In one transaction it updates the row where
// the row still allows it, records the transition, and inserts the event with a pending delivery per subscriber.
type Change struct {
	OrgID, SessionID string
	// ID is deterministic (node, attempt, cause): a repeat changes nothing and returns what the first one did.
	ID   string
	From []models.SessionStatus
	To   models.SessionStatus
	// Revision, when set, is that of the row on which the decision rests.
	Revision *int64
	// Set are further columns.
	Set map[string]any
	// Events are fired besides that of the status, and before it.
	Events []models.EventType
	// Also writes rows that stand or fall with the change. It sees the changed session.
	Also func(tx *gorm.DB, session models.Session) error
}

// Changed is what a Change did, or had done before.
type Changed struct {
	Session models.Session
	EventID *string
	// Repeated is true where the change had been made already.
	Repeated bool
}

// ErrRefused says that the row does not allow the change (any more), though its session is not terminal.
var ErrRefused = errors.New("the session does not allow this change now")

// Change makes c. Errors: CodeSessionNotFound, CodeSessionTerminal, ErrRefused.
func (s *Store) Change(ctx context.Context, c Change) (Changed, error) {
	var done Changed
	err := s.write(ctx, func(tx *gorm.DB) (err error) {
		done, err = s.change(tx, c)
		return err
	})
	if err != nil {
		return Changed{}, err
	}
	if !done.Repeated {
		s.announce(c.SessionID)
	}
	return done, nil
}

func (s *Store) change(tx *gorm.DB, c Change) (Changed, error) {
	before, err := sessionIn(tx, c.OrgID, c.SessionID)
	if err != nil {
		return Changed{}, err
	}
	transition := models.SessionTransition{
		SessionID: c.SessionID, ID: c.ID, OrgID: c.OrgID, FromStatus: before.Status, ToStatus: c.To,
	}
	kind, fires := models.EventFor(c.To)
	if fires && before.Status != c.To {
		id := s.id(models.PrefixEvent)
		transition.EventID = &id
	}
	// Two events of one session never share a moment, so that lists keep their order.
	now := s.Now()
	if !now.After(before.Updated.Time) {
		now = models.At(before.Updated.Add(time.Microsecond))
	}
	transition.Created = now
	// The insert makes a racing repeat wait for us, and then find the first.
	if made, err := createOnce(tx, &transition); err != nil || !made {
		return s.repeated(tx, c, err)
	}
	after, err := s.apply(tx, c, now)
	if err != nil {
		return Changed{}, err
	}
	if c.Also != nil {
		if err := c.Also(tx, after); err != nil {
			return Changed{}, err
		}
	}
	for _, besides := range c.Events {
		if err := s.fire(tx, s.id(models.PrefixEvent), besides, after, now); err != nil {
			return Changed{}, err
		}
		now = models.At(now.Add(time.Microsecond))
	}
	if transition.EventID != nil {
		err = s.fire(tx, *transition.EventID, kind, after, now)
	}
	return Changed{Session: after, EventID: transition.EventID}, err
}

func (s *Store) repeated(tx *gorm.DB, c Change, err error) (Changed, error) {
	if err != nil {
		return Changed{}, err
	}
	var first models.SessionTransition
	if _, err := one(tx.Where("session_id = ? AND id = ?", c.SessionID, c.ID), &first); err != nil {
		return Changed{}, err
	}
	session, err := sessionIn(tx, c.OrgID, c.SessionID)
	return Changed{Session: session, EventID: first.EventID, Repeated: true}, err
}

// apply is the conditional UPDATE that decides.
func (s *Store) apply(tx *gorm.DB, c Change, now models.Timestamp) (models.Session, error) {
	set := map[string]any{"status": c.To, "updated": now, "revision": gorm.Expr("revision + 1")}
	if c.To.Terminal() {
		set["completed_at"] = now
	}
	for column, value := range c.Set {
		set[column] = value
	}
	var changed models.Session
	q := tx.Model(&changed).Clauses(clause.Returning{}).
		Where("id = ? AND org_id = ? AND status IN ?", c.SessionID, c.OrgID, c.From)
	if c.Revision != nil {
		q = q.Where("revision = ?", *c.Revision)
	}
	res := q.Updates(set)
	if res.Error != nil || res.RowsAffected == 1 {
		return changed, res.Error
	}
	session, err := sessionIn(tx, c.OrgID, c.SessionID)
	if err == nil {
		err = refusal(session)
	}
	return session, err
}

func refusal(session models.Session) error {
	if session.Status.Terminal() {
		return models.Errorf(models.CodeSessionTerminal,
			"The session is %s and cannot be modified", session.Status)
	}
	return ErrRefused
}

func sessionIn(tx *gorm.DB, org, id string) (models.Session, error) {
	var session models.Session
	found, err := one(tx.Where("id = ? AND org_id = ?", id, org), &session)
	if err == nil && !found {
		return session, models.SessionNotFound(id)
	}
	return session, err
}

// fire inserts an event of the session, and a pending delivery per subscribed endpoint.
func (s *Store) fire(
	tx *gorm.DB, eventID string, kind models.EventType, session models.Session, now models.Timestamp,
) error {
	data, err := json.Marshal(session.Public())
	if err != nil {
		return err
	}
	event := models.Event{
		ID: eventID, OrgID: session.OrgID, Type: kind, SessionID: &session.ID, Data: string(data), Created: now,
	}
	if err := tx.Create(&event).Error; err != nil {
		return err
	}
	var endpoints []models.WebhookEndpoint
	err = tx.Where("org_id = ? AND status = ? AND NOT deleted", event.OrgID, models.EndpointEnabled).
		Order("created, id").Find(&endpoints).Error
	if err != nil {
		return err
	}
	deliveries := make([]models.Delivery, 0, len(endpoints))
	for _, endpoint := range endpoints {
		if endpoint.Subscribes(kind) {
			deliveries = append(deliveries, s.newDelivery(event, endpoint.ID, 1, now))
		}
	}
	if len(deliveries) == 0 {
		return nil
	}
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&deliveries).Error
}

func (s *Store) newDelivery(e models.Event, endpoint string, attempt int, due models.Timestamp) models.Delivery {
	return models.Delivery{
		ID: s.id(models.PrefixDelivery), OrgID: e.OrgID, EndpointID: endpoint, EventID: e.ID, EventType: e.Type,
		SessionID: e.SessionID, Attempt: attempt, Status: models.DeliveryPending, DueAt: due, Outstanding: true,
		Created: s.Now(),
	}
}
