package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

const (
	// closingBatch is the number of deliveries that a request closes at most. CloseDeliveries closes the rest, because
	// an endpoint may have hundreds of thousands, and a write has WriteLimit.
	closingBatch = 500
	// closingEndpoints is the number of endpoints that CloseDeliveries considers at most.
	closingEndpoints = 100
)

// stopDeliveries closes the outstanding deliveries of an endpoint that was disabled or deleted. The first closingBatch
// are closed at once. The others are not sent any more, and CloseDeliveries closes them. The endpoint's row must be
// locked.
func (s *Store) stopDeliveries(tx *gorm.DB, endpoint string) error {
	now := s.Now()
	found, _, err := s.closeSome(tx, endpoint, now, closingBatch)
	if err != nil || found < closingBatch {
		return err
	}
	return tx.Model(&models.WebhookEndpoint{}).Where("id = ?", endpoint).
		Updates(map[string]any{"closing_until": now}).Error
}

// closeSome finds up to limit outstanding deliveries of the endpoint that were created until then, and closes them. It
// returns how many it found, and how many of them no other request has closed meanwhile. It reads their ids first:
// PostgreSQL plans one statement for any limit, and may read the table for it.
func (s *Store) closeSome(
	tx *gorm.DB, endpoint string, until models.Timestamp, limit int,
) (found, closed int, err error) {
	var ids []string
	err = outstandingUntil(tx, endpoint, until).Limit(limit).Pluck("id", &ids).Error
	if err != nil || len(ids) == 0 {
		return 0, 0, err
	}
	res := tx.Model(&models.Delivery{}).Where(among("id", ids)).Where("outstanding").Updates(s.closing())
	return len(ids), int(res.RowsAffected), res.Error
}

func outstandingUntil(tx *gorm.DB, endpoint string, until models.Timestamp) *gorm.DB {
	return tx.Model(&models.Delivery{}).Where("endpoint_id = ? AND outstanding AND created <= ?", endpoint, until)
}

// closeDelivery closes one outstanding delivery.
func (s *Store) closeDelivery(ctx context.Context, d models.Delivery) error {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	return s.read(ctx).Model(&models.Delivery{}).Where("id = ? AND org_id = ? AND outstanding", d.ID, d.OrgID).
		Updates(s.closing()).Error
}

// closing returns the columns of a delivery that is no longer outstanding. A failed delivery stays failed.
func (s *Store) closing() map[string]any {
	return map[string]any{
		"outstanding":     false,
		"next_attempt_at": nil,
		"status": gorm.Expr("CASE WHEN status = ? THEN ? ELSE status END",
			models.DeliveryPending, models.DeliveryClosed),
		"completed_at": gorm.Expr("COALESCE(completed_at, ?)", s.Now()),
	}
}

// CloseDeliveries closes up to limit deliveries of endpoints that were disabled or deleted with more deliveries than
// the request could close. It returns their number.
func (a Across) CloseDeliveries(ctx context.Context, limit int) (closed int, err error) {
	var stopped []models.WebhookEndpoint
	err = a.s.read(ctx).Select("id", "org_id", "closing_until").Where("closing_until IS NOT NULL").
		Order("closing_until").Limit(closingEndpoints).Find(&stopped).Error
	if err != nil {
		return 0, err
	}
	for _, e := range stopped {
		n, err := a.closeOf(ctx, e, limit-closed)
		closed += n
		if err != nil || closed >= limit {
			return closed, err
		}
	}
	return closed, nil
}

// closeOf closes up to limit deliveries of an endpoint, and notes when none is left.
func (a Across) closeOf(ctx context.Context, e models.WebhookEndpoint, limit int) (closed int, err error) {
	until := *e.ClosingUntil
	err = a.s.write(ctx, func(tx *gorm.DB) error {
		if err := holdEndpoint(tx, e.OrgID, e.ID); err != nil {
			return err
		}
		if _, closed, err = a.s.closeSome(tx, e.ID, until, limit); err != nil {
			return err
		}
		return tx.Model(&models.WebhookEndpoint{}).Where("id = ? AND closing_until = ?", e.ID, until).
			Where("NOT EXISTS (?)", outstandingUntil(tx, e.ID, until).Select("1")).
			Updates(map[string]any{"closing_until": nil}).Error
	})
	return closed, err
}

// owed is the value of outstanding for a failed last attempt: true, because pending_webhooks is a health signal, unless
// the endpoint is disabled, deleted, or closes the attempts of its time.
func owed(d models.Delivery) any {
	return gorm.Expr("EXISTS (SELECT 1 FROM webhook_endpoints AS e WHERE e.id = ? AND e.status = ? "+
		"AND (e.closing_until IS NULL OR e.closing_until < webhook_deliveries.created))",
		d.EndpointID, models.EndpointEnabled)
}
