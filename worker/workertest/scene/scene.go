// Package scene builds the data for tests of sessions and deliveries: an organization in a real store, submissions of
// its users, and a merchant that receives webhooks.
package scene

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/storetest"
	"github.com/stile-id/stile/methods/connector"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Scene is a store with one organization of the test's own.
type Scene struct {
	*store.Store
	Org string
}

// New opens a store for one test, with a sandbox organization.
func New(t testing.TB, now func() time.Time) *Scene {
	t.Helper()
	s, err := OpenStore(t.Context(), t.TempDir(), now)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return Sandbox(t, s)
}

// Sandbox creates another sandbox organization in a shared store.
func Sandbox(t testing.TB, s *store.Store) *Scene {
	t.Helper()
	return organization(t, s, models.Organization{Name: "Wine & Co", Sandbox: true})
}

// Live creates a live organization, which may not simulate.
func Live(t testing.TB, s *store.Store) *Scene {
	t.Helper()
	return organization(t, s, models.Organization{Name: "Wine & Co"})
}

func organization(t testing.TB, s *store.Store, o models.Organization) *Scene {
	t.Helper()
	created, err := s.Across().CreateOrganization(t.Context(), o)
	require.NoError(t, err)
	return &Scene{Store: s, Org: created.ID}
}

// OpenStore opens a migrated store in a SQLite file in the folder.
func OpenStore(ctx context.Context, folder string, now func() time.Time) (*store.Store, error) {
	url, err := storetest.SQLiteIn(folder)
	if err != nil {
		return nil, err
	}
	keys, err := testKeys()
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, store.Options{
		URL: url, Keys: keys, Now: now, Jitter: func() float64 { return 0 }, Log: slog.New(slog.DiscardHandler),
		WriteTimeout: time.Minute, // the machine may be busy
	})
}

var testKeys = sync.OnceValues(func() (*seal.Keyring, error) {
	return seal.ParseKeys("test:"+seal.GenerateKey(), seal.GenerateKey())
})

// AnyOf returns a workflow in which one of the methods is enough.
func AnyOf(methods ...rules.Method) graph.Definition {
	return graph.Definition{UseCase: rules.UseCaseAlcoholDelivery, Methods: methods, Composition: graph.AnyOf}
}

// AllOf returns a workflow in which all of the methods must pass.
func AllOf(methods ...rules.Method) graph.Definition {
	return graph.Definition{UseCase: rules.UseCaseAlcoholDelivery, Methods: methods, Composition: graph.AllOf}
}

// Attempts limits the attempts at each method of the workflow.
func Attempts(highest int, d graph.Definition) graph.Definition {
	d.Preferences.MaxAttempts = highest
	return d
}

// Detail changes a session before it is created.
type Detail func(*store.NewSession)

// Lasting makes the session expire after d instead of a day.
func Lasting(d time.Duration) Detail {
	return func(n *store.NewSession) { n.TTL = d }
}

// BornVerified creates the session as verified.
func BornVerified(n *store.NewSession) { n.Verified = true }

const day = 24 * time.Hour

// Begin creates a session that runs the workflow.
func (s *Scene) Begin(t testing.TB, d graph.Definition, details ...Detail) models.Session {
	t.Helper()
	g, faults := graph.Compile(d)
	require.Empty(t, faults)
	state, _, err := graph.Next(g, graph.State{}, graph.Begin{})
	require.NoError(t, err)
	n := store.NewSession{Terms: store.Terms{Graph: g}, TTL: day, Session: models.Session{
		OrgID: s.Org, Type: models.TypeAge, WorkflowID: "wf_checkout", WorkflowVersion: 1,
		GraphState: models.AsJSON(state), Methods: models.AsJSON(graph.OfferedMethods(g)),
		UseCase: d.UseCase, AgeTier: rules.MinAge(21), RuleVersion: "2026-11",
		Jurisdiction: "US-CA", JurisdictionSource: models.JurisdictionExplicit,
	}}
	for _, detail := range details {
		detail(&n)
	}
	created, err := s.CreateSession(t.Context(), n)
	require.NoError(t, err)
	return created.Session
}

