package nn

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
)

// weightGroup is a group of a weights manifest of TensorFlow.js: tensors that lie one after another in shards.
type weightGroup struct {
	Paths   []string      `json:"paths"`
	Weights []weightEntry `json:"weights"`
}

type weightEntry struct {
	Name         string        `json:"name"`
	Dtype        string        `json:"dtype"`
	Shape        []int         `json:"shape"`
	Quantization *quantization `json:"quantization"`
}

type quantization struct {
	Dtype         string   `json:"dtype"`
	OriginalDtype string   `json:"original_dtype"`
	Scale         *float64 `json:"scale"`
	Min           float64  `json:"min"`
}

// Weights are named constants.
type Weights map[string]Tensor

// LoadWeights reads a weights manifest of TensorFlow.js that stands alone, without a graph, and its shards in the same
// folder.
func LoadWeights(files fs.FS, manifest string, limits Limits) (Weights, error) {
	r := reader{files: files, folder: path.Dir(manifest), limits: limits.withDefaults()}
	r.left = r.limits.File
	text, err := r.read(path.Base(manifest))
	if err != nil {
		return nil, err
	}
	var groups []weightGroup
	if err := json.Unmarshal(text, &groups); err != nil {
		return nil, fmt.Errorf("nn: parse %s: %w", manifest, err)
	}
	read, err := r.weights(groups)
	if err != nil {
		return nil, err
	}
	list := make(Weights, len(read))
	for name, w := range read {
		if w.ints != nil {
			return nil, fmt.Errorf("nn: weight %s has integers", name)
		}
		list[name] = Tensor{Shape: w.shape, Data: w.data}
	}
	return list, nil
}

// reader reads the files of a model in a folder.
type reader struct {
	files  fs.FS
	folder string
	limits Limits
	left   int64 // bytes that the files may still have
	total  int64 // numbers in the weights so far
}

func (r *reader) read(name string) ([]byte, error) {
	full := path.Join(r.folder, name)
	if path.IsAbs(name) || !fs.ValidPath(name) || !fs.ValidPath(full) {
		return nil, fmt.Errorf("nn: the file name %q", name)
	}
	f, err := r.files.Open(full)
	if err != nil {
		return nil, fmt.Errorf("nn: %w", err)
	}
	defer func() { _ = f.Close() }()
	data, err := readUpTo(f, r.left)
	if err != nil {
		return nil, fmt.Errorf("nn: read %s: %w", full, err)
	}
	r.left -= int64(len(data))
	return data, nil
}

// readUpTo reads all of a file of at most as many bytes.
func readUpTo(f io.Reader, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrLimit, most)
	}
	return data, err
}

// weight is a constant of a manifest: numbers or integers.
type weight struct {
	shape []int
	data  []float32
	ints  []int64
}

func (r *reader) weights(groups []weightGroup) (map[string]weight, error) {
	all := map[string]weight{}
	for _, g := range groups {
		var data []byte
		for _, shard := range g.Paths {
			part, err := r.read(shard)
			if err != nil {
				return nil, err
			}
			data = append(data, part...)
		}
		for _, e := range g.Weights {
			if _, twice := all[e.Name]; twice {
				return nil, fmt.Errorf("nn: weight %s is there twice", e.Name)
			}
			w, rest, err := r.weight(e, data)
			if err != nil {
				return nil, fmt.Errorf("nn: weight %s: %w", e.Name, err)
			}
			all[e.Name], data = w, rest
		}
		if len(data) > 0 {
			return nil, fmt.Errorf("nn: %d bytes of weights are left over", len(data))
		}
	}
	return all, nil
}

// weight reads one tensor from the start of data, and returns the rest.
func (r *reader) weight(e weightEntry, data []byte) (w weight, rest []byte, err error) {
	size := 0
	if !empty(e.Shape) {
		if size, err = r.limits.size(e.Shape); err != nil {
			return w, nil, err
		}
	}
	if r.total = plus(r.total, int64(size)); r.total > r.limits.Weights {
		return w, nil, fmt.Errorf("%w: more than %d numbers in weights", ErrLimit, r.limits.Weights)
	}
	stored := e.Dtype
	if e.Quantization != nil {
		stored = e.Quantization.Dtype
	}
	width := map[string]int{"float32": 4, "int32": 4, "float16": 2, "uint16": 2, "uint8": 1, "bool": 1}[stored]
	if width == 0 {
		return w, nil, fmt.Errorf("numbers of type %q", stored)
	}
	if len(data)/width < size {
		return w, nil, fmt.Errorf("%d bytes are there of %d numbers of type %s", len(data), size, stored)
	}
	w.shape = e.Shape
	raw, rest := data[:size*width], data[size*width:]
	switch e.Dtype {
	case "int32", "bool":
		w.ints, err = integersOf(raw, stored, e.Quantization, size)
	case "float32":
		w.data, err = floatsOf(raw, stored, e.Quantization, size)
	default:
		err = fmt.Errorf("numbers of type %q", e.Dtype)
	}
	return w, rest, err
}

// empty reports whether a shape has a dimension 0. Constants of such shapes stand for empty lists.
func empty(shape []int) bool { return len(shape) == 1 && shape[0] == 0 }

var errQuantization = errors.New("a quantization that is not understood")

func integersOf(raw []byte, stored string, q *quantization, size int) ([]int64, error) {
	out := make([]int64, size)
	if q != nil {
		numbers, err := floatsOf(raw, stored, q, size)
		if err != nil || stored == "float16" {
			return nil, errors.Join(errQuantization, err)
		}
		for i, v := range numbers {
			out[i] = int64(math.Round(float64(min(max(v, math.MinInt32), math.MaxInt32))))
		}
		return out, nil
	}
	for i := range out {
		switch stored {
		case "int32":
			out[i] = int64(int32(binary.LittleEndian.Uint32(raw[4*i:])))
		default:
			out[i] = int64(raw[i])
		}
	}
	return out, nil
}

func floatsOf(raw []byte, stored string, q *quantization, size int) ([]float32, error) {
	decode, able := decoders[stored]
	if !able || (q == nil) != (stored == "float32") {
		return nil, errQuantization
	}
	scale, least := 1.0, 0.0
	if stored == "uint8" || stored == "uint16" {
		if q.Scale == nil {
			return nil, errQuantization
		}
		scale, least = *q.Scale, q.Min
	}
	out := make([]float32, size)
	for i := range out {
		out[i] = decode(raw, i, scale, least)
	}
	return out, nil
}

// decoders return number i of bytes.
var decoders = map[string]func(raw []byte, i int, scale, least float64) float32{
	"float32": func(raw []byte, i int, _, _ float64) float32 {
		return math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	},
	"float16": func(raw []byte, i int, _, _ float64) float32 { return half(binary.LittleEndian.Uint16(raw[2*i:])) },
	"uint16": func(raw []byte, i int, scale, least float64) float32 {
		return float32(float64(binary.LittleEndian.Uint16(raw[2*i:]))*scale + least)
	},
	"uint8": func(raw []byte, i int, scale, least float64) float32 { return float32(float64(raw[i])*scale + least) },
}

// half returns the number of 16 bits as IEEE 754 encodes it.
func half(bits uint16) float32 {
	sign := float32(1)
	if bits>>15 == 1 {
		sign = -1
	}
	exponent, fraction := int(bits>>10&31), float64(bits&1023)
	switch exponent {
	case 0:
		return sign * float32(math.Ldexp(fraction, -24))
	case 31:
		if fraction != 0 {
			return float32(math.NaN())
		}
		return sign * inf
	default:
		return sign * float32(math.Ldexp(1024+fraction, exponent-25))
	}
}
