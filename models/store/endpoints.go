package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
)

func endpointPlace(org, id string) seal.Place {
	return seal.Place{Table: "webhook_endpoints.secret", Row: id, Org: org}
}

func endpointRow(org, id string) configured {
	return configured{table: &models.WebhookEndpoint{}, kind: "webhook_endpoint", org: org, id: id}
}

// CreateEndpoint stores an endpoint and returns its signing secret, which is not shown again. A repeat under a reserved
// id returns the first endpoint with its secret. most limits the endpoints of an organization, including disabled ones;
// 0 means no limit. Errors: CodeEndpointLimit.
func (s *Store) CreateEndpoint(
	ctx context.Context, actor string, e models.WebhookEndpoint, most int,
) (models.WebhookEndpoint, string, error) {
	now := s.Now()
	e.ID, e.Created, e.Updated = s.NewID(ctx, models.PrefixEndpoint), now, now
	e.SecretSealed = s.keys.Seal([]byte(models.NewSecret(models.WebhookSecretPrefix)), endpointPlace(e.OrgID, e.ID))
	err := s.settle(ctx, func(tx *gorm.DB) error {
		// The lock orders racing creations, so that they cannot pass the limit together.
		if err := holdOrganization(tx, e.OrgID); err != nil {
			return err
		}
		made, err := createOnce(tx, &e)
		if err != nil || !made {
			return err
		}
		if err := withinLimit(tx, e.OrgID, most); err != nil {
			return err
		}
		return s.audit(tx, e.OrgID, actor, "webhook_endpoint.create", e.ID, nil)
	})
	if err != nil {
		return e, "", err
	}
	if e, err = s.Endpoint(ctx, e.OrgID, e.ID); err != nil {
		return e, "", err
	}
	secret, err := s.keys.Open(e.SecretSealed, endpointPlace(e.OrgID, e.ID))
	return e, string(secret), err
}

// holdOrganization locks the organization's row for the transaction by writing to it.
func holdOrganization(tx *gorm.DB, org string) error {
	return tx.Model(&models.Organization{}).Where("id = ?", org).
		Updates(map[string]any{"name": gorm.Expr("name")}).Error
}

// withinLimit returns CodeEndpointLimit if the organization has more than most endpoints.
func withinLimit(tx *gorm.DB, org string, most int) error {
	if most == 0 {
		return nil
	}
	var n int64
	err := tx.Model(&models.WebhookEndpoint{}).Where("org_id = ? AND NOT deleted", org).Count(&n).Error
	if err != nil {
		return err
	}
	if n > int64(most) {
		return models.Errorf(models.CodeEndpointLimit,
			"The organization has %d webhook endpoints, which is as many as it may have. Delete one that is not needed", n-1)
	}
	return nil
}

func oldSecretPlace(org, id string) seal.Place {
	return seal.Place{Table: "webhook_endpoints.old_secret", Row: id, Org: org}
}

// RotateEndpointSecret replaces an endpoint's secret and returns the new one. With an overlap the old secret also signs
// for that time, and a further rotation with an overlap is refused until then. Without an overlap the new secret alone
// signs at once. A repeat under a reserved id returns the result of the first rotation. Errors: CodeResourceMissing,
// CodeRotationInProgress.
func (s *Store) RotateEndpointSecret(
	ctx context.Context, org, actor, id string, overlap time.Duration,
) (e models.WebhookEndpoint, secret string, err error) {
	rotation := s.NewID(ctx, models.PrefixRotation)
	err = s.reconfigureOnce(ctx, endpointRow(org, id), actor, "rotate_secret", func(tx *gorm.DB) (done bool, err error) {
		if e, err = endpointIn(tx, org, id); err != nil || e.RotationID == rotation {
			return true, err
		}
		if overlap > 0 && e.Overlaps(s.Now()) {
			return false, models.Errorf(models.CodeRotationInProgress, "A rotation is under way. "+
				"Finish it, wait for the end of its overlap, or rotate without an overlap")
		}
		return false, s.replaceSecret(tx, &e, rotation, overlap)
	})
	if err != nil {
		return e, "", err
	}
	current, err := s.keys.Open(e.SecretSealed, endpointPlace(org, id))
	return e, string(current), err
}

func (s *Store) replaceSecret(tx *gorm.DB, e *models.WebhookEndpoint, rotation string, overlap time.Duration) error {
	old, _, err := s.secrets(*e)
	if err != nil {
		return err
	}
	secret := models.NewSecret(models.WebhookSecretPrefix)
	e.RotationID, e.SecretSealed = rotation, s.keys.Seal([]byte(secret), endpointPlace(e.OrgID, e.ID))
	e.OldSecretSealed, e.OverlapUntil = nil, nil
	if overlap > 0 {
		sealed, until := s.keys.Seal([]byte(old), oldSecretPlace(e.OrgID, e.ID)), models.At(s.Now().Add(overlap))
		e.OldSecretSealed, e.OverlapUntil = &sealed, &until
	}
	return updateSecrets(tx, *e)
}

