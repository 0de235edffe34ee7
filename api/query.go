package api

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/number"
)

// longestQueryValue is the length in bytes of the longest value that a query can ask for.
const longestQueryValue = utf8.UTFMax * longestReference

// query are the parameters of a URL. Its getters keep the first error in err.
type query struct {
	values map[string]string
	lists  map[string][]string
	err    error
}

// parseQuery reads the parameters that a route takes, and refuses any other.
func parseQuery(raw string, takes []string) (*query, error) {
	if slices.Contains(takes, anyQuery) {
		return &query{}, nil
	}
	given, err := url.ParseQuery(raw)
	if err != nil {
		return nil, models.Errorf(models.CodeParameterInvalid, "The query string is malformed")
	}
	q := &query{values: make(map[string]string, len(given)), lists: map[string][]string{}}
	for _, name := range inOrder(given) { // which is found wrong first must not depend on chance
		list, _, is := listName(name)
		switch {
		case is && slices.Contains(takes, list):
			err = q.addTo(list, name, given[name])
		case slices.Contains(takes, name):
			err = q.add(name, given[name])
		default:
			shown := models.Clip(name, longestPath)
			err = models.Invalid(shown, "Unknown query parameter: %s", shown)
		}
		if err != nil {
			return nil, err
		}
	}
	return q, nil
}

func (q *query) add(name string, values []string) error {
	if len(values) > 1 {
		return models.Invalid(name, "Query parameter given more than once: %s", name)
	}
	q.values[name] = values[0]
	return checkValue(name, values[0])
}

func checkValue(name, value string) error {
	switch {
	case value == "": // absent would be worse: a filter that was lost lists everything
		return models.Invalid(name, "Query parameter without a value: %s", name)
	case len(value) > longestQueryValue || !utf8.ValidString(value) || strings.ContainsRune(value, 0):
		return models.Invalid(name, "Invalid value for %s", name)
	}
	return nil
}

func (q *query) text(name string) string { return q.values[name] }

// list returns the entries of a list.
func (q *query) list(name string) []string { return q.lists[name] }

func (q *query) fail(name, format string, args ...any) {
	if q.err == nil {
		q.err = models.Invalid(name, format, args...)
	}
}

// flag is false where nothing is given.
func (q *query) flag(name string) bool {
	text := q.text(name)
	if text != "" && text != "true" && text != "false" {
		q.fail(name, "%s must be one of true, false", name)
	}
	return text == "true"
}

func (q *query) integer(name string, otherwise, least, most int) int {
	text, given := q.values[name]
	if !given {
		return otherwise
	}
	n, err := number.Parse(text)
	if err != nil || n < int64(least) || n > int64(most) {
		q.fail(name, "%s must be an integer from %d to %d", name, least, most)
		return otherwise
	}
	return int(n)
}

func (q *query) page() store.Page { return q.pageOf(10) }

// pageOf is a page with this many rows where the client does not say how many.
func (q *query) pageOf(limit int) store.Page {
	page := store.Page{
		Limit: q.integer("limit", limit, 1, 100), StartingAfter: q.text("starting_after"), EndingBefore: q.text("ending_before"),
	}
	if page.StartingAfter != "" && page.EndingBefore != "" {
		q.fail("ending_before", "starting_after and ending_before cannot be used together")
	}
	return page
}

// latest is the last second of the year 9999.
const latest = 253402300799

// window reads the bounds of a time: name[gt], name[gte], name[lt] and name[lte]. Bounds are seconds, and each is a
// whole one: what happened within it is neither before nor after it.
func (q *query) window(name string) store.Window {
	return store.Window{From: q.bound(name+"[gte]", name+"[gt]", 1), To: q.bound(name+"[lte]", name+"[lt]", -1)}
}

// bound is the second that is the last one inside; step leads to it from one that is the first one outside.
func (q *query) bound(inside, outside string, step int) *models.Timestamp {
	_, isInside := q.values[inside]
	_, isOutside := q.values[outside]
	switch {
	case isInside && isOutside:
		q.fail(outside, "%s and %s cannot be used together", inside, outside)
		return nil
	case isInside:
		return models.AtPtr(time.Unix(int64(q.integer(inside, 0, 0, latest)), 0))
	case isOutside:
		return models.AtPtr(time.Unix(int64(q.integer(outside, 0, 0, latest)+step), 0))
	}
	return nil
}

// windowOf are the parameters that window reads.
func windowOf(name string) []string {
	return []string{name + "[gt]", name + "[gte]", name + "[lt]", name + "[lte]"}
}

// moment reads a time in whole seconds; nil gives nil.
func moment(param string, seconds *int64) (*models.Timestamp, error) {
	if seconds == nil {
		return nil, nil
	}
	if *seconds < 0 || *seconds > latest {
		return nil, models.Invalid(param, "%s must be an integer from 0 to %d", param, latest)
	}
	return models.AtPtr(time.Unix(*seconds, 0)), nil
}
