package evaluate

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"sort"
	"strconv"

	"github.com/stile-id/stile/vision"
)

// Report is the result of an evaluation.
type Report struct {
	// Version names the readers and the models.
	Version        string `json:"version"`
	EmbeddingModel string `json:"embedding_model"`
	Pictures       int    `json:"pictures"`
	// Unmeasured counts the pictures that could not be measured, by reason: unreadable, no_face, several_faces.
	Unmeasured map[string]int `json:"unmeasured"`
	// Age has the errors of the estimated ages: of all pictures, then by band of age, then by group.
	Age []AgeRow `json:"age"`
	// Minors says how many people below 18 are estimated at an age or above.
	Minors []MinorRow `json:"minors"`
	// Match has the rates at which faces are taken for those of one person: of all, then by group.
	Match []MatchRow `json:"match"`
	// Calibration has the bands that these pictures allow, at stated rates of false matches.
	Calibration []CalibrationRow `json:"calibration"`
}

// AgeRow has the errors of a part of the pictures.
type AgeRow struct {
	Group    string `json:"group"`
	Pictures int    `json:"pictures"`
	People   int    `json:"people"`
	// Error is the mean absolute error and Bias the mean error, in years: a positive bias means that people look older.
	Error Mean `json:"error"`
	Bias  Mean `json:"bias"`
	// Unmeasured is the share of the group's pictures without an estimate.
	Unmeasured Rate `json:"unmeasured"`
}

// MinorRow is the share of pictures of minors that are estimated at At years or more: of all people below 18, or of
// those of 16 and 17 years, who are the hardest to tell.
type MinorRow struct {
	Group string `json:"group"`
	At    int    `json:"at"`
	Rate  Rate   `json:"rate"`
}

// MatchRow has the rates of the pairs inside a part of the pictures at a similarity.
type MatchRow struct {
	Group string  `json:"group"`
	Band  string  `json:"band"`
	At    float64 `json:"at"`
	// FalseMatch are pairs of two people that reach the similarity, FalseNonMatch pairs of one person that do not.
	FalseMatch    Rate `json:"false_match"`
	FalseNonMatch Rate `json:"false_non_match"`
}

// CalibrationRow is a similarity for a stated rate of false matches.
type CalibrationRow struct {
	Stated float64 `json:"stated"`
	// Pairs is the number of pairs of two people that the rate takes at least, because the interval of fewer is wider.
	Pairs int `json:"pairs"`
	// At is the least similarity at which the interval of false matches ends at the stated rate or below; nil with too few
	// pairs.
	At            *float64 `json:"at"`
	FalseMatch    Rate     `json:"false_match"`
	FalseNonMatch Rate     `json:"false_non_match"`
}

// measured is a picture with its measurements.
type measured struct {
	label
	reason    string // why it was not measured; "" if it was
	years     *float64
	embedding []float32
}

// ageBands are the lower ends of the bands of age.
var ageBands = []float64{0, 13, 16, 18, 21, 25, 30, 40, 50, 65}

// minorsAt are the ages at which a workflow may approve.
var minorsAt = []int{18, 21, 25, 28, 30, 35}

func bandOf(age float64) string {
	for i := len(ageBands) - 1; i >= 0; i-- {
		if age < ageBands[i] {
			continue
		}
		from := strconv.Itoa(int(ageBands[i]))
		if i == len(ageBands)-1 {
			return "age " + from + "+"
		}
		return "age " + from + "-" + strconv.Itoa(int(ageBands[i+1])-1)
	}
	return ""
}

