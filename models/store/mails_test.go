package store_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var mailScenarios = []scenario{
	mailIsTakenWithItsContentAndErasedWithItsEnd,
	mailIsTakenByOneWorkerAtATime,
	mailOfALostWorkerIsTakenAgain,
	returnedMailIsTakenAgain,
	mailPastItsTimeIsGivenUp,
	settledMailStaysAsItIs,
	lostMailsAreClaimedOnce,
	sweepGivesUpAndDeletesMails,
	mailOfAnotherOrganizationIsNotFound,
}

var codeMail = models.MailContent{
	To: "ada@person.example", Locale: "de", Values: map[string]string{"code": "123456", "minutes": "10"},
}

func (f *fixture) queued(t *testing.T, ttl time.Duration) models.Mail {
	t.Helper()
	mail, err := f.QueueMail(t.Context(), store.NewMail{
		OrgID: f.org, Purpose: models.MailCode, MailContent: codeMail, TTL: ttl,
	})
	require.NoError(t, err)
	return mail
}

func (f *fixture) taken(t *testing.T, mail models.Mail) store.TakenMail {
	t.Helper()
	taken, err := f.TakeMail(t.Context(), mail.Ref())
	require.NoError(t, err)
	return taken
}

func (f *fixture) mail(t *testing.T, mail models.Mail) models.Mail {
	t.Helper()
	read, err := f.Mail(t.Context(), mail.Ref())
	require.NoError(t, err)
	return read
}

func mailIsTakenWithItsContentAndErasedWithItsEnd(t *testing.T, f *fixture) {
	for _, status := range []models.MailStatus{models.MailSent, models.MailRefused} {
		queued := f.queued(t, time.Minute)
		require.True(t, models.PrefixMail.Names(queued.ID), queued.ID)
		taken := f.taken(t, queued)
		require.True(t, taken.Taken)
		require.Equal(t, codeMail, taken.Content)
		require.Equal(t, 1, taken.Attempts)
		require.NoError(t, f.SettleMail(t.Context(), queued.Ref(), status))
		settled := f.mail(t, queued)
		require.Equal(t, status, settled.Status)
		require.Nil(t, settled.Content)
		require.NotNil(t, settled.SettledAt)
	}
}

func mailIsTakenByOneWorkerAtATime(t *testing.T, f *fixture) {
	queued := f.queued(t, time.Minute)
	replica := f.replica(t)
	var taken atomic.Int32
	var racing sync.WaitGroup
	ctx := context.WithoutCancel(t.Context())
	for i := range 20 {
		racing.Go(func() {
			s := f.Store
			if i%2 == 0 {
				s = replica
			}
			mail, err := s.TakeMail(ctx, queued.Ref())
			if err != nil {
				t.Errorf("take: %v", err)
			}
			if mail.Taken {
				taken.Add(1)
			}
		})
	}
	racing.Wait()
	require.EqualValues(t, 1, taken.Load())
	require.Equal(t, 1, f.mail(t, queued).Attempts)
}

func mailOfALostWorkerIsTakenAgain(t *testing.T, f *fixture) {
	queued := f.queued(t, time.Hour)
	require.True(t, f.taken(t, queued).Taken)
	f.clock.Advance(models.MailLease - time.Second)
	require.False(t, f.taken(t, queued).Taken)
	f.clock.Advance(time.Second)
	again := f.taken(t, queued)
	require.True(t, again.Taken)
	require.Equal(t, codeMail, again.Content)
}

func returnedMailIsTakenAgain(t *testing.T, f *fixture) {
	queued := f.queued(t, time.Hour)
	require.True(t, f.taken(t, queued).Taken)
	require.NoError(t, f.ReturnMail(t.Context(), queued.Ref()))
	require.Empty(t, f.lost(t), "its run makes the next attempt")
	require.True(t, f.taken(t, queued).Taken)
}

func mailPastItsTimeIsGivenUp(t *testing.T, f *fixture) {
	queued := f.queued(t, time.Minute)
	f.clock.Advance(time.Minute)
	given := f.taken(t, queued)
	require.False(t, given.Taken)
	require.True(t, given.GaveUp)
	require.Equal(t, models.MailGivenUp, given.Status)
	require.Nil(t, given.Mail.Content)
	require.False(t, f.taken(t, queued).GaveUp, "once")
}

func settledMailStaysAsItIs(t *testing.T, f *fixture) {
	queued := f.queued(t, time.Minute)
	f.taken(t, queued)
	require.NoError(t, f.SettleMail(t.Context(), queued.Ref(), models.MailSent))
	require.NoError(t, f.SettleMail(t.Context(), queued.Ref(), models.MailRefused))
	require.NoError(t, f.ReturnMail(t.Context(), queued.Ref()))
	f.clock.Advance(time.Hour)
	again := f.taken(t, queued)
	require.False(t, again.Taken || again.GaveUp)
	require.Equal(t, models.MailSent, again.Status)
	require.Empty(t, f.lost(t))
}

func (f *fixture) lost(t *testing.T) (ids []string) {
	t.Helper()
	lost, err := f.Across().LostMails(t.Context(), f.Now().Time, 10)
	require.NoError(t, err)
	for _, mail := range lost {
		require.Nil(t, mail.Content)
		ids = append(ids, mail.ID)
	}
	return ids
}

func lostMailsAreClaimedOnce(t *testing.T, f *fixture) {
	first, second := f.queued(t, time.Hour), f.queued(t, time.Hour)
	require.Empty(t, f.lost(t))
	f.clock.Advance(time.Second)
	require.ElementsMatch(t, []string{first.ID, second.ID}, f.lost(t))
	require.Empty(t, f.lost(t))
	f.taken(t, first)
	f.clock.Advance(time.Second)
	require.Equal(t, []string{second.ID}, f.lost(t), "the first is under way")
	f.clock.Advance(models.MailLease)
	require.ElementsMatch(t, []string{first.ID, second.ID}, f.lost(t))
}

func sweepGivesUpAndDeletesMails(t *testing.T, f *fixture) {
	late, other := f.queued(t, time.Minute), f.queued(t, time.Hour)
	f.clock.Advance(2 * time.Minute)
	given, err := f.Across().GiveUpMails(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, given, 1)
	require.Equal(t, late.ID, given[0].ID)
	require.Equal(t, models.MailGivenUp, f.mail(t, late).Status)
	require.Nil(t, f.mail(t, late).Content)
	require.Equal(t, models.MailPending, f.mail(t, other).Status)
	given, err = f.Across().GiveUpMails(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, given)

	f.clock.Advance(models.MailKept)
	deleted, err := f.Across().DeleteMails(t.Context(), 10)
	require.NoError(t, err)
	require.Zero(t, deleted)
	f.clock.Advance(time.Second)
	deleted, err = f.Across().DeleteMails(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, 1, deleted)
	_, err = f.Mail(t.Context(), late.Ref())
	require.Equal(t, models.CodeResourceMissing, models.CodeOf(err))
}

func mailOfAnotherOrganizationIsNotFound(t *testing.T, f *fixture) {
	queued := f.queued(t, time.Minute)
	foreign := models.MailRef{OrgID: f.foreign, MailID: queued.ID}
	_, err := f.TakeMail(t.Context(), foreign)
	require.Equal(t, models.CodeResourceMissing, models.CodeOf(err))
	require.NoError(t, f.SettleMail(t.Context(), foreign, models.MailSent))
	require.NoError(t, f.ReturnMail(t.Context(), foreign))
	require.Equal(t, queued, f.mail(t, queued))
}
