package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/graph"
)

var pieceScenarios = []scenario{
	piecesBecomeOneUpload,
	piecesAreSealed,
	pieceAtAnotherOffsetIsRefusedWithTheTrueOne,
	racingPiecesOfOneOffsetCountOnce,
	racingCompletionsCountOnce,
	incompleteUploadCountsAndIsNoUpload,
	abandonedUploadMakesRoom,
	incompleteUploadOfAnotherSessionIsMissing,
	pieceForAMovedOrEndedSessionIsRefused,
	abandonedUploadIsSweptWithItsPieces,
	pieceKeepsAnUploadFromTheSweep,
	piecesOfAPreviousVersionAreSwept,
	verdictAndEndDeletePieces,
	refusedUploadIsDroppedUnlessItHasGrown,
}

func partial(session models.Session, content string) store.NewUpload {
	n := upload(session, document, content)
	n.MediaType, n.Partial = "", true
	return n
}

func (f *fixture) begunUpload(t *testing.T, session models.Session, content string) models.Upload {
	t.Helper()
	u, err := f.AddUpload(t.Context(), partial(session, content))
	require.NoError(t, err)
	return u
}

func (f *fixture) grown(t *testing.T, session models.Session, u models.Upload, content string) models.Upload {
	t.Helper()
	u, err := f.AddPiece(t.Context(), store.Growth{Session: session, Upload: u, Data: []byte(content)})
	require.NoError(t, err)
	return u
}

func (f *fixture) pieces(t *testing.T) int {
	t.Helper()
	return f.count(t, "SELECT count(*) FROM upload_pieces")
}

func piecesBecomeOneUpload(t *testing.T, f *fixture) {
	session := f.session(t)
	n := partial(session, "Ada ")
	n.Length = ptr(int64(12))
	u, err := f.AddUpload(t.Context(), n)
	require.NoError(t, err)
	require.Equal(t, []any{false, int64(4), int64(12), ""}, []any{u.Complete, u.Size, *u.Length, u.MediaType})
	u = f.grown(t, session, u, "Love")
	read, err := f.replica(t).UploadState(t.Context(), f.org, session.ID, u.ID)
	require.NoError(t, err)
	require.Equal(t, u, read)
	data, err := f.replica(t).PieceData(t.Context(), u)
	require.NoError(t, err)
	require.Equal(t, "Ada Love", string(data))
	done, err := f.replica(t).CompleteUpload(t.Context(),
		store.Growth{Session: session, Upload: u, Data: append(data, "lace"...)}, "image/png")
	require.NoError(t, err)
	whole, err := f.Upload(t.Context(), f.org, session.ID, u.ID)
	require.NoError(t, err)
	require.Equal(t, done, whole)
	require.Equal(t, []any{true, int64(12), "image/png"}, []any{whole.Complete, whole.Size, whole.MediaType})
	require.Equal(t, session.ExpiresAt, whole.ExpiresAt)
	content, err := f.UploadContent(t.Context(), f.org, session.ID, u.ID)
	require.NoError(t, err)
	require.Equal(t, "Ada Lovelace", string(content))
	require.Equal(t, []int{1, 0}, []int{f.uploads(t), f.pieces(t)})
	require.Equal(t, session.Revision, f.reread(t, session).Revision, "a piece wakes no waiter")
}

func piecesAreSealed(t *testing.T, f *fixture) {
	session := f.session(t)
	u := f.grown(t, session, f.begunUpload(t, session, "Lovelace, "), "passport")
	require.NotContains(t, f.dump(t), "Lovelace")
	_, err := f.raw().ExecContext(t.Context(),
		"UPDATE upload_pieces SET content = (SELECT content FROM upload_pieces WHERE start = 0) WHERE start > 0")
	require.NoError(t, err)
	_, err = f.PieceData(t.Context(), u)
	require.Error(t, err, "a piece opens at its own position alone")
}

func pieceAtAnotherOffsetIsRefusedWithTheTrueOne(t *testing.T, f *fixture) {
	session := f.session(t)
	begun := f.begunUpload(t, session, "front")
	f.grown(t, session, begun, " side")
	now, err := f.AddPiece(t.Context(), store.Growth{Session: session, Upload: begun, Data: []byte(" side")})
	requireCode(t, models.CodeUploadOffset, err)
	require.Equal(t, int64(10), now.Size)
	now, err = f.CompleteUpload(t.Context(),
		store.Growth{Session: session, Upload: begun, Data: []byte("front")}, "image/png")
	requireCode(t, models.CodeUploadOffset, err)
	require.Equal(t, int64(10), now.Size)
	require.Equal(t, 2, f.pieces(t))
}

