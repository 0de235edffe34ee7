package serve

import (
	"context"
	"strings"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/card"
	"github.com/stile-id/stile/vision/face"
	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/pdf417"
	"github.com/stile-id/stile/vision/portrait"
	"github.com/stile-id/stile/vision/quality"
	"github.com/stile-id/stile/vision/text"
	"github.com/stile-id/stile/vision/zone"
)

// Analyser measures a picture and puts its finding into out; it leaves its member nil where there is nothing to find.
// It may read the members of the analysers before it in the list. An error, and a panic, are faults of the process:
// the attempt is repeated. An error has nothing of the content of the picture, because it is logged.
//
// An analyser runs in a worker: it has no network, no environment, no file that it can write, and one processor. A
// program that it starts must have pipes for its input, output and errors, and gets the limits of the worker.
type Analyser func(ctx context.Context, p *imaging.Picture, out *vision.Document) error

// reading is an analyser in the list.
type reading struct {
	read vision.Read
	// version names the code and the model that decide, such as "zone 3f2a": it becomes part of the answer's version. It
	// may be "" where the reading cannot be made on this machine.
	version func() string
	analyse Analyser
}

// readers are all that a worker can measure.
type readers struct {
	documents []reading
	faces     faceReader
	// fault says why faces cannot be measured although there are models.
	fault string
}

// faceReader measures faces.
type faceReader interface {
	// Readings returns those for which there are models, Models the models with their SHA-256, and Version names both for
	// answers; it is "" without models.
	Readings() []vision.FaceRead
	Models() map[string]string
	Version() string
	// Read makes readings, each of which Readings has, on the faces of a picture. The version is the caller's to set.
	Read(ctx context.Context, p *imaging.Picture, read []vision.FaceRead) (*vision.Faces, error)
}

// opener makes the readers of a worker, before its limits are set.
type opener func(workerSettings) readers

// shipped returns the readers that ship. A worker whose models are broken reads documents.
func shipped(s workerSettings) readers {
	r := readers{documents: readings(s.text)}
	faces, err := face.Open(s.models, s.embedding)
	if err != nil {
		r.fault = err.Error()
	}
	r.faces = faces
	return r
}

// version names the protocol and all readings.
func (r readers) version() string {
	names := []string{protocol}
	for _, reader := range r.documents {
		if name := reader.version(); name != "" {
			names = append(names, name)
		}
	}
	if name := r.faces.Version(); name != "" {
		names = append(names, name)
	}
	return strings.Join(names, "; ")
}

// readings returns the analysers of documents, in the order in which they run: quality and text read the outline, text
// also how far the document is turned.
func readings(textSetting string) []reading {
	named := func(name string) func() string { return func() string { return name } }
	engine := textEngine{setting: textSetting}
	return []reading{
		{vision.ReadCard, named(card.Version), findCard},
		{vision.ReadQuality, named(quality.Version), measureQuality},
		{vision.ReadBarcode, named(pdf417.Version), readBarcode},
		{vision.ReadZone, zone.Version, zone.Analyse},
		{vision.ReadPortrait, named(portrait.Version), findPortrait},
		{vision.ReadText, engine.version, engine.read},
	}
}

func findCard(_ context.Context, p *imaging.Picture, out *vision.Document) error {
	out.Card = card.Find(p)
	return nil
}

func measureQuality(_ context.Context, p *imaging.Picture, out *vision.Document) error {
	out.Quality = quality.Measure(p, out.Card)
	return nil
}

func findPortrait(_ context.Context, p *imaging.Picture, out *vision.Document) (err error) {
	out.Portrait, err = portrait.Find(p, out.Card)
	return err
}

// textEngine is the engine of a worker. It is looked for once, by version.
type textEngine struct {
	setting string
	engine  *text.Engine
}

// version looks for the engine. A worker without one reads no text, and its answers say so.
func (t *textEngine) version() string {
	t.engine, _ = text.NewEngine(context.Background(), t.setting) //nolint:forbidigo // a worker asks once, at its start
	return t.engine.Version()
}

// read reads the text of a document that lies as its zone or its portrait does.
func (t *textEngine) read(ctx context.Context, p *imaging.Picture, out *vision.Document) (err error) {
	turned := 0
	switch {
	case out.Zone != nil:
		turned = out.Zone.Turned
	case out.Portrait != nil:
		turned = out.Portrait.Turned
	}
	out.Text, err = t.engine.Read(ctx, p, out.Card, turned)
	return err
}
