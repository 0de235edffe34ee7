package manual_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/stile-id/stile"
	"github.com/stile-id/stile/internal/manual"
	"github.com/stile-id/stile/internal/repo"
	"github.com/stile-id/stile/rules"
)

const specFile = "../../api/openapi.yaml"

// rendered returns the site of this repository, which is rendered once for all tests.
func rendered(t *testing.T) map[string]manual.File {
	t.Helper()
	files, err := renderOnce()
	require.NoError(t, err)
	return files
}

var renderOnce = sync.OnceValues(func() (map[string]manual.File, error) {
	spec, err := os.ReadFile(specFile)
	if err != nil {
		return nil, err
	}
	return manual.Render(manual.Source{Files: stile.Documents(), OpenAPI: spec, BaseURL: "https://id.example"})
})

// page is a page as a browser sees it.
type page struct {
	ids      map[string]bool
	elements []element
}

type element struct {
	name       string
	attributes map[string]string
}

func parse(file manual.File) (page, error) {
	root, err := html.Parse(bytes.NewReader(file.Content))
	if err != nil {
		return page{}, err
	}
	p := page{ids: map[string]bool{}}
	for node := range root.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		e := element{node.Data, map[string]string{}}
		for _, a := range node.Attr {
			e.attributes[a.Key] = a.Val
		}
		if id := e.attributes["id"]; id != "" {
			if p.ids[id] {
				return page{}, fmt.Errorf("id %s twice", id)
			}
			p.ids[id] = true
		}
		p.elements = append(p.elements, e)
	}
	return p, nil
}

// pages returns all pages by their paths.
func pages(t *testing.T) map[string]page {
	t.Helper()
	all, err := parseOnce()
	require.NoError(t, err)
	require.Greater(t, len(all), 100)
	return all
}

var parseOnce = sync.OnceValues(func() (map[string]page, error) {
	files, err := renderOnce()
	if err != nil {
		return nil, err
	}
	all := map[string]page{}
	for path, file := range files {
		if !strings.HasPrefix(file.ContentType, "text/html") {
			continue
		}
		if all[path], err = parse(file); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return all, nil
})

func TestEveryLinkLeadsToAPageAnAnchorOrAFile(t *testing.T) {
	t.Parallel()
	root, err := repo.Root()
	require.NoError(t, err)
	var broken []string
	for path, p := range pages(t) {
		for _, e := range p.elements {
			if link, is := e.attributes["href"]; is && !leads(t, root, path, link) {
				broken = append(broken, path+": "+link)
			}
		}
	}
	require.Empty(t, broken)
}

// leads reports whether a link of a page leads to a page, an anchor or a file of the site, or to a file of the
// repository. Other sites are not asked.
func leads(t *testing.T, root, path, link string) bool {
	t.Helper()
	if file, is := strings.CutPrefix(link, manual.Repository); is {
		_, err := os.Stat(filepath.Join(root, strings.Split(file, "#")[0]))
		return err == nil
	}
	to, err := url.Parse(link)
	if err != nil {
		return false
	}
	if to.Scheme != "" || to.Path == "/openapi.yaml" {
		return true
	}
	if to.Path == "" {
		to.Path = path
	}
	_, known := rendered(t)[to.Path]
	return known && (to.Fragment == "" || pages(t)[to.Path].ids[to.Fragment])
}

// The policy of the pages allows nothing inline and nothing of another origin.
func TestPagesLoadOnlyFilesOfTheSite(t *testing.T) {
	t.Parallel()
	files := rendered(t)
	for path, p := range pages(t) {
		for _, e := range p.elements {
			for key := range e.attributes {
				require.False(t, key == "style" || strings.HasPrefix(key, "on"), "%s: <%s %s>", path, e.name, key)
			}
			source := e.attributes["src"]
			if e.name == "link" {
				source = e.attributes["href"]
			}
			if source != "" {
				require.Contains(t, files, source, path)
			}
			require.NotEqual(t, "style", e.name, path)
			require.False(t, e.name == "script" && source == "", "%s has a script inline", path)
		}
	}
	for path, file := range files {
		if strings.HasPrefix(path, manual.Assets) {
			require.NotContains(t, string(file.Content), "http", path)
		}
	}
}

var target = regexp.MustCompile(`\]\(([^()\s]+)\)`)

func TestSourcesOfPagesLinkToSources(t *testing.T) {
	t.Parallel()
	files := rendered(t)
	for path := range pages(t) {
		source, is := files[path+".md"]
		require.True(t, is, path)
		for _, found := range target.FindAllStringSubmatch(string(source.Content), -1) {
			to, err := url.Parse(found[1])
			require.NoError(t, err)
			if to.Scheme == "" && strings.HasPrefix(to.Path, manual.Root) {
				require.Contains(t, files, to.Path, "%s.md: %s", path, found[1])
				require.Contains(t, []string{".md", ".png"}, filepath.Ext(to.Path), "%s.md: %s", path, found[1])
			}
		}
	}
}

func TestEveryOperationHasItsPlaceInTheReference(t *testing.T) {
	t.Parallel()
	document, err := openapi3.NewLoader().LoadFromFile(specFile)
	require.NoError(t, err)
	var calls map[string]struct{ Page, ID, Method, Path string }
	require.NoError(t, json.Unmarshal(rendered(t)["/docs/calls.json"].Content, &calls))
	all := pages(t)
	count := 0
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			count++
			call := calls[operation.OperationID]
			require.Equal(t, []string{method, path}, []string{call.Method, call.Path}, operation.OperationID)
			require.True(t, all[call.Page].ids[call.ID], "%s: %s#%s", operation.OperationID, call.Page, call.ID)
			require.Contains(t, string(rendered(t)[call.Page+".md"].Content), "`"+method+" "+path+"`\n")
		}
	}
	require.Len(t, calls, count)
}

