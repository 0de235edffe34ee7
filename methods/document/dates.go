package document

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/stile-id/stile/rules"
)

// printedDate is a date as it is printed. The order of day and month may be open, and the century.
type printedDate struct {
	year    int // 1974, or 74
	century bool
	// first and second are day and month in the order of the print; named dates have the month in second.
	first, second int
	// monthFirst and dayFirst report which orders the date can have.
	monthFirst, dayFirst bool
}

// is reports whether the printed date can be d. American documents print the month first.
func (p printedDate) is(d rules.Date, american bool) bool {
	if p.century && p.year != d.Year || p.year%100 != d.Year%100 {
		return false
	}
	dayMonth := p.dayFirst && p.first == d.Day && p.second == d.Month
	monthDay := p.monthFirst && american && p.first == d.Month && p.second == d.Day
	return dayMonth || monthDay
}

var (
	numericDate = regexp.MustCompile(`(?:^|[^0-9])(\d{1,2}) ?[./\- ] ?(\d{1,2}) ?[./\- ] ?(\d{4}|\d{2})(?:[^0-9]|$)`)
	isoDate     = regexp.MustCompile(`(?:^|[^0-9])(\d{4})[./\- ](\d{1,2})[./\- ](\d{1,2})(?:[^0-9]|$)`)
	namedDate   = regexp.MustCompile(
		`(?:^|[^0-9])(\d{1,2})[. ]*([A-Z]{3,9})\.?(?: ?/? ?[A-Z]{3,9}\.?)?[ ,/]*(\d{4}|\d{2})(?:[^0-9]|$)`)
	namedFirst = regexp.MustCompile(`([A-Z]{3,9})\.? (\d{1,2}),? (\d{4})(?:[^0-9]|$)`)
)

// months are the beginnings of the names of months, folded, in English, German, French, Spanish, Italian, Portuguese,
// Dutch and Polish.
var months = []string{
	"JAN|ENE|GEN|STY", "FEB|FEV|LUT", "MAR|MRZ|MAE|MRT", "APR|AVR|ABR|KWI", "MAY|MAI|MEI|MAJ|MAG", "JUN|JUIN|GIU|CZE",
	"JUL|JUIL|LUG|LIP", "AUG|AOU|AGO|SIE", "SEP|SET|WRZ", "OCT|OKT|OTT|OUT|PAZ", "NOV|LIS", "DEC|DEZ|DIC|DIS|GRU",
}

// datesIn returns the dates of a text.
func datesIn(text string) (dates []printedDate) {
	text = digitsMended(fold(text))
	for _, m := range isoDate.FindAllStringSubmatch(text, -1) {
		dates = append(dates, printedDate{
			year: number(m[1]), century: true, first: number(m[3]), second: number(m[2]), dayFirst: true,
		})
	}
	for _, m := range numericDate.FindAllStringSubmatch(text, -1) {
		dates = append(dates, printedDate{
			year: number(m[3]), century: len(m[3]) == 4, first: number(m[1]), second: number(m[2]),
			dayFirst: true, monthFirst: true,
		})
	}
	for _, m := range namedDate.FindAllStringSubmatch(text, -1) {
		if month := monthNamed(m[2]); month > 0 {
			dates = append(dates, printedDate{
				year: number(m[3]), century: len(m[3]) == 4, first: number(m[1]), second: month, dayFirst: true,
			})
		}
	}
	for _, m := range namedFirst.FindAllStringSubmatch(text, -1) {
		if month := monthNamed(m[1]); month > 0 {
			dates = append(dates, printedDate{
				year: number(m[3]), century: true, first: number(m[2]), second: month, dayFirst: true,
			})
		}
	}
	return dates
}

// monthNamed returns the month of a name, by the beginnings in months; 0 for no month.
func monthNamed(name string) int {
	for i, names := range months {
		for beginning := range strings.SplitSeq(names, "|") {
			if strings.HasPrefix(name, beginning) {
				return i + 1
			}
		}
	}
	return 0
}

// digitsMended replaces letters that readers take for digits, in words that are digits for the rest.
func digitsMended(text string) string {
	words := strings.Split(text, " ")
	for i, w := range words {
		if mended := likeDigits.Replace(w); numericWord.MatchString(mended) && numericWord.MatchString(dropped.Replace(w)) {
			words[i] = mended
		}
	}
	return strings.Join(words, " ")
}

var (
	likeDigits  = strings.NewReplacer("O", "0", "Q", "0", "I", "1", "L", "1", "|", "1", "S", "5", "B", "8", "Z", "2")
	dropped     = strings.NewReplacer("O", "", "Q", "", "I", "", "L", "", "|", "", "S", "", "B", "", "Z", "")
	numericWord = regexp.MustCompile(`^[0-9./,:-]*[0-9][0-9./,:-]*$`)
)

func number(digits string) int {
	n, _ := strconv.Atoi(digits) // the callers pass digits
	return n
}
