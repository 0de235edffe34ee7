package face_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/face"
	"github.com/stile-id/stile/methods/methodtest"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/vision"
)

var begun = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// stand holds a method with a vision process that answers from a record, and the uploads of an attempt.
type stand struct {
	method   methods.Method
	answers  map[string]*vision.Faces // by the content of the upload
	uploads  map[string]methods.Upload
	content  map[string][]byte
	state    json.RawMessage
	standing methods.Standing
	portrait []byte
	earlier  map[rules.Method][]byte
	options  graph.Options
	now      time.Time
	missing  string
	failure  error
	slow     bool

	mu    sync.Mutex
	asked map[string][]vision.FaceRead
}

func newStand(t *testing.T, name rules.Method) *stand {
	t.Helper()
	return newStandOf(t, name, rand.Reader)
}

// newStandOf returns a stand that draws challenges from random.
func newStandOf(t *testing.T, name rules.Method, random io.Reader) *stand {
	t.Helper()
	s := &stand{
		answers: map[string]*vision.Faces{}, uploads: map[string]methods.Upload{}, content: map[string][]byte{},
		earlier: map[rules.Method][]byte{}, asked: map[string][]vision.FaceRead{}, now: begun,
	}
	for _, m := range face.Methods(face.Options{
		Vision: s, Patience: time.Minute, Random: random, Now: func() time.Time { return s.now },
		Log: slog.New(slog.DiscardHandler),
	}) {
		if m.Name == name {
			s.method = m
		}
	}
	require.Equal(t, name, s.method.Name)
	return s
}

