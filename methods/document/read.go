package document

import (
	"errors"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/document/aamva"
	"github.com/stile-id/stile/methods/document/mrz"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/vision"
)

// read finds the zone and the barcode, and checks that the pictures show the sides that they should.
func (i *inspection) read() *methods.Verdict {
	if mirrored(i.front) || mirrored(i.back) {
		return i.again(checkFront, rules.ReasonImageMirrored)
	}
	onFront, onBack := zoneOf(i.front), zoneOf(i.back)
	if i.same || misplaced(onFront, onBack) {
		return i.again(checkSides, rules.ReasonDocumentWrongSide)
	}
	i.zone, i.behind = onFront, onFront == nil
	if i.behind {
		i.zone = onBack
	}
	if v := i.readBarcode(); v != nil {
		return v
	}
	if i.zone == nil && i.barcode == nil {
		return i.unreadable()
	}
	if nothing(i.front) {
		return i.again(checkFront, rules.ReasonNotADocument)
	}
	i.pass(checkFront)
	if i.back != nil {
		i.pass(checkBack)
	}
	return nil
}

func mirrored(d *vision.Document) bool { return d != nil && d.Zone != nil && d.Zone.Mirrored }

// zoneOf returns the zone of a picture; nil if there is none, or if it has not the form of one.
func zoneOf(d *vision.Document) *mrz.Zone {
	if d == nil || d.Zone == nil {
		return nil
	}
	zone, err := mrz.Parse(d.Zone.Lines...)
	if err != nil {
		return nil
	}
	return zone
}

// misplaced reports whether the zones show that a side is not the one that it should be: TD1 has its zone on the back,
// TD3 on the page with the portrait, and no document has two.
func misplaced(onFront, onBack *mrz.Zone) bool {
	return onFront != nil && onBack != nil || onFront != nil && onFront.Format == mrz.TD1 ||
		onBack != nil && onBack.Format == mrz.TD3
}

// readBarcode parses the barcode of the back.
func (i *inspection) readBarcode() *methods.Verdict {
	if i.back == nil || i.back.Barcode == nil {
		return nil
	}
	barcode, err := aamva.Parse(i.back.Barcode.Data)
	var fault *aamva.Fault
	switch {
	case err == nil:
		i.barcode = barcode
	case i.zone != nil && errors.As(err, &fault) && fault.Code == aamva.NotAAMVA:
		return nil // a barcode of another kind, beside a zone
	case errors.As(err, &fault) && fault.Code == aamva.DateInvalid:
		return i.stop(checkDates, rules.ReasonDocumentDateInvalid)
	default: // error correction has read it rightly, so another picture has the same
		return i.stop(checkType, rules.ReasonDocumentNotSupported)
	}
	return nil
}

// unreadable ends the inspection of pictures without a readable zone or barcode: its reason says how to go on.
func (i *inspection) unreadable() *methods.Verdict {
	hint := kindOfTitle(i.text)
	if hint != "" && !takes(i.Options, hint) {
		return i.stop(checkType, rules.ReasonDocumentTypeNotAccepted)
	}
	if hint == "" {
		hint = i.chosen
	}
	if reason := i.limits.faultOf(i.front); reason != "" {
		return i.again(checkFront, reason)
	}
	if i.back == nil {
		if hint == rules.Passport || i.front.Zone != nil {
			return i.again(checkFront, rules.ReasonZoneUnreadable)
		}
		i.pass(checkFront)
		return i.again(checkBack, rules.ReasonDocumentBackNeeded)
	}
	i.pass(checkFront)
	switch reason := i.limits.faultOf(i.back); {
	case reason != "":
		return i.again(checkBack, reason)
	case i.back.Zone != nil:
		return i.again(checkBack, rules.ReasonZoneUnreadable)
	case i.back.Portrait != nil:
		return i.again(checkSides, rules.ReasonDocumentWrongSide)
	}
	return i.withoutSource(hint)
}

// withoutSource ends the inspection of good pictures that show neither a zone nor a barcode.
func (i *inspection) withoutSource(hint rules.DocumentType) *methods.Verdict {
	switch hint {
	case rules.DriversLicense:
		return i.again(checkBack, rules.ReasonBarcodeUnreadable)
	case rules.HealthCard: // many have none
		return i.stop(rules.AgeCheck(i.Tier.Years()), rules.ReasonDocumentAgeUnproven)
	default:
		return i.again(checkBack, rules.ReasonZoneUnreadable)
	}
}

// faultOf returns why a picture cannot be read; "" if its quality is no reason.
func (l Limits) faultOf(d *vision.Document) rules.ReasonCode {
	if nothing(d) {
		return rules.ReasonNotADocument
	}
	switch q := d.Quality; {
	case q == nil:
		return ""
	case q.Light < l.Quality.Light:
		return rules.ReasonImageDark
	case q.Cropped >= l.Quality.Cropped:
		return rules.ReasonImageCropped
	case q.Blur >= l.Quality.Blur:
		return rules.ReasonImageBlurred
	case q.Glare >= l.Quality.Glare:
		return rules.ReasonImageGlare
	default:
		return ""
	}
}

// leastText is the number of lines of text from which a picture without an outline may be one of a document.
const leastText = 3

// nothing reports whether a picture shows nothing that a document has.
func nothing(d *vision.Document) bool {
	return d.Card == nil && d.Zone == nil && d.Barcode == nil && d.Portrait == nil &&
		(d.Text == nil || len(d.Text.Lines) < leastText)
}

// readClearly reports whether all characters of the zone were read with confidence.
func (i *inspection) readClearly() bool {
	page := i.front
	if page.Zone == nil {
		page = i.back
	}
	for _, line := range page.Zone.Confidence {
		for _, c := range line {
			if c < i.limits.Confidence.Zone {
				return false
			}
		}
	}
	return len(page.Zone.Confidence) > 0
}

func (i *inspection) qualityOf(front bool) *vision.Quality {
	switch {
	case front:
		return i.front.Quality
	case i.back != nil:
		return i.back.Quality
	default:
		return nil
	}
}
