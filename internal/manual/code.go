package manual

import (
	"bytes"
	"embed"
	"html"
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// The lexers of the languages of our documents. The package lexers of chroma registers those of 280 languages at the
// start of a process, which takes 30 ms and 7 MB.
//
//go:embed lexers
var lexers embed.FS

// lexerOf names the lexer of a language of a block.
var lexerOf = map[string]string{
	"sh": "bash", "bash": "bash", "go": "go", "json": "json", "yaml": "yaml", "python": "python",
	"ts": "typescript", "js": "typescript", "tsx": "typescript", "jsx": "typescript",
	"html": "xml", "vue": "xml", "svelte": "xml",
}

var loadLexers = sync.OnceValues(func() (map[string]chroma.Lexer, error) {
	loaded := map[string]chroma.Lexer{"go": goLexer()}
	for _, name := range lexerOf {
		if loaded[name] != nil {
			continue
		}
		lexer, err := chroma.NewXMLLexer(lexers, "lexers/"+name+".xml")
		if err != nil {
			return nil, err
		}
		loaded[name] = chroma.Coalesce(lexer)
	}
	return loaded, nil
})

// goLexer returns a lexer of Go, which chroma has only in the package lexers.
func goLexer() chroma.Lexer {
	return chroma.Coalesce(chroma.MustNewLexer(&chroma.Config{Name: "Go"}, func() chroma.Rules {
		return chroma.Rules{"root": {
			{Pattern: `//[^\n]*|/\*(.|\n)*?\*/`, Type: chroma.Comment},
			{Pattern: "`[^`]*`|\"(\\\\.|[^\"\\\\\\n])*\"|'(\\\\.|[^'\\\\\\n])+'", Type: chroma.LiteralString},
			{Pattern: `(break|case|chan|const|continue|default|defer|else|fallthrough|for|func|go|goto|if|import|` +
				`interface|map|package|range|return|select|struct|switch|type|var)\b`, Type: chroma.Keyword},
			{Pattern: `[0-9][0-9a-zA-Z_.]*`, Type: chroma.LiteralNumber},
			{Pattern: `\w+`, Type: chroma.Text},
			{Pattern: `\s+|.`, Type: chroma.Text},
		}}
	}))
}

// codeRenderer renders blocks of code with their tokens marked.
type codeRenderer struct{}

func (c codeRenderer) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindFencedCodeBlock, c.render)
	r.Register(ast.KindCodeBlock, c.render)
}

func (codeRenderer) render(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	language := ""
	if block, is := node.(*ast.FencedCodeBlock); is {
		language = string(block.Language(source))
	}
	text := string(node.Lines().Value(source))
	if writeDiagram(w, node, text) {
		return ast.WalkSkipChildren, nil
	}
	code, err := highlight(language, text)
	if err != nil {
		return ast.WalkStop, err
	}
	// The keyboard can scroll the block.
	_, _ = w.WriteString(`<pre tabindex="0" data-language="` + html.EscapeString(language) + `"><code>`)
	_, _ = w.WriteString(code)
	_, _ = w.WriteString("</code></pre>\n")
	return ast.WalkSkipChildren, nil
}

// highlight returns code as HTML, with the classes of its tokens if the language is known.
func highlight(language, code string) (string, error) {
	all, err := loadLexers()
	if err != nil {
		return "", err
	}
	lexer := all[lexerOf[language]]
	if lexer == nil {
		return html.EscapeString(code), nil
	}
	tokens, err := lexer.Tokenise(nil, code)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	for token := tokens(); token != chroma.EOF; token = tokens() {
		class, text := classOf(token.Type), html.EscapeString(token.Value)
		if class == "" || strings.TrimSpace(text) == "" {
			out.WriteString(text)
			continue
		}
		out.WriteString(`<span class="` + class + `">` + text + `</span>`)
	}
	return out.String(), nil
}

// classOf returns the class of a kind of token in docs.css, or "".
func classOf(kind chroma.TokenType) string {
	switch {
	case kind.InCategory(chroma.Comment):
		return "tok-comment"
	case kind.InCategory(chroma.Keyword), kind == chroma.NameTag:
		return "tok-key"
	case kind.InSubCategory(chroma.LiteralString):
		return "tok-string"
	case kind.InSubCategory(chroma.LiteralNumber):
		return "tok-number"
	case kind == chroma.NameAttribute, kind == chroma.NameVariable:
		return "tok-name"
	}
	return ""
}
