package serve

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/faces"
	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/child"
)

// The readings work inside the limits of a worker, tesseract included.
func TestShippedReadingsReadADocument(t *testing.T) {
	t.Parallel()
	c, _ := start(t, shippedRole, child.Options{Workers: 1})
	front := specimen.New(specimen.IDCard, 8)
	photo := specimen.Photograph(front.Front(), specimen.Shot{Seed: 8, Width: 1200, Height: 900, Turn: 177, Tilt: 0.04})
	doc, err := c.Document(t.Context(), vision.Front, specimen.JPEG(photo, 90), vision.ReadAll()...)
	require.NoError(t, err)
	require.NotNil(t, doc.Card)
	require.Less(t, doc.Quality.Blur, 4.0)
	require.NotNil(t, doc.Portrait)
	require.Equal(t, 180, doc.Portrait.Turned)
	require.NotNil(t, doc.Text, "tesseract does not run inside the limits of a worker")
	require.Equal(t, 180, doc.Text.Turned)
	var lines strings.Builder
	for _, line := range doc.Text.Lines {
		lines.WriteString(line.Text + "\n")
	}
	require.Contains(t, lines.String(), front.Fields.Number)
	for _, name := range []string{"card ", "quality ", "portrait ", "text tesseract "} {
		require.Contains(t, doc.Version, name)
	}
}

func TestServerRefusesATextEngineThatIsNone(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	for setting, want := range map[string]string{"/no/such/program": "no such file", "/bin/true": "is no tesseract"} {
		err := Main(context.WithoutCancel(t.Context()), nil, []string{"--text", setting}, nil, &errs, &errs)
		require.ErrorContains(t, err, "--text: text engine")
		require.ErrorContains(t, err, want)
	}
}

func TestServerWithoutATextEngineSaysSo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for setting, says := range map[string]bool{"auto": true, "off": false} {
		var errs strings.Builder
		socket := "unix:" + filepath.Join(t.TempDir(), "s")
		require.NoError(t, Main(ctx, nil, []string{"--quiet", "--text", setting, "--listen", socket}, nil, &errs, &errs))
		require.Equal(t, says, strings.Contains(errs.String(), "tesseract is not installed"), errs.String())
	}
}

// The models work inside the limits of a worker, with less memory than the default.
func TestShippedReadingsMeasureAFace(t *testing.T) {
	t.Parallel()
	c, log := start(t, shippedRole, child.Options{
		Workers: 1, Time: 3 * time.Minute, Memory: vision.MemoryLeast, Models: faces.Models(),
	})
	require.Empty(t, c.FacesUnavailable(vision.ReadFaceAll()...))
	state, _ := c.State()
	require.Len(t, state.Models, 4)
	person, err := faces.Find("astronaut")
	require.NoError(t, err)
	picture, err := person.Picture(t.Context(), 1280, 960)
	require.NoError(t, err)
	found, err := c.Faces(t.Context(), faces.JPEG(picture, 90))
	require.NoError(t, err, log.String())
	require.Equal(t, 1, found.Count)
	f := found.Faces[0]
	require.InDelta(t, 0, f.Pose.Yaw, 8)
	require.Len(t, f.Landmarks, vision.Landmarks)
	require.NotNil(t, f.Quality)
	require.NotNil(t, f.Skin)
	require.NotNil(t, f.Texture)
	require.NotNil(t, f.Age)
	require.NotEmpty(t, f.Embedding)
	require.Contains(t, found.Version, "facemesh")
	healthy(t, c)
}

func TestBrokenModelsLeaveDocuments(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, name := range []string{"blazeface.json", "blazeface.bin"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte("{}"), 0o600))
	}
	c, log := start(t, shippedRole, child.Options{Workers: 1, Models: folder})
	healthy(t, c)
	_, err := c.Faces(t.Context(), picture(t))
	requireAway(t, err, vision.AwayModelsMissing)
	require.Contains(t, log.String(), "the models of faces cannot be used")
}

func TestWorkerTakesTheSettingsOfItsServer(t *testing.T) {
	t.Parallel()
	settings := workerSettings{1 << 28, "/opt/tesseract", "/var/lib/stile/models", vision.EmbeddingOff}
	command, err := workerCommand([]string{"vision"}, settings)
	require.NoError(t, err)
	parsed, err := parseWorker(command[2:])
	require.NoError(t, err)
	require.Equal(t, settings, parsed)
	_, err = parseWorker([]string{workerRole, "268435456"})
	require.ErrorContains(t, err, "started by stile-vision alone")
	var errs strings.Builder
	err = Main(t.Context(), nil, []string{"--embedding", "best"}, nil, &errs, &errs)
	require.ErrorContains(t, err, "--embedding must be one of face-api, faceres, off")
}
