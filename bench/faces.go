package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/stile-id/stile/internal/faces"
	"github.com/stile-id/stile/vision/models"
)

const (
	// faceTurn is the CPU time of a turn of a model, in milliseconds, and faceRuns the least number of runs in it.
	faceTurn, faceRuns = 300, 3
	// faceTolerance is the most by which the outputs of two sides may differ, as a part of their sum.
	faceTolerance = 1e-3
)

// faces measures the models of faces on one core: in plain Go, with vector instructions, and by TensorFlow.js in
// WebAssembly, in turn. It also measures the memory of a worker of the vision process, and the sessions whose frames a
// vision process measures. scripts/ensure-models, ensure-faces and ensure-tfjs must have run.
func (b bench) faces(ctx context.Context) (results []comparison, err error) {
	folder, err := os.MkdirTemp("", "stile-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	speed, err := b.faceSpeed(ctx, folder)
	if err != nil {
		return nil, err
	}
	loads, err := b.faceLoads(ctx, folder)
	return append([]comparison{speed}, loads...), err
}

// faceSide is a program that runs models in one way.
type faceSide struct {
	name    string
	program *peer
	kernels string // of our program
}

// faceTimes are the runs of a turn.
type faceTimes struct {
	Nanoseconds                  []time.Duration
	Sum                          float64
	Operations, Buffers, Weights int64
}

// faceSpeed runs each model of the catalogue on each side, in turn.
func (b bench) faceSpeed(ctx context.Context, folder string) (c comparison, err error) {
	program := filepath.Join(folder, "nets")
	if err := buildWith(ctx, simd, program, "github.com/stile-id/stile/bench/nets"); err != nil {
		return c, err
	}
	own, err := startDialogue(exec.CommandContext(ctx, program, faces.Models())) //nolint:gosec // paths of ours
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, own.close()) }()
	other, err := startDialogue(exec.CommandContext(ctx, "node", "bench/tfjs/speed.mjs"))
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, other.close()) }()
	sides := []faceSide{
		{"plain Go", &peer{own}, "scalar"}, {"AVX2", &peer{own}, "vector"}, {"tfjs-wasm", &peer{other}, ""},
	}
	t := &table{columns: []string{
		"plain Go", "AVX2", "tfjs-wasm", "plain Go faster by", "AVX2 faster by", "million operations", "buffers, MB",
		"weights, MB",
	}}
	for _, m := range models.Catalogue() {
		if err := b.faceModel(t, m.Name, sides); err != nil {
			return c, fmt.Errorf("model %s: %w", m.Name, err)
		}
		if _, err := fmt.Fprintf(b.progress, "faces: %s\n", m.Name); err != nil {
			return c, err
		}
	}
	return comparison{title: "run of a model, ms of CPU time on one core, p50", table: t}, nil
}

// faceModel adds the row of a model. The last side is the other one.
func (b bench) faceModel(t *table, name string, sides []faceSide) error {
	times := make([][]time.Duration, len(sides))
	var cost faceTimes
	for _, side := range sides { // once to warm up, and to compare the outputs
		turn, err := side.run(name)
		switch {
		case err != nil:
			return err
		case cost.Sum == 0:
			cost = turn
		case math.Abs(turn.Sum-cost.Sum) > faceTolerance*cost.Sum:
			return fmt.Errorf("%s has other outputs than %s: %g and %g", side.name, sides[0].name, turn.Sum, cost.Sum)
		}
	}
	for range b.rounds {
		for i, side := range sides {
			turn, err := side.run(name)
			if err != nil {
				return err
			}
			times[i] = append(times[i], turn.Nanoseconds...)
		}
	}
	last := len(sides) - 1
	var medians, ratios []string
	for i := range sides {
		medians = append(medians, quantile(times[i], 50))
		if i < last {
			faster := float64(percentile(times[last], 50)) / float64(percentile(times[i], 50))
			ratios = append(ratios, fmt.Sprintf("%.2f", faster))
		}
	}
	cells := append(medians, ratios...)
	for _, size := range []int64{cost.Operations, cost.Buffers, cost.Weights} {
		cells = append(cells, fmt.Sprintf("%.1f", float64(size)/1e6))
	}
	t.add(name, cells...)
	return nil
}

// run makes a turn. The detector and the mesh take colours from 0 to 1, the other models from 0 to 255.
func (s faceSide) run(model string) (turn faceTimes, err error) {
	scale := 255
	if model == "blazeface" || model == "facemesh" {
		scale = 1
	}
	line, err := s.program.tell(map[string]any{
		"model": model, "kernels": s.kernels, "scale": scale, "milliseconds": faceTurn, "runs": faceRuns,
	})
	if err != nil {
		return turn, err
	}
	return turn, json.Unmarshal([]byte(line), &turn)
}

// simd is the experiment of the toolchain that has vector instructions.
const simd = "GOEXPERIMENT=simd"

// buildWith builds a program with a setting of the environment; "" is none.
func buildWith(ctx context.Context, setting, program, source string) error {
	build := exec.CommandContext(ctx, "go", "build", "-p", "2", "-o", program, source) //nolint:gosec // paths of ours
	build.Env, build.Stderr = append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
	if setting != "" {
		build.Env = append(build.Env, setting)
	}
	return build.Run()
}
