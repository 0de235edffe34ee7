// Command train-zone makes the weights of the network that reads machine-readable zones (vision/zone/glyph) from
// drawings of OCR-B. The same seed and the same processor architecture make the same weights. Run it at the root of
// the repository: go run ./scripts/train-zone.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/stile-id/stile/vision/zone/glyph"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "train-zone:", err)
		os.Exit(1)
	}
}

// errorRate is the share of cells of the test that the network may get wrong.
const errorRate = 0.02

func run(args []string, log io.Writer) error {
	flags := flag.NewFlagSet("train-zone", flag.ContinueOnError)
	steps := flags.Int("steps", 12000, "steps of training, of 64 cells each")
	seed := flags.Uint64("seed", 9303, "seed of the cells and of the first weights")
	cells := flags.Int("cells", 20000, "other cells on which the weights are tested")
	out := flags.String("o", "vision/zone/glyph/weights.bin", "file of the weights")
	if err := flags.Parse(args); err != nil {
		return err
	}
	trained := train(*seed, *steps, log)
	weights := trained.Marshal()
	rounded, err := glyph.Unmarshal(weights)
	if err != nil {
		return err
	}
	wrong := measure(rounded, *seed+1, *cells)
	_, _ = fmt.Fprintf(log, "rounded to 8 bits: %.4f of %d other cells wrong, %d bytes\n", wrong, *cells, len(weights))
	if wrong > errorRate {
		return fmt.Errorf("more than %.2f of the cells are wrong: %s stays as it is", errorRate, *out)
	}
	return os.WriteFile(*out, weights, 0o644) //nolint:gosec // the weights are part of the repository
}
