// Package text reads the visual zone of a document by tesseract, which it runs as a program: the picture goes in by a
// pipe, words and places come out by another.
package text

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/card"
	"github.com/stile-id/stile/vision/imaging"
)

// The settings that are no path.
const (
	Auto = "auto" // tesseract, if it is on the PATH
	Off  = "off"
)

const (
	width     = 1500             // longer side of the document that tesseract reads, in pixels
	patience  = 20 * time.Second // for a document; it takes one on an idle machine
	maxOutput = 1 << 20          // bytes of tesseract's answer
	language  = "eng"
)

// Engine is a program that reads text.
type Engine struct{ path, version string }

// NewEngine returns the engine of a setting: Auto or "", Off, or the path of a tesseract. It returns nil where there is
// none. A path that does not run, and a tesseract without its English model, are errors.
func NewEngine(ctx context.Context, setting string) (*Engine, error) {
	if setting == Off {
		return nil, nil
	}
	path := setting
	if setting == Auto || setting == "" {
		found, err := exec.LookPath("tesseract")
		if err != nil {
			return nil, nil // a machine without tesseract reads no text
		}
		path = found
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	first, err := run(ctx, path, nil, "--version")
	if err != nil {
		return nil, fmt.Errorf("text engine %q: %w", path, err)
	}
	version := versionLine.FindString(string(first))
	if version == "" {
		return nil, fmt.Errorf("text engine %q is no tesseract", path)
	}
	languages, err := run(ctx, path, nil, "--list-langs")
	if err != nil {
		return nil, fmt.Errorf("text engine %q: %w", path, err)
	}
	for line := range strings.Lines(string(languages)) {
		if strings.TrimSpace(line) == language {
			return &Engine{path, version}, nil
		}
	}
	return nil, fmt.Errorf("text engine %q has no model for English (%s.traineddata)", path, language)
}

var versionLine = regexp.MustCompile(`tesseract v?\d+[0-9A-Za-z.+-]*`)

// Version names the engine in the versions of an answer; "" for none.
func (e *Engine) Version() string {
	if e == nil {
		return ""
	}
	return "text " + e.version
}

// Read returns the text of the document inside an outline, or of all of the picture if outline is nil. The document
// lies turned clockwise by 0, 90, 180 or 270 degrees. The result is nil without an engine, and where the engine fails
// or takes too long; the error is that of the context alone.
func (e *Engine) Read(
	ctx context.Context, p *imaging.Picture, outline *vision.Card, turned int,
) (*vision.Text, error) {
	if e == nil {
		return nil, ctx.Err()
	}
	gray, back := document(p, outline)
	upright := imaging.OrientGray(gray, uprights[turned])
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, err := run(within, e.path, pgm(upright), "-", "-", "--psm", "3", "-l", language, "tsv")
	if err != nil {
		return nil, ctx.Err()
	}
	lines := parse(answer)
	for i := range lines {
		lines[i].Box = origin(lines[i].Place, turned, gray.Rect.Dx(), gray.Rect.Dy(), back)
	}
	return &vision.Text{Lines: lines, Turned: turned}, nil
}

// uprights bring a document upright that lies turned by degrees.
var uprights = map[int]imaging.Orientation{90: imaging.Turn270, 180: imaging.Turn180, 270: imaging.Turn90}

// document returns the luma to read, and the way from its places to those of the picture.
func document(p *imaging.Picture, outline *vision.Card) (*imaging.Gray, func(vision.Point) vision.Point) {
	if outline != nil {
		if h, w, d, ok := card.Straight(outline.Corners, width); ok {
			return imaging.WarpGray(p.Gray(), h, w, d), h.Apply
		}
	}
	g, scale := p.GrayWithin(width)
	return g, func(at vision.Point) vision.Point { return vision.Point{at[0] * scale, at[1] * scale} }
}

// pgm returns a picture in the simplest format that tesseract reads.
func pgm(g *imaging.Gray) []byte {
	head := fmt.Appendf(nil, "P5 %d %d 255\n", g.Rect.Dx(), g.Rect.Dy())
	return append(head, g.Pix...)
}

// run returns the output of a program that gets data. It has no environment but the settings of tesseract.
func run(ctx context.Context, path string, data []byte, arguments ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, path, arguments...) //nolint:gosec // the operator names the program; no shell
	cmd.Env = []string{"OMP_THREAD_LIMIT=1", "LC_ALL=C"}
	out := &limited{left: maxOutput}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(data), out, &limited{left: maxOutput} // all of them pipes
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		return nil, err
	}
	return out.buffer.Bytes(), nil
}

// limited is a buffer that refuses more than a number of bytes.
type limited struct {
	buffer bytes.Buffer
	left   int
}

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, errors.New("the program's output is too long")
	}
	return l.buffer.Write(p)
}
