package manual

import (
	"fmt"
	"path"
	"strings"
)

// found is an entry of the index of the search: a passage of a page.
type found struct {
	Path    string `json:"u"`
	Page    string `json:"p"`
	Heading string `json:"h"`
	Text    string `json:"t"`
}

// index returns the passages of all pages.
func (s *site) index() []found {
	var all []found
	for _, p := range s.pages {
		for i := range p.passages {
			passage := &p.passages[i]
			entry := found{Path: p.path, Page: p.title, Text: strings.Join(strings.Fields(passage.text.String()), " ")}
			if i > 0 {
				entry.Path, entry.Heading = p.path+"#"+passage.id, passage.heading
			}
			all = append(all, entry)
		}
	}
	return all
}

const summary = "Stile is a self-hosted service that verifies the age and identity of users: a REST API, " +
	"a hosted page, a widget, and signed webhooks."

// llms returns the index of all pages for language models, in the form of llmstxt.org.
func (s *site) llms() string {
	var out strings.Builder
	fmt.Fprintf(&out, "# Stile\n\n> %s\n\nAll pages but the decisions in one file: %s%s. OpenAPI document: %s%s.\n",
		summary, s.source.BaseURL, PathLLMsFull, s.source.BaseURL, pathOpenAPI)
	for _, c := range s.chapters {
		fmt.Fprintf(&out, "\n## %s\n\n", c.title)
		for _, p := range c.pages {
			fmt.Fprintf(&out, "- [%s](%s%s.md)", p.label, s.source.BaseURL, p.path)
			if p.description != "" {
				fmt.Fprintf(&out, ": %s", strings.TrimSpace(target.ReplaceAllString(p.description, "]")))
			}
			out.WriteByte('\n')
		}
	}
	return out.String()
}

// llmsFull returns the text of all pages but the decisions, which explain the code to those that change it.
func (s *site) llmsFull() string {
	var out strings.Builder
	fmt.Fprintf(&out, "# Stile: the whole documentation\n\n> %s\n", summary)
	for _, p := range s.pages {
		if path.Dir(p.file) == decisionsFolder {
			continue
		}
		fmt.Fprintf(&out, "\n---\n\nURL: %s%s\n\n%s", s.source.BaseURL, p.path, s.markdown(p))
	}
	return out.String()
}
