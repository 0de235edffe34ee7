package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/methods/face/facetest"
	"github.com/stile-id/stile/methods/face/motion"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/vision"
)

// Faces are sent over HTTP and judged in the worker, on measurements that the test records in the frames. Documents are
// read by a real vision process.
func TestFaces(t *testing.T) {
	t.Parallel()
	socket := recordedFaces(t)
	onEveryBackend(t, func(t *testing.T, s *stack) {
		for name, scenario := range map[string]func(t *testing.T, s *stack){
			"an age passes, and a low one steps up":                     ageStepsUp,
			"a document is matched with its holder and nobody else":     documentIsMatched,
			"liveness follows turns, and ties the face to the age":      livenessFollows,
			"a face needs the consent where the law asks for it":        consentComesFirst,
			"templates are kept for the rule's days, and can be erased": templatesAreErased,
		} {
			t.Run(name, func(t *testing.T) { scenario(t, s) })
		}
	}, asShipped, func(c *config.Config) { c.VisionURL = "unix:" + socket })
}

// recordedFaces runs a vision process that answers about faces with the record in each picture, and has documents read
// by a real one. A picture without a record shows the first person. It returns its socket.
func recordedFaces(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	inner, outer := filepath.Join(folder, "i"), filepath.Join(folder, "o")
	runVision(t, inner)
	documents := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "vision"})
	documents.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", inner)
	}}
	routes := http.NewServeMux()
	routes.Handle("/", documents)
	routes.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(vision.Health{Version: "recorded", Workers: 1, Faces: vision.ReadFaceAll()})
	})
	routes.HandleFunc("/v1/faces", func(w http.ResponseWriter, r *http.Request) {
		picture, _ := io.ReadAll(r.Body)
		face := recordedFace()
		if text, recorded := bytes.CutPrefix(picture, []byte(recordMark)); recorded {
			_ = json.Unmarshal(text, &face)
		}
		_ = json.NewEncoder(w).Encode(vision.Faces{
			Version: "recorded", Width: 1280, Height: 960, Count: 1,
			Print: fmt.Sprintf("%.8x", sha256.Sum256(picture)), Faces: []vision.Face{face},
			EmbeddingModel: vision.EmbeddingFaceAPI,
		})
	})
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", outer)
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(routes)
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return outer
}

// recordMark begins a picture with a record, so that it counts as a JPEG.
const recordMark = "\xFF\xD8\xFF"

func recordedFace() vision.Face {
	return vision.Face{
		Box: vision.Box{400, 200, 800, 700}, Confidence: 0.98, Pose: &vision.Pose{},
		Quality: &vision.FaceQuality{Eyes: 120, Blur: 0.2, Light: 0.5, Contrast: 0.5},
		Texture: &vision.Texture{Screen: 0.1}, Age: &vision.Age{Years: 40}, Embedding: person(0),
	}
}

func person(number int) []float32 {
	e := make([]float32, 128)
	e[number] = 1
	return e
}

// sees sends a frame with a record and returns how a submission names it.
func (s session) sees(t *testing.T, method string, step, number int, change func(f *vision.Face)) body {
	t.Helper()
	face := recordedFace()
	change(&face)
	text, err := json.Marshal(face)
	require.NoError(t, err)
	frame := recordMark + string(text) + fmt.Sprintf("%*s", number+1, "\n") // each is another file
	return body{"upload": s.uploads(t, method, frame).expect(t, 201).text("id"), "step": step}
}

// poses submits three frames of a face.
func (s session) poses(t *testing.T, method string, change func(f *vision.Face)) {
	t.Helper()
	var frames []body
	for i := range 3 {
		frames = append(frames, s.sees(t, method, 0, i, change))
	}
	s.submit(t, method, body{"frames": frames}).expect(t, 202)
}

func as(number int, years float64) func(f *vision.Face) {
	return func(f *vision.Face) { f.Embedding, f.Age = person(number), &vision.Age{Years: years} }
}

func ageStepsUp(t *testing.T, s *stack) {
	m := s.liveUnheard(t, simple(rules.MethodFacialAge, rules.MethodDocumentCapture))
	v := m.create(t, nil)
	v.open(t)
	v.poses(t, "facial_age", as(0, 45.8125))
	v.until(t, "verified")
	told := v.results(t)[0]["biometric"].(map[string]any)
	require.InDelta(t, 3, told["frames"], 0)
	require.NotContains(t, fmt.Sprint(told), "45", "the estimate, in any precision")
	require.NotContains(t, string(v.get(t).raw), "45.8")

	v = m.create(t, nil)
	v.open(t)
	v.poses(t, "facial_age", as(0, 24))
	v.until(t, "requires_input")
	view := v.user.get(t, v.verify("")).expect(t, 200)
	require.Equal(t, []any{"age_uncertain"}, view.at("methods", 0, "last_attempt", "reason_codes"))
	require.Equal(t, "unavailable", view.at("methods", 0, "status"))
	require.Equal(t, "available", view.at("methods", 1, "status"))
	v.uploads(t, "facial_age", recordMark).refused(t, 400, "parameter_invalid", "method")
}

