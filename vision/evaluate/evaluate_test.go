package evaluate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
)

// drawn makes a folder of pictures, one for each line of labels: the level of gray of a picture is its number.
func drawn(t *testing.T, header string, lines ...string) string {
	t.Helper()
	folder := t.TempDir()
	text := header + "\n"
	for i, line := range lines {
		name := fmt.Sprintf("%d.png", i)
		text += name + "," + line + "\n"
		picture := image.NewGray(image.Rect(0, 0, 8, 8))
		for k := range picture.Pix {
			picture.Pix[k] = color.Gray{Y: uint8(i)}.Y
		}
		var out bytes.Buffer
		require.NoError(t, png.Encode(&out, picture))
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), out.Bytes(), 0o600))
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, "labels.csv"), []byte(text), 0o600))
	return folder
}

// estimates answers about the pictures of drawn: with an age and an embedding for each number.
func estimates(years []float64, embeddings [][]float32) Measure {
	return func(_ context.Context, p *imaging.Picture) (*vision.Faces, error) {
		i := int(p.Gray().Pix[0])
		f := vision.Face{Pose: &vision.Pose{}, Age: &vision.Age{Years: years[i]}}
		if embeddings != nil {
			f.Embedding = embeddings[i]
		}
		return &vision.Faces{Count: 1, Faces: []vision.Face{f}}, nil
	}
}

func TestErrorsAreReportedByBandAndByEveryGroupOfTheLabels(t *testing.T) {
	t.Parallel()
	folder := drawn(t, "file,age,person,tone",
		"17,ann,I", "17,ann,I", "17,ben,VI", "40,cid,VI", "40,dee,I", ",eve,I")
	s, err := parse([]string{folder}, nil)
	require.NoError(t, err)
	r, err := run(t.Context(), s, estimates([]float64{20, 22, 31, 36, 40, 99}, nil))
	require.NoError(t, err)
	rows := map[string]AgeRow{}
	var names []string
	for _, row := range r.Age {
		rows[row.Group], names = row, append(names, row.Group)
	}
	require.Equal(t, []string{"all", "age 16-17", "age 40-49", "tone I", "tone VI"}, names)
	require.InDelta(t, (3+5+14+4+0)/5.0, rows["all"].Error.Value, 1e-9)
	require.InDelta(t, (3+5+14-4+0)/5.0, rows["all"].Bias.Value, 1e-9)
	require.Equal(t, 5, rows["all"].Pictures)
	require.Equal(t, 4, rows["all"].People)
	require.Less(t, rows["all"].Error.Interval[0], rows["all"].Error.Value)
	require.Greater(t, rows["all"].Error.Interval[1], rows["all"].Error.Value)
	require.InDelta(t, 9, rows["tone VI"].Error.Value, 1e-9)
	require.Len(t, r.Minors, 2*len(minorsAt))
	for _, m := range r.Minors {
		require.Equal(t, map[int]int{18: 3, 21: 2, 25: 1, 28: 1, 30: 1, 35: 0}[m.At], m.Rate.Count, "at %d", m.At)
		require.Equal(t, 3, m.Rate.Of)
	}
	require.Empty(t, r.Match, "without embeddings")
}

func TestPairsOfOnePersonAndOfTwoAreCountedAtBothBands(t *testing.T) {
	t.Parallel()
	folder := drawn(t, "file,person,site", "ann,x", "ann,x", "ben,x", "ben,y", ",y")
	s, err := parse([]string{"--match", "0.9", "--review", "0.5", folder}, nil)
	require.NoError(t, err)
	embeddings := [][]float32{{1, 0}, {0.8, 0.6}, {0.6, 0.8}, {0, 1}, {1, 0}}
	r, err := run(t.Context(), s, estimates(make([]float64, 5), embeddings))
	require.NoError(t, err)
	// Of one person: 0·1 = 0.8, 2·3 = 0.8. Of two: 0·2 = 0.6, 0·3 = 0, 1·2 = 0.96, 1·3 = 0.6.
	require.Equal(t, []MatchRow{
		{"all", "match", 0.9, rateOf(1, 4), rateOf(2, 2)},
		{"all", "review", 0.5, rateOf(3, 4), rateOf(0, 2)},
		{"site x", "match", 0.9, rateOf(1, 2), rateOf(1, 1)},
		{"site x", "review", 0.5, rateOf(2, 2), rateOf(0, 1)},
	}, r.Match)
	var out bytes.Buffer
	require.NoError(t, r.write(&out, false))
	require.Contains(t, out.String(), "1 of 4, 25.00% (4.56 to 69.94)")
	require.Contains(t, out.String(), "takes 381 pairs of two people")
	out.Reset()
	require.NoError(t, r.write(&out, true))
	var again map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &again))
}

