package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCommittedTypesAreCurrent(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../" + document)
	require.NoError(t, err)
	files, err := generate(text)
	require.NoError(t, err)
	for name, made := range files {
		committed, err := os.ReadFile("../../" + name)
		require.NoError(t, err)
		require.True(t, string(made) == string(committed), "%s is not current: go run ./scripts/go-client", name)
	}
}

const head = `
security:
  - secretKey: []
paths:
  /v1/things/{id}:
    post:
      operationId: updateThing
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/ThingUpdate'}}}}
      responses:
        '200': {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
        '400': {content: {application/json: {schema: {$ref: '#/components/schemas/Refusal'}}}}
    parameters: []
  /v1/things:
    get:
      operationId: listThings
      parameters:
        - {name: limit, in: query, schema: {type: integer}, description: How many.}
        - {name: 'made[gte]', in: query, schema: {type: integer}}
        - {name: 'made[lt]', in: query, schema: {type: integer}}
        - {name: 'expand[]', in: query, schema: {type: array, items: {type: string}}}
        - {name: explain, in: query, schema: {type: string, enum: ['true', 'false']}}
        - {name: Idempotency-Key, in: header, schema: {type: string}}
      responses:
        '200': {content: {application/json: {schema: {$ref: '#/components/schemas/ThingList'}}}}
  /v1/open:
    get:
      security: []
      responses:
        '200': {content: {application/json: {schema: {$ref: '#/components/schemas/Refusal'}}}}
components:
  schemas:
    ErrorType: {type: string, enum: [api_error]}
    ErrorCode: {type: string, enum: [internal_error]}
    Refusal: {type: object, properties: {a: {type: string}}}
    ThingList:
      type: object
      required: [data]
      properties: {data: {type: array, items: {$ref: '#/components/schemas/Thing'}}}
`

// generated returns the types of a document with the given schemas, and collapses spaces.
func generated(t *testing.T, schemas string) string {
	t.Helper()
	files, err := generate([]byte(head + schemas))
	require.NoError(t, err)
	require.Contains(t, string(files[operationFile]), `"POST /v1/things/{}",`)
	require.NotContains(t, string(files[operationFile]), "/v1/open")
	return strings.Join(strings.Fields(string(files[typesFile])), " ")
}

func TestMembersHaveTheTypesOfTheirSchemas(t *testing.T) {
	t.Parallel()
	const schemas = `
    ThingUpdate: {type: object, properties: {name: {type: [string, 'null']}, tags: {$ref: '#/components/schemas/Tags'}}}
    Thing:
      description: One thing.
      type: object
      required: [id, name, at, size, kind, parts, left]
      properties:
        id: {type: string, description: The id.}
        name: {type: [string, 'null']}
        at: {$ref: '#/components/schemas/Timestamp'}
        ended: {oneOf: [{$ref: '#/components/schemas/Timestamp'}, {type: 'null'}]}
        made: {type: integer, description: 'When, in Unix seconds.'}
        granted: {type: [string, 'null'], format: date-time}
        size: {type: [integer, 'null']}
        kind: {$ref: '#/components/schemas/Kind'}
        other: {description: The other., allOf: [{$ref: '#/components/schemas/Kind'}]}
        state: {type: [string, 'null'], enum: [on, off, null], description: The state.}
        parts: {type: array, items: {type: object, required: [a], properties: {a: {type: number}}}}
        tags: {$ref: '#/components/schemas/Tags'}
        both: {type: [string, integer]}
        all: {type: object, additionalProperties: true}
        data: {oneOf: [{$ref: '#/components/schemas/Part'}, {$ref: '#/components/schemas/Refusal'}]}
        left: {const: true}
        never: false
    Part: {type: object, properties: {b: {type: boolean}}}
    Kind: {description: A kind., anyOf: [{enum: [small, mdl]}, {pattern: '^x_'}]}
    Timestamp: {type: integer}
    Tags:
      anyOf:
        - {type: object, additionalProperties: {type: [string, 'null']}}
        - {type: array, maxItems: 0}
        - {type: 'null'}
`
	made := generated(t, schemas)
	for _, want := range []string{
		"// Thing is an object of the API: one thing. type Thing struct {",
		"// The id. ID string `json:\"id\"` Name string `json:\"name\"` At Timestamp `json:\"at\"`",
		"Ended *Timestamp `json:\"ended,omitzero\"` // When, in Unix seconds. Made *Timestamp `json:\"made,omitzero\"`",
		"Granted *time.Time `json:\"granted,omitzero\"` Size *int `json:\"size\"` Kind Kind `json:\"kind\"`",
		"// The other. Other Kind `json:\"other,omitzero\"`",
		"// The state. One of `on`, `off`. State string `json:\"state,omitzero\"`",
		"Parts []ThingPart `json:\"parts\"` Tags map[string]string `json:\"tags,omitzero\"` Both any",
		"All map[string]any `json:\"all,omitzero\"` Data json.RawMessage `json:\"data,omitzero\"` Left bool `json:\"left\"` }",
		"type ThingPart struct { A float64 `json:\"a\"` }",
		`type Kind string // Values of Kind. const ( KindSmall Kind = "small" KindMDL Kind = "mdl" )`,
		"type ThingUpdateParams struct { Name *string `json:\"name,omitzero\"` Tags map[string]*string",
		"type ThingList struct { Data []Thing `json:\"data\"` }",
		"// ThingListParams has the parameters of the operation listThings. type ThingListParams struct { // How many. " +
			"Limit int `query:\"limit\"` Made Range `query:\"made\"` Expand []string `query:\"expand[]\"` " +
			"Explain bool `query:\"explain\"` }",
	} {
		require.Contains(t, made, want)
	}
	for _, absent := range []string{"Never", "type Refusal", "Idempotency", "type Timestamp"} {
		require.NotContains(t, made, absent)
	}
}

func TestRecursiveObjectsAreDeclaredOnce(t *testing.T) {
	t.Parallel()
	made := generated(t, `
    ThingUpdate: {type: object}
    Thing: {type: object, properties: {inner: {$ref: '#/components/schemas/Thing'}}}
`)
	require.Equal(t, 1, strings.Count(made, "type Thing struct"))
	require.Contains(t, made, "Inner *Thing `json:\"inner,omitzero\"`")
}

func TestFaultyDocumentIsAnError(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a: [", "paths: {"} {
		_, err := generate([]byte(text))
		require.Error(t, err)
	}
}
