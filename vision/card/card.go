// Package card finds the outline of a card or a page in a photograph, by its four straight edges.
package card

import (
	"math"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
)

// Version names the finder in the versions of an answer.
const Version = "card 1"

const (
	coarse = 320  // longest side of the picture in which lines are sought
	fine   = 1000 // longest side of the picture in which they are placed
)

// Forms of documents: the longer side by the shorter one, with room for perspective. ID-1 has 1.59, ID-3 1.42.
const minForm, maxForm = 1.24, 1.84

// Least share of the picture's area, and least shares of the outline and of each of its sides that lie on edges.
const minArea, minSupport, minPart = 0.10, 0.62, 0.4

// minSide is the shortest side of a straightened card, in pixels.
const minSide = 32.0

// Find returns the outline of the largest card, or nil where no four edges make one. The corners begin at the one that
// lies top left in the picture; the text of a card that lies turned begins at another. A side on the picture's frame
// stands for one outside.
func Find(p *imaging.Picture) *vision.Card {
	picture, unit := shrunk(p.Color(), fine)
	small, scale := shrunk(picture, coarse)
	edges := newEdges(small)
	best, found := edges.best(edges.lines())
	if !found {
		return nil
	}
	placed, sides := newEdges(picture), best.sides
	for i := range sides {
		sides[i] = sides[i].scaled(scale)
		if !sides[i].frame {
			sides[i] = placed.refined(sides[i], best.ends(i, scale))
		}
	}
	corners, ok := cornersOf(sides)
	if !ok {
		corners, unit = best.corners, unit*scale
	}
	for i := range corners {
		corners[i] = vision.Point{corners[i][0] * unit, corners[i][1] * unit}
	}
	return &vision.Card{Corners: corners}
}

// Size returns the width and height of a card as it lies in the picture: the means of opposite sides, in pixels.
func Size(c vision.Corners) (width, height float64) {
	side := func(i, j int) float64 { return math.Hypot(c[j][0]-c[i][0], c[j][1]-c[i][1]) }
	return (side(0, 1) + side(3, 2)) / 2, (side(1, 2) + side(0, 3)) / 2
}

// Straight returns the card alone, with its longer side of a number of pixels, and the homography to the picture. It
// returns false for corners that are no outline.
func Straight(c vision.Corners, longer float64) (h imaging.Homography, width, height int, ok bool) {
	w, d := Size(c)
	scale := longer / max(w, d, 1)
	w, d = max(minSide, math.Round(w*scale)), max(minSide, math.Round(d*scale))
	h, ok = imaging.Straighten(c, w, d)
	return h, int(w), int(d), ok
}
