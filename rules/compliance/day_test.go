package compliance_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/compliance"
)

func TestDaysCompareAsInTheCalendar(t *testing.T) {
	t.Parallel()
	inOrder := []string{"1999-12-31", "2000-01-01", "2024-02-29", "2024-03-01", "2026-11-20", "9999-12-31"}
	last := compliance.Day(0)
	for _, s := range inOrder {
		d := day(t, s)
		require.Greater(t, d, last)
		require.Equal(t, s, d.String())
		last = d
	}
}

func TestParseDayRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "2026-2-3", "2026-02-30", "2026-11-20T00:00:00Z", "20261120", " 2026-11-20", "0000-01-01",
	} {
		d, ok := compliance.ParseDay(s)
		require.False(t, ok, s)
		require.Zero(t, d)
	}
}

func TestDayOfIsTheDayInUTC(t *testing.T) {
	t.Parallel()
	evening := time.Date(2026, 11, 19, 23, 0, 0, 0, time.FixedZone("west", -2*60*60))
	require.Equal(t, day(t, "2026-11-20"), compliance.DayOf(evening))
}

func TestDayInJSON(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(day(t, "2026-11-20"))
	require.NoError(t, err)
	require.Equal(t, `"2026-11-20"`, string(text))
	var back compliance.Day
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, day(t, "2026-11-20"), back)
	require.Error(t, json.Unmarshal([]byte(`"soon"`), &back))
}
