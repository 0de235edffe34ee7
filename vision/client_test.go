package vision_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/vision"
)

// process is a vision process that answers every request with handler.
func process(t *testing.T, handler http.HandlerFunc) *vision.Client {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	socket := filepath.Join(t.TempDir(), "s")
	require.NoError(t, server.Listener.Close())
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", socket)
	require.NoError(t, err)
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	c, err := vision.NewClient(vision.Options{URL: "unix:" + socket, Timeout: testkit.Patience})
	require.NoError(t, err)
	return c
}

func TestAddressesThatWouldShowAPictureAreRefused(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"unix:/run/vision.sock", "http://127.0.0.1:8095", "http://[::1]:8095/", "http://localhost:1", "https://v.example.com",
	} {
		_, _, err := vision.ParseURL(good)
		require.NoError(t, err, good)
	}
	for _, bad := range []string{
		"unix:run/vision.sock", "unix://host/s", "http://vision:8095", "http://10.0.0.1", "https://v.example.com/path",
		"https://user:word@v.example.com", "https://v.example.com?x=1", "ftp://localhost", "127.0.0.1:8095", "unix:", "://",
	} {
		_, _, err := vision.ParseURL(bad)
		require.Error(t, err, bad)
	}
}

func TestRequestNamesSideReadingsAndType(t *testing.T) {
	t.Parallel()
	var asked string
	c := process(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r.Method + " " + r.URL.String() + " " + r.Header.Get("Content-Type")
		_, _ = w.Write([]byte(`{"version":"v","width":3,"height":2,"zone":{"corners":[[0,0],[1,0],[1,1],[0,1]]}}`))
	})
	doc, err := c.Document(t.Context(), vision.Back, []byte("\x89PNG\r\n\x1A\n"), vision.ReadZone, vision.ReadCard)
	require.NoError(t, err)
	require.Equal(t, "POST /v1/document?read=zone%2Ccard&side=back image/png", asked)
	require.Equal(t, vision.Corners{{0, 0}, {1, 0}, {1, 1}, {0, 1}}, doc.Zone.Corners)
	require.Nil(t, doc.Barcode)
}

func TestFacesAreAskedForByReading(t *testing.T) {
	t.Parallel()
	var asked []string
	c := process(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String())
		_, _ = w.Write([]byte(`{"version":"v","count":5,
			"faces":[{"box":[1,2,3,4],"pose":{"yaw":-20},"embedding":[0.6,0.8]}]}`))
	})
	faces, err := c.Faces(t.Context(), []byte("x"), vision.ReadFaceAge, vision.ReadFaceSkin)
	require.NoError(t, err)
	require.Equal(t, 5, faces.Count)
	require.InDelta(t, -20, faces.Faces[0].Pose.Yaw, 0)
	require.Equal(t, []float32{0.6, 0.8}, faces.Faces[0].Embedding)
	require.Nil(t, faces.Faces[0].Age)
	_, err = c.Faces(t.Context(), []byte("x"))
	require.NoError(t, err)
	require.Equal(t, []string{"/v1/faces?read=age%2Cskin", "/v1/faces?"}, asked)
}

