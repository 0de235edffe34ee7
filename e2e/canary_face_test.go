package e2e

import (
	"bytes"
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/faces"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// canaryFrame is a comment in each picture of the face.
const canaryFrame = "FRAMECANARY-5b1e"

// faced has a face wherever Stile keeps one: the portrait of a document and a template for steps to come, frames of an
// attempt, and a session that has ended. It returns a value that must not be found.
func faced(t *testing.T, m merchant) string {
	t.Helper()
	actors := newCast(t)
	actors.comment = canaryFrame
	d := simple(rules.MethodDocumentCapture)
	d.Preferences.FaceMatch, d.Supplementary = graph.FaceMatchRequired, []rules.Method{rules.MethodSelfieLiveness}
	m.workflow = m.publish(t, d)
	v := m.create(t, body{"type": "identity"})
	v.open(t)
	actors.showsPassport(t, v)
	v.until(t, "requires_input") // with the portrait

	d = simple(rules.MethodFacialAge)
	d.Preferences.ApproveAt, d.Supplementary = 25, []rules.Method{rules.MethodSelfieLiveness}
	m.workflow = m.publish(t, d)
	v = m.create(t, nil)
	v.open(t)
	actors.selfies(t, v, "facial_age", holder)
	v.until(t, "requires_input") // with a template
	actors.films(t, v, "selfie_liveness", holder, faces.Still(2))

	d.Supplementary = nil
	m.workflow = m.publish(t, d)
	v = m.create(t, nil)
	v.open(t)
	actors.selfies(t, v, "facial_age", holder)
	v.until(t, "verified")
	told := v.results(t)[0]["biometric"].(map[string]any)
	require.NotContains(t, told, "similarity")
	return canaryFrame
}

// faceless requires that no picture and no template of a face lies open.
func faceless(t *testing.T, where string, content []byte) {
	t.Helper()
	for name, mark := range map[string]string{
		"a JPEG":     "\xFF\xD8\xFF\xDB\x00\x84\x00", // as the vision process cuts portraits, and the frames
		"a template": `{"model":"face-api"`,
		"embeddings": `"embedding":[`,
	} {
		require.False(t, bytes.Contains(content, []byte(mark)), "%s holds %s", where, name)
		encoded := base64.StdEncoding.EncodeToString([]byte(mark))
		encoded = encoded[:len(mark)*4/3] // without the digits that the next byte shares
		require.False(t, bytes.Contains(content, []byte(encoded)), "%s holds %s in base64", where, name)
	}
}
