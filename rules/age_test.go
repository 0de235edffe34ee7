package rules_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
)

func TestParseDate(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"1990-01-31", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"} {
		d, ok := rules.ParseDate(s)
		require.True(t, ok, s)
		require.Equal(t, s, d.String())
	}
	refused := []string{
		"", "1990-1-31", "1990-01-1", "90-01-31", "19900131", "1990/01/31", "31-01-1990",
		"1990-01-31T00:00:00Z", " 1990-01-31", "1990-01-31 ", "1990-02-30", "1990-04-31", "1990-13-01",
		"1990-00-10", "1990-01-00", "2023-02-29", "1900-02-29", "0000-01-01", "-990-01-31", "+990-01-31",
		"1990-W05-3", "1990-031", "१९९०-०१-३१",
	}
	for _, s := range refused {
		d, ok := rules.ParseDate(s)
		require.False(t, ok, s)
		require.Zero(t, d)
	}
}

func TestAgeOn(t *testing.T) {
	t.Parallel()
	cases := []struct {
		why, birth, day string
		age             int
	}{
		{"day of birth", "1990-01-31", "1990-01-31", 0},
		{"eve of a birthday", "2008-06-15", "2026-06-14", 17},
		{"birthday", "2008-06-15", "2026-06-15", 18},
		{"day after", "2008-06-15", "2026-06-16", 18},
		{"earlier month, later day", "2008-06-15", "2026-05-30", 17},
		{"later month, earlier day", "2008-06-15", "2026-07-01", 18},
		{"turn of the year", "2007-12-31", "2026-01-01", 18},
		{"leap day, 28 February of a common year", "2004-02-29", "2025-02-28", 20},
		{"leap day, 1 March of a common year", "2004-02-29", "2025-03-01", 21},
		{"leap day, 28 February of a leap year", "2004-02-29", "2024-02-28", 19},
		{"leap day, in a leap year", "2004-02-29", "2024-02-29", 20},
		{"28 February, in a leap year", "2003-02-28", "2024-02-28", 21},
		{"1 March, 29 February of a leap year", "2003-03-01", "2024-02-29", 20},
		{"common century year", "1896-02-29", "1900-02-28", 3},
		{"before the birth", "2026-06-15", "2026-06-14", -1},
	}
	for _, c := range cases {
		require.Equal(t, c.age, rules.AgeOn(day(t, c.birth), day(t, c.day)), c.why)
	}
}

func TestDateOfKeepsTheLocation(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.March, 1, 1, 0, 0, 0, time.UTC)
	require.Equal(t, rules.Date{Year: 2026, Month: 3, Day: 1}, rules.DateOf(at))
	west := at.In(time.FixedZone("west", -2*60*60))
	require.Equal(t, rules.Date{Year: 2026, Month: 2, Day: 28}, rules.DateOf(west))
}

func day(t *testing.T, s string) rules.Date {
	t.Helper()
	d, ok := rules.ParseDate(s)
	require.True(t, ok, s)
	return d
}
