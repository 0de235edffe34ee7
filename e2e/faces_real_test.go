package e2e

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/faces"
	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/vision"
)

// Heads are rendered as each challenge asks, their pictures are sent over HTTP and measured by a real vision process
// with the real models.
func TestFacesOnRealModels(t *testing.T) {
	t.Parallel()
	actors := newCast(t)
	socket := filepath.Join(t.TempDir(), "s")
	runVision(t, socket, "--models", faces.Models(), "--workers", "2", "--queue", "64", "--time", "1m")
	onEveryBackend(t, func(t *testing.T, s *stack) {
		for name, scenario := range map[string]func(t *testing.T, s *stack, c *cast){
			"an age passes":                                   realAgePasses,
			"a low age is followed by a document":             realAgeStepsUp,
			"a selfie matches the portrait of a document":     realMatch,
			"a similar face is left to a reviewer":            realMatchIsReviewed,
			"turns of the head are followed":                  realTurns,
			"colours of the screen are reflected":             realFlashes,
			"a passive check ties its face to the age before": realPassive,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				scenario(t, s, actors)
			})
		}
	}, asShipped, func(c *config.Config) {
		c.VisionURL, c.ProviderPatience = "unix:"+socket, testkit.Patience
	})
}

// The persons of the pictures: the holder of the document, estimated at 31 years, and another person.
const (
	holder   = "astronaut"
	stranger = "6a"
)

// cast has heads of persons, and their pictures. Equal pictures are rendered, and by the vision process measured, once.
type cast struct {
	heads    map[string]*faces.Head
	passport *specimen.Document
	comment  string // in each picture, if it is not ""

	pictures sync.Map // of drawn
}

func newCast(t *testing.T) *cast {
	t.Helper()
	reader, err := faces.Reader(vision.EmbeddingOff)
	require.NoError(t, err)
	c := &cast{heads: map[string]*faces.Head{}}
	for _, name := range []string{holder, stranger} {
		person, err := faces.Find(name)
		require.NoError(t, err)
		c.heads[name], err = faces.NewHead(t.Context(), reader, person, 640, 480, faces.Solid)
		require.NoError(t, err)
		if name == holder {
			portrait, err := person.Portrait(t.Context())
			require.NoError(t, err)
			c.passport = specimen.New(specimen.Passport, 7, adult, func(f *specimen.Fields) { f.Portrait = portrait })
		}
	}
	return c
}

// picture returns the file of a picture of a person.
func (c *cast) picture(name string, shot faces.Shot) string {
	key := fmt.Sprintf("%s %+v", name, shot)
	return drawn(&c.pictures, key, func() string {
		return commented(string(faces.JPEG(c.heads[name].Render(shot), 90)), c.comment)
	})
}

// commented returns a JPEG with a comment after its first marker.
func commented(file, comment string) string {
	if comment == "" {
		return file
	}
	return file[:2] + "\xFF\xFE\x00" + string(rune(len(comment)+2)) + comment + file[2:]
}

// films sends the frames of a person and returns how a submission names them.
func (c *cast) films(t *testing.T, s session, method, name string, frames []faces.Frame) (named []body) {
	t.Helper()
	files := make([]string, len(frames))
	for i, f := range frames {
		files[i] = c.picture(name, f.Shot)
	}
	for i, f := range frames { // at once, as a camera would
		named = append(named, body{"upload": s.uploads(t, method, files[i]).expect(t, 201).text("id"), "step": f.Step})
	}
	return named
}

// selfies submits three pictures of a person that looks ahead.
func (c *cast) selfies(t *testing.T, s session, method, name string) {
	t.Helper()
	s.submit(t, method, body{"frames": c.films(t, s, method, name, faces.Still(3))}).expect(t, 202)
}

// live begins a challenge and submits the frames of a person that answers it. Other changes the steps that the person
// sees.
func (c *cast) live(t *testing.T, s session, name string, other func(steps []string)) {
	t.Helper()
	begun := s.user.post(t, s.verify("/methods/selfie_liveness/begin"), nil).expect(t, 201)
	var steps []string
	for _, step := range begun.at("data", "steps").([]any) {
		for _, member := range []string{"turn", "color"} {
			if value, given := step.(map[string]any)[member].(string); given {
				steps = append(steps, value)
			}
		}
	}
	if other != nil {
		other(steps)
	}
	var frames []faces.Frame
	var err error
	switch begun.at("data", "strategy") {
	case graph.LivenessAction:
		frames, err = faces.Follow(steps)
	case graph.LivenessFlashing:
		frames, err = faces.Reflect(steps, 0.12)
	default:
		frames = faces.Still(3)
	}
	require.NoError(t, err)
	s.submit(t, "selfie_liveness", body{
		"challenge": begun.text("id"), "frames": c.films(t, s, "selfie_liveness", name, frames),
	}).expect(t, 202)
}

// showsPassport submits a photograph of the holder's passport.
func (c *cast) showsPassport(t *testing.T, s session) {
	t.Helper()
	s.shows(t, body{"front": s.photograph(t, c.passport.Front(), specimen.Shot{})})
}

// reasons are those of the last result.
func (s session) reasons(t *testing.T) any {
	t.Helper()
	results := s.results(t)
	require.NotEmpty(t, results)
	return results[len(results)-1]["reason_codes"]
}

