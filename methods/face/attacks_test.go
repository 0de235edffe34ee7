package face_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/draw"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/faces"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/face/facetest"
	"github.com/stile-id/stile/methods/methodtest"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/face"
	"github.com/stile-id/stile/vision/imaging"
)

// After a change of a model, a reading or a decision,
//
//	go test ./methods/face -run TestAttacksOnRealModels -update
//
// has the test measure all pictures again, which takes two minutes of a processor, keep the measurements, and write the
// table of docs/methods/faces.md.
var update = flag.Bool("update", false, "write the table of attacks of docs/methods/faces.md")

const (
	document   = "../../docs/methods/faces.md"
	tableBegin = "<!-- attacks: written by go test ./methods/face -run TestAttacksOnRealModels -update -->\n"
	tableEnd   = "<!-- end of attacks -->\n"
	recorded   = "testdata/attacks.json.gz"
	// sampled is the part of the pictures that is measured each time, to hold the records to the models.
	sampled = 25
)

// Heads and pictures of them are rendered and measured with the real models. The methods judge the measurements, and
// the table says what happens.
func TestAttacksOnRealModels(t *testing.T) {
	t.Parallel()
	films := make([][][]take, len(attacks))
	for i, a := range attacks {
		for _, c := range challenges {
			films[i] = append(films[i], a.film(t, c))
		}
	}
	studio := newStudio(t)
	if *update {
		studio.shoot(t, takesOf(films))
		studio.keep(t)
	} else {
		studio.recall(t, takesOf(films))
	}
	text, err := os.ReadFile(document)
	require.NoError(t, err)
	before, rest, opened := strings.Cut(string(text), tableBegin)
	_, after, closed := strings.Cut(rest, tableEnd)
	require.True(t, opened && closed, "the markers of the table are gone")
	want := before + tableBegin + studio.table(t, films) + tableEnd + after
	if *update {
		require.NoError(t, os.WriteFile(document, []byte(want), 0o600))
		return
	}
	require.Equal(t, want, string(text), "run the test with -update, and review the change")
}

// take is a frame that an attacker sends: an actor before the camera, and perhaps another one beside.
type take struct {
	faces.Frame
	actor, beside string
	quality       int // of the JPEG; 0 for 90
	file          int // of which take it repeats the file, from 1; 0 for a file of its own
}

// The actors: two persons, and pictures of the first one.
const (
	sitter, stranger = "astronaut", "6a"
)

// challenge is the answer of a person to a challenge, and to those of other sessions.
type challenge struct {
	strategy      string
	steps, others []string
	random        string // bytes from which the steps are drawn
}

var challenges = []challenge{
	{
		graph.LivenessAction, []string{"left", "up", "right", "left"}, []string{"right", "left", "up", "right"},
		"\x00\x02\x01\x00",
	},
	{
		graph.LivenessFlashing,
		[]string{"#00ff00", "#ff00ff", "#0000ff", "#ffff00", "#00ffff", "#ff00ff", "#00ff00", "#0000ff"},
		[]string{"#0000ff", "#ffff00", "#00ff00", "#0000ff", "#ff00ff", "#00ff00", "#00ffff", "#ffff00"},
		"\x00\x03\x01\x04\x02\x03\x00\x01",
	},
	{graph.LivenessPassive, nil, nil, ""},
}

// screenLight is the light of the user's screen, as a part of that of the room.
const screenLight = 0.12

// answers returns the frames of a person that answers a challenge with these steps.
func (c challenge) answers(t *testing.T, steps []string) (takes []take) {
	t.Helper()
	frames, err := faces.Still(3), error(nil)
	switch c.strategy {
	case graph.LivenessAction:
		frames, err = faces.Follow(steps)
	case graph.LivenessFlashing:
		frames, err = faces.Reflect(steps, screenLight)
	}
	require.NoError(t, err)
	for _, f := range frames {
		takes = append(takes, take{Frame: f, actor: sitter})
	}
	return takes
}

