package store

import (
	"context"
	"encoding/json"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// Redeliver makes another attempt due now for the event of a failed one, in place of the one that the schedule has in
// store. A repeat under a reserved id returns the first.
// Errors: CodeResourceMissing; CodeDeliveryNotFailed where the attempt has not failed; CodeEndpointDisabled.
func (s *Store) Redeliver(ctx context.Context, org, actor, endpoint, id string) (next models.Delivery, err error) {
	reserved := s.NewID(ctx, models.PrefixDelivery)
	err = s.write(ctx, func(tx *gorm.DB) error {
		if repeat, err := madeBefore(ctx, tx, org, reserved, &next); err != nil || repeat {
			return err
		}
		// Whoever records an answer, or disables the endpoint, comes before or after.
		if err := holdEndpoint(tx, org, endpoint); err != nil {
			return err
		}
		failed, err := redeliverable(tx, org, endpoint, id)
		if err != nil {
			return err
		}
		event := models.Event{ID: failed.EventID, OrgID: org, Type: failed.EventType, SessionID: failed.SessionID}
		if next, err = s.redeliver(tx, event, endpoint, reserved); err != nil {
			return err
		}
		return s.audit(tx, org, actor, "webhook_delivery.retry", id, nil)
	})
	return next, err
}

// Replay makes another attempt due now at every endpoint that is subscribed to the event, acknowledged or not.
func (s *Store) Replay(ctx context.Context, org, actor, id string) (deliveries []models.Delivery, err error) {
	err = s.write(ctx, func(tx *gorm.DB) error {
		var event models.Event
		if found, err := one(tx.Where("id = ? AND org_id = ?", id, org), &event); err != nil || !found {
			return orMissing(err, "event", id)
		}
		endpoints, err := enabledEndpoints(tx, org)
		if err != nil {
			return err
		}
		deliveries = []models.Delivery{}
		for _, e := range endpoints {
			if !e.Subscribes(event.Type) {
				continue
			}
			if err := holdEndpoint(tx, org, e.ID); err != nil {
				return err
			}
			next, err := s.redeliver(tx, event, e.ID, s.id(models.PrefixDelivery))
			if err != nil {
				return err
			}
			deliveries = append(deliveries, next)
		}
		return s.audit(tx, org, actor, "event.replay", id, nil)
	})
	return deliveries, err
}

// redeliver makes another attempt due now, in place of what there is of the event at the endpoint, which is held.
func (s *Store) redeliver(tx *gorm.DB, event models.Event, endpoint, id string) (models.Delivery, error) {
	next := s.newDelivery(event, endpoint, 0, s.Now())
	next.ID = id
	if err := s.supersede(tx, next); err != nil {
		return next, err
	}
	last, err := lastAttempt(tx, next)
	if err != nil {
		return next, err
	}
	next.Attempt = last + 1
	return next, tx.Create(&next).Error
}

func redeliverable(tx *gorm.DB, org, endpoint, id string) (models.Delivery, error) {
	var d models.Delivery
	e, err := endpointIn(tx, org, endpoint)
	if err != nil {
		return d, err
	}
	found, err := one(tx.Where("id = ? AND org_id = ? AND endpoint_id = ?", id, org, endpoint), &d)
	switch {
	case err != nil || !found:
		return d, orMissing(err, "webhook_delivery", id)
	case d.Status != models.DeliveryFailed:
		return d, models.Errorf(models.CodeDeliveryNotFailed, "The delivery is %s, and only a failed one can be retried", d.Status)
	case e.Status != models.EndpointEnabled:
		return d, models.Errorf(models.CodeEndpointDisabled, "The endpoint is disabled. Enable it, then retry the delivery")
	}
	return d, nil
}

// supersede ends what there is of the event at the endpoint: the attempt that the schedule has in store is closed, a
// given-up one stays failed and does not count any more.
func (s *Store) supersede(tx *gorm.DB, d models.Delivery) error {
	return tx.Model(&models.Delivery{}).
		Where("event_id = ? AND endpoint_id = ?", d.EventID, d.EndpointID).
		Updates(s.closing()).Error
}

func lastAttempt(tx *gorm.DB, d models.Delivery) (attempt int, err error) {
	err = tx.Model(&models.Delivery{}).Where("event_id = ? AND endpoint_id = ?", d.EventID, d.EndpointID).
		Select("COALESCE(MAX(attempt), 0)").Scan(&attempt).Error
	return attempt, err
}

// TestEndpoint fires an event that only the endpoint hears of, whatever it is subscribed to, and makes its one delivery
// due now. A repeat under a reserved id returns the first. Errors: CodeResourceMissing, CodeEndpointDisabled.
func (s *Store) TestEndpoint(ctx context.Context, org, actor, endpoint string) (delivery models.Delivery, err error) {
	reserved := s.NewID(ctx, models.PrefixDelivery)
	err = s.write(ctx, func(tx *gorm.DB) error {
		if repeat, err := madeBefore(ctx, tx, org, reserved, &delivery); err != nil || repeat {
			return err
		}
		if err := holdEndpoint(tx, org, endpoint); err != nil {
			return err
		}
		e, err := endpointIn(tx, org, endpoint)
		if err != nil {
			return err
		}
		if e.Status != models.EndpointEnabled {
			return models.Errorf(models.CodeEndpointDisabled, "The endpoint is disabled. Enable it, then test it")
		}
		event, err := s.testEvent(e)
		if err != nil {
			return err
		}
		if err := tx.Create(&event).Error; err != nil {
			return err
		}
		delivery = s.newDelivery(event, endpoint, 1, s.Now())
		delivery.ID = reserved
		if err := tx.Create(&delivery).Error; err != nil {
			return err
		}
		return s.audit(tx, org, actor, "webhook_endpoint.test", endpoint, nil)
	})
	return delivery, err
}

func (s *Store) testEvent(e models.WebhookEndpoint) (models.Event, error) {
	data, err := json.Marshal(map[string]string{"id": e.ID, "object": "webhook_endpoint"})
	return models.Event{
		ID: s.id(models.PrefixEvent), OrgID: e.OrgID, Type: models.EventEndpointTest, Data: string(data), Created: s.Now(),
	}, err
}
