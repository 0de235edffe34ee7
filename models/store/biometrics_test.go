package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

var biometricScenarios = []scenario{
	portraitIsSealedAndReadByItsOwnSession,
	laterPortraitTakesThePlaceOfTheEarlier,
	portraitIsErasedOnceNoStepNeedsIt,
	endErasesBiometricsWithoutRetention,
	templatesAreKeptForTheRetentionOfTheRule,
	deletedBiometricsAreGoneAndAudited,
	deletionKeepsFramesUnderJudgement,
	judgedFaceIsToldWithoutBiometricData,
}

// biometrical is a session under a rule that keeps biometric data for this many days.
func (f *fixture) biometrical(t *testing.T, days *int) models.Session {
	t.Helper()
	n := f.newSession(t)
	n.Session.Compliance = models.AsJSON(models.ComplianceResult{
		UseCase: n.Session.UseCase, BiometricRetentionDays: days,
	})
	return f.created(t, n)
}

// shown is a session whose document has passed and shown a portrait.
func (f *fixture) portrayed(t *testing.T, days *int, portrait string) models.Session {
	t.Helper()
	sent, session := f.submitted(t, f.biometrical(t, days), document, born)
	j := judgement(session, sent, graph.OutcomePassed, models.StatusRequiresInput)
	j.Portrait, j.Template = []byte(portrait), []byte("template-"+portrait)
	return f.judged(t, j).Session
}

func (f *fixture) biometrics(t *testing.T) int {
	t.Helper()
	return f.count(t, "SELECT count(*) FROM session_biometrics")
}

