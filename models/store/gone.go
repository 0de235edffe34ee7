package store

import (
	"net/http"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// gone reports whether the receiver answered 410 Gone.
func (a Answer) gone() bool { return a.ResponseStatus != nil && *a.ResponseStatus == http.StatusGone }

// concernsEndpoint reports whether the answer may change the endpoint.
func (a Answer) concernsEndpoint() bool {
	return a.gone() || a.GoneBefore != nil && a.ResponseStatus != nil
}

// noteGone applies an answer to its endpoint and reports whether it disabled the endpoint. The endpoint's row must be
// locked. The first 410 Gone is recorded. A 410 to an attempt that began after the record confirms it and disables the
// endpoint; any other answer to such an attempt removes the record. Answers to attempts that began before the record do
// not count, because simultaneous failures confirm nothing.
func (s *Store) noteGone(tx *gorm.DB, d models.Delivery, a Answer, now models.Timestamp) (disabled bool, err error) {
	if !a.concernsEndpoint() {
		return false, nil
	}
	endpoint := tx.Model(&models.WebhookEndpoint{}).
		Where("id = ? AND org_id = ? AND status = ? AND NOT deleted", d.EndpointID, d.OrgID, models.EndpointEnabled)
	switch {
	case a.GoneBefore == nil:
		return false, endpoint.Where("gone_at IS NULL").Updates(map[string]any{"gone_at": now}).Error
	case !a.gone():
		return false, endpoint.Where("gone_at = ?", *a.GoneBefore).Updates(map[string]any{"gone_at": nil}).Error
	}
	res := endpoint.Where("gone_at = ?", *a.GoneBefore).Updates(map[string]any{
		"status": models.EndpointDisabled, "disabled_reason": models.DisabledGone, "disabled_at": now,
		"gone_at": nil, "updated": now,
	})
	if res.Error != nil || res.RowsAffected == 0 {
		return false, res.Error
	}
	if err := s.stopDeliveries(tx, d.EndpointID); err != nil {
		return false, err
	}
	err = tx.Model(&models.Delivery{}).Where("id = ?", d.ID).Updates(map[string]any{"next_attempt_at": nil}).Error
	if err != nil {
		return false, err
	}
	return true, s.audit(tx, d.OrgID, ActorSystem, "webhook_endpoint.disable", d.EndpointID, map[string]any{
		"reason": models.DisabledGone, "delivery": d.ID,
	})
}