func TestEveryCodeHasAnAnchor(t *testing.T) {
	t.Parallel()
	document, err := openapi3.NewLoader().LoadFromFile(specFile)
	require.NoError(t, err)
	all := pages(t)
	codes := document.Components.Schemas["ErrorCode"].Value.Enum
	require.Greater(t, len(codes), 50)
	for _, code := range codes {
		require.True(t, all["/docs/errors"].ids[code.(string)], code)
	}
	for _, reason := range rules.ReasonCodes() {
		require.True(t, all["/docs/reason-codes"].ids[string(reason)], reason)
	}
}

func TestTheIndexHasEveryPageAndItsText(t *testing.T) {
	t.Parallel()
	var index []struct{ U, P, H, T string }
	require.NoError(t, json.Unmarshal(rendered(t)["/docs/search.json"].Content, &index))
	indexed := map[string]string{}
	for _, passage := range index {
		path, _, _ := strings.Cut(passage.U, "#")
		indexed[path] += passage.H + " " + passage.T + " "
	}
	for path := range pages(t) {
		require.NotEmpty(t, indexed[path], path)
	}
	require.Contains(t, indexed["/docs/errors"], "webhook_required")
	require.Contains(t, indexed["/docs/webhooks"], "Stile-Signature")
	require.Contains(t, indexed["/docs/api/risk"], "POST /v1/risk/score")
}

func TestTextsForLanguageModelsNameEveryPage(t *testing.T) {
	t.Parallel()
	files := rendered(t)
	index, whole := string(files[manual.PathLLMs].Content), string(files[manual.PathLLMsFull].Content)
	for path := range pages(t) {
		if path != manual.Root {
			require.Contains(t, index, "(https://id.example"+path+".md)")
		}
		if !strings.HasPrefix(path, "/docs/decisions") {
			require.Contains(t, whole, "\nURL: https://id.example"+path+"\n")
		}
	}
	require.Contains(t, whole, "You are integrating Stile age verification")
	require.NotContains(t, whole, "\nURL: https://id.example/docs/decisions/")
}

func TestCodeIsMarkedByItsLanguage(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"docs/README.md": {Data: []byte("# Title\n\n```go\n// why\nreturn \"<b>\"\n```\n\n" +
		"```sh\necho 1 # one\n```\n\n```text\na --> b\n```\n\n<script>alert(1)</script>\n")}}
	site, err := manual.Render(manual.Source{Files: files, OpenAPI: []byte("{paths: {}}")})
	require.NoError(t, err)
	page := string(site["/docs"].Content)
	require.Contains(t, page, `<span class="tok-comment">// why</span>`)
	require.Contains(t, page, `<span class="tok-string">&#34;&lt;b&gt;&#34;</span>`)
	require.Contains(t, page, `<span class="tok-comment"># one`)
	require.Contains(t, page, "a --&gt; b")
	require.NotContains(t, page, "alert")
}

