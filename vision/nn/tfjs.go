package nn

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// tfFile is model.json of a graph model of TensorFlow.js.
type tfFile struct {
	Format        string `json:"format"`
	ModelTopology struct {
		Node []*tfNode `json:"node"`
	} `json:"modelTopology"`
	WeightsManifest []weightGroup `json:"weightsManifest"`
	Signature       struct {
		Outputs map[string]struct {
			Name string `json:"name"`
		} `json:"outputs"`
	} `json:"signature"`
}

type tfNode struct {
	Name  string            `json:"name"`
	Op    string            `json:"op"`
	Input []string          `json:"input"`
	Attr  map[string]tfAttr `json:"attr"`
}

// tfAttr is an attribute of a node: a protobuf message in JSON, with bytes in base64 and large integers as strings.
type tfAttr struct {
	S    string      `json:"s"`
	I    json.Number `json:"i"`
	F    json.Number `json:"f"`
	B    bool        `json:"b"`
	Type string      `json:"type"`
	List struct {
		S []string      `json:"s"`
		I []json.Number `json:"i"`
	} `json:"list"`
	Shape struct {
		Dim []struct {
			Size json.Number `json:"size"`
		} `json:"dim"`
	} `json:"shape"`
}

// LoadTFJS reads a graph model of TensorFlow.js: its model.json and the shards that this names, in the same folder. The
// batch, where the model leaves it open, is 1. An output has the name that the model's signature gives it, without :0,
// or the name of its node. Nodes that more names are outputs, too.
func LoadTFJS(files fs.FS, manifest string, limits Limits, more ...string) (*Model, error) {
	r := reader{files: files, folder: path.Dir(manifest), limits: limits.withDefaults()}
	r.left = r.limits.File
	text, err := r.read(path.Base(manifest))
	if err != nil {
		return nil, err
	}
	var file tfFile
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("nn: parse %s: %w", manifest, err)
	}
	weights, err := r.weights(file.WeightsManifest)
	if err != nil {
		return nil, err
	}
	t := &tfGraph{Builder: NewBuilder(limits), weights: weights, values: map[string]Value{}}
	m, err := t.build(&file, more)
	if err != nil {
		return nil, fmt.Errorf("nn: %s: %w", manifest, err)
	}
	return m, nil
}

// tfGraph builds a model from nodes of TensorFlow.
type tfGraph struct {
	*Builder
	weights map[string]weight
	values  map[string]Value
	read    map[string]bool // nodes that another reads
}

func (t *tfGraph) build(file *tfFile, more []string) (*Model, error) {
	if file.Format != "" && file.Format != "graph-model" {
		return nil, fmt.Errorf("a model of the format %q, not a graph model", file.Format)
	}
	nodes, err := t.order(file.ModelTopology.Node)
	if err != nil {
		return nil, err
	}
	for _, n := range nodes {
		t.at = fmt.Sprintf("node %q (%s)", n.Name, n.Op)
		t.values[n.Name] = t.node(n)
		if t.err != nil {
			return nil, t.err
		}
	}
	t.at = ""
	for name, o := range file.Signature.Outputs {
		node, _, _ := tfInput(o.Name)
		v, there := t.values[node]
		if !there {
			return nil, fmt.Errorf("the output %q is no node", o.Name)
		}
		t.Output(strings.TrimSuffix(name, ":0"), v)
	}
	if len(file.Signature.Outputs) == 0 {
		for _, n := range nodes {
			if !t.read[n.Name] && n.Op != "Const" && n.Op != "NoOp" {
				t.Output(n.Name, t.values[n.Name])
			}
		}
	}
	for _, name := range more {
		v, there := t.values[name]
		if !there {
			return nil, fmt.Errorf("the output %q is no node", name)
		}
		t.Output(name, v)
	}
	return t.Build()
}

// tfInput splits the name of an input: the node, and which of its outputs. Control inputs order nodes, and carry
// nothing.
func tfInput(input string) (node string, output int, control bool) {
	if name, is := strings.CutPrefix(input, "^"); is {
		return name, 0, true
	}
	node, number, many := strings.Cut(input, ":")
	if !many {
		return node, 0, false
	}
	output, err := strconv.Atoi(number)
	if err != nil {
		return input, 0, false
	}
	return node, output, false
}

// order returns the nodes so that each follows its inputs.
func (t *tfGraph) order(nodes []*tfNode) ([]*tfNode, error) {
	if len(nodes) > t.limits.Nodes {
		return nil, fmt.Errorf("%w: %d nodes, at most %d", ErrLimit, len(nodes), t.limits.Nodes)
	}
	byName, readers, open := map[string]*tfNode{}, map[string][]*tfNode{}, map[*tfNode]int{}
	for _, n := range nodes {
		if n == nil || byName[n.Name] != nil {
			return nil, errors.New("a node without a name of its own")
		}
		byName[n.Name] = n
	}
	t.read = map[string]bool{}
	for _, n := range nodes {
		for _, input := range n.Input {
			name, _, _ := tfInput(input)
			if byName[name] == nil {
				return nil, fmt.Errorf("node %q (%s): its input %q is no node", n.Name, n.Op, input)
			}
			readers[name] = append(readers[name], n)
			t.read[name] = true
			open[n]++
		}
	}
	var ready, list []*tfNode
	for _, n := range slices.Backward(nodes) {
		if open[n] == 0 {
			ready = append(ready, n)
		}
	}
	for len(ready) > 0 {
		n := ready[len(ready)-1]
		ready, list = ready[:len(ready)-1], append(list, n)
		for _, reader := range readers[n.Name] {
			if open[reader]--; open[reader] == 0 {
				ready = append(ready, reader)
			}
		}
	}
	if len(list) < len(nodes) {
		return nil, errors.New("the nodes read each other in a circle")
	}
	return list, nil
}

func (t *tfGraph) node(n *tfNode) Value {
	in := make([]Value, 0, len(n.Input))
	for _, input := range n.Input {
		name, output, control := tfInput(input)
		if control {
			continue
		}
		if output != 0 {
			return t.failf("it reads the output %q, and a node has one output", input)
		}
		in = append(in, t.values[name])
	}
	op, known := tfOps[n.Op]
	if !known {
		return t.failf("an operation that is not supported")
	}
	if len(in) < op.inputs {
		return t.failf("%d inputs, at least %d are expected", len(in), op.inputs)
	}
	return op.add(t, n, in)
}

func (n *tfNode) text(name string) string {
	data, _ := base64.StdEncoding.DecodeString(n.Attr[name].S)
	return string(data)
}

func (n *tfNode) texts(name string) []string {
	var list []string
	for _, s := range n.Attr[name].List.S {
		data, _ := base64.StdEncoding.DecodeString(s)
		list = append(list, string(data))
	}
	return list
}

func (n *tfNode) integer(name string) int {
	i, _ := strconv.Atoi(n.Attr[name].I.String())
	return i
}

func (n *tfNode) number(name string) float32 {
	f, _ := strconv.ParseFloat(n.Attr[name].F.String(), 32)
	return float32(f)
}

func (n *tfNode) integers(name string) []int {
	var list []int
	for _, s := range n.Attr[name].List.I {
		i, _ := strconv.Atoi(s.String())
		list = append(list, i)
	}
	return list
}
