package issuers

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/trust"
	"github.com/stile-id/stile/rules"
)

// Methods lists the methods that have a folder.
func Methods() (names []rules.Method) {
	for _, m := range served {
		names = append(names, m.name)
	}
	return names
}

// Names returns the issuers of SD-JWT VC that publish their keys, and that the operator names.
func (i *Issuers) Names(m rules.Method) (names []string) {
	for name := range i.of(m).issuers {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Inspection is the content of a file of issuers.
type Inspection struct {
	// Form is how the file was read.
	Form    trust.Form
	Anchors []trust.Anchor
	// List is nil for a file of certificates.
	List *trust.List
	// Faults say why issuers of the file are not trusted now.
	Faults []string
}

// Inspect reads a file as if it lay in the folder of a method, without settings of trust.yaml. With the method "" it is
// that of the folder that the file lies in, and all methods together if the file lies elsewhere. The error says why the
// file cannot be read.
func Inspect(path string, m rules.Method, now time.Time) (Inspection, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return Inspection{}, err
	}
	found := Inspection{Form: trust.FormOf(content)}
	if m == "" {
		m = methodOf(path)
	}
	source := trust.Source{Path: path, Services: map[string][]string{}}
	direct := false
	for _, of := range served {
		if m != "" && of.name != m {
			continue
		}
		s := (&method{}).withDefaults(of.documents, of.types, of.services)
		source.DocTypes = append(source.DocTypes, s.docTypes()...)
		for service, docTypes := range s.services {
			source.Services[service] = docTypes
		}
		direct = direct || slices.ContainsFunc(s.documents, func(d Document) bool { return d.Profile.Direct })
	}
	store, err := trust.Open([]trust.Source{source})
	if err != nil {
		return found, explained(err)
	}
	found.Anchors = store.Pool().Anchors()
	if lists := store.Lists(); len(lists) > 0 {
		found.List = &lists[0]
	}
	found.Faults = faultsOf(found, direct, now)
	return found, nil
}

// methodOf returns the method of the folder that a file lies in, at any depth; "" if it lies in none.
func methodOf(path string) rules.Method {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return ""
	}
	for _, part := range strings.Split(filepath.ToSlash(filepath.Dir(absolute)), "/") {
		if slices.Contains(Methods(), rules.Method(part)) {
			return rules.Method(part)
		}
	}
	return ""
}

// explained returns the detail of a fault alone: the caller has named the file.
func explained(err error) error {
	var fault *trust.Fault
	if errors.As(err, &fault) && fault.Detail != "" {
		return errors.New(fault.Detail)
	}
	return err
}

// faultsOf returns the faults of a file that could be read. The operator does not choose the entries of a
// list: there a certificate is at fault only if all of them are.
func faultsOf(i Inspection, direct bool, now time.Time) (faults []string) {
	if len(i.Anchors) == 0 {
		return []string{"it has no issuer of documents that the method accepts"}
	}
	for number, anchor := range i.Anchors {
		if fault := certificateFault(anchor.Certificate, direct, now); fault != "" {
			faults = append(faults, fmt.Sprintf("certificate %d, %s, %s", number+1, anchor.Certificate.Subject, fault))
		}
	}
	if i.List == nil {
		return faults
	}
	if len(faults) < len(i.Anchors) {
		faults = nil
	}
	if next := i.List.NextUpdate; !next.IsZero() && now.After(next) {
		faults = append(faults, "the list should have been replaced on "+next.UTC().Format(time.DateOnly))
	}
	return faults
}

// certificateFault returns why documents under a certificate are refused; "" if they are not. With direct it may be
// that of a signer.
func certificateFault(c *mdoc.Certificate, direct bool, now time.Time) string {
	switch {
	case now.After(c.NotAfter):
		return "expired on " + c.NotAfter.UTC().Format(time.DateOnly)
	case now.Before(c.NotBefore):
		return "is not valid before " + c.NotBefore.UTC().Format(time.DateOnly)
	case !c.IsCA && !direct:
		return "is no root, and the method accepts documents under roots alone"
	case len(c.Subject.Country) != 1:
		return "does not name one country"
	}
	return ""
}
