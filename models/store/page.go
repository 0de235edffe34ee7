package store

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
)

// Page is the requested page of a list, newest first.
type Page struct {
	Limit         int
	StartingAfter string // the page begins after this id, with older rows
	EndingBefore  string // the page ends before this id, with newer rows
}

// Window bounds a time, both ends included; nil means unbounded.
type Window struct{ From, To *models.Timestamp }

// span returns the span of the window.
func (w Window) span() (s span) {
	if w.From != nil {
		s.after = &place{Created: *w.From}
	}
	if w.To != nil {
		// The bound is in seconds and includes its whole last second.
		s.before = &place{Created: models.At(w.To.Add(time.Second))}
	}
	return s
}

// place is the position of a row in a list. A place without an ID is before all rows of its time.
type place struct {
	ID      string
	Created models.Timestamp
}

func (p place) compare(other place) int {
	if order := p.Created.Compare(other.Created.Time); order != 0 {
		return order
	}
	return strings.Compare(p.ID, other.ID)
}

// span is a part of a list: the rows after one place and before another. A nil place does not bound it.
type span struct{ after, before *place }

// startAfter returns the part of s after p.
func (s span) startAfter(p place) span {
	if s.after == nil || s.after.compare(p) < 0 {
		s.after = &p
	}
	return s
}

// endBefore returns the part of s before p.
func (s span) endBefore(p place) span {
	if s.before == nil || s.before.compare(p) > 0 {
		s.before = &p
	}
	return s
}

// apply restricts q to the rows of the span; by is the column of their time. Each end is one row comparison. With two
// conditions on the same end PostgreSQL may start at the wider one, and read all index entries up to the other.
func (s span) apply(q *gorm.DB, by string) *gorm.DB {
	if s.after != nil {
		q = q.Where("("+by+", id) > (?, ?)", s.after.Created, s.after.ID)
	}
	if s.before != nil {
		q = q.Where("("+by+", id) < (?, ?)", s.before.Created, s.before.ID)
	}
	return q
}

// condition adds a condition to a query.
type condition func(*gorm.DB) *gorm.DB

// listing is the order and the selection of a list.
type listing struct {
	// by is the time column that orders the list, newest first.
	by     string
	window Window
	// anyOf are conditions. Each row of the list meets exactly one of them, and each condition has its own index.
	anyOf []condition
}

// listed returns a list by the time of creation.
func listed(window Window, filter condition) listing {
	return listing{by: "created", window: window, anyOf: []condition{filter}}
}

// everything is the condition that all rows meet.
func everything(q *gorm.DB) *gorm.DB { return q }

// notDeleted leaves out deleted rows that are kept.
func notDeleted(q *gorm.DB) *gorm.DB { return q.Where("NOT deleted") }

// equal restricts q to rows with these values. An empty value does not.
func equal(q *gorm.DB, values map[string]string) *gorm.DB {
	for _, column := range slices.Sorted(maps.Keys(values)) { // sorted: one prepared statement per filter
		if values[column] != "" {
			q = q.Where(column+" = ?", values[column])
		}
	}
	return q
}

// among is true for rows with one of many values. The values are a list of rows, which PostgreSQL joins with. It would
// compare a plain list in a prepared statement value by value with every row of a scan.
func among(column string, values []string) clause.Expr {
	args := make([]any, 0, len(values))
	for _, value := range values {
		args = append(args, value)
	}
	rows := strings.TrimSuffix(strings.Repeat("(?),", len(values)), ",")
	return clause.Expr{SQL: column + " IN (VALUES " + rows + ")", Vars: args}
}

// list reads one page of the rows of q, and reports whether more follow. q must be limited to an organization.
func list[T any](s *Store, q *gorm.DB, page Page) (rows []T, more bool, err error) {
	return listWithin[T](s, q, listed(Window{}, everything), page)
}

// listWithin reads one page of the rows of q that l selects, and reports whether more follow. The cursor may be any row
// of q, because rows leave a filter, or are deleted, while a client pages through the list. Errors:
// CodeParameterInvalid for an unknown cursor.
func listWithin[T any](s *Store, q *gorm.DB, l listing, page Page) (rows []T, more bool, err error) {
	done, err := s.takeTurn(q.Statement.Context)
	if err != nil {
		return nil, false, err
	}
	defer done()
	q = q.Session(&gorm.Session{}) // reusable for the cursor and the page
	within := l.window.span()
	if page.EndingBefore != "" {
		at, err := cursor[T](q, l.by, "ending_before", page.EndingBefore)
		if err != nil {
			return nil, false, err
		}
		// Leave out rows so young that an older row might still be uncommitted. A client that polls with ending_before
		// would never see the older one.
		settled := place{Created: models.At(s.now().Add(-WriteLimit))}
		rows, more, err = fetch[T](s, l.read(q, within.startAfter(at).endBefore(settled)), l.by+" ASC, id ASC", page.Limit)
		slices.Reverse(rows)
		return rows, more, err
	}
	if page.StartingAfter != "" {
		at, err := cursor[T](q, l.by, "starting_after", page.StartingAfter)
		if err != nil {
			return nil, false, err
		}
		within = within.endBefore(at)
	}
	return fetch[T](s, l.read(q, within), newestFirst(l.by), page.Limit)
}

// takeTurn waits until fewer than Options.ListConcurrency lists are being read, so that clients that list leave the
// database to requests that create and change sessions. The caller must not be in a transaction, and must call done.
func (s *Store) takeTurn(ctx context.Context) (done func(), err error) {
	select {
	case s.lists <- struct{}{}:
		return func() { <-s.lists }, nil
	case <-ctx.Done():
		return nil, &unavailableError{cause: ctx.Err()}
	}
}

func newestFirst(by string) string { return by + " DESC, id DESC" }

// read returns the queries for the rows of q that l selects within a span.
func (l listing) read(q *gorm.DB, within span) []*gorm.DB {
	queries := make([]*gorm.DB, 0, len(l.anyOf))
	for _, filter := range l.anyOf {
		queries = append(queries, within.apply(filter(q), l.by))
	}
	return queries
}

// cursor reads the place of the row with this id, by the primary key.
func cursor[T any](q *gorm.DB, by, param, id string) (place, error) {
	var at place
	found, err := one(q.Model(new(T)).Select("id, "+by+" AS created").Where("id = ?", id), &at)
	if err != nil {
		return at, err
	}
	if !found {
		return at, models.Invalid(param, "No object of this list has the id '%s'", id)
	}
	return at, nil
}

// fetch reads the first rows of several queries, merged in the given order, and reports whether more follow.
func fetch[T any](s *Store, queries []*gorm.DB, order string, limit int) ([]T, bool, error) {
	parts := make([]any, 0, len(queries))
	for _, q := range queries {
		parts = append(parts, q.Model(new(T)).Order(order).Limit(limit+1))
	}
	const part, next = "SELECT * FROM (?) AS part", " UNION ALL SELECT * FROM (?) AS part"
	all := "(" + part + strings.Repeat(next, len(parts)-1) + ") AS merged"
	merged := s.read(queries[0].Statement.Context).Table(all, parts...).Order(order).Limit(limit + 1)
	if len(queries) == 1 {
		merged = parts[0].(*gorm.DB)
	}
	rows := []T{}
	if err := merged.Find(&rows).Error; err != nil {
		return nil, false, err
	}
	if len(rows) > limit {
		return rows[:limit], true, nil
	}
	return rows, false, nil
}
