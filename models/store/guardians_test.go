package store_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var guardianScenarios = []scenario{
	addressOfAGuardianIsSealedAndErasedWithTheDecision,
	guardianWhoIsAskedAgainKeepsTheLink,
	repeatedInvitationMailsOnce,
	reminderIsMailedOnceByManyWorkers,
	reminderIsOfNoUseAfterTheEnd,
	racingRefusalsLeaveOneForTheSubmission,
	racingDecisionsAreOne,
	racingProofsAreOne,
	guardianLinksAreSigned,
}

const (
	mother = "lovelace-mother@person.example"
	father = "lovelace-father@person.example"
)

// inviting is an invitation of guardians to a challenge of the session.
func (f *fixture) inviting(emails ...string) store.Invitation {
	in := store.Invitation{RemindAfter: models.GuardianReminder, Values: func(g models.Guardian) map[string]string {
		return map[string]string{"decide": f.SignGuardianLink(store.GuardianLink{GuardianID: g.ID})}
	}}
	for _, email := range emails {
		in.Guardians = append(in.Guardians, models.MailContent{To: email, Locale: "de"})
	}
	return in
}

// guardians invites guardians to a challenge that lasts as long as the session.
func (f *fixture) guardians(t *testing.T, session models.Session, emails ...string) []models.Guardian {
	t.Helper()
	n := f.challenge(f.reread(t, session), "state")
	n.TTL = 30 * 24 * time.Hour
	_, _, mails, err := f.InviteGuardians(t.Context(), n, f.inviting(emails...))
	require.NoError(t, err)
	require.Len(t, mails, len(emails))
	byAddress := map[string]models.Guardian{}
	for _, g := range f.guardiansOf(t, session) {
		content, err := f.GuardianContent(g)
		require.NoError(t, err)
		byAddress[content.To] = g
	}
	var asked []models.Guardian
	for _, email := range emails {
		asked = append(asked, byAddress[email])
	}
	return asked
}

func (f *fixture) guardian(t *testing.T, id string) models.Guardian {
	t.Helper()
	g, err := f.Across().Guardian(t.Context(), id)
	require.NoError(t, err)
	return g
}