// Reread returns the current row of the session.
func (s *Scene) Reread(t testing.TB, session models.Session) models.Session {
	t.Helper()
	now, err := s.Session(t.Context(), session.OrgID, session.ID)
	require.NoError(t, err)
	return now
}

// Simulate makes a submission that the method judges with the outcome.
func (s *Scene) Simulate(t testing.TB, session models.Session, method rules.Method, outcome string) models.Submission {
	t.Helper()
	return s.SimulateSlowly(t, session, method, outcome, 0)
}

// SimulateSlowly is Simulate with a verdict delayed by delay.
func (s *Scene) SimulateSlowly(
	t testing.TB, session models.Session, method rules.Method, outcome string, delay time.Duration,
) models.Submission {
	t.Helper()
	payload, err := json.Marshal(map[string]string{"simulate": outcome})
	require.NoError(t, err)
	return s.submit(t, session, method, payload, delay)
}

// Submit submits the payload as the next attempt at the method.
func (s *Scene) Submit(t testing.TB, session models.Session, method rules.Method, payload string) models.Submission {
	t.Helper()
	return s.submit(t, session, method, []byte(payload), 0)
}

// Connect creates a connector for the method and returns it with its secret.
func (s *Scene) Connect(t testing.TB, c models.ProviderConnector) (models.ProviderConnector, string) {
	t.Helper()
	c.OrgID, c.Status, c.TimeoutSeconds = s.Org, models.ConnectorEnabled, 1
	c.CallbackTimeoutSeconds = int(models.CallbackTimeoutDefault / time.Second)
	created, secret, err := s.CreateConnector(t.Context(), "key_1", c)
	require.NoError(t, err)
	return created, secret
}

// SubmitTo submits the input, with uploads, to the connector's provider, which has patience to answer.
func (s *Scene) SubmitTo(
	t testing.TB, c models.ProviderConnector, session models.Session, input string, patience time.Duration,
	uploads ...string,
) models.Submission {
	t.Helper()
	payload, err := json.Marshal(connector.Payload{Input: json.RawMessage(input), Uploads: uploads})
	require.NoError(t, err)
	return s.submit(t, session, c.Method, payload, patience, func(n *store.NewSubmission) { n.ConnectorID = &c.ID })
}

func (s *Scene) submit(
	t testing.TB, session models.Session, method rules.Method, payload []byte, delay time.Duration,
	details ...func(*store.NewSubmission),
) models.Submission {
	t.Helper()
	current := s.Reread(t, session)
	g, err := s.SessionGraph(t.Context(), current)
	require.NoError(t, err)
	offers := current.GraphState.V.Offers(g)
	i := slices.IndexFunc(offers, func(o graph.Offer) bool { return o.Method == method })
	require.GreaterOrEqual(t, i, 0, "%s is not on offer", method)
	n := store.NewSubmission{
		Session: current, Node: offers[i].Node, Method: method, Attempt: offers[i].Attempt,
		Payload: payload, Delay: delay,
	}
	for _, detail := range details {
		detail(&n)
	}
	submission, _, err := s.Store.Submit(t.Context(), n)
	require.NoError(t, err)
	return submission
}

// Verdicts returns the outcomes recorded for the session, oldest first.
func (s *Scene) Verdicts(t testing.TB, session models.Session) []graph.Outcome {
	t.Helper()
	results, err := s.Results(t.Context(), session.OrgID, session.ID)
	require.NoError(t, err)
	outcomes := []graph.Outcome{}
	for _, result := range results[session.ID] {
		outcomes = append(outcomes, result.Status)
	}
	return outcomes
}

// Unjudged returns the session's submissions without a verdict.
func (s *Scene) Unjudged(t testing.TB, session models.Session) []models.Submission {
	t.Helper()
	pending, err := s.PendingSubmissions(t.Context(), session.OrgID, session.ID)
	require.NoError(t, err)
	return pending
}

// EventsOf returns the events of the session, oldest first.
func (s *Scene) EventsOf(t testing.TB, session models.Session) []models.Event {
	t.Helper()
	events, _, _, err := s.Events(
		t.Context(),
		session.OrgID,
		store.EventFilter{Session: session.ID},
		store.Page{Limit: 100},
	)
	require.NoError(t, err)
	slices.Reverse(events)
	return events
}
