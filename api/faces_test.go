package api_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/face"
	"github.com/stile-id/stile/methods/shipped"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/sessions"
	"github.com/stile-id/stile/vision"
)

// onlooker is a vision process that is there. Workers alone ask it.
type onlooker struct{}

func (onlooker) Faces(context.Context, []byte, ...vision.FaceRead) (*vision.Faces, error) {
	panic("the API asks for no picture to be measured")
}

func (onlooker) FacesUnavailable(...vision.FaceRead) string { return "" }

func withFaces() func(*api.Options) {
	return serving(shipped.Options{Face: face.Options{
		Vision: onlooker{}, Patience: time.Minute, Random: rand.Reader, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}})
}

// passed has the oldest submission pass with what a method would return.
func (e *env) passed(s session, v methods.Verdict) {
	e.t.Helper()
	row, err := e.store.Across().PublicSession(e.t.Context(), s.id)
	require.NoError(e.t, err)
	pending, err := e.store.PendingSubmissions(e.t.Context(), row.OrgID, row.ID)
	require.NoError(e.t, err)
	require.NotEmpty(e.t, pending)
	v.Outcome = graph.OutcomePassed
	_, err = sessions.Engine{Store: e.store, ReviewTimeout: time.Hour}.CommitVerdict(e.t.Context(), models.SubmissionRef{
		SessionRef: models.SessionRef{OrgID: row.OrgID, SessionID: row.ID}, SubmissionID: pending[0].ID,
	}, sessions.Given(v))
	require.NoError(e.t, err)
}

func matchedDocument() obj {
	definition := simple("document_capture")
	definition["preferences"] = obj{
		"face_match": "required", "approve_at": 28, "below_approve_at": "fail",
		"match_bands": obj{"match": 0.95, "review": 0.9},
	}
	return definition
}

func TestFacePreferencesAreKeptAndChecked(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	created := e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, matchedDocument()), 201).object
	preferences := in(created, "preferences").(obj)
	require.Equal(t, "required", preferences["face_match"])
	require.InDelta(t, 28, preferences["approve_at"], 0)
	require.Equal(t, "fail", preferences["below_approve_at"])
	require.Equal(t, obj{"match": 0.95, "review": 0.9}, preferences["match_bands"])
	for field, wrong := range map[string]obj{
		"preferences.face_match":        {"face_match": "often"},
		"preferences.approve_at":        {"approve_at": 0},
		"preferences.below_approve_at":  {"below_approve_at": "decline"},
		"preferences.match_bands.match": {"match_bands": obj{"review": 0.4}},
		"preferences.match_bands":       {"match_bands": obj{"match": 1.4}},
	} {
		path := "/v1/workflows/" + created["id"].(string)
		e.isError(e.do("PATCH", path, e.sandbox.secret, obj{"preferences": wrong}), 400, "parameter_invalid", field)
	}
}

