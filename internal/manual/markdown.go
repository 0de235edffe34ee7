package manual

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// heading is a heading of a page, below its title.
type heading struct {
	Level    int
	ID, Text string
}

// passage is the text below a heading, for the search.
type passage struct {
	id, heading string
	text        strings.Builder
}

// reader reads the Markdown of forges: with tables and bare addresses. Raw HTML is left out. Cells are aligned by an
// attribute, because the policy of the page allows no inline style.
var reader = goldmark.New(
	goldmark.WithExtensions(
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), extension.Linkify),
	goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(codeRenderer{}, 100))),
)

// tables puts tables into boxes that scroll, and makes no heading of an empty cell.
var tables = strings.NewReplacer("<table>", `<div class="table"><table>`, "</table>", "</table></div>",
	"<th></th>", "<td></td>")

// document is a page while it is rendered.
type document struct {
	site   *site
	page   *page
	source []byte
	ids    map[string]bool
}

// render makes the HTML of a page from its Markdown.
func (s *site) render(p *page) error {
	d := &document{site: s, page: p, source: p.source, ids: map[string]bool{}}
	root := reader.Parser().Parse(text.NewReader(p.source))
	for node := root.FirstChild(); node != nil; node = node.NextSibling() {
		if h, is := node.(*ast.Heading); is {
			d.nameHeading(h)
		}
		d.collect(node)
	}
	err := ast.Walk(root, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			d.adapt(node)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return err
	}
	var html bytes.Buffer
	if err := reader.Renderer().Render(&html, p.source, root); err != nil {
		return err
	}
	p.html = []byte(tables.Replace(html.String()))
	return nil
}

// nameHeading gives a heading the id that forges give it.
func (d *document) nameHeading(h *ast.Heading) {
	title := d.plain(h)
	id := d.free(slug(title))
	h.SetAttributeString("id", []byte(id))
	if h.Level == 1 {
		d.page.title = title
	} else {
		d.page.headings = append(d.page.headings, heading{h.Level, id, title})
	}
	d.page.passages = append(d.page.passages, passage{id: id, heading: title})
}

// free returns an id that the page does not have yet, and takes it.
func (d *document) free(id string) string {
	unique := id
	for n := 1; d.ids[unique]; n++ {
		unique = id + "-" + strconv.Itoa(n)
	}
	d.ids[unique] = true
	return unique
}

// slug returns the anchor of a heading: lower case, with hyphens for spaces, without punctuation.
func slug(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		case r == ' ':
			return '-'
		}
		return -1
	}, title)
}

// collect adds the text of a block to the passage that it belongs to.
func (d *document) collect(node ast.Node) {
	if node.Kind() == ast.KindHeading || len(d.page.passages) == 0 {
		return
	}
	last := &d.page.passages[len(d.page.passages)-1]
	last.text.WriteString(d.plain(node))
	last.text.WriteByte(' ')
}

// plain returns the text of a node without markup.
func (d *document) plain(node ast.Node) string {
	var out strings.Builder
	_ = ast.Walk(node, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function below never fails
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				out.Write(n.Segment.Value(d.source))
				if n.SoftLineBreak() || n.HardLineBreak() {
					out.WriteByte(' ')
				}
			}
		case *ast.String:
			if entering {
				out.Write(n.Value)
			}
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			if entering {
				out.Write(n.Lines().Value(d.source))
			}
		default:
			if !entering && n.Type() == ast.TypeBlock {
				out.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(out.String())
}

// adapt prepares a node for the site.
func (d *document) adapt(node ast.Node) {
	switch n := node.(type) {
	case *ast.Link:
		n.Destination = []byte(d.site.href(d.page, string(n.Destination)))
	case *ast.Image:
		n.Destination = []byte(d.site.picture(d.page, string(n.Destination)))
		n.SetAttributeString("loading", []byte("lazy"))
	case *ast.FencedCodeBlock:
		d.draw(n)
	case *extast.TableRow:
		d.nameRow(n)
	case *extast.Table:
		if first := n.FirstChild(); first != nil && d.plain(first) == "" {
			n.RemoveChild(n, first) // a header without words
		}
	}
}

// name is a code, a field or a variable.
var name = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]*$`)

// nameRow gives a row that begins with a name, such as a code of a reason, the name as its id.
func (d *document) nameRow(row *extast.TableRow) {
	cell := row.FirstChild()
	if cell == nil || cell.ChildCount() != 1 || cell.FirstChild().Kind() != ast.KindCodeSpan || d.page.answersTo != "" {
		return
	}
	if id := d.plain(cell); name.MatchString(id) && !d.ids[id] {
		d.ids[id] = true
		row.SetAttributeString("id", []byte(id))
	}
}
