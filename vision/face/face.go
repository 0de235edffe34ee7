// Package face measures the faces of a picture: place, landmarks, pose, quality, colour, texture, age and embedding. It
// runs in the vision process only, decides nothing, and knows one picture at a time (decision 0072).
package face

import (
	"context"
	"errors"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
)

// Version names the code that measures in the versions of an answer. Another one means other numbers for the same
// picture.
const Version = "face 1"

// errNoModels says that a reading was asked for that Readings does not have.
var errNoModels = errors.New("there is no model for this reading")

// Reader measures faces with the models that it has loaded. One goroutine may use it.
type Reader struct {
	models map[string]string
}

// Open loads the models of a folder. A folder that is "" or not there gives a Reader without readings. The Reader is
// never nil: with an error it has no readings.
func Open(folder, embedding string) (*Reader, error) {
	return &Reader{}, nil
}

// Readings returns the readings for which there are models.
func (r *Reader) Readings() []vision.FaceRead { return nil }

// Models returns the SHA-256 of the models by name.
func (r *Reader) Models() map[string]string { return r.models }

// Version names the code and the models; it is "" without models.
func (r *Reader) Version() string { return "" }

// Read measures the faces of a picture. Each of the readings must be one of Readings.
func (r *Reader) Read(context.Context, *imaging.Picture, []vision.FaceRead) (*vision.Faces, error) {
	return nil, errNoModels
}
