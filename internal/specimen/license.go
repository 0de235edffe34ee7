package specimen

import (
	"fmt"
	"strings"
)

// LicenseIssuer is the issuer identification number in the barcode of a driver's license. Numbers that begin with 9
// are national ones (ISO/IEC 7812-1), followed by the numeric code of a country; 999 is a code that ISO 3166-1 leaves
// to its users. A reader that knows the numbers of AAMVA alone does not know this one.
const LicenseIssuer = "999901"

// licensePayload returns the data of the barcode as AAMVA DL/ID version 10 has it, with dates in the order of the US.
func licensePayload(f Fields) string {
	const date = "01022006"
	surname, givens := ascii(f.Surname), ascii(f.GivenNames)
	first, middle, _ := strings.Cut(givens, " ")
	if middle == "" {
		middle = "NONE"
	}
	elements := []string{
		"DAQ" + f.Number, "DCS" + surname, "DDEN", "DAC" + first, "DDFN", "DAD" + middle, "DDGN", "DCA" + f.Class,
		"DCBNONE", "DCDNONE", "DBD" + f.Issued.Format(date), "DBB" + f.Born.Format(date), "DBA" + f.Expires.Format(date),
		"DBC" + map[string]string{"M": "1", "F": "2", "X": "9"}[f.Sex], "DAU" + fmt.Sprintf("%03s", f.Height),
		"DAY" + f.Eyes, "DAG" + f.Street, "DAI" + f.City, "DAJZZ", "DAK" + f.PostCode + "0000", "DCF" + f.Number + "0001",
		"DCG" + f.Issuer, "DDAN", "DDB01012024",
	}
	subfile := "DL" + strings.Join(elements, "\n") + "\r"
	header := "@\n\x1e\rANSI " + LicenseIssuer + "10" + "01" + "01"
	offset := len(header) + len("DL00000000")
	return fmt.Sprintf("%sDL%04d%04d%s", header, offset, len(subfile), subfile)
}

// ascii replaces diacritics as the zone does, and keeps spaces and hyphens.
func ascii(name string) string {
	words := strings.Split(name, " ")
	for i, word := range words {
		parts := strings.Split(word, "-")
		for j := range parts {
			parts[j] = zoneText(parts[j])
		}
		words[i] = strings.Join(parts, "-")
	}
	return strings.Join(words, " ")
}
