package e2e

import (
	"image"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/rules"
)

// Specimens are photographed, sent, read by a real vision process and judged.
func TestDocuments(t *testing.T) {
	t.Parallel()
	socket := filepath.Join(t.TempDir(), "s")
	runVision(t, socket)
	onEveryBackend(t, func(t *testing.T, s *stack) {
		m := s.sandbox(t, simple(rules.MethodDocumentCapture))
		for name, scenario := range map[string]func(t *testing.T, m merchant){
			"a card is asked for its back, and passes":         cardPasses,
			"a licence with the barcode of another is refused": otherBarcodeIsRefused,
			"a screen waits for a reviewer":                    screenIsReviewed,
			"a residence permit passes": func(t *testing.T, m merchant) {
				t.Helper()
				passes(t, m, specimen.ResidencePermit)
			},
			"a health card passes": func(t *testing.T, m merchant) {
				t.Helper()
				passes(t, m, specimen.HealthCard)
			},
		} {
			t.Run(name, func(t *testing.T) { scenario(t, m) })
		}
	}, func(c *config.Config) { c.VisionURL = "unix:" + socket })
}

// specimens and photographs hold what tests have drawn. A photograph takes half a second of a processor, and the tests
// of each backend need the same ones.
var specimens, photographs sync.Map

// drawn returns the value of a key, which draw makes once.
func drawn[K comparable, V any](known *sync.Map, key K, draw func() V) V {
	value, _ := known.LoadOrStore(key, sync.OnceValue(draw))
	return value.(func() V)()
}

// adultSpecimen returns a valid document of an adult. Tests share it, and must not change it.
func adultSpecimen(kind specimen.Kind, seed uint64) *specimen.Document {
	type key struct {
		kind specimen.Kind
		seed uint64
	}
	return drawn(&specimens, key{kind, seed}, func() *specimen.Document { return specimen.New(kind, seed, adult) })
}

// adult makes a document that of an adult, and valid.
func adult(f *specimen.Fields) {
	f.Born = time.Date(1990, time.March, 14, 0, 0, 0, 0, time.UTC)
	f.Issued = time.Now().UTC().Truncate(24*time.Hour).AddDate(-1, 0, 0)
	f.Expires = f.Issued.AddDate(10, 0, 0)
}

// photograph sends a picture of a page and returns the id of its upload.
func (s session) photograph(t *testing.T, page *image.NRGBA, shot specimen.Shot) string {
	t.Helper()
	type key struct {
		page *image.NRGBA
		shot specimen.Shot
	}
	picture := drawn(&photographs, key{page, shot}, func() string {
		shot.Turn, shot.Tilt, shot.Blur, shot.Noise = 2, 0.03, 0.7, 3
		return string(specimen.JPEG(specimen.Photograph(page, shot), 88))
	})
	return s.uploads(t, "document_capture", picture).expect(t, 201).text("id")
}

// shows submits uploads. On a busy machine the vision process may not answer for a while, which costs nothing.
func (s session) shows(t *testing.T, d body) {
	t.Helper()
	var submitted answer
	testkit.Eventually(t, func() bool {
		submitted = s.submit(t, "document_capture", d)
		return submitted.at("error", "param") != "method"
	})
	submitted.expect(t, 202)
}

