package models

import (
	"fmt"

	"github.com/stile-id/stile/vision/nn"
)

// The networks of face-api.js are published as weights alone. Their graphs are those of its sources
// (src/xception/TinyXception.ts and src/faceRecognitionNet, MIT License, Copyright (c) Vladimir Mandic and Vincent
// Mühler).

// meanColour is the mean red, green and blue of the pictures that both were trained on, of 255.
var meanColour = nn.Tensor{Shape: []int{3}, Data: []float32{122.782, 117.001, 104.298}}

// network builds a graph from named weights. The first weight that is missing is the error.
type network struct {
	*nn.Builder
	weights nn.Weights
	missing error
}

func openNetwork(f folder) (*network, error) {
	weights, err := nn.LoadWeights(f.files, f.manifest, nn.Limits{})
	if err != nil {
		return nil, err
	}
	return &network{Builder: nn.NewBuilder(nn.Limits{}), weights: weights}, nil
}

func (n *network) weight(name string) nn.Value {
	t, there := n.weights[name]
	if !there && n.missing == nil {
		n.missing = fmt.Errorf("weight %s is missing", name)
	}
	return n.Const(t)
}

// picture is the input: a picture of size × size, red, green and blue from 0 to 255.
func (n *network) picture(size int) nn.Value {
	x := n.Binary(nn.Sub, n.Input("picture", 1, size, size, 3), n.Const(meanColour))
	return n.Binary(nn.Div, x, n.Const(nn.Tensor{Data: []float32{255}}))
}

func (n *network) build() (*nn.Model, error) {
	if n.missing != nil {
		return nil, n.missing
	}
	return n.Build()
}

func (n *network) add(x, y nn.Value) nn.Value { return n.Binary(nn.Add, x, y) }

func same(stride int) nn.Window { return nn.Window{Stride: [2]int{stride, stride}, Same: true} }

// half moves a filter by two places, without padding.
var half = nn.Window{Stride: [2]int{2, 2}}

// loadAge builds the network of ages: input picture 112 × 112; outputs age, in years, and gender, the probabilities of
// male and female.
func loadAge(f folder) (*nn.Model, error) {
	n, err := openNetwork(f)
	if err != nil {
		return nil, err
	}
	x := n.Relu(n.conv(n.picture(112), "entry_flow/conv_in", 2))
	x = n.reduce(x, x, "entry_flow/reduction_block_0")
	x = n.reduce(n.Relu(x), x, "entry_flow/reduction_block_1")
	for _, block := range []string{"middle_flow/main_block_0", "middle_flow/main_block_1"} {
		y := x
		for _, conv := range []string{"/separable_conv0", "/separable_conv1", "/separable_conv2"} {
			y = n.separable(n.Relu(y), block+conv)
		}
		x = n.add(y, x)
	}
	x = n.reduce(n.Relu(x), x, "exit_flow/reduction_block")
	x = n.Relu(n.separable(x, "exit_flow/separable_conv"))
	x = n.Reshape(n.AvgPool(x, 7, 7, half), 1, -1)
	n.Output("age", n.dense(x, "fc/age"))
	n.Output("gender", n.Softmax(n.dense(x, "fc/gender")))
	return n.build()
}

func (n *network) conv(x nn.Value, name string, stride int) nn.Value {
	return n.add(n.Conv2D(x, n.weight(name+"/filters"), same(stride)), n.weight(name+"/bias"))
}

func (n *network) separable(x nn.Value, name string) nn.Value {
	x = n.DepthwiseConv2D(x, n.weight(name+"/depthwise_filter"), same(1))
	return n.add(n.Conv2D(x, n.weight(name+"/pointwise_filter"), same(1)), n.weight(name+"/bias"))
}

// reduce halves the picture x; active is x after its activation.
func (n *network) reduce(active, x nn.Value, name string) nn.Value {
	y := n.separable(active, name+"/separable_conv0")
	y = n.separable(n.Relu(y), name+"/separable_conv1")
	return n.add(n.MaxPool(y, 3, 3, same(2)), n.conv(x, name+"/expansion_conv", 2))
}

func (n *network) dense(x nn.Value, name string) nn.Value {
	return n.add(n.MatMul(x, n.weight(name+"/weights")), n.weight(name+"/bias"))
}

// loadRecognition builds the network that compares faces: input picture 150 × 150; output embedding, 128 numbers, of
// which those of one person lie close together.
func loadRecognition(f folder) (*nn.Model, error) {
	n, err := openNetwork(f)
	if err != nil {
		return nil, err
	}
	x := n.Relu(n.scaled(n.picture(150), "conv32_down", half))
	x = n.MaxPool(x, 3, 3, half)
	for _, name := range []string{"conv32_1", "conv32_2", "conv32_3"} {
		x = n.residual(x, name)
	}
	for _, blocks := range [][]string{
		{"conv64_down", "conv64_1", "conv64_2", "conv64_3"},
		{"conv128_down", "conv128_1", "conv128_2"},
		{"conv256_down", "conv256_1", "conv256_2"},
	} {
		x = n.residualDown(x, blocks[0])
		for _, name := range blocks[1:] {
			x = n.residual(x, name)
		}
	}
	x = n.residualDown(x, "conv256_down_out")
	n.Output("embedding", n.MatMul(n.Reduce(nn.Mean, x, []int{1, 2}, false), n.weight("fc")))
	return n.build()
}

// scaled is a convolution with a bias, a factor and a sum for each result.
func (n *network) scaled(x nn.Value, name string, w nn.Window) nn.Value {
	x = n.add(n.Conv2D(x, n.weight(name+"/conv/filters"), w), n.weight(name+"/conv/bias"))
	return n.add(n.Binary(nn.Mul, x, n.weight(name+"/scale/weights")), n.weight(name+"/scale/biases"))
}

func (n *network) residual(x nn.Value, name string) nn.Value {
	y := n.Relu(n.scaled(x, name+"/conv1", same(1)))
	return n.Relu(n.add(n.scaled(y, name+"/conv2", same(1)), x))
}

// residualDown halves the picture. Pictures and channels that are smaller than their counterparts are padded with
// zeros.
func (n *network) residualDown(x nn.Value, name string) nn.Value {
	y := n.scaled(n.Relu(n.scaled(x, name+"/conv1", half)), name+"/conv2", same(1))
	pooled := n.AvgPool(x, 2, 2, half)
	if n.Err() != nil {
		return pooled
	}
	to, from := n.Shape(pooled), n.Shape(y)
	none := []int{0, 0, 0, 0}
	y = n.Pad(y, none, []int{0, to[1] - from[1], to[2] - from[2], 0}, 0)
	pooled = n.Pad(pooled, none, []int{0, 0, 0, from[3] - to[3]}, 0)
	return n.Relu(n.add(pooled, y))
}
