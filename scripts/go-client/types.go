package main

import (
	"fmt"
	"slices"
	"strings"
)

// typeOf returns the Go type of a schema without null, and declares the types that it needs. name is that of an object
// that is no component. In an update null means something else than absence.
func (g *generator) typeOf(schema node, name string, update bool) string {
	if reference := schema.reference(); reference != "" {
		return g.ref(reference, update)
	}
	if single, is := g.single(schema); is {
		return g.typeOf(single, name, update)
	}
	kinds, _ := g.kinds(schema)
	if len(kinds) != 1 {
		return "any"
	}
	switch kinds[0] {
	case "string":
		return textType(schema)
	case "integer":
		return "int"
	case "number":
		return "float64"
	case "boolean":
		return "bool"
	case "array":
		return "[]" + g.typeOf(schema.member("items"), singular(name), update)
	default:
		return g.objectType(schema, name, update)
	}
}

func textType(schema node) string {
	if schema.member("format").text() == "date-time" {
		return "time.Time"
	}
	return "string"
}

// objectType returns the type of an object: a struct, a map, or its JSON if it is one of several.
func (g *generator) objectType(schema node, name string, update bool) string {
	if alternatives(schema) != nil {
		return "json.RawMessage"
	}
	values := schema.member("additionalProperties")
	switch {
	case schema.member("properties").exists():
		g.declareStruct(name, schema)
		return name
	case values.isMapping():
		kind := g.typeOf(values, singular(name), update)
		if _, null := g.kinds(values); null && update {
			kind = "*" + kind
		}
		return "map[string]" + kind
	default:
		return "map[string]any"
	}
}

// ref returns the type of a component, and declares it if it has a name of its own: objects and enumerations have.
func (g *generator) ref(reference string, update bool) string {
	name := reference
	if other, is := renamed[reference]; is {
		name = other
	}
	if written[name] {
		return name
	}
	if g.bodies[reference] {
		name += "Params"
	}
	schema := g.api.member("components", "schemas", reference)
	if values := g.values(schema); len(values) > 0 {
		g.declareEnum(name, schema)
		return name
	}
	return g.typeOf(schema, name, update)
}

// declareEnum declares a type of strings with a constant for each value, from all components that have the name.
func (g *generator) declareEnum(name string, schema node) {
	if g.types[name] != "" {
		return
	}
	var values []string
	for component, one := range g.api.member("components", "schemas").members() {
		if component == name || renamed[component] == name {
			values = append(values, g.values(one)...)
		}
	}
	g.declare(name, "is "+sentence(schema.description(), "a value of the API"), "string")
	var constants strings.Builder
	fmt.Fprintf(&constants, "\n// Values of %s.\nconst (\n", name)
	for i, value := range values {
		if slices.Contains(values[:i], value) {
			continue
		}
		fmt.Fprintf(&constants, "\t%s%s %s = %q\n", name, goName(value), name, value)
	}
	g.types[name] += constants.String() + ")\n"
}

func (g *generator) declareStruct(name string, schema node) {
	if g.types[name] != "" {
		return
	}
	g.types[name] = "pending" // a graph has nodes, which have members, which have graphs
	update := strings.HasSuffix(name, "UpdateParams")
	var out strings.Builder
	out.WriteString("struct {\n")
	for property, value := range schema.member("properties").members() {
		if value.isMapping() { // otherwise it is false: the member is absent
			out.WriteString(g.field(name, property, value, schema.member("required").has(property), update))
		}
	}
	meaning := "is " + sentence(schema.description(), "an object of the API")
	if strings.HasSuffix(name, "Params") {
		meaning = "has " + sentence(schema.description(), "the parameters of a request")
	}
	g.declare(name, meaning, out.String()+"}")
}

// field returns a field of a struct. A string that is absent or null is empty, because the API treats an empty string
// as absent. Anything else that may be absent or null is nil, and in an update also a string: an empty one removes.
func (g *generator) field(owner, property string, schema node, required, update bool) string {
	kind := g.typeOf(schema, owner+goName(property), update)
	if kind == "int" && isTime(property, schema) {
		kind = "Timestamp"
	}
	_, null := g.kinds(schema)
	if (null || !required) && g.needsPointer(schema, kind, update) {
		kind = "*" + kind
	}
	tag := property
	if !required {
		tag += ",omitzero"
	}
	description := schema.description()
	if description == "" && !strings.Contains(kind, schema.reference()) { // the component has no Go type
		description = g.resolved(schema).description()
	}
	description += g.oneOf(schema, kind)
	return comment(description, "\t") + fmt.Sprintf("\t%s %s `json:%q`\n", goName(property), kind, tag)
}

// isTime reports whether an integer is a time in Unix seconds.
func isTime(property string, schema node) bool {
	return slices.Contains([]string{"created", "since", "until"}, property) ||
		strings.Contains(schema.description(), "Unix seconds")
}

func (g *generator) needsPointer(schema node, kind string, update bool) bool {
	if kind == "any" || kind == "json.RawMessage" || strings.HasPrefix(kind, "[]") || strings.HasPrefix(kind, "map") {
		return false
	}
	kinds, _ := g.kinds(schema)
	return update || kind == "time.Time" || kinds[0] != "string"
}

// oneOf returns a sentence with the values of a field that is a plain string.
func (g *generator) oneOf(schema node, kind string) string {
	values := schema.member("enum").texts()
	if !strings.HasSuffix(kind, "string") || len(values) == 0 {
		return ""
	}
	return " One of `" + strings.Join(values, "`, `") + "`."
}
