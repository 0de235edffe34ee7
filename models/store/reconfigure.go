package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// configured identifies a row that an organization configures. Its row is kept when it is deleted.
type configured struct {
	table         any
	kind, org, id string
}

// reconfigure changes a configured row and writes an audit entry. It first locks the row by writing to it, so that
// concurrent changes are ordered. Errors: CodeResourceMissing.
func (s *Store) reconfigure(
	ctx context.Context, row configured, actor, action string, change func(tx *gorm.DB) error,
) error {
	return s.reconfigureOnce(ctx, row, actor, action, func(tx *gorm.DB) (bool, error) { return false, change(tx) })
}

// reconfigureOnce is reconfigure for a change that reports whether it was made before. In that case nothing is written.
func (s *Store) reconfigureOnce(
	ctx context.Context, row configured, actor, action string, change func(tx *gorm.DB) (done bool, err error),
) error {
	err := s.settle(ctx, func(tx *gorm.DB) error {
		res := tx.Model(row.table).Where("id = ? AND org_id = ? AND NOT deleted", row.id, row.org).
			Updates(map[string]any{"updated": s.Now()})
		if res.Error != nil {
			return res.Error
		}
		if res.RowsAffected == 0 {
			return models.Missing(row.kind, row.id)
		}
		done, err := change(tx)
		if err != nil {
			return err
		}
		if done {
			return errMadeBefore
		}
		return s.audit(tx, row.org, actor, row.kind+"."+action, row.id, nil)
	})
	if errors.Is(err, errMadeBefore) {
		return nil
	}
	return err
}

// errMadeBefore rolls a repeated change back.
var errMadeBefore = errors.New("the change has been made before")
