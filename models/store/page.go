package store

import (
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
)

// Page is a slice of a list: newest first, from one cursor on.
type Page struct {
	Limit         int
	StartingAfter string // the id before which (in time) rows are wanted
	EndingBefore  string // the id after which (in time) rows are wanted
}

// Window bounds a time of rows, both ends included; nil means unbounded.
type Window struct{ From, To *models.Timestamp }

func (w Window) apply(q *gorm.DB, column string) *gorm.DB {
	if w.From != nil {
		q = q.Where(column+" >= ?", *w.From)
	}
	if w.To != nil {
		// A bound is given in seconds and includes the whole of its last one.
		q = q.Where(column+" < ?", w.To.UnixMicro()+1_000_000)
	}
	return q
}

// equal narrows q to rows with these values; an empty one does not.
func equal(q *gorm.DB, values map[string]string) *gorm.DB {
	for column, value := range values {
		if value != "" {
			q = q.Where(column+" = ?", value)
		}
	}
	return q
}

// among is true of rows with one of many values. As a list of rows, which PostgreSQL joins with: a plain list that it has
// prepared for any values it compares one by one with every row of a scan.
func among(column string, values []string) clause.Expr {
	args := make([]any, 0, len(values))
	for _, value := range values {
		args = append(args, value)
	}
	rows := strings.TrimSuffix(strings.Repeat("(?),", len(values)), ",")
	return clause.Expr{SQL: column + " IN (VALUES " + rows + ")", Vars: args}
}

// place is where a row stands in a list.
type place struct {
	ID      string
	Created models.Timestamp
}

// list reads one page of q, which is limited to an organization already, and says whether more follows.
func list[T any](s *Store, q *gorm.DB, page Page) (rows []T, more bool, err error) {
	return listWithin[T](s, q, func(q *gorm.DB) *gorm.DB { return q }, page)
}

// listWithin reads one page of what the filter leaves of q. The cursor may be any row of q: rows leave a filter while
// somebody walks through what it lets pass.
func listWithin[T any](
	s *Store, q *gorm.DB, filter func(*gorm.DB) *gorm.DB, page Page,
) (rows []T, more bool, err error) {
	q = q.Session(&gorm.Session{}) // reusable: the cursor look-up and the page start from the same conditions
	if page.EndingBefore != "" {
		return listBackwards[T](s, q, filter, page)
	}
	wanted := filter(q)
	if page.StartingAfter != "" {
		at, err := cursor[T](q, "starting_after", page.StartingAfter)
		if err != nil {
			return nil, false, err
		}
		wanted = wanted.Where("created < ? OR (created = ? AND id < ?)", at.Created, at.Created, at.ID)
	}
	rows, more, err = fetch[T](wanted.Order("created DESC, id DESC"), page.Limit)
	return rows, more, err
}

// listBackwards leaves out rows so young that an older one might still be uncommitted: who polls with
// ending_before would never see that one.
func listBackwards[T any](s *Store, q *gorm.DB, filter func(*gorm.DB) *gorm.DB, page Page) ([]T, bool, error) {
	at, err := cursor[T](q, "ending_before", page.EndingBefore)
	if err != nil {
		return nil, false, err
	}
	settled := models.At(s.now().Add(-WriteLimit))
	q = filter(q).Where("created > ? OR (created = ? AND id > ?)", at.Created, at.Created, at.ID).
		Where("created < ?", settled)
	rows, more, err := fetch[T](q.Order("created ASC, id ASC"), page.Limit)
	slices.Reverse(rows)
	return rows, more, err
}

func cursor[T any](q *gorm.DB, param, id string) (place, error) {
	var at place
	found, err := one(q.Model(new(T)).Select("id", "created").Where("id = ?", id), &at)
	if err != nil {
		return at, err
	}
	if !found {
		return at, models.Invalid(param, "No object of this list has the id '%s'", id)
	}
	return at, nil
}

func fetch[T any](q *gorm.DB, limit int) ([]T, bool, error) {
	rows := []T{}
	if err := q.Limit(limit + 1).Find(&rows).Error; err != nil {
		return nil, false, err
	}
	if len(rows) > limit {
		return rows[:limit], true, nil
	}
	return rows, false, nil
}
