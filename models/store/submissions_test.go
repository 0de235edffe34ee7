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

var submissionScenarios = []scenario{
	submissionMakesItsSessionProcessing,
	submissionIsItsOrganizationsOwn,
	racingSubmissionsOfOnePayloadAreOne,
	racingSubmissionsOfDifferentPayloadsHaveOneWinner,
	repeatAfterTheVerdictReturnsTheFirst,
	nextAttemptTakesAnotherSubmission,
	submissionsAreCapped,
	submissionAfterTheEndIsRefused,
	slowSubmissionIsReadyLater,
	pendingSubmissionsAreTheUnjudged,
}

var verdictScenarios = []scenario{
	verdictIsStoredAndPayloadErased,
	failureIsKeptWithItsReason,
	verdictThatEndsNothingLeavesTheSessionOpen,
	repeatedVerdictReturnsTheFirst,
	racingVerdictsOnOneSubmissionAreOne,
	verdictOnAChangedRowIsRefused,
	verdictAfterTheEndIsRefused,
	verdictErasesItsOwnSubmissionAlone,
	verdictThatEndsTheSessionErasesAll,
	endErasesPayloads,
	endErasesFingerprints,
	resultsAreListedOldestFirstBySession,
}

const (
	attestation = "primary.self_attestation"
	document    = "primary.document_capture"
)

// born is a user's payload for self-attestation.
const born = `{"date_of_birth": "1990-01-31", "declaration": true}`

func submission(session models.Session, node string, attempt int, payload string) store.NewSubmission {
	method := rules.MethodSelfAttestation
	if node == document {
		method = rules.MethodDocumentCapture
	}
	return store.NewSubmission{Session: session, Node: node, Method: method, Attempt: attempt, Payload: []byte(payload)}
}

// submitted submits a first attempt at a node, and returns the session after it.
func (f *fixture) submitted(
	t *testing.T,
	session models.Session,
	node, payload string,
) (models.Submission, models.Session) {
	t.Helper()
	sent, changed, err := f.Submit(t.Context(), submission(session, node, 1, payload))
	require.NoError(t, err)
	require.False(t, changed.Repeated)
	return sent, changed.Session
}

// judgement is the verdict on a submission to a session as it was read.
func judgement(
	session models.Session,
	s models.Submission,
	outcome graph.Outcome,
	to models.SessionStatus,
) store.Judgement {
	return store.Judgement{
		Progress:   store.Progress{Session: session, State: graph.State{Entered: 7}, To: to},
		Submission: s, Result: models.Result{Status: outcome},
	}
}

func (f *fixture) judged(t *testing.T, j store.Judgement) store.Changed {
	t.Helper()
	changed, err := f.RecordVerdict(t.Context(), j)
	require.NoError(t, err)
	return changed
}

func (f *fixture) payload(t *testing.T, s models.Submission) string {
	t.Helper()
	_, payload, err := f.Submission(t.Context(), s.OrgID, s.ID)
	require.NoError(t, err)
	return string(payload)
}

func submissionMakesItsSessionProcessing(t *testing.T, f *fixture) {
	session := f.session(t)
	f.clock.Advance(time.Second)
	sent, after := f.submitted(t, session, attestation, born)

	want := session
	want.Status, want.Submissions, want.InFlight = models.StatusProcessing, 1, 1
	want.Revision, want.Updated, want.NudgeAt = session.Revision+1, f.Now(), ptr(f.Now())
	require.Equal(t, want, after)
	require.Equal(t, want, f.reread(t, session))

	require.True(t, models.PrefixResult.HasPrefix(sent.ID))
	row, payload, err := f.Submission(t.Context(), f.org, sent.ID)
	require.NoError(t, err)
	require.Equal(t, sent, row)
	require.Equal(t, born, string(payload))
	require.NotContains(t, f.dump(t), "1990-01-31")
}

func submissionIsItsOrganizationsOwn(t *testing.T, f *fixture) {
	session := f.session(t)
	stolen := session
	stolen.OrgID = f.foreign
	_, _, err := f.Submit(t.Context(), submission(stolen, attestation, 1, born))
	requireCode(t, models.CodeSessionNotFound, err)

	sent, _ := f.submitted(t, session, attestation, born)
	_, _, err = f.Submission(t.Context(), f.foreign, sent.ID)
	requireCode(t, models.CodeResourceMissing, err)
	pending, err := f.PendingSubmissions(t.Context(), f.foreign, session.ID)
	require.NoError(t, err)
	require.Empty(t, pending)
}

