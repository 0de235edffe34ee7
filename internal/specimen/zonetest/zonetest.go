// Package zonetest makes photographs of machine-readable zones with known text, for tests and the benchmark. The
// people and documents in them are invented.
package zonetest

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/methods/document/mrz"
)

// Sample is a photograph of a zone.
type Sample struct {
	// Name has the condition, the format and a number.
	Name string
	// Condition names the difficulty of the photograph.
	Condition string
	Format    mrz.Format
	Lines     []string
	Photo     *specimen.Photo
	JPEG      []byte
}

// condition is how photographs are taken.
type condition struct {
	name string
	// pitch is the size of a character in pixels.
	pitch float64
	// turn is the largest angle in degrees, quarters says that the picture is turned by quarters of a circle, too.
	turn     float64
	quarters bool
	// tilt, blur, noise, glare and shade are those of specimen.Shot at their largest.
	tilt, blur, noise, glare, shade float64
	quality                         int
}

var conditions = []condition{
	{name: "clear", pitch: 20, turn: 2, tilt: 0.02, blur: 0.6, noise: 3, quality: 90},
	{name: "blur", pitch: 20, turn: 2, tilt: 0.02, blur: 1.7, noise: 3, quality: 85},
	{name: "noise", pitch: 20, turn: 2, tilt: 0.02, blur: 0.6, noise: 16, quality: 85},
	{name: "rotation to 10 degrees", pitch: 20, turn: 10, tilt: 0.02, blur: 0.8, noise: 6, quality: 85},
	{name: "quarter turns", pitch: 20, turn: 10, quarters: true, tilt: 0.02, blur: 0.8, noise: 6, quality: 85},
	{name: "perspective", pitch: 20, turn: 4, tilt: 0.10, blur: 0.8, noise: 6, quality: 85},
	{name: "glare", pitch: 20, turn: 4, tilt: 0.03, blur: 0.8, noise: 6, glare: 0.5, quality: 85},
	{name: "11 pixels a character", pitch: 11, turn: 4, tilt: 0.03, blur: 0.6, noise: 6, quality: 85},
	{name: "shade and strong compression", pitch: 18, turn: 4, tilt: 0.03, blur: 0.8, noise: 6, shade: 0.9, quality: 35},
	{
		name: "all together", pitch: 17, turn: 10, quarters: true, tilt: 0.06, blur: 1, noise: 8, glare: 0.25, shade: 0.5,
		quality: 70,
	},
}

// pixelsPerMillimetre is the scale of pages that specimen.ZonePage draws.
const pixelsPerMillimetre = 12

// Size is the number of samples in a set that has each condition and format ten times.
const Size = 500

// New returns the sample i of a set. Samples go through all formats and conditions, so that the first fifty have each
// of both together once. The same set and number make the same sample.
func New(set uint64, i int) Sample {
	random := rand.New(rand.NewPCG(set, uint64(i))) //nolint:gosec // a sample must be the same each time
	formats := mrz.Formats()
	format := formats[i%len(formats)]
	c := conditions[i/len(formats)%len(conditions)]
	lines := zone(format, random)
	photo := c.photograph(specimen.ZonePage(lines, random.Uint64()), random)
	return Sample{
		Name: fmt.Sprintf("%s, %s, %d", c.name, format, i), Condition: c.name, Format: format, Lines: lines,
		Photo: photo, JPEG: specimen.JPEG(photo.NRGBA, c.quality),
	}
}

