package store

import (
	"cmp"
	"context"
	"fmt"

	"gorm.io/gorm"
)

// resealBatch is the number of values that a transaction of Reseal seals anew.
const resealBatch = 200

// SealsUnder returns the id of the key that seals.
func (s *Store) SealsUnder() string { return s.keys.Primary() }

// Reseal seals all values anew that are sealed under another key than the first of the keys, in short transactions, so
// that requests go on. It calls progress after each batch with the table and the number of values. Values that change
// or vanish meanwhile are left: a change seals under the first key. A further call goes on where an interrupted one
// ended. Values that are deleted within IdempotencyTTL are left too. Every process must have the first key in front
// before.
func (a Across) Reseal(ctx context.Context, progress func(table string, values int)) error {
	for _, c := range sealedColumns {
		if c.fades {
			continue
		}
		if err := a.s.reseal(ctx, c, progress); err != nil {
			return fmt.Errorf("%s.%s: %w", c.table, c.column, err)
		}
	}
	return nil
}

func (s *Store) reseal(ctx context.Context, c sealedColumn, progress func(table string, values int)) error {
	size := cmp.Or(c.batch, resealBatch)
	prefix := s.keys.Primary() + "."
	for after := ""; ; {
		var old []sealedValue
		err := c.values(s.read(ctx)).Where(c.column+" <> '' AND substr("+c.column+", 1, ?) <> ?", len(prefix), prefix).
			Where("id > ?", after).Order("id").Limit(size).Scan(&old).Error
		if err != nil || len(old) == 0 {
			return err
		}
		changed := 0
		err = s.write(ctx, func(tx *gorm.DB) error {
			changed, err = s.resealAll(tx, c, old)
			return err
		})
		if err != nil {
			return err
		}
		progress(c.table, changed)
		after = old[len(old)-1].Row
	}
}

func (s *Store) resealAll(tx *gorm.DB, c sealedColumn, old []sealedValue) (changed int, err error) {
	for _, value := range old {
		at := c.place(value.Row, value.Org)
		plain, err := s.keys.Open(value.Sealed, at)
		if err != nil {
			return changed, fmt.Errorf("row %s: %w", value.Row, err)
		}
		res := tx.Table(c.table).Where("id = ? AND "+c.column+" = ?", value.Row, value.Sealed).
			Updates(map[string]any{c.column: s.keys.Seal(plain, at)})
		if res.Error != nil {
			return changed, res.Error
		}
		changed += int(res.RowsAffected)
	}
	return changed, nil
}
