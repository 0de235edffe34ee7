package face

import (
	"math"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/nn"
)

const (
	// meshPoints is the number of points of a mesh (Face Mesh, Kartynnik and others 2019).
	meshPoints = 468
	// meshSide is the input of its model, in pixels.
	meshSide = 192
	// meshAround is the side of the square that the model sees, as a multiple of the face.
	meshAround = 1.5
	// meshLeast is the confidence of the model below which there is no face.
	meshLeast = 0.5
)

// Mesh is the surface of a face: points in pixels of the picture, and their depth in the same unit, which grows away
// from the camera.
type Mesh [meshPoints][3]float64

// at returns a point in the picture.
func (m *Mesh) at(i int) vision.Point { return vision.Point{m[i][0], m[i][1]} }

// middle returns the middle of some points.
func (m *Mesh) middle(points ...int) vision.Point {
	var sum vision.Point
	for _, i := range points {
		sum[0] += m[i][0] / float64(len(points))
		sum[1] += m[i][1] / float64(len(points))
	}
	return sum
}

// bounds returns the smallest rectangle around the points.
func (m *Mesh) bounds() (left, top, right, bottom float64) {
	left, top, right, bottom = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range m {
		left, right = min(left, p[0]), max(right, p[0])
		top, bottom = min(top, p[1]), max(bottom, p[1])
	}
	return left, top, right, bottom
}

// turn returns how far the line of the eyes is turned clockwise, in radians.
func turn(left, right vision.Point) float64 { return math.Atan2(right[1]-left[1], right[0]-left[0]) }

// around returns the square in which the mesh of a detected face is sought.
func (d detection) around() square {
	return square{
		(d.left + d.right) / 2, (d.top + d.bottom) / 2, meshAround * max(d.right-d.left, d.bottom-d.top),
		turn(d.eyes[0], d.eyes[1]),
	}
}

// around returns the square in which the mesh would have been found at its best: that of its own points.
func (m *Mesh) around() square {
	left, top, right, bottom := m.bounds()
	return square{
		(left + right) / 2, (top + bottom) / 2, meshAround * max(right-left, bottom-top),
		turn(m.middle(leftEye[:]...), m.middle(rightEye[:]...)),
	}
}

// findMesh returns the mesh of a face inside a square, or nil where the model sees no face. It looks twice: the square
// of the second time lies as the first mesh does.
func findMesh(model *nn.Model, p *imaging.Picture, in square) (*Mesh, error) {
	first, err := lookForMesh(model, p, in)
	if err != nil || first == nil {
		return nil, err
	}
	return lookForMesh(model, p, first.around())
}

func lookForMesh(model *nn.Model, p *imaging.Picture, in square) (*Mesh, error) {
	picture := in.cut(p.Color(), meshSide)
	if picture == nil {
		return nil, nil
	}
	outputs, err := model.Run(tensor(picture, 1.0/255, 0))
	if err != nil {
		return nil, err
	}
	var points, flag []float32
	for _, t := range outputs {
		switch len(t.Data) {
		case 3 * meshPoints:
			points = t.Data
		case 1:
			flag = t.Data
		}
	}
	if points == nil || flag == nil {
		return nil, errShape
	}
	if !(1/(1+math.Exp(-float64(flag[0]))) >= meshLeast) {
		return nil, nil
	}
	var m Mesh
	for i := range m {
		x, y, z := float64(points[3*i]), float64(points[3*i+1]), float64(points[3*i+2])
		if !(math.Abs(x) < 4*meshSide && math.Abs(y) < 4*meshSide && math.Abs(z) < 4*meshSide) {
			return nil, nil
		}
		at := in.place(x/meshSide, y/meshSide)
		m[i] = [3]float64{at[0], at[1], z * in.side / meshSide}
	}
	return &m, nil
}
