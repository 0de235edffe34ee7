package mrz

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Unknown is the value of a part of a Date that the zone leaves open.
const Unknown = -1

// Date is a date of a zone. A date of birth may be known in part: the zone then has fillers for the rest.
type Date struct {
	// Year has two digits, Month is 1 to 12, Day is 1 to 31. Each may be Unknown.
	Year, Month, Day int
}

// DateOf returns the date as a zone has it, without the century.
func DateOf(year int, month time.Month, day int) Date { return Date{year % 100, int(month), day} }

// ErrYearUnknown says that a date has no year, so that nothing can be concluded from it.
var ErrYearUnknown = errors.New("mrz: the year of the date is unknown")

// Birth resolves the date as a date of birth: it is the latest one that is not after the reference date. Someone older
// than 99 years thus appears as a child, which a zone alone cannot tell from one. First and last are the days between
// which the person was born; they are equal if the date is known in full. Both are midnights in UTC. It fails with
// ErrYearUnknown, or if the year that it resolves to does not have the day (29 February).
func (d Date) Birth(reference time.Time) (first, last time.Time, err error) {
	if d.Year == Unknown {
		return first, last, ErrYearUnknown
	}
	today := dayOf(reference)
	year := today.Year() - today.Year()%100 + d.Year
	if first, last, err = d.in(year); err == nil && !first.After(today) {
		return first, last, nil
	}
	return d.in(year - 100)
}

// Expiry resolves the date as a date of expiry: of the years with these two digits it takes the one from 50 years
// before to 49 years after the reference date. The document is valid until the end of last; first and last differ if
// the date is known in part. It fails as Birth does.
func (d Date) Expiry(reference time.Time) (first, last time.Time, err error) {
	if d.Year == Unknown {
		return first, last, ErrYearUnknown
	}
	from := reference.Year() - 50
	year := from - from%100 + d.Year
	if year < from {
		year += 100
	}
	return d.in(year)
}

// Expired reports whether the document has expired on the calendar date of on, in the location of on. The day of expiry
// itself is a day of validity. It fails as Date.Expiry does.
func (z *Zone) Expired(on time.Time) (bool, error) {
	_, last, err := z.Expiry.Expiry(on)
	if err != nil {
		return false, err
	}
	return dayOf(on).After(last), nil
}

func dayOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// in returns the first and the last day that the date can be in the year.
func (d Date) in(year int) (first, last time.Time, err error) {
	switch {
	case d.Month == Unknown:
		first = time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC)
		return first, first.AddDate(1, 0, -1), nil
	case d.Day == Unknown:
		first = time.Date(year, time.Month(d.Month), 1, 0, 0, 0, 0, time.UTC)
		return first, first.AddDate(0, 1, -1), nil
	}
	first = time.Date(year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC)
	if first.Day() != d.Day {
		return time.Time{}, time.Time{}, errors.New("mrz: the date does not exist in its year")
	}
	return first, first, nil
}

// String returns the six characters of the date, with fillers for parts that are unknown.
func (d Date) String() string {
	var text strings.Builder
	for _, part := range []int{d.Year, d.Month, d.Day} {
		if part == Unknown {
			text.WriteString("<<")
			continue
		}
		fmt.Fprintf(&text, "%02d", part)
	}
	return text.String()
}

// Complete reports whether year, month and day are known.
func (d Date) Complete() bool { return d.Year != Unknown && d.Month != Unknown && d.Day != Unknown }

func parseDate(format Format, field Field, lines []string) (Date, error) {
	text := layouts[format].fields[field][0].of(lines)
	var parts [3]int
	for i := range parts {
		pair := text[2*i : 2*i+2]
		if pair == "<<" {
			parts[i] = Unknown
			continue
		}
		n, err := strconv.Atoi(pair)
		if err != nil {
			return Date{}, fault(format, field, "mixes digits and fillers")
		}
		parts[i] = n
	}
	date := Date{parts[0], parts[1], parts[2]}
	if !date.valid() {
		return Date{}, fault(format, field, "is not a date")
	}
	return date, nil
}

// valid reports whether some year has the date. A day needs its month.
func (d Date) valid() bool {
	if d.Month == Unknown {
		return d.Day == Unknown
	}
	if d.Month < 1 || d.Month > 12 {
		return false
	}
	if d.Day == Unknown {
		return true
	}
	leap := time.Date(2000, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC)
	return leap.Day() == d.Day
}
