package face

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/vision"
)

// seenFrom returns the mesh of the mean head in a pose, as a camera with a focal length sees it that is pointed at the
// head: eyes pixels wide, in the middle of a picture of 1000 pixels, with noise in pixels. Other points stay at 0.
func seenFrom(p vision.Pose, focal, eyes, noise float64, r *rand.Rand) *Mesh {
	v := view{Rotation(p), [3]float64{0, 0, focal / eyes}}
	var m Mesh
	for _, h := range head {
		x, y := v.project(h.at, focal)
		m[h.mesh] = [3]float64{500 + x + noise*r.NormFloat64(), 500 + y + noise*r.NormFloat64(), 0}
	}
	return &m
}

func TestPoseOfAProjectedHeadIsFoundAgain(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 19))
	for range 300 {
		want := vision.Pose{Yaw: 100*r.Float64() - 50, Pitch: 70*r.Float64() - 35, Roll: 80*r.Float64() - 40}
		m := seenFrom(want, 870, 60+100*r.Float64(), 0, r)
		got, _ := findPose(m, 1000)
		require.NotNil(t, got, "%+v", want)
		require.InDelta(t, want.Yaw, got.Yaw, 1, "%+v", want)
		require.InDelta(t, want.Pitch, got.Pitch, 1, "%+v", want)
		require.InDelta(t, want.Roll, got.Roll, 1, "%+v", want)
		require.Less(t, got.Error, 5e-3)
	}
}

func TestPoseHardlyDependsOnTheCameraOrOnNoise(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 19))
	for _, focal := range []float64{652, 1072} { // 75 and 50 degrees
		for range 200 {
			want := vision.Pose{Yaw: 60*r.Float64() - 30, Pitch: 40*r.Float64() - 20, Roll: 20*r.Float64() - 10}
			got, eyes := findPose(seenFrom(want, focal, 120, 1, r), 1000)
			require.NotNil(t, got)
			require.InDelta(t, want.Yaw, got.Yaw, 2.5, "%+v", want)
			require.InDelta(t, want.Pitch, got.Pitch, 2.5, "%+v", want)
			require.InDelta(t, 120, eyes, 12)
		}
	}
}

func TestPoseOfNoFaceIsNone(t *testing.T) {
	t.Parallel()
	var flat Mesh // all points in one place
	pose, _ := findPose(&flat, 1000)
	require.Nil(t, pose)
}

func TestRotationTurnsTheNoseAsAPoseSays(t *testing.T) {
	t.Parallel()
	nose := [3]float64{0, 0, -1}
	require.Positive(t, Rotation(vision.Pose{Yaw: 20}).Apply(nose)[0], "to the right edge")
	require.Negative(t, Rotation(vision.Pose{Pitch: 20}).Apply(nose)[1], "up")
	require.Positive(t, Rotation(vision.Pose{Roll: 20}).Apply([3]float64{1, 0, 0})[1], "clockwise")
}