// by returns the answer with another actor.
func by(surface faces.Surface) func(*testing.T, challenge) []take {
	return func(t *testing.T, c challenge) []take {
		t.Helper()
		takes := c.answers(t, c.steps)
		for i := range takes {
			takes[i].actor = string(surface)
		}
		return takes
	}
}

// changed returns the answer of the person after a change.
func changed(change func(takes []take)) func(*testing.T, challenge) []take {
	return func(t *testing.T, c challenge) []take {
		t.Helper()
		takes := c.answers(t, c.steps)
		change(takes)
		return takes
	}
}

// attack is a row of the table. Its film returns nil for a strategy without such an attack.
type attack struct {
	name string
	film func(*testing.T, challenge) []take
}

var attacks = []attack{
	{"the person, or an injected video of the person that answers the challenge", changed(func([]take) {})},
	{"print that is turned", by(faces.Print)},
	{"bent print", by(faces.Bent)},
	{"still picture on a screen", by(faces.Screen)},
	{"face cut out of a print, before a head", by(faces.CutOut)},
	{"frames of another session", func(t *testing.T, c challenge) []take {
		t.Helper()
		return c.answers(t, c.others)
	}},
	{"frames out of order", changed(func(takes []take) {
		steps := make([]int, len(takes))
		for i := range takes {
			steps[i] = takes[i].Step
		}
		slices.Reverse(takes)
		for i := range takes {
			takes[i].Step = steps[i]
		}
	})},
	{"right person, last step not as asked", func(t *testing.T, c challenge) []take {
		t.Helper()
		if c.steps == nil {
			return nil
		}
		other := slices.Clone(c.steps)
		other[len(other)-1] = c.others[0]
		return c.answers(t, other)
	}},
	{"right person, no movement, and the light of a lamp", func(t *testing.T, c challenge) []take {
		t.Helper()
		if c.steps == nil {
			return nil
		}
		takes := c.answers(t, c.steps)
		for i := range takes {
			takes[i].Shot = faces.Shot{Noise: faces.CameraNoise, Seed: uint64(i)}
		}
		return takes
	}},
	{"a second person in one frame", changed(func(takes []take) { takes[1].beside = stranger })},
	{"another face from the middle on", changed(func(takes []take) {
		for i := (len(takes) + 1) / 2; i < len(takes); i++ {
			takes[i].actor = stranger
		}
	})},
	{"loop of a video, encoded anew each time", func(t *testing.T, c challenge) []take {
		t.Helper()
		takes := c.answers(t, c.steps)
		if c.steps == nil {
			for i := range takes {
				takes[i].Shot, takes[i].quality = takes[0].Shot, 90-i
			}
			return takes
		}
		const first, length = 4, 4 // ahead, a turn, ahead, another turn; or four colours
		for i := range takes {
			takes[i].Shot, takes[i].quality = takes[first+i%length].Shot, 90-i/length
		}
		return takes
	}},
	{"a frame sent twice", changed(func(takes []take) { takes[2].file = 1 })},
}

// takesOf returns the takes that differ, in a fixed order.
func takesOf(films [][][]take) (takes []take) {
	seen := map[string]bool{}
	for _, k := range slices.Concat(slices.Concat(films...)...) {
		if !seen[k.key()] {
			seen[k.key()] = true
			takes = append(takes, k)
		}
	}
	return takes
}

// studio renders and measures takes.
type studio struct {
	heads map[string]*faces.Head
	mu    sync.Mutex
	records
}

// records are the measurements of takes, by their keys, and the version of the reader that made them.
type records struct {
	Version  string
	Measured map[string]*vision.Faces
}

