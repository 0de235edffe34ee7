package serve

import (
	"context"
	"image"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
)

func TestBarcodeOfALicenseIsRead(t *testing.T) {
	t.Parallel()
	license := specimen.New(specimen.DriversLicense, 3)
	photo := specimen.Photograph(license.Back(), specimen.Shot{Seed: 3, Width: 1000, Height: 750, Turn: 170})
	var out vision.Document
	require.NoError(t, readBarcode(t.Context(), imaging.NewPicture(photo.NRGBA), &out))
	require.Equal(t, "pdf417", out.Barcode.Format)
	require.Equal(t, license.Fields.Barcode, string(out.Barcode.Data))
	require.Greater(t, out.Barcode.Corners[0][0], out.Barcode.Corners[1][0], "the picture is upside down")

	mirrored := image.NewNRGBA(photo.Rect)
	for y := range photo.Rect.Dy() {
		for x := range photo.Rect.Dx() {
			mirrored.Set(photo.Rect.Dx()-1-x, y, photo.At(x, y))
		}
	}
	out = vision.Document{}
	require.NoError(t, readBarcode(t.Context(), imaging.NewPicture(mirrored), &out))
	require.Nil(t, out.Barcode)
}

func TestBarcodeOfAFrontIsNone(t *testing.T) {
	t.Parallel()
	front := specimen.New(specimen.DriversLicense, 3).Front()
	photo := specimen.Photograph(front, specimen.Shot{Seed: 3, Width: 800, Height: 600})
	var out vision.Document
	require.NoError(t, readBarcode(t.Context(), imaging.NewPicture(photo.NRGBA), &out))
	require.Nil(t, out.Barcode)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, readBarcode(ctx, imaging.NewPicture(photo.NRGBA), &out), context.Canceled)
}
