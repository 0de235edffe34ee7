package document_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/document"
	"github.com/stile-id/stile/methods/methodtest"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/vision"
)

// received is when every submission of the tests came.
var received = time.Date(2026, time.November, 20, 12, 0, 0, 0, time.UTC)

// today is the date that ages are counted to.
var today = rules.DateOf(received)

// process answers like the vision process: with the recorded answer about each picture, which is found by its content.
type process map[string]any

func (p process) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	picture, _ := io.ReadAll(r.Body)
	answer, status := p[string(picture)], http.StatusOK
	if refused, is := answer.(refusal); is {
		status, answer = refused.status, map[string]any{"error": map[string]string{"code": refused.code, "message": "no"}}
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

// refusal is an answer with an error.
type refusal struct {
	status int
	code   string
}

func (p process) client(t *testing.T) *vision.Client {
	t.Helper()
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	client, err := vision.NewClient(vision.Options{URL: server.URL})
	require.NoError(t, err)
	return client
}

// uploads has the content of a picture under its own name.
type uploads struct{}

func (uploads) Content(_ context.Context, id string) ([]byte, error) { return []byte(id), nil }

// method returns the method with a process.
func method(t *testing.T, p process, limits ...document.Limits) methods.Method {
	t.Helper()
	o := document.Options{
		Vision: p.client(t), Patience: time.Minute, Now: func() time.Time { return received.Add(time.Second) },
		Log: slog.New(slog.DiscardHandler),
	}
	if len(limits) > 0 {
		o.Limits = limits[0]
	}
	return document.Method(o)
}

// shot is a submission of pictures with the answers of the process.
type shot struct {
	front, back any // *vision.Document or refusal; nil for no picture
	attempt     methods.Attempt
	live        bool
	chosen      string
	limits      []document.Limits // none for the defaults
}

// judge returns the verdict on pictures.
func (s shot) judge(t *testing.T) methods.Verdict {
	t.Helper()
	verdict, err := s.ask(t, method(t, process{"front": s.front, "back": s.back}, s.limits...))
	require.NoError(t, err)
	return verdict
}

func (s shot) ask(t *testing.T, m methods.Method) (methods.Verdict, error) {
	t.Helper()
	if s.attempt.Method == "" {
		s.attempt = methods.Attempt{Method: rules.MethodDocumentCapture, Type: "age", Tier: rules.MinAge(18)}
	}
	payload := map[string]string{"front": "front", "chosen": s.chosen}
	if s.back != nil {
		payload["back"] = "back"
	}
	text, err := json.Marshal(payload)
	require.NoError(t, err)
	return m.Judge.Judge(t.Context(), methods.Submission{
		Attempt: s.attempt, Payload: text, Uploads: uploads{}, Received: received, Today: today, Sandbox: !s.live,
	})
}

// sheet lays text out as the specimens do, ten pixels a millimetre.
type sheet struct{ lines []vision.TextLine }

func (p *sheet) field(x, y float64, label, text string) {
	p.line(x, y-1.2, 1.2, label)
	if text != "" {
		p.line(x, y+1, 2.1, text)
	}
}

func (p *sheet) line(x, top, height float64, text string) {
	p.lines = append(p.lines, vision.TextLine{Text: text, Confidence: 0.95, Box: vision.Box{
		int(10 * x), int(10 * top), int(10*x) + 10*len([]rune(text)), int(10 * (top + height)),
	}})
}

// good is the quality of a picture that can be read.
func good() *vision.Quality { return &vision.Quality{Blur: 2, Light: 0.8} }

// front returns the process's answer about the front of a specimen.
func front(d *specimen.Document) *vision.Document {
	f, p := d.Fields, &sheet{}
	date := func(t time.Time) string {
		layout := map[specimen.Kind]string{
			specimen.Passport: "02 Jan 2006", specimen.DriversLicense: "01/02/2006", specimen.HealthCard: "02/01/2006",
		}[d.Kind]
		if layout == "" {
			layout = "02.01.2006"
		}
		return strings.ToUpper(t.Format(layout))
	}
	p.line(4, 3, 2.5, "UTOPIA "+map[specimen.Kind]string{
		specimen.IDCard: "IDENTITY CARD", specimen.Passport: "PASSPORT", specimen.DriversLicense: "DRIVER'S LICENSE",
		specimen.ResidencePermit: "RESIDENCE PERMIT", specimen.HealthCard: "HEALTH INSURANCE CARD",
	}[d.Kind])
	p.field(31, 13, "1. SURNAME", f.Surname)
	p.field(31, 19.4, "2. GIVEN NAMES", f.GivenNames)
	p.field(31, 25.8, "3. DATE OF BIRTH 4. SEX", date(f.Born))
	p.line(48, 26.8, 2.1, f.Sex)
	p.field(31, 32.2, "6. DOCUMENT NO.", f.Number)
	p.field(57, 32.2, "7. DATE OF ISSUE", date(f.Issued))
	p.field(57, 38.6, "8. DATE OF EXPIRY", date(f.Expires))
	page := &vision.Document{
		Quality: good(), Card: &vision.Card{}, Text: &vision.Text{Lines: p.lines},
		Portrait: &vision.Portrait{Confidence: 0.9},
	}
	if d.Kind == specimen.Passport {
		page.Zone = zone(f.Zone)
	}
	return page
}

// back returns the answer about the back.
func back(d *specimen.Document) *vision.Document {
	page := &vision.Document{Quality: good(), Card: &vision.Card{}}
	if d.Fields.Barcode != "" {
		page.Barcode = &vision.Barcode{Format: "pdf417", Data: []byte(d.Fields.Barcode)}
	}
	if d.Kind != specimen.Passport && len(d.Fields.Zone) > 0 {
		page.Zone = zone(d.Fields.Zone)
	}
	return page
}

// zone is a zone that was read without doubt.
func zone(lines []string) *vision.Zone {
	z := &vision.Zone{Lines: lines, Corners: vision.Corners{{0, 2000}, {900, 2000}, {900, 2200}, {0, 2200}}}
	for _, line := range lines {
		sure := make([]float64, len(line))
		for i := range sure {
			sure[i] = 0.99
		}
		z.Confidence = append(z.Confidence, sure)
	}
	return z
}

// of returns pictures of the sides that the specimen has.
func of(d *specimen.Document) shot {
	s := shot{front: front(d)}
	if d.Kind.HasBack() {
		s.back = back(d)
	}
	return s
}

// adult returns a specimen of an adult that has not expired.
func adult(kind specimen.Kind, changes ...func(*specimen.Fields)) *specimen.Document {
	valid := func(f *specimen.Fields) {
		f.Born = time.Date(1990, time.March, 14, 0, 0, 0, 0, time.UTC)
		f.Issued = time.Date(2024, time.May, 2, 0, 0, 0, 0, time.UTC)
		f.Expires = time.Date(2031, time.May, 27, 0, 0, 0, 0, time.UTC)
	}
	return specimen.New(kind, 7, append([]func(*specimen.Fields){valid}, changes...)...)
}

func statuses(v methods.Verdict) map[string]string {
	named := map[string]string{}
	for _, c := range v.Checks {
		var shown struct{ Name, Status string }
		text, err := json.Marshal(c)
		if err != nil || json.Unmarshal(text, &shown) != nil {
			panic("a check cannot be shown")
		}
		named[shown.Name] = shown.Status
	}
	return named
}

func TestMethodNeedsAVisionProcess(t *testing.T) {
	t.Parallel()
	require.Equal(t, "no vision process is configured", document.Method(document.Options{}).Unavailable())
	var none *vision.Client
	require.Equal(t, "no vision process is configured", document.Method(document.Options{Vision: none}).Unavailable())
	require.Empty(t, method(t, process{}).Unavailable())
}

type input = methodtest.Input

// held has uploads whose ids are their media types.
type held struct{ methods.Held }

func (held) Upload(_ context.Context, param, id string) (methods.Upload, error) {
	kind, _, _ := strings.Cut(id, "#")
	if !strings.Contains(kind, "/") {
		return methods.Upload{}, methods.NewInputError(param, "no such upload")
	}
	return methods.Upload{ID: id, MediaType: kind}, nil
}

func TestSubmissionNamesPicturesOfAnAcceptedType(t *testing.T) {
	t.Parallel()
	m := method(t, process{})
	accept := func(in input) (string, error) {
		accepted, err := m.Accept.Accept(t.Context(), methods.Given{
			Attempt: methods.Attempt{Options: optionsOf(t, `{"document_types": ["ID_CARD", "PASSPORT"]}`)}, Input: in,
			Held: held{},
		})
		if err != nil {
			return "", err
		}
		text, err := json.Marshal(accepted.Payload)
		return string(text), err
	}
	stored, err := accept(input{"front": "image/jpeg#1", "back": "image/webp#2", "document_type": "ID_CARD"})
	require.NoError(t, err)
	require.JSONEq(t, `{"front": "image/jpeg#1", "back": "image/webp#2", "chosen": "ID_CARD"}`, stored)
	stored, err = accept(input{"front": "image/png#1"})
	require.NoError(t, err)
	require.JSONEq(t, `{"front": "image/png#1"}`, stored)

	for param, in := range map[string]input{
		"front":         {"back": "image/jpeg#1"},
		"back":          {"front": "image/jpeg#1", "back": "image/jpeg#1"},
		"document_type": {"front": "image/jpeg#1", "document_type": "HEALTH_CARD"},
	} {
		_, err := accept(in)
		var wrong *methods.InputError
		require.ErrorAs(t, err, &wrong, param)
		require.Equal(t, param, wrong.Param)
	}
	for _, in := range []input{{"front": "image/heic#1"}, {"front": "video/mp4#1"}, {"front": "upl_1"}} {
		_, err := accept(in)
		var wrong *methods.InputError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, "front", wrong.Param)
	}
	_, err = accept(input{"front": "image/jpeg#1", "back": "video/mp4#1"})
	require.ErrorContains(t, err, "back must be a JPEG, a PNG or a WebP")
}

