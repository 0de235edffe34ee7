package face

import (
	"math"

	"github.com/stile-id/stile/vision"
)

// Matrix is a rotation: it takes a place on a head that looks into the camera to its place on a turned head. The axes
// are those of a picture: x to the right, y down, z away from the camera.
type Matrix [3][3]float64

// Rotation returns the rotation of a pose: the head is tilted by its roll first, then turned up or down by its pitch,
// then to a side by its yaw.
func Rotation(p vision.Pose) Matrix {
	rad := math.Pi / 180
	sy, cy := math.Sincos(p.Yaw * rad)
	sp, cp := math.Sincos(p.Pitch * rad)
	sr, cr := math.Sincos(p.Roll * rad)
	yaw := Matrix{{cy, 0, -sy}, {0, 1, 0}, {sy, 0, cy}}
	pitch := Matrix{{1, 0, 0}, {0, cp, sp}, {0, -sp, cp}}
	roll := Matrix{{cr, -sr, 0}, {sr, cr, 0}, {0, 0, 1}}
	return yaw.Times(pitch).Times(roll)
}

// Apply returns the place of a point after the rotation.
func (m Matrix) Apply(p [3]float64) (out [3]float64) {
	for i, row := range m {
		out[i] = row[0]*p[0] + row[1]*p[1] + row[2]*p[2]
	}
	return out
}

// Inverse returns the rotation back.
func (m Matrix) Inverse() (out Matrix) {
	for i := range 3 {
		for j := range 3 {
			out[i][j] = m[j][i]
		}
	}
	return out
}

// Times returns the rotation that does n first, then m.
func (m Matrix) Times(n Matrix) (out Matrix) {
	for i := range 3 {
		for j := range 3 {
			out[i][j] = m[i][0]*n[0][j] + m[i][1]*n[1][j] + m[i][2]*n[2][j]
		}
	}
	return out
}

// angles returns the yaw, pitch and roll of a rotation, in degrees.
func (m Matrix) angles() (yaw, pitch, roll float64) {
	deg := 180 / math.Pi
	nose := m.Apply([3]float64{0, 0, -1})
	yaw = math.Atan2(nose[0], -nose[2]) * deg
	pitch = math.Asin(min(1, max(-1, -nose[1]))) * deg
	level := Rotation(vision.Pose{Yaw: yaw, Pitch: pitch})
	// The transposed matrix undoes a rotation: the tilt is left.
	var cos, sin float64
	for i := range 3 {
		cos += level[i][0] * m[i][0]
		sin += level[i][1] * m[i][0]
	}
	return yaw, pitch, math.Atan2(sin, cos) * deg
}

// The camera is unknown. Its focal length is taken as this multiple of the longer side of the picture, that of a camera
// that sees 60 degrees. One of 50 or 75 degrees changes yaw and pitch by less than a degree up to 30 degrees.
const focal = 0.87

// view is a head in front of a camera: turned, then moved to a place in distances between the eyes.
type view struct {
	turned Matrix
	place  [3]float64
}

// project returns a point of the head in pixels from the middle of the face, for a focal length in pixels.
func (v *view) project(p [3]float64, focal float64) (x, y float64) {
	q := v.turned.Apply(p)
	z := q[2] + v.place[2]
	return focal * (q[0] + v.place[0]) / z, focal * (q[1] + v.place[1]) / z
}

// findPose returns the pose of a mesh in a picture whose longer side has a number of pixels, and the distance between
// the eyes in pixels as it would be if the head were not turned. It fits the mean head to the mesh by least squares
// (the method of Gauss and Newton), as a camera would see it that is pointed at the face: a face at the edge of the
// picture that looks into the camera has a yaw of 0. It is nil where nothing fits.
func findPose(m *Mesh, side float64) (pose *vision.Pose, eyes float64) {
	f := fit{focal: focal * side}
	for i, p := range head {
		f.seen[i] = m.at(p.mesh)
		f.middle[0] += m[p.mesh][0] / float64(len(head))
		f.middle[1] += m[p.mesh][1] / float64(len(head))
	}
	best := math.Inf(1)
	var found view
	tilt := turn(m.middle(leftEye[:]...), m.middle(rightEye[:]...)) * 180 / math.Pi
	for _, yaw := range [3]float64{0, -40, 40} {
		v, square, ok := f.solve(f.start(vision.Pose{Yaw: yaw, Roll: tilt}))
		if ok && square < best {
			best, found = square, v
		}
	}
	if math.IsInf(best, 1) {
		return nil, 0
	}
	pose = &vision.Pose{}
	pose.Yaw, pose.Pitch, pose.Roll = found.turned.angles()
	eyes = f.focal / found.place[2]
	pose.Error = math.Sqrt(best/float64(len(head))) / eyes
	return pose, eyes
}

// fit is the search for a view.
type fit struct {
	seen   [len(head)]vision.Point
	middle vision.Point
	focal  float64
}

