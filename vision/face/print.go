package face

import (
	"fmt"

	"github.com/stile-id/stile/vision/imaging"
)

// printOf returns the difference hash of a picture (N. Krawetz, 2013): the picture is brought to 9 × 8 pixels, and
// each bit says whether a pixel is brighter than its right neighbour.
func printOf(p *imaging.Picture) string {
	small := imaging.ResizeGray(p.Gray(), 9, 8)
	hash := uint64(0)
	for y := range 8 {
		for x := range 8 {
			hash <<= 1
			if small.Pix[y*small.Stride+x] > small.Pix[y*small.Stride+x+1] {
				hash |= 1
			}
		}
	}
	return fmt.Sprintf("%016x", hash)
}
