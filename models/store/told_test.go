package store_test

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/graph"
)

var toldScenarios = []scenario{
	noteIsWritten,
	closeWritesNotes,
	noteKeepsLaterNudges,
	unwrittenNoteIsRepeated,
	noteOfAWaitingSessionOwesARecheck,
	unsavedVerdictLeavesTheNudge,
}

func noteIsWritten(t *testing.T, f *fixture) {
	session := f.session(t)
	f.Across().NoteTold(session)
	testkit.Eventually(t, func() bool { return f.reread(t, session).NudgeAt == nil })
	session.NudgeAt = nil
	require.Equal(t, session, f.reread(t, session))
}

func closeWritesNotes(t *testing.T, f *fixture) {
	verified := f.newSession(t)
	verified.Verified = true
	known, unknown := []models.Session{f.session(t), f.session(t), f.created(t, verified)}, f.session(t)
	s := f.replica(t)
	for _, session := range known {
		s.Across().NoteTold(session)
	}
	require.NoError(t, s.Close())
	for _, session := range known {
		require.Nil(t, f.reread(t, session).NudgeAt)
	}
	require.Equal(t, unknown, f.reread(t, unknown))
	s.Across().NoteTold(unknown) // too late, and lost
	require.NoError(t, s.Close())
	require.Equal(t, unknown, f.reread(t, unknown))
}

func noteKeepsLaterNudges(t *testing.T, f *fixture) {
	session := f.session(t)
	f.clock.Advance(time.Microsecond)
	_, after := f.submitted(t, session, attestation, born)
	s := f.replica(t)
	s.Across().NoteTold(session)
	require.NoError(t, s.Close())
	require.Equal(t, after, f.reread(t, session))
}

func unwrittenNoteIsRepeated(t *testing.T, f *fixture) {
	session := f.session(t)
	var log bytes.Buffer
	o := options(f.url, f.clock.Now)
	o.Log = slog.New(slog.NewTextHandler(&log, nil))
	s, err := store.Open(t.Context(), o)
	require.NoError(t, err)
	rename := func(from, to string) {
		_, err := f.raw().ExecContext(t.Context(), "ALTER TABLE "+from+" RENAME TO "+to)
		require.NoError(t, err)
	}
	rename("sessions", "lost")
	s.Across().NoteTold(session)
	require.NoError(t, s.Close())
	require.Contains(t, log.String(), "it could not be noted that runs were told")
	rename("lost", "sessions")
	f.clock.Advance(time.Hour)
	require.Len(t, f.owed(t), 1)
}

func noteOfAWaitingSessionOwesARecheck(t *testing.T, f *fixture) {
	_, judging := f.submitted(t, f.session(t), attestation, born)
	_, token := f.mint(t, f.session(t))
	held := f.takeOver(t, token, "phone").Session
	s := f.replica(t)
	for _, session := range []models.Session{judging, held} {
		s.Across().NoteTold(session)
	}
	require.NoError(t, s.Close())
	f.clock.Advance(models.SweepRecheckDefault)
	require.Empty(t, f.owed(t))
	f.clock.Advance(time.Minute + time.Microsecond)
	require.ElementsMatch(t, []string{judging.ID, held.ID}, sessionIDs(f.owed(t)))
}

func unsavedVerdictLeavesTheNudge(t *testing.T, f *fixture) {
	sent, told := f.submitted(t, f.session(t), attestation, born)
	j := judgement(told, sent, graph.OutcomePassed, models.StatusVerified)
	j.Unsaved = true
	ended := f.judged(t, j).Session
	require.Equal(t, told.NudgeAt, ended.NudgeAt)
	f.clock.Advance(time.Minute + time.Microsecond)
	claimed := f.owed(t)
	require.Equal(t, []string{ended.ID}, sessionIDs(claimed), "the run may have been lost with its task")

	s := f.replica(t)
	s.Across().NoteTold(told) // before the sweep's update, which has yet to be accepted
	s.Across().NoteTold(claimed[0])
	require.NoError(t, s.Close())
	require.Nil(t, f.reread(t, ended).NudgeAt)
}
