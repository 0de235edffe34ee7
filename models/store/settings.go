package store

import (
	"context"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
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
) (models.Organization, error) {
	return s.changeOrganization(ctx, org, actor, "organization.update",
		func(row models.Organization) (map[string]any, error) { return c.columns(row), nil })
}

// changeOrganization sets the columns that decide returns for the row. Without any it changes nothing.
func (s *Store) changeOrganization(
	ctx context.Context, org, actor, action string, decide func(models.Organization) (map[string]any, error),
) (changed models.Organization, err error) {
	err = s.settle(ctx, func(tx *gorm.DB) error {
		changed = models.Organization{}
		found, err := one(tx.Where("id = ?", org).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}), &changed)
		if err != nil || !found {
			return orMissing(err, "organization", org)
		}
		set, err := decide(changed)
		if err != nil || len(set) == 0 {
			return err
		}
		err = tx.Model(&changed).Clauses(returning(models.Organization{})).Where("id = ?", org).Updates(set).Error
		if err != nil {
			return err
		}
		return s.audit(tx, org, actor, action, org, set)
	})
	if err == nil {
		s.organizations.Remove(org)
	}
	return changed, err
}

// TrustPolicyChange changes the policy for verifications that users share. A nil field changes nothing.
type TrustPolicyChange struct {
	Accept           *bool
	MaxAgeDays       *int
	SameJurisdiction *bool
	Methods          *[]rules.Method
	// Acknowledged says that the organization accepts its liability. Each switch-on of Accept needs it.
	Acknowledged bool
}

// columns returns the columns to set that differ from the row.
func (c TrustPolicyChange) columns(p models.TrustPolicy, now models.Timestamp) map[string]any {
	set := map[string]any{}
	if c.Accept != nil && *c.Accept != p.Accept {
		set["trust_accept"] = *c.Accept
		if *c.Accept {
			set["trust_acknowledged_at"] = now
		}
	}
	if c.MaxAgeDays != nil && *c.MaxAgeDays != p.MaxAgeDays {
		set["trust_max_age_days"] = *c.MaxAgeDays
	}
	if c.SameJurisdiction != nil && *c.SameJurisdiction != p.SameJurisdiction {
		set["trust_same_jurisdiction"] = *c.SameJurisdiction
	}
	if c.Methods != nil && !slices.Equal(*c.Methods, p.Methods.V) {
		set["trust_methods"] = models.AsJSON(*c.Methods)
	}
	return set
}

// ChangeTrustPolicy changes the policy and returns the organization. The audit log records each change, and with a
// switch-on the acknowledgement. Errors: CodeResourceMissing; CodeParameterInvalid for a switch-on without
// acknowledgement.
func (s *Store) ChangeTrustPolicy(
	ctx context.Context, org, actor string, c TrustPolicyChange,
) (models.Organization, error) {
	return s.changeOrganization(ctx, org, actor, "trust_reuse_policy.update",
		func(row models.Organization) (map[string]any, error) {
			set := c.columns(row.Trust, s.Now())
			if _, switched := set["trust_acknowledged_at"]; switched && !c.Acknowledged {
				return nil, models.Invalid("liability_acknowledged", "Each switch-on of accept needs liability_acknowledged:"+
					" true. You accept verifications of other organizations as your own, and keep the liability for them")
			}
			return set, nil
		})
}
