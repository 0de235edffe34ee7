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
)

var startedScenarios = []scenario{
	notedStartIsWritten,
	closeWritesNotedStarts,
	notedStartKeepsLaterSignals,
	unwrittenStartIsRepeated,
}

func notedStartIsWritten(t *testing.T, f *fixture) {
	session := f.session(t)
	f.Across().NoteStarted(session)
	testkit.Eventually(t, func() bool { return f.reread(t, session).NudgeAt == nil })
	session.NudgeAt = nil
	require.Equal(t, session, f.reread(t, session))
}

func closeWritesNotedStarts(t *testing.T, f *fixture) {
	verified := f.newSession(t)
	verified.Verified = true
	known, unknown := []models.Session{f.session(t), f.session(t), f.created(t, verified)}, f.session(t)
	s := f.replica(t)
	for _, session := range known {
		s.Across().NoteStarted(session)
	}
	require.NoError(t, s.Close())
	for _, session := range known {
		require.Nil(t, f.reread(t, session).NudgeAt)
	}
	require.Equal(t, unknown, f.reread(t, unknown))
	s.Across().NoteStarted(unknown) // too late, and lost
	require.NoError(t, s.Close())
	require.Equal(t, unknown, f.reread(t, unknown))
}

func notedStartKeepsLaterSignals(t *testing.T, f *fixture) {
	session := f.session(t)
	_, after := f.submitted(t, session, attestation, born)
	s := f.replica(t)
	s.Across().NoteStarted(session)
	require.NoError(t, s.Close())
	require.Equal(t, after, f.reread(t, session))
}

func unwrittenStartIsRepeated(t *testing.T, f *fixture) {
	session := f.session(t)
	var log bytes.Buffer
	o := options(f.url, f.clock.Now)
	o.Log = slog.New(slog.NewTextHandler(&log, nil))
	s, err := store.Open(t.Context(), o)
	require.NoError(t, err)
	s.Across().NoteStarted(session)
	rename := func(from, to string) {
		_, err := f.raw().ExecContext(t.Context(), "ALTER TABLE "+from+" RENAME TO "+to)
		require.NoError(t, err)
	}
	rename("sessions", "lost")
	require.NoError(t, s.Close())
	require.Contains(t, log.String(), "started workflows could not be noted")
	rename("lost", "sessions")
	f.clock.Advance(time.Hour)
	require.Len(t, f.owed(t), 1)
}
