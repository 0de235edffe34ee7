package pdf417

import (
	"cmp"
	"image"
	"math"
	"slices"
)

// cell is the side of the squares whose gradients are summed, in pixels of the small picture.
const cell = 8

// maxRegions is how many regions of a picture are searched.
const maxRegions = 4

// tensor is the sum of the products of gradients: its greater axis is the direction across the bars.
type tensor struct{ xx, yy, xy float64 }

func (t tensor) plus(o tensor) tensor { return tensor{t.xx + o.xx, t.yy + o.yy, t.xy + o.xy} }

func (t tensor) energy() float64 { return t.xx + t.yy }

// coherence is 1 where all gradients have one axis, and 0 where they have none in particular.
func (t tensor) coherence() float64 {
	if t.energy() == 0 {
		return 0
	}
	return math.Hypot(t.xx-t.yy, 2*t.xy) / t.energy()
}

// angle is that of the greater axis.
func (t tensor) angle() float64 { return 0.5 * math.Atan2(2*t.xy, t.xx-t.yy) }

// region is a part of a picture that has bars: turned by an angle, from corner, so wide and so high.
type region struct {
	angle, weight float64
	x, y          float64 // of the corner from which width and height go, in pixels of the picture
	width, height float64
}

// regions finds the parts of a picture where the gradients have one axis, the strongest first.
func regions(src *image.Gray, side int) []region {
	small, factor := shrink(src, side)
	field := tensors(small)
	field.suppressNoise()
	field.smooth()
	var found []region
	for _, members := range field.joined(field.components()) {
		found = append(found, field.enclose(members, factor).widened(float64(cell*factor)))
	}
	slices.SortFunc(found, func(a, b region) int { return cmp.Compare(b.weight, a.weight) })
	return found[:min(len(found), maxRegions)]
}

// shrink averages squares of pixels so that no side is longer than side, and returns the side of the squares.
func shrink(src *image.Gray, side int) (*image.Gray, int) {
	width, height := src.Rect.Dx(), src.Rect.Dy()
	factor := max(1, (max(width, height)+side-1)/side)
	if factor == 1 {
		return src, 1
	}
	small := image.NewGray(image.Rect(0, 0, width/factor, height/factor))
	for y := range small.Rect.Dy() {
		for x := range small.Rect.Dx() {
			sum := 0
			for dy := range factor {
				row := src.Pix[(y*factor+dy)*src.Stride+x*factor:]
				for dx := range factor {
					sum += int(row[dx])
				}
			}
			small.Pix[y*small.Stride+x] = uint8(sum / (factor * factor))
		}
	}
	return small, factor
}

// field has a tensor for each square of a picture.
type field struct {
	width, height int
	squares       []tensor
}

func tensors(src *image.Gray) *field {
	f := &field{width: src.Rect.Dx() / cell, height: src.Rect.Dy() / cell}
	f.squares = make([]tensor, f.width*f.height)
	for y := 1; y < f.height*cell-1; y++ {
		for x := 1; x < f.width*cell-1; x++ {
			at := y*src.Stride + x
			gx := float64(src.Pix[at+1]) - float64(src.Pix[at-1])
			gy := float64(src.Pix[at+src.Stride]) - float64(src.Pix[at-src.Stride])
			t := &f.squares[y/cell*f.width+x/cell]
			t.xx, t.yy, t.xy = t.xx+gx*gx, t.yy+gy*gy, t.xy+gx*gy
		}
	}
	return f
}

// suppressNoise takes the energy of the quietest tenth of the squares from all, half of it along each axis.
func (f *field) suppressNoise() {
	if len(f.squares) == 0 {
		return
	}
	energies := make([]float64, len(f.squares))
	for i, t := range f.squares {
		energies[i] = t.energy()
	}
	slices.Sort(energies)
	floor := energies[len(energies)/10] / 2
	for i := range f.squares {
		t := &f.squares[i]
		t.xx, t.yy = max(t.xx-floor, 0), max(t.yy-floor, 0)
	}
}

// smooth sums each square with its neighbours.
func (f *field) smooth() {
	sums := make([]tensor, len(f.squares))
	for y := range f.height {
		for x := range f.width {
			for v := max(y-1, 0); v <= min(y+1, f.height-1); v++ {
				for u := max(x-1, 0); u <= min(x+1, f.width-1); u++ {
					sums[y*f.width+x] = sums[y*f.width+x].plus(f.squares[v*f.width+u])
				}
			}
		}
	}
	f.squares = sums
}

