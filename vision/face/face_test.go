package face_test

import (
	"bytes"
	"context"
	"image"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/faces"
	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/face"
	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/portrait"
)

func reader(t *testing.T, embedding string) *face.Reader {
	t.Helper()
	r, err := faces.Reader(embedding)
	require.NoError(t, err)
	return r
}

// rendered returns a picture of a person.
func rendered(t *testing.T, r *face.Reader, name string, s faces.Shot) *imaging.Picture {
	t.Helper()
	p, err := faces.Find(name)
	require.NoError(t, err)
	h, err := faces.NewHead(t.Context(), r, p, 640, 480, faces.Solid)
	require.NoError(t, err)
	return imaging.NewPicture(h.Render(s))
}

func TestReadingsOfAFaceComeTogether(t *testing.T) {
	t.Parallel()
	r := reader(t, vision.EmbeddingFaceAPI)
	require.ElementsMatch(t, vision.ReadFaceAll(), r.Readings())
	require.Len(t, r.Models(), 4)
	require.Regexp(t, `^face 1; age [0-9a-f]{12}; blazeface `, r.Version())
	p := rendered(t, r, "astronaut", faces.Shot{Noise: 1.5})
	found, err := r.Read(t.Context(), p, r.Readings())
	require.NoError(t, err)
	require.Equal(t, 1, found.Count)
	require.Equal(t, vision.EmbeddingFaceAPI, found.EmbeddingModel)
	f := found.Faces[0]
	require.Greater(t, f.Confidence, 0.8)
	require.Len(t, f.Landmarks, vision.Landmarks)
	for _, at := range f.Landmarks {
		require.True(t, image.Pt(int(at[0]), int(at[1])).In(image.Rect(f.Box[0], f.Box[1], f.Box[2]+1, f.Box[3]+1)))
	}
	require.InDelta(t, 82, f.Quality.Eyes, 8)
	require.Less(t, f.Quality.Blur, 0.6)
	require.Zero(t, f.Quality.Covered)
	require.Greater(t, f.Skin.Forehead[0], f.Skin.Forehead[2], "skin has more red than blue")
	require.Less(t, f.Texture.Screen, 0.5)
	require.InDelta(t, 36, f.Age.Years, 12, "the only face whose age is known")
	length := 0.0
	for _, v := range f.Embedding {
		length += float64(v) * float64(v)
	}
	require.Len(t, f.Embedding, 128)
	require.InDelta(t, 1, length, 1e-5)
}

func TestReadingsThatAreNotAskedForAreLeftOut(t *testing.T) {
	t.Parallel()
	r := reader(t, vision.EmbeddingOff)
	require.NotContains(t, r.Readings(), vision.ReadFaceEmbedding)
	found, err := r.Read(t.Context(), rendered(t, r, "astronaut", faces.Shot{}), []vision.FaceRead{vision.ReadFaceSkin})
	require.NoError(t, err)
	f := found.Faces[0]
	require.NotNil(t, f.Pose)
	require.NotNil(t, f.Skin)
	require.Nil(t, f.Landmarks)
	require.Nil(t, f.Quality)
	require.Nil(t, f.Age)
	require.Nil(t, f.Embedding)
	require.Empty(t, found.EmbeddingModel)
}