func (f *fixture) guardiansOf(t *testing.T, session models.Session) []models.Guardian {
	t.Helper()
	found, err := f.Guardians(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	return found
}

// decides submits a guardian's decision.
func (f *fixture) decides(t *testing.T, g models.Guardian, status models.GuardianStatus) error {
	t.Helper()
	c, err := f.Challenge(t.Context(), f.org, g.SessionID, g.ChallengeID)
	if err != nil {
		return err
	}
	session, err := f.Session(t.Context(), f.org, g.SessionID)
	if err != nil {
		return err
	}
	n := answering(c, session, string(status)+g.ID)
	n.Decision = &store.GuardianDecision{Guardian: g, Status: status, Text: "text", TextVersion: "1-en"}
	_, _, err = f.Submit(t.Context(), n)
	return err
}

func addressOfAGuardianIsSealedAndErasedWithTheDecision(t *testing.T, f *fixture) {
	session := f.session(t)
	both := f.guardians(t, session, mother, father)
	require.NotContains(t, f.dump(t), "lovelace")
	content, err := f.GuardianContent(both[0])
	require.NoError(t, err)
	require.Equal(t, mother, content.To)
	require.NoError(t, f.decides(t, both[0], models.GuardianConsented))
	after := []models.Guardian{f.guardian(t, both[0].ID), f.guardian(t, both[1].ID)}
	require.Equal(t, models.GuardianConsented, after[0].Status)
	require.Equal(t, "1-en", *after[0].TextVersion)
	require.NotNil(t, after[0].DecidedAt)
	require.Equal(t, models.GuardianClosed, after[1].Status)
	for _, g := range after {
		require.Nil(t, g.Content)
		require.Nil(t, g.RemindAt)
		require.Empty(t, g.AddressHash)
	}
}

func guardianWhoIsAskedAgainKeepsTheLink(t *testing.T, f *fixture) {
	session := f.session(t)
	first := f.guardians(t, session, mother, father)
	f.clock.Advance(time.Minute)
	second := f.guardians(t, session, mother)
	require.Len(t, f.guardiansOf(t, session), 2)
	require.Equal(t, first[0].ID, second[0].ID)
	require.NotEqual(t, first[0].ChallengeID, second[0].ChallengeID)
	require.Equal(t, first[0].RemindAt, second[0].RemindAt)
	require.Equal(t, models.GuardianClosed, f.guardian(t, first[1].ID).Status)
	require.ErrorIs(t, f.decides(t, first[0], models.GuardianConsented), store.ErrRefused, "it was read before")
	require.NoError(t, f.decides(t, second[0], models.GuardianConsented))
}

func repeatedInvitationMailsOnce(t *testing.T, f *fixture) {
	n := f.challenge(f.session(t), "state")
	for range 2 {
		_, _, _, err := f.InviteGuardians(t.Context(), n, f.inviting(mother))
		require.NoError(t, err)
	}
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM guardians"))
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM mails"))
}

func (f *fixture) reminders(t *testing.T) int {
	t.Helper()
	return f.count(t, "SELECT count(*) FROM mails WHERE purpose = 'guardian_reminder'")
}

func reminderIsMailedOnceByManyWorkers(t *testing.T, f *fixture) {
	session := f.session(t)
	n := f.challenge(session, "state")
	n.TTL, session.ExpiresAt = 30*24*time.Hour, models.At(f.clock.Now().Add(24*time.Hour))
	_, err := f.raw().ExecContext(t.Context(), "UPDATE sessions SET expires_at = expires_at + 86400000000")
	require.NoError(t, err)
	n.Session = f.reread(t, session)
	_, _, _, err = f.InviteGuardians(t.Context(), n, f.inviting(mother, father))
	require.NoError(t, err)
	f.clock.Advance(models.GuardianReminder - time.Second)
	_, err = f.Across().RemindGuardians(t.Context(), 10)
	require.NoError(t, err)
	require.Zero(t, f.reminders(t))
	f.clock.Advance(time.Second)
	var racing sync.WaitGroup
	for range 4 {
		racing.Go(func() { _, _ = f.Across().RemindGuardians(t.Context(), 10) })
	}
	racing.Wait()
	_, err = f.Across().RemindGuardians(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, 2, f.reminders(t), "one for each guardian")
}

func reminderIsOfNoUseAfterTheEnd(t *testing.T, f *fixture) {
	session := f.session(t)
	g := f.guardians(t, session, mother)[0]
	f.changed(t, move(f.reread(t, session), "end", models.StatusExpired))
	_, err := f.raw().ExecContext(t.Context(), "UPDATE guardians SET remind_at = 1")
	require.NoError(t, err)
	mails, err := f.Across().RemindGuardians(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, mails)
	require.Nil(t, f.guardian(t, g.ID).RemindAt)
}

func racingRefusalsLeaveOneForTheSubmission(t *testing.T, f *fixture) {
	both := f.guardians(t, f.session(t), mother, father)
	last := make([]bool, len(both))
	errs := make([]error, len(both))
	var racing sync.WaitGroup
	for i, g := range both {
		racing.Go(func() { last[i], errs[i] = f.RefuseGuardian(t.Context(), g) })
	}
	racing.Wait()
	require.Equal(t, []error{nil, nil}, errs)
	require.ElementsMatch(t, []bool{true, false}, last)
}

func racingDecisionsAreOne(t *testing.T, f *fixture) {
	both := f.guardians(t, f.session(t), mother, father)
	errs := make([]error, len(both))
	var racing sync.WaitGroup
	for i, g := range both {
		racing.Go(func() { errs[i] = f.decides(t, g, models.GuardianConsented) })
	}
	racing.Wait()
	require.True(t, (errs[0] == nil) != (errs[1] == nil), "%v", errs)
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM submissions"))
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM guardians WHERE status = 'consented'"))
}

func racingProofsAreOne(t *testing.T, f *fixture) {
	g := f.guardians(t, f.session(t), mother)[0]
	n := f.newSession(t)
	n.ProofOf = &g
	errs := make([]error, 2)
	var racing sync.WaitGroup
	for i := range errs {
		racing.Go(func() { _, errs[i] = f.CreateSession(t.Context(), n) })
	}
	racing.Wait()
	require.True(t, (errs[0] == nil) != (errs[1] == nil), "%v", errs)
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM sessions WHERE guardian_id IS NOT NULL"))
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM events"), "that of the child's session")
	listed, _, err := f.Sessions(t.Context(), f.org, store.SessionFilter{}, store.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, listed, 1)
}

func guardianLinksAreSigned(t *testing.T, f *fixture) {
	g := f.guardians(t, f.session(t), mother)[0]
	for _, l := range []store.GuardianLink{{GuardianID: g.ID}, {GuardianID: g.ID, Withdraw: true}} {
		token := f.SignGuardianLink(l)
		read, signed := f.ReadGuardianLink(token)
		require.True(t, signed)
		require.Equal(t, l, read)
		for _, forged := range []string{"", token + "x", strings.Replace(token, ".", "x.", 1), g.ID + ".withdraw."} {
			_, signed := f.ReadGuardianLink(forged)
			require.False(t, signed, forged)
		}
	}
}
