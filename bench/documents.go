package main

import (
	"context"
	"fmt"
	"image"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
)

// reading is a part of the reading of documents, in the order of documentReadings: it may use the findings of those
// before.
type reading struct {
	name string
	read func(ctx context.Context, p *imaging.Picture, out *vision.Document) error
	// score returns a result for each figure of the accuracy, by name; nil where the page has nothing to read.
	score func(s shown, out *vision.Document) map[string]bool
}

// documentReadings returns the readings that the benchmark measures.
func documentReadings(ctx context.Context) ([]reading, error) {
	text, err := textReading(ctx)
	return []reading{cardReading(), qualityReading(), portraitReading(), text}, err
}

// shown is a photographed page with the truth about it.
type shown struct {
	doc   *specimen.Document
	side  vision.Side
	photo *specimen.Photo
	shot  specimen.Shot
}

// circumstance is a way to photograph a document.
type circumstance struct {
	name string
	shot specimen.Shot
}

var circumstances = []circumstance{
	{"good", specimen.Shot{Tilt: 0.02, Noise: 2}},
	{"oblique", specimen.Shot{Tilt: 0.09, Turn: 9, Shade: 0.5, Noise: 4}},
	{"turned", specimen.Shot{Turn: 91, Tilt: 0.03, Noise: 3}},
	{"small", specimen.Shot{Fill: 0.45, Tilt: 0.03, Noise: 3}},
	{"soft", specimen.Shot{Blur: 1.5, Tilt: 0.03, Noise: 3}},
	{"blurred", specimen.Shot{Blur: 4, Tilt: 0.03, Noise: 3}},
	{"dark", specimen.Shot{Light: 0.25, Shade: 0.3, Noise: 5}},
	{"glare", specimen.Shot{Glare: 0.8, Tilt: 0.03, Noise: 3}},
	{"cut", specimen.Shot{Cut: 0.15, Tilt: 0.03, Noise: 3}},
	{"screen", specimen.Shot{Screen: true, Turn: 2, Tilt: 0.03, Blur: 0.7, Noise: 3}},
}

// documents reads specimens of every type, photographed in every circumstance, and counts how often each part was read
// right, and the CPU time that it took. It also measures the throughput of a vision process.
func (b bench) documents(ctx context.Context) ([]comparison, error) {
	readings, err := documentReadings(ctx)
	if err != nil {
		return nil, err
	}
	together, err := b.throughput(ctx)
	if err != nil {
		return nil, err
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	accuracy, times := newScores(), map[string][]time.Duration{}
	for _, c := range circumstances {
		for seed := range b.specimens {
			for _, kind := range specimen.Kinds() {
				for _, s := range pages(kind, seed, c.shot) {
					if err := readPage(ctx, readings, s, c.name, accuracy, times); err != nil {
						return nil, err
					}
				}
			}
		}
		if _, err := fmt.Fprintf(b.progress, "documents: %s\n", c.name); err != nil {
			return nil, err
		}
	}
	return []comparison{accuracy.comparison(), timesOf(readings, times), together}, nil
}

// pages photographs both pages of a document.
func pages(kind specimen.Kind, seed uint, shot specimen.Shot) []shown {
	doc := specimen.New(kind, uint64(seed))
	sides := map[vision.Side]image.Image{vision.Front: doc.Front()}
	if kind.HasBack() {
		sides[vision.Back] = doc.Back()
	}
	var all []shown
	for _, side := range []vision.Side{vision.Front, vision.Back} {
		if page := sides[side]; page != nil {
			shot.Seed++
			shot.Seed += uint64(seed) * 100
			all = append(all, shown{doc, side, specimen.Photograph(page, shot), shot})
		}
	}
	return all
}

// readPage decodes a photograph, as a phone sends it, and makes the readings.
func readPage(
	ctx context.Context, readings []reading, s shown, circumstance string,
	accuracy *scores, times map[string][]time.Duration,
) error {
	sent := specimen.JPEG(s.photo, 85)
	whole := documentTime()
	began := whole
	lap := func(name string) {
		now := documentTime()
		times[name] = append(times[name], now-began)
		began = now
	}
	p, err := imaging.Decode(ctx, sent)
	if err != nil {
		return err
	}
	out := &vision.Document{Width: p.Width, Height: p.Height}
	lap("decoding")
	for _, r := range readings {
		if err := r.read(ctx, p, out); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		lap(r.name)
	}
	times["all"] = append(times["all"], began-whole)
	for _, r := range readings {
		for figure, right := range r.score(s, out) {
			accuracy.add(s.doc.Kind, figure, circumstance, right)
		}
	}
	return nil
}

// documentTime returns the CPU time of this process and of the programs that it has run.
func documentTime() time.Duration {
	var programs syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &programs); err != nil {
		return 0
	}
	return cpuTime() + time.Duration(programs.Utime.Nano()+programs.Stime.Nano())
}

// scores count results by type of document, figure and circumstance.
type scores struct {
	right map[[2]string]int
	all   map[[2]string]int
}

func newScores() *scores {
	return &scores{right: map[[2]string]int{}, all: map[[2]string]int{}}
}

func (s *scores) add(kind specimen.Kind, figure, circumstance string, right bool) {
	of := strings.ToLower(strings.ReplaceAll(string(kind), "_", " "))
	for _, row := range []string{figure, figure + ", " + of} {
		cell := [2]string{row, circumstance}
		s.all[cell]++
		if right {
			s.right[cell]++
		}
	}
}

// comparison returns the table, sorted by figure.
func (s *scores) comparison() comparison {
	c := comparison{title: "documents read right, %"}
	rows := map[string]bool{}
	for cell := range s.all {
		rows[cell[0]] = true
	}
	t := &table{}
	for _, c := range circumstances {
		t.columns = append(t.columns, c.name)
	}
	for _, row := range sorted(rows) {
		cells := make([]string, len(circumstances))
		for i, c := range circumstances {
			cell := [2]string{row, c.name}
			if n := s.all[cell]; n > 0 {
				cells[i] = fmt.Sprintf("%d", (100*s.right[cell]+n/2)/n)
			}
		}
		t.add(row, cells...)
	}
	c.table = t
	return c
}

func timesOf(readings []reading, times map[string][]time.Duration) comparison {
	t := &table{columns: []string{"p50", "p95"}}
	names := []string{"decoding"}
	for _, r := range readings {
		names = append(names, r.name)
	}
	for _, name := range append(names, "all") {
		t.add(name, fmt.Sprintf("%.0f", milliseconds(percentile(times[name], 50))),
			fmt.Sprintf("%.0f", milliseconds(percentile(times[name], 95))))
	}
	return comparison{title: "CPU time of a picture, ms", table: t}
}
