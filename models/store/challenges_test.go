package store_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

var challengeScenarios = []scenario{
	challengeIsSealedAndFoundByItsID,
	repeatedBeginReturnsTheFirst,
	challengesOfASessionAreCapped,
	challengeToAMovedOrEndedSessionIsRefused,
	submissionUsesItsChallengeUp,
	racingSubmissionsUseAChallengeOnce,
	challengeRefusesForeignSubmissions,
	expiredUnusedChallengesAreDeleted,
	verdictAndEndDeleteChallenges,
	contentIsReplacedOnTheOldOneAlone,
	racingReplacementsOfAContentHaveOneWinner,
	contentOfAUsedOrLateChallengeStays,
	newestOpenChallengeOfEachAttemptIsRead,
}

const challengeTTL = 5 * time.Minute

func (f *fixture) challenge(session models.Session, state string) store.NewChallenge {
	text, _ := json.Marshal(state)
	return store.NewChallenge{
		ID: f.NewID(context.Background(), models.PrefixChallenge), Session: session, Node: document,
		Method: rules.MethodDocumentCapture, Attempt: 1, TTL: challengeTTL,
		ChallengeContent: store.ChallengeContent{State: text, Data: json.RawMessage(`{"show":"qr"}`)},
	}
}

func (f *fixture) challenged(t *testing.T, session models.Session, state string) models.Challenge {
	t.Helper()
	c, _, err := f.BeginChallenge(t.Context(), f.challenge(session, state))
	require.NoError(t, err)
	return c
}

func (f *fixture) challenges(t *testing.T) int {
	t.Helper()
	return f.count(t, "SELECT count(*) FROM method_challenges")
}

// answering is a submission that uses a challenge.
func answering(c models.Challenge, session models.Session, payload string) store.NewSubmission {
	n := submission(session, c.Node, c.Attempt, payload)
	n.ChallengeID = c.ID
	return n
}

func challengeIsSealedAndFoundByItsID(t *testing.T, f *fixture) {
	session := f.session(t)
	c := f.challenged(t, session, "nonce of Lovelace")
	require.True(t, models.PrefixChallenge.HasPrefix(c.ID))
	require.Equal(t, models.At(f.clock.Now().Add(challengeTTL)), c.ExpiresAt)
	require.Nil(t, c.UsedAt)
	require.NotContains(t, f.dump(t), "Lovelace")
	require.Equal(t, session.Revision, f.reread(t, session).Revision, "a challenge wakes no waiter")

	read, err := f.Challenge(t.Context(), f.org, session.ID, c.ID)
	require.NoError(t, err)
	require.Equal(t, c, read)
	content, err := f.ChallengeContent(read)
	require.NoError(t, err)
	require.JSONEq(t, `"nonce of Lovelace"`, string(content.State))
	require.JSONEq(t, `{"show": "qr"}`, string(content.Data))
	anywhere, err := f.Across().Challenge(t.Context(), c.ID)
	require.NoError(t, err)
	require.Equal(t, c, anywhere)

	_, err = f.Challenge(t.Context(), f.foreign, session.ID, c.ID)
	requireCode(t, models.CodeResourceMissing, err)
	_, err = f.Challenge(t.Context(), f.org, f.session(t).ID, c.ID)
	requireCode(t, models.CodeResourceMissing, err)
	_, err = f.Across().Challenge(t.Context(), "mch_none")
	requireCode(t, models.CodeResourceMissing, err)

	late := f.challenge(session, "x")
	late.TTL = 48 * time.Hour
	c, _, err = f.BeginChallenge(t.Context(), late)
	require.NoError(t, err)
	require.Equal(t, session.ExpiresAt, c.ExpiresAt, "no challenge outlives its session")
}

func newestOpenChallengeOfEachAttemptIsRead(t *testing.T, f *fixture) {
	session := f.session(t)
	open := func(org string) []models.Challenge {
		found, err := f.OpenChallenges(t.Context(), org, session.ID)
		require.NoError(t, err)
		return found
	}
	require.Empty(t, open(f.org))
	first := f.challenged(t, session, "first")
	f.challenged(t, f.session(t), "of another session")
	require.Equal(t, []models.Challenge{first}, open(f.org))
	f.clock.Advance(time.Second)
	second := f.challenged(t, session, "second")
	other := f.challenge(session, "of another attempt")
	other.Attempt = 2
	third, _, err := f.BeginChallenge(t.Context(), other)
	require.NoError(t, err)
	require.ElementsMatch(t, []models.Challenge{second, third}, open(f.org))
	require.Empty(t, open(f.foreign))

	_, _, err = f.Submit(t.Context(), answering(second, session, "signed"))
	require.NoError(t, err)
	require.ElementsMatch(t, []models.Challenge{first, third}, open(f.org), "a used challenge is not open")
	f.clock.Advance(challengeTTL)
	require.Empty(t, open(f.org))
}

