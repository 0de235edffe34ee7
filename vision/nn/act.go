package nn

import "math"

// activation is a function of one number that other kernels apply to their result.
type activation struct {
	kind   actKind
	lo, hi float32   // of clip; a number below lo becomes lo
	slope  []float32 // of prelu: one number, or one for each channel
}

type actKind int

const (
	actNone actKind = iota
	actClip
	actPrelu
	actSigmoid
	actTanh
)

var inf = float32(math.Inf(1))

// clipped returns the activation followed by max(lo, min(x, hi)); able tells that it can be one.
func (a activation) clipped(lo, hi float32) (both activation, able bool) {
	switch a.kind {
	case actNone:
		return activation{kind: actClip, lo: lo, hi: hi}, true
	case actClip:
		return activation{kind: actClip, lo: max(lo, min(a.lo, hi)), hi: max(lo, min(a.hi, hi))}, true
	default:
		return a, false
	}
}

// apply applies the activation to rows of channels numbers.
func (a *activation) apply(x []float32, channels int) {
	switch a.kind {
	case actClip:
		clip(x, a.lo, a.hi)
	case actPrelu:
		if len(a.slope) == 1 {
			leak(x, a.slope[0])
			return
		}
		for ; len(x) >= channels; x = x[channels:] {
			leakEach(x[:channels], a.slope)
		}
	case actSigmoid:
		for i, v := range x {
			x[i] = sigmoid(v)
		}
	case actTanh:
		for i, v := range x {
			x[i] = float32(math.Tanh(float64(v)))
		}
	}
}

// finish applies the activation to a part of a row; slope is that part of prelu's.
func (a *activation) finish(x, slope []float32) {
	switch a.kind {
	case actNone:
	case actClip:
		clip(x, a.lo, a.hi)
	case actPrelu:
		leakEach(x, slope)
	default:
		a.apply(x, len(x))
	}
}

func sigmoid(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }

func clip(x []float32, lo, hi float32) {
	for i, v := range x {
		if v < lo {
			x[i] = lo
		} else if v > hi {
			x[i] = hi
		}
	}
}

func leak(x []float32, slope float32) {
	for i, v := range x {
		if v < 0 {
			x[i] = v * slope
		}
	}
}

func leakEach(x, slope []float32) {
	slope = slope[:len(x)]
	for i, v := range x {
		if v < 0 {
			x[i] = v * slope[i]
		}
	}
}