// photograph takes a picture of a whole page, in which a character is c.pitch pixels wide.
func (c condition) photograph(page *image.NRGBA, random *rand.Rand) *specimen.Photo {
	upTo := func(most float64) float64 { return most * (0.3 + 0.7*random.Float64()) }
	signed := func(most float64) float64 { return most * (2*random.Float64() - 1) }
	turn := signed(c.turn)
	if c.quarters {
		turn += float64(90 * (1 + random.IntN(3)))
	}
	scale := c.pitch / (2.54 * pixelsPerMillimetre)
	w, h := scale*float64(page.Rect.Dx()), scale*float64(page.Rect.Dy())
	sin, cos := math.Sincos(turn * math.Pi / 180)
	across, down := w*math.Abs(cos)+h*math.Abs(sin), w*math.Abs(sin)+h*math.Abs(cos)
	// The border is wide enough for corners that a tilt moves outwards.
	width, height := int(1.1*across)+40, int(1.1*down)+40
	return specimen.Photograph(page, specimen.Shot{
		Seed: random.Uint64(), Width: width, Height: height, Fill: max(across/float64(width), down/float64(height)),
		Turn: turn, Tilt: upTo(c.tilt), Blur: upTo(c.blur), Noise: upTo(c.noise), Glare: upTo(c.glare),
		Shade: upTo(c.shade),
	})
}

var (
	surnames = strings.Fields(`AMAUROTE BENSALEM CANDIDE DOBRYNIN ERIKSSON FALKENBERG GULLIVER HYTHLODAYE IVERSEN JUNG
		KALLIPOLIS LAPUTA MUSTERMANN NGOMA OYELARAN PANGLOSS QUIXANO RASMUSSEN SMITH-JONES TUNDERTENTRONCKH UTOPIANA
		VAN-DER-MUELLEN WESTERGAARD XENAKIS YEATS ZHOU`)
	givenNames = strings.Fields("ANNA BORIS CHLOE DINGO ENYA FATIMA GISELE HUGO IDA JADE KWAME LI MARIA NORA OLIVER " +
		"PETER QUENTIN ROSA SUSIE TOMAS UMA VICTOR WIM XAVIER YUSUF ZOE")
	states = strings.Fields("UTO UTO UTO D FRA GBR ESP ITA POL NLD SWE BRA IND NGA USA XXA GBD CHE")
	codes  = map[mrz.Format][]string{
		mrz.TD1: {"I", "ID", "AR", "IR", "C"}, mrz.TD2: {"I", "ID", "AR", "C"}, mrz.TD3: {"P", "PP", "PD", "PM"},
		mrz.MRVA: {"V", "VC"}, mrz.MRVB: {"V", "VD"},
	}
)

func pick[T any](random *rand.Rand, all []T) T { return all[random.IntN(len(all))] }

// zone returns the lines of a zone of an invented person.
func zone(format mrz.Format, random *rand.Rand) []string {
	date := func(from, years int) mrz.Date {
		return mrz.DateOf(from+random.IntN(years), time.Month(1+random.IntN(12)), 1+random.IntN(28))
	}
	fields := mrz.Fields{
		Format: format, Code: pick(random, codes[format]), Issuer: pick(random, states), Nationality: pick(random, states),
		Number: serial(random, 9), Birth: date(1940, 70), Expiry: date(2022, 14), Sex: pick(random, []string{"M", "F", "X"}),
		Surname: pick(random, surnames), GivenNames: pick(random, givenNames),
	}
	if random.IntN(2) == 0 {
		fields.GivenNames += " " + pick(random, givenNames)
	}
	if random.IntN(2) == 0 {
		fields.Optional = []string{serial(random, 1+random.IntN(7))}
	}
	if long := format == mrz.TD1 || format == mrz.TD2; long && random.IntN(4) == 0 {
		fields.Number, fields.Optional = serial(random, 12), nil
	}
	lines, err := fields.Lines()
	if err != nil {
		panic(err) // the fields above fit every format
	}
	return lines
}

// serial returns a number as documents have it: mostly digits, and some letters.
func serial(random *rand.Rand, length int) string {
	text := make([]byte, length)
	for i := range text {
		if random.IntN(4) == 0 {
			text[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[random.IntN(26)]
		} else {
			text[i] = "0123456789"[random.IntN(10)]
		}
	}
	return string(text)
}
