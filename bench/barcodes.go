package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/pdf417"
)

// licenses is the number of licences that are photographed in each way.
const licenses = 7

// barcodeShot is a way to photograph the back of a licence.
type barcodeShot struct {
	name    string
	shot    specimen.Shot
	turn    float64 // degrees more for each licence
	quality int     // of JPEG; 0 stands for 90
}

var barcodeShots = []barcodeShot{
	{name: "sharp, from above"},
	{name: "turned by any angle", shot: specimen.Shot{Turn: 13, Fill: 0.7}, turn: 360.0 / licenses},
	{name: "tilted", shot: specimen.Shot{Tilt: 0.12, Turn: -12}, turn: 4},
	{name: "out of focus, 0.4 modules", shot: specimen.Shot{Blur: 1.5, Turn: 3}},
	{name: "out of focus, 0.7 modules", shot: specimen.Shot{Blur: 2.5, Turn: -2}},
	{name: "noise of 50 levels", shot: specimen.Shot{Noise: 50, Turn: -4}},
	{name: "dark", shot: specimen.Shot{Light: 0.3, Noise: 6}},
	{name: "light falls off", shot: specimen.Shot{Shade: 1.6, Turn: 5, Noise: 6}},
	{name: "reflection", shot: specimen.Shot{Glare: 0.8, Turn: -5}},
	{name: "640 pixels wide", shot: specimen.Shot{Width: 640, Height: 480, Fill: 0.95, Noise: 4}, turn: 1},
	{name: "compressed, quality 12", shot: specimen.Shot{Width: 1200, Height: 900, Noise: 5}, turn: 1, quality: 12},
	{name: "a little of each", turn: 30, shot: specimen.Shot{
		Width: 1280, Height: 960, Tilt: 0.08, Turn: -90, Blur: 1.1, Noise: 12, Shade: 0.5, Light: 0.8,
	}},
}

// barcodes reads the barcodes of photographed licences by vision/pdf417 and by zxing-cpp: as they are, and straightened
// by the true corners of the card, plain, smoothed and enlarged. scripts/ensure-peers installs zxing-cpp.
func (b bench) barcodes(ctx context.Context) (c comparison, err error) {
	c = comparison{title: fmt.Sprintf("barcodes read, of %d photographs", licenses), our: "Stile"}
	if _, err := exec.LookPath("ZXingReader"); err != nil {
		return c, errors.New("barcodes: ZXingReader is missing; scripts/ensure-peers installs it")
	}
	folder, err := os.MkdirTemp("", "barcodes")
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	peer := zxing{file: filepath.Join(folder, "photo.png")}
	var times []time.Duration
	all := [3]int{}
	for _, s := range barcodeShots {
		counts := [3]int{}
		for number := range uint64(licenses) {
			took, read, err := s.read(ctx, number, peer)
			if err != nil {
				return c, err
			}
			times = append(times, took)
			for i := range read {
				counts[i], all[i] = counts[i]+read[i], all[i]+read[i]
			}
		}
		c.alone = append(c.alone, ofBarcodes(s.name, counts))
		if _, err := fmt.Fprintf(b.progress, "barcodes: %s\n", s.name); err != nil {
			return c, err
		}
	}
	c.alone = append(c.alone, ofBarcodes("all "+strconv.Itoa(len(times)), all),
		fact{what: "CPU time, ms, p50", value: milliseconds(percentile(times, 50))},
		fact{what: "CPU time, ms, p95", value: milliseconds(percentile(times, 95))})
	return c, nil
}

// ofBarcodes returns how many symbols Stile has read, beside zxing-cpp.
func ofBarcodes(name string, counts [3]int) fact {
	return fact{
		what: name, value: float64(counts[0]), target: fmt.Sprintf("zxing-cpp %d, straightened %d", counts[1], counts[2]),
	}
}

// read photographs a licence and has its barcode read by Stile and by zxing-cpp, with and without help. It counts a
// reading that is right as 1, and ends with an error if one is wrong.
func (s barcodeShot) read(ctx context.Context, number uint64, peer zxing) (took time.Duration, read [3]int, err error) {
	license := specimen.New(specimen.DriversLicense, number+1)
	shot := s.shot
	shot.Seed, shot.Turn = number+1, shot.Turn+s.turn*float64(number)
	photo := specimen.Photograph(license.Back(), shot)
	quality := s.quality
	if quality == 0 {
		quality = 90
	}
	picture, err := imaging.Decode(ctx, specimen.JPEG(photo, quality))
	if err != nil {
		return 0, read, err
	}
	gray := picture.Gray()
	began := cpuTime()
	symbol, err := pdf417.Decode(ctx, gray)
	took = cpuTime() - began
	if err == nil {
		if string(symbol.Data) != license.Fields.Barcode {
			return took, read, fmt.Errorf("barcodes: %s: a symbol was misread", s.name)
		}
		read[0] = 1
	}
	for i, helped := range append([]*image.Gray{gray}, straightened(gray, photo.Corners)...) {
		found, err := peer.read(ctx, helped, license.Fields.Number)
		if err != nil {
			return took, read, err
		}
		if found && i == 0 {
			read[1] = 1
		}
		if found {
			read[2] = 1
			break
		}
	}
	return took, read, nil
}

// straightened returns the card straight, smoothed, and enlarged.
func straightened(src *image.Gray, corners [4]specimen.Point) []*image.Gray {
	var c imaging.Corners
	for i, corner := range corners {
		c[i] = imaging.Point{corner.X, corner.Y}
	}
	straight := imaging.RectifyGray(src, c, 1280, 807)
	smooth := imaging.ResizeGray(imaging.ResizeGray(straight, 960, 605), 1280, 807)
	return []*image.Gray{straight, smooth, imaging.ResizeGray(straight, 2560, 1614)}
}

// zxing reads pictures by the program ZXingReader.
type zxing struct{ file string }

// read reports whether ZXingReader finds a text in the barcode of a picture.
func (z zxing) read(ctx context.Context, picture *image.Gray, text string) (bool, error) {
	file, err := os.Create(z.file)
	if err != nil {
		return false, err
	}
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := errors.Join(encoder.Encode(file, picture), file.Close()); err != nil {
		return false, err
	}
	program := exec.CommandContext(ctx, "ZXingReader", "-format", "PDF417", z.file) //nolint:gosec // a file of ours
	out, err := program.Output()
	var status *exec.ExitError
	if err != nil && !errors.As(err, &status) {
		return false, err
	}
	return strings.Contains(string(out), text), nil
}
