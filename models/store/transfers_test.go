package store_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

var transferScenarios = []scenario{
	chunksMakeAWhole,
	chunksComeInOrder,
	newTransferReplacesTheOld,
	transfersAreBounded,
	chunksAreSealed,
	chunksAreDeletedWithTheLock,
	chunksAreDeletedAfterTheSubmission,
	transferIsItsHoldersOwn,
	socketsAreCounted,
	verdictEndsThePhase,
}

// held is a handoff with a session that its device holds.
func (f *fixture) held(t *testing.T) store.ClaimedSession {
	t.Helper()
	_, token := f.mint(t, f.session(t))
	return f.takeOver(t, token, "phone")
}

func chunk(h models.Handoff, position int, text string) store.NewChunk {
	return store.NewChunk{
		Handoff:  h,
		Name:     "t",
		Method:   rules.MethodDocumentCapture,
		Position: position,
		Chunks:   3,
		Data:     []byte(text),
		Limit:    100,
	}
}

func (f *fixture) took(t *testing.T, n store.NewChunk) models.Transfer {
	t.Helper()
	transfer, err := f.TakeChunk(t.Context(), n)
	require.NoError(t, err)
	return transfer
}

func (f *fixture) refusesChunk(t *testing.T, n store.NewChunk, code models.ErrorCode) {
	t.Helper()
	_, err := f.TakeChunk(t.Context(), n)
	requireCode(t, code, err)
}

func chunksMakeAWhole(t *testing.T, f *fixture) {
	h := f.held(t).Handoff
	for i, part := range []string{"one ", "two ", "three"} {
		require.Equal(t, i+1, f.took(t, chunk(h, i, part)).Next)
	}
	other := f.replica(t)
	transfer, found, err := other.Transfer(t.Context(), h)
	require.NoError(t, err)
	require.True(t, found && transfer.Whole())
	data, err := other.TransferData(t.Context(), transfer)
	require.NoError(t, err)
	require.Equal(t, "one two three", string(data))
}

func chunksComeInOrder(t *testing.T, f *fixture) {
	h := f.held(t).Handoff
	f.refusesChunk(t, chunk(h, 1, "two"), models.CodeParameterInvalid)
	_, found, err := f.Transfer(t.Context(), h)
	require.NoError(t, err)
	require.False(t, found)
	f.took(t, chunk(h, 0, "one"))
	f.refusesChunk(t, chunk(h, 2, "three"), models.CodeParameterInvalid)
	require.Equal(t, 1, f.took(t, chunk(h, 0, "other")).Next, "a repeat changes nothing")
	transfer := f.took(t, chunk(h, 1, "two"))
	data, err := f.TransferData(t.Context(), transfer)
	require.NoError(t, err)
	require.Equal(t, "onetwo", string(data))

	other := chunk(h, 2, "three")
	other.Method = rules.MethodMDL
	f.refusesChunk(t, other, models.CodeParameterInvalid)
	other = chunk(h, 2, "three")
	other.Chunks = 4
	f.refusesChunk(t, other, models.CodeParameterInvalid)
	other = chunk(h, 2, "three")
	other.Upload = true
	f.refusesChunk(t, other, models.CodeParameterInvalid)
}

func newTransferReplacesTheOld(t *testing.T, f *fixture) {
	h := f.held(t).Handoff
	first := f.took(t, chunk(h, 0, "one"))
	another := chunk(h, 0, "eins")
	another.Name = "u"
	second := f.took(t, another)
	require.NotEqual(t, first.ReservedID, second.ReservedID)
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM transfer_chunks"))
	require.NoError(t, f.DropTransfer(t.Context(), first))
	require.NoError(t, f.EndTransfer(t.Context(), first))
	data, err := f.TransferData(t.Context(), second)
	require.NoError(t, err)
	require.Equal(t, "eins", string(data), "the earlier chunks are deleted")
	require.NoError(t, f.DropTransfer(t.Context(), second))
	require.Zero(t, f.count(t, "SELECT count(*) FROM transfer_chunks"))
}

func transfersAreBounded(t *testing.T, f *fixture) {
	h := f.held(t).Handoff
	f.refusesChunk(t, chunk(h, 0, string(bytes.Repeat([]byte("x"), 101))), models.CodeRequestTooLarge)
	f.took(t, chunk(h, 0, string(bytes.Repeat([]byte("x"), 99))))
	f.refusesChunk(t, chunk(h, 1, "xx"), models.CodeRequestTooLarge)
	require.Equal(t, int64(100), f.took(t, chunk(h, 1, "x")).Size)
}

