package faces

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"io"

	"github.com/stile-id/stile/vision"
)

// JPEG returns a picture as a JPEG, as a page sends a frame of a camera.
func JPEG(picture *image.NRGBA, quality int) []byte {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: quality}); err != nil {
		panic("faces: " + err.Error()) // a buffer takes every write
	}
	return out.Bytes()
}

// Path returns the poses of a head that moves from stop to stop, steps frames from each to the next, and stays at each
// stop for hold frames.
func Path(stops []vision.Pose, steps, hold int) (poses []vision.Pose) {
	for i, stop := range stops {
		if i > 0 {
			last := stops[i-1]
			for s := 1; s < steps; s++ {
				share := float64(s) / float64(steps)
				share = share * share * (3 - 2*share) // a head starts and stops slowly
				mix := func(a, b float64) float64 { return a + (b-a)*share }
				poses = append(poses, vision.Pose{
					Yaw: mix(last.Yaw, stop.Yaw), Pitch: mix(last.Pitch, stop.Pitch), Roll: mix(last.Roll, stop.Roll),
				})
			}
		}
		for range hold + 1 {
			poses = append(poses, stop)
		}
	}
	return poses
}

// Turned returns the pose of a turn of a challenge: left is the person's own left, at the right edge of the picture.
func Turned(turn string, degrees float64) (vision.Pose, error) {
	switch turn {
	case "ahead":
		return vision.Pose{}, nil
	case "left":
		return vision.Pose{Yaw: degrees}, nil
	case "right":
		return vision.Pose{Yaw: -degrees}, nil
	case "up":
		return vision.Pose{Pitch: degrees}, nil
	default:
		return vision.Pose{}, fmt.Errorf("a turn is ahead, left, right or up, not %q", turn)
	}
}

// WriteMJPEG writes pictures as a stream of JPEGs, which Chromium's fake camera takes as a file named .mjpeg.
func WriteMJPEG(w io.Writer, pictures []*image.NRGBA) error {
	for _, p := range pictures {
		if _, err := w.Write(JPEG(p, 90)); err != nil {
			return err
		}
	}
	return nil
}

// WriteY4M writes pictures as uncompressed video, which Chromium's fake camera takes as a file named .y4m. All pictures
// have the size of the first, with even sides.
func WriteY4M(w io.Writer, pictures []*image.NRGBA, rate int) error {
	if len(pictures) == 0 {
		return nil
	}
	width, height := pictures[0].Rect.Dx(), pictures[0].Rect.Dy()
	if _, err := fmt.Fprintf(w, "YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C420\n", width, height, rate); err != nil {
		return err
	}
	for _, p := range pictures {
		if _, err := w.Write(append([]byte("FRAME\n"), planes(p)...)); err != nil {
			return err
		}
	}
	return nil
}

// planes returns the luma and the two colour differences of a picture, the latter of half its size (BT.601).
func planes(p *image.NRGBA) []byte {
	w, h := p.Rect.Dx(), p.Rect.Dy()
	out := make([]byte, w*h, w*h*3/2)
	at := func(x, y, c int) float64 { return float64(p.Pix[y*p.Stride+4*x+c]) }
	for y := range h {
		for x := range w {
			out[y*w+x] = uint8(16.5 + 0.257*at(x, y, 0) + 0.504*at(x, y, 1) + 0.098*at(x, y, 2))
		}
	}
	for _, k := range [2][3]float64{{-0.148, -0.291, 0.439}, {0.439, -0.368, -0.071}} {
		for y := 0; y+1 < h; y += 2 {
			for x := 0; x+1 < w; x += 2 {
				sum := 0.0
				for c := range k {
					sum += k[c] * (at(x, y, c) + at(x+1, y, c) + at(x, y+1, c) + at(x+1, y+1, c)) / 4
				}
				out = append(out, uint8(128.5+sum))
			}
		}
	}
	return out
}
