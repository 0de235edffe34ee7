package text_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/card"
	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/text"
)

// stand returns an engine that is a script: it says that it is tesseract, and answers a picture as told.
func stand(t *testing.T, answer string) *text.Engine {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tesseract")
	script := "#!/bin/sh\ncase $1 in --version) echo tesseract 9.9;; --list-langs) echo eng;; *) " + answer + "\n;; esac\n"
	writeProgram(t, path, script)
	engine, err := text.NewEngine(t.Context(), path)
	require.NoError(t, err)
	require.Equal(t, "text tesseract 9.9", engine.Version())
	return engine
}

// writeProgram writes an executable file while no other test starts a process: a child between its fork and its exec
// would hold the file open for writing, and executing the file would fail with ETXTBSY.
func writeProgram(t *testing.T, path, script string) {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	require.NoError(t, os.WriteFile(path, []byte(script), 0o700))
}

func picture() *imaging.Picture {
	photo := specimen.Photograph(specimen.New(specimen.IDCard, 2).Front(), specimen.Shot{Width: 300, Height: 200})
	return imaging.NewPicture(photo.NRGBA)
}

func TestWordsBecomeLinesWithTheirPlaces(t *testing.T) {
	t.Parallel()
	engine := stand(t, `head -c 2 >&2; cat <<'END'
level	page_num	block_num	par_num	line_num	word_num	left	top	width	height	conf	text
1	1	0	0	0	0	0	0	300	200	-1	
5	1	1	1	1	1	10	20	30	10	90.5	ANNA
5	1	1	1	1	2	50	18	40	12	80.5	MARIA
5	1	1	1	2	1	50	18	40	12	9.5	noise
5	1	1	1	2	2	50	18	40	12	95	~~
5	1	2	1	1	1	100	60	20	10	70	F	
5	1	2	1	1	2	150	60	20	10	60	UTO
END`)
	read, err := engine.Read(t.Context(), picture(), nil, 0)
	require.NoError(t, err)
	// An upright picture without an outline is the document.
	maria, sex, state := vision.Box{10, 18, 90, 30}, vision.Box{100, 60, 120, 70}, vision.Box{150, 60, 170, 70}
	require.Equal(t, &vision.Text{Lines: []vision.TextLine{
		{Text: "ANNA MARIA", Confidence: 0.855, Box: maria, Place: maria},
		{Text: "F", Confidence: 0.7, Box: sex, Place: sex},
		{Text: "UTO", Confidence: 0.6, Box: state, Place: state},
	}}, read)
	read, err = engine.Read(t.Context(), picture(), nil, 180)
	require.NoError(t, err)
	require.Equal(t, 180, read.Turned)
	require.Equal(t, vision.Box{210, 170, 290, 182}, read.Lines[0].Box)
	require.Equal(t, maria, read.Lines[0].Place)
}

func TestFailingEngineReadsNothing(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"exit 1", "kill -SEGV $$", "head -c 2000000 /dev/zero", "/no/such/program"} {
		read, err := stand(t, answer).Read(t.Context(), picture(), nil, 0)
		require.NoError(t, err, answer)
		require.Nil(t, read, answer)
	}
	ctx, cancel := context.WithCancel(t.Context())
	engine := stand(t, "cat")
	cancel()
	_, err := engine.Read(ctx, picture(), nil, 0)
	require.ErrorIs(t, err, context.Canceled)
}

func TestSettingNamesTheEngine(t *testing.T) {
	t.Parallel()
	off, err := text.NewEngine(t.Context(), text.Off)
	require.NoError(t, err)
	require.Empty(t, off.Version())
	read, err := off.Read(t.Context(), picture(), nil, 0)
	require.NoError(t, err)
	require.Nil(t, read)

	_, err = text.NewEngine(t.Context(), "/no/such/tesseract")
	require.ErrorContains(t, err, "/no/such/tesseract")
	_, err = text.NewEngine(t.Context(), "/bin/true")
	require.ErrorContains(t, err, "is no tesseract")
}

// TestTesseractReadsASpecimen runs Debian's tesseract, which scripts/ensure-tesseract installs.
func TestTesseractReadsASpecimen(t *testing.T) {
	t.Parallel()
	engine, err := text.NewEngine(t.Context(), text.Auto)
	require.NoError(t, err)
	require.NotNil(t, engine, "tesseract is not installed: run scripts/ensure-tesseract")
	doc := specimen.New(specimen.DriversLicense, 6)
	photo := specimen.Photograph(doc.Front(), specimen.Shot{Seed: 6, Turn: 184, Tilt: 0.04, Noise: 3})
	p := imaging.NewPicture(photo.NRGBA)
	read, err := engine.Read(t.Context(), p, card.Find(p), 180)
	require.NoError(t, err)
	var all strings.Builder
	for _, line := range read.Lines {
		all.WriteString(line.Text + "\n")
	}
	for _, want := range []string{
		"DRIVER'S LICENSE", doc.Fields.Number, doc.Fields.Born.Format("01/02/2006"),
		doc.Fields.Expires.Format("01/02/2006"),
	} {
		require.Contains(t, all.String(), want)
	}
}
