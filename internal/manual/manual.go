// Package manual renders the documentation of Stile for the browser: Markdown files and the OpenAPI document become
// pages, their sources, an index for the search, and texts for language models.
package manual

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Root is the path of the first page. All other pages are below it.
const Root = "/docs"

// Paths of files beside the pages.
const (
	PathLLMs     = "/llms.txt"
	PathLLMsFull = "/llms-full.txt"
	Assets       = Root + "/assets/" // followed by a version and a name
	pathSearch   = Root + "/search.json"
	pathCalls    = Root + "/calls.json"
	pathOpenAPI  = "/openapi.yaml"
)

// Repository is where links lead that leave the site. The path in the repository follows it.
const Repository = "https://github.com/stile-id/stile/blob/HEAD/"

// Source has the texts of the site.
type Source struct {
	// Files are the documents of the repository, by their paths in it. docs/README.md is the table of contents.
	Files fs.FS
	// OpenAPI is the bundled OpenAPI document.
	OpenAPI []byte
	// BaseURL is where readers reach the installation, without a slash at the end.
	BaseURL string
}

// File is a file of the site.
type File struct {
	ContentType string
	Content     []byte
}

const (
	typeHTML     = "text/html; charset=utf-8"
	typeMarkdown = "text/markdown; charset=utf-8"
	typeText     = "text/plain; charset=utf-8"
	typeJSON     = "application/json"
)

// typeOfPicture has the types of pictures by the ends of their names.
var typeOfPicture = map[string]string{".png": "image/png", ".svg": "image/svg+xml"}

//go:embed assets
var assets embed.FS

// page is a page of the site.
type page struct {
	path        string // on the site
	file        string // in the repository; of a generated page, the file that it would be
	title       string // of the first heading
	label       string // in the contents
	description string
	source      []byte // Markdown
	html        []byte
	headings    []heading
	passages    []passage
	answersTo   string // "api" for pages with calls
}

// chapter is a part of the contents.
type chapter struct {
	title string
	pages []*page
}

// site has all pages while they are rendered.
type site struct {
	source   Source
	chapters []chapter
	pages    []*page          // in the order of the contents
	added    []*page          // in the order of their files, those of the reference in its own
	byFile   map[string]*page // by path in the repository; a folder stands for its README.md
	pictures map[string]bool  // by path in the repository
	calls    map[string]call
	version  string // of style and script
}

// Render returns the files of the site by their paths. It returns an error for a document that the contents do not
// list, or list twice, and for a picture that is missing.
func Render(source Source) (map[string]File, error) {
	s := &site{source: source, byFile: map[string]*page{}, pictures: map[string]bool{}}
	if err := s.readDocuments(); err != nil {
		return nil, fmt.Errorf("manual: %w", err)
	}
	if err := s.describeAPI(); err != nil {
		return nil, fmt.Errorf("manual: %w", err)
	}
	if err := s.readContents(); err != nil {
		return nil, fmt.Errorf("manual: %w", err)
	}
	for _, p := range s.pages {
		if err := s.render(p); err != nil {
			return nil, fmt.Errorf("manual: %s: %w", p.file, err)
		}
	}
	return s.files()
}

// files returns all files, once the pages are rendered.
func (s *site) files() (map[string]File, error) {
	files := map[string]File{}
	if err := s.addAssets(files); err != nil {
		return nil, err
	}
	for name := range s.pictures {
		content, err := fs.ReadFile(s.source.Files, name)
		if err != nil && strings.HasPrefix(name, diagramsFolder) {
			err = fmt.Errorf("a diagram has no drawing, run node scripts/diagrams.mjs: %w", err)
		}
		if err != nil {
			return nil, fmt.Errorf("manual: %w", err)
		}
		files["/"+name] = File{typeOfPicture[path.Ext(name)], content}
	}
	for i, p := range s.pages {
		html, err := s.frame(i)
		if err != nil {
			return nil, fmt.Errorf("manual: %s: %w", p.file, err)
		}
		files[p.path] = File{typeHTML, html}
		files[p.path+".md"] = File{typeMarkdown, []byte(s.markdown(p))}
	}
	for name, value := range map[string]any{pathSearch: s.index(), pathCalls: s.calls} {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("manual: %w", err)
		}
		files[name] = File{typeJSON, text}
	}
	files[PathLLMs] = File{typeText, []byte(s.llms())}
	files[PathLLMsFull] = File{typeText, []byte(s.llmsFull())}
	return files, nil
}

// addAssets adds style and script. Their paths change with their content, so that browsers may keep them.
func (s *site) addAssets(files map[string]File) error {
	style, err := assets.ReadFile("assets/docs.css")
	if err != nil {
		return err
	}
	script, err := assets.ReadFile("assets/docs.js")
	if err != nil {
		return err
	}
	s.version = versionOf(style, script)
	files[s.asset("docs.css")] = File{"text/css; charset=utf-8", style}
	files[s.asset("docs.js")] = File{"text/javascript; charset=utf-8", script}
	return nil
}

func (s *site) asset(name string) string { return Assets + s.version + "/" + name }

// readDocuments makes a page of every Markdown file.
func (s *site) readDocuments() error {
	return fs.WalkDir(s.source.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".md" {
			return err
		}
		text, err := fs.ReadFile(s.source.Files, name)
		if err != nil {
			return err
		}
		s.add(&page{path: pathOf(name), file: name, source: text})
		return nil
	})
}

// add adds a page, found by its file and, if that is a README.md, by its folder.
func (s *site) add(p *page) {
	s.byFile[p.file] = p
	s.added = append(s.added, p)
	if folder, is := strings.CutSuffix(p.file, "/README.md"); is {
		s.byFile[folder] = p
	}
}

// pathOf returns the path on the site of a document: /docs/webhooks of docs/webhooks.md, /docs/methods of
// docs/methods/README.md, and /docs/changelog of CHANGELOG.md.
func pathOf(file string) string {
	name := strings.TrimPrefix(strings.TrimSuffix(strings.TrimSuffix(file, ".md"), "README"), "docs/")
	return strings.TrimSuffix(Root+"/"+strings.ToLower(name), "/")
}
