package main

import (
	"errors"
	"fmt"
	"go/format"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

const notice = "// Code generated from api/openapi.yaml by go run ./scripts/go-client. DO NOT EDIT.\n\n"

// generator collects the types of a document.
type generator struct {
	api node
	// bodies has the components that operations take: their types are named Params.
	bodies map[string]bool
	// types has the source of each type, by its name.
	types map[string]string
}

// operation is an operation of the document that takes a secret key.
type operation struct {
	node
	method, path string
}

// generate returns the sources of the generated files of an OpenAPI document, by name.
func generate(text []byte) (map[string][]byte, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, err
	}
	if len(root.Content) == 0 {
		return nil, errors.New("the document is empty")
	}
	g := generator{api: node{root.Content[0]}, bodies: map[string]bool{}, types: map[string]string{}}
	operations := g.operations()
	for _, one := range operations {
		g.bodies[jsonOf(g.resolved(one.member("requestBody"))).reference()] = true
	}
	for _, one := range operations {
		g.declareOperation(one)
	}
	g.ref("ErrorType", false)
	g.ref("ErrorCode", false)
	types, err := format.Source([]byte(g.source()))
	if err != nil {
		return nil, err
	}
	list, err := format.Source([]byte(listOf(operations)))
	return map[string][]byte{typesFile: types, operationFile: list}, err
}

// source returns the types in alphabetical order.
func (g *generator) source() string {
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(g.types)) {
		out.WriteString("\n" + g.types[name])
	}
	imports := ""
	for _, name := range []string{"encoding/json", "time"} {
		if strings.Contains(out.String(), name[strings.LastIndex(name, "/")+1:]+".") {
			imports += fmt.Sprintf("import %q\n", name)
		}
	}
	return notice + "package stile\n\n" + imports + out.String()
}

// listOf returns the list of operations for the test of the methods.
func listOf(operations []operation) string {
	var out strings.Builder
	out.WriteString(notice + "package stile_test\n\n" +
		"// operations are those that take a secret key, with {} for each id.\nvar operations = []string{\n")
	for _, one := range operations {
		fmt.Fprintf(&out, "\t%q,\n", strings.ToUpper(one.method)+" "+withoutNames(one.path))
	}
	return out.String() + "}\n"
}

func withoutNames(path string) string {
	steps := strings.Split(path, "/")
	for i, step := range steps {
		if strings.HasPrefix(step, "{") {
			steps[i] = "{}"
		}
	}
	return strings.Join(steps, "/")
}

// operations returns the operations that take a secret key, in the order of the document.
func (g *generator) operations() (found []operation) {
	for path, item := range g.api.member("paths").members() {
		for method, one := range item.members() {
			if one.member("responses").exists() && g.takesSecretKey(one) {
				found = append(found, operation{one, method, path})
			}
		}
	}
	return found
}

func (g *generator) takesSecretKey(one node) bool {
	security := one.member("security")
	if !security.exists() {
		security = g.api.member("security")
	}
	return slices.ContainsFunc(security.items(), func(way node) bool { return way.member("secretKey").exists() })
}

// jsonOf returns the schema of a body in JSON.
func jsonOf(holder node) node { return holder.member("content", "application/json", "schema") }

// declareOperation declares the types of the body, the query and the successful answers of an operation.
func (g *generator) declareOperation(one operation) {
	if body := jsonOf(g.resolved(one.member("requestBody"))); body.reference() != "" {
		g.typeOf(body, "", false)
	}
	answer := ""
	for status, response := range one.member("responses").members() {
		if strings.HasPrefix(status, "2") {
			answer = g.typeOf(jsonOf(g.resolved(response)), "", false)
		}
	}
	g.declareQuery(one, answer)
}

// declareQuery declares the query of an operation, if it has one. Its name is that of the answer.
func (g *generator) declareQuery(one operation, answer string) {
	var fields strings.Builder
	ranges := map[string]bool{}
	for _, parameter := range one.member("parameters").items() {
		if parameter = g.resolved(parameter); parameter.member("in").text() != "query" {
			continue
		}
		name, bound, bracketed := strings.Cut(parameter.member("name").text(), "[")
		if bracketed && bound != "]" { // created[gte]
			if !ranges[name] {
				ranges[name] = true
				fmt.Fprintf(&fields, "\t%s Range `query:%q`\n", goName(name), name)
			}
			continue
		}
		kind := g.queryType(one, parameter)
		fields.WriteString(comment(parameter.description()+g.oneOf(parameter.member("schema"), kind), "\t"))
		fmt.Fprintf(&fields, "\t%s %s `query:%q`\n", goName(name), kind, parameter.member("name").text())
	}
	if fields.Len() == 0 {
		return
	}
	name := answer
	if !strings.HasSuffix(name, "List") && one.member("parameters").exists() && strings.Contains(one.path, "{") {
		name += "Retrieve"
	}
	what := "has the parameters of the operation " + one.member("operationId").text() + "."
	g.declare(name+"Params", what, "struct {\n"+fields.String()+"}")
}

func (g *generator) queryType(one operation, parameter node) string {
	name := parameter.member("name").text()
	if kind, is := queries[one.member("operationId").text()+"."+name]; is {
		return kind
	}
	schema := parameter.member("schema")
	if slices.Equal(schema.member("enum").texts(), []string{"true", "false"}) {
		return "bool"
	}
	return g.typeOf(schema, "", false)
}

func (g *generator) declare(name, meaning, definition string) {
	g.types[name] = comment(name+" "+meaning, "") + "type " + name + " " + definition + "\n"
}
