// Package contract checks the API's answers against its OpenAPI document. It is test support: tests send their requests
// through [Contract.Transport], which reports every answer that breaks the contract.
//
// kin-openapi reads and checks the document, finds the operation and checks parameters. Bodies and header values are
// checked with the JSON Schema 2020-12 validator that kin-openapi itself uses for OpenAPI 3.1. Called directly, it
// compiles each schema once instead of at every answer, checks all bodies in the same way (kin-openapi uses its
// validator for 3.0 on schemas that refer to others), and returns each violation as its own message.
package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Contract is a loaded OpenAPI document. It is safe for concurrent use.
type Contract struct {
	doc     *openapi3.T
	router  routers.Router
	schemas schemaSet
	// outside are the documented answers, by status, to paths and methods that the document does not describe.
	outside map[int]*openapi3.Response
}

// Load reads an OpenAPI document in YAML or JSON. It checks examples, references and every schema.
func Load(spec []byte) (*Contract, error) {
	doc, err := openapi3.NewLoader().LoadFromData(spec)
	if err != nil {
		return nil, fmt.Errorf("reading the specification: %w", err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("the specification is not valid: %w", err)
	}
	if !doc.IsOpenAPI31OrLater() {
		return nil, fmt.Errorf("the specification is OpenAPI %s, want 3.1", doc.OpenAPI)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, fmt.Errorf("reading the paths: %w", err)
	}
	schemas, err := compileSchemas(doc)
	if err != nil {
		return nil, err
	}
	outside, err := outsideResponses(doc)
	return &Contract{doc: doc, router: router, schemas: schemas, outside: outside}, err
}

// responsesExtension lists answers that belong to no operation. Its member noOperation holds references by status.
const responsesExtension = "x-responses"

func outsideResponses(doc *openapi3.T) (map[int]*openapi3.Response, error) {
	var listed struct {
		NoOperation map[int]openapi3.Ref `json:"noOperation"`
	}
	text, err := json.Marshal(doc.Extensions[responsesExtension])
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", responsesExtension, err)
	}
	if err := json.Unmarshal(text, &listed); err != nil {
		return nil, fmt.Errorf("reading %s: %w", responsesExtension, err)
	}
	found := map[int]*openapi3.Response{}
	for status, ref := range listed.NoOperation {
		response := doc.Components.Responses[path.Base(ref.Ref)]
		if response == nil {
			return nil, fmt.Errorf("%s: nothing is at %s", responsesExtension, ref.Ref)
		}
		found[status] = response.Value
	}
	return found, nil
}

// Operations returns the operations of the document, sorted, each as "GET /v1/events/{id}".
func (c *Contract) Operations() []string {
	var all []string
	for path, item := range c.doc.Paths.Map() {
		for method := range item.Operations() {
			all = append(all, method+" "+path)
		}
	}
	slices.Sort(all)
	return all
}

func decodeJSON(data []byte) (any, error) {
	return jsonschema.UnmarshalJSON(bytes.NewReader(data))
}