func racingSubmissionsOfOnePayloadAreOne(t *testing.T, f *fixture) {
	session := f.session(t)
	sent := allOf(t, race(10, func(int) (models.Submission, error) {
		s, _, err := f.Submit(t.Context(), submission(session, attestation, 1, born))
		return s, err
	}))
	for _, s := range sent {
		require.Equal(t, sent[0], s)
	}
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM submissions"))
	after := f.reread(t, session)
	require.Equal(t, 1, after.InFlight)
	require.Equal(t, 1, after.Submissions)
}

func racingSubmissionsOfDifferentPayloadsHaveOneWinner(t *testing.T, f *fixture) {
	session := f.session(t)
	won := winners(t, race(10, func(i int) (models.Submission, error) {
		s, _, err := f.Submit(t.Context(), submission(session, attestation, 1, fmt.Sprint("payload ", i)))
		return s, err
	}), models.CodeSubmissionInProgress)
	require.Len(t, won, 1)
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM submissions"))
	require.Equal(t, 1, f.reread(t, session).InFlight)
}

func repeatAfterTheVerdictReturnsTheFirst(t *testing.T, f *fixture) {
	session := f.session(t)
	sent, processing := f.submitted(t, session, attestation, born)
	f.judged(t, judgement(processing, sent, graph.OutcomeFailed, models.StatusRequiresInput))

	again, changed, err := f.Submit(t.Context(), submission(session, attestation, 1, born))
	require.NoError(t, err)
	require.True(t, changed.Repeated)
	require.Equal(t, models.StatusRequiresInput, changed.Session.Status)
	require.Equal(t, sent.ID, again.ID)
}

func nextAttemptTakesAnotherSubmission(t *testing.T, f *fixture) {
	sent, processing := f.submitted(t, f.session(t), attestation, born)
	retry := f.judged(t, judgement(processing, sent, graph.OutcomeFailed, models.StatusRequiresInput)).Session

	second, changed, err := f.Submit(t.Context(), submission(retry, attestation, 2, born))
	require.NoError(t, err)
	require.NotEqual(t, sent.ID, second.ID)
	require.Equal(t, models.StatusProcessing, changed.Session.Status)
	require.Equal(t, 2, changed.Session.Submissions)
	require.Equal(t, 1, changed.Session.InFlight)
}

func submissionsAreCapped(t *testing.T, f *fixture) {
	n := f.newSession(t)
	n.Session.Submissions = models.MaxSubmissions - 1
	sent, full := f.submitted(t, f.created(t, n), attestation, born)
	require.Equal(t, models.MaxSubmissions, full.Submissions)

	_, _, err := f.Submit(t.Context(), submission(full, document, 1, "front"))
	requireCode(t, models.CodeRateLimitExceeded, err)
	require.Equal(t, full, f.reread(t, full))

	f.judged(t, judgement(full, sent, graph.OutcomeFailed, models.StatusRequiresInput))
	done, err := f.End(t.Context(), full.OrgID, full.ID, models.CancellableStatuses, models.StatusCancelled)
	require.NoError(t, err, "the merchant can cancel")
	require.Equal(t, models.StatusCancelled, done.Session.Status)
}

func submissionAfterTheEndIsRefused(t *testing.T, f *fixture) {
	ended := f.changed(t, move(f.session(t), "end", models.StatusExpired)).Session
	_, _, err := f.Submit(t.Context(), submission(ended, attestation, 1, born))
	requireCode(t, models.CodeSessionTerminal, err)
	require.Zero(t, f.count(t, "SELECT count(*) FROM submissions"))
}

func slowSubmissionIsReadyLater(t *testing.T, f *fixture) {
	n := submission(f.session(t), attestation, 1, born)
	n.Delay = 3 * time.Second
	slow, _, err := f.Submit(t.Context(), n)
	require.NoError(t, err)
	require.Equal(t, models.At(f.clock.Now().Add(3*time.Second)), slow.ReadyAt)
	require.Equal(t, f.Now(), slow.Created)
}

func pendingSubmissionsAreTheUnjudged(t *testing.T, f *fixture) {
	first, session := f.submitted(t, f.session(t), attestation, born)
	f.clock.Advance(time.Second)
	second, session := f.submitted(t, session, document, "front")
	pending := func() []models.Submission {
		rows, err := f.PendingSubmissions(t.Context(), f.org, session.ID)
		require.NoError(t, err)
		return rows
	}
	require.Equal(t, []models.Submission{first, second}, pending())
	f.judged(t, judgement(session, first, graph.OutcomeFailed, models.StatusProcessing))
	require.Equal(t, []models.Submission{second}, pending())
}

