package specimen

import (
	"image"
	"image/color"
	"strings"
	"time"
)

// look is the print of a kind: title, paper, lines of the guilloche, band at the head, and the form of its dates.
type look struct {
	title              string
	paper, lines, band color.NRGBA
	date               string
}

var looks = map[Kind]look{
	IDCard: {
		"IDENTITY CARD", color.NRGBA{226, 236, 232, 255}, color.NRGBA{150, 190, 180, 255},
		color.NRGBA{30, 90, 84, 255}, "02.01.2006",
	},
	Passport: {
		"PASSPORT", color.NRGBA{238, 230, 222, 255}, color.NRGBA{206, 176, 160, 255},
		color.NRGBA{110, 40, 48, 255}, "02 Jan 2006",
	},
	DriversLicense: {
		"DRIVER'S LICENSE", color.NRGBA{234, 230, 240, 255}, color.NRGBA{180, 176, 210, 255},
		color.NRGBA{50, 60, 120, 255}, "01/02/2006",
	},
	ResidencePermit: {
		"RESIDENCE PERMIT", color.NRGBA{240, 228, 232, 255}, color.NRGBA{214, 174, 188, 255},
		color.NRGBA{130, 50, 90, 255}, "02.01.2006",
	},
	HealthCard: {
		"HEALTH INSURANCE CARD", color.NRGBA{224, 234, 244, 255}, color.NRGBA{156, 186, 216, 255},
		color.NRGBA{20, 80, 140, 255}, "02/01/2006",
	},
}

const (
	cardWidth, cardHeight = 85.6, 54.0  // ID-1 (ISO/IEC 7810)
	bookWidth, bookHeight = 125.0, 88.0 // ID-3
	cardScale, bookScale  = 16.0, 13.0  // pixels a millimetre
	synthetic             = "SYNTHETIC TEST DOCUMENT - NO STATE, NO PERSON"
)

// Printed returns a date as documents of the kind have it in print.
func (k Kind) Printed(t time.Time) string { return strings.ToUpper(t.Format(looks[k].date)) }

func drawFront(doc *Document) *image.NRGBA {
	l := looks[doc.Kind]
	if doc.Kind == Passport {
		return drawDataPage(doc, l)
	}
	p := newPage(cardWidth, cardHeight, cardScale, l.paper, l.lines)
	p.fill(0, 0, p.width(), 8, l.band)
	head := style{bold, color.NRGBA{250, 250, 250, 255}}
	p.text(4, 5.4, 3.6, head, "UTOPIA")
	p.text(24, 5.3, 3.2, head, l.title)
	doc.Fields.drawPortrait(p.NRGBA, p.box(4, 11, 24, 31))
	f, kind := doc.Fields, doc.Kind
	p.field(31, 13, "1. SURNAME", f.Surname)
	p.field(31, 19.4, "2. GIVEN NAMES", f.GivenNames)
	p.field(31, 25.8, "3. DATE OF BIRTH", kind.Printed(f.Born))
	p.field(57, 25.8, "4. SEX", f.Sex)
	p.field(68, 25.8, "5. NAT.", f.Nationality)
	p.field(31, 32.2, "6. DOCUMENT NO.", f.Number)
	p.field(57, 32.2, "7. DATE OF ISSUE", kind.Printed(f.Issued))
	p.field(57, 38.6, "8. DATE OF EXPIRY", kind.Printed(f.Expires))
	doc.special(p)
	p.text(4, 52.3, 1.8, small, synthetic)
	p.spacedText(8, 49, 8.5, 9, stamp, "SPECIMEN")
	return p.NRGBA
}

