package faces_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/faces"
	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/face"
	"github.com/stile-id/stile/vision/imaging"
)

func reader(t *testing.T) *face.Reader {
	t.Helper()
	r, err := faces.Reader(vision.EmbeddingOff)
	require.NoError(t, err)
	return r
}

func head(t *testing.T, r *face.Reader, name string, s faces.Surface) *faces.Head {
	t.Helper()
	p, err := faces.Find(name)
	require.NoError(t, err)
	h, err := faces.NewHead(t.Context(), r, p, 640, 480, s)
	require.NoError(t, err)
	return h
}

// only returns the measures of the only face of a picture.
func only(t *testing.T, r *face.Reader, picture *image.NRGBA, read ...vision.FaceRead) vision.Face {
	t.Helper()
	found, err := r.Read(t.Context(), imaging.NewPicture(picture), read)
	require.NoError(t, err)
	require.Equal(t, 1, found.Count)
	require.NotNil(t, found.Faces[0].Pose)
	return found.Faces[0]
}

func TestHeadsTurnAndFlatPicturesDoNot(t *testing.T) {
	t.Parallel()
	r := reader(t)
	for _, name := range []string{"astronaut", "6a"} {
		solid := head(t, r, name, faces.Solid)
		for _, want := range []vision.Pose{{}, {Yaw: 25}, {Yaw: -25}, {Pitch: 20}} {
			got := only(t, r, solid.Render(faces.Shot{Pose: want, Noise: 1.5}), vision.ReadFaceLandmarks)
			require.InDelta(t, want.Yaw, got.Pose.Yaw, 6, "%s %+v", name, want)
			require.InDelta(t, want.Pitch, got.Pose.Pitch, 10, "%s %+v", name, want)
			require.Len(t, got.Landmarks, vision.Landmarks)
		}
	}
	for _, s := range []faces.Surface{faces.Print, faces.Bent, faces.Screen, faces.CutOut} {
		flat := head(t, r, "astronaut", s)
		got := only(t, r, flat.Render(faces.Shot{Pose: vision.Pose{Yaw: 25}}), vision.ReadFaceTexture)
		require.Less(t, math.Abs(got.Pose.Yaw), 15.0, s)
		if s == faces.Screen {
			require.Greater(t, got.Texture.Screen, 0.5)
		} else {
			require.Less(t, got.Texture.Screen, 0.5, s)
		}
	}
}

func TestSkinReflectsTheColourOfTheScreenAndTheWallDoesNot(t *testing.T) {
	t.Parallel()
	r := reader(t)
	h := head(t, r, "astronaut", faces.Solid)
	dark := only(t, r, h.Render(faces.Shot{}), vision.ReadFaceSkin).Skin
	green := only(t, r, h.Render(faces.Shot{Flash: [3]float64{0, 0.15, 0}}), vision.ReadFaceSkin).Skin
	gain := func(patch func(*vision.Skin) [3]float64, channel int) float64 {
		return patch(green)[channel]/patch(dark)[channel] - 1
	}
	forehead := func(s *vision.Skin) [3]float64 { return s.Forehead }
	behind := func(s *vision.Skin) [3]float64 { return s.Background }
	require.InDelta(t, 0.15, gain(forehead, 1), 0.03)
	require.InDelta(t, 0, gain(forehead, 0), 0.02)
	require.InDelta(t, 0, gain(behind, 1), 0.03)
}

func TestEveryPersonHasOneFaceInTheMiddle(t *testing.T) {
	t.Parallel()
	r := reader(t)
	for _, p := range faces.People() {
		picture, err := p.Picture(t.Context(), 480, 480)
		require.NoError(t, err)
		found, err := r.Read(t.Context(), imaging.NewPicture(picture), []vision.FaceRead{vision.ReadFaceQuality})
		require.NoError(t, err)
		require.Equal(t, 1, found.Count, p.Name)
		box := found.Faces[0].Box
		require.True(t, image.Pt(240, 240).In(image.Rect(box[0], box[1], box[2], box[3])), p.Name)
	}
}

func TestClipsHaveEveryFrame(t *testing.T) {
	t.Parallel()
	left, err := faces.Turned("left", 30)
	require.NoError(t, err)
	_, err = faces.Turned("down", 30)
	require.ErrorContains(t, err, `not "down"`)
	path := faces.Path([]vision.Pose{{}, left, {}}, 4, 2)
	require.Len(t, path, 3*3+2*3)
	for i := 1; i < len(path); i++ {
		require.LessOrEqual(t, math.Abs(path[i].Yaw-path[i-1].Yaw), 12.0)
	}
	pictures := []*image.NRGBA{image.NewNRGBA(image.Rect(0, 0, 16, 8)), image.NewNRGBA(image.Rect(0, 0, 16, 8))}
	var film bytes.Buffer
	require.NoError(t, faces.WriteY4M(&film, pictures, 5))
	require.Equal(t, len("YUV4MPEG2 W16 H8 F5:1 Ip A1:1 C420\n")+2*(len("FRAME\n")+16*8*3/2), film.Len())
	film.Reset()
	require.NoError(t, faces.WriteMJPEG(&film, pictures))
	require.Equal(t, 2, bytes.Count(film.Bytes(), []byte("\xff\xd8\xff")))
	_, err = jpeg.Decode(&film)
	require.NoError(t, err)
}

func TestAnswersHaveTheFramesOfASubmission(t *testing.T) {
	t.Parallel()
	turned, err := faces.Follow([]string{"left", "up", "right", "left"})
	require.NoError(t, err)
	lit, err := faces.Reflect([]string{
		"#00ff00", "#ff00ff", "#0000ff", "#ffff00", "#00ffff", "#ff00ff", "#00ff00", "#0000ff",
	}, 0.1)
	require.NoError(t, err)
	require.InDelta(t, 0.1, lit[0].Flash[1], 1e-9)
	for steps, frames := range map[int][]faces.Frame{4: turned, 8: lit} {
		require.Len(t, frames, faces.AnswerFrames)
		seen := map[faces.Shot]bool{}
		for i, f := range frames {
			require.False(t, seen[f.Shot], "each frame is another picture")
			seen[f.Shot] = true
			require.True(t, i == 0 || f.Step == frames[i-1].Step || f.Step == frames[i-1].Step+1)
		}
		require.Equal(t, steps-1, frames[len(frames)-1].Step)
	}
	_, err = faces.Follow([]string{"down"})
	require.ErrorContains(t, err, `not "down"`)
	for _, wrong := range []string{"", "#00ff0", "#00ff000", "#00ff0g"} {
		_, err = faces.Reflect([]string{wrong}, 0.1)
		require.ErrorContains(t, err, "a colour is rrggbb")
	}
}
