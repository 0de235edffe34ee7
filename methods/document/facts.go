package document

import (
	"strings"
	"time"

	"github.com/stile-id/stile/methods/document/aamva"
	"github.com/stile-id/stile/methods/document/mrz"
	"github.com/stile-id/stile/rules"
)

// facts are the statements of a zone or a barcode, which error correction or check digits keep from being misread.
type facts struct {
	// surname and givenNames are in the letters of a zone; cut reports that the source may have less than the document.
	surname, givenNames string
	cut                 bool
	// born and latest are the first and the last day on which the holder can have been born, nil if that is not known.
	// They differ if the document knows the date in part.
	born, latest *rules.Date
	// expires is nil if the document states no date of expiry.
	expires *rules.Date
	number  string
	sex     string // M, F, X, or "" if it is not stated
	// country is a code of ISO 3166-1 alpha-3 or ICAO 9303; authority tells issuers of a country apart, such as US-VA.
	country, authority string
	// american reports that dates are printed with the month first.
	american bool
	// impossible reports that a date is none, or is later than the submission although it must be earlier.
	impossible bool
}

// germany is the one country whose code in a zone is not that of ISO 3166-1.
const germany = "D"

// factsOfZone returns the statements of a zone. Years of two digits are resolved against the time of the submission.
func factsOfZone(z *mrz.Zone, received time.Time) facts {
	f := facts{
		surname: z.Surname, givenNames: z.GivenNames, cut: z.NameTruncated,
		number: z.Number, sex: z.Sex, country: z.Issuer, american: z.Issuer == "USA",
	}
	if f.country == germany {
		f.country = "DEU"
	}
	if z.Trusted(mrz.Birth) && z.Birth.Year != mrz.Unknown {
		first, last, err := z.Birth.Birth(received)
		f.impossible = err != nil
		if err == nil {
			f.born, f.latest = dateOf(first), dateOf(last)
		}
	}
	if z.Trusted(mrz.Expiry) && z.Expiry.Year != mrz.Unknown {
		_, last, err := z.Expiry.Expiry(received)
		f.impossible = f.impossible || err != nil
		if err == nil {
			f.expires = dateOf(last)
		}
	}
	return f
}

// factsOfBarcode returns the statements of an AAMVA barcode.
func factsOfBarcode(d *aamva.Document, today rules.Date) facts {
	f := facts{
		surname: lettersOf(d.Name.Family), givenNames: lettersOf(d.Name.Givens()),
		cut:    d.Name.FamilyCut == aamva.Truncated || d.Name.GivenCut == aamva.Truncated,
		number: d.Number, sex: string(d.Sex), country: d.Issuer.Country, authority: d.Issuer.Region,
	}
	if d.Name.Full != "" {
		f.surname = lettersOf(d.Name.Full)
	}
	f.american = monthFirst(d.Issuer.Country)
	f.born = day(d.Born)
	f.latest, f.expires = f.born, day(d.Expires)
	f.impossible = f.born != nil && before(today, *f.born)
	return f
}

// monthFirst reports whether cards with a barcode of the country have dates in print with the month first.
func monthFirst(country string) bool { return country != "CAN" && country != "MEX" }

// hasBarcodes reports whether a state issues cards with a barcode of the AAMVA.
func hasBarcodes(country string) bool {
	return country == "USA" || country == "CAN" || country == "MEX"
}

// lettersOf writes a name with the letters of a zone. A name in a script without a rule is written as it is.
func lettersOf(name string) string {
	written, err := mrz.Transliterate(name)
	if err != nil {
		return strings.ToUpper(name)
	}
	return written
}

func dateOf(t time.Time) *rules.Date {
	date := rules.DateOf(t)
	return &date
}

func day(d aamva.Date) *rules.Date {
	if d.IsZero() {
		return nil
	}
	return dateOf(d.Time())
}

// before reports whether a comes before b.
func before(a, b rules.Date) bool { return a.String() < b.String() }

// firstOf returns the first word.
func firstOf(names string) string {
	first, _, _ := strings.Cut(names, " ")
	return first
}
