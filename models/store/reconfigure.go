package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// configured is a row that an organization configures, and that keeps its place when it is deleted.
type configured struct {
	table         any
	kind, org, id string
}

// reconfigure changes such a row, with an entry in the audit log. It takes the row for the transaction by writing to it
// first, so that two changes come one after the other.
func (s *Store) reconfigure(
	ctx context.Context, row configured, actor, action string, change func(tx *gorm.DB) error,
) error {
	return s.reconfigureOnce(ctx, row, actor, action, func(tx *gorm.DB) (bool, error) { return false, change(tx) })
}

// reconfigureOnce is reconfigure for a change that tells whether it had been made before: then nothing is written.
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
		if err == nil && done {
			err = errMadeBefore
		}
		if err != nil {
			return err
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
