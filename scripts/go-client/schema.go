package main

import "slices"

// kinds returns the types of a schema but null, and reports whether it may be null. A schema of constants has the types
// of its values.
func (g *generator) kinds(schema node) (kinds []string, null bool) {
	schema = g.resolved(schema)
	if parts := alternatives(schema); parts != nil {
		return g.kindsOfAll(parts)
	}
	if parts := schema.member("allOf").items(); parts != nil {
		return g.kinds(parts[0])
	}
	declared := schema.member("type")
	if declared.text() != "" {
		kinds = []string{declared.text()}
	} else {
		kinds = declared.texts()
	}
	for _, item := range declared.items() {
		if item.text() == "null" {
			null = true
			kinds = slices.DeleteFunc(kinds, func(kind string) bool { return kind == "null" })
		}
	}
	if kinds == nil {
		kinds = kindsOfValues(schema)
	}
	return slices.DeleteFunc(kinds, func(kind string) bool { return kind == "null" }), null || declared.text() == "null"
}

// kindsOfAll returns the types of alternatives. An alternative that is an empty array is left out: PHP writes an empty
// object so.
func (g *generator) kindsOfAll(parts []node) (kinds []string, null bool) {
	for _, part := range parts {
		if part.member("maxItems").text() == "0" {
			continue
		}
		more, nullable := g.kinds(part)
		kinds = append(kinds, more...)
		null = null || nullable
	}
	slices.Sort(kinds)
	return slices.Compact(kinds), null
}

// kindsOfValues returns the types of the values of const and enum.
func kindsOfValues(schema node) (kinds []string) {
	values := schema.member("enum").items()
	if constant := schema.member("const"); constant.exists() {
		values = append(values, constant)
	}
	for _, value := range values {
		kind := map[string]string{"!!str": "string", "!!bool": "boolean", "!!int": "integer"}[value.yaml.Tag]
		if kind != "" && !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	if kinds == nil && schema.member("pattern").exists() {
		return []string{"string"}
	}
	return kinds
}

func alternatives(schema node) []node {
	return append(schema.member("anyOf").items(), schema.member("oneOf").items()...)
}

// single returns the only alternative of a schema that is neither null nor an empty array, or the first part of allOf:
// the others restrict it. It returns the schema itself if it has neither.
func (g *generator) single(schema node) (single node, is bool) {
	if parts := schema.member("allOf").items(); parts != nil {
		return parts[0], true
	}
	parts := slices.DeleteFunc(alternatives(schema), func(part node) bool {
		return part.member("type").text() == "null" || part.member("maxItems").text() == "0"
	})
	if len(parts) == 1 {
		return parts[0], true
	}
	return schema, false
}

// values returns the values of a schema of strings, its alternatives included.
func (g *generator) values(schema node) []string {
	schema = g.resolved(schema)
	values := schema.member("enum").texts()
	if constant := schema.member("const").text(); constant != "" {
		values = append(values, constant)
	}
	for _, part := range alternatives(schema) {
		values = append(values, g.values(part)...)
	}
	return values
}

// resolved follows references.
func (g *generator) resolved(schema node) node {
	for schema.reference() != "" {
		schema = g.component(schema)
	}
	return schema
}

// component returns the component that a node refers to.
func (g *generator) component(reference node) node {
	target := reference.member("$ref").text()
	return g.api.member(split(target)...)
}