func similarity(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func TestOnePersonIsNearerThanTwo(t *testing.T) {
	t.Parallel()
	for _, model := range []string{vision.EmbeddingFaceAPI, vision.EmbeddingFaceres} {
		r := reader(t, model)
		bands, known := vision.BandsOf(model)
		require.True(t, known)
		embed := func(name string, s faces.Shot) []float32 {
			found, err := r.Read(t.Context(), rendered(t, r, name, s), []vision.FaceRead{vision.ReadFaceEmbedding})
			require.NoError(t, err)
			require.NotEmpty(t, found.Faces, name)
			return found.Faces[0].Embedding
		}
		one := embed("6a", faces.Shot{})
		again := embed("6a", faces.Shot{Pose: vision.Pose{Yaw: 12}, Exposure: 0.7, Noise: 3})
		other := embed("6c", faces.Shot{})
		require.Greater(t, similarity(one, again), bands.Match, model)
		require.Less(t, similarity(one, other), bands.Match, model)
	}
}

func TestThePortraitThatIsCutOutOfADocumentIsMeasured(t *testing.T) {
	t.Parallel()
	r := reader(t, vision.EmbeddingFaceAPI)
	whole := rendered(t, r, "astronaut", faces.Shot{})
	cut, err := portrait.Find(whole, nil)
	require.NoError(t, err)
	require.NotNil(t, cut)
	p, err := imaging.Decode(t.Context(), cut.JPEG)
	require.NoError(t, err)
	var embeddings [2][]float32
	for i, picture := range []*imaging.Picture{whole, p} {
		found, err := r.Read(t.Context(), picture, []vision.FaceRead{vision.ReadFaceEmbedding})
		require.NoError(t, err)
		require.Equal(t, 1, found.Count)
		embeddings[i] = found.Faces[0].Embedding
	}
	bands, _ := vision.BandsOf(vision.EmbeddingFaceAPI)
	require.Greater(t, similarity(embeddings[0], embeddings[1]), bands.Match)
}

func TestQualitySaysWhatSpoilsAFace(t *testing.T) {
	t.Parallel()
	r := reader(t, vision.EmbeddingOff)
	quality := func(s faces.Shot) *vision.FaceQuality {
		found, err := r.Read(t.Context(), rendered(t, r, "astronaut", s), []vision.FaceRead{vision.ReadFaceQuality})
		require.NoError(t, err)
		require.NotEmpty(t, found.Faces)
		require.NotNil(t, found.Faces[0].Quality)
		return found.Faces[0].Quality
	}
	plain := quality(faces.Shot{Noise: 1})
	require.Greater(t, quality(faces.Shot{Blur: 4}).Blur, plain.Blur+0.15)
	require.Less(t, quality(faces.Shot{Exposure: 0.1}).Light, plain.Light/2)
	require.Greater(t, quality(faces.Shot{Exposure: 2}).Light, plain.Light)
}

func TestPicturesWithoutAFaceHaveNone(t *testing.T) {
	t.Parallel()
	r := reader(t, vision.EmbeddingFaceAPI)
	for _, size := range [][2]int{{1, 1}, {3, 900}, {640, 480}} {
		p := imaging.NewPicture(image.NewNRGBA(image.Rect(0, 0, size[0], size[1])))
		found, err := r.Read(t.Context(), p, r.Readings())
		require.NoError(t, err)
		require.Empty(t, found.Faces)
		require.NotNil(t, found.Faces, "an empty list in JSON")
	}
}

func TestAllFacesOfAGroupAreCounted(t *testing.T) {
	t.Parallel()
	r := reader(t, vision.EmbeddingOff)
	data, err := os.ReadFile(filepath.Join(faces.Folder(), "sample5.jpg"))
	require.NoError(t, err)
	p, err := imaging.Decode(t.Context(), data)
	require.NoError(t, err)
	found, err := r.Read(t.Context(), p, []vision.FaceRead{vision.ReadFaceLandmarks})
	require.NoError(t, err)
	require.Equal(t, 5, found.Count)
	require.Len(t, found.Faces, vision.FacesMost)
	for _, f := range found.Faces {
		require.NotNil(t, f.Pose)
		require.Less(t, math.Abs(f.Pose.Roll), 20.0)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = r.Read(ended, p, nil)
	require.ErrorIs(t, err, context.Canceled)
}

func TestModelsThatAreNotThoseOfTheCatalogueAreRefused(t *testing.T) {
	t.Parallel()
	none, err := face.Open("", vision.EmbeddingFaceAPI)
	require.NoError(t, err)
	require.Empty(t, none.Readings())
	folder := t.TempDir()
	for _, name := range []string{"blazeface.json", "blazeface.bin"} {
		data, err := os.ReadFile(filepath.Join(faces.Models(), name))
		require.NoError(t, err)
		data = bytes.Replace(data, []byte{0x3f}, []byte{0x3e}, 1)
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), data, 0o600))
	}
	broken, err := face.Open(folder, vision.EmbeddingFaceAPI)
	require.Error(t, err)
	require.Empty(t, broken.Readings())
	require.Empty(t, broken.Version())
}
