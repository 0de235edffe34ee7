package store

import (
	"context"
	"encoding/base64"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
)

// logo is the row of an organization's logo.
type logo struct {
	OrgID     string `gorm:"primaryKey"`
	MediaType string
	Digest    string
	Content   string // base64
}

func (logo) TableName() string { return "logos" }

// BrandingChange changes the branding of an organization. A nil field changes nothing.
type BrandingChange struct {
	Name, Color *string
	Logo        *models.Logo
	// ClearName, ClearColor and ClearLogo remove what is not set in the same change.
	ClearName, ClearColor, ClearLogo bool
}

// ChangeBranding changes the branding of the organization and returns the organization. Errors: CodeParameterInvalid of
// name or color, CodeResourceMissing.
func (s *Store) ChangeBranding(
	ctx context.Context, org, actor string, c BrandingChange,
) (changed models.Organization, err error) {
	set, err := c.columns()
	if err != nil {
		return changed, err
	}
	err = s.settle(ctx, func(tx *gorm.DB) error {
		changed = models.Organization{}
		found, err := one(tx.Where("id = ?", org), &changed)
		if err != nil || !found {
			return orMissing(err, "organization", org)
		}
		if len(set) == 0 {
			return nil
		}
		if err := c.putLogo(tx, org); err != nil {
			return err
		}
		if err := tx.Model(&models.Organization{}).Where("id = ?", org).Updates(set).Error; err != nil {
			return err
		}
		if err := s.audit(tx, org, actor, "organization.branding", org, set); err != nil {
			return err
		}
		changed = models.Organization{}
		_, err = one(tx.Where("id = ?", org), &changed)
		return err
	})
	if err == nil {
		s.organizations.Remove(org)
	}
	return changed, err
}

// columns returns the columns of the organization to set, with their values.
func (c BrandingChange) columns() (map[string]any, error) {
	set := map[string]any{}
	for column, cleared := range map[string]bool{
		"brand_name": c.ClearName, "brand_color": c.ClearColor, "logo_digest": c.ClearLogo,
	} {
		if cleared {
			set[column] = nil
		}
	}
	if c.Name != nil {
		if err := models.CheckCompanyName("name", c.Name); err != nil {
			return nil, err
		}
		set["brand_name"] = *c.Name
	}
	if c.Color != nil {
		color, err := models.ParseColor("color", *c.Color)
		if err != nil {
			return nil, err
		}
		set["brand_color"] = color
	}
	if c.Logo != nil {
		set["logo_digest"] = c.Logo.Digest
	}
	return set, nil
}

func (c BrandingChange) putLogo(tx *gorm.DB, org string) error {
	switch {
	case c.Logo != nil:
		return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&logo{
			OrgID: org, MediaType: c.Logo.MediaType, Digest: c.Logo.Digest,
			Content: base64.StdEncoding.EncodeToString(c.Logo.Content),
		}).Error
	case c.ClearLogo:
		return tx.Where("org_id = ?", org).Delete(&logo{}).Error
	default:
		return nil
	}
}

// Logo reads the logo of the organization. Errors: CodeResourceMissing.
func (s *Store) Logo(ctx context.Context, org string) (models.Logo, error) {
	var row logo
	if found, err := one(s.read(ctx).Where("org_id = ?", org), &row); err != nil || !found {
		return models.Logo{}, orMissing(err, "logo", org)
	}
	content, err := base64.StdEncoding.DecodeString(row.Content)
	return models.Logo{MediaType: row.MediaType, Digest: row.Digest, Content: content}, err
}
