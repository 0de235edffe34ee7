package worker_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/mail"
	"github.com/stile-id/stile/internal/mailtest"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/reuse"
	"github.com/stile-id/stile/worker/workertest"
	"github.com/stile-id/stile/worker/workertest/scene"
)

// sharing is a verification that its user shares with two organizations.
type sharing struct {
	*workertest.House
	session models.Session
	grants  []models.TrustGrant
	// merchants receive the events of the grants' revocation.
	merchants []*scene.Merchant
}

func shared(t *testing.T) sharing {
	t.Helper()
	h := sharing{House: house.House(t)}
	email := t.Name() + "@person.example"
	server := mailtest.Start(t, mail.StartTLS)
	post.servers.Store(email, server.Client())
	addressed := func(n *store.NewSession) { n.Email = email }
	source := h.Sandbox(t)
	h.session = source.Begin(t, scene.AnyOf(document), scene.BornVerified, addressed)
	require.NoError(t, h.Store.ShareCredential(t.Context(), h.session))
	for range 2 {
		target, merchant := h.Sandbox(t), scene.NewMerchant(t, time.Now)
		target.Subscribe(t, merchant, models.EventTrustGrantRevoked, models.EventTrustConsentRevoked)
		session := target.Begin(t, scene.AnyOf(document), addressed, func(n *store.NewSession) {
			n.Trust = &store.Trust{
				Demand: reuse.Policy{Now: time.Now()}.Demand(""), Email: email,
				Notice: func(g models.TrustGrant) store.NewMail {
					return store.NewMail{
						OrgID: g.OrgID, Purpose: models.MailGrant, TTL: time.Hour, MailContent: models.MailContent{To: email},
					}
				},
			}
		})
		require.Equal(t, models.StatusVerified, session.Status)
		h.Start(t, session)
		g, err := h.Store.TrustGrant(t.Context(), target.Org, *session.TrustGrantID)
		require.NoError(t, err)
		h.grants, h.merchants = append(h.grants, g), append(h.merchants, merchant)
	}
	return h
}

// requireRevoked waits until every grant is revoked and every organization has heard of it.
func (h sharing) requireRevoked(t *testing.T, reason models.TrustRevocation, events ...models.EventType) {
	t.Helper()
	for i, g := range h.grants {
		testkit.Eventually(t, func() bool { return len(h.merchants[i].Heard()) == len(events) })
		require.ElementsMatch(t, events, h.merchants[i].Heard())
		now, err := h.Store.TrustGrant(t.Context(), g.OrgID, g.ID)
		require.NoError(t, err)
		require.Equal(t, &reason, now.RevokedReason)
	}
}

func TestEndedSharingReachesEveryOrganization(t *testing.T) {
	t.Parallel()
	h := shared(t)
	ended, err := h.Store.Across().EndSharing(t.Context(), h.grants[0].ID)
	require.NoError(t, err)
	require.Len(t, ended, 1)
	for range 3 {
		require.NoError(t, h.RevokeGrants(t.Context(), ended[0].Ref()), "however often the run is started")
	}
	h.requireRevoked(t, models.TrustUserRevokedConsent, models.EventTrustGrantRevoked, models.EventTrustConsentRevoked)
	h.Completed(t, ended[0].ID)
	require.False(t, slices.ContainsFunc(h.lost(t), func(c models.TrustConsent) bool { return c.ID == ended[0].ID }))
}

func (h sharing) lost(t *testing.T) []models.TrustConsent {
	t.Helper()
	lost, err := h.Store.Across().LostConsents(t.Context(), time.Now().Add(time.Hour), 1000)
	require.NoError(t, err)
	return lost
}

func TestSweepStartsALostRevocation(t *testing.T) {
	t.Parallel()
	h := shared(t)
	ended, err := h.Store.UnshareCredential(t.Context(), h.session) // and the process dies
	require.NoError(t, err)
	require.Len(t, ended, 1)
	h.requireRevoked(t, models.TrustUserRevokedConsent, models.EventTrustGrantRevoked, models.EventTrustConsentRevoked)
}
