package nn

import "slices"

// window is the geometry of a convolution or pool over a picture.
type window struct {
	batch, height, width, channels int // of the input
	rows, columns                  int // of the filter
	strideY, strideX               int
	stepY, stepX                   int // between the places of the filter
	top, left                      int // places before the picture
	outHeight, outWidth            int
}

// Window describes the movement of a filter over a picture.
type Window struct {
	Stride [2]int // down and across; 0 is 1
	Dilate [2]int // between the places of the filter; 0 is 1
	Same   bool   // as TensorFlow's SAME; otherwise Pad counts
	Pad    [4]int // places of zero at the top, the bottom, the left and the right
}

func orOne(n int) int {
	if n == 0 {
		return 1
	}
	return n
}

// window returns the geometry of a filter over a value, or false after an error.
func (b *Builder) window(x Value, rows, columns int, w Window) (g window, ok bool) {
	shape := b.values[x].shape
	if len(shape) != 4 {
		b.failf("a picture of shape %v, and it takes 4 dimensions", shape)
		return g, false
	}
	g = window{
		batch: shape[0], height: shape[1], width: shape[2], channels: shape[3], rows: rows, columns: columns,
		strideY: orOne(w.Stride[0]), strideX: orOne(w.Stride[1]),
		stepY: orOne(w.Dilate[0]), stepX: orOne(w.Dilate[1]),
	}
	for _, n := range []int{rows, columns, g.strideY, g.strideX, g.stepY, g.stepX} {
		if n < 1 || n > b.limits.Dimension {
			b.failf("a filter of %d × %d with strides %v and dilation %v", rows, columns, w.Stride, w.Dilate)
			return g, false
		}
	}
	var bottom, right int
	g.outHeight, g.top, bottom = extent(g.height, g.rows, g.strideY, g.stepY, w.Same, w.Pad[0], w.Pad[1])
	g.outWidth, g.left, right = extent(g.width, g.columns, g.strideX, g.stepX, w.Same, w.Pad[2], w.Pad[3])
	if g.outHeight < 1 || g.outWidth < 1 {
		b.failf("a filter of %d × %d does not fit on a picture of %d × %d", rows, columns, g.height, g.width)
		return g, false
	}
	if most := b.limits.Dimension; min(g.top, bottom, g.left, right) < 0 || max(g.top, bottom, g.left, right) > most {
		b.failf("a filter with the padding %v", w.Pad)
		return g, false
	}
	return g, true
}

// extent returns the places of a filter along one side of a picture, and the padding before and after it.
func extent(size, filter, stride, step int, same bool, before, after int) (places, first, last int) {
	reach := (filter-1)*step + 1
	if same {
		places = (size + stride - 1) / stride
		total := max((places-1)*stride+reach-size, 0)
		return places, total / 2, total - total/2
	}
	room := size + before + after - reach
	if room < 0 {
		return 0, before, after
	}
	return room/stride + 1, before, after
}

func (g *window) shape(channels int) []int { return []int{g.batch, g.outHeight, g.outWidth, channels} }

// plain reports whether the filter is one place that visits each pixel once.
func (g *window) plain() bool {
	return g.rows*g.columns == 1 && g.strideX*g.strideY == 1 && g.top+g.left == 0 &&
		g.outHeight == g.height && g.outWidth == g.width
}

// filter returns the numbers and the four dimensions of the constant filter of a convolution of x, or records the
// fault.
func (b *Builder) filter(x, filter Value) (data []float32, shape []int, ok bool) {
	if !b.floats(x, filter) {
		return nil, nil, false
	}
	data, shape = b.numbers(filter, "filter"), b.values[filter].shape
	if b.err == nil && len(shape) != 4 {
		b.failf("a filter of shape %v", shape)
	}
	return data, shape, b.err == nil
}

// Conv2D is a convolution of a picture with a constant filter [rows, columns, channels, results].
func (b *Builder) Conv2D(x, filter Value, w Window) Value {
	data, shape, ok := b.filter(x, filter)
	if !ok {
		return nothing
	}
	g, ok := b.window(x, shape[0], shape[1], w)
	if !ok {
		return nothing
	}
	if shape[2] != g.channels {
		return b.failf("a filter for %d channels on a picture of %d", shape[2], g.channels)
	}
	k := &conv{window: g, depth: shape[0] * shape[1] * shape[2], results: shape[3]}
	if _, err := b.limits.size(g.shape(k.results)); err != nil {
		return b.fail(err)
	}
	k.filter = b.panels(data, k.depth, k.results)
	k.bias = make([]float32, padded(k.results))
	return b.step(g.shape(k.results), k, x)
}

// panel is the number of columns of a product that are computed together.
const panel = 16

func padded(n int) int { return (n + panel - 1) / panel * panel }