func TestRefusedPictureCostsNoAttempt(t *testing.T) {
	t.Parallel()
	card := of(adult(specimen.IDCard))
	for _, code := range []string{vision.CodeImageInvalid, vision.CodeImageTooLarge, vision.CodeImageUnsupported} {
		v := shot{front: refusal{400, code}, back: card.back}.judge(t)
		require.Equal(t, "requires_input", string(v.Outcome))
		require.Equal(t, []rules.ReasonCode{rules.ReasonUnreadable}, v.ReasonCodes)
		require.Equal(t, map[string]string{"front_readable": "failed"}, statuses(v))
	}
	v := shot{front: card.front, back: refusal{415, vision.CodeImageUnsupported}}.judge(t)
	require.Equal(t, map[string]string{"back_readable": "failed"}, statuses(v))

	v = shot{front: refusal{400, vision.CodeParameterInvalid}, back: card.back}.judge(t)
	require.Equal(t, "error", string(v.Outcome), "a wrong question is no fault of the picture")
	require.Equal(t, []rules.ReasonCode{rules.ReasonMethodError}, v.ReasonCodes)
}

func TestProcessThatIsAwayIsAskedAgainUntilPatienceEnds(t *testing.T) {
	t.Parallel()
	now := received
	processes := map[string]*vision.Client{"busy": process{"front": refusal{503, "busy"}}.client(t)}
	var err error
	processes["gone"], err = vision.NewClient(vision.Options{URL: "unix:" + t.TempDir() + "/none.sock"})
	require.NoError(t, err)
	for name, client := range processes {
		m := document.Method(document.Options{
			Vision: client, Patience: time.Minute, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
		})
		now = received.Add(59 * time.Second)
		_, err := shot{front: front(adult(specimen.Passport))}.ask(t, m)
		var away *methods.AwayError
		require.ErrorAs(t, err, &away, name)

		now = received.Add(time.Minute)
		v, err := shot{front: front(adult(specimen.Passport))}.ask(t, m)
		require.NoError(t, err)
		require.Equal(t, "error", string(v.Outcome), name)
		require.Equal(t, []rules.ReasonCode{rules.ReasonProviderUnavailable}, v.ReasonCodes)
		require.Equal(t, map[string]string{"front_readable": "not_performed"}, statuses(v))
	}
}

