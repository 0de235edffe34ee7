// Package glyph tells the characters of a machine-readable zone apart. It is a small network (one hidden layer).
// Its weights are made by scripts/train-zone from drawings of OCR-B.
//
// A cell is the picture of one character: Width × Height values, Width being Span pitches and Height being Tall
// heights of a capital letter, with the character in the middle.
package glyph

import (
	"bytes"
	_ "embed" // the weights
	"encoding/binary"
	"errors"
	"math"
	"sync"
)

// The sizes of a cell, in pixels and on the page.
const (
	Width  = 20
	Height = 24
	Cell   = Width * Height
	Span   = 1.25 // pitches
	Tall   = 1.5  // heights of a capital letter
)

// Characters are the classes, but for None.
const Characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"

// None is the class of cells without a character in the middle. Classes is the number of all.
const (
	None    = len(Characters)
	Classes = None + 1
)

// Hidden is the number of hidden units.
const Hidden = 96

//go:embed weights.bin
var weights []byte

// Net is a network. Its methods may be called from several goroutines.
type Net struct {
	// First has the weights of the hidden units, one after the other; Second those of the classes.
	First, Second [][]float32
	// FirstBias and SecondBias are their biases.
	FirstBias, SecondBias []float32
}

// Default returns the network that comes with the program.
var Default = sync.OnceValue(func() *Net {
	net, err := Unmarshal(weights)
	if err != nil {
		panic(err) // the weights are compiled in
	}
	return net
})

// New returns a network of zeros.
func New() *Net {
	net := &Net{FirstBias: make([]float32, Hidden), SecondBias: make([]float32, Classes)}
	for range Hidden {
		net.First = append(net.First, make([]float32, Cell))
	}
	for range Classes {
		net.Second = append(net.Second, make([]float32, Hidden))
	}
	return net
}

// Classify sets out to the probability of each class for a normalized cell.
func (n *Net) Classify(cell *[Cell]float32, out *[Classes]float32) {
	var hidden [Hidden]float32
	n.Forward(cell, &hidden, out)
}

// Forward is Classify, which also returns the hidden units, as training needs them.
func (n *Net) Forward(cell *[Cell]float32, hidden *[Hidden]float32, out *[Classes]float32) {
	for i := range hidden {
		hidden[i] = max(0, n.FirstBias[i]+dot(n.First[i], cell[:]))
	}
	top := float32(math.Inf(-1))
	for i := range out {
		out[i] = n.SecondBias[i] + dot(n.Second[i], hidden[:])
		top = max(top, out[i])
	}
	sum := float32(0)
	for i := range out {
		out[i] = float32(math.Exp(float64(out[i] - top)))
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
}

// dot returns the sum of products, in four sums, so that the processor can work on all of them at once.
func dot(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	for i := 0; i+3 < len(a); i += 4 {
		x, y := a[i:i+4:i+4], b[i:i+4:i+4]
		s0 += x[0] * y[0]
		s1 += x[1] * y[1]
		s2 += x[2] * y[2]
		s3 += x[3] * y[3]
	}
	return s0 + s1 + s2 + s3
}

// Normalize shifts the values of a cell to a mean of 0 and scales them to a deviation of 1. Deviations below floor are
// taken as floor, so that the noise of an empty cell stays small.
func Normalize(cell *[Cell]float32, floor float32) {
	sum, squares := float32(0), float32(0)
	for _, v := range cell {
		sum += v
		squares += v * v
	}
	mean := sum / Cell
	deviation := float32(math.Sqrt(float64(max(0, squares/Cell-mean*mean))))
	scale := 1 / max(deviation, floor, 1e-3)
	for i := range cell {
		cell[i] = (cell[i] - mean) * scale
	}
}

// Marshal returns the weights, rounded to eight bits in each row.
func (n *Net) Marshal() []byte {
	var out bytes.Buffer
	for _, row := range append(append([][]float32{}, n.First...), n.Second...) {
		largest := float32(0)
		for _, w := range row {
			largest = max(largest, float32(math.Abs(float64(w))))
		}
		scale := max(largest/127, 1e-12)
		put(&out, scale)
		for _, w := range row {
			out.WriteByte(byte(int8(math.RoundToEven(float64(w / scale)))))
		}
	}
	for _, bias := range [][]float32{n.FirstBias, n.SecondBias} {
		for _, b := range bias {
			put(&out, b)
		}
	}
	return out.Bytes()
}

func put(out *bytes.Buffer, v float32) {
	var b [4]byte
	binary.LittleEndian.PutUint32(b[:], math.Float32bits(v))
	out.Write(b[:])
}

// Unmarshal reads weights that Marshal has made.
func Unmarshal(data []byte) (*Net, error) {
	if len(data) != Hidden*(4+Cell)+Classes*(4+Hidden)+4*(Hidden+Classes) {
		return nil, errors.New("glyph: the weights have another size")
	}
	next := func() float32 {
		v := math.Float32frombits(binary.LittleEndian.Uint32(data))
		data = data[4:]
		return v
	}
	net := New()
	for _, rows := range [][][]float32{net.First, net.Second} {
		for _, row := range rows {
			scale := next()
			for i := range row {
				row[i] = float32(int8(data[i])) * scale
			}
			data = data[len(row):]
		}
	}
	for _, bias := range [][]float32{net.FirstBias, net.SecondBias} {
		for i := range bias {
			bias[i] = next()
		}
	}
	return net, nil
}

// Floor is the least deviation of a cell with a character, as a share of the contrast between ink and paper.
const Floor = 0.12
