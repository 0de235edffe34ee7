package issuers

import (
	"cmp"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stile-id/stile/internal/follow"
	"github.com/stile-id/stile/methods/wallet/trust"
	"github.com/stile-id/stile/rules"
)

// snapshot holds the issuers by method.
type snapshot map[rules.Method]*trusted

// trusted holds the issuers that the operator trusts for one method.
type trusted struct {
	pool      *trust.Pool
	lists     []trust.List
	documents []Document
	types     []string
	// issuers holds the types of those that publish their keys, by their names.
	issuers           map[string][]string
	acceptUnreachable bool
}

// untrusted has the methods without a folder: they know their documents, and trust no issuer.
var untrusted = func() snapshot {
	methods := snapshot{}
	for _, m := range served {
		methods[m.name] = &trusted{pool: trust.NewPool(), documents: m.documents, types: m.types}
	}
	return methods
}()

// typesOf returns the types to look an SD-JWT VC up under. One of an unknown type has named one of the method's types
// as its base (aka_vcts), or package sdjwtvc would not have accepted it.
func (t *trusted) typesOf(vct string) []string {
	if slices.Contains(t.types, vct) {
		return []string{vct}
	}
	return t.types
}

// reader reads the folder. Package follow calls it once at a time.
type reader struct {
	dir  string
	log  *slog.Logger
	last snapshot // nil before the first time
}

// read reads the folder. After the first time a fault in the folder of one method leaves that method as it was, and the
// error is follow.ErrPart.
func (r *reader) read() (_ snapshot, fault error) {
	f, err := readSettings(r.dir)
	if err != nil {
		return nil, err
	}
	if err := r.checkEntries(f); err != nil {
		return nil, fmt.Errorf("%s: %w", Variable, err)
	}
	next := snapshot{}
	for _, m := range served {
		found, err := r.readMethod(m.name, m.of(&f).withDefaults(m.documents, m.types, m.services))
		if err == nil {
			next[m.name] = found
			continue
		}
		if r.last == nil {
			return nil, fmt.Errorf("%s: %w", Variable, err)
		}
		next[m.name], fault = r.last[m.name], follow.ErrPart
		r.log.Error("wallet: a file of trusted issuers is faulty; the method goes on with those of before",
			"method", m.name, "error", err.Error())
	}
	r.last = next
	return next, fault
}

// checkEntries refuses a file that is in no folder of a method, because its issuers would not be trusted.
func (r *reader) checkEntries(f file) error {
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		return err
	}
	known := []string{SettingsFile}
	for _, m := range served {
		signers, _, _ := strings.Cut(filepath.ToSlash(filepath.Clean(m.of(&f).ListSigners)), "/")
		known = append(known, string(m.name), signers)
	}
	for _, entry := range entries {
		if wanted(entry.Name()) && !slices.Contains(known, entry.Name()) {
			return fmt.Errorf("%s is in no folder of a method, mdl, mid or eudi_pid, and %s does not name it",
				filepath.Join(r.dir, entry.Name()), SettingsFile)
		}
	}
	return nil
}

// settled is the settings of a method with its defaults.
type settled struct {
	method
	documents []Document
	types     []string
	services  map[string][]string
}

func (m *method) withDefaults(documents []Document, types []string, services map[string][]string) settled {
	s := settled{method: *m, documents: slices.Clone(documents), types: slices.Clone(types), services: services}
	for _, d := range m.Documents {
		s.documents = append(s.documents, Document{
			DocType: d.DocType, Namespace: cmp.Or(d.Namespace, d.DocType), Profile: profiles[cmp.Or(d.Profile, "photo_id")],
		})
	}
	s.types = append(s.types, m.Types...)
	if m.Services != nil {
		s.services = m.Services
	}
	return s
}

// check refuses document types that the method does not accept.
func (s settled) check() error {
	all := s.docTypes()
	for _, docType := range s.docTypes() {
		all = append(all, statusOf(docType))
	}
	for service, docTypes := range s.services {
		for _, docType := range docTypes {
			if !slices.Contains(all, docType) {
				return fmt.Errorf("services: %s: %q is not among the document types of the method", service, docType)
			}
		}
	}
	for i, issuer := range s.Issuers {
		for _, vct := range issuer.Types {
			if !slices.Contains(s.types, vct) {
				return fmt.Errorf("issuers[%d].types: %q is not among the types of the method", i, vct)
			}
		}
	}
	return nil
}

// docTypes returns the document types that a certificate in the folder of the method is trusted for.
func (s settled) docTypes() (all []string) {
	for _, d := range s.documents {
		all = append(all, d.DocType)
	}
	return append(all, s.types...)
}

func (r *reader) readMethod(name rules.Method, s settled) (*trusted, error) {
	sources, err := r.sources(name, s)
	if err != nil {
		return nil, err
	}
	store, err := trust.Open(sources)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	t := &trusted{
		pool: store.Pool(), lists: store.Lists(), documents: s.documents, types: s.types,
		issuers: map[string][]string{}, acceptUnreachable: s.Unreachable == "accept",
	}
	for _, issuer := range s.Issuers {
		types := issuer.Types
		if len(types) == 0 {
			types = s.types
		}
		t.issuers[issuer.Name] = types
	}
	return t, nil
}

// sources returns a source for each entry of the method's folder. The certificates in a folder with the name of a
// document type are trusted for that one alone.
func (r *reader) sources(name rules.Method, s settled) (sources []trust.Source, err error) {
	folder := filepath.Join(r.dir, string(name))
	entries, err := os.ReadDir(folder)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all := s.docTypes()
	for _, entry := range entries {
		if !wanted(entry.Name()) {
			continue
		}
		source := trust.Source{Path: filepath.Join(folder, entry.Name()), DocTypes: all, Services: s.services}
		if slices.Contains(all, entry.Name()) {
			source.DocTypes, source.Services = []string{entry.Name()}, only(s.services, entry.Name())
		}
		if s.ListSigners != "" {
			source.ListSigners = filepath.Join(r.dir, s.ListSigners)
		}
		sources = append(sources, source)
	}
	return sources, nil
}

// wanted reports whether a file holds issuers by its name, as package trust has it.
func wanted(name string) bool {
	return !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, ".md") && !strings.HasSuffix(name, ".txt")
}

// only returns the services with one document type and its status alone.
func only(services map[string][]string, docType string) map[string][]string {
	kept := maps.Clone(services)
	for service, docTypes := range kept {
		kept[service] = slices.DeleteFunc(slices.Clone(docTypes), func(other string) bool {
			return other != docType && other != statusOf(docType)
		})
	}
	return kept
}
