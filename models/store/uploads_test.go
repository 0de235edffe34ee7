package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

var uploadScenarios = []scenario{
	uploadIsSealedAndReadByItsOwnSession,
	uploadsOfAnAttemptAreCapped,
	racingUploadsStayUnderTheCap,
	repeatedUploadReturnsTheFirst,
	uploadToAMovedOrEndedSessionIsRefused,
	uploadShowsThatTheHoldingDeviceIsThere,
	verdictDeletesTheUploadsOfItsAttempt,
	endDeletesAllUploads,
	sweepDeletesTheUploadsOfClosedSessions,
	settledSessionsLoseTheirUploads,
}

const mostUploads = 3

func upload(session models.Session, node, content string) store.NewUpload {
	return store.NewUpload{
		Session: session, Node: node, Method: rules.MethodDocumentCapture, Attempt: 1, MediaType: "image/png",
		Data: []byte(content), Most: mostUploads,
	}
}

func (f *fixture) uploaded(t *testing.T, session models.Session, node, content string) models.Upload {
	t.Helper()
	u, err := f.AddUpload(t.Context(), upload(session, node, content))
	require.NoError(t, err)
	return u
}

func (f *fixture) uploads(t *testing.T) int {
	t.Helper()
	return f.count(t, "SELECT count(*) FROM uploads")
}

func uploadIsSealedAndReadByItsOwnSession(t *testing.T, f *fixture) {
	session, other := f.session(t), f.session(t)
	u := f.uploaded(t, session, document, "Lovelace, passport")
	require.True(t, models.PrefixUpload.HasPrefix(u.ID))
	require.Equal(t, models.Upload{
		ID: u.ID, OrgID: f.org, SessionID: session.ID, Node: document, Method: rules.MethodDocumentCapture, Attempt: 1,
		MediaType: "image/png", Complete: true, Size: 18, Created: f.Now(), ExpiresAt: session.ExpiresAt,
	}, u)
	read, err := f.Upload(t.Context(), f.org, session.ID, u.ID)
	require.NoError(t, err)
	require.Equal(t, u, read)
	content, err := f.UploadContent(t.Context(), f.org, session.ID, u.ID)
	require.NoError(t, err)
	require.Equal(t, "Lovelace, passport", string(content))
	require.NotContains(t, f.dump(t), "Lovelace")
	require.Equal(t, session.Revision, f.reread(t, session).Revision, "an upload wakes no waiter")

	for _, foreign := range [][2]string{{f.foreign, session.ID}, {f.org, other.ID}} {
		_, err = f.Upload(t.Context(), foreign[0], foreign[1], u.ID)
		requireCode(t, models.CodeResourceMissing, err)
		_, err = f.UploadContent(t.Context(), foreign[0], foreign[1], u.ID)
		requireCode(t, models.CodeResourceMissing, err)
	}
	second := f.uploaded(t, session, document, "another")
	_, err = f.raw().ExecContext(t.Context(),
		"UPDATE uploads SET content = (SELECT content FROM uploads WHERE id = $1) WHERE id = $2", u.ID, second.ID)
	require.NoError(t, err)
	_, err = f.UploadContent(t.Context(), f.org, session.ID, second.ID)
	require.Error(t, err, "content opens in its own row alone")
}

func uploadsOfAnAttemptAreCapped(t *testing.T, f *fixture) {
	session := f.session(t)
	for i := range mostUploads {
		f.uploaded(t, session, document, fmt.Sprint(i))
	}
	_, err := f.AddUpload(t.Context(), upload(session, document, "one more"))
	requireCode(t, models.CodeUploadLimit, err)
	f.uploaded(t, session, attestation, "of another node")
	next := upload(session, document, "of the next attempt")
	next.Attempt = 2
	_, err = f.AddUpload(t.Context(), next)
	require.NoError(t, err)
	require.Equal(t, mostUploads+2, f.uploads(t))
	require.Equal(t, mostUploads+2, f.reread(t, session).Uploads)
}

func racingUploadsStayUnderTheCap(t *testing.T, f *fixture) {
	session := f.session(t)
	replicas := []*store.Store{f.replica(t), f.replica(t)}
	won := winners(t, race(8, func(i int) (models.Upload, error) {
		return replicas[i%2].AddUpload(t.Context(), upload(session, document, fmt.Sprint(i)))
	}), models.CodeUploadLimit)
	require.Len(t, won, mostUploads)
	require.Equal(t, mostUploads, f.uploads(t))
}

func repeatedUploadReturnsTheFirst(t *testing.T, f *fixture) {
	session := f.session(t)
	ctx := f.reserved(t, "photo")
	first, err := f.AddUpload(ctx, upload(session, document, "front"))
	require.NoError(t, err)
	f.clock.Advance(time.Second)
	again, err := f.AddUpload(ctx, upload(session, document, "front"))
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, 1, f.uploads(t))
}

