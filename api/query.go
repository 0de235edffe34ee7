package api

import (
	"net/url"
	"regexp"
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
	err    error
}

var expandName = regexp.MustCompile(`^expand\[\d{0,2}\]$`)

// parseQuery reads the parameters that a route takes, and refuses any other.
func parseQuery(raw string, takes []string) (*query, error) {
	if slices.Equal(takes, anyQuery) {
		return &query{}, nil
	}
	given, err := url.ParseQuery(raw)
	if err != nil {
		return nil, models.Errorf(models.CodeParameterInvalid, "The query string is malformed")
	}
	q := &query{values: make(map[string]string, len(given))}
	names := make([]string, 0, len(given))
	for name := range given {
		names = append(names, name)
	}
	slices.Sort(names) // which is found wrong first must not depend on chance
	for _, name := range names {
		switch {
		case slices.Contains(takes, "expand") && expandName.MatchString(name):
			err = q.expand(given[name])
		case name == "use_cases": // a list, with commas or repeated
			err = q.add(name, []string{strings.Join(given[name], ",")}, takes)
		default:
			err = q.add(name, given[name], takes)
		}
		if err != nil {
			return nil, err
		}
	}
	return q, nil
}

func (q *query) add(name string, values, takes []string) error {
	shown := clip(strings.ToValidUTF8(name, "\uFFFD"), longestPath)
	value := values[0]
	switch {
	case name == "expand" || !slices.Contains(takes, name):
		return models.Invalid(shown, "Unknown query parameter: %s", shown)
	case len(values) > 1:
		return models.Invalid(name, "Query parameter given more than once: %s", name)
	case value == "":
		return models.Invalid(name, "Query parameter without a value: %s", name)
	case len(value) > longestQueryValue || !utf8.ValidString(value) || strings.ContainsRune(value, 0):
		return models.Invalid(name, "Invalid value for %s", name)
	}
	q.values[name] = value
	return nil
}

const expandResults = "results"

func (q *query) expand(values []string) error {
	for _, value := range values {
		if value != expandResults {
			return models.Invalid("expand", "Only 'results' can be expanded")
		}
	}
	q.values["expand"] = expandResults
	return nil
}

func (q *query) text(name string) string { return q.values[name] }

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

func (q *query) window() store.Window {
	return store.Window{From: q.moment("created[gte]"), To: q.moment("created[lte]")}
}

func (q *query) moment(name string) *models.Timestamp {
	if _, given := q.values[name]; !given {
		return nil
	}
	return models.AtPtr(time.Unix(int64(q.integer(name, 0, 0, latest)), 0))
}
