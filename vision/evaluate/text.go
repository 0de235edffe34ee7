package evaluate

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
)

// MarshalJSON writes an end that is not known as null.
func (i Interval) MarshalJSON() ([]byte, error) {
	var ends [2]*float64
	for k := range i {
		if !math.IsInf(i[k], 0) {
			ends[k] = &i[k]
		}
	}
	return json.Marshal(ends)
}

func (m Mean) String() string {
	if math.IsInf(m.Interval[0], 0) {
		return fmt.Sprintf("%.1f (one person)", m.Value)
	}
	return fmt.Sprintf("%.1f (%.1f to %.1f)", m.Value, m.Interval[0], m.Interval[1])
}

func (r Rate) String() string {
	return fmt.Sprintf("%d of %d, %.2f%% (%.2f to %.2f)", r.Count, r.Of, 100*r.Share, 100*r.Interval[0], 100*r.Interval[1])
}

// text writes a report as tables. Intervals are of 95 percent.
func (r Report) text(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	line := func(cells ...any) {
		words := make([]string, len(cells))
		for i, c := range cells {
			words[i] = fmt.Sprint(c)
		}
		fmt.Fprintln(w, strings.Join(words, "\t")) //nolint:errcheck // Flush returns the error
	}
	line(r.Version)
	line(fmt.Sprintf("%d pictures", r.Pictures))
	for _, reason := range slices.Sorted(maps.Keys(r.Unmeasured)) {
		line(fmt.Sprintf("  not measured, %s: %d", reason, r.Unmeasured[reason]))
	}
	r.textOfAges(line)
	r.textOfMatches(line)
	return w.Flush()
}

func (r Report) textOfAges(line func(cells ...any)) {
	if len(r.Age) > 0 {
		line("\nError of the estimated age in years, with intervals of 95%")
		line("group", "pictures", "people", "mean absolute error", "mean error", "not measured")
		for _, a := range r.Age {
			line(a.Group, a.Pictures, a.People, a.Error, a.Bias, a.Unmeasured)
		}
	}
	if len(r.Minors) > 0 {
		line("\nPictures of minors that are estimated at an age or above")
		line("group", "from", "pictures")
		for _, m := range r.Minors {
			line(m.Group, m.At, m.Rate)
		}
		line("Pictures of one person are alike, so that these intervals are narrower than the truth.")
	}
}

func (r Report) textOfMatches(line func(cells ...any)) {
	if len(r.Match) > 0 {
		line("\nFaces compared by " + r.EmbeddingModel + ": two people who match, and one person who does not")
		line("group", "band", "from", "false matches", "false non-matches")
		for _, m := range r.Match {
			line(m.Group, m.Band, m.At, m.FalseMatch, m.FalseNonMatch)
		}
		line("Pairs share pictures, so that these intervals are narrower than the truth.")
	}
	if len(r.Calibration) > 0 {
		line("\nSimilarity from which the interval of false matches ends at a stated rate or below")
		line("rate", "from", "false matches", "false non-matches")
		for _, c := range r.Calibration {
			rate := fmt.Sprintf("%g%%", 100*c.Stated)
			if c.At == nil {
				line(rate, fmt.Sprintf("takes %d pairs of two people", c.Pairs))
				continue
			}
			line(rate, fmt.Sprintf("%.4f", *c.At), c.FalseMatch, c.FalseNonMatch)
		}
	}
}