func newStudio(t *testing.T) *studio {
	t.Helper()
	s := &studio{heads: map[string]*faces.Head{}, records: records{Measured: map[string]*vision.Faces{}}}
	r, err := faces.Reader(vision.EmbeddingOff)
	require.NoError(t, err)
	for name, surface := range map[string]faces.Surface{
		sitter: faces.Solid, stranger: faces.Solid, string(faces.Print): faces.Print, string(faces.Bent): faces.Bent,
		string(faces.Screen): faces.Screen, string(faces.CutOut): faces.CutOut,
	} {
		of := sitter
		if name == stranger {
			of = stranger
		}
		p, err := faces.Find(of)
		require.NoError(t, err)
		s.heads[name], err = faces.NewHead(t.Context(), r, p, 640, 480, surface)
		require.NoError(t, err)
	}
	return s
}

func (k take) key() string { return fmt.Sprintf("%s %s %d %+v", k.actor, k.beside, k.quality, k.Shot) }

// shoot renders and measures takes, on each processor one at a time.
func (s *studio) shoot(t *testing.T, takes []take) {
	t.Helper()
	queue := make(chan take, len(takes))
	for _, k := range takes {
		queue <- k
	}
	close(queue)
	var group sync.WaitGroup
	failures := make(chan error, runtime.NumCPU())
	for range runtime.NumCPU() {
		group.Go(func() {
			reader, err := faces.Reader(vision.EmbeddingDefault)
			for k := range queue {
				if err == nil {
					err = s.measure(t.Context(), reader, k)
				}
			}
			failures <- err
		})
	}
	group.Wait()
	close(failures)
	for err := range failures {
		require.NoError(t, err)
	}
}

