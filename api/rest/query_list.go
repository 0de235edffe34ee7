package rest

import (
	"cmp"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/stile-id/stile/models"
)

// The parameters that hold several values. Each takes all spellings that clients have for that, mixed too: name=a,b,
// name=a&name=b, name[]=a&name[]=b and name[0]=a&name[1]=b.
const (
	listExpand   = "expand"
	ListUseCases = "use_cases"
)

var bracketed = regexp.MustCompile(`^(.+)\[(\d{0,3})\]$`)

// listName reads the name of a list from a parameter, and the place of the parameter's value in it: those without a
// number come first.
func listName(parameter string) (list string, place int, is bool) {
	list, place = parameter, -1
	if match := bracketed.FindStringSubmatch(parameter); match != nil {
		list = match[1]
		if match[2] != "" {
			place, _ = strconv.Atoi(match[2]) // digits alone
		}
	}
	return list, place, list == listExpand || list == ListUseCases
}

// inOrder are the parameters by their names, but entries of lists by their places.
func inOrder(given url.Values) []string {
	return slices.SortedFunc(maps.Keys(given), func(a, b string) int {
		listA, placeA, _ := listName(a)
		listB, placeB, _ := listName(b)
		return cmp.Or(cmp.Compare(listA, listB), cmp.Compare(placeA, placeB), cmp.Compare(a, b))
	})
}

// addTo puts the values of a parameter behind those that the list has.
func (q *Query) addTo(list, parameter string, values []string) error {
	if _, place, _ := listName(parameter); place >= 0 && len(values) > 1 {
		return models.Invalid(parameter, "Query parameter given more than once: %s", parameter)
	}
	for _, value := range values {
		for entry := range strings.SplitSeq(value, ",") {
			q.lists[list] = append(q.lists[list], strings.TrimSpace(entry))
		}
		if err := checkValue(list, value); err != nil {
			return err
		}
	}
	if len(strings.Join(q.lists[list], ",")) > longestQueryValue {
		return models.Invalid(list, "Invalid value for %s", list)
	}
	return nil
}

// Expands reports whether results are to be shown with an object.
func (q *Query) Expands() bool {
	for _, name := range q.lists[listExpand] {
		if name != "results" {
			q.Fail(listExpand, "Only 'results' can be expanded")
		}
	}
	return len(q.lists[listExpand]) > 0
}