func chunksAreSealed(t *testing.T, f *fixture) {
	h := f.held(t).Handoff
	f.took(t, chunk(h, 0, "Anna Smith"))
	require.Zero(t, f.count(t, "SELECT count(*) FROM transfer_chunks WHERE payload LIKE '%Anna Smith%'"))
	_, err := f.raw().ExecContext(t.Context(), "UPDATE transfer_chunks SET position = 1")
	require.NoError(t, err)
	transfer, _, err := f.Transfer(t.Context(), h)
	require.NoError(t, err)
	_, err = f.TransferData(t.Context(), transfer)
	require.Error(t, err, "a chunk opens at its own place alone")
}

func chunksAreDeletedWithTheLock(t *testing.T, f *fixture) {
	for name, end := range map[string]func(taken store.ClaimedSession) error{
		"release": func(taken store.ClaimedSession) error {
			_, _, err := f.ReleaseDevice(t.Context(), taken.Session.OrgID, taken.Session.ID, taken.Handoff.ID, nil)
			return err
		},
		"end": func(taken store.ClaimedSession) error {
			_, err := f.End(t.Context(), taken.Session.OrgID, taken.Session.ID, models.OpenStatuses, models.StatusExpired)
			return err
		},
	} {
		taken := f.held(t)
		f.took(t, chunk(taken.Handoff, 0, "one"))
		require.NoError(t, end(taken), name)
		require.Zero(t, f.count(t, "SELECT count(*) FROM transfer_chunks"), name)
		f.refusesChunk(t, chunk(taken.Handoff, 1, "two"), models.CodeHandoffEnded)
	}
}

func chunksAreDeletedAfterTheSubmission(t *testing.T, f *fixture) {
	h := f.held(t).Handoff
	for i := range 3 {
		f.took(t, chunk(h, i, "x"))
	}
	transfer, _, err := f.Transfer(t.Context(), h)
	require.NoError(t, err)
	require.NoError(t, f.EndTransfer(t.Context(), transfer))
	require.Zero(t, f.count(t, "SELECT count(*) FROM transfer_chunks"))
	again := f.took(t, chunk(h, 2, "x"))
	require.NotNil(t, again.DoneAt)
	require.Equal(t, transfer.ReservedID, again.ReservedID, "a repeat finds the resulting submission")
}

func transferIsItsHoldersOwn(t *testing.T, f *fixture) {
	taken := f.held(t)
	f.took(t, chunk(taken.Handoff, 0, "one"))
	foreign := taken.Handoff
	foreign.OrgID = f.foreign
	f.refusesChunk(t, chunk(foreign, 1, "two"), models.CodeHandoffEnded)
	_, found, err := f.Transfer(t.Context(), foreign)
	require.NoError(t, err)
	require.False(t, found)
}

func socketsAreCounted(t *testing.T, f *fixture) {
	taken := f.held(t)
	sub := f.Subscribe(taken.Session.ID)
	defer sub.Close()
	for number := 1; number <= 2; number++ {
		h, err := f.OpenSocket(t.Context(), taken.Handoff)
		require.NoError(t, err)
		require.Equal(t, number, h.Socket)
		requireWoken(t, sub.Changed)
	}
	require.NoError(t, f.NotePhase(t.Context(), taken.Handoff, "reading_chip"))
	h, err := f.Handoff(t.Context(), taken.Session, taken.Handoff.ID)
	require.NoError(t, err)
	require.Equal(t, "reading_chip", *h.Phase)
	_, _, err = f.ReleaseDevice(t.Context(), taken.Session.OrgID, taken.Session.ID, h.ID, nil)
	require.NoError(t, err)
	_, err = f.OpenSocket(t.Context(), h)
	requireCode(t, models.CodeHandoffEnded, err)
	requireCode(t, models.CodeHandoffEnded, f.NotePhase(t.Context(), h, "done"))
}

func verdictEndsThePhase(t *testing.T, f *fixture) {
	taken, other := f.held(t), f.held(t)
	sent, session := f.submitted(t, taken.Session, attestation, born)
	for _, h := range []models.Handoff{taken.Handoff, other.Handoff} {
		require.NoError(t, f.NotePhase(t.Context(), h, "sending"))
	}
	session = f.reread(t, session)
	f.judged(t, judgement(session, sent, graph.OutcomeFailed, models.StatusRequiresInput))
	h, err := f.Handoff(t.Context(), session, taken.Handoff.ID)
	require.NoError(t, err)
	require.Nil(t, h.Phase)
	h, err = f.Handoff(t.Context(), other.Session, other.Handoff.ID)
	require.NoError(t, err)
	require.Equal(t, "sending", *h.Phase, "of another session")
}
