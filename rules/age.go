package rules

import (
	"fmt"
	"time"
)

// Date is a calendar day without time or zone, such as a date of birth. The
// zero Date is no day.
type Date struct {
	Year, Month, Day int
}

// isoDate is the extended calendar form of ISO 8601.
const isoDate = "2006-01-02"

// ParseDate reads a day written exactly "1990-01-31". It is false for any other
// form and for a day that never was, such as 2023-02-29 or any in the year 0.
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
// birth; it is negative before the birth. Who was born on 29 February comes of
// age on 1 March in years that have no such day.
func AgeOn(birth, day Date) int {
	age := day.Year - birth.Year
	if day.Month < birth.Month || day.Month == birth.Month && day.Day < birth.Day {
		age--
	}
	return age
}
