// Command nets runs the models of faces for the benchmark, which builds it with GOEXPERIMENT=simd. Its argument is the
// folder of the models. Each line of its input asks for runs of a model, and is answered by a line.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"syscall"
	"time"

	"github.com/stile-id/stile/vision/models"
	"github.com/stile-id/stile/vision/nn"
)

// request asks for runs of a model.
type request struct {
	Model   string
	Kernels nn.Kernels
	// Scale is the largest number of the input.
	Scale float64
	// Milliseconds is the CPU time that the runs take, and Runs their least number.
	Milliseconds, Runs int
}

// answer has the CPU times of the runs.
type answer struct {
	Nanoseconds []int64 `json:"nanoseconds"`
	// Sum is that of the absolute values of the outputs.
	Sum float64 `json:"sum"`
	// Operations, Buffers and Weights are the cost of a run: multiplications and the like, and bytes.
	Operations int64 `json:"operations"`
	Buffers    int64 `json:"buffers"`
	Weights    int64 `json:"weights"`
}

func main() {
	if err := serve(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "nets:", err)
		os.Exit(1)
	}
}

func serve(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("the argument is the folder of the models")
	}
	runtime.GOMAXPROCS(1)
	set, err := models.Open(args[0])
	if err != nil {
		return err
	}
	loaded := map[string]*nn.Model{}
	requests, answers := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var r request
		if err := requests.Decode(&r); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		m := loaded[r.Model]
		if m == nil {
			if m, err = set.Load(r.Model); err != nil {
				return err
			}
			loaded[r.Model] = m
		}
		a, err := r.measure(m)
		if err != nil {
			return err
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
}

// measure runs the model for noise.
func (r request) measure(m *nn.Model) (a answer, err error) {
	if r.Kernels == nn.Vector && !nn.HasVector() {
		return a, errors.New("there are no vector instructions here: the processor has no AVX2 and FMA")
	}
	a.Operations, a.Buffers, a.Weights = m.Cost()
	in := r.noise(m.Inputs()[0].Shape)
	runner := m.NewRunnerOf(r.Kernels)
	var outputs []nn.Tensor
	for spent := int64(0); spent < int64(r.Milliseconds)*1e6 || len(a.Nanoseconds) < r.Runs; {
		began := cpuTime()
		if outputs, err = runner.Run(in); err != nil {
			return a, err
		}
		took := int64(cpuTime() - began)
		a.Nanoseconds, spent = append(a.Nanoseconds, took), spent+took
	}
	for _, t := range outputs {
		for _, v := range t.Data {
			a.Sum += math.Abs(float64(v))
		}
	}
	return a, nil
}

// noise returns an input of numbers by xorshift32, as bench/tfjs/models.mjs makes them.
func (r request) noise(shape []int) nn.Tensor {
	size := 1
	for _, d := range shape {
		size *= d
	}
	t := nn.Tensor{Shape: shape, Data: make([]float32, size)}
	seed := uint32(1)
	for i := range t.Data {
		seed ^= seed << 13
		seed ^= seed >> 17
		seed ^= seed << 5
		t.Data[i] = float32(float64(float32(float64(seed)/(1<<32))) * r.Scale)
	}
	return t
}

func cpuTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