func TestViewDescribesTheFramesOfAMethod(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withFaces())
	e.subscribed()
	s := e.create(e.live, e.workflow(e.live, simple("facial_age", "selfie_match", "selfie_liveness")))
	view := e.view(s)
	require.Equal(t, "available", in(view, "methods", 0, "status"))
	require.Equal(t, obj{"max_bytes": 524288.0, "max_count": 24.0, "sources": []any{"camera"}},
		in(view, "methods", 0, "input", "uploads"))
	require.Equal(t, []any{obj{
		"name": "frames", "type": "frames", "required": true, "media_types": []any{"image/jpeg"}, "choices": nil,
	}}, in(view, "methods", 0, "input", "fields"))
	require.Equal(t, "unavailable", in(view, "methods", 1, "status"))
	require.Equal(t, "no document of this session has shown a portrait to compare with",
		in(view, "methods", 1, "unavailable_reason"))
	require.Equal(t, true, in(view, "methods", 2, "input", "begin"))
	require.Equal(t, 48.0, in(view, "methods", 2, "input", "uploads", "max_count"))

	e.isError(e.uploads(s, "selfie_match", "\xFF\xD8\xFF"), 400, "parameter_invalid", "method")
	large := "\xFF\xD8\xFF" + string(make([]byte, 512<<10))
	e.isError(e.uploads(s, "facial_age", large), 413, "request_too_large")
	e.isOK(e.uploads(s, "facial_age", large[:512<<10]), 201)

	begin := s.path("/methods/selfie_liveness/begin")
	first := e.isOK(e.do("POST", begin, s.secret, nil), 201).object
	require.Equal(t, "3d_action", in(first, "data", "strategy"))
	frame := e.uploaded(s, "selfie_liveness", "\xFF\xD8\xFFone")
	e.isOK(e.do("POST", begin, s.secret, obj{"strategy": "flashing"}), 201)
	frames := []obj{}
	for range 12 {
		frames = append(frames, obj{"upload": frame, "step": 0})
	}
	e.isError(e.do("POST", s.path("/methods/selfie_liveness"), s.secret, obj{
		"challenge": first["id"], "frames": frames,
	}), 400, "parameter_invalid", "frames[0].upload")
}

// withPortrait returns a session whose document has passed and has left a portrait for selfie_match.
func (e *env) withPortrait() session {
	e.t.Helper()
	s := e.create(e.sandbox, e.workflow(e.sandbox, matchedDocument()))
	e.isOK(e.do("POST", s.path("/methods/document_capture"), s.secret, obj{"simulate": "pass"}), 202)
	e.passed(s, methods.Verdict{Portrait: []byte("face of the document")})
	return s
}

func TestSelfieFollowsTheDocumentWithItsPortrait(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withFaces())
	s := e.withPortrait()
	row, err := e.store.Across().PublicSession(t.Context(), s.id)
	require.NoError(t, err)
	require.True(t, row.HasPortrait)

	e.isOK(e.do("POST", s.path("/methods/selfie_match"), s.secret, obj{"simulate": "pass"}), 202)
	e.passed(s, methods.Verdict{Template: []byte("numbers")})
	require.Equal(t, "verified", e.status(s))
	kept, err := e.store.Portrait(t.Context(), row.OrgID, row.ID)
	require.NoError(t, err)
	require.Nil(t, kept)
	templates, err := e.store.Templates(t.Context(), row.OrgID, row.ID)
	require.NoError(t, err)
	require.Empty(t, templates, "the rule retains none")
}

func TestPortraitThatNothingNeedsIsNotKept(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withFaces())
	definition := simple("document_capture", "student")
	definition["composition"] = "all_of"
	s := e.create(e.sandbox, e.workflow(e.sandbox, definition))
	e.isOK(e.do("POST", s.path("/methods/document_capture"), s.secret, obj{"simulate": "pass"}), 202)
	e.passed(s, methods.Verdict{Portrait: []byte("face"), Template: []byte("numbers")})
	row, err := e.store.Across().PublicSession(t.Context(), s.id)
	require.NoError(t, err)
	require.Zero(t, row.Biometrics)
}

func TestBiometricsAreDeletedWhateverTheOutcome(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withFaces())
	s := e.withPortrait()
	path := "/v1/verification_sessions/" + s.id + "/biometrics"
	e.isError(e.do("DELETE", path, e.live.secret, nil), 404, "session_not_found")
	e.isError(e.do("DELETE", path, e.sandbox.publishable, nil), 403, "publishable_key_scope")
	for range 2 {
		require.Equal(t, obj{"id": s.id, "object": "session_biometrics", "deleted": true},
			e.isOK(e.do("DELETE", path, e.sandbox.secret, nil), 200).object)
	}
	row, err := e.store.Across().PublicSession(t.Context(), s.id)
	require.NoError(t, err)
	require.False(t, row.HasPortrait)
	require.Equal(t, "requires_input", e.status(s))
	entries, _, err := e.store.AuditLog(t.Context(), row.OrgID, store.Page{Limit: 100})
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(entries, func(entry models.AuditEntry) bool {
		return entry.Action == "verification_session.delete_biometrics" && entry.Target == s.id
	}))
}

