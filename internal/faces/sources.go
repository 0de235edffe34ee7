// Package faces is test support: faces with clear rights, heads that are rendered as they turn, attacks on
// liveness, and clips for cameras of browsers. The pictures are fetched by scripts/ensure-faces and never committed:
// the portrait of an astronaut by NASA (public domain, from Debian's python3-skimage), and the samples of the npm
// package @vladmandic/face-api (MIT).
package faces

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"os"
	"path/filepath"

	"github.com/stile-id/stile/internal/repo"
	"github.com/stile-id/stile/vision/face"
	"github.com/stile-id/stile/vision/imaging"
)

// Person is a face in one of the pictures. Persons of the same picture are different people; whether those of two
// pictures are is not known.
type Person struct {
	Name string
	// File is the picture.
	File string
	// at is a place in the face, in pixels of the picture, and eyes about the distance of the eyes.
	at   image.Point
	eyes float64
	// Age is the age at the time of the picture where it is known, else 0.
	Age int
}

// People returns all persons: first those that look into the camera.
func People() []Person {
	return []Person{
		{Name: "astronaut", File: "astronaut.png", at: image.Pt(226, 125), eyes: 44, Age: 36},
		{Name: "6c", File: "sample6.jpg", at: image.Pt(1268, 463), eyes: 100},
		{Name: "5b", File: "sample5.jpg", at: image.Pt(478, 1030), eyes: 110},
		{Name: "6a", File: "sample6.jpg", at: image.Pt(356, 637), eyes: 100},
		{Name: "6d", File: "sample6.jpg", at: image.Pt(1591, 425), eyes: 100},
		{Name: "3a", File: "sample3.jpg", at: image.Pt(697, 475), eyes: 98},
		{Name: "3b", File: "sample3.jpg", at: image.Pt(1185, 371), eyes: 110},
		{Name: "3c", File: "sample3.jpg", at: image.Pt(1582, 448), eyes: 100},
		{Name: "6b", File: "sample6.jpg", at: image.Pt(774, 494), eyes: 100},
		{Name: "5d", File: "sample5.jpg", at: image.Pt(1200, 331), eyes: 83},
		{Name: "5e", File: "sample5.jpg", at: image.Pt(1512, 540), eyes: 100},
		{Name: "1a", File: "sample1.jpg", at: image.Pt(510, 492), eyes: 86},
		{Name: "1b", File: "sample1.jpg", at: image.Pt(934, 542), eyes: 87},
		{Name: "4b", File: "sample4.jpg", at: image.Pt(752, 193), eyes: 86},
		{Name: "4c", File: "sample4.jpg", at: image.Pt(1072, 314), eyes: 84},
	}
}

// Find returns the person with a name.
func Find(name string) (Person, error) {
	for _, p := range People() {
		if p.Name == name {
			return p, nil
		}
	}
	return Person{}, fmt.Errorf("there is no person %q", name)
}

// Folder returns the folder of the pictures: bin/faces of the repository.
func Folder() string { return inBin("faces") }

// Models returns the folder of the models that scripts/ensure-models fills: bin/models of the repository.
func Models() string { return inBin("models") }

func inBin(name string) string {
	root, err := repo.Root()
	if err != nil {
		return filepath.Join("bin", name) // the error about a missing file names it
	}
	return filepath.Join(root, "bin", name)
}

// Picture returns a person as a camera of width × height pixels sees it, with the face in the middle. The picture is a
// part of that of File, scaled; beyond its edge the edge is repeated.
func (p Person) Picture(ctx context.Context, width, height int) (*image.NRGBA, error) {
	data, err := os.ReadFile(filepath.Join(Folder(), p.File))
	if errors.Is(err, os.ErrNotExist) {
		return nil, errors.New("the pictures of faces are not there: run scripts/ensure-faces")
	}
	if err != nil {
		return nil, err
	}
	picture, err := imaging.Decode(ctx, data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.File, err)
	}
	scale := p.eyes / (eyesShare * float64(min(width, height)))
	x, y := float64(p.at.X)-scale*float64(width)/2, float64(p.at.Y)-scale*float64(height)/2
	src := picture.Color()
	if scale > 1.5 { // each pixel is the mean of those that it covers
		w, h := int(float64(picture.Width)/scale), int(float64(picture.Height)/scale)
		src = imaging.Resize(src, w, h)
		x, y, scale = x/scale, y/scale, 1
	}
	out := imaging.Warp(src, imaging.Homography{scale, 0, x, 0, scale, y}, width, height)
	if p.Name != alone {
		paintWall(out)
	}
	return out, nil
}

// Portrait returns the picture of a person as a document shows it.
func (p Person) Portrait(ctx context.Context) (image.Image, error) {
	picture, err := p.Picture(ctx, 700, 900)
	if err != nil {
		return nil, err
	}
	return picture.SubImage(image.Rect(100, 130, 600, 770)), nil
}

// alone is the name of the person with a picture without others.
const alone = "astronaut"

// paintWall hides everything but the head in the middle, because others stand beside it: an ellipse around it passes
// into a wall.
func paintWall(picture *image.NRGBA) {
	w, d := float64(picture.Rect.Dx()), float64(picture.Rect.Dy())
	eyes := eyesShare * min(w, d)
	for y := range picture.Rect.Dy() {
		for x := range picture.Rect.Dx() {
			dx, dy := (float64(x)-w/2)/(1.5*eyes), (float64(y)-d/2)/(2.2*eyes)
			share := min(1, max(0, (math.Hypot(dx, dy)-1)/0.25)) // of the wall
			wall := [3]float64{150 + 30*float64(y)/d, 150 + 20*float64(x)/w, 145}
			pixel := picture.Pix[picture.PixOffset(x, y):]
			for c, v := range wall {
				pixel[c] = uint8(float64(pixel[c])*(1-share) + v*share)
			}
		}
	}
}

// eyesShare is the distance between the eyes, as a part of the shorter side of a picture: that of a selfie at arm's
// length.
const eyesShare = 0.17

// Reader returns a reader with the models that scripts/ensure-models has fetched.
func Reader(embedding string) (*face.Reader, error) {
	r, err := face.Open(Models(), embedding)
	if err != nil {
		return nil, err
	}
	if len(r.Readings()) == 0 {
		return nil, errors.New("the models of faces are not there: run scripts/ensure-models")
	}
	return r, nil
}
