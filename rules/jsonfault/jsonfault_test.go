package jsonfault_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/jsonfault"
)

func TestPathFollowsTheDocumentation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		root    string
		pointer jsontext.Pointer
		keyed   []string
		want    string
	}{
		{"", "", nil, ""},
		{"", "/preferences/document_types/1", nil, "preferences.document_types[1]"},
		{"", "/7/a", nil, "7.a"},
		{"checks", "/1/status", nil, "checks[1].status"},
		{"graph", "", nil, "graph"},
		{"graph", "/nodes/7/cases/7", []string{"nodes"}, "graph.nodes.7.cases[7]"},
		{"nodes", "/7", []string{"nodes"}, "nodes.7"},
		{"", "/a~1b/c~0d", nil, "a/b.c~d"},
		{"", "/a/-1/1e3/99999999999", nil, "a.-1.1e3.99999999999"},
	} {
		require.Equal(t, c.want, jsonfault.Path(c.root, c.pointer, c.keyed...), "%s %s", c.root, c.pointer)
	}
}

func TestLongPathIsCutOffBetweenCharacters(t *testing.T) {
	t.Parallel()
	long := jsontext.Pointer("/" + strings.Repeat("é", 150) + "/" + strings.Repeat("é", 5000))
	require.Equal(t, strings.Repeat("é", 150)+"."+strings.Repeat("é", 49), jsonfault.Path("", long))
}

func TestExpectedNamesTheTypeOfJSON(t *testing.T) {
	t.Parallel()
	text := ""
	for want, value := range map[string]any{
		"a string": &text, "true or false": false, "an integer": int64(1), "an array": []int{}, "an object": struct{}{},
		"of another type": nil,
	} {
		require.Equal(t, want, jsonfault.Expected(reflect.TypeOf(value)))
	}
}
