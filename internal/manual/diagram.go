package manual

import (
	"crypto/sha256"
	"encoding/hex"
	"html"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// diagramsFolder has the drawing of each diagram, which scripts/diagrams.mjs makes.
const diagramsFolder = "docs/diagrams/"

// drawing is the drawing of a diagram: its address, and its name for readers who do not see it.
type drawing struct{ address, name string }

// drawingAttribute is the attribute of a block of code that has its drawing.
const drawingAttribute = "drawing"

// draw has a diagram shown by its drawing.
func (d *document) draw(block *ast.FencedCodeBlock) {
	if string(block.Language(d.source)) != "mermaid" {
		return
	}
	digest := sha256.Sum256(block.Lines().Value(d.source))
	file := diagramsFolder + hex.EncodeToString(digest[:8]) + ".svg"
	d.site.pictures[file] = true
	block.SetAttributeString(drawingAttribute, drawing{"/" + file, "Diagram: " + d.headingOf(block)})
}

// headingOf returns the text of the heading that a block of the page stands under.
func (d *document) headingOf(node ast.Node) string {
	for before := node.PreviousSibling(); before != nil; before = before.PreviousSibling() {
		if before.Kind() == ast.KindHeading {
			return d.plain(before)
		}
	}
	return d.page.title
}

// writeDiagram writes a drawing, which leads to itself in full size, with the text of the diagram below it. It returns
// false for a block that is no diagram.
func writeDiagram(w util.BufWriter, node ast.Node, text string) bool {
	attribute, _ := node.AttributeString(drawingAttribute)
	drawn, is := attribute.(drawing)
	if !is {
		return false
	}
	address, name := html.EscapeString(drawn.address), html.EscapeString(drawn.name)
	_, _ = w.WriteString(`<figure class="diagram"><a href="` + address + `"><img src="` + address + `" alt="` + name +
		`" loading="lazy"></a><details><summary>The diagram as text</summary><pre tabindex="0"><code>` +
		html.EscapeString(text) + "</code></pre></details></figure>\n")
	return true
}
