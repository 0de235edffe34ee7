package store

import (
	"context"

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

var handoffPages = allowedPages{
	noun: "handoff URL", action: "handoff_url", detail: "url", parse: models.ParseHandoffURL, read: handoffURLsIn,
	insert: func(tx *gorm.DB, org string, page models.HandoffURL, now models.Timestamp) (bool, error) {
		return createOnce(tx, &handoffURL{OrgID: org, URL: page.String(), Origin: page.Origin, Created: now})
	},
	remove: func(tx *gorm.DB, org, address string) *gorm.DB {
		return tx.Where("org_id = ? AND url = ?", org, address).Delete(&handoffURL{})
	},
}

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
// for a page to remove that is not allowed.
func (s *Store) ChangeHandoffURLs(
	ctx context.Context, org, actor string, add, remove []string,
) (allowed []models.HandoffURL, err error) {
	return s.changePages(ctx, handoffPages, org, actor, add, remove)
}
