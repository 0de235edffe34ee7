package manual

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

const (
	referenceFolder = "docs/api"
	jsonType        = "application/json"
)

// call is an operation that a reader can try. Its form is below the heading with its id.
type call struct {
	Page   string      `json:"page"`
	ID     string      `json:"id"`
	Method string      `json:"method"`
	Path   string      `json:"path"`
	Params []parameter `json:"params"`
	Body   string      `json:"body,omitempty"` // a body to begin with
	Bearer string      `json:"bearer"`         // the credential in words, or ""
}

// parameter is a parameter of a call in the path, the query or a header.
type parameter struct {
	Name        string   `json:"name"`
	In          string   `json:"in"`
	Required    bool     `json:"required"`
	Description string   `json:"description"`
	Values      []string `json:"values,omitempty"`
}

// operation is an operation of the OpenAPI document.
type operation struct {
	method, path string
	node, item   node
}

// describeAPI makes the pages of the reference: a page per tag, a page of all objects, and one that introduces them.
func (s *site) describeAPI() error {
	root, err := openAPI(s.source.OpenAPI)
	if err != nil {
		return err
	}
	s.calls = map[string]call{}
	operations := operationsOf(root)
	if len(operations) == 0 {
		return nil
	}
	var first strings.Builder
	fmt.Fprintf(&first, "# API reference\n\n%s\nEvery operation has a form that sends it to the installation of this "+
		"page, with a key of yours. The whole description is also [an OpenAPI document](%s).\n\n",
		root.at("info").at("description").text(), pathOpenAPI)
	for _, tag := range root.at("tags").items() {
		name := tag.at("name").text()
		file := referenceFolder + "/" + slug(name) + ".md"
		text, err := s.describeTag(tag, operations, pathOf(file))
		if err != nil {
			return err
		}
		s.addReference(file, name, tag.at("description").line(), text)
		fmt.Fprintf(&first, "- [%s](%s.md): %s\n", name, slug(name), tag.at("description").line())
	}
	objects, err := describeObjects(root)
	if err != nil {
		return err
	}
	s.addReference(referenceFolder+"/objects.md", "Objects", "Every object of requests and answers.", objects)
	first.WriteString("- [Objects](objects.md): every object of requests and answers.\n")
	s.addReference(referenceFolder+"/README.md", "", "", first.String())
	s.byFile[openAPIFile] = s.byFile[referenceFolder]
	return nil
}

func (s *site) addReference(file, label, description, text string) {
	s.add(&page{
		path: pathOf(file), file: file, label: label, description: description, source: []byte(text), answersTo: "api",
	})
}

// operationsOf returns all operations in the order of the document.
func operationsOf(root node) (all []operation) {
	for _, path := range root.at("paths").pairs() {
		for _, member := range path.value.pairs() {
			if member.value.at("operationId").exists() {
				all = append(all, operation{strings.ToUpper(member.key), path.key, member.value, path.value})
			}
		}
	}
	return all
}

// describeTag returns the page of a tag. Methods that do the same at one path, such as POST and PATCH, have parts of
// their own, because each is an operation.
func (s *site) describeTag(tag node, operations []operation, path string) (string, error) {
	var out strings.Builder
	name := tag.at("name").text()
	fmt.Fprintf(&out, "# %s\n\n%s\n\n", name, tag.at("description").text())
	seen := map[string]bool{}
	for _, o := range operations {
		if !slices.Contains(o.node.at("tags").texts(), name) {
			continue
		}
		title := o.node.at("summary").text()
		if seen[title] {
			title += " by " + o.method
		}
		seen[title] = true
		fmt.Fprintf(&out, "## %s\n\n`%s %s`\n\n%s\n\n", title, o.method, o.path, o.node.at("description").text())
		if err := o.describe(&out); err != nil {
			return "", fmt.Errorf("%s %s: %w", o.method, o.path, err)
		}
		c, err := o.call()
		if err != nil {
			return "", fmt.Errorf("%s %s: %w", o.method, o.path, err)
		}
		c.Page, c.ID = path, slug(title)
		s.calls[o.node.at("operationId").text()] = c
	}
	return out.String(), nil
}

