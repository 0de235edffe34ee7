package compliance

import (
	"fmt"
	"strconv"
	"time"

	"github.com/stile-id/stile/rules"
)

// Day is a calendar day, on which a rule takes effect or is asked for. Days compare with == and <. The zero Day is no
// day; it lies before all others.
type Day int32 // the digits of the date: 20261120. Comparing them compares days, and nothing else is done with them.

// ParseDay reads a day written exactly "2026-11-20". It is false for any other form and for a day that never was.
func ParseDay(s string) (Day, bool) {
	date, ok := rules.ParseDate(s)
	if !ok {
		return 0, false
	}
	return dayOf(date), true
}

// DayOf returns the day of t in UTC: what holds must not depend on where a server stands.
func DayOf(t time.Time) Day {
	return dayOf(rules.DateOf(t.UTC()))
}

func dayOf(d rules.Date) Day {
	return Day(d.Year*10_000 + d.Month*100 + d.Day) //nolint:gosec // a year has four digits
}

// String writes the day as [ParseDay] reads it.
func (d Day) String() string {
	digits := strconv.Itoa(100_000_000 + int(d))[1:] // with the zeros before an early year
	return digits[:4] + "-" + digits[4:6] + "-" + digits[6:]
}

// MarshalText writes the day into JSON as [Day.String] does.
func (d Day) MarshalText() ([]byte, error) {
	return []byte(d.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (d *Day) UnmarshalText(text []byte) error {
	day, ok := ParseDay(string(text))
	if !ok {
		return fmt.Errorf("%q is not a day such as 2026-11-20", text)
	}
	*d = day
	return nil
}
