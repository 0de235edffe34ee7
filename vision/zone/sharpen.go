package zone

import (
	"math"
	"slices"

	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/zone/glyph"
)

// lay is a way to lay a strip on a line of a picture: for characters of a size, a share of their height below the
// line.
type lay struct {
	src  *imaging.Gray
	axis axis
	size size
	down float64
}

func (l lay) cut() *strip { return cut(l.src, l.axis, l.size, l.down) }

// Steps by which a strip is laid otherwise, to find the way in which the characters are clearest: heights of
// characters, how they lean, and places below the line.
var (
	tallSteps = []float64{0.92, 0.96, 1.04, 1.08, 1.12}
	leanSteps = []float64{-0.12, -0.06, 0.06, 0.12}
	downSteps = []float64{-0.04, 0.04}
)

// sharpen returns the chances of characters at their places, as seen in the way in which they are clearest, and in
// some that are close to it.
func (s *search) sharpen(l lay, at []int, seen []chances) []chances {
	telling := tellingPlaces(at, seen)
	top := clarity(s.net, l.cut(), telling)
	if top > clearest {
		return s.around(l, at)
	}
	better := func(other lay) {
		if c := clarity(s.net, other.cut(), telling); c > top+clearer {
			l, top = other, c
		}
	}
	start := l
	for _, step := range tallSteps {
		other := start
		other.size.height *= step
		better(other)
	}
	start = l
	for _, step := range leanSteps {
		other := start
		other.size.lean += step
		better(other)
	}
	start = l
	for _, step := range downSteps {
		other := start
		other.down += step
		better(other)
	}
	return s.around(l, at)
}

// Clarities, as mean logarithms of chances: above clearest no other way is tried, and clearer is by how much another
// way must be better.
const (
	clearest = -0.004
	clearer  = 0.01
)

// mostTelling is the number of characters by which ways to lay a strip are compared.
const mostTelling = 16

// tellingPlaces returns the places of some characters that are no fillers.
func tellingPlaces(at []int, seen []chances) []int {
	var places []int
	for i, k := range at {
		if seen[i][len(glyph.Characters)-1] < 0.5 {
			places = append(places, k)
		}
	}
	if len(places) > mostTelling {
		for i := range mostTelling {
			places[i] = places[i*len(places)/mostTelling]
		}
		places = places[:mostTelling]
	}
	return places
}

// clarity returns the mean logarithm of the chance of the likeliest character.
func clarity(net *glyph.Net, strip *strip, places []int) float64 {
	sum := 0.0
	var c chances
	for _, k := range places {
		strip.classify(net, k, &c)
		sum += math.Log(max(0.2, float64(slices.Max(c[:glyph.None]))))
	}
	return sum / float64(max(1, len(places)))
}

// plain is the chance above which a character is looked at once.
const plain = 0.9995

// views are ways to lay a strip that are close to the clearest one.
var views = []struct{ down, height, lean float64 }{{0.05, 1, 0}, {-0.05, 1, 0}, {0, 1.05, 0.04}, {0, 0.95, -0.04}}

// around returns the chances of characters at their places. For those that are not plain it is the mean of several
// views.
func (s *search) around(l lay, at []int) []chances {
	strips := []*strip{l.cut()}
	all := make([]chances, len(at))
	for i, k := range at {
		strips[0].classify(s.net, k, &all[i])
		if slices.Max(all[i][:]) > plain {
			continue
		}
		if len(strips) == 1 {
			for _, v := range views {
				size := size{l.size.pitch, l.size.height * v.height, l.size.lean + v.lean}
				strips = append(strips, cut(l.src, l.axis, size, l.down+v.down))
			}
		}
		for _, strip := range strips[1:] {
			var c chances
			strip.classify(s.net, k, &c)
			for class, chance := range c {
				all[i][class] += chance
			}
		}
		for class := range all[i] {
			all[i][class] /= float32(len(strips))
		}
	}
	return all
}
