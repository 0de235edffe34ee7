package faces

import (
	"context"
	"errors"
	"image"
	"math"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/face"
	"github.com/stile-id/stile/vision/imaging"
)

// Surface is the thing before the camera: a person, or a picture of one.
type Surface string

// Surfaces. The first is the person, the others are attacks with a picture of the person.
const (
	Solid  Surface = "solid"  // the head itself
	Print  Surface = "print"  // a flat print of the picture that is turned as a head would be
	Bent   Surface = "bent"   // a print that is bent around a cylinder
	Screen Surface = "screen" // a screen with the picture, with the pattern of its pixels
	CutOut Surface = "cutout" // the face cut out of a print, held before a head that does not turn
)

// Surfaces returns all surfaces.
func Surfaces() []Surface { return []Surface{Solid, Print, Bent, Screen, CutOut} }

// vertex is a point of the model: its place in the picture, its place in the room, how far it moves with the head and
// how much of the light of a screen it reflects.
type vertex struct {
	texture [2]float64
	room    [3]float64
	moves   float64
	lit     float64
}

// Head is the picture of a person, made a surface in a room. The room has the unit of a pixel of the picture at
// the distance of the face; the camera is at the origin and sees along z.
type Head struct {
	picture   *image.NRGBA
	pose      face.Matrix // of the face in the picture
	surface   Surface
	vertices  []vertex
	triangles []triangle
	pivot     [3]float64
	eyes      float64
	focal     float64
}

// focal is the focal length of the camera, as a part of the longer side of the picture: it sees 60 degrees.
const focal = 0.87

// NewHead makes a surface of the picture of a person. Reader finds the mesh of the face.
func NewHead(ctx context.Context, r *face.Reader, p Person, width, height int, s Surface) (*Head, error) {
	picture, err := p.Picture(ctx, width, height)
	if err != nil {
		return nil, err
	}
	meshes, poses, err := r.Meshes(imaging.NewPicture(picture))
	if err != nil {
		return nil, err
	}
	if len(meshes) == 0 {
		return nil, errors.New("there is no face in the picture of " + p.Name)
	}
	h := &Head{picture: picture, pose: face.Rotation(poses[0]), surface: s, focal: focal * float64(max(width, height))}
	h.eyes = distance(meshes[0], 33, 263) * 0.7 // of the outer corners to that of the centres
	h.build(meshes[0])
	return h, nil
}

func distance(m *face.Mesh, a, b int) float64 {
	return math.Sqrt(sq(m[a][0]-m[b][0]) + sq(m[a][1]-m[b][1]) + sq(m[a][2]-m[b][2]))
}

func sq(x float64) float64 { return x * x }

// Rings of points around the face: hair and neck turn with it, less and less, and the room stays.
var rings = [...]struct{ grow, back, moves, lit float64 }{
	{1.22, 0.5, 1, 0.7}, {1.5, 1.1, 0.8, 0.4}, {2.1, 1.4, 0, 0.05},
}

// build makes the vertices of a mesh, of the rings around it, and of the room behind.
func (h *Head) build(m *face.Mesh) {
	var middle [3]float64
	for _, p := range m {
		for i := range middle {
			middle[i] += p[i] / float64(len(m))
		}
	}
	h.pivot = h.inRoom(middle[0], middle[1], middle[2]+0.7*h.eyes)
	for _, p := range m {
		h.add(p[0], p[1], p[2], 1, 1)
	}
	for _, ring := range rings {
		for _, i := range face.Oval() {
			h.add(middle[0]+ring.grow*(m[i][0]-middle[0]), middle[1]+ring.grow*(m[i][1]-middle[1]),
				m[i][2]+ring.back*h.eyes, ring.moves, ring.lit)
		}
	}
	w, d := float64(h.picture.Rect.Dx()), float64(h.picture.Rect.Dy())
	for i := range 9 {
		share := float64(i) / 8
		for _, at := range [4][2]float64{{share * w, 0}, {share * w, d}, {0, share * d}, {w, share * d}} {
			if i > 0 && i < 8 || at[0] != 0 && at[0] != w || at[1] == 0 || at[1] == d {
				h.add(at[0], at[1], 2*h.eyes, 0, 0.02)
			}
		}
	}
	points := make([][2]float64, len(h.vertices))
	for i := range h.vertices {
		points[i] = h.vertices[i].texture
		points[i][0] += 1e-4 * math.Sin(float64(7*i)) // no four points on a circle
		points[i][1] += 1e-4 * math.Cos(float64(13*i))
	}
	h.triangles = triangulate(points)
}

// inRoom returns the place in the room of a pixel with a depth behind the face.
func (h *Head) inRoom(x, y, depth float64) [3]float64 {
	z := h.focal + depth
	w, d := float64(h.picture.Rect.Dx()), float64(h.picture.Rect.Dy())
	return [3]float64{(x - w/2) * z / h.focal, (y - d/2) * z / h.focal, z}
}

// add adds a vertex of the surface.
func (h *Head) add(x, y, depth, moves, lit float64) {
	switch h.surface {
	case Print, Screen:
		depth, moves, lit = 0, 1, 1
	case Bent:
		depth, moves, lit = 0.25*sq(x-float64(h.picture.Rect.Dx())/2)/(3*h.eyes), 1, 1
	case CutOut:
		if moves == 1 && lit == 1 {
			depth = 0
		} else {
			moves = 0
		}
	case Solid:
	}
	if h.surface == Screen {
		lit = 0.05
	}
	h.vertices = append(h.vertices, vertex{[2]float64{x, y}, h.inRoom(x, y, depth), moves, lit})
}

// placed returns where a vertex is after the head has been turned.
func (h *Head) placed(v vertex, turn face.Matrix) [3]float64 {
	rel := [3]float64{v.room[0] - h.pivot[0], v.room[1] - h.pivot[1], v.room[2] - h.pivot[2]}
	turned := turn.Apply(rel)
	var out [3]float64
	for i := range out {
		out[i] = h.pivot[i] + rel[i] + v.moves*(turned[i]-rel[i])
	}
	return out
}

// turnTo returns the rotation that takes the head from its pose in the picture to another one.
func (h *Head) turnTo(p vision.Pose) face.Matrix {
	return face.Rotation(p).Times(h.pose.Inverse())
}
