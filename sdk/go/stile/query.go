package stile

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
)

// queryOf returns the query of parameters, a struct whose fields have the tag query. Zero values are left out. A list
// whose tag ends with [] is repeated; another one is one value, separated by commas.
func queryOf(params any) url.Values {
	query := url.Values{}
	value := reflect.ValueOf(params)
	for i := range value.NumField() {
		name, field := value.Type().Field(i).Tag.Get("query"), value.Field(i)
		switch {
		case field.IsZero():
		case field.Kind() == reflect.Slice:
			setList(query, name, field)
		case field.Type() == reflect.TypeFor[Range]():
			setRange(query, name, field.Interface().(Range))
		default:
			query.Set(name, fmt.Sprint(field.Interface()))
		}
	}
	return query
}

func setList(query url.Values, name string, list reflect.Value) {
	items := make([]string, list.Len())
	for i := range items {
		items[i] = list.Index(i).String()
	}
	switch {
	case len(items) == 0:
	case strings.HasSuffix(name, "[]"):
		query[name] = items
	default:
		query.Set(name, strings.Join(items, ","))
	}
}

func setRange(query url.Values, name string, bounds Range) {
	for bound, at := range map[string]Timestamp{
		"gt": bounds.GT, "gte": bounds.GTE, "lt": bounds.LT, "lte": bounds.LTE,
	} {
		if at != 0 {
			query.Set(name+"["+bound+"]", fmt.Sprint(int64(at)))
		}
	}
}
