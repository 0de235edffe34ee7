package compliance

import (
	"fmt"
	"strconv"
	"time"

	"github.com/stile-id/stile/rules"
)

// Day is a calendar day. Days compare with == and <. The zero Day is not a valid day and sorts before all others.
type Day int32 // the digits of the date, such as 20261120

// ParseDay reads a day in the form "2026-11-20". It returns false for any other form and for a day that does not exist.
func ParseDay(s string) (Day, bool) {
	date, ok := rules.ParseDate(s)
	if !ok {
		return 0, false
	}
	return dayOf(date), true
}

// DayOf returns the day of t in UTC, so that the rule does not depend on the server's time zone.
func DayOf(t time.Time) Day {
	return dayOf(rules.DateOf(t.UTC()))
}

func dayOf(d rules.Date) Day {
	return Day(d.Year*10_000 + d.Month*100 + d.Day) //nolint:gosec // a year has four digits
}

// String writes the day as [ParseDay] reads it.
func (d Day) String() string {
	digits := strconv.Itoa(100_000_000 + int(d))[1:] // keeps the leading zeros of an early year
	return digits[:4] + "-" + digits[4:6] + "-" + digits[6:]
}

// MarshalText writes the day into JSON as [Day.String] does.
func (d Day) MarshalText() ([]byte, error) {
	return []byte(d.String()), nil
}

// UnmarshalText reads the form of MarshalText.
func (d *Day) UnmarshalText(text []byte) error {
	day, ok := ParseDay(string(text))
	if !ok {
		return fmt.Errorf("%q is not a day such as 2026-11-20", text)
	}
	*d = day
	return nil
}
