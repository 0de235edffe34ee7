package manual

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"html/template"
)

var layout = template.Must(template.ParseFS(assets, "assets/page.html"))

// frame returns a page with its surroundings: contents, search, and the links to its neighbours.
func (s *site) frame(i int) ([]byte, error) {
	p := s.pages[i]
	view := map[string]any{
		"Title": p.title, "Description": p.description, "Path": p.path, "Headings": p.headings,
		"Content": template.HTML(p.html), //nolint:gosec // made from our documents, with raw HTML left out
		"Menu":    s.menu(p), "Calls": p.answersTo != "",
		"Style": s.asset("docs.css"), "Script": s.asset("docs.js"), "Search": pathSearch, "CallsPath": pathCalls,
	}
	if i > 0 {
		view["Previous"] = link{s.pages[i-1].path, s.pages[i-1].label, false}
	}
	if i+1 < len(s.pages) {
		view["Next"] = link{s.pages[i+1].path, s.pages[i+1].label, false}
	}
	var html bytes.Buffer
	if err := layout.Execute(&html, view); err != nil {
		return nil, err
	}
	return html.Bytes(), nil
}

// menuChapter is a chapter of the menu. It is open if it has the page that is shown.
type menuChapter struct {
	Title string
	Open  bool
	Links []link
}

type link struct {
	Path, Label string
	Current     bool
}

// menu returns the contents, with the page that is shown marked.
func (s *site) menu(shown *page) []menuChapter {
	menu := make([]menuChapter, 0, len(s.chapters))
	for _, c := range s.chapters {
		entry := menuChapter{Title: c.title}
		for _, p := range c.pages {
			entry.Links = append(entry.Links, link{p.path, p.label, p == shown})
			entry.Open = entry.Open || p == shown
		}
		menu = append(menu, entry)
	}
	return menu
}

// versionOf returns a name that changes with the content of any file.
func versionOf(files ...[]byte) string {
	sum := sha256.New()
	for _, file := range files {
		_, _ = sum.Write(file) // a hash takes every write
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}
