// Package specimen draws documents of Utopia (UTO), a state that does not exist, for tests and the benchmark: pages as
// a printer makes them, and photographs of these pages on a table. Each page says SPECIMEN and that it is synthetic;
// the people on it are invented, and their faces are drawn.
//
// The same kind and seed draw the same pixels. A document's text comes from Fields, which a caller may change before
// the pages are drawn:
//
//	doc := specimen.New(specimen.IDCard, 7, func(f *specimen.Fields) { f.Expires = yesterday })
//	picture := specimen.Photograph(doc.Front(), specimen.Shot{Seed: 7, Perspective: 0.04})
package specimen

import (
	"image"
	"math/rand/v2"
	"sync"
	"time"
)

// Kind is a type of document, named as in a workflow's document_types.
type Kind string

// The kinds, in the order of Kinds.
const (
	IDCard          Kind = "ID_CARD"          // TD1; the zone is on the back
	Passport        Kind = "PASSPORT"         // the data page, TD3; no back
	DriversLicense  Kind = "DRIVERS_LICENSE"  // as in the US; the PDF417 is on the back
	ResidencePermit Kind = "RESIDENCE_PERMIT" // TD1, code IR; the zone is on the back
	HealthCard      Kind = "HEALTH_CARD"      // TD1, code CH, or without a zone if Fields.Plain
)

// Kinds returns all kinds.
func Kinds() []Kind { return []Kind{IDCard, Passport, DriversLicense, ResidencePermit, HealthCard} }

// HasBack reports whether documents of the kind have a back.
func (k Kind) HasBack() bool { return k != Passport }

// HasZone reports whether documents of the kind have a machine-readable zone.
func (k Kind) HasZone() bool { return k != DriversLicense }

// Fields are the texts of a document. Dates are at midnight UTC.
type Fields struct {
	Surname, GivenNames    string // as printed, in capitals with diacritics
	Number                 string // of the document
	PersonalNumber         string // optional data of the zone; may be ""
	Sex                    string // M, F or X
	Nationality, Issuer    string // codes of ICAO 9303
	Born, Issued, Expires  time.Time
	Street, City, PostCode string
	Height, Class, Eyes    string
	Zone                   []string // lines of the zone; composed from the other fields if nil
	Barcode                string   // payload of the PDF417; composed from the other fields if ""
	Plain                  bool     // draw neither zone nor barcode
	// Portrait is printed in place of the drawn one, as far as it fits the proportion of that; nil draws it.
	Portrait image.Image
	portrait face
}

// Document is a document with its texts. Its pages are drawn at their first use.
type Document struct {
	Kind   Kind
	Fields Fields
	front  func() *image.NRGBA
	back   func() *image.NRGBA
}

// New returns the document of a kind and a seed. The changes run before the zone and the barcode are composed, so that
// both follow a changed field, unless a change sets them too.
func New(kind Kind, seed uint64, changes ...func(*Fields)) *Document {
	random := rand.New(rand.NewPCG(seed, 0x57746f706961)) //nolint:gosec // a drawing must be the same each time
	doc := &Document{Kind: kind, Fields: person(kind, random)}
	for _, change := range changes {
		change(&doc.Fields)
	}
	doc.Fields.compose(kind)
	doc.front = sync.OnceValue(func() *image.NRGBA { return drawFront(doc) })
	doc.back = sync.OnceValue(func() *image.NRGBA { return drawBack(doc) })
	return doc
}

// Front returns the page with the portrait. The caller must not change it.
func (d *Document) Front() *image.NRGBA { return d.front() }

// Back returns the other page, or nil for a kind without a back. The caller must not change it.
func (d *Document) Back() *image.NRGBA {
	if !d.Kind.HasBack() {
		return nil
	}
	return d.back()
}

// compose fills the zone and the barcode that no change has set.
func (f *Fields) compose(kind Kind) {
	if f.Plain {
		f.Zone, f.Barcode = nil, ""
		return
	}
	if f.Zone == nil && kind.HasZone() {
		f.Zone = zoneOf(kind, *f)
	}
	if f.Barcode == "" && kind == DriversLicense {
		f.Barcode = licensePayload(*f)
	}
}
