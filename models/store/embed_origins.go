package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// mostEmbedOrigins bounds the header with which the verification page names them all.
const mostEmbedOrigins = 50

// embedOrigin is the origin of pages that may show an organization's sessions in a frame.
type embedOrigin struct {
	OrgID   string `gorm:"primaryKey"`
	Origin  string `gorm:"primaryKey"`
	Created models.Timestamp
}

func (embedOrigin) TableName() string { return "embed_origins" }

var embeddingPages = allowedPages{
	noun: "embed origin", action: "embed_origin", detail: "origin", limit: mostEmbedOrigins,
	parse: models.ParseOrigin, read: embedOriginsIn,
	insert: func(tx *gorm.DB, org string, page models.HandoffURL, now models.Timestamp) (bool, error) {
		return createOnce(tx, &embedOrigin{OrgID: org, Origin: page.Origin, Created: now})
	},
	remove: func(tx *gorm.DB, org, address string) *gorm.DB {
		return tx.Where("org_id = ? AND origin = ?", org, address).Delete(&embedOrigin{})
	},
}

// EmbedOrigins returns the origins of the pages that may show the organization's sessions in a frame, in alphabetical
// order. Their paths are empty.
func (s *Store) EmbedOrigins(ctx context.Context, org string) ([]models.HandoffURL, error) {
	return embedOriginsIn(s.read(ctx), org)
}

func embedOriginsIn(tx *gorm.DB, org string) ([]models.HandoffURL, error) {
	var rows []embedOrigin
	if err := tx.Where("org_id = ?", org).Order("origin").Find(&rows).Error; err != nil {
		return nil, err
	}
	origins := make([]models.HandoffURL, 0, len(rows))
	for _, row := range rows {
		origins = append(origins, models.HandoffURL{Origin: row.Origin})
	}
	return origins, nil
}

// ChangeEmbedOrigins removes embed origins of the organization and adds others, all or none. It returns the list.
// Adding a listed origin changes nothing. Errors: CodeParameterInvalid for an invalid origin or more than 50 of them,
// CodeResourceMissing for an origin to remove that is not listed.
func (s *Store) ChangeEmbedOrigins(
	ctx context.Context, org, actor string, add, remove []string,
) ([]models.HandoffURL, error) {
	return s.changePages(ctx, embeddingPages, org, actor, add, remove)
}
