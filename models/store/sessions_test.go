package store_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

var sessionScenarios = []scenario{
	lostTermsAreStoredAgain,
	consentIsNotedOnce,
	sessionIsReadAsCreated,
	sessionIsItsOrganizationsOwn,
	createFiresTheCreatedEvent,
	deliveryIsStoredAndShownInEveryEvent,
	createDeliversToSubscribersOnly,
	contactsAreFoundAgainButUnreadable,
	webhookIsRequiredWhereAsked,
	skippedVerificationIsTwoEventsInOrder,
	repeatedCreateReturnsTheFirstSession,
	repeatedCreateTakesNoQuota,
	sessionsShareAnEqualGraph,
	sessionsShareAnEqualExplanation,
	sessionsAreFiltered,
}

var quotaScenarios = []scenario{
	quotaIsExactUnderRace,
	quotaIsTheOrganizationsOwn,
	quotaResetsWithTheMonthInUTC,
	sessionRefusedOtherwiseTakesNoQuota,
}

func sessionIsReadAsCreated(t *testing.T, f *fixture) {
	n := f.newSession(t)
	n.Session.ClientReferenceID = ptr("order-7")
	n.Session.Metadata = models.AsJSON(map[string]string{"tier": "vip"})
	n.Session.ReturnURL = ptr("https://merchant.example/done")
	n.Session.DeliveryJurisdiction = ptr(rules.Jurisdiction("US-OR"))
	n.Session.IPJurisdiction = ptr(rules.Jurisdiction("US-CA"))
	session := f.created(t, n)

	want := n.Session
	want.ID, want.Status, want.GraphID = session.ID, models.StatusCreated, session.GraphID
	want.Created, want.Updated, want.NudgeAt = f.Now(), f.Now(), ptr(f.Now())
	want.ExpiresAt = models.At(f.Now().Add(n.TTL))
	require.Equal(t, want, session)
	require.True(t, models.PrefixSession.HasPrefix(session.ID))
	require.Equal(t, session, f.reread(t, session))

	public, err := f.Across().PublicSession(t.Context(), session.ID)
	require.NoError(t, err)
	require.Equal(t, session, public)
}

func sessionIsItsOrganizationsOwn(t *testing.T, f *fixture) {
	session := f.session(t)
	_, err := f.Session(t.Context(), f.foreign, session.ID)
	requireCode(t, models.CodeSessionNotFound, err)
	_, err = f.Across().PublicSession(t.Context(), "vks_unknown")
	requireCode(t, models.CodeSessionNotFound, err)

	listed, _, err := f.Sessions(t.Context(), f.foreign, store.SessionFilter{}, store.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, listed)

	stolen := session
	stolen.OrgID = f.foreign
	_, err = f.SessionGraph(t.Context(), stolen)
	requireCode(t, models.CodeResourceMissing, err)
	results, err := f.Results(t.Context(), f.foreign, session.ID)
	require.NoError(t, err)
	require.Empty(t, results)
}

func createFiresTheCreatedEvent(t *testing.T, f *fixture) {
	session := f.session(t)
	events := f.eventsOf(t, session)
	require.Len(t, events, 1)
	require.Equal(t, models.EventSessionCreated, events[0].Type)
	require.Equal(t, session.Created, events[0].Created)
	object, err := json.Marshal(session.Public())
	require.NoError(t, err)
	require.JSONEq(t, string(object), events[0].Data)
}

func deliveryIsStoredAndShownInEveryEvent(t *testing.T, f *fixture) {
	n := f.newSession(t)
	n.Session.DeliveryJurisdiction = ptr(rules.Jurisdiction("US-OR"))
	n.Session.IPJurisdiction = ptr(rules.Jurisdiction("US-CA"))
	delivered := f.created(t, n)
	n.Session.IPJurisdiction = nil
	unknown := f.created(t, n)
	plain := f.session(t)
	require.Nil(t, f.reread(t, plain).DeliveryJurisdiction)
	for _, session := range []models.Session{delivered, unknown, plain} {
		ended := f.changed(t, move(session, "cancel", models.StatusCancelled)).Session
		require.Equal(t, session.DeliveryJurisdiction, ended.DeliveryJurisdiction)
		require.Equal(t, session.IPJurisdiction, ended.IPJurisdiction)
		events := f.eventsOf(t, session)
		require.Len(t, events, 2)
		for _, event := range events {
			var told map[string]any
			require.NoError(t, json.Unmarshal([]byte(event.Data), &told))
			_, compared := told["jurisdiction_mismatch"]
			require.Equal(t, session.DeliveryJurisdiction != nil, compared)
			if compared {
				require.Equal(t, session.IPJurisdiction != nil, told["jurisdiction_mismatch"])
			}
		}
	}
}

