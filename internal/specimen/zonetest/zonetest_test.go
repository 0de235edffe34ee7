package zonetest_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/internal/specimen/zonetest"
	"github.com/stile-id/stile/methods/document/mrz"
)

func TestSamplesAreTheSameEachTime(t *testing.T) {
	t.Parallel()
	first, second := zonetest.New(1, 36), zonetest.New(1, 36)
	require.Equal(t, first, second)
	require.NotEqual(t, first.Lines, zonetest.New(2, 36).Lines)
	zone, err := mrz.Parse(first.Lines...)
	require.NoError(t, err)
	require.True(t, zone.Consistent())
	require.Equal(t, first.Format, zone.Format)
	require.Contains(t, first.Name, "11 pixels a character")
}

func TestSamplesShowTheWholePageInTheSizeOfTheirCondition(t *testing.T) {
	t.Parallel()
	pitches := map[string]float64{
		"11 pixels a character": 11, "shade and strong compression": 18, "all together": 17,
	}
	millimetres := map[mrz.Format]float64{mrz.TD1: 85.6, mrz.TD2: 105, mrz.TD3: 125, mrz.MRVA: 125, mrz.MRVB: 105}
	for i := range 20 {
		sample := zonetest.New(1, i/2*5+i%5)
		for _, corner := range sample.Photo.Corners {
			require.True(t, corner.X > 0 && corner.X < float64(sample.Photo.Rect.Dx()), sample.Name)
			require.True(t, corner.Y > 0 && corner.Y < float64(sample.Photo.Rect.Dy()), sample.Name)
		}
		want, ok := pitches[sample.Condition]
		if !ok {
			want = 20
		}
		corners := sample.Photo.Corners
		long := (distance(corners[0], corners[1]) + distance(corners[3], corners[2])) / 2
		require.InEpsilon(t, want, long*2.54/millimetres[sample.Format], 0.08, sample.Name)
	}
}

func distance(a, b specimen.Point) float64 { return math.Hypot(a.X-b.X, a.Y-b.Y) }