func uploadToAMovedOrEndedSessionIsRefused(t *testing.T, f *fixture) {
	read := f.session(t)
	_, moved := f.submitted(t, read, attestation, born)
	_, err := f.AddUpload(t.Context(), upload(read, document, "front"))
	require.ErrorIs(t, err, store.ErrRefused)
	f.uploaded(t, moved, document, "front")

	stolen := moved
	stolen.OrgID = f.foreign
	_, err = f.AddUpload(t.Context(), upload(stolen, document, "front"))
	requireCode(t, models.CodeSessionNotFound, err)

	f.clock.Set(moved.ExpiresAt.Time)
	_, err = f.AddUpload(t.Context(), upload(moved, document, "back"))
	requireCode(t, models.CodeSessionTerminal, err)
	require.Equal(t, models.StatusExpired, f.reread(t, moved).Status, "the refusal is recorded")
	require.Zero(t, f.uploads(t))
}

func uploadShowsThatTheHoldingDeviceIsThere(t *testing.T, f *fixture) {
	taken := f.held(t)
	f.clock.Advance(time.Minute)
	f.uploaded(t, taken.Session, document, "front")
	require.Equal(t, ptr(f.Now()), f.reread(t, taken.Session).DeviceSeenAt)
}

func verdictDeletesTheUploadsOfItsAttempt(t *testing.T, f *fixture) {
	session := f.session(t)
	f.uploaded(t, session, document, "front")
	other := f.uploaded(t, session, attestation, "of another node")
	sent, session := f.submitted(t, f.reread(t, session), document, `{"front": "upl_1"}`)
	retry := f.judged(t, judgement(session, sent, graph.OutcomeFailed, models.StatusRequiresInput)).Session
	require.Equal(t, 1, f.uploads(t))
	_, err := f.Upload(t.Context(), f.org, session.ID, other.ID)
	require.NoError(t, err)

	next := upload(retry, document, "of the next attempt")
	next.Attempt = 2
	_, err = f.AddUpload(t.Context(), next)
	require.NoError(t, err)
	sent, session = f.submitted(t, f.reread(t, session), attestation, born)
	f.judged(t, judgement(session, sent, graph.OutcomePassed, models.StatusVerified))
	require.Zero(t, f.uploads(t), "a verdict that ends the session deletes all")
}

func endDeletesAllUploads(t *testing.T, f *fixture) {
	spared := f.session(t)
	f.uploaded(t, spared, document, "front")
	for _, to := range []models.SessionStatus{models.StatusCancelled, models.StatusExpired} {
		session := f.session(t)
		f.uploaded(t, session, document, "front")
		f.uploaded(t, session, attestation, "other")
		_, err := f.End(t.Context(), f.org, session.ID, models.OpenStatuses, to)
		require.NoError(t, err)
		require.Equal(t, 1, f.uploads(t), to)
	}
}

func sweepDeletesTheUploadsOfClosedSessions(t *testing.T, f *fixture) {
	closed, extended := f.session(t), f.session(t)
	for range mostUploads {
		f.uploaded(t, closed, document, "front")
	}
	f.uploaded(t, extended, document, "front")
	f.erasedMaterial(t, 10, 0)
	f.clock.Set(closed.ExpiresAt.Time)
	const extend = "UPDATE sessions SET expires_at = expires_at + 1 WHERE id = $1"
	_, err := f.raw().ExecContext(t.Context(), extend, extended.ID)
	require.NoError(t, err)
	f.erasedMaterial(t, mostUploads-1, mostUploads-1)
	f.erasedMaterial(t, 10, 1)
	require.Equal(t, 1, f.uploads(t), "a session in review may have a later deadline than its uploads")
	f.clock.Advance(time.Hour)
	f.erasedMaterial(t, 10, 1)
	require.Zero(t, f.uploads(t))
}

// erasedMaterial runs the sweep, and expects this many deleted rows.
func (f *fixture) erasedMaterial(t *testing.T, limit, want int) {
	t.Helper()
	erased, err := f.Across().EraseMaterial(t.Context(), limit)
	require.NoError(t, err)
	require.Equal(t, want, erased)
}

// The previous version ends sessions without deleting their uploads.
func settledSessionsLoseTheirUploads(t *testing.T, f *fixture) {
	session := f.session(t)
	f.uploaded(t, session, document, "front")
	f.challenged(t, session, "nonce")
	_, err := f.raw().ExecContext(t.Context(),
		"UPDATE sessions SET status = 'cancelled', completed_at = updated WHERE id = $1", session.ID)
	require.NoError(t, err)
	settled, err := f.Across().SettleRetention(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, 1, settled)
	require.Zero(t, f.uploads(t))
	require.Zero(t, f.count(t, "SELECT count(*) FROM method_challenges"))
}