func verdictIsStoredAndPayloadErased(t *testing.T, f *fixture) {
	sent, session := f.submitted(t, f.session(t), attestation, born)
	f.clock.Advance(time.Second)
	j := judgement(session, sent, graph.OutcomePassed, models.StatusVerified)
	j.Result.AgeTier = ptr(rules.MinAge(21))
	j.Result.Checks = models.AsJSON([]rules.Check{{Name: "declared_age", Passed: true}})
	j.Result.Credential = models.AsJSON(&rules.WalletCredential{Format: rules.FormatSDJWT, Type: "urn:eudi:pid:1"})
	changed := f.judged(t, j)

	want := session
	want.Status, want.GraphState, want.InFlight, want.NudgeAt = models.StatusVerified, models.AsJSON(j.State), 0, nil
	want.VerificationPath = ptr("self_attestation")
	want.Revision, want.Updated, want.CompletedAt = session.Revision+1, f.Now(), ptr(f.Now())
	want.ErasedAt = want.CompletedAt // the session has no contacts
	want.VerifiedPersonID, want.CredentialID = changed.Session.VerifiedPersonID, changed.Session.CredentialID
	require.Equal(t, want, changed.Session)

	results, err := f.Results(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	require.Equal(t, []models.Result{{
		ID: sent.ID, OrgID: f.org, SessionID: session.ID, Node: attestation, Method: rules.MethodSelfAttestation,
		Attempt: 1, Status: graph.OutcomePassed, AgeTier: j.Result.AgeTier,
		Checks: j.Result.Checks, Credential: j.Result.Credential, Created: f.Now(),
	}}, results[session.ID])
	require.Empty(t, f.payload(t, sent))
}

func failureIsKeptWithItsReason(t *testing.T, f *fixture) {
	sent, session := f.submitted(t, f.session(t), attestation, born)
	j := judgement(session, sent, graph.OutcomeFailed, models.StatusFailed)
	j.Failure = ptr(rules.ReasonUnderAge)
	j.Result.ReasonCodes = models.AsJSON([]rules.ReasonCode{rules.ReasonUnderAge})
	failed := f.judged(t, j).Session
	require.Equal(t, ptr(rules.ReasonUnderAge), failed.FailureCode)
	require.Nil(t, failed.VerificationPath)

	results, err := f.Results(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	require.Equal(t, j.Result.ReasonCodes, results[session.ID][0].ReasonCodes)
}

func verdictThatEndsNothingLeavesTheSessionOpen(t *testing.T, f *fixture) {
	sent, session := f.submitted(t, f.session(t), attestation, born)
	changed := f.judged(t, judgement(session, sent, graph.OutcomeRequiresInput, models.StatusRequiresInput))
	require.Equal(t, models.StatusRequiresInput, changed.Session.Status)
	require.Nil(t, changed.EventID)
	require.Nil(t, changed.Session.CompletedAt)
	require.Nil(t, changed.Session.VerificationPath)
}

func repeatedVerdictReturnsTheFirst(t *testing.T, f *fixture) {
	sent, session := f.submitted(t, f.session(t), attestation, born)
	j := judgement(session, sent, graph.OutcomePassed, models.StatusVerified)
	first := f.judged(t, j)
	again := f.judged(t, j)
	require.True(t, again.Repeated)
	require.Equal(t, first.EventID, again.EventID)
	require.Equal(t, first.Session, again.Session)
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM results"))
}

func racingVerdictsOnOneSubmissionAreOne(t *testing.T, f *fixture) {
	sent, session := f.submitted(t, f.session(t), attestation, born)
	answers := allOf(t, race(8, func(int) (store.Changed, error) {
		return f.RecordVerdict(t.Context(), judgement(session, sent, graph.OutcomePassed, models.StatusVerified))
	}))
	for _, answer := range answers {
		require.Equal(t, answers[0].EventID, answer.EventID)
	}
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM results"))
	require.Equal(t, 2, f.count(t, "SELECT count(*) FROM events"))
}

func verdictOnAChangedRowIsRefused(t *testing.T, f *fixture) {
	first, stale := f.submitted(t, f.session(t), attestation, born)
	_, current := f.submitted(t, stale, document, "front")
	_, err := f.RecordVerdict(t.Context(), judgement(stale, first, graph.OutcomeFailed, models.StatusRequiresInput))
	require.ErrorIs(t, err, store.ErrRefused)
	require.Equal(t, born, f.payload(t, first))
	require.Zero(t, f.count(t, "SELECT count(*) FROM results"))

	f.judged(t, judgement(current, first, graph.OutcomeFailed, models.StatusProcessing))
}

func verdictAfterTheEndIsRefused(t *testing.T, f *fixture) {
	sent, session := f.submitted(t, f.session(t), attestation, born)
	_, err := f.End(t.Context(), f.org, session.ID, models.OpenStatuses, models.StatusExpired)
	require.NoError(t, err)
	_, err = f.RecordVerdict(t.Context(), judgement(session, sent, graph.OutcomePassed, models.StatusVerified))
	requireCode(t, models.CodeSessionTerminal, err)
	require.Zero(t, f.count(t, "SELECT count(*) FROM results"))
}

func verdictErasesItsOwnSubmissionAlone(t *testing.T, f *fixture) {
	first, session := f.submitted(t, f.session(t), attestation, born)
	second, session := f.submitted(t, session, document, "front")
	require.Equal(t, 2, session.InFlight)

	after := f.judged(t, judgement(session, first, graph.OutcomeFailed, models.StatusProcessing)).Session
	require.Equal(t, 1, after.InFlight)
	require.Empty(t, f.payload(t, first))
	require.Equal(t, "front", f.payload(t, second))
}

func verdictThatEndsTheSessionErasesAll(t *testing.T, f *fixture) {
	first, session := f.submitted(t, f.session(t), attestation, born)
	second, session := f.submitted(t, session, document, "front")
	other, _ := f.submitted(t, f.session(t), attestation, born)

	f.judged(t, judgement(session, first, graph.OutcomePassed, models.StatusVerified))
	require.Empty(t, f.payload(t, first))
	require.Empty(t, f.payload(t, second))
	require.Equal(t, born, f.payload(t, other))
}

func endErasesPayloads(t *testing.T, f *fixture) {
	sent, session := f.submitted(t, f.session(t), attestation, born)
	other, _ := f.submitted(t, f.session(t), attestation, born)
	f.clock.Advance(time.Second)
	ended, err := f.End(t.Context(), f.org, session.ID, models.OpenStatuses, models.StatusExpired)
	require.NoError(t, err)
	require.Equal(t, models.StatusExpired, ended.Session.Status)
	require.Equal(t, ptr(f.Now()), ended.Session.NudgeAt, "the workflow must be signalled")
	require.Empty(t, f.payload(t, sent))
	require.Equal(t, born, f.payload(t, other))
}

func (f *fixture) fingerprint(t *testing.T, s models.Submission) string {
	t.Helper()
	row, _, err := f.Submission(t.Context(), s.OrgID, s.ID)
	require.NoError(t, err)
	return row.Fingerprint
}

func endErasesFingerprints(t *testing.T, f *fixture) {
	judgedOne, stale := f.submitted(t, f.session(t), attestation, born)
	open := f.judged(t, judgement(stale, judgedOne, graph.OutcomeFailed, models.StatusRequiresInput)).Session
	require.Equal(t, judgedOne.Fingerprint, f.fingerprint(t, judgedOne), "a repeat may come while the session is open")
	second, _, err := f.Submit(t.Context(), submission(open, document, 1, "front"))
	require.NoError(t, err)
	other, _ := f.submitted(t, f.session(t), attestation, born)

	_, err = f.End(t.Context(), f.org, open.ID, models.OpenStatuses, models.StatusExpired)
	require.NoError(t, err)
	require.Empty(t, f.fingerprint(t, judgedOne))
	require.Empty(t, f.fingerprint(t, second))
	require.Equal(t, other.Fingerprint, f.fingerprint(t, other))
	for _, payload := range []string{born, "another"} {
		_, _, err := f.Submit(t.Context(), submission(stale, attestation, 1, payload))
		requireCode(t, models.CodeSessionTerminal, err)
	}
	require.Equal(t, 3, f.count(t, "SELECT count(*) FROM submissions"))
}

func resultsAreListedOldestFirstBySession(t *testing.T, f *fixture) {
	first, session := f.submitted(t, f.session(t), attestation, born)
	second, session := f.submitted(t, session, document, "front")
	session = f.judged(t, judgement(session, second, graph.OutcomeFailed, models.StatusProcessing)).Session
	f.judged(t, judgement(session, first, graph.OutcomeFailed, models.StatusRequiresInput))
	third, other := f.submitted(t, f.session(t), attestation, born)
	f.judged(t, judgement(other, third, graph.OutcomeError, models.StatusRequiresInput))
	unjudged := f.session(t)

	results, err := f.Results(t.Context(), f.org, session.ID, other.ID, unjudged.ID)
	require.NoError(t, err)
	require.Len(t, results, 2)
	require.Equal(t, []string{second.ID, first.ID}, []string{results[session.ID][0].ID, results[session.ID][1].ID})
	require.Equal(t, third.ID, results[other.ID][0].ID)

	none, err := f.Results(t.Context(), f.org)
	require.NoError(t, err)
	require.Empty(t, none)
}