func portraitIsSealedAndReadByItsOwnSession(t *testing.T, f *fixture) {
	session, other := f.portrayed(t, nil, "face-of-lovelace"), f.portrayed(t, nil, "another")
	require.True(t, session.HasPortrait)
	require.Equal(t, 2, session.Biometrics)
	require.True(t, f.reread(t, session).HasPortrait)
	read, err := f.Portrait(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	require.Equal(t, "face-of-lovelace", string(read))
	templates, err := f.Templates(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	require.Len(t, templates, 1)
	require.NotContains(t, f.dump(t), "lovelace")
	read, err = f.Portrait(t.Context(), f.foreign, session.ID)
	require.NoError(t, err)
	require.Nil(t, read)
	_, err = f.raw().ExecContext(t.Context(), "UPDATE session_biometrics SET content = "+
		"(SELECT content FROM session_biometrics WHERE session_id = $1 AND kind = 'portrait') WHERE session_id = $2",
		session.ID, other.ID)
	require.NoError(t, err)
	_, err = f.Portrait(t.Context(), f.org, other.ID)
	require.Error(t, err, "content opens in its own row alone")
}

func laterPortraitTakesThePlaceOfTheEarlier(t *testing.T, f *fixture) {
	session := f.portrayed(t, nil, "first")
	sent, session := f.submitted(t, session, attestation, born)
	j := judgement(session, sent, graph.OutcomePassed, models.StatusRequiresInput)
	j.Portrait = []byte("second")
	session = f.judged(t, j).Session
	read, err := f.Portrait(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	require.Equal(t, "second", string(read))
	require.Equal(t, 2, f.biometrics(t))
}

func portraitIsErasedOnceNoStepNeedsIt(t *testing.T, f *fixture) {
	sent, session := f.submitted(t, f.portrayed(t, nil, "face"), attestation, born)
	j := judgement(session, sent, graph.OutcomePassed, models.StatusRequiresInput)
	j.Matched = true
	session = f.judged(t, j).Session
	require.False(t, session.HasPortrait)
	require.Equal(t, 1, f.biometrics(t), "the template stays for the steps to come")
}

func endErasesBiometricsWithoutRetention(t *testing.T, f *fixture) {
	for name, end := range map[string]func(s models.Session){
		"cancelled": func(s models.Session) { f.endedAs(t, s, models.StatusCancelled) },
		"expired":   func(s models.Session) { f.endedAs(t, s, models.StatusExpired) },
		"verified": func(s models.Session) {
			sent, s := f.submitted(t, s, attestation, born)
			j := judgement(s, sent, graph.OutcomePassed, models.StatusVerified)
			j.Template = []byte("of the last step")
			f.judged(t, j)
		},
	} {
		session := f.portrayed(t, nil, "face")
		end(session)
		require.Zero(t, f.biometrics(t), name)
		require.False(t, f.reread(t, session).HasPortrait, name)
	}
}

func templatesAreKeptForTheRetentionOfTheRule(t *testing.T, f *fixture) {
	days := 3
	session := f.portrayed(t, &days, "face")
	f.endedAs(t, session, models.StatusCancelled)
	require.Equal(t, 1, f.biometrics(t), "the portrait goes at once")
	f.clock.Advance(3*day - time.Second)
	_, err := f.Across().EraseMaterial(t.Context(), 100)
	require.NoError(t, err)
	require.Equal(t, 1, f.biometrics(t))
	templates, err := f.Templates(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	require.Len(t, templates, 1)
	for _, content := range templates {
		require.Equal(t, "template-face", string(content))
	}
	f.clock.Advance(2 * time.Second)
	_, err = f.Across().EraseMaterial(t.Context(), 100)
	require.NoError(t, err)
	require.Zero(t, f.biometrics(t))
}

func deletedBiometricsAreGoneAndAudited(t *testing.T, f *fixture) {
	days := 30
	session, other := f.portrayed(t, &days, "face"), f.portrayed(t, &days, "other")
	frames := f.uploaded(t, session, attestation, "idle frame")
	requireCode(t, models.CodeSessionNotFound, f.DeleteBiometrics(t.Context(), f.foreign, actor, session.ID))
	require.Equal(t, 4, f.biometrics(t))

	_, err := f.raw().ExecContext(t.Context(), "UPDATE uploads SET method = 'selfie_match' WHERE id = $1", frames.ID)
	require.NoError(t, err)
	require.NoError(t, f.DeleteBiometrics(t.Context(), f.org, actor, session.ID))
	require.Equal(t, 2, f.biometrics(t))
	require.Zero(t, f.uploads(t))
	after := f.reread(t, session)
	require.False(t, after.HasPortrait)
	require.Equal(t, session.Status, after.Status)
	require.NoError(t, f.DeleteBiometrics(t.Context(), f.org, actor, session.ID), "a repeat")
	read, err := f.Portrait(t.Context(), f.org, other.ID)
	require.NoError(t, err)
	require.Equal(t, "other", string(read))
	entries, _, err := f.AuditLog(t.Context(), f.org, store.Page{Limit: 100})
	require.NoError(t, err)
	var rows []any
	for _, entry := range entries {
		if entry.Action == "verification_session.delete_biometrics" {
			require.Equal(t, session.ID, entry.Target)
			rows = append(rows, entry.Detail.V["rows"])
		}
	}
	require.ElementsMatch(t, []any{3.0, 0.0}, rows)
}

func deletionKeepsFramesUnderJudgement(t *testing.T, f *fixture) {
	session := f.session(t)
	f.uploaded(t, session, attestation, "a frame")
	_, err := f.raw().ExecContext(t.Context(), "UPDATE uploads SET method = 'facial_age'")
	require.NoError(t, err)
	sent, session := f.submitted(t, f.reread(t, session), attestation, born)
	require.NoError(t, f.DeleteBiometrics(t.Context(), f.org, actor, session.ID))
	require.Equal(t, 1, f.uploads(t), "their verdict deletes them")
	f.judged(t, judgement(f.reread(t, session), sent, graph.OutcomePassed, models.StatusRequiresInput))
	require.Zero(t, f.uploads(t))
}

func judgedFaceIsToldWithoutBiometricData(t *testing.T, f *fixture) {
	sent, session := f.submitted(t, f.session(t), attestation, born)
	j := judgement(session, sent, graph.OutcomePassed, models.StatusVerified)
	told := &rules.Biometric{Models: "faces 1", Frames: 3, Band: "match"}
	j.Result.Biometric = models.AsJSON(told)
	f.judged(t, j)
	results, err := f.Results(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	require.Equal(t, told, results[session.ID][0].Biometric.V)
	require.Equal(t, told, results[session.ID][0].Public().Biometric)
}
