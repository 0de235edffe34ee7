package zone

import (
	"math"
	"slices"
	"strings"

	"github.com/stile-id/stile/methods/document/mrz"
	"github.com/stile-id/stile/vision/zone/glyph"
)

// allowed is the set of classes that a position of a format can have.
type allowed [glyph.Classes]bool

func allow(characters string) (set allowed) {
	for i := range characters {
		set[strings.IndexByte(glyph.Characters, characters[i])] = true
	}
	return set
}

// sets holds the sets of each position of each line, by format.
var sets = func() map[mrz.Format][][]allowed {
	all := map[mrz.Format][][]allowed{}
	for _, format := range mrz.Formats() {
		count, columns := format.Size()
		for i := range count {
			line := make([]allowed, columns)
			for column := range line {
				line[column] = allow(permitted(format, i, column))
			}
			all[format] = append(all[format], line)
		}
	}
	return all
}()

// permitted returns the characters of a position. The first letter of a TD1 and a TD2 is A, C or I, as parts 5 and 6
// demand, because these are easy to tell apart.
func permitted(format mrz.Format, line, column int) string {
	if line == 0 && column == 0 && (format == mrz.TD1 || format == mrz.TD2) {
		return "ACI"
	}
	return format.Allowed(line, column)
}

// Distances between the places of two characters, and the price of a distance other than the pitch.
const (
	usual      = int(pitchPixels) / step
	least      = usual - 2
	most       = usual + 2
	stretching = 0.12
)

// doubt is the chance that the network is wrong about a cell; all allowed classes share it.
const doubt = 0.015

// path returns the places of the characters of a line: those with the highest product of the chances of allowed
// classes, about a pitch apart, with nothing before and behind them. The score is the mean logarithm of the chances.
// ok is false if the strip is too short.
func path(places []chances, line []allowed) (chosen []int, score float64, ok bool) {
	n := len(places)
	if n < least*(len(line)-1)+1 {
		return nil, 0, false
	}
	score0 := make([]float64, n)
	for k := range score0 {
		score0[k] = logs(places, k, &line[0]) + outside(places, k-usual)
	}
	from := make([][]int, len(line))
	for i := 1; i < len(line); i++ {
		score1 := make([]float64, n)
		from[i] = make([]int, n)
		for k := range score1 {
			score1[k] = math.Inf(-1)
			for distance := least; distance <= most && k-distance >= 0; distance++ {
				off := float64(distance - usual)
				if s := score0[k-distance] - stretching*off*off; s > score1[k] {
					score1[k], from[i][k] = s, k-distance
				}
			}
			if !math.IsInf(score1[k], -1) {
				score1[k] += logs(places, k, &line[i])
			}
		}
		score0 = score1
	}
	last := 0
	for k := range score0 {
		score0[k] += outside(places, k+usual)
		if score0[k] > score0[last] {
			last = k
		}
	}
	chosen = make([]int, len(line))
	for i, k := len(line)-1, last; i >= 0; i-- {
		chosen[i] = k
		if i > 0 {
			k = from[i][k]
		}
	}
	return chosen, score0[last] / float64(len(line)), !math.IsInf(score0[last], -1)
}

// logs returns the logarithm of the chance of the likeliest allowed class.
func logs(places []chances, k int, set *allowed) float64 {
	top := float32(0)
	for class, ok := range set {
		if ok {
			top = max(top, places[k][class])
		}
	}
	return math.Log(float64(top) + doubt/4)
}

// outside returns the logarithm of the chance that there is no character at a place. It is bounded, because the edge
// of the page may lie there.
func outside(places []chances, k int) float64 {
	if k < 0 || k >= len(places) {
		return math.Log(0.8)
	}
	return math.Log(max(0.8, float64(places[k][glyph.None])))
}

// smooth moves places that lie off the curve x = a + b·i + c·i² through all of them onto it. It returns the curve.
func smooth(chosen []int) (curve func(i int) int) {
	// The sums of powers of i, and of x times them, with i from -1 to 1 so that they are of one size.
	last := float64(len(chosen) - 1)
	at := func(i int) float64 { return 2*float64(i)/last - 1 }
	var powers [5]float64
	var values [3]float64
	for i, x := range chosen {
		t, x := at(i), float64(x)
		for n, power := range [5]float64{1, t, t * t, t * t * t, t * t * t * t} {
			powers[n] += power
		}
		for n, power := range [3]float64{1, t, t * t} {
			values[n] += power * x
		}
	}
	// The odd powers cancel out, which leaves two equations for a and c, and one for b.
	b := values[1] / powers[2]
	c := (values[2] - values[0]*powers[2]/powers[0]) / (powers[4] - powers[2]*powers[2]/powers[0])
	a := (values[0] - c*powers[2]) / powers[0]
	curve = func(i int) int { return int(math.Round(a + b*at(i) + c*at(i)*at(i))) }
	for i, x := range chosen {
		if off := x - curve(i); off < -1 || off > 1 {
			chosen[i] = curve(i)
		}
	}
	return curve
}

// goesOn reports whether characters go on before or behind a line: the two next places have one.
func goesOn(places []chances, curve func(i int) int, length int) bool {
	for _, two := range [][2]int{{-1, -2}, {length, length + 1}} {
		near, far := curve(two[0]), curve(two[1])
		if min(near, far) < 0 || max(near, far) >= len(places) {
			continue
		}
		if places[near].character() && places[far].character() {
			return true
		}
	}
	return false
}

// character reports whether a place certainly has a character.
func (c *chances) character() bool { return slices.Max(c[:glyph.None]) > 0.9 }

// picked returns the chances at the chosen places.
func picked(places []chances, chosen []int) []chances {
	all := make([]chances, len(chosen))
	for i, k := range chosen {
		all[i] = places[min(max(k, 0), len(places)-1)]
	}
	return all
}

// among returns the chances of each character of a line among those that are allowed.
func among(all []chances, line []allowed) []chances {
	out := make([]chances, len(all))
	for i := range all {
		out[i] = all[i].among(&line[i])
	}
	return out
}

// among returns the chances of a character among the allowed ones. If the network sees something that is not allowed,
// all that is allowed becomes doubtful.
func (c *chances) among(set *allowed) (out chances) {
	sum, count := float32(0), float32(0)
	for class, ok := range set {
		if ok {
			sum += c[class]
			count++
		}
	}
	for class, ok := range set {
		if ok {
			out[class] = (c[class] + doubt/count) / (sum + doubt)
		}
	}
	return out
}
