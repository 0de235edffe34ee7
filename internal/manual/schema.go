package manual

import (
	"fmt"
	"slices"
	"strings"
)

// deepest is how many levels of objects without a name a table of fields shows.
const deepest = 4

// typeOf describes the type of a schema, with links to named ones.
func typeOf(schema node) string {
	if name := schema.named(); name != "" {
		return fmt.Sprintf("[%s](objects.md#%s)", name, slug(name))
	}
	for _, key := range []string{"oneOf", "anyOf", "allOf"} {
		if members := schema.at(key).items(); len(members) > 0 {
			return alternatives(key, members)
		}
	}
	if constant := schema.at("const"); constant.exists() {
		return "`" + constant.text() + "`"
	}
	if values := schema.at("enum").texts(); len(values) > 0 {
		return "`" + strings.Join(values, "`, `") + "`"
	}
	return basicType(schema)
}

// alternatives joins the types of members: of oneOf and anyOf by "or", of allOf by "and".
func alternatives(key string, members []node) string {
	var types []string
	for _, member := range members {
		if t := typeOf(member); t != "" && !slices.Contains(types, t) {
			types = append(types, t)
		}
	}
	if key == "allOf" {
		return strings.Join(types, " and ")
	}
	return strings.Join(types, " or ")
}

func basicType(schema node) string {
	types := slices.Clone(schema.at("type").texts())
	for i, t := range types {
		switch {
		case t == "array" && schema.raw("items").exists():
			types[i] = "list of " + typeOf(schema.raw("items"))
		case t == "array":
			types[i] = "list"
		case t == "string" && schema.at("format").exists():
			types[i] = "string (" + schema.at("format").text() + ")"
		}
	}
	return strings.Join(types, " or ")
}

// field is a field of an object.
type field struct {
	name, kind, description string
	required                bool
}

// fieldsOf returns the fields of an object, those of its members of allOf and of its objects without a name included.
// Their names begin with a prefix.
func fieldsOf(schema node, prefix string, depth int) (fields []field) {
	for _, part := range schema.at("allOf").items() {
		fields = append(fields, fieldsOf(part.followed(), prefix, depth)...)
	}
	required := schema.at("required").texts()
	for _, property := range schema.at("properties").pairs() {
		value := property.value
		fields = append(fields, field{
			name: prefix + property.key, kind: typeOf(value), required: slices.Contains(required, property.key),
			description: description(value),
		})
		if inner, suffix := unnamed(value); depth < deepest && inner.exists() {
			fields = append(fields, fieldsOf(inner, prefix+property.key+suffix, depth+1)...)
		}
	}
	return fields
}

// unnamed returns the object without a name that a field, or each item of its list, holds.
func unnamed(value node) (inner node, suffix string) {
	suffix = "."
	if items := value.raw("items"); items.exists() && value.named() == "" {
		value, suffix = items, "[]."
	}
	if value.named() != "" || !value.at("properties").exists() && !value.at("allOf").exists() {
		return node{}, ""
	}
	return value, suffix
}

// description returns the description of a field with its default.
func description(value node) string {
	text := value.at("description").line()
	if text == "" {
		text = value.followed().at("description").line()
	}
	if otherwise := value.followed().at("default").text(); otherwise != "" {
		text = strings.TrimSpace(text + " Default: `" + otherwise + "`.")
	}
	return text
}

// table writes fields as a table.
func table(out *strings.Builder, fields []field, marksRequired bool) {
	out.WriteString("| field | type | meaning |\n|---|---|---|\n")
	for _, f := range fields {
		note := f.description
		if marksRequired && f.required {
			note = strings.TrimSpace("**Required.** " + note)
		}
		fmt.Fprintf(out, "| `%s` | %s | %s |\n", f.name, cell(f.kind), cell(note))
	}
	out.WriteByte('\n')
}

// cell returns text for a cell of a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// skeleton returns an object with the required fields of a schema, for a body to begin with.
func skeleton(schema node) any {
	schema = schema.followed()
	if examples := schema.at("examples").items(); len(examples) > 0 {
		var value any
		if examples[0].Decode(&value) == nil {
			return value
		}
	}
	if constant := schema.at("const"); constant.exists() {
		return constant.text()
	}
	if values := schema.at("enum").texts(); len(values) > 0 {
		return values[0]
	}
	object := map[string]any{}
	required := schema.at("required").texts()
	for _, property := range schema.at("properties").pairs() {
		if slices.Contains(required, property.key) {
			object[property.key] = skeleton(property.value)
		}
	}
	types := schema.at("type").texts()
	switch {
	case len(object) > 0 || slices.Contains(types, "object"):
		return object
	case slices.Contains(types, "array"):
		return []any{}
	case slices.Contains(types, "boolean"):
		return true
	case slices.Contains(types, "integer"), slices.Contains(types, "number"):
		return 0
	}
	return ""
}
