package mrz_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/document/mrz"
)

func day(year, month, day int) time.Time {
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}

func TestDateOfBirthIsTheLatestOneInThePast(t *testing.T) {
	t.Parallel()
	today := day(2026, 11, 29).Add(15 * time.Hour)
	const open = mrz.Unknown
	for _, test := range []struct {
		date        mrz.Date
		first, last time.Time
	}{
		{mrz.DateOf(1974, 8, 12), day(1974, 8, 12), day(1974, 8, 12)},
		{mrz.DateOf(2026, 11, 29), day(2026, 11, 29), day(2026, 11, 29)},
		{mrz.DateOf(1926, 11, 30), day(1926, 11, 30), day(1926, 11, 30)},
		{mrz.DateOf(2000, 2, 29), day(2000, 2, 29), day(2000, 2, 29)},
		{mrz.DateOf(1999, 12, 31), day(1999, 12, 31), day(1999, 12, 31)},
		{mrz.Date{Year: 40, Month: 2, Day: open}, day(1940, 2, 1), day(1940, 2, 29)},
		{mrz.Date{Year: 8, Month: open, Day: open}, day(2008, 1, 1), day(2008, 12, 31)},
	} {
		first, last, err := test.date.Birth(today)
		require.NoError(t, err)
		require.Equal(t, test.first, first, test.date.String())
		require.Equal(t, test.last, last, test.date.String())
	}
	_, _, err := mrz.Date{Year: open, Month: open, Day: open}.Birth(today)
	require.ErrorIs(t, err, mrz.ErrYearUnknown)
	_, _, err = mrz.DateOf(2001, 2, 29).Birth(today)
	require.ErrorContains(t, err, "does not exist")
}

func TestDateOfExpiryIsTheClosestToTheReference(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		two, reference, want int
	}{
		{31, 2026, 2031}, {12, 2026, 2012}, {75, 2026, 2075}, {76, 2026, 1976}, {99, 2026, 1999}, {1, 2026, 2001},
		{99, 2051, 2099}, {0, 2051, 2100}, {1, 2051, 2001}, {49, 1999, 1949}, {48, 1999, 2048},
	} {
		first, last, err := mrz.DateOf(test.two, 6, 30).Expiry(day(test.reference, 3, 1))
		require.NoError(t, err)
		require.Equal(t, day(test.want, 6, 30), first, "%02d in %d", test.two, test.reference)
		require.Equal(t, first, last)
	}
}

func TestDocumentIsValidOnItsDayOfExpiry(t *testing.T) {
	t.Parallel()
	zone, err := mrz.Parse(published["TD3"]...)
	require.NoError(t, err)
	for on, want := range map[time.Time]bool{
		day(2012, 4, 15).Add(24*time.Hour - time.Nanosecond): false,
		day(2012, 4, 16): true,
		time.Date(2012, 4, 15, 23, 0, 0, 0, time.FixedZone("", -12*3600)): false,
	} {
		expired, err := zone.Expired(on)
		require.NoError(t, err)
		require.Equal(t, want, expired, on)
	}
	zone.Expiry = mrz.Date{Year: mrz.Unknown, Month: mrz.Unknown, Day: mrz.Unknown}
	_, err = zone.Expired(day(2012, 4, 16))
	require.ErrorIs(t, err, mrz.ErrYearUnknown)
}

func TestDateOfBirthMayBeKnownInPart(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"74<<<<", "7408<<", "<<<<<<"} {
		line := "L898902C36UTO" + text + string(mrz.CheckDigit(text)) + "F1204159ZE184226B<<<<<1"
		line += string(mrz.CheckDigit(line[0:10] + line[13:20] + line[21:43]))
		zone, err := mrz.Parse(published["TD3"][0], line)
		require.NoError(t, err)
		require.True(t, zone.Consistent())
		require.False(t, zone.Birth.Complete())
		require.Equal(t, text, zone.Birth.String())
	}
}
