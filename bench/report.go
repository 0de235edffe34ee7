package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

const preamble = `
Medians of %d rounds of %d runs, or %d requests, by %d clients, both sides in turn, all in one process beside one
PostgreSQL that serves both Temporal (plugin postgres12_pgx) and Stile. fsync is off and commits are synchronous: with a
disk that flushes, every transaction costs more, on both sides. The ratio is the median of the rounds' own ratios, which
range as shown.
The bare workflow is a start, a 24 h timer, one signal, one activity and completion, the bare activity the same without
timer and signal, both started without eager start, their worker with %d pollers for workflow tasks. %s
A run counts from its request to its completion, the milliseconds to what it makes happen. A plain gin route writes, by
a server of its own, what Stile has answered; neither the clients' part of the work nor the network's is taken off.
Live channels are open at a stile api of its own, claims and changes made by %d clients, bursts one after the other.
Wallet credentials and chips are verified one at a time.
`

// report prints the measurements with their targets.
func report(out io.Writer, o options, results []comparison) error {
	if _, err := fmt.Fprintf(
		out,
		preamble,
		o.rounds,
		o.sessions,
		o.requests,
		o.clients,
		o.barePollers,
		signalled(o),
		few,
	); err != nil {
		return err
	}
	var cells strings.Builder
	for _, c := range results {
		c.print(&cells)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	if _, err := io.WriteString(table, cells.String()); err != nil {
		return err
	}
	return table.Flush()
}

func signalled(o options) string {
	if o.hasty {
		return "Bare\nworkflows are signalled at once."
	}
	return "Bare\nworkflows are signalled once their timer runs; the run of a session begins with its submission."
}

func (c comparison) print(out *strings.Builder) {
	if c.table != nil {
		c.table.write(out, c.title)
	} else if len(c.grown) > 0 {
		c.printGrown(out)
	} else if len(c.rounds) > 0 {
		c.printRatio(out)
	} else {
		fmt.Fprintf(out, "\n%s\t\t%s\t\t\ttarget\t\n", c.title, c.our)
	}
	for _, f := range c.shown {
		c.line(out, f)
	}
	for _, f := range c.alone {
		fmt.Fprintf(out, "%s\t\t%.1f\t\t\t%s\t\n", f.what, f.value, f.target)
	}
}

func (c comparison) printGrown(out *strings.Builder) {
	fmt.Fprintf(out, "\n%s\t%s\t%s\tratio\t\ttarget\t\n", c.title, c.base, c.our)
	for _, r := range c.grown {
		few, many := milliseconds(percentile(r.few, 50)), milliseconds(percentile(r.many, 50))
		fmt.Fprintf(out, "%s\t%.2f\t%.2f\t%.2f\t\tunder %.1f\t\n", r.what, few, many, r.ratio(), r.target)
	}
}

func (c comparison) printRatio(out *strings.Builder) {
	fmt.Fprintf(out, "\n%s\t%s\t%s\tratio\trange\ttarget\t\n", c.title, c.base, c.our)
	what, goal := "finished per second", "at least %.2f"
	base, our := c.medians(func(s sample) float64 { return s.perSecond })
	switch c.of {
	case cost:
		what, goal, base, our = "time per session", "under %.2f", 1000/base, 1000/our
	case latency:
		what, goal = "p50, ms", "under %.2f"
		base, our = c.medians(func(s sample) float64 { return s.p50 })
	case speed:
		what = "µs"
		base, our = c.medians(func(s sample) float64 { return 1000 * s.p50 })
	}
	if c.target > 0 {
		goal = fmt.Sprintf(goal, c.target)
	} else {
		goal = ""
	}
	ratios := c.each(c.ratio)
	fmt.Fprintf(out, "%s\t%.1f\t%.1f\t%.2f\t%.2f to %.2f\t%s\t\n",
		what, base, our, median(ratios), slices.Min(ratios), slices.Max(ratios), goal)
}

// figure is a value of both sides.
type figure struct {
	what   string
	of     func(sample) float64
	digits int // after the point
}

// fact is a value of Stile's side only.
type fact struct {
	what   string
	value  float64
	target string // "" means none
}

// ofRuns are the figures of Temporal runs, ofDebts those of owed work, ofRequests those of requests.
var (
	ofRuns = []figure{
		{"p50, ms", func(s sample) float64 { return s.p50 }, 1},
		{"p99, ms", func(s sample) float64 { return s.p99 }, 1},
		{"CPU without PostgreSQL, ms", func(s sample) float64 { return s.cpu }, 1},
		{"transactions that wrote", func(s sample) float64 { return s.writes }, 1},
		{"write-ahead log, kB", func(s sample) float64 { return s.walKB }, 1},
		{"Temporal's visibility database, kB", func(s sample) float64 { return s.visibilityKB }, 1},
		{"events of the history", func(s sample) float64 { return s.events }, 1},
	}
	ofDebts    = ofRuns[2:5]
	ofRequests = []figure{
		{"p50, ms", func(s sample) float64 { return s.p50 }, 2},
		{"p99, ms", func(s sample) float64 { return s.p99 }, 2},
		{"CPU without PostgreSQL, ms", func(s sample) float64 { return s.cpu }, 3},
	}
)

// line prints a figure and its ratio, without a target.
func (c comparison) line(out *strings.Builder, f figure) {
	base, our := c.medians(f.of)
	ratio := median(c.each(func(p pair) float64 { return f.of(p.our) / f.of(p.base) }))
	fmt.Fprintf(out, "%s\t%.*f\t%.*f\t%.2f\t\t\t\n", f.what, f.digits, base, f.digits, our, ratio)
}

func (c comparison) medians(of func(sample) float64) (base, our float64) {
	return median(c.each(func(p pair) float64 { return of(p.base) })),
		median(c.each(func(p pair) float64 { return of(p.our) }))
}

func (c comparison) each(of func(pair) float64) []float64 {
	values := make([]float64, 0, len(c.rounds))
	for _, p := range c.rounds {
		values = append(values, of(p))
	}
	return values
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}
