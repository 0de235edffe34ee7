package store

import (
	"strconv"
	"strings"

	"gorm.io/gorm"
)

// write makes one statement that inserts, updates or deletes rows.
type write func(tx *gorm.DB) *gorm.DB

// inserting returns the write that inserts a row, or a slice of rows.
func inserting(rows any) write {
	return func(tx *gorm.DB) *gorm.DB { return tx.Create(rows) }
}

// together makes writes to different tables. On PostgreSQL they are one statement, which takes one round trip: none of
// them sees the rows of another, and foreign keys are checked after all of them.
func (s *Store) together(tx *gorm.DB, writes ...write) error {
	if s.dialect == dialectPostgres && len(writes) > 1 {
		return joined(tx, writes)
	}
	for _, w := range writes {
		if err := w(tx).Error; err != nil {
			return err
		}
	}
	return nil
}

// joined executes the writes as the parts of a WITH clause.
func joined(tx *gorm.DB, writes []write) error {
	var sql strings.Builder
	var args []any
	parts := tx.Session(&gorm.Session{DryRun: true})
	for i, w := range writes {
		part := w(parts)
		if part.Error != nil {
			return part.Error
		}
		sql.WriteString(joint(i))
		sql.WriteString(strconv.Itoa(i))
		sql.WriteString(" AS (")
		shift(&sql, part.Statement.SQL.String(), len(args))
		sql.WriteByte(')')
		args = append(args, part.Statement.Vars...)
	}
	sql.WriteString(" SELECT 1")
	return tx.Exec(sql.String(), args...).Error
}

// joint returns the text before the name of the i-th part of a WITH clause.
func joint(i int) string {
	if i == 0 {
		return "WITH w"
	}
	return ", w"
}

// shift appends a statement whose parameters are numbered after the first by parameters. gorm writes all values as
// parameters, so that a dollar sign begins nothing else.
func shift(sql *strings.Builder, statement string, by int) {
	for {
		before, after, found := strings.Cut(statement, "$")
		sql.WriteString(before)
		if !found {
			return
		}
		digits := len(after) - len(strings.TrimLeft(after, "0123456789"))
		number, _ := strconv.Atoi(after[:digits]) // gorm's own number
		sql.WriteByte('$')
		sql.WriteString(strconv.Itoa(number + by))
		statement = after[digits:]
	}
}
