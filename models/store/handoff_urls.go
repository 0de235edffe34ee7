package store

import (
	"cmp"
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// handoffURL is a page that the links of an organization's handoffs may open.
type handoffURL struct {
	OrgID   string `gorm:"primaryKey"`
	URL     string `gorm:"primaryKey"` // without a slash at the end
	Origin  string
	Created models.Timestamp
}

func (handoffURL) TableName() string { return "handoff_urls" }

// HandoffURLs returns the pages that the organization has allowed, in alphabetical order.
func (s *Store) HandoffURLs(ctx context.Context, org string) ([]models.HandoffURL, error) {
	return handoffURLsIn(s.read(ctx), org)
}

func handoffURLsIn(tx *gorm.DB, org string) ([]models.HandoffURL, error) {
	var rows []handoffURL
	if err := tx.Where("org_id = ?", org).Order("url").Find(&rows).Error; err != nil {
		return nil, err
	}
	urls := make([]models.HandoffURL, 0, len(rows))
	for _, row := range rows {
		urls = append(urls, models.HandoffURL{Origin: row.Origin, Path: row.URL[len(row.Origin):]})
	}
	return urls, nil
}

// ChangeHandoffURLs removes allowed pages of the organization and adds others, all or none. It returns the allowed
// pages. Adding an allowed page changes nothing. Errors: CodeParameterInvalid for an invalid page, CodeResourceMissing
// for a page to remove that is not allowed, so that a misspelled removal does not go unnoticed.
func (s *Store) ChangeHandoffURLs(
	ctx context.Context, org, actor string, add, remove []string,
) (allowed []models.HandoffURL, err error) {
	err = s.settle(ctx, func(tx *gorm.DB) error {
		var o models.Organization
		if found, err := one(tx.Where("id = ?", org), &o); err != nil || !found {
			return orMissing(err, "organization", org)
		}
		for i, text := range remove {
			if err := s.removeHandoffURL(tx, o, actor, fmt.Sprintf("remove[%d]", i), text); err != nil {
				return err
			}
		}
		for i, text := range add {
			if err := s.addHandoffURL(tx, o, actor, fmt.Sprintf("add[%d]", i), text); err != nil {
				return err
			}
		}
		allowed, err = handoffURLsIn(tx, org)
		return err
	})
	return allowed, err
}

func (s *Store) addHandoffURL(tx *gorm.DB, org models.Organization, actor, param, text string) error {
	page, err := models.ParseHandoffURL(param, text)
	if err != nil {
		return err
	}
	if err := page.SafeFor(org, param); err != nil {
		return err
	}
	row := handoffURL{OrgID: org.ID, URL: page.Tidy().String(), Origin: page.Origin, Created: s.Now()}
	if made, err := createOnce(tx, &row); err != nil || !made {
		return err
	}
	return s.audit(tx, org.ID, actor, "handoff_url.add", org.ID, map[string]any{"url": row.URL})
}

func (s *Store) removeHandoffURL(tx *gorm.DB, org models.Organization, actor, param, text string) error {
	// A page that a later rule made invalid can still be removed by its listed text.
	url := text
	page, err := models.ParseHandoffURL(param, text)
	if err == nil {
		url = page.Tidy().String()
	}
	res := tx.Where("org_id = ? AND url = ?", org.ID, url).Delete(&handoffURL{})
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected == 0 {
		return cmp.Or(err, error(models.Missing("handoff URL", url)))
	}
	return s.audit(tx, org.ID, actor, "handoff_url.remove", org.ID, map[string]any{"url": url})
}