func TestSmallChildrenDoNotHideTheErrorAtSeventeen(t *testing.T) {
	t.Parallel()
	folder := drawn(t, "file,age", "5", "6", "7", "17", "17", "18")
	s, err := parse([]string{folder}, nil)
	require.NoError(t, err)
	r, err := run(t.Context(), s, estimates([]float64{5, 6, 7, 19, 17, 40}, nil))
	require.NoError(t, err)
	require.Equal(t, MinorRow{"below 18", 18, rateOf(1, 5)}, r.Minors[0])
	require.Equal(t, MinorRow{"16 and 17", 18, rateOf(1, 2)}, r.Minors[len(minorsAt)])
}

// counted returns the tally of a list of similarities.
func counted(bands vision.Bands, list ...float64) *tally {
	t := &tally{bands: bands}
	for _, s := range list {
		t.add(s)
	}
	return t
}

// reaching counts the similarities of a list that are at least a value.
func reaching(list []float64, at float64) (n int) {
	for _, s := range list {
		if s >= at {
			n++
		}
	}
	return n
}

func TestACalibrationStatesARateThatItsPairsCanShow(t *testing.T) {
	t.Parallel()
	none := vision.Bands{}
	require.Nil(t, calibrate(counted(none, 1), counted(none)))
	other := make([]float64, 4000) // from 0 to 0.7996
	for i := range other {
		other[i] = float64(i*7%4000) / 5001
	}
	rows := calibrate(counted(none, 0.7, 0.9), counted(none, other...))
	require.Len(t, rows, 3)
	require.InDelta(t, 0.01, rows[0].Stated, 0)
	require.LessOrEqual(t, rows[0].FalseMatch.Interval[1], 0.01)
	require.Equal(t, rows[0].FalseMatch.Count, reaching(other, *rows[0].At))
	require.Greater(t, rateOf(rows[0].FalseMatch.Count+1, 4000).Interval[1], 0.01, "the least similarity")
	require.Equal(t, rateOf(1, 2), rows[0].FalseNonMatch)
	require.Equal(t, rateOf(0, 4000), rows[1].FalseMatch, "3838 pairs without a false match show a rate of 0.1%")
	require.InDelta(t, 0.7997, *rows[1].At, 2e-4)
	require.Nil(t, rows[2].At)
	require.Equal(t, 38411, rows[2].Pairs)

	low := calibrate(counted(none), counted(none, 0.1, 0.2))
	require.Nil(t, low[0].At, "of two pairs nothing can be stated")
	require.Equal(t, 381, low[0].Pairs)
}

// A list of all similarities is the measure of the counts.
func TestCountedSimilaritiesGiveTheRatesOfAList(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 5))
	bands := vision.Bands{Match: 0.123456, Review: -0.2}
	list := make([]measured, 220)
	for i := range list {
		embedding := []float32{float32(r.NormFloat64()), float32(r.NormFloat64()), float32(r.NormFloat64())}
		length := float32(math.Sqrt(similarity(embedding, embedding)))
		for k := range embedding {
			embedding[k] /= length
		}
		list[i] = measured{label: label{person: fmt.Sprint(r.IntN(60))}, embedding: embedding}
	}
	var same, other []float64
	for i, a := range list {
		for _, b := range list[:i] {
			if s := similarity(a.embedding, b.embedding); a.person == b.person {
				same = append(same, s)
			} else {
				other = append(other, s)
			}
		}
	}
	ones, twos, err := pairs(t.Context(), list, bands)
	require.NoError(t, err)
	for i, row := range matchRows("all", ones, twos) {
		at := []float64{bands.Match, bands.Review}[i]
		require.Equal(t, rateOf(reaching(other, at), len(other)), row.FalseMatch)
		require.Equal(t, rateOf(len(same)-reaching(same, at), len(same)), row.FalseNonMatch)
	}
	rows := calibrate(ones, twos)
	require.NotNil(t, rows[1].At, "there are pairs enough for 0.1%")
	for _, row := range rows[:2] {
		require.Equal(t, rateOf(reaching(other, *row.At), len(other)), row.FalseMatch)
		require.Equal(t, rateOf(len(same)-reaching(same, *row.At), len(same)), row.FalseNonMatch)
		before := rateOf(reaching(other, *row.At-1.0/resolution), len(other))
		require.LessOrEqual(t, row.FalseMatch.Interval[1], row.Stated)
		require.Greater(t, before.Interval[1], row.Stated, "a step lower there are too many false matches")
	}
}

