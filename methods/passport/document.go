package passport

import (
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/document"
	"github.com/stile-id/stile/rules"
)

// issuer returns the state that issued the document, a code of ISO 3166-1 alpha-3 or ICAO 9303.
func (r *ruling) issuer() string {
	if r.zone.Issuer == "D" {
		return "DEU" // the one country with another code in a zone than that of ISO 3166-1
	}
	return r.zone.Issuer
}

// name returns the name of the document for methods.Verdict: that which document_capture gives it. It is "" for a type
// that document_capture does not know.
func (r *ruling) name() string {
	kind := document.KindOfZone(r.zone)
	if kind == "" {
		return ""
	}
	return string(kind) + "|" + r.issuer() + "|" + methods.OneSpelling(r.zone.Number)
}

// physical describes the document for the result; nil if its type is not known.
func (r *ruling) physical() *rules.PhysicalDocument {
	kind := document.KindOfZone(r.zone)
	if kind == "" {
		return nil
	}
	d := &rules.PhysicalDocument{Type: kind, Expiry: rules.ExpiryUnknown}
	if issuer := r.issuer(); len(issuer) == 3 {
		d.IssuingCountry = issuer
	}
	switch r.expiry() {
	case "":
		d.Expiry = rules.ExpiryValid
	case rules.ReasonDocumentExpired:
		d.Expiry = rules.ExpiryExpired
	}
	return d
}

// portrait returns the portrait of the chip; nil if it was not read, or is no JPEG: the vision process does not decode
// JPEG 2000.
func (r *ruling) portrait() []byte {
	for _, p := range r.document.Portraits {
		if kind, _ := methods.UploadType(p.Image); kind == methods.TypeJPEG {
			return p.Image
		}
	}
	return nil
}
