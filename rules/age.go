package rules

import (
	"fmt"
	"time"
)

// Date is a calendar day without time or zone, such as a date of birth. The zero
// Date is not a valid day.
type Date struct {
	Year, Month, Day int
}

// isoDate is the extended calendar form of ISO 8601.
const isoDate = "2006-01-02"

// ParseDate reads a day in the form "1990-01-31". It returns false for any other
// form, for a day that does not exist, such as 2023-02-29, and for the year 0.
func ParseDate(s string) (Date, bool) {
	t, err := time.Parse(isoDate, s)
	if err != nil || t.Year() < 1 {
		return Date{}, false
	}
	return DateOf(t), true
}

// DateOf returns the day of t in t's own location, which the caller chooses.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{Year: year, Month: int(month), Day: day}
}

// String writes the day as [ParseDate] reads it.
func (d Date) String() string {
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// AgeOn returns the age in whole years, on the given day, of a person born on
// birth; it is negative before the birth. A person born on 29 February reaches
// an age on 1 March in years without a 29 February.
func AgeOn(birth, day Date) int {
	age := day.Year - birth.Year
	if day.Month < birth.Month || day.Month == birth.Month && day.Day < birth.Day {
		age--
	}
	return age
}
