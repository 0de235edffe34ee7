package imaging_test

import (
	"image"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/vision/imaging"
)

func TestRectifyTakesTheCornersToTheCornersOfTheResult(t *testing.T) {
	t.Parallel()
	corners := imaging.Corners{{10, 12}, {90, 5}, {99, 70}, {2, 61}}
	h, ok := imaging.Straighten(corners, 200, 100)
	require.True(t, ok)
	for i, from := range []imaging.Point{{0, 0}, {200, 0}, {200, 100}, {0, 100}} {
		got := h.Apply(from)
		require.InDelta(t, corners[i][0], got[0], 1e-9)
		require.InDelta(t, corners[i][1], got[1], 1e-9)
	}
	grey := imaging.Luma(quarters())
	whole := imaging.Corners{{0, 0}, {64, 0}, {64, 48}, {0, 48}}
	require.Equal(t, grey.Pix, imaging.RectifyGray(grey, whole, 64, 48).Pix)
	turned := imaging.Corners{{0, 48}, {0, 0}, {64, 0}, {64, 48}}
	require.Equal(t, imaging.OrientGray(grey, imaging.Turn90).Pix, imaging.RectifyGray(grey, turned, 48, 64).Pix)
}

func TestCornersThatEncloseNothingAreRefused(t *testing.T) {
	t.Parallel()
	for _, corners := range []imaging.Corners{
		{}, {{0, 0}, {1, 0}, {2, 0}, {3, 0}}, {{0, 0}, {9, 9}, {9, 0}, {0, 9}}, {{0, 0}, {9, 0}, {3, 3}, {0, 9}},
		{{0, 0}, {9, 0}, {9, 0}, {0, 9}}, {{math.NaN(), 0}, {9, 0}, {9, 9}, {0, 9}},
		{{0, 0}, {math.Inf(1), 0}, {9, 9}, {0, 9}},
	} {
		require.Nil(t, imaging.RectifyGray(imaging.Luma(quarters()), corners, 8, 8), corners)
	}
}

func TestResizeKeepsTheMean(t *testing.T) {
	t.Parallel()
	stripes := image.NewGray(image.Rect(0, 0, 60, 7))
	for i := range stripes.Pix {
		stripes.Pix[i] = uint8(i % 2 * 255)
	}
	small := imaging.ResizeGray(stripes, 12, 3)
	for _, p := range small.Pix[1:11] {
		require.InDelta(t, 127.5, p, 8, "%v", small.Pix)
	}
	require.Equal(t, quarters().Pix, imaging.Resize(quarters(), 64, 48).Pix)
	large := imaging.Resize(quarters(), 128, 96)
	require.Equal(t, red, large.NRGBAAt(10, 10))
	require.Equal(t, yellow, large.NRGBAAt(120, 90))
	require.Len(t, imaging.ResizeGray(stripes, 1, 1).Pix, 1)
}

func TestCropIsCutAtTheEdges(t *testing.T) {
	t.Parallel()
	part := imaging.Crop(quarters(), image.Rect(30, 20, 100, 100))
	require.Equal(t, image.Rect(0, 0, 34, 28), part.Rect)
	require.Equal(t, red, part.NRGBAAt(0, 0))
	require.Equal(t, yellow, part.NRGBAAt(33, 27))
	require.Empty(t, imaging.Crop(quarters(), image.Rect(70, 0, 80, 10)).Pix)
}
