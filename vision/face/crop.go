package face

import (
	"image"
	"image/draw"
	"math"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/nn"
)

// The models of face-api were trained on upright crops around its 68 landmarks, with this padding.
const faceAPIPadding = 0.2

// faceAPICrop returns the part of a picture that the models of face-api expect, on a black square of n × n pixels.
// Grow and move change the part, in parts of its size.
func faceAPICrop(p *imaging.Picture, m *Mesh, n int, grow, move float64) *image.NRGBA {
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, i := range landmarks {
		left, right = min(left, m[i][0]), max(right, m[i][0])
		top, bottom = min(top, m[i][1]), max(bottom, m[i][1])
	}
	w, h := right-left, bottom-top
	x, y := (left+right)/2+move*w, (top+bottom)/2
	w, h = w*(1+faceAPIPadding+grow), h*(1+faceAPIPadding+grow)
	part := image.Rect(int(x-w/2), int(y-h/2), int(x+w/2), int(y+h/2)).Intersect(p.Color().Rect)
	if part.Dx() < 2 || part.Dy() < 2 {
		return nil
	}
	scale := float64(n) / float64(max(part.Dx(), part.Dy()))
	small := imaging.Resize(imaging.Crop(p.Color(), part),
		max(1, int(float64(part.Dx())*scale)), max(1, int(float64(part.Dy())*scale)))
	out := image.NewNRGBA(image.Rect(0, 0, n, n))
	draw.Draw(out, out.Rect, image.Black, image.Point{}, draw.Src)
	at := image.Pt((n-small.Rect.Dx())/2, (n-small.Rect.Dy())/2)
	draw.Draw(out, small.Rect.Add(at), small, image.Point{}, draw.Src)
	return out
}

// mirrored returns a picture with left and right exchanged.
func mirrored(src *image.NRGBA) *image.NRGBA {
	out := image.NewNRGBA(src.Rect)
	n := src.Rect.Dx()
	for y := range src.Rect.Dy() {
		for x := range n {
			copy(out.Pix[y*out.Stride+4*x:y*out.Stride+4*x+4], src.Pix[y*src.Stride+4*(n-1-x):])
		}
	}
	return out
}

// ageSide is the input of the age model, in pixels.
const ageSide = 112

// ageCrops are the crops over which the age is averaged: each as it is and mirrored.
var ageCrops = [...]struct{ grow, move float64 }{{0, 0}, {0.1, 0.03}, {-0.1, -0.03}}

// estimateAge returns the mean of the model's estimates over crops that differ a little, or nil where no crop lies in
// the picture.
func estimateAge(model *nn.Model, p *imaging.Picture, m *Mesh) (*vision.Age, error) {
	var years []float64
	for _, c := range ageCrops {
		crop := faceAPICrop(p, m, ageSide, c.grow, c.move)
		if crop == nil {
			continue
		}
		for _, picture := range [2]*image.NRGBA{crop, mirrored(crop)} {
			outputs, err := model.Run(tensor(picture, 1, 0))
			if err != nil {
				return nil, err
			}
			value, ok := ageOf(outputs)
			if !ok {
				return nil, errShape
			}
			years = append(years, value)
		}
	}
	if len(years) == 0 {
		return nil, nil
	}
	mean, square := 0.0, 0.0
	for _, y := range years {
		mean += y / float64(len(years))
	}
	for _, y := range years {
		square += (y - mean) * (y - mean) / float64(len(years))
	}
	return &vision.Age{Years: mean, Deviation: math.Sqrt(square)}, nil
}

// ageOf finds the age in the outputs of the model: the only one with a single number.
func ageOf(outputs []nn.Tensor) (years float64, ok bool) {
	for _, t := range outputs {
		if len(t.Data) == 1 {
			years = float64(t.Data[0])
			return max(0, years), years > -20 && years < 150
		}
	}
	return 0, false
}

// embedder is a model that compares faces.
type embedder struct {
	side   int    // of its input, in pixels of red, green and blue from 0 to 255
	output string // "" for its only output
	// chip says that the model expects the eyes at the places of dlib, and not the crop of face-api.
	chip bool
}

// cut returns the crop that the model expects; nil where none lies in the picture.
func (e embedder) cut(p *imaging.Picture, m *Mesh) *image.NRGBA {
	if !e.chip {
		return faceAPICrop(p, m, e.side, 0, 0)
	}
	return chipOf(m).cut(p.Color(), e.side)
}

// chipPoints are the corners of the eyes and the base of the nose, with their places in the crop on which the
// recognition network of dlib was trained (the mean shape of its five landmarks, with a padding of a quarter), as parts
// of its side.
var chipPoints = [...]struct {
	mesh int
	x, y float64
}{
	{33, 0.247, 0.309}, {133, 0.389, 0.319}, {362, 0.597, 0.319}, {263, 0.740, 0.309}, {2, 0.493, 0.585},
}

// chipOf returns the square whose crop has the points of a mesh closest to their places: turned, moved and scaled by
// least squares.
func chipOf(m *Mesh) square {
	var from, to, sum vision.Point // means, and the sums of products
	n, size := float64(len(chipPoints)), 0.0
	for _, c := range chipPoints {
		from[0], from[1] = from[0]+c.x/n, from[1]+c.y/n
		to[0], to[1] = to[0]+m[c.mesh][0]/n, to[1]+m[c.mesh][1]/n
	}
	for _, c := range chipPoints {
		x, y := c.x-from[0], c.y-from[1]
		u, v := m[c.mesh][0]-to[0], m[c.mesh][1]-to[1]
		sum[0], sum[1] = sum[0]+x*u+y*v, sum[1]+x*v-y*u
		size += x*x + y*y
	}
	s := square{side: math.Hypot(sum[0], sum[1]) / size, turn: math.Atan2(sum[1], sum[0])}
	at := s.place(from[0], from[1])
	s.x, s.y = to[0]-at[0], to[1]-at[1]
	return s
}

// embed returns the embedding of a face, with unit length: the mean of those of the face and of its mirror image. It is
// nil where no crop lies in the picture.
func (e embedder) embed(model *nn.Model, p *imaging.Picture, m *Mesh) ([]float32, error) {
	crop := e.cut(p, m)
	if crop == nil {
		return nil, nil
	}
	place := 0
	if e.output != "" {
		place = model.Output(e.output)
	}
	if place < 0 || len(model.Outputs()) == 0 {
		return nil, errShape
	}
	var sum []float64
	for _, picture := range [2]*image.NRGBA{crop, mirrored(crop)} {
		outputs, err := model.Run(tensor(picture, 1, 0))
		if err != nil {
			return nil, err
		}
		data := outputs[place].Data
		if sum == nil {
			sum = make([]float64, len(data))
		}
		for i, v := range data {
			sum[i] += float64(v)
		}
	}
	return unit(sum), nil
}

// unit returns a vector with length 1; nil for one that has none.
func unit(v []float64) []float32 {
	square := 0.0
	for _, x := range v {
		square += x * x
	}
	length := math.Sqrt(square)
	if !(length > 0) || math.IsInf(length, 0) {
		return nil
	}
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = float32(x / length)
	}
	return out
}
