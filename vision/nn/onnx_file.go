package nn

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// onnxFile is the part of a ModelProto that is used (onnx.proto of ONNX 1.17).
type onnxFile struct {
	constants []*onnxTensor
	inputs    []onnxInput
	outputs   []string
	nodes     []*onnxNode
}

type onnxInput struct {
	name  string
	kind  int64
	shape []int64 // 0 where a dimension is open
}

type onnxNode struct {
	name, op, domain string
	inputs, outputs  []string
	attributes       map[string]*onnxAttribute
}

// onnxAttribute is an attribute of a node. Its members are zero where the file has none.
type onnxAttribute struct {
	f      float32
	i      int64
	s      string
	tensor *onnxTensor
	floats []float32
	ints   []int64
}

// onnxTensor is a constant: data, or ints for one of integers.
type onnxTensor struct {
	name  string
	shape []int
	data  []float32
	ints  []int64
}

// Types of numbers (TensorProto.DataType).
const (
	onnxFloat   = 1
	onnxInt32   = 6
	onnxInt64   = 7
	onnxFloat16 = 10
	onnxDouble  = 11
)

// message is a message of protobuf: it calls a function with each field. Groups, which ONNX has not, are an error.
func message(data []byte, field func(n protowire.Number, f wireField) error) error {
	for len(data) > 0 {
		number, kind, size := protowire.ConsumeTag(data)
		if size < 0 {
			return errONNX
		}
		data = data[size:]
		f := wireField{kind: kind}
		switch kind {
		case protowire.VarintType:
			f.number, size = protowire.ConsumeVarint(data)
		case protowire.Fixed32Type:
			var n uint32
			n, size = protowire.ConsumeFixed32(data)
			f.number = uint64(n)
		case protowire.Fixed64Type:
			f.number, size = protowire.ConsumeFixed64(data)
		case protowire.BytesType:
			f.bytes, size = protowire.ConsumeBytes(data)
		default:
			return errONNX
		}
		if size < 0 {
			return errONNX
		}
		data = data[size:]
		if err := field(number, f); err != nil {
			return err
		}
	}
	return nil
}

// wireField is a value on the wire: number, or bytes.
type wireField struct {
	kind   protowire.Type
	number uint64
	bytes  []byte
}

func (f wireField) integer() int64 { return int64(f.number) }

func (f wireField) float() float32 { return math.Float32frombits(uint32(f.number)) }

// integers appends the numbers of a repeated field, which may be packed.
func (r *onnxReader) integers(list []int64, f wireField) ([]int64, error) {
	if f.kind != protowire.BytesType {
		return append(list, f.integer()), r.entry()
	}
	for data := f.bytes; len(data) > 0; {
		n, size := protowire.ConsumeVarint(data)
		if size < 0 {
			return nil, errONNX
		}
		if err := r.entry(); err != nil {
			return nil, err
		}
		list, data = append(list, int64(n)), data[size:]
	}
	return list, nil
}

// floats appends the numbers of a repeated field, which may be packed.
func (f wireField) floats(list []float32) ([]float32, error) {
	if f.kind != protowire.BytesType {
		return append(list, f.float()), nil
	}
	if len(f.bytes)%4 != 0 {
		return nil, errONNX
	}
	for at := 0; at < len(f.bytes); at += 4 {
		list = append(list, math.Float32frombits(binary.LittleEndian.Uint32(f.bytes[at:])))
	}
	return list, nil
}

// onnxReader parses a file. Weights take no more memory than the file, nearly; names and integers, which may be a byte
// long there, are counted.
type onnxReader struct {
	limits  Limits
	entries int
}

// entriesOfNode is the number of names, attributes and integers of a node that the limit of nodes stands for.
const entriesOfNode = 64

// entry counts a name, an attribute or an integer.
func (r *onnxReader) entry() error {
	if r.entries++; r.entries > r.limits.Nodes*entriesOfNode {
		return fmt.Errorf("%w: more than %d names and integers", ErrLimit, r.limits.Nodes*entriesOfNode)
	}
	return nil
}