func TestDiagramIsShownByItsDrawingAndAsText(t *testing.T) {
	t.Parallel()
	digest := sha256.Sum256([]byte("a --> b\n"))
	drawing := fmt.Sprintf("docs/diagrams/%x.svg", digest[:8])
	files := fstest.MapFS{
		"docs/README.md": {Data: []byte("# Title\n\n## A & B\n\nText.\n\n```mermaid\na --> b\n```\n")},
		drawing:          {Data: []byte("<svg/>")},
	}
	site, err := manual.Render(manual.Source{Files: files, OpenAPI: []byte("{paths: {}}")})
	require.NoError(t, err)
	page := string(site["/docs"].Content)
	require.Contains(t, page, `<img src="/`+drawing+`" alt="Diagram: A &amp; B"`)
	require.Contains(t, page, "a --&gt; b")
	require.Equal(t, manual.File{ContentType: "image/svg+xml", Content: []byte("<svg/>")}, site["/"+drawing])
}

func TestEveryDrawingBelongsToADiagram(t *testing.T) {
	t.Parallel()
	drawings, err := fs.Glob(stile.Documents(), "docs/diagrams/*.svg")
	require.NoError(t, err)
	require.NotEmpty(t, drawings)
	for _, drawing := range drawings {
		require.Contains(t, rendered(t), "/"+drawing, "run node scripts/diagrams.mjs")
	}
}

func TestRenderNamesTheFaultOfADocument(t *testing.T) {
	t.Parallel()
	contents := &fstest.MapFile{Data: []byte("# D\n\n## A\n\n- [Page](page.md)\n- [Again](page.md)\n")}
	picture := &fstest.MapFile{Data: []byte("![a](img/absent.png)")}
	diagram := &fstest.MapFile{Data: []byte("```mermaid\na --> b\n```\n")}
	for message, source := range map[string]manual.Source{
		"docs/README.md is missing":               {Files: fstest.MapFS{}},
		"docs/README.md lists docs/page.md twice": {Files: fstest.MapFS{"docs/README.md": contents, "docs/page.md": {}}},
		"docs/README.md does not list docs/other.md": {Files: fstest.MapFS{
			"docs/README.md": contents, "docs/other.md": {},
		}},
		"img/absent.png":                        {Files: fstest.MapFS{"docs/README.md": picture}},
		"run node scripts/diagrams.mjs":         {Files: fstest.MapFS{"docs/README.md": diagram}},
		"the OpenAPI document is not an object": {OpenAPI: []byte("[]")},
		"read OpenAPI document":                 {OpenAPI: []byte("{")},
	} {
		if source.Files == nil {
			source.Files = fstest.MapFS{}
		}
		if source.OpenAPI == nil {
			source.OpenAPI = []byte("{paths: {}}")
		}
		_, err := manual.Render(source)
		require.ErrorContains(t, err, message)
	}
}

// The lexers of the XML files are copies of those of the library, which is the place to change them.
func TestLexersAreThoseOfTheLibrary(t *testing.T) {
	t.Parallel()
	list := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/alecthomas/chroma/v2")
	folder, err := list.Output()
	require.NoError(t, err)
	own, err := filepath.Glob("lexers/*.xml")
	require.NoError(t, err)
	require.NotEmpty(t, own)
	for _, name := range own {
		copied, err := os.ReadFile(name)
		require.NoError(t, err)
		original, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(folder)), "lexers/embedded", filepath.Base(name)))
		require.NoError(t, err)
		require.Equal(t, string(original), string(copied), name)
	}
}

func BenchmarkRender(b *testing.B) {
	spec, err := os.ReadFile(specFile)
	require.NoError(b, err)
	for b.Loop() {
		_, err := manual.Render(manual.Source{Files: stile.Documents(), OpenAPI: spec})
		require.NoError(b, err)
	}
}
