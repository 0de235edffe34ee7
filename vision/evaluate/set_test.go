package evaluate_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/faces"
	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/evaluate"
)

func TestASmallSetIsEvaluated(t *testing.T) {
	t.Parallel()
	r, err := faces.Reader(vision.EmbeddingOff)
	require.NoError(t, err)
	folder := t.TempDir()
	labels := "file,age,person,light\n"
	for _, name := range []string{"astronaut", "6a", "6c"} {
		p, err := faces.Find(name)
		require.NoError(t, err)
		h, err := faces.NewHead(t.Context(), r, p, 480, 480, faces.Solid)
		require.NoError(t, err)
		for light, exposure := range map[string]float64{"bright": 1, "dim": 0.5} {
			file := name + "-" + light + ".jpg"
			picture := faces.JPEG(h.Render(faces.Shot{Exposure: exposure, Noise: 2}), 90)
			require.NoError(t, os.WriteFile(filepath.Join(folder, file), picture, 0o600))
			age := ""
			if p.Age > 0 {
				age = fmt.Sprint(p.Age)
			}
			labels += fmt.Sprintf("%s,%s,%s,%s\n", file, age, name, light)
		}
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, "labels.csv"), []byte(labels), 0o600))

	var out, errs bytes.Buffer
	require.NoError(t, evaluate.Main(t.Context(), []string{"--json", "--models", faces.Models(), folder}, &out, &errs))
	var report struct {
		Version  string
		Pictures int
		Age      []struct {
			Group    string
			Pictures int
			Error    struct{ Value float64 }
		}
		Match []struct {
			Group         string
			Band          string
			FalseMatch    evaluate.Rate `json:"false_match"`
			FalseNonMatch evaluate.Rate `json:"false_non_match"`
		}
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &report))
	require.Contains(t, report.Version, "face-recognition")
	require.Equal(t, 6, report.Pictures)
	require.Len(t, report.Age, 4, "all, the band of the one age that is known, and both lights")
	require.Equal(t, "age 30-39", report.Age[1].Group)
	require.Equal(t, 2, report.Age[0].Pictures)
	require.Less(t, report.Age[0].Error.Value, 15.0)
	require.Len(t, report.Match, 6)
	require.Equal(t, "match", report.Match[0].Band)
	require.Equal(t, 12, report.Match[0].FalseMatch.Of)
	require.Zero(t, report.Match[0].FalseMatch.Count)
	require.Equal(t, 3, report.Match[0].FalseNonMatch.Of)
	require.Zero(t, report.Match[0].FalseNonMatch.Count)
	require.Equal(t, 3, report.Match[2].FalseMatch.Of, "pairs inside a group")
}
