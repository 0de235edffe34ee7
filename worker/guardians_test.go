package worker_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/mail"
	"github.com/stile-id/stile/internal/mailtest"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/worker/workertest/scene"
)

// Two workers sweep all the time.
func TestGuardianIsRemindedOnce(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	server := mailtest.Start(t, mail.StartTLS)
	to := strings.ToLower(t.Name()) + "@person.example"
	post.servers.Store(to, server.Client())
	session := s.Begin(t, scene.AnyOf(rules.MethodParentalConsent))
	steps, err := s.SessionGraph(t.Context(), session)
	require.NoError(t, err)
	offer := session.GraphState.V.Offers(steps)[0]
	_, _, mails, err := s.InviteGuardians(t.Context(), store.NewChallenge{
		ID: s.NewID(t.Context(), models.PrefixChallenge), Session: session, Node: offer.Node, Method: offer.Method,
		Attempt: offer.Attempt, TTL: time.Hour,
		ChallengeContent: store.ChallengeContent{State: []byte("{}"), Data: []byte("{}")},
	}, store.Invitation{
		Guardians: []models.MailContent{{To: to}},
		Values: func(models.Guardian) map[string]string {
			return map[string]string{"decide": "https://id.example/decide", "withdraw": "https://id.example/withdraw"}
		},
	})
	require.NoError(t, err)
	require.NoError(t, h.SendMail(t.Context(), mails[0].Ref()))

	testkit.Eventually(t, func() bool { return len(server.Mails()) == 2 })
	guardians, err := s.Guardians(t.Context(), session.OrgID, session.ID)
	require.NoError(t, err)
	require.Nil(t, guardians[0].RemindAt)
	reminders := 0
	for _, one := range server.Mails() {
		if strings.Contains(one, "Subject: Reminder") {
			reminders++
		}
	}
	require.Equal(t, 1, reminders)
}
