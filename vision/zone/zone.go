// Package zone finds and reads the machine-readable zone of a travel document in a picture: TD1, TD2, TD3, MRV-A and
// MRV-B of ICAO Doc 9303, upright, turned by quarters of a circle, tilted by some ten degrees, and mirrored.
//
// It looks for rows of dark areas, straightens the rows that can be a zone, tells their characters apart with a small
// network (vision/zone/glyph), and lets check digits and the types of fields settle characters that are uncertain. It
// returns a zone only if all check digits agree, no other plausible reading does, and each character that no check
// digit covers was recognized with certainty; or if all characters were recognized with certainty, and a check digit
// is wrong in print. A picture of a zone that it does not read must be taken again.
package zone

import (
	"cmp"
	"context"
	"fmt"
	"hash/crc32"
	"math"
	"slices"

	"github.com/stile-id/stile/methods/document/mrz"
	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/zone/glyph"
)

// Version names the network that reads.
func Version() string {
	return fmt.Sprintf("zone 1.%08x", crc32.ChecksumIEEE(glyph.Default().Marshal()))
}

// Analyse reads the zone of a picture into out.Zone, which stays nil if there is none that can be read. It fails if
// the context ends.
func Analyse(ctx context.Context, p *imaging.Picture, out *vision.Document) error {
	found, err := Find(ctx, p.Gray())
	out.Zone = found
	return err
}

// sides are the lengths to which the longer side of a picture is shrunk for the search, one after the other. Small
// ones come first, because they are searched in less time.
var sides = []int{1400, 2400, 900}

// shares are the limits of ink in tenths of the mean deviation: see inked.
var shares = []int{7, 12}

// slopes are those at which lines are looked for.
var slopes = []float64{0, 0.14, -0.14}

// mostBlocks is the number of groups of lines that are read in one direction of one size.
const mostBlocks = 5

// Find returns the zone of a picture, or nil if none can be read. A zone with wrong check digits is returned if no
// character of it is in doubt: the digits are printed so. It fails if the context ends.
func Find(ctx context.Context, src *imaging.Gray) (*vision.Zone, error) {
	tried := map[int]bool{}
	var refuted *vision.Zone
	for _, side := range sides {
		factor := max(1, (max(src.Rect.Dx(), src.Rect.Dy())+side/2)/side)
		if tried[factor] {
			continue
		}
		tried[factor] = true
		small := shrink(src, factor)
		for _, share := range shares {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			s := search{full: src, small: small, factor: float64(factor), net: glyph.Default()}
			radius := max(9, max(small.Rect.Dx(), small.Rect.Dy())/80)
			all := candidates(blobs(inked(small, radius, share), small.Rect.Dx()))
			if found := s.both(all); found != nil {
				return found, nil
			}
			refuted = cmp.Or(refuted, s.refuted)
		}
	}
	return refuted, nil
}

// search is a search in a picture that was shrunk by a factor.
type search struct {
	full, small *imaging.Gray
	factor      float64
	net         *glyph.Net
	// refuted is a zone with a wrong check digit and no other doubt.
	refuted *vision.Zone
	// transposed says that blobs have their rows and columns exchanged.
	transposed bool
}

// both searches for a zone with lines across the picture, and for one with lines down the picture.
func (s *search) both(all []blob) *vision.Zone {
	if found := s.find(all); found != nil {
		return found
	}
	turned := make([]blob, len(all))
	for i, b := range all {
		turned[i] = b.turned()
	}
	s.transposed = true
	return s.find(candidates(turned))
}

func (s *search) find(all []blob) *vision.Zone {
	for _, slope := range slopes {
		for i, b := range blocks(lines(all, slope)) {
			if i == mostBlocks {
				break
			}
			if found := s.read(b); found != nil {
				return found
			}
		}
	}
	return nil
}

// read reads a block as the format and in the direction that its characters fit best.
func (s *search) read(b block) *vision.Zone {
	var best probe
	for _, format := range b.formats() {
		pitch := b.pitch(format)
		p := probe{format: format, size: size{pitch, pitch * capital, 0}}
		var ok bool
		if p.direction, ok = s.direction(b, p.size); !ok {
			continue
		}
		if s.probe(b, &p); best.format == "" || p.score > best.score {
			best = p
		}
	}
	if best.format == "" || best.score < hopeless {
		return nil
	}
	for _, height := range heights {
		tall := best
		tall.size.height *= height
		if found := s.readAs(b, tall); found != nil {
			return found
		}
	}
	return nil
}

// capital is the height of a capital letter in pitches. heights are the factors by which it may differ, because a page
// is seen from one side.
const capital = 0.968

var heights = []float64{1, 1.09, 0.92}

// probe is a way to read a block, with the score of its first line.
type probe struct {
	format    mrz.Format
	size      size
	direction direction
	score     float64
}

// inkless is the share of a pitch that is left blank around a character.
const inkless = 0.3

