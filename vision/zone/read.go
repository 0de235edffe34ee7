package zone

import (
	"math"

	"slices"

	"github.com/stile-id/stile/methods/document/mrz"
	"github.com/stile-id/stile/vision"
)

// shifts are the places of a strip that are tried, in heights of a capital below the middle of a line, until the
// characters are clear.
var shifts = []float64{0, 0.07, -0.07}

// Scores of lines, as mean logarithms of the chances: at clearScore no further shift is tried, below readable a line
// is not read, and below hopeless a block is no zone.
const (
	clearScore = -0.03
	readable   = -0.15
	hopeless   = -0.6
)

// rounds is the number of times that the pitch is corrected, offPitch the share that it may be wrong.
const (
	rounds   = 3
	offPitch = 0.012
)

// probe reads the first line of a block. It sets the score of the probe, and corrects the pitch.
func (s *search) probe(b block, p *probe) {
	left, right := b.ends()
	l := b[0]
	if p.direction.upward {
		l = b[len(b)-1]
	}
	for range rounds {
		src, a, z := s.scaled(s.axis(l, left, right, p.direction), p.size)
		places := lay{src, a, z, 0}.cut().scan(s.net)
		var best []int
		p.score = math.Inf(-1)
		for _, f := range readings(p.format, 0) {
			if chosen, score, ok := path(places, sets[f][0]); ok && score > p.score {
				best, p.score = chosen, score
			}
		}
		if best == nil {
			return
		}
		last := len(best) - 1
		stretch := float64(best[last]-best[0]) / float64(last*usual)
		if math.Abs(stretch-1) < offPitch {
			return
		}
		p.size.pitch *= stretch
		p.size.height *= stretch
	}
}

// readAs reads a block as the probe says, or as the visa of the same size.
func (s *search) readAs(b block, p probe) *vision.Zone {
	ordered := slices.Clone(b)
	if p.direction.upward {
		slices.Reverse(ordered)
	}
	left, right := b.ends()
	all := make([][]chances, len(ordered))
	axes := make([]axis, len(ordered))
	format := p.format
	for i, l := range ordered {
		axes[i] = s.axis(l, left, right, p.direction)
		lineChances, ok := s.line(axes[i], p.size, &format, i)
		if !ok {
			return nil
		}
		all[i] = lineChances
	}
	text, confidence, o := settle(format, all)
	if o == unclear {
		return nil
	}
	found := &vision.Zone{
		Format: string(format), Lines: text, Confidence: confidence,
		Corners: corners(axes, p.size.height*s.factor), Turned: turned(axes[0]), Mirrored: axes[0].mirrored(),
	}
	if o == refuted {
		s.refuted = found
		return nil
	}
	return found
}

// line returns the chances of the characters of line i. The first line changes the format to that of a visa if it
// begins with a V. ok is false if the line cannot be read.
func (s *search) line(a axis, z size, format *mrz.Format, i int) (best []chances, ok bool) {
	src, a, z := s.scaled(a, z)
	top, at, down, more := math.Inf(-1), []int(nil), 0.0, false
	for _, shift := range shifts {
		places := lay{src, a, z, shift}.cut().scan(s.net)
		for _, f := range readings(*format, i) {
			chosen, score, ok := path(places, sets[f][i])
			if ok && score > top {
				curve := smooth(chosen)
				best, top, at, down = picked(places, chosen), score, chosen, shift
				more = goesOn(places, curve, len(chosen))
				*format = f
			}
		}
		if top > clearScore {
			break
		}
	}
	laid := lay{src, a, z, down}
	if top < readable || more || !laid.whole(at) {
		return nil, false
	}
	best = s.sharpen(laid, at, best)
	return among(best, sets[*format][i]), true
}

// readings returns the formats as which a line is read.
func readings(format mrz.Format, i int) []mrz.Format {
	switch {
	case i > 0:
	case format == mrz.TD3 || format == mrz.MRVA:
		return []mrz.Format{mrz.TD3, mrz.MRVA}
	case format == mrz.TD2 || format == mrz.MRVB:
		return []mrz.Format{mrz.TD2, mrz.MRVB}
	}
	return []mrz.Format{format}
}

// corners returns the corners of a zone, half a height of a letter outside of its ink.
func corners(axes []axis, height float64) vision.Corners {
	first, last := &axes[0], &axes[len(axes)-1]
	return vision.Corners{
		first.at(-height/2, -height), first.at(first.length+height/2, -height),
		last.at(last.length+height/2, height), last.at(-height/2, height),
	}
}

// mirrored reports whether the lines follow each other to the left of the direction of reading.
func (a *axis) mirrored() bool { return a.along[0]*a.down[1]-a.along[1]*a.down[0] < 0 }

// turned returns the angle of the direction of reading, to the next quarter of a circle.
func turned(a axis) int {
	x, y := a.along[0], a.along[1]
	switch {
	case x >= y && x >= -y:
		return 0
	case y >= x && y >= -x:
		return 90
	case x <= y:
		return 180
	default:
		return 270
	}
}
