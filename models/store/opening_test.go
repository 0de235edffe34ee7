package store_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

var openingScenarios = []scenario{
	provisionalSessionIsOpenedUnderItsUsersTerms,
	openingInTheSameJurisdictionNeedsNoSignal,
	firstOfRacingOpenersDecides,
	openingOfAChangedRowIsRefused,
	openingMayEndTheSession,
	openingOfATerminalSessionIsRefused,
	openingIsItsOrganizationsOwn,
}

// provisional is an unopened session that was created from a server in California.
func (f *fixture) provisional(t *testing.T) models.Session {
	t.Helper()
	n := f.newSession(t)
	n.Session.Provisional, n.Session.JurisdictionSource = true, models.JurisdictionGeoIP
	n.Session.GraphState = models.AsJSON(graph.State{})
	n.Session.DeliveryJurisdiction = ptr(rules.Jurisdiction("US-CA"))
	n.Session.IPJurisdiction = ptr(rules.Jurisdiction("US-CA"))
	n.Explanation, n.Email = json.RawMessage(`["US-CA.yaml"]`), "user@example.com"
	return f.created(t, n)
}

// openingIn is the opening by a user in a jurisdiction that allows one method.
func openingIn(t *testing.T, read models.Session, j rules.Jurisdiction) store.Opening {
	t.Helper()
	g, faults := graph.Compile(graph.Definition{
		UseCase: rules.UseCaseAlcoholDelivery, Methods: []rules.Method{rules.MethodDocumentCapture},
	}.WithDefaults())
	require.Empty(t, faults)
	state, _, err := graph.Next(g, graph.State{}, graph.Begin{})
	require.NoError(t, err)
	there := read
	there.Jurisdiction, there.IPJurisdiction = j, &j
	there.AgeTier, there.RuleVersion = rules.MinAge(18), "2026-12"
	there.Methods = models.AsJSON(graph.OfferedMethods(g))
	there.Compliance = models.AsJSON(models.ComplianceResult{UseCase: rules.UseCaseAlcoholDelivery, Jurisdiction: j})
	there.Risk = models.AsJSON(&rules.Risk{Score: 40, Signals: []string{"geo_mismatch"}})
	return store.Opening{
		Read: read, Session: there, Terms: store.Terms{Graph: g, Explanation: json.RawMessage(`["DE.yaml"]`)},
		Begun: store.Progress{State: state, To: models.StatusRequiresInput},
	}
}

func provisionalSessionIsOpenedUnderItsUsersTerms(t *testing.T, f *fixture) {
	read := f.provisional(t)
	o := openingIn(t, read, "DE")
	done, err := f.OpenProvisional(t.Context(), o)
	require.NoError(t, err)

	want := o.Session
	want.Status, want.Provisional, want.Revision = models.StatusPending, false, read.Revision+1
	want.GraphState = models.AsJSON(o.Begun.State)
	want.GraphID, want.ExplanationID = done.Session.GraphID, done.Session.ExplanationID
	want.Updated, want.NudgeAt = done.Session.Updated, ptr(f.Now())
	require.Equal(t, want, done.Session)
	require.Equal(t, want, f.reread(t, read))
	require.NotEqual(t, read.GraphID, want.GraphID)
	require.Equal(t, []string{"geo_mismatch"}, want.Risk.V.Signals)
	for _, reader := range []*store.Store{f.Store, f.replica(t)} {
		g, err := reader.SessionGraph(t.Context(), want)
		require.NoError(t, err)
		require.Equal(t, o.Graph, g)
		why, err := reader.Explanation(t.Context(), want)
		require.NoError(t, err)
		require.JSONEq(t, `["DE.yaml"]`, string(why))
	}
	require.Equal(t, []models.EventType{models.EventSessionCreated}, typesOf(f.eventsOf(t, read)))
}

func openingInTheSameJurisdictionNeedsNoSignal(t *testing.T, f *fixture) {
	read := f.provisional(t)
	require.NoError(t, f.WorkflowStarted(t.Context(), read))
	done, err := f.OpenProvisional(t.Context(), openingIn(t, f.reread(t, read), "US-CA"))
	require.NoError(t, err)
	require.Nil(t, done.Session.NudgeAt)
}

func firstOfRacingOpenersDecides(t *testing.T, f *fixture) {
	read := f.provisional(t)
	from := []rules.Jurisdiction{"DE", "FR", "US-CA", "AT", "NL"}
	answers := allOf(t, race(len(from), func(i int) (store.Changed, error) {
		return f.OpenProvisional(t.Context(), openingIn(t, read, from[i]))
	}))
	opened := f.reread(t, read)
	require.Equal(t, read.Revision+1, opened.Revision)
	first := 0
	for i, answer := range answers {
		require.Equal(t, opened, answer.Session)
		if !answer.Repeated {
			first++
			require.Equal(t, from[i], opened.Jurisdiction)
		}
	}
	require.Equal(t, 1, first)
}

// The user's consent, for example, changes the row.
func openingOfAChangedRowIsRefused(t *testing.T, f *fixture) {
	read := f.provisional(t)
	_, err := f.Consent(t.Context(), f.org, read.ID, nil)
	require.NoError(t, err)
	_, err = f.OpenProvisional(t.Context(), openingIn(t, read, "DE"))
	require.ErrorIs(t, err, store.ErrRefused)
	opened, err := f.OpenProvisional(t.Context(), openingIn(t, f.reread(t, read), "DE"))
	require.NoError(t, err)
	require.NotNil(t, opened.Session.ConsentedAt)
}

func openingMayEndTheSession(t *testing.T, f *fixture) {
	read := f.provisional(t)
	require.NoError(t, f.WorkflowStarted(t.Context(), read))
	o := openingIn(t, f.reread(t, read), "US-CA")
	o.Session.Compliance.V.DataRetentionDays = ptr(30)
	o.Begun.To, o.Begun.Failure = models.StatusFailed, ptr(rules.ReasonUnderAge)
	done, err := f.OpenProvisional(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, models.StatusFailed, done.Session.Status)
	require.NotNil(t, done.Session.NudgeAt, "its run has an event to deliver")
	require.NotNil(t, done.Session.EmailSealed, "kept under the rule of the user's jurisdiction")
	require.Equal(
		t,
		[]models.EventType{models.EventSessionCreated, models.EventSessionFailed},
		typesOf(f.eventsOf(t, read)),
	)
}

func openingOfATerminalSessionIsRefused(t *testing.T, f *fixture) {
	read := f.provisional(t)
	f.changed(t, move(read, "end", models.StatusCancelled))
	_, err := f.OpenProvisional(t.Context(), openingIn(t, read, "DE"))
	requireCode(t, models.CodeSessionTerminal, err)
	require.Equal(t, read.GraphID, f.reread(t, read).GraphID)
}

func openingIsItsOrganizationsOwn(t *testing.T, f *fixture) {
	read := f.provisional(t)
	foreign := read
	foreign.OrgID = f.foreign
	_, err := f.OpenProvisional(t.Context(), openingIn(t, foreign, "DE"))
	requireCode(t, models.CodeSessionNotFound, err)
	require.Equal(t, read, f.reread(t, read))
}