// panels reorders a matrix [depth, columns] into panels of 16 columns: panel by panel, row by row.
func (b *Builder) panels(data []float32, depth, columns int) []float32 {
	size := times(depth, padded(columns))
	if !b.weigh(size) {
		return nil
	}
	out := make([]float32, size)
	for j := 0; j < columns; j += panel {
		part := out[j*depth : (j+panel)*depth]
		n := min(panel, columns-j)
		for p := range depth {
			copy(part[p*panel:p*panel+n], data[p*columns+j:])
		}
	}
	return out
}

// conv is a convolution as a product of matrices: the rows are the parts of the picture under the filter.
type conv struct {
	window
	depth, results int
	filter         []float32 // in panels
	linear
}

// linear is the part of a convolution or product after the sum: a bias for each result, another tensor, an activation.
type linear struct {
	bias  []float32 // padded to panels
	slope []float32 // of prelu, for each result
	rest  bool      // the second input is added
	act   activation
}

// partRows is the number of rows of a product that are computed together: they stay in the cache.
func partRows(depth int) int { return min(max(32<<10/max(depth, 1), 4), 256) &^ 3 }

func (k *conv) need() (work int64, scratch int) {
	work = times(k.batch, k.outHeight, k.outWidth, k.depth, k.results)
	if k.plain() {
		return work, 0
	}
	return work, int(min(times(partRows(k.depth), k.depth), 1<<31))
}

func (k *conv) run(set *machine, out []float32, in [][]float32, scratch []float32) {
	rows := k.outHeight * k.outWidth
	picture := k.height * k.width * k.channels
	part := partRows(k.depth)
	for n := range k.batch {
		x := in[0][n*picture : (n+1)*picture]
		for first := 0; first < rows; first += part {
			count := min(part, rows-first)
			a := scratch
			if k.plain() {
				a = x[first*k.depth:]
			} else {
				k.gather(a, x, first, count)
			}
			at := (n*rows + first) * k.results
			var rest []float32
			if k.rest {
				rest = in[1][at:]
			}
			k.multiply(set, product2{count, k.depth, k.results}, out[at:], a, k.filter, rest)
		}
	}
}

// gather copies the parts of a picture under the filter: a row for each place of the result.
func (k *conv) gather(rows, x []float32, first, count int) {
	line := k.columns * k.channels
	for r := range count {
		y, column := (first+r)/k.outWidth*k.strideY-k.top, (first+r)%k.outWidth*k.strideX-k.left
		row := rows[r*k.depth : (r+1)*k.depth]
		for i := range k.rows {
			part := row[i*line : (i+1)*line]
			if at := y + i*k.stepY; at >= 0 && at < k.height {
				k.gatherLine(part, x[at*k.width*k.channels:(at+1)*k.width*k.channels], column)
			} else {
				clear(part)
			}
		}
	}
}

func (k *conv) gatherLine(part, line []float32, column int) {
	c := k.channels
	if k.stepX == 1 && column >= 0 && column+k.columns <= k.width {
		copy(part, line[column*c:])
		return
	}
	for j := range k.columns {
		if at := column + j*k.stepX; at >= 0 && at < k.width {
			copy(part[j*c:(j+1)*c], line[at*c:])
		} else {
			clear(part[j*c : (j+1)*c])
		}
	}
}

// product2 is the size of a product of matrices: [rows, depth] by [depth, columns].
type product2 struct{ rows, depth, columns int }

// multiply writes the product of a and of b, which is in panels, to c.
func (l *linear) multiply(set *machine, p product2, c, a, b, rest []float32) {
	if p.rows == 1 {
		l.multiplyRow(set, p, c, a, b, rest)
		return
	}
	for j := 0; j < p.columns; j += panel {
		cols := min(panel, p.columns-j)
		set.part = part{
			rows: p.rows, depth: p.depth, cols: cols, a: a, b: b[j*p.depth : (j+panel)*p.depth],
			out: c[j:], stride: p.columns, bias: l.bias[j : j+panel], act: &l.act,
		}
		if rest != nil {
			set.part.rest = rest[j:]
		}
		if l.slope != nil {
			set.part.slope = l.slope[j : j+cols]
		}
		set.panel(set, &set.part)
	}
}

func (l *linear) multiplyRow(set *machine, p product2, c, a, b, rest []float32) {
	tile := (*[16]float32)(set.product[:])
	for j := 0; j < p.columns; j += panel {
		set.row(tile, a[:p.depth], b[j*p.depth:(j+panel)*p.depth])
		l.finish(set, c, tile, rest, 0, j, min(panel, p.columns-j))
	}
}

// finish writes the columns from j on of a row, which begins at the offset at of rest.
func (l *linear) finish(set *machine, row []float32, x *[16]float32, rest []float32, at, j, cols int) {
	var slope []float32
	if l.slope != nil {
		slope = l.slope[j : j+cols]
	}
	if rest != nil {
		rest = rest[at+j : at+j+cols]
	}
	set.finish(row[j:j+cols], x, l.bias[j:j+panel], slope, rest, &l.act)
}

