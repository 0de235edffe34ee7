package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/worker/workertest/scene"
	"github.com/stile-id/stile/workflows"
)

func TestOperatorSeesTheStateOfASession(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(facial, document))
	p.after(time.Second, func() {
		require.Equal(t, workflows.SessionState{
			Status: models.StatusCreated, ExpiresAt: session.ExpiresAt, Offers: []models.OfferView{},
		}, p.state(t), "nothing has happened yet that was worth a look at the row")
		require.Equal(t, "**created** until 2100-05-16T12:00:00Z", p.details(t))
	})
	p.after(time.Minute, func() { p.submits(t, session, facial, simulated.Fail) })
	p.after(2*time.Minute, func() {
		require.Equal(t, workflows.SessionState{
			Status: models.StatusRequiresInput, ExpiresAt: session.ExpiresAt,
			Offers: []models.OfferView{
				{Node: "primary.facial_age", Method: "facial_age", AttemptsUsed: 1, AttemptsLeft: 2},
				{Node: "primary.document_capture", Method: "document_capture", AttemptsUsed: 0, AttemptsLeft: 3},
			},
		}, p.state(t))
		require.Equal(t, "**requires_input** until 2100-05-16T12:00:00Z\n"+
			"- `facial_age` at node `primary.facial_age`, attempts left: 2\n"+
			"- `document_capture` at node `primary.document_capture`, attempts left: 3", p.details(t))
	})
	p.after(time.Hour, func() { p.submits(t, session, document, simulated.Pass) })

	p.run(t, session)

	require.Equal(t, models.StatusVerified, p.state(t).Status)
	require.Equal(t, "**verified**", p.details(t))
}

func TestStateCountsDeliveriesUnderWay(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	p.merchant(t, models.EventSessionCreated)
	p.merchant(t, models.EventSessionCreated)
	session := p.Begin(t, scene.AnyOf(document))
	p.tally.failNext(models.ActivityDeliverWebhook, 4) // faults of Stile, so both are tried again after 1 and 2 seconds
	p.after(time.Second/2, func() { require.Equal(t, 2, p.state(t).Deliveries) })
	p.after(time.Minute, func() { require.Zero(t, p.state(t).Deliveries) })

	p.run(t, session)
}

// indexed collects the search attributes that the run writes.
func (p *play) indexed(t *testing.T) *[]temporal.SearchAttributes {
	t.Helper()
	var indexed []temporal.SearchAttributes
	p.env.OnUpsertTypedSearchAttributes(mock.Anything).Run(func(args mock.Arguments) {
		attributes, ok := args.Get(0).(temporal.SearchAttributes)
		require.True(t, ok)
		indexed = append(indexed, attributes)
	}).Return(nil)
	return &indexed
}

func TestStatusIsIndexedWhenItChanges(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	indexed := p.indexed(t)
	p.after(time.Minute, p.changed)
	p.after(2*time.Minute, func() { p.submits(t, session, document, simulated.Fail) })
	p.after(3*time.Minute, func() { p.submits(t, session, document, simulated.Fail) })
	p.after(4*time.Minute, func() { p.submits(t, session, document, simulated.Pass) })

	p.run(t, session)

	status := temporal.NewSearchAttributeKeyKeyword("StileStatus")
	require.Equal(t, []temporal.SearchAttributes{
		temporal.NewSearchAttributes(status.ValueSet("requires_input")),
		temporal.NewSearchAttributes(status.ValueSet("verified")),
	}, *indexed, "a status that stays is not written again")
}

// A user may open a session in another place than the merchant's server.
func TestJurisdictionIsIndexedWhenItChanges(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	session.Jurisdiction = "DE" // the row says US-CA
	indexed := p.indexed(t)
	p.after(time.Minute, p.changed)
	p.after(2*time.Minute, func() { p.submits(t, session, document, simulated.Pass) })

	p.run(t, session)

	require.Len(t, *indexed, 2)
	jurisdiction := temporal.NewSearchAttributeKeyKeyword("StileJurisdiction")
	require.Equal(t, temporal.NewSearchAttributes(jurisdiction.ValueSet("US-CA")), (*indexed)[0])
	_, again := (*indexed)[1].GetKeyword(jurisdiction)
	require.False(t, again)
}
