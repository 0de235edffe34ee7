package store

import (
	"cmp"
	"context"
	"encoding/json"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// Redeliver makes another attempt due now for the event of a failed attempt. It replaces the scheduled attempt, if
// there is one. A repeat under a reserved id returns the first. Errors: CodeResourceMissing; CodeDeliveryNotFailed;
// CodeEndpointDisabled.
func (s *Store) Redeliver(ctx context.Context, org, actor, endpoint, id string) (next models.Delivery, err error) {
	reserved := s.NewID(ctx, models.PrefixDelivery)
	err = s.settle(ctx, func(tx *gorm.DB) error {
		if repeat, err := madeBefore(ctx, tx, org, reserved, &next); err != nil || repeat {
			return err
		}
		// The lock orders this against a recorded answer and against disabling the endpoint.
		if err := holdEndpoint(tx, org, endpoint); err != nil {
			return err
		}
		failed, err := redeliverable(tx, org, endpoint, id)
		if err != nil {
			return err
		}
		event := models.Event{ID: failed.EventID, OrgID: org, Type: failed.EventType, SessionID: failed.SessionID}
		made, err := s.redeliver(tx, endpoint, redelivery{id: reserved, event: event})
		if err != nil {
			return err
		}
		next = made[0]
		return s.audit(tx, org, actor, "webhook_delivery.retry", id, nil)
	})
	return next, err
}

// Replay makes another attempt due now at every endpoint that subscribes to the event, acknowledged or not. Errors:
// CodeResourceMissing.
func (s *Store) Replay(ctx context.Context, org, actor, id string) (deliveries []models.Delivery, err error) {
	err = s.settle(ctx, func(tx *gorm.DB) error {
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
			made, err := s.redeliver(tx, e.ID, redelivery{event: event})
			if err != nil {
				return err
			}
			deliveries = append(deliveries, made...)
		}
		return s.audit(tx, org, actor, "event.replay", id, nil)
	})
	return deliveries, err
}

// redelivery is a request for another attempt at an event.
type redelivery struct {
	id    string // a reserved id, or "" for a new one
	event models.Event
	// recovery is the id of the recovery that requests it, or nil.
	recovery *string
}

// redeliver makes another attempt due now for each of the events, in place of the outstanding ones at the endpoint. The
// endpoint's row must be locked.
func (s *Store) redeliver(tx *gorm.DB, endpoint string, orders ...redelivery) ([]models.Delivery, error) {
	events := make([]string, 0, len(orders))
	for _, order := range orders {
		events = append(events, order.event.ID)
	}
	if err := s.supersede(tx, endpoint, events); err != nil {
		return nil, err
	}
	last, err := lastAttempts(tx, endpoint, events)
	if err != nil {
		return nil, err
	}
	next := make([]models.Delivery, 0, len(orders))
	for _, order := range orders {
		d := s.newDelivery(order.event, endpoint, last[order.event.ID]+1, s.Now())
		d.ID, d.RecoveryID = cmp.Or(order.id, d.ID), order.recovery
		next = append(next, d)
	}
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
		return d, models.Errorf(
			models.CodeDeliveryNotFailed,
			"The delivery is %s, and only a failed one can be retried",
			d.Status,
		)
	case e.Status != models.EndpointEnabled:
		return d, models.Errorf(models.CodeEndpointDisabled, "The endpoint is disabled. Enable it, then retry the delivery")
	}
	return d, nil
}

// supersede ends the outstanding attempts of the events at the endpoint: pending ones are closed, failed ones stay
// failed but no longer count as outstanding.
func (s *Store) supersede(tx *gorm.DB, endpoint string, events []string) error {
	return tx.Model(&models.Delivery{}).
		Where("endpoint_id = ?", endpoint).Where(among("event_id", events)).
		Updates(s.closing()).Error
}

// lastAttempts returns the numbers of the last attempts, by event.
func lastAttempts(tx *gorm.DB, endpoint string, events []string) (map[string]int, error) {
	var rows []struct {
		EventID string
		Last    int
	}
	err := tx.Model(&models.Delivery{}).Select("event_id, MAX(attempt) AS last").
		Where("endpoint_id = ?", endpoint).Where(among("event_id", events)).Group("event_id").Find(&rows).Error
	last := make(map[string]int, len(rows))
	for _, row := range rows {
		last[row.EventID] = row.Last
	}
	return last, err
}

// TestEndpoint fires a test event for the endpoint alone, independent of its subscriptions, and makes its one delivery
// due now. A repeat under a reserved id returns the first. Errors: CodeResourceMissing, CodeEndpointDisabled.
func (s *Store) TestEndpoint(ctx context.Context, org, actor, endpoint string) (delivery models.Delivery, err error) {
	reserved := s.NewID(ctx, models.PrefixDelivery)
	err = s.settle(ctx, func(tx *gorm.DB) error {
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
		if err := insertingEvents([]models.Event{event})(tx).Error; err != nil {
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