// readONNX parses a file. The limits bound the number of its nodes and the sizes of its tensors.
func readONNX(data []byte, limits Limits) (*onnxFile, error) {
	r := &onnxReader{limits: limits}
	file := &onnxFile{}
	graphs := 0
	err := message(data, func(n protowire.Number, f wireField) error {
		if n != 7 { // graph
			return nil
		}
		graphs++
		return r.graph(file, f.bytes)
	})
	if err == nil && graphs != 1 {
		err = errONNX
	}
	return file, err
}

func (r *onnxReader) graph(file *onnxFile, data []byte) error {
	return message(data, func(n protowire.Number, f wireField) error {
		if len(file.nodes)+len(file.constants)+len(file.inputs)+len(file.outputs) >= r.limits.Nodes {
			return fmt.Errorf("%w: more than %d nodes and constants", ErrLimit, r.limits.Nodes)
		}
		switch n {
		case 1: // node
			node, err := r.node(f.bytes)
			file.nodes = append(file.nodes, node)
			return err
		case 5: // initializer
			t, err := r.tensor(f.bytes)
			file.constants = append(file.constants, t)
			return err
		case 11: // input
			in, err := r.input(f.bytes)
			file.inputs = append(file.inputs, in)
			return err
		case 12: // output
			out, err := r.input(f.bytes)
			file.outputs = append(file.outputs, out.name)
			return err
		case 15: // sparse_initializer
			return fmt.Errorf("sparse weights are not supported")
		}
		return nil
	})
}

