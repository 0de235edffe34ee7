package models_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
)

func TestCanonicalJSONDependsOnContentAlone(t *testing.T) {
	t.Parallel()
	canonical := func(text string) string { return string(models.CanonicalJSON([]byte(text))) }
	const one = `{"a":[1,"é"],"b":{"c":null,"d":true}}`
	for _, same := range []string{
		"{ \"b\" : {\"d\":true,\r\n\"c\":null}, \"a\":[1,\t\"é\"] }\n", `{"\u0061":[1.0,"\u00e9"],"b":{"c":null,"d":true}}`,
		`{"a":[1e0,"é"],"b":{"c":null,"d":true}}`, one,
	} {
		require.Equal(t, one, canonical(same))
	}
	for _, other := range []string{
		`{"a":["é",1],"b":{"c":null,"d":true}}`, `{"a":["1","é"],"b":{"c":null,"d":true}}`, `{"a":[1,"é"],"b":{"d":true}}`,
	} {
		require.NotEqual(t, one, canonical(other))
	}
	require.NotEqual(t, canonical("9007199254740993"), canonical("9007199254740992"), "no digit of an integer is lost")
	for _, asItIs := range []string{``, `no JSON`, `{"a":1,"a":1}`, `{"a": `, "{\"a\":\"\xff\"}"} {
		require.Equal(t, asItIs, canonical(asItIs))
	}
}
