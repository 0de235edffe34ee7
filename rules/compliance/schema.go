package compliance

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/stile-id/stile/rules/data"
)

const schemaFile = "schema.json"

// readSchemas returns the schemas that every file must satisfy: the schema that ships with the program, on which the
// code relies, and the folder's own, if it has one, which may require more.
func readSchemas(fsys fs.FS) ([]*jsonschema.Schema, error) {
	shipped, err := readSchema(data.FS)
	if err != nil {
		return nil, err
	}
	own, err := readSchema(fsys)
	if errors.Is(err, fs.ErrNotExist) {
		return []*jsonschema.Schema{shipped}, nil
	}
	if err != nil {
		return nil, &Fault{File: schemaFile, Message: err.Error()}
	}
	return []*jsonschema.Schema{shipped, own}, nil
}

func readSchema(fsys fs.FS) (*jsonschema.Schema, error) {
	text, err := fs.ReadFile(fsys, schemaFile)
	if err != nil {
		return nil, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(noReferences{})
	compiler.AssertFormat() // refuses dates such as 2026-02-30
	if err := compiler.AddResource(schemaFile, document); err != nil {
		return nil, err
	}
	return compiler.Compile(schemaFile)
}

// noReferences prevents a schema from loading other files or URLs.
type noReferences struct{}

func (noReferences) Load(url string) (any, error) {
	return nil, fmt.Errorf("%s: a schema may not refer to other files", url)
}

// validate returns the schema's faults of a file.
func validate(schema *jsonschema.Schema, name string, document any) []error {
	err := schema.Validate(document)
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return nil
	}
	var faults []error
	for _, leaf := range leaves(invalid) {
		faults = append(faults, &Fault{
			File:    name,
			Field:   fieldPath(leaf.InstanceLocation),
			Message: leaf.ErrorKind.LocalizedString(message.NewPrinter(language.English)),
		})
	}
	return faults
}

// leaves returns the errors without causes. The errors above them only repeat that a part is invalid.
func leaves(e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(e.Causes) == 0 {
		return []*jsonschema.ValidationError{e}
	}
	var all []*jsonschema.ValidationError
	for _, cause := range e.Causes {
		all = append(all, leaves(cause)...)
	}
	return all
}

// fieldPath returns a location in a file as "rules.alcohol_delivery[0].source".
func fieldPath(location []string) string {
	var path strings.Builder
	for i, step := range location {
		if _, err := strconv.Atoi(step); err == nil {
			path.WriteString("[" + step + "]")
			continue
		}
		if i > 0 {
			path.WriteByte('.')
		}
		path.WriteString(step)
	}
	return path.String()
}
