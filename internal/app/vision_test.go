package app_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/faces"
	"github.com/stile-id/stile/vision"
)

func TestWithoutAVisionProcessDocumentCaptureIsUnavailable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*app.Options)
		says   string
	}{
		"off":         {func(o *app.Options) { o.Config.VisionOff = true }, `"status":"unavailable","reason":"STILE_VISION_URL is off"`},
		"a program":   {func(o *app.Options) { o.Vision = []string{"/opt/stile-vision"} }, `"status":"available","reason":null`},
		"an operator": {func(o *app.Options) { o.Config.VisionURL = "unix:/run/v.sock" }, `"status":"available","reason":null`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			c.change(&o)
			require.Contains(t, ready(t, o), `{"method":"document_capture",`+c.says)
		})
	}
}

func TestTheAPIAloneOffersTheMethodsForWhichModelsAreInstalled(t *testing.T) {
	t.Parallel()
	broken := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(broken, "blazeface.json"), []byte("of somebody else"), 0o600))
	for name, c := range map[string]struct{ models, embedding, age, match string }{
		"none":                         {t.TempDir(), vision.EmbeddingFaceAPI, "unavailable", "unavailable"},
		"a file that is not its model": {broken, vision.EmbeddingFaceAPI, "unavailable", "unavailable"},
		"all":                          {faces.Models(), vision.EmbeddingFaceAPI, "available", "available"},
		"all, and no comparison":       {faces.Models(), vision.EmbeddingOff, "available", "unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			o.Vision = []string{"/opt/stile-vision"}
			o.Config.VisionModels, o.Config.VisionEmbedding = c.models, c.embedding
			said := ready(t, o)
			require.Contains(t, said, `{"method":"facial_age","status":"`+c.age+`"`)
			require.Contains(t, said, `{"method":"selfie_match","status":"`+c.match+`"`)
			require.Contains(t, said, `{"method":"selfie_liveness","status":"`+c.match+`"`)
		})
	}
}

// ready runs an app and returns its answer at /readyz.
func ready(t *testing.T, o app.Options) string {
	t.Helper()
	a, err := app.New(t.Context(), o)
	require.NoError(t, err)
	a.Start(t.Context())
	answer, err := http.Get(a.URL() + "/readyz")
	require.NoError(t, err)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.NoError(t, a.Stop())
	return string(body)
}