// stuck is a vision process that does not answer.
type stuck struct{}

func (stuck) Unavailable() string { return "" }

func (stuck) Document(ctx context.Context, _ vision.Side, _ []byte, _ ...vision.Read) (*vision.Document, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestProcessThatIsTooSlowIsAskedAgainUntilPatienceEnds(t *testing.T) {
	t.Parallel()
	judge := func(t *testing.T, limit, since time.Duration) (v methods.Verdict, err error) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			m := document.Method(document.Options{
				Vision: stuck{}, Patience: 2 * time.Minute, Log: slog.New(slog.DiscardHandler),
				Now: func() time.Time { return received.Add(since) },
			})
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			v, err = m.Judge.Judge(ctx, methods.Submission{
				Attempt: methods.Attempt{Tier: rules.MinAge(18)}, Payload: []byte(`{"front": "front"}`),
				Uploads: uploads{}, Received: received,
			})
		})
		return v, err
	}
	for since, limit := range map[time.Duration]time.Duration{
		3 * time.Minute: 5 * time.Second, time.Minute: 15 * time.Second, // a brief call leaves the end to a longer one
	} {
		_, err := judge(t, limit, since)
		var waiting *methods.WaitingError
		require.ErrorAs(t, err, &waiting)
		require.ErrorContains(t, waiting, "the vision process is reading the pictures")
	}
	v, err := judge(t, 15*time.Second, 3*time.Minute)
	require.NoError(t, err)
	require.Equal(t, graph.OutcomeError, v.Outcome)
	require.Equal(t, []rules.ReasonCode{rules.ReasonProviderUnavailable}, v.ReasonCodes)
	require.Equal(t, map[string]string{"front_readable": "not_performed"}, statuses(v))
}

func TestUploadThatCannotBeOpenedIsAskedForAgain(t *testing.T) {
	t.Parallel()
	m := method(t, process{})
	_, err := m.Judge.Judge(t.Context(), methods.Submission{
		Attempt: methods.Attempt{Tier: rules.MinAge(18)}, Payload: []byte(`{"front": "front"}`), Uploads: closed{},
	})
	require.ErrorIs(t, err, errClosed)
	_, err = m.Judge.Judge(t.Context(), methods.Submission{
		Attempt: methods.Attempt{Tier: rules.MinAge(18)}, Payload: []byte(`{"front": 3, "x": "ERIKSSON"}`),
	})
	require.ErrorContains(t, err, "not readable")
	require.NotContains(t, err.Error(), "ERIKSSON")
}

var errClosed = errors.New("the database is away")

type closed struct{}

func (closed) Content(context.Context, string) ([]byte, error) { return nil, errClosed }
