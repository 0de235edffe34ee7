package evaluate

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Interval is a confidence interval of 95 percent.
type Interval [2]float64

// Rate is a share of cases, with the interval of Wilson.
type Rate struct {
	Count    int      `json:"count"`
	Of       int      `json:"of"`
	Share    float64  `json:"share"`
	Interval Interval `json:"interval"`
}

// z is the normal quantile of a two-sided 95 percent.
const z = 1.959964

// rateOf returns a share of cases. Without cases its interval is from 0 to 1.
func rateOf(count, of int) Rate {
	if of == 0 {
		return Rate{Interval: Interval{0, 1}}
	}
	n, p := float64(of), float64(count)/float64(of)
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return Rate{Count: count, Of: of, Share: p, Interval: Interval{max(0, middle-half), min(1, middle+half)}}
}

// Mean is a mean, with an interval by bootstrap.
type Mean struct {
	Value    float64  `json:"value"`
	Interval Interval `json:"interval"`
}

// resamples is the number of samples of the bootstrap.
const resamples = 1000

// clusters are the values of each person: pictures of one person are drawn together, because they are not independent.
type clusters [][]float64

// mean returns the mean of all values. With fewer than two persons there is no interval: it is infinite.
func (c clusters) mean(of func(float64) float64) Mean {
	total, n := 0.0, 0
	for _, values := range c {
		for _, v := range values {
			total += of(v)
			n++
		}
	}
	m := Mean{Value: total / float64(max(1, n)), Interval: Interval{math.Inf(-1), math.Inf(1)}}
	if len(c) < 2 {
		return m
	}
	r := rand.New(rand.NewPCG(1, 19)) //nolint:gosec // the same set gets the same interval
	means := make([]float64, resamples)
	for i := range means {
		sum, count := 0.0, 0
		for range c {
			for _, v := range c[r.IntN(len(c))] {
				sum += of(v)
				count++
			}
		}
		means[i] = sum / float64(count)
	}
	slices.Sort(means)
	m.Interval = Interval{means[resamples*25/1000], means[resamples*975/1000-1]}
	return m
}