func TestFacesAreUnavailableWithoutTheirModels(t *testing.T) {
	t.Parallel()
	c := process(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"version":"v","models":{"blazeface":"aa"},"faces":["landmarks"]}`))
	})
	require.Empty(t, c.FacesUnavailable(vision.ReadFaceAge), "a client that is not watched")
	go c.Watch(t.Context(), 0)
	<-c.Known()
	require.Empty(t, c.FacesUnavailable(vision.ReadFaceLandmarks))
	require.Contains(t, c.FacesUnavailable(vision.ReadFaceLandmarks, vision.ReadFaceAge), "no model for age")
	var none *vision.Client
	require.Equal(t, none.Unavailable(), none.FacesUnavailable(vision.ReadFaceAge))
}

func TestPrintsDifferByBits(t *testing.T) {
	t.Parallel()
	require.Equal(t, 0, vision.PrintDistance("00000000000000ff", "00000000000000FF"))
	require.Equal(t, 8, vision.PrintDistance("00000000000000ff", "0000000000000000"))
	require.Equal(t, 64, vision.PrintDistance("", ""))
	require.Equal(t, 64, vision.PrintDistance("00000000000000f", "00000000000000ff"))
	require.Equal(t, 64, vision.PrintDistance("x0000000000000ff", "00000000000000ff"))
}

func TestAnswersBecomeErrorsThatSayWhetherARepeatHelps(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status       int
		body         string
		refused, way string
	}{
		"refused":      {400, `{"error":{"code":"image_invalid","message":"m"}}`, vision.CodeImageInvalid, ""},
		"too large":    {413, `{"error":{"code":"image_too_large","message":"m"}}`, vision.CodeImageTooLarge, ""},
		"busy":         {503, `{"error":{"code":"busy","message":"m"}}`, "", vision.AwayBusy},
		"too slow":     {504, `{"error":{"code":"too_slow","message":"m"}}`, "", vision.AwayTooSlow},
		"no models":    {503, `{"error":{"code":"models_missing","message":"m"}}`, "", vision.AwayModelsMissing},
		"a proxy":      {502, `<html>`, "", "away"},
		"moved":        {302, ``, "", "away"},
		"not readable": {200, `{"version":`, "", "away"},
		"endless":      {200, `{"version":"` + strings.Repeat("x", 17<<20), "", "away"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := process(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "http://127.0.0.1:1/")
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			})
			_, err := client.Document(t.Context(), vision.Front, []byte("x"))
			if c.refused != "" {
				var refused *vision.ImageError
				require.ErrorAs(t, err, &refused)
				require.Equal(t, c.refused, refused.Code)
				return
			}
			var away *vision.AwayError
			require.ErrorAs(t, err, &away)
			require.Equal(t, c.way, away.Code())
		})
	}
}

func TestAProcessThatIsGoneIsAwayAndACallerThatIsGoneIsNot(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	c := process(t, func(http.ResponseWriter, *http.Request) { <-hang })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Document(ctx, vision.Front, []byte("x"))
	require.ErrorIs(t, err, context.Canceled)
	close(hang)

	gone, err := vision.NewClient(vision.Options{URL: "unix:" + filepath.Join(t.TempDir(), "none")})
	require.NoError(t, err)
	_, err = gone.Document(t.Context(), vision.Front, []byte("x"))
	var away *vision.AwayError
	require.ErrorAs(t, err, &away)
}

func TestUnavailableTellsWhyNoPictureCanBeRead(t *testing.T) {
	t.Parallel()
	var none *vision.Client
	require.Equal(t, "no vision process is configured", none.Unavailable())
	off, err := vision.NewClient(vision.Options{Reason: "STILE_VISION_URL is off"})
	require.NoError(t, err)
	require.Equal(t, "STILE_VISION_URL is off", off.Unavailable())
	_, err = off.Document(t.Context(), vision.Front, []byte("x"))
	var away *vision.AwayError
	require.ErrorAs(t, err, &away)
	elsewhere, err := vision.NewClient(vision.Options{Elsewhere: true})
	require.NoError(t, err)
	require.Empty(t, elsewhere.Unavailable())

	up := process(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"version":"v","workers":4,"busy":1}`))
	})
	go up.Watch(t.Context(), 0)
	<-up.Known()
	require.Empty(t, up.Unavailable())
	state, known := up.State()
	require.True(t, known)
	require.Equal(t, 4, state.Workers)

	down, err := vision.NewClient(vision.Options{URL: "unix:" + filepath.Join(t.TempDir(), "none")})
	require.NoError(t, err)
	require.Empty(t, down.Unavailable(), "a client that is not watched")
	go down.Watch(t.Context(), 0)
	<-down.Known()
	require.Equal(t, "the vision process does not answer", down.Unavailable())
	_, known = down.State()
	require.False(t, known)
}