func (b block) ends() (left, right float64) {
	left, right = math.Inf(1), 0
	for _, l := range b {
		left, right = min(left, l.left), max(right, l.right)
	}
	return left, right
}

// offLength is the logarithm of the factor by which a line may be longer or shorter than its characters.
const offLength = 0.17

// formats returns the formats that fit the number of lines and their length, the likeliest first. Visas are told from
// documents of the same size by their first letter.
func (b block) formats() []mrz.Format {
	left, right := b.ends()
	off := map[mrz.Format]float64{}
	var all []mrz.Format
	for _, format := range []mrz.Format{mrz.TD1, mrz.TD2, mrz.TD3} {
		count, columns := format.Size()
		off[format] = math.Abs(math.Log((right - left) / b.pitch(format) / (float64(columns) - inkless)))
		ratio := b.pitch(format) / b.height()
		if count == len(b) && off[format] < offLength && ratio > leastRatio && ratio < mostRatio {
			all = append(all, format)
		}
	}
	slices.SortFunc(all, func(a, b mrz.Format) int { return cmp.Compare(off[a], off[b]) })
	return all
}

// Limits of the pitch as a multiple of the height of the blobs, which are a little higher than letters.
const (
	leastRatio = 0.68
	mostRatio  = 1.4
)

// pitch returns the distance of the characters of a block: the usual one between its blobs, or that which the format
// has if its lines are as long as they seem.
func (b block) pitch(format mrz.Format) float64 {
	var distances []float64
	count := 0
	for _, l := range b {
		distances = append(distances, l.distances()...)
		count += len(l.blobs)
	}
	if len(distances) > 2*count/3 {
		slices.Sort(distances)
		return distances[len(distances)/2]
	}
	left, right := b.ends()
	_, columns := format.Size()
	return (right - left) / (float64(columns) - inkless)
}

// direction says how the lines of a block are read: against their direction, and from the lowest line up.
type direction struct{ backward, upward bool }

// enough is the mean chance of the likeliest characters that makes a block worth reading.
const enough = 0.45

// direction returns the direction in which the blobs of a block look most like characters. It returns false if they do
// in none.
func (s *search) direction(b block, z size) (direction, bool) {
	var best direction
	top := 0.0
	for _, d := range []direction{{}, {true, true}, {true, false}, {false, true}} {
		sum, count := 0.0, 0
		for _, l := range b {
			a := s.axis(l, l.left, l.right, d)
			src, a, z := s.scaled(a, z)
			floor := glyph.Floor * contrast(cut(src, a, z, 0).pixels)
			for _, o := range chosen(l.blobs, b.height()) {
				along := o.centerX() - l.left
				if d.backward {
					along = l.right - o.centerX()
				}
				at := a
				at.start = a.at(along*a.length/(l.right-l.left), 0)
				c := look(src, s.net, at, z, floor)
				sum += float64(slices.Max(c[:glyph.None]))
				count++
			}
		}
		if count > 0 && sum/float64(count) > top {
			top, best = sum/float64(count), d
		}
	}
	return best, top > enough
}

// chosen returns up to eight blobs that look like single characters.
func chosen(all []blob, height float64) []blob {
	var kept []blob
	for _, b := range all {
		if b.height() > 0.75*height && b.width() < 1.2*height {
			kept = append(kept, b)
		}
	}
	const most = 8
	if len(kept) <= most {
		return kept
	}
	for i := range most {
		kept[i] = kept[i*len(kept)/most]
	}
	return kept[:most]
}

// axis returns the part of a line from left to right as an axis in the full picture.
func (s *search) axis(l *line, left, right float64, d direction) axis {
	norm := math.Hypot(1, l.slope)
	a := axis{
		start: imaging.Point{left * s.factor, l.y(left) * s.factor},
		along: imaging.Point{1 / norm, l.slope / norm}, down: imaging.Point{-l.slope / norm, 1 / norm},
		length: (right - left) * norm * s.factor,
	}
	if d.backward {
		a.start = a.at(a.length, 0)
		a.along = imaging.Point{-a.along[0], -a.along[1]}
	}
	if d.upward {
		a.down = imaging.Point{-a.down[0], -a.down[1]}
	}
	if s.transposed {
		a.start[0], a.start[1] = a.start[1], a.start[0]
		a.along[0], a.along[1] = a.along[1], a.along[0]
		a.down[0], a.down[1] = a.down[1], a.down[0]
	}
	return a
}

// scaled returns the picture in which a line has enough pixels, with the line and the size of characters in it. The
// size is given in the small picture.
func (s *search) scaled(a axis, z size) (*imaging.Gray, axis, size) {
	if z.pitch >= pitchPixels-2 || s.factor == 1 {
		return s.small, a.scale(s.factor), z
	}
	return s.full, a, size{z.pitch * s.factor, z.height * s.factor, z.lean}
}
