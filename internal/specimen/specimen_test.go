package specimen_test

import (
	"image"
	"image/draw"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/specimen"
)

func TestSameSeedDrawsSamePixels(t *testing.T) {
	t.Parallel()
	shot := specimen.Shot{Seed: 4, Width: 400, Height: 300, Tilt: 0.05, Noise: 6, Glare: 0.4}
	first := specimen.Photograph(specimen.New(specimen.IDCard, 4).Front(), shot)
	second := specimen.Photograph(specimen.New(specimen.IDCard, 4).Front(), shot)
	require.True(t, string(first.Pix) == string(second.Pix))
	other := specimen.New(specimen.IDCard, 5)
	require.NotEqual(t, specimen.New(specimen.IDCard, 4).Fields.Number, other.Fields.Number)
	require.False(t, string(other.Front().Pix) == string(specimen.New(specimen.IDCard, 4).Front().Pix))
}

func TestKindHasThePagesZoneAndBarcodeOfItsType(t *testing.T) {
	t.Parallel()
	lines := map[specimen.Kind]int{
		specimen.IDCard: 3, specimen.Passport: 2, specimen.ResidencePermit: 3, specimen.HealthCard: 3,
	}
	for _, kind := range specimen.Kinds() {
		doc := specimen.New(kind, 1)
		require.NotNil(t, doc.Front(), kind)
		require.Equal(t, kind != specimen.Passport, doc.Back() != nil, kind)
		require.Len(t, doc.Fields.Zone, lines[kind], kind)
		for _, line := range doc.Fields.Zone {
			require.Len(t, line, map[int]int{2: 44, 3: 30}[lines[kind]], kind)
			require.Empty(t, strings.Trim(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"), kind)
		}
		require.Equal(t, kind == specimen.DriversLicense, doc.Fields.Barcode != "", kind)
	}
}

// The zone is that of the specimen in ICAO 9303 part 4, appendix B.
func TestZoneEqualsThatOfTheStandard(t *testing.T) {
	t.Parallel()
	doc := specimen.New(specimen.Passport, 1, func(f *specimen.Fields) {
		f.Surname, f.GivenNames, f.Number, f.PersonalNumber = "ERIKSSON", "ANNA MARIA", "L898902C3", "ZE184226B"
		f.Sex, f.Born, f.Expires = "F", date(1974, 8, 12), date(2012, 4, 15)
	})
	require.Equal(t, []string{
		"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
		"L898902C36UTO7408122F1204159ZE184226B<<<<<10",
	}, doc.Fields.Zone)
}

func TestChangedFieldIsInTheZoneAndTheBarcode(t *testing.T) {
	t.Parallel()
	expired := func(f *specimen.Fields) { f.Expires = date(2020, 2, 29) }
	require.Contains(t, specimen.New(specimen.IDCard, 2, expired).Fields.Zone[1], "200229")
	require.Contains(t, specimen.New(specimen.DriversLicense, 2, expired).Fields.Barcode, "DBA02292020\n")
	kept := specimen.New(specimen.IDCard, 2, func(f *specimen.Fields) { f.Zone = []string{"A", "B", "C"} })
	require.Equal(t, []string{"A", "B", "C"}, kept.Fields.Zone)
	plain := specimen.New(specimen.HealthCard, 2, func(f *specimen.Fields) { f.Plain = true })
	require.Empty(t, plain.Fields.Zone)
}

func TestPhotographTellsTheCornersOfThePage(t *testing.T) {
	t.Parallel()
	white := image.NewNRGBA(image.Rect(0, 0, 320, 200))
	draw.Draw(white, white.Rect, image.White, image.Point{}, draw.Src)
	photo := specimen.Photograph(white, specimen.Shot{Seed: 3, Width: 400, Height: 300, Turn: 8, Tilt: 0.06})
	middle := specimen.Point{X: 200, Y: 150}
	for i, corner := range photo.Corners {
		in, out := toward(corner, middle, 0.04), toward(corner, middle, -0.04)
		require.Greater(t, photo.NRGBAAt(in.x, in.y).G, uint8(250), i)
		require.Less(t, photo.NRGBAAt(out.x, out.y).G, uint8(200), i)
	}
}

type pixel struct{ x, y int }

func toward(from, to specimen.Point, share float64) pixel {
	return pixel{int(from.X + (to.X-from.X)*share), int(from.Y + (to.Y-from.Y)*share)}
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
