package worker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/worker/workertest"
	"github.com/stile-id/stile/worker/workertest/scene"
)

// keptFor gives the session contacts, under a rule that keeps them for that many days.
func keptFor(days *int) scene.Detail {
	return func(n *store.NewSession) {
		n.Email, n.Phone = "ada@person.example", "+15555550123"
		n.Session.Compliance = models.AsJSON(models.ComplianceResult{DataRetentionDays: days})
	}
}

// endedThen ends the session at an earlier time. settles says whether the ending process sets the erasure time, which
// the previous version did not.
func endedThen(t *testing.T, s *scene.Scene, session models.Session, ago time.Duration, settles bool) models.Session {
	t.Helper()
	then := s.Now().Add(-ago)
	set := map[string]any{"completed_at": models.At(then), "erase_at": nil, "erased_at": nil, "nudge_at": s.Now()}
	if settles {
		set["erase_at"] = models.At(then.Add(30 * 24 * time.Hour))
	}
	changed, err := s.Change(t.Context(), store.Change{
		OrgID:     session.OrgID,
		SessionID: session.ID,
		ID:        "then",
		From:      models.OpenStatuses,
		To:        models.StatusCancelled,
		Set:       set,
	})
	require.NoError(t, err)
	return changed.Session
}

func TestContactsAreErasedAtTheEndOfRetention(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	const month = 30 * 24 * time.Hour
	days := 30
	kept := endedThen(t, s, s.Begin(t, scene.AnyOf(document), keptFor(&days)), month-time.Hour, true)
	keptByOthers := endedThen(t, s, s.Begin(t, scene.AnyOf(document), keptFor(&days)), month-time.Hour, false)
	due := endedThen(t, s, s.Begin(t, scene.AnyOf(document), keptFor(&days)), month, true)
	dueByOthers := endedThen(t, s, s.Begin(t, scene.AnyOf(document), keptFor(&days)), month, false)

	for _, session := range []models.Session{due, dueByOthers} {
		testkit.Eventually(t, func() bool { return s.Reread(t, session).EmailSealed == nil })
		erased := s.Reread(t, session)
		require.Nil(t, erased.EmailLookup)
		require.Nil(t, erased.PhoneSealed)
		require.Nil(t, erased.PhoneLookup)
		require.Equal(t, session.Revision, erased.Revision)
		require.Len(t, s.EventsOf(t, session), 2, "created and cancelled, and nothing since")
	}
	for _, session := range []models.Session{kept, keptByOthers} {
		require.NotNil(t, s.Reread(t, session).EmailSealed)
		require.NotNil(t, s.Reread(t, session).PhoneLookup)
	}
}

func TestPersonalDataIsErasedWithTheVerdict(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	session := s.Begin(t, scene.AnyOf(document), keptFor(nil))
	require.NotNil(t, session.EmailSealed)

	sent := s.Simulate(t, session, document, simulated.Pass)

	h.Await(t, session, models.StatusVerified)
	require.Nil(t, s.Reread(t, session).EmailSealed)
	require.Nil(t, s.Reread(t, session).PhoneLookup)
	row, payload, err := s.Submission(t.Context(), sent.OrgID, sent.ID)
	require.NoError(t, err)
	require.Empty(t, payload)
	require.Empty(t, row.Fingerprint)
}

func TestSweepDeletesAChallengeThatNobodyAnswered(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	session := s.Begin(t, scene.AnyOf(document))
	begun, _, err := s.BeginChallenge(t.Context(), store.NewChallenge{
		ID: s.NewID(t.Context(), models.PrefixChallenge), Session: session, Node: "primary.document_capture",
		Method: document, Attempt: 1, TTL: time.Microsecond,
	})
	require.NoError(t, err)
	testkit.Eventually(t, func() bool {
		_, err := s.Challenge(t.Context(), session.OrgID, session.ID, begun.ID)
		return models.CodeOf(err) == models.CodeResourceMissing
	})
}

func TestSweepDeletesOldRows(t *testing.T) {
	t.Parallel()
	o := workertest.Options{Workers: 1, Judge: scene.Judge(), SweepInterval: eager.SweepInterval, SweepAfter: time.Second}
	h := workertest.Open(t, o)
	s := h.Sandbox(t)
	session := s.Begin(t, scene.AnyOf(document))
	h.Start(t, session)
	h.Simulate(t, s, session, document, simulated.Pass)
	h.Completed(t, session.ID)
	settled(t, s, session)
	_, _, err := s.CreateKey(t.Context(), s.Org, store.ActorCLI, models.SecretKey) // an entry of the audit log
	require.NoError(t, err)
	require.Len(t, s.EventsOf(t, session), 2)
	require.Len(t, s.Verdicts(t, session), 1)

	o.Retention = time.Nanosecond
	w := workertest.NewWorker(h.Orchestrator, o)
	w.Start(t.Context())
	t.Cleanup(w.Stop)

	testkit.Eventually(t, func() bool {
		audited, _, err := s.AuditLog(t.Context(), s.Org, store.Page{Limit: 1})
		require.NoError(t, err)
		return len(s.EventsOf(t, session))+len(s.Verdicts(t, session))+len(audited) == 0
	})
	require.Equal(t, models.StatusVerified, s.Reread(t, session).Status, "the session stays")
}
