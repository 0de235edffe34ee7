package manual

import (
	"path"
	"regexp"
	"strings"
)

// resolve returns the place on the site that a link of a document leads to, with the page if it is one. Other files
// are in the repository.
func (s *site) resolve(from *page, link string) (place, fragment string, to *page) {
	link, fragment, _ = strings.Cut(link, "#")
	if fragment != "" {
		fragment = "#" + fragment
	}
	if link == "" {
		return "", fragment, nil
	}
	if strings.Contains(link, ":") || strings.HasPrefix(link, "/") {
		return link, fragment, nil
	}
	file := path.Join(path.Dir(from.file), link)
	if p := s.byFile[file]; p != nil {
		return p.path, fragment, p
	}
	return Repository + file, fragment, nil
}

// href returns the address of a link for a page.
func (s *site) href(from *page, link string) string {
	place, fragment, _ := s.resolve(from, link)
	return place + fragment
}

// picture returns the address of a picture, and has the site serve it.
func (s *site) picture(from *page, link string) string {
	if strings.Contains(link, ":") {
		return link
	}
	file := path.Join(path.Dir(from.file), link)
	s.pictures[file] = true
	return "/" + file
}

// target is the target of a link in Markdown.
var target = regexp.MustCompile(`\]\(([^()\s]+)\)`)

// markdown returns the source of a page with links that hold on the site, and lead to sources.
func (s *site) markdown(p *page) string {
	var out strings.Builder
	fenced := false
	for line := range strings.Lines(string(p.source)) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		}
		if !fenced {
			line = target.ReplaceAllStringFunc(line, func(found string) string {
				return "](" + s.sourceOf(p, found[2:len(found)-1]) + ")"
			})
		}
		out.WriteString(line)
	}
	return out.String()
}

func (s *site) sourceOf(from *page, link string) string {
	if path.Ext(link) == ".png" {
		return s.picture(from, link)
	}
	place, fragment, to := s.resolve(from, link)
	if to != nil {
		place += ".md"
	}
	return place + fragment
}
