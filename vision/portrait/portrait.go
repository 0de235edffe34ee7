// Package portrait finds the holder's face on a document, and cuts it out. It runs the cascade of pico on the document,
// turned by each quarter: N. Markuš and others, Object Detection with Pixel Intensity Comparisons Organized in Decision
// Trees, 2013.
package portrait

import (
	"bytes"
	_ "embed"
	"image"
	"image/jpeg"
	"math"
	"sync"

	pigo "github.com/esimov/pigo/core"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/card"
	"github.com/stile-id/stile/vision/imaging"
)

// Version names the finder in the versions of an answer.
const Version = "portrait pico d8014993"

const (
	shown  = 1000 // longest side of the document from which the portrait is cut
	sought = 480  // longest side in which it is sought
	least  = 36   // smallest face there
)

// minScore is the sum of the scores of a face's windows below which it is taken for a pattern. Faces of specimens have
// 49 and more, 7 under glare; the highest score of a pattern was 4.
const minScore = 10

//go:embed cascade/facefinder
var cascade []byte

// finder returns the cascade, which several goroutines may use.
var finder = sync.OnceValue(func() *pigo.Pigo {
	f, err := pigo.NewPigo().Unpack(cascade)
	if err != nil {
		panic("portrait: " + err.Error()) // the file is compiled in
	}
	return f
})

// Find returns the clearest face inside an outline, else in all of the picture; outline may be nil. It returns nil, nil
// where there is none.
func Find(p *imaging.Picture, outline *vision.Card) (*vision.Portrait, error) {
	if outline != nil {
		if inside := straightened(p, outline.Corners); inside != nil {
			if found, err := inside.find(); found != nil || err != nil {
				return found, err
			}
		}
	}
	return whole(p).find()
}

// find returns the clearest face of a view.
func (v *view) find() (*vision.Portrait, error) {
	best, turn := pigo.Detection{}, 0
	small, scale := imaging.NewPicture(v.picture).GrayWithin(sought)
	for i := range turns {
		if found := clearest(imaging.OrientGray(small, turns[i])); found.Q > best.Q {
			best, turn = found, i
		}
	}
	if best.Q < minScore {
		return nil, nil
	}
	upright := imaging.Orient(v.picture, turns[turn])
	around := box(best, scale).Intersect(upright.Rect)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, imaging.Crop(upright, around), &jpeg.Options{Quality: 92}); err != nil {
		return nil, err
	}
	score := float64(best.Q)
	return &vision.Portrait{
		JPEG: out.Bytes(), Box: v.origin(around, turn), Turned: (360 - 90*turn) % 360,
		Confidence: score / (score + minScore),
	}, nil
}

// turns bring a document upright that lies turned by 0, 270, 180 and 90 degrees clockwise.
var turns = [4]imaging.Orientation{0, imaging.Turn90, imaging.Turn180, imaging.Turn270}

// clearest returns the face with the highest score.
func clearest(g *imaging.Gray) (best pigo.Detection) {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	found := finder().RunCascade(pigo.CascadeParams{
		MinSize: least, MaxSize: min(w, h), ShiftFactor: 0.1, ScaleFactor: 1.1,
		ImageParams: pigo.ImageParams{Pixels: g.Pix, Rows: h, Cols: w, Dim: w},
	}, 0)
	for _, d := range finder().ClusterDetections(found, 0.2) {
		if d.Q > best.Q {
			best = d
		}
	}
	return best
}

// box returns the part of the document to cut out: the face with hair and chin, in the proportion of a passport photo.
func box(d pigo.Detection, scale float64) image.Rectangle {
	x, y, size := float64(d.Col)*scale, float64(d.Row)*scale, float64(d.Scale)*scale
	return image.Rect(int(x-0.8*size), int(y-0.98*size), int(x+0.8*size), int(y+1.08*size))
}

// view is the document that is searched, upright or turned by quarters.
type view struct {
	picture *image.NRGBA
	back    func(vision.Point) vision.Point // place in the photograph
}

// straightened returns the document inside an outline, or nil for an outline that is none.
func straightened(p *imaging.Picture, outline vision.Corners) *view {
	straight, w, h, ok := card.Straight(outline, shown)
	if !ok {
		return nil
	}
	return &view{imaging.Warp(p.Color(), straight, w, h), straight.Apply}
}

// whole returns all of a picture.
func whole(p *imaging.Picture) *view {
	scale := min(1, shown/float64(max(p.Width, p.Height)))
	w, h := max(1, int(float64(p.Width)*scale)), max(1, int(float64(p.Height)*scale))
	return &view{imaging.Resize(p.Color(), w, h), func(at vision.Point) vision.Point {
		return vision.Point{at[0] / scale, at[1] / scale}
	}}
}

// origin returns the upright rectangle of the photograph around a part of the view that was turned by quarters.
func (v *view) origin(part image.Rectangle, quarters int) vision.Box {
	w, h := float64(v.picture.Rect.Dx()), float64(v.picture.Rect.Dy())
	from := vision.Point{math.Inf(1), math.Inf(1)}
	to := vision.Point{math.Inf(-1), math.Inf(-1)}
	for _, c := range [4]image.Point{part.Min, {part.Max.X, part.Min.Y}, part.Max, {part.Min.X, part.Max.Y}} {
		x, y := float64(c.X), float64(c.Y)
		at := v.back([4]vision.Point{{x, y}, {y, h - x}, {w - x, h - y}, {w - y, x}}[quarters])
		for i := range at {
			from[i], to[i] = min(from[i], at[i]), max(to[i], at[i])
		}
	}
	return vision.Box{int(from[0]), int(from[1]), int(math.Ceil(to[0])), int(math.Ceil(to[1]))}
}