func repeatedBeginReturnsTheFirst(t *testing.T, f *fixture) {
	session := f.session(t)
	first := f.challenge(session, "first")
	c, _, err := f.BeginChallenge(t.Context(), first)
	require.NoError(t, err)
	again := f.challenge(session, "second")
	again.ID, again.Data = first.ID, json.RawMessage(`{"show":"another"}`)
	f.clock.Advance(time.Second)
	repeated, content, err := f.BeginChallenge(t.Context(), again)
	require.NoError(t, err)
	require.Equal(t, c, repeated)
	require.JSONEq(t, `{"show": "qr"}`, string(content.Data))
	require.Equal(t, 1, f.challenges(t))
}

func challengesOfASessionAreCapped(t *testing.T, f *fixture) {
	n := f.newSession(t)
	n.Session.Challenges = models.MaxChallenges - 1
	session := f.created(t, n)
	f.challenged(t, session, "the last")
	full := f.reread(t, session)
	require.Equal(t, models.MaxChallenges, full.Challenges)
	_, _, err := f.BeginChallenge(t.Context(), f.challenge(full, "one more"))
	requireCode(t, models.CodeRateLimitExceeded, err)
	_, _, err = f.BeginChallenge(t.Context(), f.challenge(session, "read before the last"))
	requireCode(t, models.CodeRateLimitExceeded, err)
	require.Equal(t, 1, f.challenges(t))
}

func challengeToAMovedOrEndedSessionIsRefused(t *testing.T, f *fixture) {
	read := f.session(t)
	_, moved := f.submitted(t, read, attestation, born)
	_, _, err := f.BeginChallenge(t.Context(), f.challenge(read, "x"))
	require.ErrorIs(t, err, store.ErrRefused)
	ended := f.changed(t, move(moved, "end", models.StatusExpired)).Session
	_, _, err = f.BeginChallenge(t.Context(), f.challenge(ended, "x"))
	requireCode(t, models.CodeSessionTerminal, err)
	require.Zero(t, f.challenges(t))
}

func submissionUsesItsChallengeUp(t *testing.T, f *fixture) {
	session := f.session(t)
	c := f.challenged(t, session, "nonce")
	sent, changed, err := f.Submit(t.Context(), answering(c, session, "signed"))
	require.NoError(t, err)
	used, err := f.Challenge(t.Context(), f.org, session.ID, c.ID)
	require.NoError(t, err)
	require.Equal(t, ptr(f.Now()), used.UsedAt)

	again, repeat, err := f.Submit(t.Context(), answering(c, session, "signed"))
	require.NoError(t, err, "a repeat finds the first")
	require.True(t, repeat.Repeated)
	require.Equal(t, sent.ID, again.ID)

	other := answering(c, changed.Session, "signed")
	other.Attempt = 2
	_, _, err = f.Submit(t.Context(), other)
	requireCode(t, models.CodeChallengeInvalid, err)
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM submissions"))
	require.Equal(t, changed.Session, f.reread(t, session), "a refusal changes nothing")
}

func racingSubmissionsUseAChallengeOnce(t *testing.T, f *fixture) {
	session := f.session(t)
	c := f.challenged(t, session, "nonce")
	replicas := []*store.Store{f.replica(t), f.replica(t)}
	won := winners(t, race(8, func(i int) (models.Submission, error) {
		s, _, err := replicas[i%2].Submit(t.Context(), answering(c, session, string(rune('a'+i))))
		return s, err
	}), models.CodeSubmissionInProgress)
	require.Len(t, won, 1)
}

func challengeRefusesForeignSubmissions(t *testing.T, f *fixture) {
	session := f.session(t)
	c := f.challenged(t, session, "nonce")
	for name, n := range map[string]store.NewSubmission{
		"another session": answering(c, f.session(t), "x"),
		"another node":    func() store.NewSubmission { n := answering(c, session, "x"); n.Node = attestation; return n }(),
		"no such": func() store.NewSubmission {
			n := answering(c, session, "x")
			n.ChallengeID = "mch_none"
			return n
		}(),
	} {
		_, _, err := f.Submit(t.Context(), n)
		requireCode(t, models.CodeChallengeInvalid, err)
		require.Zero(t, f.count(t, "SELECT count(*) FROM submissions"), name)
	}
	f.clock.Set(c.ExpiresAt.Time)
	_, _, err := f.Submit(t.Context(), answering(c, session, "late"))
	requireCode(t, models.CodeChallengeInvalid, err)
}

