package store

import (
	"context"
	"strings"
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

// claim sets a column of times in the rows that still have the time with which they were read, in one statement, and
// returns those rows. key returns the id of a row and that time. q has further conditions.
func claim[T any](
	q *gorm.DB, rows []T, column string, to models.Timestamp, key func(row *T) (id string, read *models.Timestamp),
) ([]T, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	keys, ids := make([]any, 0, 2*len(rows)), make([]string, len(rows))
	for i := range rows {
		id, read := key(&rows[i])
		ids[i], keys = id, append(keys, id, *read)
	}
	var done []T
	err := q.Model(&done).Clauses(clause.Returning{Columns: []clause.Column{{Name: "id"}}}).
		Where(stillAt(column, keys)).Updates(map[string]any{column: to}).Error
	if err != nil {
		return nil, err
	}
	won := make(map[string]bool, len(done))
	for i := range done {
		id, _ := key(&done[i])
		won[id] = true
	}
	claimed := rows[:0]
	for i, row := range rows {
		if won[ids[i]] {
			claimed = append(claimed, row)
		}
	}
	return claimed, nil
}

// stillAt is true for the rows whose id and time in the column are a pair of keys.
func stillAt(column string, keys []any) clause.Expr {
	rows := strings.TrimSuffix(strings.Repeat("(?,CAST(? AS BIGINT)),", len(keys)/2), ",")
	return clause.Expr{SQL: "(id, " + column + ") IN (VALUES " + rows + ")", Vars: keys}
}

// pause waits for d, or until the context ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
