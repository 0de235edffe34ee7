package worker_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/mail"
	"github.com/stile-id/stile/internal/mailtest"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/worker/workertest"
)

// postOffice sends each mail by the server of its test, which it finds by the recipient.
type postOffice struct{ servers sync.Map }

// Send implements mail.Sender.
func (p *postOffice) Send(ctx context.Context, m mail.Message) error {
	server, _ := p.servers.Load(m.To)
	return server.(mail.Sender).Send(ctx, m) //nolint:forcetypeassert // every test has a server
}

var post postOffice

// queued stores a mail that is sent by a server.
func queued(t *testing.T, h *workertest.House, by mail.Sender, ttl time.Duration) models.Mail {
	t.Helper()
	to := strings.ToLower(t.Name()) + "@person.example"
	post.servers.Store(to, by)
	stored, err := h.Store.QueueMail(t.Context(), store.NewMail{
		OrgID: h.Sandbox(t).Org, Purpose: models.MailCode, TTL: ttl,
		MailContent: models.MailContent{To: to, Locale: "en", Values: map[string]string{"code": "314159", "minutes": "10"}},
	})
	require.NoError(t, err)
	return stored
}

// settledAs waits until the mail has a final status, and requires that its content is erased and its run complete.
func settledAs(t *testing.T, h *workertest.House, m models.Mail, status models.MailStatus) models.Mail {
	t.Helper()
	var now models.Mail
	testkit.Eventually(t, func() bool {
		var err error
		now, err = h.Store.Mail(t.Context(), m.Ref())
		require.NoError(t, err)
		return now.SettledAt != nil
	})
	require.Equal(t, status, now.Status)
	require.Nil(t, now.Content)
	h.Completed(t, m.ID)
	return now
}

func TestMailIsSentOnceHoweverOftenItsRunIsStarted(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	server := mailtest.Start(t, mail.StartTLS)
	m := queued(t, h, server.Client(), time.Hour)
	ctx := context.WithoutCancel(t.Context())
	var starting sync.WaitGroup
	for range 10 {
		starting.Go(func() {
			if err := h.SendMail(ctx, m.Ref()); err != nil {
				t.Errorf("start: %v", err)
			}
		})
	}
	starting.Wait()
	settledAs(t, h, m, models.MailSent)
	require.NoError(t, h.SendMail(t.Context(), m.Ref()))

	require.Len(t, server.Mails(), 1)
	require.Contains(t, server.Mails()[0], "314159")
	require.Contains(t, server.Mails()[0], "Message-ID: <"+m.ID+"@id.example>")
}

func TestMailIsRepeatedWhileTheServerIsBusy(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	server := mailtest.Start(t, mail.StartTLS)
	server.Refuse(mailtest.Recipient, 451, mailtest.Accept)
	m := queued(t, h, server.Client(), time.Hour)
	require.NoError(t, h.SendMail(t.Context(), m.Ref()))
	require.Equal(t, 2, settledAs(t, h, m, models.MailSent).Attempts)
	require.Len(t, server.Mails(), 1)
}

func TestRefusedMailIsNotRepeated(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	server := mailtest.Start(t, mail.StartTLS)
	server.Refuse(mailtest.Recipient, 550)
	m := queued(t, h, server.Client(), time.Hour)
	require.NoError(t, h.SendMail(t.Context(), m.Ref()))
	require.Equal(t, 1, settledAs(t, h, m, models.MailRefused).Attempts)
	require.Len(t, server.Recipients(), 1)
}

func TestMailThatNoServerTakesIsGivenUp(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	server := mailtest.Start(t, mail.NoTLS)
	m := queued(t, h, server.ClientWith(mail.StartTLS), 10*time.Second) // the server offers no STARTTLS
	require.NoError(t, h.SendMail(t.Context(), m.Ref()))
	require.GreaterOrEqual(t, settledAs(t, h, m, models.MailGivenUp).Attempts, 1)
	require.Empty(t, server.Mails())
}

func TestSweepSendsAMailWithoutARun(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	server := mailtest.Start(t, mail.StartTLS)
	settledAs(t, h, queued(t, h, server.Client(), time.Hour), models.MailSent)
	require.Len(t, server.Mails(), 1)
}