func expiredUnusedChallengesAreDeleted(t *testing.T, f *fixture) {
	session, other := f.session(t), f.session(t)
	f.challenged(t, session, "unused")
	used := f.challenged(t, other, "used")
	_, _, err := f.Submit(t.Context(), answering(used, other, "signed"))
	require.NoError(t, err)
	f.clock.Advance(challengeTTL)
	f.challenged(t, session, "second")
	require.Equal(t, 2, f.challenges(t), "the session's next begin forgets the first")
	require.Equal(t, 2, f.reread(t, session).Challenges)
	f.clock.Advance(challengeTTL)
	f.erasedMaterial(t, 10, 1)
	_, err = f.Challenge(t.Context(), f.org, other.ID, used.ID)
	require.NoError(t, err, "a used one stays until its verdict, so that a repeat is known")
	f.clock.Set(other.ExpiresAt.Time)
	f.erasedMaterial(t, 10, 1)
	require.Zero(t, f.challenges(t))
}

func verdictAndEndDeleteChallenges(t *testing.T, f *fixture) {
	session := f.session(t)
	c := f.challenged(t, session, "nonce")
	sent, changed, err := f.Submit(t.Context(), answering(c, session, "signed"))
	require.NoError(t, err)
	retry := f.judged(t, judgement(changed.Session, sent, graph.OutcomeFailed, models.StatusRequiresInput)).Session
	require.Zero(t, f.challenges(t))

	next := f.challenge(retry, "nonce")
	next.Attempt = 2
	_, _, err = f.BeginChallenge(t.Context(), next)
	require.NoError(t, err)
	_, err = f.End(t.Context(), f.org, session.ID, models.OpenStatuses, models.StatusCancelled)
	require.NoError(t, err)
	require.Zero(t, f.challenges(t))
}

func content(state string) store.ChallengeContent {
	text, _ := json.Marshal(state)
	return store.ChallengeContent{State: text, Data: json.RawMessage(`{"show":"returned"}`)}
}

func contentIsReplacedOnTheOldOneAlone(t *testing.T, f *fixture) {
	session := f.session(t)
	first := f.challenged(t, session, "asked")
	second, err := f.ReplaceChallengeContent(t.Context(), first, content("answered by Lovelace"))
	require.NoError(t, err)
	read, err := f.Challenge(t.Context(), f.org, session.ID, first.ID)
	require.NoError(t, err)
	require.Equal(t, second, read)
	opened, err := f.ChallengeContent(read)
	require.NoError(t, err)
	require.Equal(t, content("answered by Lovelace"), opened)
	require.NotContains(t, f.dump(t), "Lovelace")
	moved := f.reread(t, session)
	require.Equal(t, session.Revision+1, moved.Revision, "the readers of the session wake up")

	_, err = f.ReplaceChallengeContent(t.Context(), first, content("late"))
	require.ErrorIs(t, err, store.ErrRefused)
	require.Equal(t, moved, f.reread(t, session), "a lost race changes nothing")
	foreign := second
	foreign.OrgID = f.foreign
	_, err = f.ReplaceChallengeContent(t.Context(), foreign, content("foreign"))
	requireCode(t, models.CodeSessionNotFound, err)
	third, err := f.ReplaceChallengeContent(t.Context(), second, content("claimed"))
	require.NoError(t, err)
	_, _, err = f.Submit(t.Context(), answering(third, f.reread(t, session), "signed"))
	require.NoError(t, err)
}

func racingReplacementsOfAContentHaveOneWinner(t *testing.T, f *fixture) {
	c := f.challenged(t, f.session(t), "asked")
	replicas := []*store.Store{f.replica(t), f.replica(t)}
	won := 0
	for _, answer := range race(8, func(i int) (models.Challenge, error) {
		return replicas[i%2].ReplaceChallengeContent(t.Context(), c, content(string(rune('a'+i))))
	}) {
		if answer.err == nil {
			won++
			continue
		}
		require.ErrorIs(t, answer.err, store.ErrRefused)
	}
	require.Equal(t, 1, won)
}

func contentOfAUsedOrLateChallengeStays(t *testing.T, f *fixture) {
	session := f.session(t)
	used := f.challenged(t, session, "used")
	_, changed, err := f.Submit(t.Context(), answering(used, session, "signed"))
	require.NoError(t, err)
	late := f.challenged(t, f.session(t), "late")
	f.clock.Set(late.ExpiresAt.Time)
	for _, c := range []models.Challenge{used, late} {
		_, err = f.ReplaceChallengeContent(t.Context(), c, content("x"))
		requireCode(t, models.CodeChallengeInvalid, err)
		read, err := f.Challenge(t.Context(), f.org, c.SessionID, c.ID)
		require.NoError(t, err)
		require.Equal(t, c.Content, read.Content)
	}
	require.Equal(t, changed.Session.Revision, f.reread(t, session).Revision)
	_, err = f.End(t.Context(), f.org, session.ID, models.OpenStatuses, models.StatusCancelled)
	require.NoError(t, err)
	_, err = f.ReplaceChallengeContent(t.Context(), used, content("x"))
	requireCode(t, models.CodeSessionTerminal, err)
}
