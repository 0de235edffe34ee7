package evaluate

import (
	"context"
	"math"

	"github.com/stile-id/stile/vision"
)

// resolution is the number of steps of a calibrated similarity from 0 to 1: it has four digits.
const resolution = 10_000

// tally counts similarities, so that the memory of a run does not grow with the number of pairs.
type tally struct {
	bands vision.Bands
	// all is the number of similarities; match and review are those that reach a band.
	all, match, review int
	// steps are the numbers of similarities by the multiple of 1/resolution at or below each, from -1 to 1.
	steps [2*resolution + 1]int
}

func (t *tally) add(similarity float64) {
	t.all++
	if similarity >= t.bands.Match {
		t.match++
	}
	if similarity >= t.bands.Review {
		t.review++
	}
	step := int(math.Floor(similarity * resolution))
	t.steps[max(0, min(step+resolution, len(t.steps)-1))]++
}

// reach returns how many similarities are at least that of a step.
func (t *tally) reach(step int) (n int) {
	for _, count := range t.steps[max(0, step+resolution):] {
		n += count
	}
	return n
}

// least returns the least step that at most a number of similarities reach.
func (t *tally) least(most int) int {
	n := 0
	for i := len(t.steps) - 1; i >= 0; i-- {
		if n += t.steps[i]; n > most {
			return i + 1 - resolution
		}
	}
	return -resolution
}

// pairs counts the similarities of the pairs of one person, and of those of two.
func pairs(ctx context.Context, list []measured, bands vision.Bands) (same, other *tally, err error) {
	same, other = &tally{bands: bands}, &tally{bands: bands}
	for i, a := range list {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		for k := range list[:i] {
			b := &list[k]
			if a.person == "" || b.person == "" || len(a.embedding) == 0 || len(a.embedding) != len(b.embedding) {
				continue
			}
			into := other
			if a.person == b.person {
				into = same
			}
			into.add(similarity(a.embedding, b.embedding))
		}
	}
	return same, other, nil
}

func similarity(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}