// measure makes the readings of selfie_liveness.
func (s *studio) measure(ctx context.Context, reader *face.Reader, k take) error {
	picture, err := imaging.Decode(ctx, s.file(k))
	if err != nil {
		return err
	}
	found, err := reader.Read(ctx, picture, []vision.FaceRead{
		vision.ReadFaceLandmarks, vision.ReadFaceQuality, vision.ReadFaceTexture, vision.ReadFaceEmbedding,
		vision.ReadFaceSkin,
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Version, s.Measured[k.key()] = reader.Version(), found
	return err
}

// keep stores the measurements as records.
func (s *studio) keep(t *testing.T) {
	t.Helper()
	var file bytes.Buffer
	packed, err := gzip.NewWriterLevel(&file, gzip.BestCompression)
	require.NoError(t, err)
	require.NoError(t, json.NewEncoder(packed).Encode(s.records))
	require.NoError(t, packed.Close())
	require.NoError(t, os.MkdirAll(filepath.Dir(recorded), 0o750))
	require.NoError(t, os.WriteFile(recorded, file.Bytes(), 0o600))
}

// recall reads the records, and requires that those of a sample are measured again.
func (s *studio) recall(t *testing.T, takes []take) {
	t.Helper()
	file, err := os.Open(recorded)
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	packed, err := gzip.NewReader(file)
	require.NoError(t, err)
	var kept records
	require.NoError(t, json.NewDecoder(packed).Decode(&kept))
	var sample []take
	for i := 0; i < len(takes); i += sampled {
		sample = append(sample, takes[i])
	}
	s.shoot(t, sample)
	require.Equal(t, kept.Version, s.Version, "the models or the reader have changed: run the test with -update")
	for _, k := range sample {
		requireAlike(t, kept.Measured[k.key()], s.Measured[k.key()])
	}
	s.records = kept
}

// requireAlike requires that two measurements of one picture differ by no more than those of two processors.
func requireAlike(t *testing.T, want, got *vision.Faces) {
	t.Helper()
	require.NotNil(t, want, "a picture has no record: run the test with -update")
	require.Equal(t, want.Count, got.Count)
	for i, w := range want.Faces {
		g := got.Faces[i]
		require.InDelta(t, w.Pose.Yaw, g.Pose.Yaw, 0.5)
		require.InDelta(t, w.Pose.Pitch, g.Pose.Pitch, 0.5)
		require.InDelta(t, w.Quality.Blur, g.Quality.Blur, 0.02)
		require.InDelta(t, w.Texture.Screen, g.Texture.Screen, 0.05)
		same := 0.0
		for k := range w.Embedding {
			same += float64(w.Embedding[k]) * float64(g.Embedding[k])
		}
		require.InDelta(t, 1, same, 0.001)
		for c := range 3 {
			require.InDelta(t, w.Skin.Forehead[c], g.Skin.Forehead[c], 0.005)
			require.InDelta(t, w.Skin.Background[c], g.Skin.Background[c], 0.005)
		}
	}
}

// table judges each attack by each strategy.
func (s *studio) table(t *testing.T, films [][][]take) string {
	t.Helper()
	var table strings.Builder
	table.WriteString("| attack |")
	for _, c := range challenges {
		fmt.Fprintf(&table, " `%s` |", c.strategy)
	}
	table.WriteString("\n|---" + strings.Repeat("|---", len(challenges)) + "|\n")
	for i, a := range attacks {
		table.WriteString("| " + a.name + " |")
		for k, c := range challenges {
			table.WriteString(" " + s.judged(t, c, films[i][k]) + " |")
		}
		table.WriteString("\n")
	}
	return table.String()
}

// file returns the picture of a take.
func (s *studio) file(k take) []byte {
	picture := s.heads[k.actor].Render(k.Shot)
	if k.beside != "" { // the middle of one picture beside that of the other
		bounds := picture.Bounds()
		half := bounds.Dx() / 2
		both := image.NewNRGBA(bounds)
		for i, p := range []*image.NRGBA{picture, s.heads[k.beside].Render(k.Shot)} {
			draw.Draw(both, image.Rect(i*half, 0, (i+1)*half, bounds.Dy()), p, image.Pt(half/2, 0), draw.Src)
		}
		picture = both
	}
	if k.quality == 0 {
		k.quality = 90
	}
	return faces.JPEG(picture, k.quality)
}

// judged submits takes as the answer to a challenge, and returns what happens, in words for the table.
func (s *studio) judged(t *testing.T, c challenge, takes []take) string {
	t.Helper()
	if takes == nil {
		return "not asked for"
	}
	stand := newStandOf(t, rules.MethodSelfieLiveness, strings.NewReader(c.random))
	stand.options.LivenessStrategy = c.strategy
	begunSteps(t, stand.begin(t, methodtest.Input{}), c)
	var named []map[string]any
	for i, k := range takes {
		at := facetest.Begun.Add(time.Duration(i) * facetest.Every)
		named = append(named, stand.add(s.Measured[k.key()], k.Step, at))
		if k.file > 0 {
			stand.content[named[i]["upload"].(string)] = stand.content[named[k.file-1]["upload"].(string)]
		}
	}
	return told(stand.submit(t, named...))
}

// begunSteps requires that the challenge has the steps which the takes answer.
func begunSteps(t *testing.T, data map[string]any, c challenge) {
	t.Helper()
	require.Equal(t, c.strategy, data["strategy"])
	var steps []string
	for _, step := range data["steps"].([]any) {
		for _, member := range []string{"turn", "color"} {
			if value, given := step.(map[string]any)[member].(string); given {
				steps = append(steps, value)
			}
		}
	}
	require.Equal(t, c.steps, steps)
}

// told is what a verdict says.
func told(v methods.Verdict) string {
	if v.Outcome == graph.OutcomePassed {
		return "**passes**"
	}
	var checks []string
	for _, check := range v.Checks {
		if check.Failed() || check.NotPerformed && check.Name != "same_face_as_before" {
			checks = append(checks, "`"+check.Name+"`")
		}
	}
	again := ""
	if v.Outcome == graph.OutcomeRequiresInput {
		again = ", asked again"
	}
	return fmt.Sprintf("`%s` (%s)%s", v.ReasonCodes[0], strings.Join(checks, ", "), again)
}
