package store

import (
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/stile-id/stile/models"
)

// ListBytes is the default of Options.ListBytes.
const ListBytes = 4 << 20

// ListBytes returns how many bytes of large rows one page of a list reads and returns.
func (s *Store) ListBytes() int { return s.listBytes }

// sized is a row of a list with the size of its large columns, without their values.
type sized struct {
	ID      string
	Created models.Timestamp
	Bytes   int64
}

// listSized is list for rows that may be large. It reads at most ListBytes of rows, but at least one row, and
// reports that more follow if it leaves some out. size is the SQL expression of a row's bytes.
func listSized[T schema.Tabler](s *Store, q *gorm.DB, size string, page Page) ([]T, bool, error) {
	q = q.Session(&gorm.Session{})
	var row T
	lean, more, err := list[sized](s, q.Table(row.TableName()).Select("id, created, "+size+" AS bytes"), page)
	if err != nil {
		return nil, false, err
	}
	fitting := CutPage(page, lean, func(r sized) int64 { return r.Bytes }, int64(s.listBytes))
	ids := make([]string, 0, len(fitting))
	for _, r := range fitting {
		ids = append(ids, r.ID)
	}
	rows := []T{}
	err = q.Where("id IN ?", ids).Order(newestFirst("created")).Find(&rows).Error
	return rows, more || len(fitting) < len(lean), err
}

// CutPage returns the rows of a page that weigh at most most together, counted from the cursor, so that the client can
// continue from the last of them. It returns at least one row, if there is one.
func CutPage[T any](page Page, rows []T, weight func(T) int64, most int64) []T {
	if page.EndingBefore != "" {
		backwards := slices.Clone(rows)
		slices.Reverse(backwards)
		return rows[len(rows)-countFitting(backwards, weight, most):]
	}
	return rows[:countFitting(rows, weight, most)]
}

func countFitting[T any](rows []T, weight func(T) int64, most int64) int {
	for i, row := range rows {
		if most -= weight(row); most < 0 && i > 0 {
			return i
		}
	}
	return len(rows)
}
