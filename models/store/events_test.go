package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var eventScenarios = []scenario{
	eventIsReadAsItWasFired,
	eventIsItsOrganizationsOwn,
	eventsAreListedNewestFirst,
	eventsAreFiltered,
	pendingWebhooksAreTheOrganizationsOwn,
}

func eventIsReadAsItWasFired(t *testing.T, f *fixture) {
	session := f.session(t)
	event := f.eventsOf(t, session)[0]
	f.changed(t, move(session, "end", models.StatusCancelled))

	read, pending, err := f.Event(t.Context(), f.org, event.ID)
	require.NoError(t, err)
	require.Zero(t, pending)
	require.Equal(t, event, read)
	require.Equal(t, models.StatusCreated, statusIn(t, read), "as the session was then")
	require.True(t, models.PrefixEvent.HasPrefix(read.ID))
}

func eventIsItsOrganizationsOwn(t *testing.T, f *fixture) {
	event := f.eventsOf(t, f.session(t))[0]
	_, _, err := f.Event(t.Context(), f.foreign, event.ID)
	requireCode(t, models.CodeResourceMissing, err)
	_, _, err = f.Event(t.Context(), f.org, "evt_unknown")
	requireCode(t, models.CodeResourceMissing, err)
	events, _, _, err := f.Events(t.Context(), f.foreign, store.EventFilter{}, store.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, events)
}

func eventsAreListedNewestFirst(t *testing.T, f *fixture) {
	session := f.session(t)
	f.clock.Advance(time.Second)
	other := f.session(t)
	f.clock.Advance(time.Second)
	f.changed(t, move(session, "end", models.StatusCancelled))

	events, _, more, err := f.Events(t.Context(), f.org, store.EventFilter{}, store.Page{Limit: 2})
	require.NoError(t, err)
	require.True(t, more)
	require.Equal(t, []models.Event{f.eventsOf(t, session)[1], f.eventsOf(t, other)[0]}, events)
}

func eventsAreFiltered(t *testing.T, f *fixture) {
	session := f.session(t)
	created := f.eventsOf(t, session)[0]
	f.clock.Advance(time.Minute)
	f.changed(t, move(session, "end", models.StatusCancelled))
	cancelled := f.eventsOf(t, session)[1]
	f.clock.Advance(time.Minute)
	other := f.eventsOf(t, f.session(t))[0]

	for _, c := range []struct {
		filter store.EventFilter
		want   []models.Event
	}{
		{store.EventFilter{}, []models.Event{other, cancelled, created}},
		{store.EventFilter{Type: models.EventSessionCreated}, []models.Event{other, created}},
		{store.EventFilter{Type: models.EventSessionVerified}, []models.Event{}},
		{store.EventFilter{Session: session.ID}, []models.Event{cancelled, created}},
		{store.EventFilter{Session: session.ID, Type: models.EventSessionCreated}, []models.Event{created}},
		{store.EventFilter{Session: "vks_unknown"}, []models.Event{}},
		{store.EventFilter{Created: store.Window{From: &cancelled.Created}}, []models.Event{other, cancelled}},
		{store.EventFilter{Created: store.Window{To: &cancelled.Created}}, []models.Event{cancelled, created}},
		{
			store.EventFilter{Created: store.Window{From: &cancelled.Created, To: &cancelled.Created}},
			[]models.Event{cancelled},
		},
	} {
		events, _, _, err := f.Events(t.Context(), f.org, c.filter, store.Page{Limit: 10})
		require.NoError(t, err)
		require.Equal(t, c.want, events, "%+v", c.filter)
	}
}

func pendingWebhooksAreTheOrganizationsOwn(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	f.endpointOf(t, f.foreign, models.AllEvents)
	n := f.newSession(t)
	n.Session.OrgID = f.foreign
	for _, session := range []models.Session{f.session(t), f.created(t, n)} {
		events, pending, _, err := f.Events(t.Context(), session.OrgID, store.EventFilter{}, store.Page{Limit: 10})
		require.NoError(t, err)
		require.Equal(t, map[string]int{events[0].ID: 1}, pending)
	}
}