func cardPasses(t *testing.T, m merchant) {
	v, card := m.create(t, body{"type": "identity"}), adultSpecimen(specimen.IDCard, 7)
	v.open(t)
	front := v.photograph(t, card.Front(), specimen.Shot{})
	v.submit(t, "document_capture", body{"front": front, "back": front}).refused(t, 400, "parameter_invalid", "back")
	v.submit(t, "document_capture", body{"front": front, "document_type": "LIBRARY_CARD"}).
		refused(t, 400, "parameter_invalid", "document_type")
	v.shows(t, body{"front": front, "document_type": "ID_CARD"})
	v.until(t, "requires_input")
	view := v.user.get(t, v.verify("")).expect(t, 200)
	require.Equal(t, []any{"document_back_needed"}, view.at("methods", 0, "last_attempt", "reason_codes"))
	require.InDelta(t, view.at("methods", 0, "attempts"), view.at("methods", 0, "attempts_left"), 0)

	v.submit(t, "document_capture", body{"front": front}).refused(t, 400, "parameter_invalid", "front") // erased
	v.shows(t, body{
		"front": v.photograph(t, card.Front(), specimen.Shot{}), "back": v.photograph(t, card.Back(), specimen.Shot{}),
	})
	v.until(t, "verified")
	result := v.results(t)[1]
	require.Equal(t, map[string]any{"type": "ID_CARD", "issuing_country": "UTO", "expiry": "valid"}, result["document"])
	require.Contains(t, result["checks"], map[string]any{"name": "zone_matches_birth_date", "status": "passed"})
	for _, text := range []string{card.Fields.Number, card.Fields.Surname, card.Fields.GivenNames, "1990"} {
		require.NotContains(t, string(v.get(t).raw), text)
	}

	again := m.create(t, body{"type": "identity"})
	again.open(t)
	again.shows(t, body{
		"front": again.photograph(t, card.Front(), specimen.Shot{}),
		"back":  again.photograph(t, card.Back(), specimen.Shot{}),
	})
	again.until(t, "verified")
	person := v.get(t).at("verified_person_id")
	require.Equal(t, person, again.get(t).at("verified_person_id"), "the document finds its person")
}

// passes verifies a session by both sides of a card of the kind.
func passes(t *testing.T, m merchant, kind specimen.Kind) {
	t.Helper()
	v, card := m.create(t, nil), adultSpecimen(kind, 7)
	v.open(t)
	v.shows(t, body{
		"front": v.photograph(t, card.Front(), specimen.Shot{}), "back": v.photograph(t, card.Back(), specimen.Shot{}),
		"document_type": kind,
	})
	v.until(t, "verified")
	require.Equal(t, map[string]any{"type": string(kind), "issuing_country": "UTO", "expiry": "valid"},
		v.results(t)[0]["document"])
}

func otherBarcodeIsRefused(t *testing.T, m merchant) {
	v := m.create(t, nil)
	mine, other := adultSpecimen(specimen.DriversLicense, 7), adultSpecimen(specimen.DriversLicense, 11)
	require.NotEqual(t, mine.Fields.Surname, other.Fields.Surname)
	v.open(t)
	v.shows(t, body{
		"front": v.photograph(t, mine.Front(), specimen.Shot{}), "back": v.photograph(t, other.Back(), specimen.Shot{}),
	})
	v.until(t, "requires_input")
	result := v.results(t)[0]
	require.Equal(t, "failed", result["status"])
	codes, _ := result["reason_codes"].([]any)
	require.Equal(t, []any{"document_wrong_side", "document_name_mismatch"}, codes[:2])
	require.Nil(t, v.get(t).at("verified_person_id"))
}

func screenIsReviewed(t *testing.T, m merchant) {
	m.workflow = m.post(t, "/v1/workflows", body{
		"name": "Passports", "use_case": "alcohol_delivery", "methods": []string{"document_capture"},
		"preferences": body{"screen_photographed": "review", "document_types": []string{"PASSPORT"}},
	}).expect(t, 201).text("id")
	m.post(t, "/v1/workflows/"+m.workflow+"/publish", nil).expect(t, 201)
	v, passport := m.create(t, nil), adultSpecimen(specimen.Passport, 7)
	choices, _ := v.open(t).at("methods", 0, "input", "fields", 2, "choices").([]any)
	require.Len(t, choices, 1, "only types that the workflow accepts")
	v.shows(t, body{"front": v.photograph(t, passport.Front(), specimen.Shot{Screen: true})})
	testkit.Eventually(t, func() bool { return v.get(t).json["review"] != nil })
	require.Equal(t, "processing", v.get(t).text("status"))
	require.Equal(t, "primary.document_capture.review", v.get(t).at("review", "node"))
	require.Equal(t, []any{"screen_photographed"}, v.get(t).at("risk", "signals"))
	m.post(t, "/v1/verification_sessions/"+v.id+"/review", body{"decision": "approve", "reviewer": "kim"}).expect(t, 200)
	v.until(t, "verified")
}