// split returns the pictures by part: all, each band of age, each value of each group, in this order.
func split(list []measured, columns []string, bands bool) (names []string, parts map[string][]measured) {
	parts = map[string][]measured{"all": list}
	names = []string{"all"}
	if bands {
		for _, m := range list {
			if m.aged {
				parts[bandOf(m.age)] = append(parts[bandOf(m.age)], m)
			}
		}
		for _, from := range ageBands {
			if name := bandOf(from); parts[name] != nil {
				names = append(names, name)
			}
		}
	}
	for _, column := range columns {
		byValue := map[string][]measured{}
		for _, m := range list {
			if value := m.groups[column]; value != "" {
				byValue[column+" "+value] = append(byValue[column+" "+value], m)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(byValue)) {
			names, parts[name] = append(names, name), byValue[name]
		}
	}
	return names, parts
}

// ageRow returns the errors of a part; false for one without ages.
func ageRow(group string, list []measured) (row AgeRow, ok bool) {
	errors := map[string][]float64{}
	labelled := 0
	for _, m := range list {
		if !m.aged {
			continue
		}
		labelled++
		if m.years == nil {
			continue
		}
		key := cmp.Or(m.person, "\x00"+m.file) // a picture without a person is one of its own
		errors[key] = append(errors[key], *m.years-m.age)
		row.Pictures++
	}
	var c clusters
	for _, key := range slices.Sorted(maps.Keys(errors)) {
		c = append(c, errors[key])
	}
	row.Group, row.People = group, len(c)
	row.Error = c.mean(math.Abs)
	row.Bias = c.mean(func(v float64) float64 { return v })
	row.Unmeasured = rateOf(labelled-row.Pictures, labelled)
	return row, labelled > 0
}

// minors are the groups of MinorRow.
var minors = []struct {
	name string
	from float64
}{{"below 18", 0}, {"16 and 17", 16}}

// minorRows returns how many pictures of minors are estimated at each of minorsAt.
func minorRows(list []measured) (rows []MinorRow) {
	for _, group := range minors {
		for _, at := range minorsAt {
			above, of := 0, 0
			for _, m := range list {
				if !m.aged || m.age >= 18 || m.age < group.from || m.years == nil {
					continue
				}
				of++
				if *m.years >= float64(at) {
					above++
				}
			}
			if of > 0 {
				rows = append(rows, MinorRow{group.name, at, rateOf(above, of)})
			}
		}
	}
	return rows
}

// statedRates are the rates of false matches of a calibration.
var statedRates = []float64{0.01, 0.001, 0.0001}

// calibrate returns the similarities for statedRates; none without pairs of two people.
func calibrate(same, other *tally) (rows []CalibrationRow) {
	if other.all == 0 {
		return nil
	}
	for _, rate := range statedRates {
		row := CalibrationRow{Stated: rate, Pairs: int(math.Ceil(z * z * (1 - rate) / rate))}
		// The number of pairs that may reach the similarity.
		most := sort.Search(other.all, func(n int) bool { return rateOf(n+1, other.all).Interval[1] > rate })
		if rateOf(0, other.all).Interval[1] <= rate {
			step := other.least(most)
			at := float64(step) / resolution
			row.At = &at
			row.FalseMatch = rateOf(other.reach(step), other.all)
			row.FalseNonMatch = rateOf(same.all-same.reach(step), same.all)
		}
		rows = append(rows, row)
	}
	return rows
}

// matchRows returns the rates of pairs at both bands; none without pairs.
func matchRows(group string, same, other *tally) []MatchRow {
	if same.all+other.all == 0 {
		return nil
	}
	return []MatchRow{
		{
			Group: group, Band: "match", At: same.bands.Match,
			FalseMatch: rateOf(other.match, other.all), FalseNonMatch: rateOf(same.all-same.match, same.all),
		},
		{
			Group: group, Band: "review", At: same.bands.Review,
			FalseMatch: rateOf(other.review, other.all), FalseNonMatch: rateOf(same.all-same.review, same.all),
		},
	}
}

// report makes the report of measured pictures.
func report(ctx context.Context, list []measured, columns []string, bands vision.Bands) (Report, error) {
	r := Report{Pictures: len(list), Unmeasured: map[string]int{}, Minors: minorRows(list)}
	for _, m := range list {
		if m.reason != "" {
			r.Unmeasured[m.reason]++
		}
	}
	names, parts := split(list, columns, true)
	for _, name := range names {
		if row, ok := ageRow(name, parts[name]); ok {
			r.Age = append(r.Age, row)
		}
	}
	names, parts = split(list, columns, false)
	for _, name := range names {
		same, other, err := pairs(ctx, parts[name], bands)
		if err != nil {
			return Report{}, err
		}
		r.Match = append(r.Match, matchRows(name, same, other)...)
		if name == "all" {
			r.Calibration = calibrate(same, other)
		}
	}
	return r, nil
}
