package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var challengeCodeScenarios = []scenario{
	challengeAndItsMailAreStoredTogether,
	challengeCodeHasFiveTries,
	racingGuessesOfAChallengeCodeHaveFiveTries,
	challengeCodeExpiresWithItsChallenge,
	codeOfAUsedChallengeCostsNoTry,
}

func (f *fixture) coded(t *testing.T, session models.Session, code string) (models.Challenge, models.Mail) {
	t.Helper()
	n := f.challenge(session, "mailbox")
	n.Code = &store.ChallengeCode{Code: code, Mail: store.NewMail{
		OrgID: session.OrgID, Purpose: models.MailCode, TTL: challengeTTL,
		MailContent: models.MailContent{To: address, Values: map[string]string{"code": code}},
	}}
	c, _, err := f.BeginChallenge(t.Context(), n)
	require.NoError(t, err)
	return c, n.Code.Queued
}

func (f *fixture) guess(t *testing.T, c models.Challenge, code string) store.TriedChallengeCode {
	t.Helper()
	tried, err := f.TryChallengeCode(t.Context(), c, code)
	require.NoError(t, err)
	return tried
}

func challengeAndItsMailAreStoredTogether(t *testing.T, f *fixture) {
	session := f.session(t)
	n := f.challenge(session, "mailbox")
	n.Code = &store.ChallengeCode{Code: number, Mail: store.NewMail{
		OrgID: session.OrgID, Purpose: models.MailCode, TTL: challengeTTL,
		MailContent: models.MailContent{To: address, Values: map[string]string{"code": number}},
	}}
	c, _, err := f.BeginChallenge(t.Context(), n)
	require.NoError(t, err)
	require.Equal(t, models.MailPending, n.Code.Queued.Status)
	require.NotContains(t, f.dump(t), number)
	require.NotContains(t, f.dump(t), address)

	again := n
	again.Code = &store.ChallengeCode{Code: "999999", Mail: n.Code.Mail}
	repeated, _, err := f.BeginChallenge(t.Context(), again)
	require.NoError(t, err)
	require.Equal(t, c, repeated)
	require.Empty(t, again.Code.Queued.ID, "a repeat mails nothing")
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM mails"))
	require.True(t, f.guess(t, c, number).Right, "the first code counts")

	full := f.newSession(t)
	full.Session.Challenges = models.MaxChallenges
	n = f.challenge(f.created(t, full), "mailbox")
	n.Code = &store.ChallengeCode{Code: number, Mail: again.Code.Mail}
	_, _, err = f.BeginChallenge(t.Context(), n)
	requireCode(t, models.CodeRateLimitExceeded, err)
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM mails"), "a refused challenge mails nothing")
}

func challengeCodeHasFiveTries(t *testing.T, f *fixture) {
	session := f.session(t)
	c, _ := f.coded(t, session, number)
	for left := models.EmailCodeTries - 1; left >= 0; left-- {
		require.Equal(t, store.TriedChallengeCode{Counted: true, TriesLeft: left}, f.guess(t, c, "999999"))
	}
	require.Equal(t, store.TriedChallengeCode{}, f.guess(t, c, number), "no try is left for the right code")

	other, _ := f.coded(t, session, "111111")
	require.False(t, f.guess(t, other, number).Right, "each challenge has its own code")
	foreign := other
	foreign.OrgID = f.foreign
	require.False(t, f.guess(t, foreign, "111111").Counted)
	require.Equal(t, store.TriedChallengeCode{}, f.guess(t, f.challenged(t, session, "no code"), ""))
	require.Equal(t, store.TriedChallengeCode{Counted: true, Right: true, TriesLeft: 3}, f.guess(t, other, "111111"))
}

func racingGuessesOfAChallengeCodeHaveFiveTries(t *testing.T, f *fixture) {
	c, _ := f.coded(t, f.session(t), number)
	replicas := []*store.Store{f.replica(t), f.replica(t)}
	counted := 0
	for _, answer := range race(16, func(i int) (store.TriedChallengeCode, error) {
		return replicas[i%2].TryChallengeCode(t.Context(), c, "999999")
	}) {
		require.NoError(t, answer.err)
		if answer.value.Counted {
			counted++
		}
	}
	require.Equal(t, models.EmailCodeTries, counted)
}

func challengeCodeExpiresWithItsChallenge(t *testing.T, f *fixture) {
	c, _ := f.coded(t, f.session(t), number)
	f.clock.Advance(challengeTTL)
	require.False(t, f.guess(t, c, number).Counted)
}

func codeOfAUsedChallengeCostsNoTry(t *testing.T, f *fixture) {
	session := f.session(t)
	c, _ := f.coded(t, session, number)
	_, _, err := f.Submit(t.Context(), answering(c, session, "signed"))
	require.NoError(t, err)
	used, err := f.Challenge(t.Context(), f.org, session.ID, c.ID)
	require.NoError(t, err)
	require.NotNil(t, used.UsedAt)
	f.clock.Advance(challengeTTL)
	for range models.EmailCodeTries + 1 {
		require.True(t, f.guess(t, used, number).Right)
	}
	require.False(t, f.guess(t, used, "999999").Right)
	require.Zero(t, f.count(t, "SELECT sum(code_tries) FROM method_challenges"))
}
