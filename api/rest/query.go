package rest

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
const longestQueryValue = utf8.UTFMax * LongestReference

// Query holds the parameters of a URL. Its getters keep the first error in Err.
type Query struct {
	values map[string]string
	lists  map[string][]string
	Err    error
}

// parseQuery reads the parameters that a route takes, and refuses any other.
func parseQuery(raw string, takes []string) (*Query, error) {
	if slices.Contains(takes, AnyQuery) {
		return &Query{}, nil
	}
	given, err := url.ParseQuery(raw)
	if err != nil {
		return nil, models.Errorf(models.CodeParameterInvalid, "The query string is malformed")
	}
	q := &Query{values: make(map[string]string, len(given)), lists: map[string][]string{}}
	for _, name := range inOrder(given) { // which is found wrong first must not depend on chance
		list, _, is := listName(name)
		switch {
		case is && slices.Contains(takes, list):
			err = q.addTo(list, name, given[name])
		case slices.Contains(takes, name):
			err = q.add(name, given[name])
		default:
			shown := models.Clip(name, LongestPath)
			err = models.Invalid(shown, "Unknown query parameter: %s", shown)
		}
		if err != nil {
			return nil, err
		}
	}
	return q, nil
}

func (q *Query) add(name string, values []string) error {
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

// Text returns the value of a parameter, "" where it is absent.
func (q *Query) Text(name string) string { return q.values[name] }

// List returns the entries of a list.
func (q *Query) List(name string) []string { return q.lists[name] }

// Fail keeps an error of a parameter, unless there is one already.
func (q *Query) Fail(name, format string, args ...any) {
	if q.Err == nil {
		q.Err = models.Invalid(name, format, args...)
	}
}

// Flag returns a boolean parameter, false where it is absent.
func (q *Query) Flag(name string) bool {
	text := q.Text(name)
	if text != "" && text != "true" && text != "false" {
		q.Fail(name, "%s must be one of true, false", name)
	}
	return text == "true"
}

func (q *Query) integer(name string, otherwise, least, most int) int {
	text, given := q.values[name]
	if !given {
		return otherwise
	}
	n, err := number.Parse(text)
	if err != nil || n < int64(least) || n > int64(most) {
		q.Fail(name, "%s must be an integer from %d to %d", name, least, most)
		return otherwise
	}
	return int(n)
}

// Page returns the page of a list, of 10 rows unless the client says otherwise.
func (q *Query) Page() store.Page { return q.PageOf(10) }

// PageOf returns the page of a list, of limit rows unless the client says otherwise.
func (q *Query) PageOf(limit int) store.Page {
	page := store.Page{
		Limit:         q.integer("limit", limit, 1, 100),
		StartingAfter: q.Text("starting_after"), EndingBefore: q.Text("ending_before"),
	}
	if page.StartingAfter != "" && page.EndingBefore != "" {
		q.Fail("ending_before", "starting_after and ending_before cannot be used together")
	}
	return page
}

// latest is the last second of the year 9999.
const latest = 253402300799

// Window reads the bounds of a time: name[gt], name[gte], name[lt] and name[lte]. Bounds are seconds, and each is a
// whole one: a time within it is neither before nor after it.
func (q *Query) Window(name string) store.Window {
	return store.Window{From: q.bound(name+"[gte]", name+"[gt]", 1), To: q.bound(name+"[lte]", name+"[lt]", -1)}
}

// bound is the second that is the last one inside; step leads to it from one that is the first one outside.
func (q *Query) bound(inside, outside string, step int) *models.Timestamp {
	_, isInside := q.values[inside]
	_, isOutside := q.values[outside]
	switch {
	case isInside && isOutside:
		q.Fail(outside, "%s and %s cannot be used together", inside, outside)
		return nil
	case isInside:
		return models.AtPtr(time.Unix(int64(q.integer(inside, 0, 0, latest)), 0))
	case isOutside:
		return models.AtPtr(time.Unix(int64(q.integer(outside, 0, 0, latest)+step), 0))
	}
	return nil
}

// WindowOf returns the parameters that Window reads.
func WindowOf(name string) []string {
	return []string{name + "[gt]", name + "[gte]", name + "[lt]", name + "[lte]"}
}

// Moment reads a time in whole seconds; nil gives nil.
func Moment(param string, seconds *int64) (*models.Timestamp, error) {
	if seconds == nil {
		return nil, nil
	}
	if *seconds < 0 || *seconds > latest {
		return nil, models.Invalid(param, "%s must be an integer from 0 to %d", param, latest)
	}
	return models.AtPtr(time.Unix(*seconds, 0)), nil
}
