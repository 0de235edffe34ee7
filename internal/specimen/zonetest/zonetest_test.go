package zonetest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

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