func racingPiecesOfOneOffsetCountOnce(t *testing.T, f *fixture) {
	session := f.session(t)
	begun := f.begunUpload(t, session, "front")
	replicas := []*store.Store{f.replica(t), f.replica(t)}
	won := winners(t, race(8, func(i int) (models.Upload, error) {
		return replicas[i%2].AddPiece(t.Context(),
			store.Growth{Session: session, Upload: begun, Data: []byte(strings.Repeat("x", i+1))})
	}), models.CodeUploadOffset)
	require.Len(t, won, 1)
	data, err := f.PieceData(t.Context(), won[0])
	require.NoError(t, err)
	require.Len(t, data, int(won[0].Size))
}

func racingCompletionsCountOnce(t *testing.T, f *fixture) {
	session := f.session(t)
	begun := f.begunUpload(t, session, "front")
	replicas := []*store.Store{f.replica(t), f.replica(t)}
	won := winners(t, race(8, func(i int) (models.Upload, error) {
		growth := store.Growth{Session: session, Upload: begun, Data: []byte("front" + strings.Repeat("x", i+1))}
		if i < 4 {
			return replicas[i%2].AddPiece(t.Context(), growth)
		}
		return replicas[i%2].CompleteUpload(t.Context(), growth, "image/png")
	}), models.CodeUploadOffset)
	require.Len(t, won, 1)
	if won[0].Complete {
		require.Zero(t, f.pieces(t))
	}
}

func incompleteUploadCountsAndIsNoUpload(t *testing.T, f *fixture) {
	session := f.session(t)
	u := f.begunUpload(t, session, "front")
	for range mostUploads - 1 {
		f.uploaded(t, session, document, "whole")
	}
	_, err := f.AddUpload(t.Context(), partial(session, "one more"))
	requireCode(t, models.CodeUploadLimit, err)
	_, err = f.Upload(t.Context(), f.org, session.ID, u.ID)
	requireCode(t, models.CodeResourceMissing, err)
	_, err = f.UploadContent(t.Context(), f.org, session.ID, u.ID)
	requireCode(t, models.CodeResourceMissing, err)
}

// A device that lost its connection in every upload can still finish.
func abandonedUploadMakesRoom(t *testing.T, f *fixture) {
	session := f.session(t)
	var begun []models.Upload
	for range mostUploads - 1 {
		begun = append(begun, f.begunUpload(t, session, "front"))
		f.clock.Advance(time.Second)
	}
	f.uploaded(t, session, document, "whole")
	more := func() error { return errorOf(f.AddUpload(t.Context(), upload(session, document, "more"))) }
	requireCode(t, models.CodeUploadLimit, more())
	f.clock.Advance(5 * time.Minute)
	f.grown(t, session, begun[0], "goes on")
	require.NoError(t, more())
	state := func(u models.Upload) error { return errorOf(f.UploadState(t.Context(), f.org, session.ID, u.ID)) }
	require.NoError(t, state(begun[0]), "it has just had a piece")
	requireCode(t, models.CodeResourceMissing, state(begun[1]))
	require.Zero(t, f.count(t, "SELECT count(*) FROM upload_pieces WHERE upload_id = '"+begun[1].ID+"'"))
	for range mostUploads - 3 {
		require.NoError(t, more())
	}
	requireCode(t, models.CodeUploadLimit, more())
	require.Equal(t, mostUploads, f.uploads(t))
}

func incompleteUploadOfAnotherSessionIsMissing(t *testing.T, f *fixture) {
	session, other := f.session(t), f.session(t)
	u := f.begunUpload(t, session, "front")
	for _, foreign := range [][2]string{{f.foreign, session.ID}, {f.org, other.ID}} {
		_, err := f.UploadState(t.Context(), foreign[0], foreign[1], u.ID)
		requireCode(t, models.CodeResourceMissing, err)
	}
	stolen := u
	stolen.SessionID = other.ID
	_, err := f.AddPiece(t.Context(), store.Growth{Session: other, Upload: stolen, Data: []byte("x")})
	requireCode(t, models.CodeResourceMissing, err)
}