// special writes the field that only this kind has.
func (d *Document) special(p *page) {
	switch f := d.Fields; d.Kind {
	case DriversLicense:
		p.field(31, 38.6, "9. CLASS", f.Class)
		p.field(44, 38.6, "10. EYES", f.Eyes)
		p.text(31, 46.4, 2, small, f.Street+", "+f.City+" "+f.PostCode)
	case ResidencePermit:
		p.field(31, 38.6, "9. TYPE OF PERMIT", "EMPLOYMENT")
	case HealthCard:
		p.field(31, 38.6, "9. INSTITUTION", "999001 - UHS")
	default:
		p.field(31, 38.6, "9. HEIGHT", f.Height)
	}
}

func drawDataPage(doc *Document, l look) *image.NRGBA {
	p := newPage(bookWidth, bookHeight, bookScale, l.paper, l.lines)
	f, kind := doc.Fields, doc.Kind
	p.text(6, 8, 4, style{bold, l.band}, "UTOPIA")
	p.text(46, 7.6, 3.4, style{bold, l.band}, l.title)
	doc.Fields.drawPortrait(p.NRGBA, p.box(6, 13, 35, 45))
	p.field(46, 13, "TYPE", "P")
	p.field(60, 13, "CODE", f.Issuer)
	p.field(84, 13, "PASSPORT NO.", f.Number)
	p.field(46, 20, "SURNAME", f.Surname)
	p.field(46, 27, "GIVEN NAMES", f.GivenNames)
	p.field(46, 34, "NATIONALITY", "UTOPIAN")
	p.field(84, 34, "PERSONAL NO.", f.PersonalNumber)
	p.field(46, 41, "DATE OF BIRTH", kind.Printed(f.Born))
	p.field(84, 41, "SEX", f.Sex)
	p.field(46, 48, "DATE OF ISSUE", kind.Printed(f.Issued))
	p.field(84, 48, "AUTHORITY", "AMAUROT")
	p.field(46, 55, "DATE OF EXPIRY", kind.Printed(f.Expires))
	p.text(46, 62, 1.8, small, synthetic)
	p.spacedText(44, 52, 10, 9.5, stamp, "SPECIMEN")
	p.zone(f.Zone, 64.8, 6.35)
	return p.NRGBA
}

func drawBack(doc *Document) *image.NRGBA {
	l, f := looks[doc.Kind], doc.Fields
	p := newPage(cardWidth, cardHeight, cardScale, l.paper, l.lines)
	p.fill(0, 0, p.width(), 2.4, l.band)
	if doc.Kind == DriversLicense {
		p.barcode(f.Barcode, 5, 6, p.width()-10, 17)
		p.field(5, 28, "CLASSES", f.Class+"  RESTRICTIONS NONE  ENDORSEMENTS NONE")
		p.field(5, 35, "AUTHORITY", "UTOPIA ROADS OFFICE, AMAUROT")
		p.text(5, 50.5, 1.8, small, synthetic)
		p.spacedText(8, 46, 7, 9, stamp, "SPECIMEN")
		return p.NRGBA
	}
	p.field(5, 7, "ADDRESS", f.Street)
	p.text(5, 13.4, 3, value, f.PostCode+" "+f.City)
	p.field(5, 18, "AUTHORITY", "CITY OF AMAUROT")
	p.field(52, 7, "PLACE OF BIRTH", "UTOPIA")
	p.field(52, 18, "PERSONAL NO.", f.PersonalNumber)
	p.text(5, 28.2, 1.8, small, synthetic)
	p.spacedText(8, 26, 7, 9, stamp, "SPECIMEN")
	p.zone(f.Zone, 31.2, 6.35)
	return p.NRGBA
}

// zone prints the machine-readable zone on a white strip, 10 characters an inch, with lines leading apart.
func (p *page) zone(lines []string, top, leading float64) {
	if len(lines) == 0 {
		return
	}
	const pitch = 2.54
	p.fill(0, top, p.width(), p.height()-top, color.NRGBA{246, 246, 244, 255})
	left := (p.width() - pitch*float64(len([]rune(lines[0])))) / 2
	for i, line := range lines {
		p.zoneLine(left, top+5.2+float64(i)*leading, pitch, line)
	}
}
