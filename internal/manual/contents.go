package manual

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

const (
	contentsFile    = "docs/README.md"
	decisionsFolder = "docs/decisions"
	openAPIFile     = "api/openapi.yaml" // stands for the reference
)

// entryLine is an entry of the contents: a link, and a description of the page.
var entryLine = regexp.MustCompile(`^- \[([^\]]+)\]\(([^)#]+)\)(?:: (.+))?$`)

// readContents reads the chapters from the headings and lists of the table of contents. Decisions are listed by
// themselves, and the pages of the API's reference follow the entry of the OpenAPI document.
func (s *site) readContents() error {
	first := s.byFile[contentsFile]
	if first == nil {
		return fmt.Errorf("%s is missing", contentsFile)
	}
	first.label = "Overview"
	s.pages = []*page{first}
	s.listDecisions()
	for line := range strings.Lines(string(first.source)) {
		line = strings.TrimSpace(line)
		if title, is := strings.CutPrefix(line, "## "); is {
			s.chapters = append(s.chapters, chapter{title: title})
			continue
		}
		entry := entryLine.FindStringSubmatch(line)
		if entry == nil || len(s.chapters) == 0 {
			continue
		}
		last := &s.chapters[len(s.chapters)-1]
		for _, p := range s.listed(path.Join("docs", entry[2])) {
			if p.label == "" {
				p.label, p.description = entry[1], entry[3]
			}
			last.pages = append(last.pages, p)
			s.pages = append(s.pages, p)
		}
	}
	s.chapters = slices.DeleteFunc(s.chapters, func(c chapter) bool { return len(c.pages) == 0 })
	return s.checkContents()
}

// listed returns the pages of an entry: the page of its file, and those below it that have no entry of their own. It
// returns none for an entry that leads out of the site.
func (s *site) listed(file string) []*page {
	p := s.byFile[file]
	if p == nil {
		return nil
	}
	pages := []*page{p}
	if folder := path.Dir(p.file); folder == decisionsFolder || folder == referenceFolder {
		for _, below := range s.added {
			if path.Dir(below.file) == folder && below != p {
				pages = append(pages, below)
			}
		}
	}
	return pages
}

func (s *site) checkContents() error {
	var faults []error
	seen := map[*page]bool{}
	for _, p := range s.pages {
		if seen[p] {
			faults = append(faults, fmt.Errorf("%s lists %s twice", contentsFile, p.file))
		}
		seen[p] = true
	}
	for _, p := range s.added {
		if !seen[p] {
			faults = append(faults, fmt.Errorf("%s does not list %s", contentsFile, p.file))
		}
	}
	return errors.Join(faults...)
}

var firstHeading = regexp.MustCompile(`(?m)^# (.+)$`)

// titleOf returns the first heading of a document.
func titleOf(source []byte) string {
	if found := firstHeading.FindSubmatch(source); found != nil {
		return string(found[1])
	}
	return ""
}

// listDecisions adds the page that lists the decisions, if there are any.
func (s *site) listDecisions() {
	var text strings.Builder
	text.WriteString("# Decisions\n\nEach page has the context, the decision and its consequences. " +
		"A decision is not rewritten when it is overtaken: a later one says so.\n\n")
	found := false
	for _, p := range s.added {
		if path.Dir(p.file) != decisionsFolder {
			continue
		}
		p.label, found = titleOf(p.source), true
		fmt.Fprintf(&text, "- [%s](%s)\n", p.label, path.Base(p.file))
	}
	if !found {
		return
	}
	s.add(&page{
		path: pathOf(decisionsFolder + "/README.md"), file: decisionsFolder + "/README.md", source: []byte(text.String()),
	})
}