func pieceForAMovedOrEndedSessionIsRefused(t *testing.T, f *fixture) {
	read := f.session(t)
	u := f.begunUpload(t, read, "front")
	_, moved := f.submitted(t, read, attestation, born)
	growth := store.Growth{Session: read, Upload: u, Data: []byte("x")}
	_, err := f.AddPiece(t.Context(), growth)
	require.ErrorIs(t, err, store.ErrRefused)
	growth.Session = moved
	_, err = f.AddPiece(t.Context(), growth)
	require.NoError(t, err)
	f.clock.Set(moved.ExpiresAt.Time)
	_, err = f.AddPiece(t.Context(), growth)
	requireCode(t, models.CodeSessionTerminal, err)
	require.Equal(t, []int{0, 0}, []int{f.uploads(t), f.pieces(t)}, "the refusal is recorded")
}

func abandonedUploadIsSweptWithItsPieces(t *testing.T, f *fixture) {
	session := f.session(t)
	u := f.grown(t, session, f.begunUpload(t, session, "front"), " side")
	kept := f.uploaded(t, session, document, "whole")
	f.clock.Advance(59 * time.Minute)
	f.erasedMaterial(t, 10, 0)
	f.clock.Advance(time.Minute)
	_, err := f.UploadState(t.Context(), f.org, session.ID, u.ID)
	requireCode(t, models.CodeResourceMissing, err)
	_, err = f.AddPiece(t.Context(), store.Growth{Session: session, Upload: u, Data: []byte("x")})
	requireCode(t, models.CodeResourceMissing, err)
	f.erasedMaterial(t, 10, 3)
	require.Equal(t, []int{1, 0}, []int{f.uploads(t), f.pieces(t)})
	_, err = f.Upload(t.Context(), f.org, session.ID, kept.ID)
	require.NoError(t, err)
}

func pieceKeepsAnUploadFromTheSweep(t *testing.T, f *fixture) {
	session := f.session(t)
	u := f.begunUpload(t, session, "front")
	f.clock.Advance(59 * time.Minute)
	f.grown(t, session, u, " side")
	f.clock.Advance(59 * time.Minute)
	f.erasedMaterial(t, 10, 0)
	require.Equal(t, 2, f.pieces(t), "the first piece is past its own time")
}

// The previous version deletes uploads without their pieces.
func piecesOfAPreviousVersionAreSwept(t *testing.T, f *fixture) {
	session := f.session(t)
	f.begunUpload(t, session, "front")
	_, err := f.raw().ExecContext(t.Context(), "DELETE FROM uploads")
	require.NoError(t, err)
	f.erasedMaterial(t, 10, 0)
	f.clock.Advance(time.Hour)
	f.erasedMaterial(t, 10, 1)
}

func verdictAndEndDeletePieces(t *testing.T, f *fixture) {
	session := f.session(t)
	f.begunUpload(t, session, "front")
	sent, session := f.submitted(t, f.reread(t, session), document, `{"front": "upl_1"}`)
	retry := f.judged(t, judgement(session, sent, graph.OutcomeFailed, models.StatusRequiresInput)).Session
	require.Equal(t, []int{0, 0}, []int{f.uploads(t), f.pieces(t)})
	next := partial(retry, "of the next attempt")
	next.Attempt = 2
	_, err := f.AddUpload(t.Context(), next)
	require.NoError(t, err)
	_, err = f.End(t.Context(), f.org, session.ID, models.OpenStatuses, models.StatusCancelled)
	require.NoError(t, err)
	require.Equal(t, []int{0, 0}, []int{f.uploads(t), f.pieces(t)})
}

func refusedUploadIsDroppedUnlessItHasGrown(t *testing.T, f *fixture) {
	session := f.session(t)
	begun := f.begunUpload(t, session, "front")
	grown := f.grown(t, session, begun, " side")
	require.NoError(t, f.DropUpload(t.Context(), begun))
	require.Equal(t, []int{1, 2}, []int{f.uploads(t), f.pieces(t)})
	require.NoError(t, f.DropUpload(t.Context(), grown))
	require.Equal(t, []int{0, 0}, []int{f.uploads(t), f.pieces(t)})
}
