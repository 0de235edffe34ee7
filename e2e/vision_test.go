package e2e

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/vision"
)

// runVision runs a vision process on a socket, with further flags, until the returned function kills it.
func runVision(t *testing.T, socket string, flags ...string) (kill func()) {
	t.Helper()
	path, err := vector()
	require.NoError(t, err)
	arguments := append([]string{"--listen", "unix:" + socket, "--workers", "1"}, flags...)
	process := exec.CommandContext(t.Context(), path, arguments...)
	process.Env, process.Stderr = []string{}, os.Stderr
	process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, process.Start())
	client, err := vision.NewClient(vision.Options{URL: "unix:" + socket})
	require.NoError(t, err)
	go client.Watch(t.Context(), time.Minute)
	<-client.Known()
	return func() {
		require.NoError(t, process.Process.Kill())
		require.Error(t, process.Wait())
	}
}

func TestAKilledVisionProcessDelaysTheVerdictAndCostsNothingElse(t *testing.T) {
	t.Parallel()
	var blank bytes.Buffer
	require.NoError(t, png.Encode(&blank, image.NewGray(image.Rect(0, 0, 640, 400))))
	for name, database := range backends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			socket := filepath.Join(t.TempDir(), "s")
			kill := runVision(t, socket)
			s := newStack(t, database(t), func(c *config.Config) { c.VisionURL = "unix:" + socket })
			v := s.liveUnheard(t, simple(rules.MethodDocumentCapture)).create(t, nil)
			v.open(t)
			front := v.uploads(t, "document_capture", blank.String()).expect(t, 201)
			kill()
			v.submit(t, "document_capture", body{"front": front.text("id")}).expect(t, 202)
			require.Equal(t, "processing", v.get(t).text("status"))
			again := runVision(t, socket)
			v.until(t, "requires_input")
			again()
			require.Len(t, v.results(t), 1)
		})
	}
}