// ages returns a merchant with facial_age and layers of liveness.
func ages(t *testing.T, s *stack, change func(d *graph.Definition)) merchant {
	t.Helper()
	d := simple(rules.MethodFacialAge, rules.MethodDocumentCapture)
	d.Preferences.ApproveAt = 25
	change(&d)
	return s.sandbox(t, d) // which accepts specimens
}

func realAgePasses(t *testing.T, s *stack, c *cast) {
	v := ages(t, s, func(*graph.Definition) {}).create(t, nil)
	v.open(t)
	c.selfies(t, v, "facial_age", holder)
	v.until(t, "verified")
	told := v.results(t)[0]["biometric"].(map[string]any)
	require.Contains(t, told["models"], "blazeface ")
	require.InDelta(t, 25, told["approve_at"], 0)
}

func realAgeStepsUp(t *testing.T, s *stack, c *cast) {
	v := ages(t, s, func(d *graph.Definition) { d.Preferences.ApproveAt = 0 }).create(t, nil) // 33, twelve years above 21
	v.open(t)
	c.selfies(t, v, "facial_age", holder)
	v.until(t, "requires_input")
	require.Equal(t, []any{"age_uncertain"}, v.reasons(t))
	c.showsPassport(t, v)
	v.until(t, "verified")
	require.Equal(t, "document_capture", v.get(t).text("verification_path"))
}

// matched returns a session after its document has passed.
func matched(t *testing.T, s *stack, c *cast, bands *graph.MatchBands) session {
	t.Helper()
	d := simple(rules.MethodDocumentCapture)
	d.Preferences.FaceMatch, d.Preferences.MatchBands = graph.FaceMatchRequired, bands
	v := s.sandbox(t, d).create(t, body{"type": "identity"})
	v.open(t)
	c.showsPassport(t, v)
	v.until(t, "requires_input")
	return v
}

func realMatch(t *testing.T, s *stack, c *cast) {
	v := matched(t, s, c, nil)
	c.selfies(t, v, "selfie_match", stranger)
	v.until(t, "requires_input")
	require.Equal(t, []any{"face_mismatch"}, v.reasons(t))
	c.selfies(t, v, "selfie_match", holder)
	v.until(t, "verified")
}

func realMatchIsReviewed(t *testing.T, s *stack, c *cast) {
	v := matched(t, s, c, &graph.MatchBands{Match: 0.9999, Review: 0.9})
	c.selfies(t, v, "selfie_match", holder)
	testkit.Eventually(t, func() bool { return v.get(t).json["review"] != nil })
	require.Equal(t, []any{graph.SignalFaceUnsure}, v.get(t).at("risk", "signals"))
	v.merchant.post(t, "/v1/verification_sessions/"+v.id+"/review", body{"decision": "approve", "reviewer": "kim"}).
		expect(t, 200)
	v.until(t, "verified")
}

// alive returns a session that has liveness before it, after an age that is simulated.
func alive(t *testing.T, s *stack, strategy string) session {
	t.Helper()
	v := ages(t, s, func(d *graph.Definition) {
		d.Supplementary = []rules.Method{rules.MethodSelfieLiveness}
		d.Preferences.LivenessStrategy = strategy
	}).create(t, nil)
	v.open(t)
	v.simulate(t, "facial_age", "pass")
	v.until(t, "requires_input")
	return v
}

func realTurns(t *testing.T, s *stack, c *cast) {
	v := alive(t, s, graph.LivenessAction)
	c.live(t, v, holder, func(turns []string) {
		exchanged := map[string]string{"left": "right", "right": "left", "up": "up"}
		for i, turn := range turns {
			turns[i] = exchanged[turn]
		}
	})
	v.until(t, "requires_input")
	require.Equal(t, []any{"challenge_not_followed"}, v.reasons(t))
	c.live(t, v, holder, nil)
	v.until(t, "verified")
}

func realFlashes(t *testing.T, s *stack, c *cast) {
	v := alive(t, s, graph.LivenessFlashing)
	c.live(t, v, holder, func(colors []string) {
		exchanged := map[string]string{
			"#00ff00": "#ff00ff", "#ff00ff": "#00ff00", "#0000ff": "#ffff00", "#ffff00": "#0000ff", "#00ffff": "#ffff00",
		}
		for i, color := range colors {
			colors[i] = exchanged[color]
		}
	})
	v.until(t, "requires_input")
	require.Equal(t, []any{"liveness_failed"}, v.reasons(t))
	c.live(t, v, holder, nil)
	v.until(t, "verified")
}

func realPassive(t *testing.T, s *stack, c *cast) {
	v := ages(t, s, func(d *graph.Definition) {
		d.Supplementary = []rules.Method{rules.MethodSelfieLiveness}
		d.Preferences.LivenessStrategy = graph.LivenessPassive
	}).create(t, nil)
	v.open(t)
	c.selfies(t, v, "facial_age", holder)
	v.until(t, "requires_input")
	c.live(t, v, stranger, nil)
	testkit.Eventually(t, func() bool { return len(v.results(t)) == 2 })
	require.Equal(t, []any{"face_changed"}, v.reasons(t))
	c.live(t, v, holder, nil)
	v.until(t, "verified")
	require.Equal(t, "passive", v.results(t)[2]["biometric"].(map[string]any)["strategy"])
}