func TestACalibrationWhereAllPairsMayMatchIsTheLeastSimilarity(t *testing.T) {
	t.Parallel()
	equal := counted(vision.Bands{}, -1, 1, 1.0000001)
	require.Equal(t, -resolution, equal.least(3))
	require.Equal(t, resolution+1, equal.least(1), "no similarity excludes two that are equal")
	require.Zero(t, equal.reach(equal.least(1)))
	require.Equal(t, 2, equal.reach(resolution))
}

func TestACancelledRunEndsWhilePairsAreCompared(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := report(ctx, make([]measured, 2), nil, vision.Bands{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestPicturesThatCannotBeMeasuredAreCounted(t *testing.T) {
	t.Parallel()
	folder := drawn(t, "file,age", "20", "30", "40", "50")
	require.NoError(t, os.WriteFile(filepath.Join(folder, "3.png"), []byte("no picture"), 0o600))
	s, err := parse([]string{folder}, nil)
	require.NoError(t, err)
	r, err := run(t.Context(), s, func(_ context.Context, p *imaging.Picture) (*vision.Faces, error) {
		count := int(p.Gray().Pix[0]) // none, one, two
		f := vision.Face{Pose: &vision.Pose{}, Age: &vision.Age{Years: 33}}
		return &vision.Faces{Count: count, Faces: []vision.Face{f, f}[:count]}, nil
	})
	require.NoError(t, err)
	require.Equal(t, map[string]int{"no_face": 1, "several_faces": 1, "unreadable": 1}, r.Unmeasured)
	require.Equal(t, rateOf(3, 4), r.Age[0].Unmeasured)
	var out bytes.Buffer
	require.NoError(t, r.write(&out, false))
	require.Contains(t, out.String(), "3.0 (one person)")
	out.Reset()
	require.NoError(t, r.write(&out, true))
	require.Contains(t, out.String(), "null", "an interval that is not known")
}

func TestLabelsThatAreWrongNameLineAndColumn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                          "line 1",
		"picture,age\n":             "no column file",
		"file,age,age\n":            "column 3 has no name of its own",
		"file,\n":                   "column 2 has no name",
		"file,age\na,young\n":       "line 2: column age must be",
		"file,age\na,1\nb,200\n":    "line 3: column age must be",
		"file\n../a\n":              "line 2: column file must be",
		"file\n/etc/passwd\n":       "line 2: column file must be",
		"file,age\na\n":             "line 2: wrong number of fields",
		"file,age\n\"a\",NaN\n":     "line 2: column age must be",
		"file,person\na,p\n\"b,c\n": "line 3",
	} {
		_, _, err := readLabels(strings.NewReader(text))
		require.ErrorContains(t, err, want, "%q", text)
	}
}

func TestFlagsThatAreWrongAreNamed(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	for want, args := range map[string][]string{
		"name one folder":          {},
		"--embedding must be":      {"--embedding", "best", "x"},
		"--match must be":          {"--match", "7", "x"},
		"--labels must be":         {"--labels", "/etc/passwd", "x"},
		"stile-vision models inst": {"--models", filepath.Join(t.TempDir(), "none"), t.TempDir()},
	} {
		require.ErrorContains(t, Main(t.Context(), args, &errs, &errs), want)
	}
}

func TestIntervalsOfRatesAreThoseOfWilson(t *testing.T) {
	t.Parallel()
	r := rateOf(10, 100)
	require.InDelta(t, 0.0552, r.Interval[0], 1e-3)
	require.InDelta(t, 0.1744, r.Interval[1], 1e-3)
	none := rateOf(0, 30)
	require.InDelta(t, 0, none.Interval[0], 1e-9)
	require.InDelta(t, 0.1135, none.Interval[1], 1e-3)
	require.Equal(t, Interval{0, 1}, rateOf(0, 0).Interval)
}

func TestBootstrapDrawsPeopleAndNotPictures(t *testing.T) {
	t.Parallel()
	same := func(v float64) float64 { return v }
	single := clusters{{0}, {0}, {0}, {0}, {8}, {8}, {8}, {8}}.mean(same)
	people := clusters{{0, 0, 0, 0}, {8, 8, 8, 8}}.mean(same)
	require.InDelta(t, 4, single.Value, 1e-9)
	require.InDelta(t, 4, people.Value, 1e-9)
	require.Greater(t, people.Interval[1]-people.Interval[0], single.Interval[1]-single.Interval[0])
}