func (r *onnxReader) node(data []byte) (*onnxNode, error) {
	node := &onnxNode{attributes: map[string]*onnxAttribute{}}
	err := message(data, func(n protowire.Number, f wireField) error {
		switch n {
		case 1:
			node.inputs = append(node.inputs, string(f.bytes))
			return r.entry()
		case 2:
			node.outputs = append(node.outputs, string(f.bytes))
			return r.entry()
		case 3:
			node.name = string(f.bytes)
		case 4:
			node.op = string(f.bytes)
		case 5:
			name, a, err := r.attribute(f.bytes)
			if err != nil {
				return err
			}
			node.attributes[name] = a
			return r.entry()
		case 7:
			node.domain = string(f.bytes)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("node %q (%s): %w", node.name, node.op, err)
	}
	return node, nil
}

func (r *onnxReader) attribute(data []byte) (name string, a *onnxAttribute, err error) {
	a = &onnxAttribute{}
	err = message(data, func(n protowire.Number, f wireField) (err error) {
		switch n {
		case 1:
			name = string(f.bytes)
		case 2:
			a.f = f.float()
		case 3:
			a.i = f.integer()
		case 4:
			a.s = string(f.bytes)
		case 5:
			a.tensor, err = r.tensor(f.bytes)
		case 7:
			a.floats, err = f.floats(a.floats)
		case 8:
			a.ints, err = r.integers(a.ints, f)
		}
		return err
	})
	return name, a, err
}

func (r *onnxReader) input(data []byte) (in onnxInput, err error) {
	err = message(data, func(n protowire.Number, f wireField) error {
		switch n {
		case 1:
			in.name = string(f.bytes)
		case 2: // type
			return message(f.bytes, func(n protowire.Number, f wireField) error {
				if n != 1 { // tensor_type
					return nil
				}
				return in.tensor(r, f.bytes)
			})
		}
		return nil
	})
	return in, err
}

func (in *onnxInput) tensor(r *onnxReader, data []byte) error {
	return message(data, func(n protowire.Number, f wireField) error {
		switch n {
		case 1: // elem_type
			in.kind = f.integer()
		case 2: // shape
			return message(f.bytes, func(n protowire.Number, f wireField) error {
				if n != 1 { // dim
					return nil
				}
				size := int64(0)
				err := message(f.bytes, func(n protowire.Number, f wireField) error {
					if n == 1 { // dim_value
						size = f.integer()
					}
					return nil
				})
				if err == nil {
					err = r.entry()
				}
				in.shape = append(in.shape, size)
				return err
			})
		}
		return nil
	})
}

// tensorFields are the fields of a TensorProto.
type tensorFields struct {
	name   string
	dims   []int64
	kind   int64
	floats []float32
	ints   []int64
	raw    []byte
}

func (r *onnxReader) tensor(data []byte) (*onnxTensor, error) {
	var t tensorFields
	err := message(data, func(n protowire.Number, f wireField) (err error) {
		switch n {
		case 1:
			t.dims, err = r.integers(t.dims, f)
		case 2:
			t.kind = f.integer()
		case 4:
			t.floats, err = f.floats(t.floats)
		case 5, 7:
			t.ints, err = r.integers(t.ints, f)
		case 8:
			t.name = string(f.bytes)
		case 9:
			t.raw = f.bytes
		case 13, 14:
			if n == 13 || f.number != 0 {
				return fmt.Errorf("weights outside of the file are not supported")
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("weight %q: %w", t.name, err)
	}
	out, err := t.tensor(r.limits)
	if err != nil {
		return nil, fmt.Errorf("weight %q: %w", t.name, err)
	}
	return out, nil
}

// tensor checks the size of the fields, and converts the numbers.
func (t *tensorFields) tensor(limits Limits) (*onnxTensor, error) {
	shape := make([]int, len(t.dims))
	empty := len(t.dims) == 1 && t.dims[0] == 0 // a list without members
	for i, d := range t.dims {
		if d < 1 && !empty || d > math.MaxInt32 {
			return nil, fmt.Errorf("the shape %v", t.dims)
		}
		shape[i] = int(d)
	}
	size := 0
	if !empty {
		var err error
		if size, err = limits.size(shape); err != nil {
			return nil, err
		}
	}
	out := &onnxTensor{name: t.name, shape: shape}
	var err error
	switch t.kind {
	case onnxFloat, onnxFloat16, onnxDouble:
		out.data, err = t.numbers(size)
	case onnxInt32, onnxInt64:
		out.ints, err = t.wholes(size)
	default:
		err = fmt.Errorf("numbers of the type %d", t.kind)
	}
	return out, err
}

// numbers returns size numbers of a type of floating point.
func (t *tensorFields) numbers(size int) ([]float32, error) {
	if t.kind == onnxFloat && t.raw == nil {
		if len(t.floats) != size {
			return nil, fmt.Errorf("%d numbers for the shape %v", len(t.floats), t.dims)
		}
		return t.floats, nil
	}
	width := map[int64]int{onnxFloat: 4, onnxFloat16: 2, onnxDouble: 8}[t.kind]
	if len(t.raw) != size*width {
		return nil, fmt.Errorf("%d bytes for the shape %v", len(t.raw), t.dims)
	}
	out := make([]float32, size)
	for i := range out {
		at := t.raw[i*width:]
		switch t.kind {
		case onnxFloat:
			out[i] = math.Float32frombits(binary.LittleEndian.Uint32(at))
		case onnxFloat16:
			out[i] = half(binary.LittleEndian.Uint16(at))
		default:
			out[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(at)))
		}
	}
	return out, nil
}

// wholes returns size integers.
func (t *tensorFields) wholes(size int) ([]int64, error) {
	if t.raw == nil {
		if len(t.ints) != size {
			return nil, fmt.Errorf("%d integers for the shape %v", len(t.ints), t.dims)
		}
		return append([]int64{}, t.ints...), nil
	}
	width := 8
	if t.kind == onnxInt32 {
		width = 4
	}
	if len(t.raw) != size*width {
		return nil, fmt.Errorf("%d bytes for the shape %v", len(t.raw), t.dims)
	}
	out := make([]int64, size)
	for i := range out {
		at := t.raw[i*width:]
		if width == 4 {
			out[i] = int64(int32(binary.LittleEndian.Uint32(at)))
		} else {
			out[i] = int64(binary.LittleEndian.Uint64(at))
		}
	}
	return out, nil
}
