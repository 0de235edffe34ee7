package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
)

// createOnce inserts the row, unless its id is taken, and reports whether it did. A repeated request so finds the row
// of the first.
func createOnce(tx *gorm.DB, row any) (made bool, err error) {
	res := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(row)
	return res.RowsAffected == 1, res.Error
}

// orMissing returns err, or a resource_missing error if err is nil.
func orMissing(err error, kind, id string) error {
	if err != nil {
		return err
	}
	return models.Missing(kind, id)
}

// claim returns the rows on which this replica's conditional UPDATE succeeded.
func claim[T any](rows []T, update func(row *T) *gorm.DB) ([]T, error) {
	claimed := rows[:0]
	for _, row := range rows {
		res := update(&row)
		if res.Error != nil {
			return claimed, res.Error
		}
		if res.RowsAffected == 1 {
			claimed = append(claimed, row)
		}
	}
	return claimed, nil
}

// pause waits for d, or until the context ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