// describe writes credential, parameters, body and answers.
func (o operation) describe(out *strings.Builder) error {
	if bearer := o.bearer(); bearer == "" {
		out.WriteString("Needs no credential.\n\n")
	} else {
		fmt.Fprintf(out, "Bearer: %s.\n\n", bearer)
	}
	var fields []field
	for _, p := range o.parameters() {
		fields = append(fields, field{
			name: p.at("name").text(), required: p.at("required").text() == "true",
			kind: typeOf(p.raw("schema")) + ", " + p.at("in").text(), description: p.at("description").line(),
		})
	}
	if len(fields) > 0 {
		out.WriteString("**Parameters**\n\n")
		table(out, fields, true)
	}
	if err := o.describeBody(out); err != nil {
		return err
	}
	o.describeAnswers(out)
	return nil
}

// parameters returns the parameters of the operation and of its path.
func (o operation) parameters() (all []node) {
	for _, p := range slices.Concat(o.item.at("parameters").items(), o.node.at("parameters").items()) {
		all = append(all, p.followed())
	}
	return all
}

// bearer names the credentials that the operation accepts.
func (o operation) bearer() string {
	words := map[string]string{
		"secretKey": "secret key", "publishableKey": "publishable key", "clientSecret": "client secret of a session",
	}
	security := o.node.raw("security")
	if !security.exists() {
		security = node{o.node.root, o.node.root}.raw("security")
	}
	var names []string
	for _, choice := range security.items() {
		for _, scheme := range choice.pairs() {
			if word := words[scheme.key]; word != "" {
				names = append(names, word)
			}
		}
	}
	return strings.Join(names, " or ")
}

func (o operation) describeBody(out *strings.Builder) error {
	content := o.node.at("requestBody").at("content").pairs()
	if len(content) == 0 {
		return nil
	}
	fmt.Fprintf(out, "**Body** (`%s`)\n\n", content[0].key)
	schema := content[0].value.raw("schema")
	if named := schema.named(); named != "" {
		fmt.Fprintf(out, "%s\n\n", typeOf(schema))
	}
	if fields := fieldsOf(schema.followed(), "", 0); len(fields) > 0 {
		table(out, fields, true)
	}
	return writeExamples(out, schema.followed())
}

func writeExamples(out *strings.Builder, schema node) error {
	for _, example := range schema.at("examples").items() {
		text, err := example.indented()
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "```json\n%s\n```\n\n", text)
	}
	return nil
}

func (o operation) describeAnswers(out *strings.Builder) {
	out.WriteString("**Answers**\n\n| status | meaning |\n|---|---|\n")
	for _, answer := range o.node.at("responses").pairs() {
		response := answer.value.followed()
		text := response.at("description").line()
		if answer.key[0] < '4' {
			for _, content := range response.at("content").pairs() {
				if kind := typeOf(content.value.raw("schema")); kind != "" {
					text += " " + kind
				}
			}
		}
		if answer.key[0] >= '4' {
			for _, code := range response.codesOf() {
				text += fmt.Sprintf(" [`%s`](../errors.md#%s)", code, code)
			}
		}
		fmt.Fprintf(out, "| %s | %s |\n", answer.key, cell(text))
	}
	out.WriteByte('\n')
}

// call returns the operation as a form needs it.
func (o operation) call() (call, error) {
	c := call{Method: o.method, Path: o.path, Bearer: o.bearer(), Params: []parameter{}}
	for _, p := range o.parameters() {
		c.Params = append(c.Params, parameter{
			Name: p.at("name").text(), In: p.at("in").text(), Required: p.at("required").text() == "true",
			Description: p.at("description").line(), Values: p.at("schema").at("enum").texts(),
		})
	}
	if schema := o.node.at("requestBody").at("content").at(jsonType).raw("schema"); schema.exists() {
		text, err := json.MarshalIndent(skeleton(schema), "", "  ")
		if err != nil {
			return call{}, err
		}
		c.Body = string(text)
	}
	return c, nil
}

// describeObjects returns the page of all named schemas.
func describeObjects(root node) (string, error) {
	var out strings.Builder
	out.WriteString("# Objects\n\nThe objects of requests and answers, and the types of their fields.\n\n")
	for _, named := range root.at("components").at("schemas").pairs() {
		fmt.Fprintf(&out, "## %s\n\n", named.key)
		if text := named.value.at("description").text(); text != "" {
			fmt.Fprintf(&out, "%s\n\n", text)
		}
		fields := fieldsOf(named.value, "", 0)
		if len(fields) > 0 {
			table(&out, fields, false)
		} else if kind := typeOf(named.value); kind != "" {
			fmt.Fprintf(&out, "Type: %s\n\n", kind)
		}
		if err := writeExamples(&out, named.value); err != nil {
			return "", fmt.Errorf("%s: %w", named.key, err)
		}
	}
	return out.String(), nil
}
