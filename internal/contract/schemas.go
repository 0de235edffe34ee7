package contract

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// schemaSet maps a schema of the document to its compiled form.
type schemaSet map[*openapi3.Schema]*jsonschema.Schema

// documentURL is the document's URL for the compiler, so that references inside the document resolve.
const documentURL = "https://stile.test/openapi.json"

type schemaCompiler struct {
	compiler *jsonschema.Compiler
	compiled schemaSet
}

// compileSchemas compiles every schema of an answer or request.
func compileSchemas(doc *openapi3.T) (schemaSet, error) {
	data, err := doc.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("writing the specification: %w", err)
	}
	resource, err := decodeJSON(data)
	if err != nil {
		return nil, fmt.Errorf("reading the specification: %w", err)
	}
	c := schemaCompiler{compiler: jsonschema.NewCompiler(), compiled: schemaSet{}}
	c.compiler.DefaultDraft(jsonschema.Draft2020)
	c.compiler.AssertFormat()
	if err := c.compiler.AddResource(documentURL, resource); err != nil {
		return nil, fmt.Errorf("reading the specification: %w", err)
	}
	return c.compiled, c.document(doc)
}

func (c schemaCompiler) document(doc *openapi3.T) error {
	if doc.Components != nil {
		for name, schema := range doc.Components.Schemas {
			if err := c.schema(pointer("components", "schemas", name), schema); err != nil {
				return err
			}
		}
		for name, response := range doc.Components.Responses {
			if err := c.response(pointer("components", "responses", name), response.Value); err != nil {
				return err
			}
		}
	}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			if err := c.operation(pointer("paths", path, strings.ToLower(method)), operation); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c schemaCompiler) operation(at string, operation *openapi3.Operation) error {
	if body := operation.RequestBody; body != nil {
		if err := c.content(location(body.Ref, at+"/requestBody"), body.Value.Content); err != nil {
			return err
		}
	}
	for status, response := range operation.Responses.Map() {
		if err := c.response(location(response.Ref, at+pointer("responses", status)), response.Value); err != nil {
			return err
		}
	}
	return nil
}

func (c schemaCompiler) response(at string, response *openapi3.Response) error {
	for name, header := range response.Headers {
		if err := c.schema(location(header.Ref, at+pointer("headers", name))+"/schema", header.Value.Schema); err != nil {
			return err
		}
	}
	return c.content(at, response.Content)
}

func (c schemaCompiler) content(at string, content openapi3.Content) error {
	for mediaType, media := range content {
		if err := c.schema(at+pointer("content", mediaType, "schema"), media.Schema); err != nil {
			return err
		}
	}
	return nil
}

func (c schemaCompiler) schema(at string, schema *openapi3.SchemaRef) error {
	if schema == nil || c.compiled[schema.Value] != nil {
		return nil
	}
	// Compile in place even if it is a reference: members beside the reference count too.
	compiled, err := c.compiler.Compile(documentURL + "#" + (&url.URL{Path: at}).EscapedPath())
	if err != nil {
		return fmt.Errorf("the schema at %s is not valid: %w", at, err)
	}
	c.compiled[schema.Value] = compiled
	return nil
}

// location returns the target of ref, or inPlace if ref is empty.
func location(ref, inPlace string) string {
	if ref != "" {
		return strings.TrimPrefix(ref, "#")
	}
	return inPlace
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// pointer returns the JSON pointer of the steps.
func pointer(steps ...string) string {
	var b strings.Builder
	for _, step := range steps {
		b.WriteString("/" + pointerEscapes.Replace(step))
	}
	return b.String()
}

var english = message.NewPrinter(language.English)

// violations returns the faults of the value, one message each.
func violations(schema *jsonschema.Schema, value any) []string {
	err := schema.Validate(value)
	if err == nil {
		return nil
	}
	invalid, ok := err.(*jsonschema.ValidationError) //nolint:errorlint // documented to be of this type, unwrapped
	if !ok {
		return []string{err.Error()}
	}
	return leaves(invalid)
}

func leaves(invalid *jsonschema.ValidationError) []string {
	switch invalid.ErrorKind.(type) {
	case *kind.Schema, *kind.Group, *kind.Reference, *kind.AllOf:
		var all []string
		for _, cause := range invalid.Causes {
			all = append(all, leaves(cause)...)
		}
		return all
	case *kind.AnyOf, *kind.OneOf:
		return []string{alternatives(invalid)}
	case *kind.FalseSchema:
		return []string{place(invalid) + "must not be here"}
	}
	return []string{place(invalid) + invalid.ErrorKind.LocalizedString(english)}
}

// alternatives returns the reasons for which none of several schemas fits.
func alternatives(invalid *jsonschema.ValidationError) string {
	var reasons []string
	for _, cause := range invalid.Causes {
		reasons = append(reasons, strings.Join(leaves(cause), " and "))
	}
	text := place(invalid) + invalid.ErrorKind.LocalizedString(english)
	if len(reasons) > 0 {
		text += " (" + strings.Join(reasons, "; or ") + ")"
	}
	return text
}

func place(invalid *jsonschema.ValidationError) string {
	if len(invalid.InstanceLocation) == 0 {
		return ""
	}
	return pointer(invalid.InstanceLocation...) + ": "
}
