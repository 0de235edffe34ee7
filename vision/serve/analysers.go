package serve

import (
	"context"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/pdf417"
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

// readings returns the analysers, in the order in which they run.
func readings() []reading {
	return []reading{
		{read: vision.ReadBarcode, version: func() string { return pdf417.Version }, analyse: readBarcode},
		{read: vision.ReadZone, version: zone.Version, analyse: zone.Analyse},
	}
}
