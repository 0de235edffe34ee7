package document_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/methods/document"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/vision"
)

func TestLimitsAreReadStrictly(t *testing.T) {
	t.Parallel()
	read := func(content string) (document.Limits, error) {
		path := filepath.Join(t.TempDir(), "document.yaml")
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return document.ReadLimits(path)
	}
	none, err := document.ReadLimits("")
	require.NoError(t, err)
	require.Equal(t, document.DefaultLimits(), none)

	limits, err := read("quality: {blur: 8}\nconfidence: {number: 0.95}\n")
	require.NoError(t, err)
	want := document.DefaultLimits()
	want.Quality.Blur, want.Confidence.Number = 8, 0.95
	require.Equal(t, want, limits, "a limit that the file lacks has its default")

	for content, message := range map[string]string{
		"":                            "is empty",
		"blur: 8\n":                   "field blur",
		"quality: {blur: sharp}\n":    "sharp",
		"quality: {blur: 1}\n":        "quality.blur must be from 2 to 100, not 1",
		"quality: {glare: 0}\n":       "quality.glare",
		"quality: {light: -0.1}\n":    "quality.light",
		"quality: {cropped: 1.5}\n":   "quality.cropped",
		"screen: .nan\n":              "screen must be from 0.1 to 1, not NaN",
		"confidence: {zone: 90}\n":    "confidence.zone must be from 0.5 to 1, not 90",
		"confidence: {text: 0.4}\n":   "confidence.text",
		"confidence: {number: 2}\n":   "confidence.number",
		"screen: 0.5\n---\nscreen: 1": "one document",
	} {
		_, err := read(content)
		require.ErrorContains(t, err, message)
		require.ErrorContains(t, err, document.Variable)
		require.ErrorContains(t, err, "document.yaml")
	}
	_, err = document.ReadLimits(filepath.Join(t.TempDir(), "none.yaml"))
	require.ErrorContains(t, err, document.Variable)
}

// TestLimitsDecide judges a picture by the default of a limit and by another value, which turns the verdict around.
func TestLimitsDecide(t *testing.T) {
	t.Parallel()
	id := adult(specimen.IDCard)
	unread := func(change func(q *vision.Quality)) shot {
		page := back(id)
		page.Zone = nil
		change(page.Quality)
		return shot{front: front(id), back: page}
	}
	wrongDigit := back(id)
	wrongDigit.Zone.Lines = edited(wrongDigit.Zone.Lines, 1, 0, '8')
	printed := func(label string, confidence float64) shot {
		page := front(id)
		for i, line := range page.Text.Lines {
			if line.Text == label {
				page.Text.Lines[i+1].Text = map[string]string{
					"1. SURNAME": "SOMEBODY ELSE", "6. DOCUMENT NO.": "X" + page.Text.Lines[i+1].Text[1:],
				}[label]
				page.Text.Lines[i+1].Confidence = confidence
			}
		}
		return shot{front: page, back: back(id)}
	}
	screen := front(id)
	screen.Quality.Screen = 0.6
	onScreen := shot{front: screen, back: back(id), attempt: under(t, `{"screen_photographed": "fail"}`)}
	for name, c := range map[string]struct {
		shot      shot
		change    func(l *document.Limits)
		was, then any // the reason, or the outcome of a document that passes
	}{
		"quality.blur": {
			unread(func(q *vision.Quality) { q.Blur = 7 }), func(l *document.Limits) { l.Quality.Blur = 8 },
			rules.ReasonImageBlurred, rules.ReasonZoneUnreadable,
		},
		"quality.glare": {
			unread(func(q *vision.Quality) { q.Glare = 0.02 }), func(l *document.Limits) { l.Quality.Glare = 0.03 },
			rules.ReasonImageGlare, rules.ReasonZoneUnreadable,
		},
		"quality.light": {
			unread(func(q *vision.Quality) { q.Light = 0.25 }), func(l *document.Limits) { l.Quality.Light = 0.2 },
			rules.ReasonImageDark, rules.ReasonZoneUnreadable,
		},
		"quality.cropped": {
			unread(func(q *vision.Quality) { q.Cropped = 0.2 }), func(l *document.Limits) { l.Quality.Cropped = 0.3 },
			rules.ReasonImageCropped, rules.ReasonZoneUnreadable,
		},
		"screen": {
			onScreen, func(l *document.Limits) { l.Screen = 0.7 }, rules.ReasonScreenPhotographed, graph.OutcomePassed,
		},
		"confidence.zone": {
			shot{front: front(id), back: wrongDigit}, func(l *document.Limits) { l.Confidence.Zone = 0.995 },
			rules.ReasonDocumentCheckDigitsWrong, rules.ReasonZoneUnreadable,
		},
		"confidence.text": {
			printed("1. SURNAME", 0.75), func(l *document.Limits) { l.Confidence.Text = 0.8 },
			rules.ReasonDocumentNameMismatch, graph.OutcomePassed,
		},
		"confidence.number": {
			printed("6. DOCUMENT NO.", 0.92), func(l *document.Limits) { l.Confidence.Number = 0.95 },
			rules.ReasonDocumentNumberMismatch, graph.OutcomePassed,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.was, answer(t, c.shot))
			limits := document.DefaultLimits()
			c.change(&limits)
			c.shot.limits = []document.Limits{limits}
			require.Equal(t, c.then, answer(t, c.shot))
		})
	}
}

// answer returns the reason of the verdict on pictures, or its outcome if they pass.
func answer(t *testing.T, s shot) any {
	t.Helper()
	v := s.judge(t)
	if len(v.ReasonCodes) == 0 {
		return v.Outcome
	}
	require.Len(t, v.ReasonCodes, 1)
	return v.ReasonCodes[0]
}
