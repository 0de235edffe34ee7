package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// SettingsChange changes the settings of an organization. A nil field changes nothing.
type SettingsChange struct {
	NetworkDedup *bool
}

// columns returns the columns to set that differ from the row.
func (c SettingsChange) columns(row models.Organization) map[string]any {
	set := map[string]any{}
	if c.NetworkDedup != nil && *c.NetworkDedup != row.NetworkDedup {
		set["network_dedup"] = *c.NetworkDedup
	}
	return set
}

// Organization reads the organization's own row, and not from a cache. Errors: CodeResourceMissing.
func (s *Store) Organization(ctx context.Context, org string) (models.Organization, error) {
	var row models.Organization
	found, err := one(s.read(ctx).Where("id = ?", org), &row)
	if err != nil || !found {
		return row, orMissing(err, "organization", org)
	}
	return row, nil
}

// ChangeSettings changes the settings of the organization and returns it. A change that changes nothing is not in the
// audit log. Other replicas apply the change within seconds. Errors: CodeResourceMissing.
func (s *Store) ChangeSettings(
	ctx context.Context, org, actor string, c SettingsChange,
) (changed models.Organization, err error) {
	err = s.settle(ctx, func(tx *gorm.DB) error {
		changed = models.Organization{}
		found, err := one(tx.Where("id = ?", org), &changed)
		if err != nil || !found {
			return orMissing(err, "organization", org)
		}
		set := c.columns(changed)
		if len(set) == 0 {
			return nil
		}
		err = tx.Model(&changed).Clauses(returning(models.Organization{})).Where("id = ?", org).Updates(set).Error
		if err != nil {
			return err
		}
		return s.audit(tx, org, actor, "organization.update", org, set)
	})
	if err == nil {
		s.organizations.Remove(org)
	}
	return changed, err
}
