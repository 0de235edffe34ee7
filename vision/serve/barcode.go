package serve

import (
	"context"
	"errors"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/pdf417"
)

// readBarcode reads the PDF417 symbol of a picture. A symbol that is damaged, unsupported or mirrored counts as none.
func readBarcode(ctx context.Context, p *imaging.Picture, out *vision.Document) error {
	symbol, err := pdf417.Decode(ctx, p.Gray())
	switch {
	case errors.Is(err, pdf417.ErrNotFound) || errors.Is(err, pdf417.ErrDamaged) || errors.Is(err, pdf417.ErrUnsupported):
		return nil
	case err != nil:
		return err
	case symbol.Mirrored:
		return nil
	}
	out.Barcode = &vision.Barcode{Format: "pdf417", Data: symbol.Data}
	for i, corner := range symbol.Corners {
		out.Barcode.Corners[i] = vision.Point(corner)
	}
	return nil
}
