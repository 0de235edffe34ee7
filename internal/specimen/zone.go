package specimen

import (
	"strings"
	"time"
)

// zoneCodes are the first two characters of the zone. CH is Utopia's own: ICAO 9303 part 5 leaves the second character
// to the issuing state.
var zoneCodes = map[Kind]string{IDCard: "I<", Passport: "P<", ResidencePermit: "IR", HealthCard: "CH"}

// zoneOf returns the lines of the zone, TD3 for a passport and TD1 for the others. It is written apart from the
// reader's package methods/document/mrz, so that an error in one of them shows.
func zoneOf(kind Kind, f Fields) []string {
	name := zoneText(f.Surname) + "<<" + zoneText(f.GivenNames)
	sex := f.Sex
	if sex == "X" {
		sex = "<"
	}
	if kind == Passport {
		first := padded(zoneCodes[kind]+f.Issuer+name, 44)
		personal := padded(f.PersonalNumber, 14)
		check := checkDigit(personal)
		if f.PersonalNumber == "" {
			check = "<"
		}
		second := checked(padded(f.Number, 9)) + padded(f.Nationality, 3) + checked(zoneDate(f.Born)) + sex +
			checked(zoneDate(f.Expires)) + personal + check
		return []string{first, second + checkDigit(second[:10]+second[13:20]+second[21:43])}
	}
	first := padded(zoneCodes[kind]+padded(f.Issuer, 3)+checked(padded(f.Number, 9))+f.PersonalNumber, 30)
	second := checked(zoneDate(f.Born)) + sex + checked(zoneDate(f.Expires)) + padded(f.Nationality, 3) + padded("", 11)
	second += checkDigit(first[5:30] + second[:7] + second[8:15] + second[18:29])
	return []string{first, second, padded(name, 30)}
}

func zoneDate(t time.Time) string { return t.Format("060102") }

func checked(field string) string { return field + checkDigit(field) }

func padded(text string, n int) string {
	if len(text) > n {
		return text[:n]
	}
	return text + strings.Repeat("<", n-len(text))
}

// checkDigit returns the check digit of ICAO 9303 part 3: weights 7, 3, 1, modulo 10.
func checkDigit(text string) string {
	sum := 0
	for i := range len(text) {
		value := 0
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			value = int(c - '0')
		case c >= 'A' && c <= 'Z':
			value = int(c-'A') + 10
		}
		sum += value * [3]int{7, 3, 1}[i%3]
	}
	return digits[sum%10 : sum%10+1]
}

// latin has the transliterations that the names above need (ICAO 9303 part 3, section 6).
var latin = strings.NewReplacer(
	"Ä", "AE", "Å", "AA", "Æ", "AE", "Ç", "C", "È", "E", "É", "E", "Ë", "E", "Í", "I", "Ñ", "N", "Ö", "OE", "Ø", "OE",
	"Ü", "UE", "Ż", "Z", "Á", "A", "'", "", "-", "<", " ", "<",
)

func zoneText(name string) string { return latin.Replace(name) }