// Faces implements face.Vision.
func (s *stand) Faces(ctx context.Context, picture []byte, read ...vision.FaceRead) (*vision.Faces, error) {
	if s.slow {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[string(picture)] = read
	if s.failure != nil || ctx.Err() != nil {
		return nil, s.failure
	}
	answer, known := s.answers[string(picture)]
	if !known {
		return nil, &vision.ImageError{Code: vision.CodeImageInvalid}
	}
	return answer, nil
}

// FacesUnavailable implements face.Vision.
func (s *stand) FacesUnavailable(read ...vision.FaceRead) string {
	for _, r := range read {
		if string(r) == s.missing {
			return "no model for " + s.missing
		}
	}
	return ""
}

// Upload, Challenge and Code implement methods.Held.
func (s *stand) Upload(_ context.Context, param, id string) (methods.Upload, error) {
	if u, ok := s.uploads[id]; ok {
		return u, nil
	}
	return methods.Upload{}, methods.NewInputError(param, "%s names no upload of this attempt", param)
}

func (s *stand) Challenge(context.Context, string, string) (json.RawMessage, error) {
	return s.state, nil
}

func (s *stand) Code(context.Context, string, string) error { return nil }

func (s *stand) standingNow(context.Context) (methods.Standing, error) { return s.standing, nil }

// Content implements methods.Uploads.
func (s *stand) Content(_ context.Context, id string) ([]byte, error) { return s.content[id], nil }

// Portrait and Templates implement methods.Kept.
func (s *stand) Portrait(context.Context) ([]byte, error) { return s.portrait, nil }

func (s *stand) Templates(context.Context) (map[rules.Method][]byte, error) {
	return maps.Clone(s.earlier), nil
}

// add stores a frame that is measured as faces, and returns how a submission names it.
func (s *stand) add(faces *vision.Faces, step int, at time.Time) map[string]any {
	id := fmt.Sprintf("upl_%d", len(s.uploads))
	s.uploads[id] = methods.Upload{ID: id, MediaType: methods.TypeJPEG, Size: 10, Received: at}
	s.content[id] = []byte("frame " + id)
	s.answers["frame "+id] = faces
	return map[string]any{"upload": id, "step": step}
}

func (s *stand) attempt(number int) methods.Attempt {
	return methods.Attempt{
		Method: s.method.Name, SessionID: "vks_1", Type: "age", Node: "n", Number: number, Tier: rules.MinAge(18),
		Options: s.options,
	}
}

func (s *stand) accept(t *testing.T, in methodtest.Input) ([]byte, error) {
	t.Helper()
	given := methods.Given{Attempt: s.attempt(1), Input: in, Held: s, Standing: s.standingNow}
	accepted, err := s.method.Accept.Accept(t.Context(), given)
	if err != nil {
		return nil, err
	}
	again, err := s.method.Accept.Accept(t.Context(), given)
	require.NoError(t, err)
	first, err := json.Marshal(accepted.Payload)
	require.NoError(t, err)
	second, err := json.Marshal(again.Payload)
	require.NoError(t, err)
	require.Equal(t, first, second, "a repeat is the same payload")
	return first, nil
}

// submit accepts and judges frames.
func (s *stand) submit(t *testing.T, frames ...map[string]any) methods.Verdict {
	t.Helper()
	v, err := s.judge(t, frames...)
	require.NoError(t, err)
	return v
}

func (s *stand) judge(t *testing.T, frames ...map[string]any) (methods.Verdict, error) {
	t.Helper()
	in := methodtest.Input{"frames": frames}
	if s.method.Begin != nil {
		in["challenge"] = "mch_1"
	}
	payload, err := s.accept(t, in)
	require.NoError(t, err)
	return s.method.Judge.Judge(t.Context(), methods.Submission{
		Attempt: s.attempt(1), Payload: payload, Uploads: s, Kept: s, Received: begun,
	})
}

// begin makes a challenge and returns its data.
func (s *stand) begin(t *testing.T, in methodtest.Input) map[string]any {
	t.Helper()
	made, err := s.method.Begin.Begin(t.Context(), methods.Beginning{
		Attempt: s.attempt(1), Input: in, Now: begun, Standing: s.standing,
	})
	require.NoError(t, err)
	require.True(t, made.Fresh)
	s.state, err = json.Marshal(made.State)
	require.NoError(t, err)
	text, err := json.Marshal(made.Data)
	require.NoError(t, err)
	var data map[string]any
	require.NoError(t, json.Unmarshal(text, &data))
	return data
}

const version = "faces 1, test 0123456789ab"

// person returns an embedding; those of different numbers are far apart.
func person(number int) []float32 {
	e := make([]float32, 128)
	e[number] = 1
	return e
}

// between returns an embedding with a similarity to person(0).
func between(similarity float64) []float32 {
	e := make([]float32, 128)
	e[0], e[1] = float32(similarity), float32(math.Sqrt(1-similarity*similarity))
	return e
}

// picture is a frame with one good face that looks ahead.
func picture(change ...func(f *vision.Face)) *vision.Faces {
	f := vision.Face{
		Box: vision.Box{400, 200, 800, 700}, Confidence: 0.98, Pose: &vision.Pose{},
		Quality:   &vision.FaceQuality{Eyes: 120, Blur: 0.2, Light: 0.5, Contrast: 0.5},
		Texture:   &vision.Texture{Screen: 0.1},
		Skin:      &vision.Skin{},
		Age:       &vision.Age{Years: 40, Deviation: 1},
		Embedding: person(0),
	}
	for _, c := range change {
		c(&f)
	}
	return &vision.Faces{
		Version: version, Width: 1280, Height: 960, Print: "0123456789abcdef", Count: 1, Faces: []vision.Face{f},
		EmbeddingModel: vision.EmbeddingFaceAPI,
	}
}

func (s *stand) selfie(change ...func(f *vision.Face)) (frames []map[string]any) {
	for range 3 {
		frames = append(frames, s.add(picture(change...), 0, begun))
	}
	return frames
}

func failedChecks(v methods.Verdict) (names []string) {
	for _, c := range v.Checks {
		if c.Failed() {
			names = append(names, c.Name)
		}
	}
	return names
}

func aged(years float64) func(*vision.Face) {
	return func(f *vision.Face) { f.Age = &vision.Age{Years: years, Deviation: 1.5} }
}

func of(embedding []float32) func(*vision.Face) {
	return func(f *vision.Face) { f.Embedding = slices.Clone(embedding) }
}