func documentIsMatched(t *testing.T, s *stack) {
	d := simple(rules.MethodDocumentCapture)
	d.Preferences.FaceMatch = graph.FaceMatchRequired
	m := s.sandbox(t, d) // which accepts specimens
	v, card := m.create(t, body{"type": "identity"}), adultSpecimen(specimen.Passport, 7)
	v.open(t)
	v.shows(t, body{"front": v.photograph(t, card.Front(), specimen.Shot{})})
	v.until(t, "requires_input")
	v.poses(t, "selfie_match", as(9, 40))
	v.until(t, "requires_input")
	view := v.user.get(t, v.verify("")).expect(t, 200)
	require.Equal(t, []any{"face_mismatch"}, view.at("methods", 1, "last_attempt", "reason_codes"))
	v.poses(t, "selfie_match", as(0, 40))
	v.until(t, "verified")
	results := v.results(t)
	require.Equal(t, "match", results[len(results)-1]["biometric"].(map[string]any)["band"])
	kept, err := s.app.Store().Portrait(t.Context(), m.org, v.id)
	require.NoError(t, err)
	require.Nil(t, kept)
}

func livenessFollows(t *testing.T, s *stack) {
	d := simple(rules.MethodFacialAge)
	d.Supplementary = []rules.Method{rules.MethodSelfieLiveness}
	m := s.liveUnheard(t, d)
	v := m.create(t, nil)
	v.open(t)
	v.poses(t, "facial_age", as(0, 45))
	v.until(t, "requires_input")
	v.turns(t, 3, nil)
	v.until(t, "requires_input")
	view := v.user.get(t, v.verify("")).expect(t, 200)
	require.Equal(t, []any{"face_changed"}, view.at("methods", 1, "last_attempt", "reason_codes"))
	v.turns(t, 0, func(turns []motion.Turn) []motion.Turn {
		return map[bool][]motion.Turn{
			true:  {motion.Up, motion.Left, motion.Right, motion.Up},
			false: {motion.Left, motion.Right, motion.Up, motion.Left},
		}[turns[0] == motion.Left]
	})
	v.until(t, "requires_input")
	view = v.user.get(t, v.verify("")).expect(t, 200)
	require.Equal(t, []any{"challenge_not_followed"}, view.at("methods", 1, "last_attempt", "reason_codes"))
	v.turns(t, 0, nil)
	v.until(t, "verified")
}

// turns begins a challenge and submits a person that follows it, or makes other turns.
func (s session) turns(t *testing.T, number int, other func([]motion.Turn) []motion.Turn) {
	t.Helper()
	begun := s.user.post(t, s.verify("/methods/selfie_liveness/begin"), body{"extended": true}).expect(t, 201)
	var turns []motion.Turn
	for _, step := range begun.at("data", "steps").([]any) {
		turns = append(turns, motion.Turn(step.(map[string]any)["turn"].(string)))
	}
	if other != nil {
		turns = other(turns)
	}
	var frames []body
	for i, frame := range facetest.New(false, 0.01, 1).Follow(turns, 30) {
		frames = append(frames, s.sees(t, "selfie_liveness", frame.Step, i, func(f *vision.Face) {
			f.Embedding, f.Pose = person(number), &vision.Pose{Yaw: frame.Yaw, Pitch: frame.Pitch}
			f.Quality.Eyes = frame.Eyes
			f.Landmarks = make([]vision.Point, vision.Landmarks)
			for k, p := range frame.Points {
				f.Landmarks[17+k] = p
			}
		}))
	}
	s.submit(t, "selfie_liveness", body{"challenge": begun.text("id"), "frames": frames}).expect(t, 202)
}

func consentComesFirst(t *testing.T, s *stack) {
	m := s.liveUnheard(t, simple(rules.MethodFacialAge, rules.MethodDocumentCapture))
	v := m.create(t, body{"jurisdiction": "US-IL"})
	v.open(t)
	v.uploads(t, "facial_age", recordMark).refused(t, 409, "consent_required")
	v.user.post(t, v.verify("/consent"), body{"granted": true}).expect(t, 200)
	v.poses(t, "facial_age", as(0, 45))
	v.until(t, "verified")
}

func templatesAreErased(t *testing.T, s *stack) {
	m := s.liveUnheard(t, simple(rules.MethodFacialAge, rules.MethodDocumentCapture))
	v := m.create(t, body{"jurisdiction": "US-IL"}) // its rule retains biometric data
	v.open(t)
	v.user.post(t, v.verify("/consent"), body{"granted": true}).expect(t, 200)
	v.poses(t, "facial_age", as(0, 45))
	v.until(t, "verified")
	kept, err := s.app.Store().Templates(t.Context(), m.org, v.id)
	require.NoError(t, err)
	require.Len(t, kept, 1)
	m.call(t, http.MethodDelete, "/v1/verification_sessions/"+v.id+"/biometrics", nil).expect(t, 200)
	kept, err = s.app.Store().Templates(t.Context(), m.org, v.id)
	require.NoError(t, err)
	require.Empty(t, kept)
	require.Equal(t, "verified", v.get(t).text("status"))
}