// start returns a first view, from the size of the face.
func (f *fit) start(p vision.Pose) view {
	spread, own := 0.0, 0.0
	for i, h := range head {
		spread += math.Hypot(f.seen[i][0]-f.middle[0], f.seen[i][1]-f.middle[1])
		own += math.Hypot(h.at[0], h.at[1]-1.0/3)
	}
	return view{Rotation(p), [3]float64{0, 0, f.focal * own / max(spread, 1e-9)}}
}

const (
	unknowns = 6
	steps    = 20
)

// solve improves a view until it no longer changes. It returns the sum of the squares of the distances, in pixels.
func (f *fit) solve(v view) (view, float64, bool) {
	last := f.sum(v)
	damp := 1e-3
	for range steps {
		normal, right := f.linear(v)
		for i := range normal {
			normal[i][i] *= 1 + damp
		}
		change, ok := gauss(normal, right)
		if !ok {
			return v, 0, false
		}
		next := v.moved(change)
		if sum := f.sum(next); sum < last {
			done := last-sum < 1e-6*last
			v, last, damp = next, sum, damp/10
			if done {
				break
			}
		} else if damp *= 10; damp > 1e6 {
			break
		}
	}
	return v, last, !math.IsNaN(last) && v.place[2] > 1.5
}

func (f *fit) sum(v view) (sum float64) {
	for i, h := range head {
		x, y := v.project(h.at, f.focal)
		dx, dy := x-f.seen[i][0]+f.middle[0], y-f.seen[i][1]+f.middle[1]
		sum += dx*dx + dy*dy
	}
	if v.place[2] < 1.5 { // the head would be around the camera
		return math.Inf(1)
	}
	return sum
}

// moved returns the view after a small turn (about x, y and z, in radians) and a move.
func (v view) moved(by [unknowns]float64) view {
	angle := math.Sqrt(by[0]*by[0] + by[1]*by[1] + by[2]*by[2])
	if angle > 0 {
		v.turned = about([3]float64{by[0] / angle, by[1] / angle, by[2] / angle}, angle).Times(v.turned)
	}
	for i := range 3 {
		v.place[i] += by[3+i]
	}
	return v
}

// about returns the rotation by an angle about an axis of length 1 (Rodrigues).
func about(k [3]float64, angle float64) Matrix {
	sin, cos := math.Sincos(angle)
	c := 1 - cos
	return Matrix{
		{cos + k[0]*k[0]*c, k[0]*k[1]*c - k[2]*sin, k[0]*k[2]*c + k[1]*sin},
		{k[1]*k[0]*c + k[2]*sin, cos + k[1]*k[1]*c, k[1]*k[2]*c - k[0]*sin},
		{k[2]*k[0]*c - k[1]*sin, k[2]*k[1]*c + k[0]*sin, cos + k[2]*k[2]*c},
	}
}

// linear returns the normal equations of the change that brings the head closer to the mesh.
func (f *fit) linear(v view) (normal [unknowns][unknowns]float64, right [unknowns]float64) {
	for i, h := range head {
		q := v.turned.Apply(h.at)
		x, y, z := q[0]+v.place[0], q[1]+v.place[1], q[2]+v.place[2]
		s := f.focal / z
		// A turn by w moves the point by w × q.
		rows := [2][unknowns]float64{
			{-s * x / z * q[1], s * (q[2] + x/z*q[0]), -s * q[1], s, 0, -s * x / z},
			{-s * (q[2] + y/z*q[1]), s * y / z * q[0], s * q[0], 0, s, -s * y / z},
		}
		miss := [2]float64{f.seen[i][0] - f.middle[0] - s*x, f.seen[i][1] - f.middle[1] - s*y}
		for r := range rows {
			for a := range unknowns {
				right[a] += rows[r][a] * miss[r]
				for b := range unknowns {
					normal[a][b] += rows[r][a] * rows[r][b]
				}
			}
		}
	}
	return normal, right
}

// gauss solves linear equations by elimination with the largest pivot; false if they have no single solution.
func gauss(a [unknowns][unknowns]float64, b [unknowns]float64) (x [unknowns]float64, ok bool) {
	for column := range unknowns {
		pivot := column
		for row := column + 1; row < unknowns; row++ {
			if math.Abs(a[row][column]) > math.Abs(a[pivot][column]) {
				pivot = row
			}
		}
		if !(math.Abs(a[pivot][column]) > 1e-12) {
			return x, false
		}
		a[column], a[pivot] = a[pivot], a[column]
		b[column], b[pivot] = b[pivot], b[column]
		for row := column + 1; row < unknowns; row++ {
			factor := a[row][column] / a[column][column]
			for k := column; k < unknowns; k++ {
				a[row][k] -= factor * a[column][k]
			}
			b[row] -= factor * b[column]
		}
	}
	for row := unknowns - 1; row >= 0; row-- {
		sum := b[row]
		for k := row + 1; k < unknowns; k++ {
			sum -= a[row][k] * x[k]
		}
		x[row] = sum / a[row][row]
	}
	return x, true
}
