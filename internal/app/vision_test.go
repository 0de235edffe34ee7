package app_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
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
			a, err := app.New(t.Context(), o)
			require.NoError(t, err)
			a.Start(t.Context())
			answer, err := http.Get(a.URL() + "/readyz")
			require.NoError(t, err)
			body, err := io.ReadAll(answer.Body)
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
			require.NoError(t, a.Stop())
			require.Contains(t, string(body), `{"method":"document_capture",`+c.says)
		})
	}
}
