package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var exchangeScenarios = []scenario{
	exchangeIsKept,
	exchangeOfAFailedAttemptIsKept,
	exchangeIsEmptyBeforeAnythingWasSent,
	exchangeIsTheOrganizationsOwn,
	answerIsSealedForItsRow,
}

const personalAnswer = "Ada Lovelace, born 1815-12-10 \x00 \u00e9"

// exchanged is the answer with the request that was sent.
func (f *fixture) exchanged(a store.Answer) store.Answer {
	a.Sent = &models.Sent{
		At: f.Now(), URL: "https://shop.example/as-it-was", Headers: map[string]string{"Stile-Signature": "t=1,v1=ab"},
	}
	a.Body = personalAnswer
	return a
}

func (f *fixture) exchange(t *testing.T, d models.Delivery) store.Exchange {
	t.Helper()
	exchange, err := f.Exchange(t.Context(), d.OrgID, d.EndpointID, d.ID)
	require.NoError(t, err)
	return exchange
}

func exchangeIsKept(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	session := f.session(t)
	delivery := f.delivery(t, session)
	answer := f.exchanged(acknowledged)
	f.clock.Advance(time.Second)
	f.answered(t, delivery, answer)
	want := store.Exchange{
		Delivery: f.redelivery(t, endpoint.ID, delivery.ID), Event: f.eventsOf(t, session)[0],
		Sent: answer.Sent, Body: personalAnswer,
	}
	require.Equal(t, want, f.exchange(t, delivery))

	late := f.exchanged(refused)
	late.Body, late.Sent.URL = "another", "https://shop.example/another"
	f.answered(t, delivery, late)
	require.Equal(t, want, f.exchange(t, delivery), "the first answer is kept")

	f.disable(t, endpoint)
	require.Equal(t, want, f.exchange(t, delivery), "it outlives its endpoint's service")
}

func exchangeOfAFailedAttemptIsKept(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	first := f.delivery(t, f.session(t))
	answer := f.exchanged(refused)
	outcome := f.answered(t, first, answer)
	exchange := f.exchange(t, first)
	require.Equal(t, answer.Sent, exchange.Sent)
	require.Equal(t, personalAnswer, exchange.Body)

	second := f.redelivery(t, first.EndpointID, outcome.Next.DeliveryID)
	require.Nil(t, f.exchange(t, second).Sent, "no field of the earlier attempt")
	unheard := f.exchanged(unreachable)
	unheard.Body = ""
	f.answered(t, second, unheard)
	exchange = f.exchange(t, second)
	require.Equal(t, unheard.Sent, exchange.Sent)
	require.Equal(t, unreachable.Error, exchange.Delivery.Error)
	require.Empty(t, exchange.Body)
}

func exchangeIsEmptyBeforeAnythingWasSent(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	session := f.session(t)
	delivery := f.delivery(t, session)
	require.Equal(t, store.Exchange{Delivery: delivery, Event: f.eventsOf(t, session)[0]}, f.exchange(t, delivery))
}

func exchangeIsTheOrganizationsOwn(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	delivery := f.delivery(t, f.session(t))
	f.answered(t, delivery, f.exchanged(acknowledged))
	for _, of := range []struct{ org, endpoint, id string }{
		{f.foreign, delivery.EndpointID, delivery.ID},
		{f.org, f.endpoint(t, models.AllEvents).ID, delivery.ID},
		{f.org, "we_unknown", delivery.ID},
		{f.org, delivery.EndpointID, "whd_unknown"},
	} {
		exchange, err := f.Exchange(t.Context(), of.org, of.endpoint, of.id)
		requireCode(t, models.CodeResourceMissing, err)
		require.Zero(t, exchange)
	}
}

func answerIsSealedForItsRow(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	first := f.delivery(t, f.session(t))
	f.answered(t, first, f.exchanged(acknowledged))
	second := f.delivery(t, f.session(t))
	f.answered(t, second, f.exchanged(acknowledged))
	require.Equal(t, 2, f.count(t, "SELECT count(*) FROM webhook_deliveries WHERE response_sealed <> ''"))
	require.Zero(t, f.count(t, "SELECT count(*) FROM webhook_deliveries WHERE response_sealed LIKE '%Ada Love%'"))

	_, err := f.raw().ExecContext(t.Context(), `UPDATE webhook_deliveries SET response_sealed =
		(SELECT d.response_sealed FROM webhook_deliveries AS d WHERE d.id = '`+first.ID+`') WHERE id = '`+second.ID+`'`)
	require.NoError(t, err)
	exchange, err := f.Exchange(t.Context(), f.org, endpoint.ID, second.ID)
	require.Error(t, err, "an answer cannot be opened in another row")
	require.Empty(t, exchange.Body)
}