// DepthwiseConv2D is a convolution of each channel of a picture with its constant filters [rows, columns, channels,
// multiplier]: channel c has the results c·multiplier to (c+1)·multiplier − 1.
func (b *Builder) DepthwiseConv2D(x, filter Value, w Window) Value {
	data, shape, ok := b.filter(x, filter)
	if !ok {
		return nothing
	}
	if many := shape[3]; many > 1 {
		x = b.repeat(x, many)
		if x == nothing {
			return nothing
		}
	}
	g, ok := b.window(x, shape[0], shape[1], w)
	if !ok {
		return nothing
	}
	if shape[2]*shape[3] != g.channels {
		return b.failf("a filter for %d channels on a picture of %d", shape[2], g.channels/shape[3])
	}
	k := &depthwise{window: g, filter: slices.Clone(data), linear: linear{bias: make([]float32, padded(g.channels))}}
	if !b.weigh(int64(len(data))) {
		return nothing
	}
	return b.step(g.shape(g.channels), k, x)
}

// depthwise is a convolution of each channel by itself.
type depthwise struct {
	window
	filter []float32 // [rows, columns, channels]
	linear
}

func (k *depthwise) need() (work int64, scratch int) {
	return times(k.batch, k.outHeight, k.outWidth, k.channels, k.rows, k.columns), 0
}

func (k *depthwise) run(set *machine, out []float32, in [][]float32, _ []float32) {
	picture, line := k.height*k.width*k.channels, k.outWidth*k.channels
	for n := range k.batch {
		x := in[0][n*picture : (n+1)*picture]
		for y := range k.outHeight {
			at := (n*k.outHeight + y) * line
			k.line(set, out[at:at+line], x, y)
			if k.rest {
				set.add(out[at:at+line], out[at:at+line], in[1][at:at+line])
			}
			if k.act.kind == actClip {
				set.clip(out[at:at+line], k.act.lo, k.act.hi)
			} else {
				k.act.apply(out[at:at+line], k.channels)
			}
		}
	}
}

// line computes line y of the result. Pixels with the whole filter on the picture share their taps.
func (k *depthwise) line(set *machine, out, x []float32, y int) {
	c, shared := k.channels, 0
	for column := range k.outWidth {
		left := column*k.strideX - k.left
		whole := left >= 0 && left+(k.columns-1)*k.stepX < k.width
		if !whole || shared == 0 {
			set.places = k.taps(set.places[:0], y, column)
		}
		switch {
		case !whole:
			shared = 0
			set.taps(out[column*c:(column+1)*c], k.bias, x, k.filter, set.places)
		case shared == 0:
			shared = column + 1
			fallthrough
		default:
			set.taps(out[column*c:(column+1)*c], k.bias, x[(column+1-shared)*k.strideX*c:], k.filter, set.places)
		}
	}
}

// taps appends the places of the filter that are on the picture.
func (g *window) taps(taps []tap, y, column int) []tap {
	for i := range g.rows {
		atY := y*g.strideY - g.top + i*g.stepY
		if atY < 0 || atY >= g.height {
			continue
		}
		for j := range g.columns {
			if atX := column*g.strideX - g.left + j*g.stepX; atX >= 0 && atX < g.width {
				taps = append(taps, tap{(atY*g.width + atX) * g.channels, (i*g.columns + j) * g.channels})
			}
		}
	}
	return taps
}

// MatMul is the product of a matrix [rows, depth] and a constant one [depth, columns].
func (b *Builder) MatMul(x, matrix Value) Value {
	if !b.floats(x, matrix) {
		return nothing
	}
	data := b.numbers(matrix, "matrix")
	if b.err != nil {
		return nothing
	}
	left, right := b.values[x].shape, b.values[matrix].shape
	if len(left) != 2 || len(right) != 2 || left[1] != right[0] {
		return b.failf("a product of the shapes %v and %v", left, right)
	}
	k := &matmul{size: product2{left[0], left[1], right[1]}}
	k.filter = b.panels(data, right[0], right[1])
	k.bias = make([]float32, padded(right[1]))
	return b.step([]int{left[0], right[1]}, k, x)
}

// matmul is a product with a constant matrix.
type matmul struct {
	size   product2
	filter []float32 // in panels
	linear
}

func (k *matmul) need() (work int64, scratch int) {
	return times(k.size.rows, k.size.depth, k.size.columns), 0
}

func (k *matmul) run(set *machine, out []float32, in [][]float32, _ []float32) {
	var rest []float32
	if k.rest {
		rest = in[1]
	}
	k.multiply(set, k.size, out, in[0], k.filter, rest)
}