// FinishRotation ends an overlap: the new secret alone signs from now on. Without an overlap it changes nothing.
func (s *Store) FinishRotation(ctx context.Context, org, actor, id string) (e models.WebhookEndpoint, err error) {
	err = s.reconfigure(ctx, endpointRow(org, id), actor, "finish_rotation", func(tx *gorm.DB) error {
		if e, err = endpointIn(tx, org, id); err != nil {
			return err
		}
		e.OldSecretSealed, e.OverlapUntil = nil, nil
		return updateSecrets(tx, e)
	})
	return e, err
}

func updateSecrets(tx *gorm.DB, e models.WebhookEndpoint) error {
	return tx.Model(&models.WebhookEndpoint{}).Where("id = ?", e.ID).Updates(map[string]any{
		"secret_sealed": e.SecretSealed, "old_secret_sealed": e.OldSecretSealed, "overlap_until": e.OverlapUntil,
		"rotation_id": e.RotationID,
	}).Error
}

// secrets returns the secret that signs and, during a rotation, the next secret.
func (s *Store) secrets(e models.WebhookEndpoint) (signs, next string, err error) {
	current, err := s.keys.Open(e.SecretSealed, endpointPlace(e.OrgID, e.ID))
	if err != nil || !e.Overlaps(s.Now()) {
		return string(current), "", err
	}
	old, err := s.keys.Open(*e.OldSecretSealed, oldSecretPlace(e.OrgID, e.ID))
	return string(old), string(current), err
}

// endOverlap erases the old secret after the end of the overlap, so that it cannot sign again if a clock is set back.
func (s *Store) endOverlap(ctx context.Context, e *models.WebhookEndpoint) error {
	if e.OldSecretSealed == nil || e.Overlaps(s.Now()) {
		return nil
	}
	err := s.read(ctx).Model(&models.WebhookEndpoint{}).
		Where("id = ? AND org_id = ? AND overlap_until <= ?", e.ID, e.OrgID, s.Now()).
		Updates(map[string]any{"old_secret_sealed": nil, "overlap_until": nil}).Error
	if err != nil {
		return err
	}
	e.OldSecretSealed, e.OverlapUntil = nil, nil
	return nil
}

// Endpoint reads an endpoint. Errors: CodeResourceMissing.
func (s *Store) Endpoint(ctx context.Context, org, id string) (models.WebhookEndpoint, error) {
	return endpointIn(s.read(ctx), org, id)
}

func endpointIn(tx *gorm.DB, org, id string) (models.WebhookEndpoint, error) {
	var e models.WebhookEndpoint
	found, err := one(tx.Where("id = ? AND org_id = ? AND NOT deleted", id, org), &e)
	if err != nil || !found {
		return e, orMissing(err, "webhook_endpoint", id)
	}
	return e, nil
}

// Endpoints lists endpoints, newest first.
func (s *Store) Endpoints(ctx context.Context, org string, page Page) ([]models.WebhookEndpoint, bool, error) {
	q := s.read(ctx).Where("org_id = ?", org)
	return listWithin[models.WebhookEndpoint](s, q, listed(Window{}, notDeleted), page)
}

// UpdateEndpoint applies edit to the endpoint and stores it, unless edit fails. If it disables the endpoint, it stops
// the outstanding deliveries.
func (s *Store) UpdateEndpoint(
	ctx context.Context, org, actor, id string, edit func(*models.WebhookEndpoint) error,
) (models.WebhookEndpoint, error) {
	var e models.WebhookEndpoint
	err := s.reconfigure(ctx, endpointRow(org, id), actor, "update", func(tx *gorm.DB) (err error) {
		if e, err = endpointIn(tx, org, id); err != nil {
			return err
		}
		was := e
		if err = edit(&e); err != nil {
			return err
		}
		if e.Status == models.EndpointEnabled && (was.Status != e.Status || was.URL != e.URL) {
			e.GoneAt, e.DisabledReason, e.DisabledAt = nil, nil, nil
		}
		err = tx.Model(&models.WebhookEndpoint{}).Where("id = ?", id).Updates(map[string]any{
			"url": e.URL, "enabled_events": e.EnabledEvents, "status": e.Status,
			"description": e.Description, "metadata": e.Metadata,
			"gone_at": e.GoneAt, "disabled_reason": e.DisabledReason, "disabled_at": e.DisabledAt,
		}).Error
		if err != nil {
			return err
		}
		if e.Status == models.EndpointDisabled {
			return s.stopDeliveries(tx, id)
		}
		return nil
	})
	return e, err
}

// DeleteEndpoint deletes an endpoint and stops its outstanding deliveries. Its past deliveries are kept.
func (s *Store) DeleteEndpoint(ctx context.Context, org, actor, id string) error {
	return s.reconfigure(ctx, endpointRow(org, id), actor, "delete", func(tx *gorm.DB) error {
		err := tx.Model(&models.WebhookEndpoint{}).Where("id = ?", id).
			Updates(map[string]any{"deleted": true, "status": models.EndpointDisabled}).Error
		if err != nil {
			return err
		}
		return s.stopDeliveries(tx, id)
	})
}
