package contract_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/contract"
)

// The library's support of OpenAPI 3.1: each value breaks its schema in one named way. If a later version of the
// library stops checking a construct, this test fails.
func TestSchemaConstructs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ schema, right, wrong, message string }{
		{`{type: [string, "null"]}`, `null`, `1`, "got number, want null or string"},
		{`{type: string}`, `"x"`, `null`, "got null, want string"},
		{`{type: integer}`, `2`, `1.5`, "got number, want integer"},
		{`{type: [string, "null"], enum: [a, null]}`, `null`, `"b"`, "value must be one of"},
		{`{const: event}`, `"event"`, `"list"`, "value must be 'event'"},
		{`{type: string, format: date}`, `"2024-02-29"`, `"2023-02-29"`, "not valid date"},
		{`{type: string, format: uri}`, `"https://a.example/b"`, `"a b"`, "not valid uri"},
		{`{type: string, pattern: '^x_'}`, `"x_1"`, `"y_1"`, "does not match pattern"},
		{`{type: integer, exclusiveMinimum: 0}`, `1`, `0`, "exclusiveMinimum"},
		{
			`{type: array, minItems: 1, items: {$ref: '#/components/schemas/Leaf'}}`, `[{"s":null}]`, `[{"s":null},{"s":2}]`,
			"/1/s: got number",
		},
		{`{type: object, maxProperties: 1, additionalProperties: {type: string}}`, `{"a":"b"}`, `{"a":1}`, "/a: got number"},
		{
			`{type: object, properties: {a: {}, b: {}}, dependentRequired: {a: [b]}}`, `{"a":1,"b":2}`, `{"a":1}`,
			"properties 'b' required",
		},
		{`{type: object, propertyNames: {pattern: '^[A-Z]+$'}}`, `{"US":1}`, `{"us":1}`, "us"},
		// References: missing, extra and mistyped fields of the target, and null.
		{`{$ref: '#/components/schemas/Leaf'}`, `{"s":null}`, `{}`, "missing property 's'"},
		{`{$ref: '#/components/schemas/Leaf'}`, `{"s":"x"}`, `{"s":"x","t":1}`, "additional properties 't' not allowed"},
		{`{$ref: '#/components/schemas/Leaf', description: beside}`, `{"s":"x"}`, `null`, "got null, want object"},
		{`{$ref: '#/components/schemas/Open', minProperties: 1}`, `{"leaf":{"s":"x"}}`, `{}`, "minProperties"},
		{`{$ref: '#/components/schemas/Open'}`, `{"leaf":{"s":"x"}}`, `{"leaf":{"s":1}}`, "/leaf/s: got number"},
		{
			`{$ref: '#/components/schemas/Tree'}`, `{"children":[{"children":[]}]}`, `{"children":[{"child":1}]}`,
			"/children/0: additional",
		},
		// Composition.
		{`{oneOf: [{$ref: '#/components/schemas/Leaf'}, {type: "null"}]}`, `null`, `{"s":1}`, "/s: got number"},
		{`{anyOf: [{type: string}, {type: integer}]}`, `1`, `true`, "got boolean, want string; or"},
		{`{oneOf: [{type: integer}, {minimum: 5}]}`, `1`, `7`, "oneOf"},
		{
			`{allOf: [{$ref: '#/components/schemas/Leaf'}, {properties: {s: {const: x}}}]}`, `{"s":"x"}`, `{"s":"y"}`,
			"/s: value must be 'x'",
		},
		{
			`{allOf: [{$ref: '#/components/schemas/Open'}, {properties: {secret: false}}]}`, `{}`, `{"secret":1}`,
			"/secret: must not be here",
		},
		{
			`{allOf: [{$ref: '#/components/schemas/Open'}], unevaluatedProperties: false}`, `{"leaf":{"s":""}}`,
			`{"more":1}`, "/more: must not be here",
		},
		{`{if: {required: [a]}, then: {required: [b]}}`, `{}`, `{"a":1}`, "missing property 'b'"},
	} {
		t.Run(c.schema, func(t *testing.T) {
			t.Parallel()
			small := loadSmall(t, c.schema)
			require.Empty(t, call(t, small, "GET", "/thing", "", answer{body: c.right}))
			found := call(t, small, "GET", "/thing", "", answer{body: c.wrong})
			require.Len(t, found, 1)
			require.Contains(t, found[0], c.message)
		})
	}
}

func TestEachViolationIsReported(t *testing.T) {
	t.Parallel()
	small := loadSmall(t, `{type: array, items: {$ref: '#/components/schemas/Leaf'}}`)
	require.Equal(t, []string{
		"GET /thing answered 200: body /0: missing property 's'",
		"GET /thing answered 200: body /0: additional properties 't' not allowed",
		"GET /thing answered 200: body /1/s: got boolean, want null or string",
	}, call(t, small, "GET", "/thing", "", answer{body: `[{"t":1},{"s":true}]`}))
}

func loadSmall(t *testing.T, schema string) *contract.Contract {
	t.Helper()
	c, err := contract.Load([]byte(smallSpec(schema)))
	require.NoError(t, err)
	return c
}