func createDeliversToSubscribersOnly(t *testing.T, f *fixture) {
	subscribed := f.endpoint(t, models.EventSessionVerified, models.EventSessionCreated)
	everything := f.endpoint(t, models.AllEvents)
	f.endpoint(t, models.EventSessionVerified)
	f.endpoint(t)
	f.disable(t, f.endpoint(t, models.AllEvents))
	require.NoError(t, f.DeleteEndpoint(t.Context(), f.org, actor, f.endpoint(t, models.AllEvents).ID))
	f.endpointOf(t, f.foreign, models.AllEvents)

	session := f.session(t)
	event := f.eventsOf(t, session)[0]
	refs, err := f.FirstAttempts(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	var told []string
	for _, ref := range refs {
		told = append(told, ref.EndpointID)
		dispatch, err := f.Dispatch(t.Context(), f.org, ref.DeliveryID)
		require.NoError(t, err)
		require.Equal(t, models.Delivery{
			ID: ref.DeliveryID, OrgID: f.org, EndpointID: ref.EndpointID, EventID: event.ID, EventType: event.Type,
			SessionID: &session.ID, Attempt: 1, Status: models.DeliveryPending, DueAt: event.Created,
			Outstanding: true, Created: f.Now(),
		}, dispatch.Delivery)
	}
	require.ElementsMatch(t, []string{subscribed.ID, everything.ID}, told)
	require.Equal(t, len(told), f.count(t, "SELECT count(*) FROM webhook_deliveries"))
}

func contactsAreFoundAgainButUnreadable(t *testing.T, f *fixture) {
	n := f.newSession(t)
	n.Email, n.Phone = "ada@person.example", "+15555550123"
	first, second := f.created(t, n), f.created(t, n)
	require.Equal(t, first.EmailLookup, second.EmailLookup)
	require.Equal(t, first.PhoneLookup, second.PhoneLookup)
	require.NotEqual(t, first.EmailSealed, second.EmailSealed)
	require.NotEqual(t, first.PhoneSealed, second.PhoneSealed)

	n.Email, n.Phone = n.Phone, n.Email
	swapped := f.created(t, n)
	require.NotEqual(t, first.PhoneLookup, swapped.EmailLookup)

	dump := f.dump(t)
	require.NotContains(t, dump, "ada@person.example")
	require.NotContains(t, dump, "15555550123")

	none := f.session(t)
	require.Nil(t, none.EmailSealed)
	require.Nil(t, none.PhoneLookup)
}

func webhookIsRequiredWhereAsked(t *testing.T, f *fixture) {
	n := f.newSession(t)
	n.WebhookRequired = true
	f.disable(t, f.endpoint(t, models.AllEvents))
	require.NoError(t, f.DeleteEndpoint(t.Context(), f.org, actor, f.endpoint(t, models.AllEvents).ID))
	f.endpointOf(t, f.foreign, models.AllEvents)
	_, err := f.CreateSession(t.Context(), n)
	requireCode(t, models.CodeWebhookRequired, err)
	require.Zero(t, f.count(t, "SELECT count(*) FROM sessions"))

	f.endpoint(t, models.EventSessionVerified)
	f.created(t, n)
}

func skippedVerificationIsTwoEventsInOrder(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	n := f.newSession(t)
	n.Verified = true
	session := f.created(t, n)
	require.Equal(t, models.StatusVerified, session.Status)
	require.Equal(t, &session.Updated, session.CompletedAt)
	require.Equal(t, session, f.reread(t, session))

	events := f.eventsOf(t, session)
	require.Equal(t, []models.EventType{models.EventSessionCreated, models.EventSessionVerified}, typesOf(events))
	require.True(t, events[1].Created.After(events[0].Created.Time))
	for i, status := range []models.SessionStatus{models.StatusCreated, models.StatusVerified} {
		require.Equal(t, status, statusIn(t, events[i]))
	}
	refs, err := f.FirstAttempts(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	require.Len(t, refs, 2)

	results, err := f.Results(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	require.Len(t, results[session.ID], 1)
	result := results[session.ID][0]
	require.Equal(t, session.VerificationPath, (*string)(&result.Method))
	require.Equal(t, graph.OutcomePassed, result.Status)
	require.Equal(t, &session.AgeTier, result.AgeTier)
	require.Equal(t, "sandbox", *result.Provider)
}

// statusIn is the status of the session in the event.
func statusIn(t *testing.T, event models.Event) models.SessionStatus {
	t.Helper()
	var object struct{ Status models.SessionStatus }
	require.NoError(t, json.Unmarshal([]byte(event.Data), &object))
	return object.Status
}

func repeatedCreateReturnsTheFirstSession(t *testing.T, f *fixture) {
	for _, verified := range []bool{false, true} {
		ctx := f.reserved(t, fmt.Sprintf("create, verified %t", verified))
		n := f.newSession(t)
		n.Verified = verified
		n.Session.Metadata = models.AsJSON(map[string]string{"first": "yes"})
		first, err := f.CreateSession(ctx, n)
		require.NoError(t, err)

		f.clock.Advance(time.Second)
		n.Session.Metadata = models.AsJSON(map[string]string{"second": "yes"})
		again, err := f.CreateSession(ctx, n)
		require.NoError(t, err)
		require.True(t, again.Repeated)
		require.Equal(t, first.Session, again.Session)
	}
	require.Equal(t, 2, f.count(t, "SELECT count(*) FROM sessions"))
	require.Equal(t, 3, f.count(t, "SELECT count(*) FROM events"))
}

func repeatedCreateTakesNoQuota(t *testing.T, f *fixture) {
	ctx := f.reserved(t, "create")
	n := f.newSession(t)
	n.SandboxQuota = 1
	first, err := f.CreateSession(ctx, n)
	require.NoError(t, err)
	again, err := f.CreateSession(ctx, n)
	require.NoError(t, err)
	require.Equal(t, first.Session.ID, again.Session.ID)
}

func sessionsShareAnEqualGraph(t *testing.T, f *fixture) {
	n := f.newSession(t)
	first, second := f.created(t, n), f.created(t, n)
	require.Equal(t, first.GraphID, second.GraphID)
	g, err := f.SessionGraph(t.Context(), second)
	require.NoError(t, err)
	require.Equal(t, n.Graph, g)

	n.Session.OrgID = f.foreign
	require.NotEqual(t, first.GraphID, f.created(t, n).GraphID)
}

func sessionsShareAnEqualExplanation(t *testing.T, f *fixture) {
	none, err := f.Explanation(t.Context(), f.session(t))
	require.NoError(t, err)
	require.Nil(t, none)

	n := f.newSession(t)
	n.Explanation = json.RawMessage(`[{"field":"required_age_tier","file":"US-CA.yaml"}]`)
	first, second := f.created(t, n), f.created(t, n)
	require.Equal(t, first.ExplanationID, second.ExplanationID)
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM explanations"))
	for _, reader := range []*store.Store{f.Store, f.replica(t)} {
		why, err := reader.Explanation(t.Context(), f.reread(t, second))
		require.NoError(t, err)
		require.JSONEq(t, string(n.Explanation), string(why))
	}
	foreign := first
	foreign.OrgID = f.foreign
	_, err = f.Explanation(t.Context(), foreign)
	requireCode(t, models.CodeResourceMissing, err)

	n.Session.OrgID = f.foreign
	require.NotEqual(t, first.ExplanationID, f.created(t, n).ExplanationID)
}

func sessionsAreFiltered(t *testing.T, f *fixture) {
	plain := f.session(t)
	n := f.newSession(t)
	n.Session.ClientReferenceID = ptr("order-7")
	referenced := f.created(t, n)
	n = f.newSession(t)
	n.Session.WorkflowID = "wf_other"
	otherWorkflow := f.created(t, n)
	cancelled := f.changed(t, move(f.session(t), "cancel", models.StatusCancelled)).Session
	f.clock.Advance(time.Hour)
	later := f.session(t)

	for _, c := range []struct {
		filter store.SessionFilter
		want   []models.Session
	}{
		{store.SessionFilter{}, []models.Session{plain, referenced, otherWorkflow, cancelled, later}},
		{store.SessionFilter{Status: models.StatusCancelled}, []models.Session{cancelled}},
		{store.SessionFilter{ClientReferenceID: "order-7"}, []models.Session{referenced}},
		{store.SessionFilter{ClientReferenceID: "order"}, nil},
		{store.SessionFilter{WorkflowID: "wf_other"}, []models.Session{otherWorkflow}},
		{store.SessionFilter{WorkflowID: "wf_other", Status: models.StatusVerified}, nil},
		{store.SessionFilter{Created: store.Window{From: &later.Created}}, []models.Session{later}},
		{
			store.SessionFilter{Created: store.Window{To: &plain.Created}},
			[]models.Session{plain, referenced, otherWorkflow, cancelled},
		},
	} {
		listed, _, err := f.Sessions(t.Context(), f.org, c.filter, store.Page{Limit: 10})
		require.NoError(t, err)
		require.ElementsMatch(t, sessionIDs(c.want), sessionIDs(listed), "%+v", c.filter)
	}
}

func sessionIDs(sessions []models.Session) []string {
	ids := make([]string, 0, len(sessions))
	for _, session := range sessions {
		ids = append(ids, session.ID)
	}
	return ids
}

func quotaIsExactUnderRace(t *testing.T, f *fixture) {
	const callers, quota = 20, 7
	n := f.newSession(t)
	n.SandboxQuota = quota
	created := winners(t, race(callers, func(int) (store.Changed, error) {
		return f.CreateSession(t.Context(), n)
	}), models.CodeTestQuotaExceeded)
	require.Len(t, created, quota)
	require.Equal(t, quota, f.count(t, "SELECT count(*) FROM sessions"))
	require.Equal(t, quota, f.count(t, "SELECT count(*) FROM events"))
}

func quotaIsTheOrganizationsOwn(t *testing.T, f *fixture) {
	n := f.newSession(t)
	n.SandboxQuota = 1
	f.created(t, n)
	n.Session.OrgID = f.foreign
	f.created(t, n)
}

func quotaResetsWithTheMonthInUTC(t *testing.T, f *fixture) {
	// In New York it is still November an hour into December, UTC.
	newYork := time.FixedZone("EST", -5*60*60)
	december := time.Date(2026, time.December, 1, 0, 0, 0, 0, time.UTC)
	n := f.newSession(t)
	n.SandboxQuota = 1
	f.created(t, n)
	f.clock.Set(december.Add(-time.Microsecond).In(newYork))
	_, err := f.CreateSession(t.Context(), n)
	requireCode(t, models.CodeTestQuotaExceeded, err)

	f.clock.Set(december.In(newYork))
	f.created(t, n)
	_, err = f.CreateSession(t.Context(), n)
	requireCode(t, models.CodeTestQuotaExceeded, err)
}

func sessionRefusedOtherwiseTakesNoQuota(t *testing.T, f *fixture) {
	n := f.newSession(t)
	n.SandboxQuota, n.WebhookRequired = 1, true
	_, err := f.CreateSession(t.Context(), n)
	requireCode(t, models.CodeWebhookRequired, err)
	n.WebhookRequired = false
	f.created(t, n)
}

func consentIsNotedOnce(t *testing.T, f *fixture) {
	session := f.session(t)
	first, err := f.Consent(t.Context(), f.org, session.ID, ptr("2026-11-28"))
	require.NoError(t, err)
	require.Equal(t, ptr("2026-11-28"), first.ConsentTextVersion)
	require.Equal(t, ptr(f.Now()), first.ConsentedAt)
	require.Equal(t, session.Revision+1, first.Revision)
	f.clock.Advance(time.Minute)
	again, err := f.Consent(t.Context(), f.org, session.ID, nil)
	require.NoError(t, err)
	require.Equal(t, first, again)

	_, err = f.Consent(t.Context(), f.foreign, session.ID, nil)
	requireCode(t, models.CodeSessionNotFound, err)
	ended := f.session(t)
	f.changed(t, move(ended, "end", models.StatusCancelled))
	_, err = f.Consent(t.Context(), f.org, ended.ID, nil)
	requireCode(t, models.CodeSessionTerminal, err)
	require.Nil(t, f.reread(t, ended).ConsentedAt)
}

// A failover or a restored backup may return the database to a state before the terms were stored.
func lostTermsAreStoredAgain(t *testing.T, f *fixture) {
	first := f.session(t)
	for _, statement := range []string{
		"DELETE FROM events", "DELETE FROM sessions", "DELETE FROM graphs",
	} {
		_, err := f.raw().ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	again := f.session(t)
	require.Equal(t, first.GraphID, again.GraphID)
	_, err := f.replica(t).SessionGraph(t.Context(), again)
	require.NoError(t, err)
}