// The rules are those that ship.
func TestConsentComesBeforeFacesWhereTheRuleDemandsIt(t *testing.T) {
	t.Parallel()
	e := newEnv(t, shippedRules(t), withFaces())
	definition := simple("document_capture", "facial_age")
	definition["use_case"], definition["supplementary"] = "alcohol_delivery", []string{"selfie_liveness", "selfie_match"}
	workflow := e.workflow(e.sandbox, definition)
	for place, c := range map[string]struct {
		demanded bool
		days     any // that templates may be kept
	}{
		"US-IL": {true, 1095.0}, "US-TX": {true, 365.0}, "US-WA": {true, nil}, "DE": {true, nil}, "FR": {true, nil},
		"CA-QC": {true, nil}, "GB": {true, nil}, "US-CA": {false, nil}, "US-NY": {false, nil},
	} {
		s := e.create(e.sandbox, workflow, obj{"jurisdiction": place})
		require.Equal(t, c.demanded, in(e.view(s), "consent_required"), place)
		require.Equal(t, c.days, in(e.shown(e.sandbox, s), "compliance", "biometric_retention_days"), place)
		refused := func(ans answer) {
			if c.demanded {
				e.isError(ans, 409, "consent_required")
			} else {
				require.Less(t, ans.status, 300, "%s: %s", place, ans.body)
			}
		}
		refused(e.uploads(s, "facial_age", "\xFF\xD8\xFFone"))
		e.isOK(e.do("POST", s.path("/methods/document_capture"), s.secret, obj{"simulate": "pass"}), 202)
		e.passed(s, methods.Verdict{Portrait: []byte("face of the document")})
		refused(e.do("POST", s.path("/methods/selfie_liveness/begin"), s.secret, nil))
		refused(e.uploads(s, "selfie_liveness", "\xFF\xD8\xFFtwo"))
		refused(e.uploads(s, "selfie_match", "\xFF\xD8\xFFthree"))
		refused(e.do("POST", s.path("/methods/selfie_match"), s.secret, obj{"simulate": "pass"}))
		if c.demanded {
			e.isOK(e.do("POST", s.path("/consent"), s.secret, obj{"granted": true}), 200)
			e.isOK(e.do("POST", s.path("/methods/selfie_liveness/begin"), s.secret, nil), 201)
			e.isOK(e.uploads(s, "selfie_match", "\xFF\xD8\xFFthree"), 201)
		}
	}
}

func TestBiometricsAreDeletedWhileTheirFramesAreJudged(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withFaces())
	s := e.withPortrait()
	idle := e.uploaded(s, "selfie_match", "\xFF\xD8\xFFidle")
	e.isOK(e.do("POST", s.path("/methods/selfie_match"), s.secret, obj{"simulate": "pass"}), 202)
	require.Equal(t, "processing", e.status(s))
	path := "/v1/verification_sessions/" + s.id + "/biometrics"
	e.isOK(e.do("DELETE", path, e.sandbox.secret, nil), 200)
	require.Equal(t, "processing", e.status(s))
	row, err := e.store.Across().PublicSession(t.Context(), s.id)
	require.NoError(t, err)
	kept, err := e.store.Portrait(t.Context(), row.OrgID, row.ID)
	require.NoError(t, err)
	require.Nil(t, kept, "the judge finds no portrait")
	_, err = e.store.Upload(t.Context(), row.OrgID, row.ID, idle)
	require.NoError(t, err, "frames of an attempt under judgement go with the verdict")
	e.passed(s, methods.Verdict{Template: []byte("numbers")})
	require.Equal(t, "verified", e.status(s))
	templates, err := e.store.Templates(t.Context(), row.OrgID, row.ID)
	require.NoError(t, err)
	require.Empty(t, templates)
}
