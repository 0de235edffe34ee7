package compliance

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/stile-id/stile/rules"
)

// Load reads every *.yaml of a folder, validates each against the schema and the other files, and resolves the rules
// for all days. The error joins a [*Fault] for every mistake. A folder with a mistake gives no book, so that no answer
// rests on incomplete rules.
func Load(fsys fs.FS) (*Book, error) {
	schemas, err := readSchemas(fsys)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(fsys, "*"+extension)
	if err != nil {
		return nil, err
	}
	l := &loader{schemas: schemas, files: map[string]*file{}, broken: map[string]bool{}}
	for _, name := range names {
		l.read(fsys, name)
	}
	book := l.book()
	if len(l.faults) == 0 && len(book.places) == 0 {
		l.faults = append(l.faults, errors.New("there is no *.yaml of a jurisdiction"))
	}
	if len(l.faults) > 0 {
		return nil, errors.Join(l.faults...)
	}
	return book, nil
}

// loader collects the files and their faults.
type loader struct {
	schemas []*jsonschema.Schema
	files   map[string]*file // by code
	broken  map[string]bool  // unreadable files; the files that inherit them are not checked
	faults  []error
}

func (l *loader) fault(file, field, format string, args ...any) {
	l.faults = append(l.faults, &Fault{File: file, Field: field, Message: fmt.Sprintf(format, args...)})
}

func (l *loader) read(fsys fs.FS, name string) {
	before := len(l.faults)
	document := l.document(fsys, name)
	code := strings.TrimSuffix(name, extension)
	if len(l.faults) > before {
		l.broken[code] = true
		return
	}
	f := newFile(name, document)
	if f.code != code {
		l.fault(name, "jurisdiction", "is %s, and the file is named otherwise", f.code)
		l.broken[code] = true
		return
	}
	l.files[code] = f
}

// document returns the content of a file, or nil after reporting faults.
func (l *loader) document(fsys fs.FS, name string) map[string]any {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		l.fault(name, "", "cannot be read: %v", err)
		return nil
	}
	value, err := parseYAML(text)
	if err != nil {
		l.fault(name, "", "%v", err)
		return nil
	}
	for _, schema := range l.schemas {
		if faults := validate(schema, name, value); len(faults) > 0 {
			l.faults = append(l.faults, faults...)
			return nil
		}
	}
	document, _ := value.(map[string]any)
	return document
}

// book checks the files against one another and resolves their rules.
func (l *loader) book() *Book {
	b := &Book{places: map[rules.Jurisdiction]*place{}, entries: []*entry{nil}}
	codes := slices.Sorted(maps.Keys(l.files))
	for _, code := range codes {
		f := l.files[code]
		b.number(f)
		l.checkPlace(f)
		l.checkParent(f)
		l.checkOrder(f)
	}
	for _, code := range codes {
		f := l.files[code]
		chain, sound := l.chain(f)
		if !sound {
			continue
		}
		l.checkProhibitions(chain)
		if !f.template() {
			b.places[rules.Jurisdiction(code)] = l.place(b, chain)
		}
	}
	b.index()
	return b
}

// place resolves the rules of one jurisdiction.
func (l *loader) place(b *Book, chain []*file) *place {
	f := chain[0]
	p := &place{name: f.english, listed: f.listed, rules: map[rules.UseCase]timeline{}}
	for _, u := range rules.UseCases() {
		r := resolver{book: b, jurisdiction: rules.Jurisdiction(f.code), useCase: u, layers: layersOf(chain, u)}
		t, gaps := r.timeline()
		p.rules[u] = t
		for _, gap := range gaps {
			l.fault(f.name, fmt.Sprintf("rules.%s.%s", u, gap.field), "%s", gap.message)
		}
	}
	return p
}

// chain returns a file and the files that it inherits, nearest first. It returns false if a file is missing, broken or
// inherits itself; this is reported elsewhere.
func (l *loader) chain(f *file) (chain []*file, sound bool) {
	for {
		if slices.Contains(chain, f) {
			return chain, false
		}
		chain = append(chain, f)
		if f.parent() == "" {
			return chain, true
		}
		if f = l.files[f.parent()]; f == nil {
			return chain, false
		}
	}
}