// components returns the connected squares that have bars of about the same angle.
func (f *field) components() (components [][]int) {
	active := f.active()
	for start := range active {
		if !active[start] {
			continue
		}
		members := []int{start}
		active[start] = false
		for next := 0; next < len(members); next++ {
			at := members[next]
			for _, neighbour := range f.neighbours(at) {
				if active[neighbour] && parallel(f.squares[at].angle(), f.squares[neighbour].angle()) {
					active[neighbour] = false
					members = append(members, neighbour)
				}
			}
		}
		if len(members) >= 8 {
			components = append(components, members)
		}
	}
	return components
}

// active marks the squares with strong gradients along one axis.
func (f *field) active() []bool {
	energies := make([]float64, len(f.squares))
	for i, t := range f.squares {
		energies[i] = t.energy() * t.coherence()
	}
	sorted := slices.Sorted(slices.Values(energies))
	active := make([]bool, len(f.squares))
	if len(sorted) == 0 {
		return active
	}
	least := 0.12 * sorted[len(sorted)*98/100]
	for i, t := range f.squares {
		active[i] = energies[i] > least && t.coherence() > 0.2
	}
	return active
}

func (f *field) neighbours(at int) (neighbours []int) {
	x, y := at%f.width, at/f.width
	for v := max(y-1, 0); v <= min(y+1, f.height-1); v++ {
		for u := max(x-1, 0); u <= min(x+1, f.width-1); u++ {
			neighbours = append(neighbours, v*f.width+u)
		}
	}
	return neighbours
}

// parallel reports whether two axes are within 17 degrees of each other.
func parallel(a, b float64) bool { return math.Abs(math.Sin(a-b)) < 0.3 }

// joined joins components that are parts of one symbol: one beside the other, with bars of the same angle.
func (f *field) joined(components [][]int) [][]int {
	for i := 0; i < len(components); i++ {
		for j := 0; j < len(components); j++ {
			if i == j || !f.enclose(components[i], 1).continues(f.enclose(components[j], 1)) {
				continue
			}
			components[i] = append(components[i], components[j]...)
			components = slices.Delete(components, j, j+1)
			i, j = -1, len(components)
		}
	}
	return components
}

// continues reports whether o, which is not larger, is beside r and at the same height.
func (r region) continues(o region) bool {
	if o.weight > r.weight || !parallel(r.angle, o.angle) || o.height > 1.5*r.height {
		return false
	}
	dx, dy := math.Cos(r.angle), math.Sin(r.angle)
	ox := o.x + o.width/2*math.Cos(o.angle) - o.height/2*math.Sin(o.angle) - r.x
	oy := o.y + o.width/2*math.Sin(o.angle) + o.height/2*math.Cos(o.angle) - r.y
	along, across := ox*dx+oy*dy, oy*dx-ox*dy
	gap := max(-along, along-r.width) - o.width/2
	return math.Abs(across-r.height/2) < 0.35*r.height && gap < 0.7*r.height
}

// widened returns the region with margins. They are wider at the ends of the rows, where the start and the stop pattern
// must be in the region as a whole.
func (r region) widened(size float64) region {
	side, dx, dy := size+0.05*r.width+0.15*r.height, math.Cos(r.angle), math.Sin(r.angle)
	r.x, r.y = r.x-side*dx+size*dy, r.y-side*dy-size*dx
	r.width, r.height = r.width+2*side, r.height+2*size
	return r
}

// enclose returns the smallest region of the angle of the squares that has all of them.
func (f *field) enclose(members []int, factor int) region {
	sum := tensor{}
	for _, at := range members {
		sum = sum.plus(f.squares[at])
	}
	angle := sum.angle()
	dx, dy := math.Cos(angle), math.Sin(angle)
	size := float64(cell * factor)
	left, right, top, bottom := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, at := range members {
		x, y := (float64(at%f.width)+0.5)*size, (float64(at/f.width)+0.5)*size
		along, across := x*dx+y*dy, y*dx-x*dy
		left, right = min(left, along), max(right, along)
		top, bottom = min(top, across), max(bottom, across)
	}
	return region{
		angle: angle, weight: sum.energy() * sum.coherence(),
		x: left*dx - top*dy, y: left*dy + top*dx, width: right - left, height: bottom - top,
	}
}
