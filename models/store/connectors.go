package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/rules"
)

func connectorPlace(org, id string) seal.Place {
	return seal.Place{Table: "provider_connectors.secret", Row: id, Org: org}
}

func connectorRow(org, id string) configured {
	return configured{table: &models.ProviderConnector{}, kind: "provider_connector", org: org, id: id}
}

// CreateConnector stores a connector and returns its signing secret, which is not shown again. A repeat under a
// reserved id returns the first connector with its secret. Errors: CodeParameterInvalid if the method has a connector
// already.
func (s *Store) CreateConnector(
	ctx context.Context, actor string, c models.ProviderConnector,
) (models.ProviderConnector, string, error) {
	now := s.Now()
	c.ID, c.Created, c.Updated = s.NewID(ctx, models.PrefixConnector), now, now
	c.SecretSealed = s.sealConnectorSecret(c.OrgID, c.ID)
	err := s.settle(ctx, func(tx *gorm.DB) error {
		made, err := createOnce(tx, &c)
		if err != nil || !made {
			return err
		}
		return s.audit(tx, c.OrgID, actor, "provider_connector.create", c.ID, nil)
	})
	if err != nil {
		return c, "", err
	}
	stored, err := s.Connector(ctx, c.OrgID, c.ID)
	if models.CodeOf(err) == models.CodeResourceMissing {
		return c, "", models.Invalid("method",
			"There is a connector for %s already. Update that one, or delete it first", c.Method)
	}
	if err != nil {
		return c, "", err
	}
	secret, err := s.connectorSecret(stored)
	return stored, secret, err
}

func (s *Store) sealConnectorSecret(org, id string) string {
	return s.keys.Seal([]byte(models.NewSecret(models.ConnectorSecretPrefix)), connectorPlace(org, id))
}

func (s *Store) connectorSecret(c models.ProviderConnector) (string, error) {
	secret, err := s.keys.Open(c.SecretSealed, connectorPlace(c.OrgID, c.ID))
	return string(secret), err
}

// Connector reads a connector. Errors: CodeResourceMissing.
func (s *Store) Connector(ctx context.Context, org, id string) (models.ProviderConnector, error) {
	return connectorIn(s.read(ctx), org, id)
}

func connectorIn(tx *gorm.DB, org, id string) (models.ProviderConnector, error) {
	var c models.ProviderConnector
	found, err := one(tx.Where("id = ? AND org_id = ? AND NOT deleted", id, org), &c)
	if err != nil || !found {
		return c, orMissing(err, "provider_connector", id)
	}
	return c, nil
}

// ConnectedMethods returns the methods for which an organization has an enabled connector, each with the connector's
// id.
func (s *Store) ConnectedMethods(ctx context.Context, org string) (map[rules.Method]string, error) {
	var rows []models.ProviderConnector
	err := s.read(ctx).Select("id", "method").
		Where("org_id = ? AND status = ? AND NOT deleted", org, models.ConnectorEnabled).Find(&rows).Error
	connected := make(map[rules.Method]string, len(rows))
	for _, row := range rows {
		connected[row.Method] = row.ID
	}
	return connected, err
}

// ConnectorFor reads the enabled connector of a method. It returns false if there is none.
func (s *Store) ConnectorFor(
	ctx context.Context, org string, method rules.Method,
) (c models.ProviderConnector, found bool, err error) {
	found, err = one(s.read(ctx).Where("org_id = ? AND method = ? AND status = ? AND NOT deleted",
		org, method, models.ConnectorEnabled), &c)
	return c, found, err
}

// ConnectorSecret reads a connector with its signing secret. Errors: CodeResourceMissing, also for a connector that is
// disabled or deleted.
func (s *Store) ConnectorSecret(ctx context.Context, org, id string) (models.ProviderConnector, string, error) {
	c, err := s.Connector(ctx, org, id)
	if err != nil {
		return c, "", err
	}
	if !c.InUse() {
		return c, "", models.Missing("provider_connector", id)
	}
	secret, err := s.connectorSecret(c)
	return c, secret, err
}

// Connectors lists connectors, newest first.
func (s *Store) Connectors(ctx context.Context, org string, page Page) ([]models.ProviderConnector, bool, error) {
	q := s.read(ctx).Where("org_id = ?", org)
	return listWithin[models.ProviderConnector](s, q, listed(Window{}, notDeleted), page)
}

// UpdateConnector applies edit to the connector and stores it. Submissions under way use the updated connector.
func (s *Store) UpdateConnector(
	ctx context.Context, org, actor, id string, edit func(*models.ProviderConnector),
) (c models.ProviderConnector, err error) {
	err = s.reconfigure(ctx, connectorRow(org, id), actor, "update", func(tx *gorm.DB) error {
		if c, err = connectorIn(tx, org, id); err != nil {
			return err
		}
		edit(&c)
		return tx.Model(&models.ProviderConnector{}).Where("id = ?", id).Updates(map[string]any{
			"name": c.Name, "url": c.URL, "mode": c.Mode, "timeout_seconds": c.TimeoutSeconds,
			"callback_timeout_seconds": c.CallbackTimeoutSeconds, "status": c.Status,
		}).Error
	})
	return c, err
}

// RotateConnectorSecret replaces the signing secret at once and returns the new one, which is not shown again. A repeat
// under a reserved id returns the result of the first rotation.
func (s *Store) RotateConnectorSecret(
	ctx context.Context, org, actor, id string,
) (c models.ProviderConnector, secret string, err error) {
	rotation := s.NewID(ctx, models.PrefixRotation)
	err = s.reconfigureOnce(ctx, connectorRow(org, id), actor, "rotate_secret", func(tx *gorm.DB) (done bool, err error) {
		if c, err = connectorIn(tx, org, id); err != nil || c.RotationID == rotation {
			return true, err
		}
		c.RotationID, c.SecretSealed = rotation, s.sealConnectorSecret(org, id)
		return false, tx.Model(&models.ProviderConnector{}).Where("id = ?", id).
			Updates(map[string]any{"secret_sealed": c.SecretSealed, "rotation_id": rotation}).Error
	})
	if err != nil {
		return c, "", err
	}
	secret, err = s.connectorSecret(c)
	return c, secret, err
}

// DeleteConnector deletes a connector. Submissions that wait for its provider end when the provider's time is over.
func (s *Store) DeleteConnector(ctx context.Context, org, actor, id string) error {
	return s.reconfigure(ctx, connectorRow(org, id), actor, "delete", func(tx *gorm.DB) error {
		return tx.Model(&models.ProviderConnector{}).Where("id = ?", id).Updates(map[string]any{"deleted": true}).Error
	})
}
