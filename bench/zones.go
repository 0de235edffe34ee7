package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/internal/specimen/zonetest"
	"github.com/stile-id/stile/methods/document/mrz"
	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/zone"
)

// zoneSet is the set of photographs that zones are read from, comparedZones the number of them that tesseract reads,
// too: one of each condition and format.
const (
	zoneSet       = 3
	comparedZones = 50
)

// tally counts the photographs of a condition or a format, and the zones that were read from them. Refuted are wrong
// readings that a check digit gives away.
type tally struct{ all, exact, wrong, refuted int }

func (t *tally) add(found, lines []string) {
	t.all++
	if slices.Equal(found, lines) {
		t.exact++
		return
	}
	if found == nil {
		return
	}
	if read, err := mrz.Parse(found...); err == nil && read.Consistent() {
		t.wrong++
		return
	}
	t.refuted++
}

func (t *tally) of(count int) float64 { return 100 * float64(count) / float64(max(1, t.all)) }

// zoneTallies holds the results of the reader by condition and format, and of tesseract.
type zoneTallies struct {
	names                   []string
	of                      map[string]*tally
	all                     tally
	whole, cut              tally
	times, large, tesseract []time.Duration
}

func (z *zoneTallies) group(name string) *tally {
	if z.of[name] == nil {
		z.of[name] = &tally{}
		z.names = append(z.names, name)
	}
	return z.of[name]
}

// zones reads the machine-readable zones of a set of generated photographs, on one core, and those of its first part
// by tesseract as well: from the whole picture, and from the zone as the reader has found and straightened it.
func (b bench) zones(ctx context.Context) ([]comparison, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	results := &zoneTallies{of: map[string]*tally{}}
	for i := range zonetest.Size {
		if err := results.read(ctx, i); err != nil {
			return nil, err
		}
		if (i+1)%comparedZones == 0 {
			_, _ = fmt.Fprintf(b.progress, "zones: %d of %d photographs\n", i+1, zonetest.Size)
		}
	}
	for _, page := range []image.Image{
		specimen.New(specimen.Passport, 1).Front(), specimen.New(specimen.IDCard, 1).Back(),
	} {
		shot := specimen.Shot{Width: 4000, Height: 3000, Turn: 3, Tilt: 0.03, Blur: 1.5, Noise: 4}
		if err := results.time(ctx, specimen.JPEG(specimen.Photograph(page, shot), 88), 20); err != nil {
			return nil, err
		}
	}
	return results.comparisons(), nil
}

func (z *zoneTallies) read(ctx context.Context, i int) error {
	sample := zonetest.New(zoneSet, i)
	picture, err := imaging.Decode(ctx, sample.JPEG)
	if err != nil {
		return err
	}
	gray := picture.Gray()
	began := cpuTime()
	found, err := zone.Find(ctx, gray)
	if err != nil {
		return err
	}
	z.times = append(z.times, cpuTime()-began)
	var lines []string
	if found != nil {
		lines = found.Lines
	}
	for _, t := range []*tally{z.group(sample.Condition), z.group(string(sample.Format)), &z.all} {
		t.add(lines, sample.Lines)
	}
	if i >= comparedZones {
		return nil
	}
	return z.compare(ctx, sample, gray, found)
}

// compare has tesseract read a sample.
func (z *zoneTallies) compare(ctx context.Context, s zonetest.Sample, gray *imaging.Gray, found *vision.Zone) error {
	began := time.Now()
	whole, err := tesseract(ctx, s.JPEG)
	if err != nil {
		return err
	}
	z.tesseract = append(z.tesseract, time.Since(began))
	z.whole.add(among(whole, s.Lines), s.Lines)
	var cut []string
	if found != nil {
		width, height := 24*len(s.Lines[0])+48, 60*len(s.Lines)
		var picture bytes.Buffer
		if err := png.Encode(&picture, imaging.RectifyGray(gray, found.Corners, width, height)); err != nil {
			return err
		}
		if cut, err = tesseract(ctx, picture.Bytes()); err != nil {
			return err
		}
	}
	z.cut.add(among(cut, s.Lines), s.Lines)
	return nil
}

// tesseract returns the lines that tesseract reads in a picture, without spaces, if it may use the characters of a
// zone.
func tesseract(ctx context.Context, picture []byte) ([]string, error) {
	run := exec.CommandContext(ctx, "tesseract", "stdin", "stdout", "-l", "eng", "--psm", "6",
		"-c", "tessedit_char_whitelist=ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<")
	run.Stdin = bytes.NewReader(picture)
	out, err := run.Output()
	if err != nil {
		return nil, fmt.Errorf("tesseract: %w", err)
	}
	var lines []string
	for line := range strings.Lines(string(out)) {
		if line = strings.Join(strings.Fields(line), ""); line != "" {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// among returns the lines if they are among those that were read, one after the other, and nil otherwise.
func among(read, lines []string) []string {
	for i := range max(0, len(read)-len(lines)+1) {
		if slices.Equal(read[i:i+len(lines)], lines) {
			return lines
		}
	}
	return nil
}

// time reads a large photograph several times.
func (z *zoneTallies) time(ctx context.Context, photo []byte, times int) error {
	picture, err := imaging.Decode(ctx, photo)
	if err != nil {
		return err
	}
	gray := picture.Gray()
	for range times {
		began := cpuTime()
		found, err := zone.Find(ctx, gray)
		if err != nil {
			return err
		}
		if found == nil {
			return fmt.Errorf("the zone of a photograph of 12 megapixels was not read")
		}
		z.large = append(z.large, cpuTime()-began)
	}
	return nil
}

func (z *zoneTallies) comparisons() []comparison {
	read := comparison{title: "zones read exactly, %", our: "Stile"}
	for _, name := range z.names {
		read.alone = append(read.alone, fact{what: name, value: z.of[name].of(z.of[name].exact)})
	}
	read.alone = append(read.alone,
		fact{what: "all", value: z.all.of(z.all.exact), target: "at least 95"},
		fact{what: "wrong, with right check digits", value: z.all.of(z.all.wrong), target: "0"},
		fact{what: "wrong, with wrong check digits", value: z.all.of(z.all.refuted)},
		fact{what: fmt.Sprintf("tesseract, whole picture, of %d", z.whole.all), value: z.whole.of(z.whole.exact)},
		fact{what: fmt.Sprintf("tesseract, straightened zone, of %d", z.cut.all), value: z.cut.of(z.cut.exact)},
	)
	took := comparison{title: "a zone, ms on one core", our: "Stile"}
	for _, of := range []struct {
		name  string
		times []time.Duration
	}{
		{"photograph of the set", z.times}, {"12 megapixels", z.large}, {"tesseract, whole picture", z.tesseract},
	} {
		for _, p := range []int{50, 95} {
			value := milliseconds(percentile(of.times, p))
			took.alone = append(took.alone, fact{what: fmt.Sprintf("%s, p%d", of.name, p), value: value})
		}
	}
	return []comparison{read, took}
}
