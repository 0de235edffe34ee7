package store_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/storetest"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

const actor = "key_tester"

// fixture is a store on a new database with two organizations.
type fixture struct {
	*store.Store
	backend backend
	url     string // for the role of the service
	at      access
	clock   *testkit.Clock
	org     string // the organization of most scenarios
	foreign string // another organization, which must not see or change rows of org
	// raw connects without the store, and may do anything. All calls return one pool, because a connection to PostgreSQL
	// takes more processor time than most scenarios.
	raw func() *sql.DB
}

func newFixture(t *testing.T, b backend) *fixture {
	t.Helper()
	at := b.migrated(t)
	f := &fixture{backend: b, url: at.service, at: at, clock: testkit.NewClock()}
	f.raw = sync.OnceValue(func() *sql.DB { return storetest.Beside(t, at.raw) })
	f.Store = f.replica(t)
	f.org, f.foreign = f.organization(t), f.organization(t)
	return f
}

// replica is another store on the same database, like a second process.
func (f *fixture) replica(t *testing.T) *store.Store {
	t.Helper()
	return openStore(t, f.url, f.clock.Now)
}

// owner is a store of the role that migrates.
func (f *fixture) owner(t *testing.T) *store.Store {
	t.Helper()
	return openStore(t, f.backend.owner(t, f.at.raw), f.clock.Now)
}

// hasty returns a replica with the write deadline of production.
func (f *fixture) hasty(t *testing.T) *store.Store {
	t.Helper()
	o := options(f.url, f.clock.Now)
	o.WriteTimeout = store.WriteLimit
	return openWith(t, o)
}

func openStore(t *testing.T, url string, now func() time.Time) *store.Store {
	t.Helper()
	return openWith(t, options(url, now))
}

func openWith(t *testing.T, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func (f *fixture) organization(t *testing.T) string {
	t.Helper()
	org, err := f.Across().CreateOrganization(t.Context(), models.Organization{Name: "Wine & Co", Sandbox: true})
	require.NoError(t, err)
	return org.ID
}

// count returns the single number of a query.
func (f *fixture) count(t *testing.T, query string) int {
	t.Helper()
	var n int
	require.NoError(t, f.raw().QueryRowContext(t.Context(), query).Scan(&n))
	return n
}

// lockRow blocks writes to a row until it is released. On SQLite it blocks all writes.
func (f *fixture) lockRow(t *testing.T, table, id string) (release func()) {
	t.Helper()
	begin := "BEGIN IMMEDIATE"
	if f.backend.name == postgresName {
		begin = "BEGIN"
	}
	conn, err := f.raw().Conn(t.Context())
	require.NoError(t, err)
	execute := func(statement string, args ...any) {
		_, err := conn.ExecContext(t.Context(), statement, args...)
		require.NoError(t, err)
	}
	execute(begin)
	execute("UPDATE "+table+" SET id = id WHERE id = $1", id)
	return func() { execute("ROLLBACK") }
}

// copyRows inserts copies of a row of the organization, numbered from 1 as i. Expressions set columns; the id is that
// of the row with the number.
func (f *fixture) copyRows(t *testing.T, table string, times int, set map[string]string) {
	t.Helper()
	db := f.raw()
	none, err := db.QueryContext(t.Context(), "SELECT * FROM "+table+" WHERE 1 = 0")
	require.NoError(t, err)
	defer func() { require.NoError(t, errors.Join(none.Err(), none.Close())) }()
	columns, err := none.Columns()
	require.NoError(t, err)
	values := slices.Clone(columns)
	for n, column := range columns {
		if expression, given := set[column]; given {
			values[n] = expression
		} else if column == "id" {
			values[n] = "id || '_' || i"
		}
	}
	_, err = db.ExecContext(t.Context(), "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)"+
		" INSERT INTO "+table+" ("+strings.Join(columns, ", ")+") SELECT "+strings.Join(values, ", ")+
		" FROM (SELECT * FROM "+table+" WHERE org_id = $2 LIMIT 1) AS one CROSS JOIN n", times, f.org)
	require.NoError(t, err)
}

// answered is the result of one racing caller.
type answered[T any] struct {
	value T
	err   error
}

// race calls fn n times at once.
func race[T any](n int, fn func(i int) (T, error)) []answered[T] {
	answers := make([]answered[T], n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			answers[i].value, answers[i].err = fn(i)
		})
	}
	close(start)
	wg.Wait()
	return answers
}

// allOf returns the results of a race in which all callers must succeed.
func allOf[T any](t *testing.T, answers []answered[T]) []T {
	t.Helper()
	values := make([]T, 0, len(answers))
	for _, answer := range answers {
		require.NoError(t, answer.err)
		values = append(values, answer.value)
	}
	return values
}

// winners returns the results of the winners of a race. The losers must get the given error code.
func winners[T any](t *testing.T, answers []answered[T], losers models.ErrorCode) []T {
	t.Helper()
	var values []T
	for _, answer := range answers {
		if answer.err == nil {
			values = append(values, answer.value)
			continue
		}
		requireCode(t, losers, answer.err)
	}
	return values
}

func requireCode(t *testing.T, code models.ErrorCode, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, code, models.CodeOf(err), "%v", err)
}

// requireParam expects parameter_invalid, naming the parameter.
func requireParam(t *testing.T, param string, err error) {
	t.Helper()
	requireCode(t, models.CodeParameterInvalid, err)
	var domain *models.Error
	require.ErrorAs(t, err, &domain)
	require.Equal(t, param, domain.Param)
}

func ptr[T any](v T) *T { return &v }

// definition is a workflow with two methods.
func definition() graph.Definition {
	return graph.Definition{
		UseCase: rules.UseCaseAlcoholDelivery,
		Methods: []rules.Method{rules.MethodSelfAttestation, rules.MethodDocumentCapture},
	}.WithDefaults()
}

func compiled(t *testing.T) graph.Graph {
	t.Helper()
	g, faults := graph.Compile(definition())
	require.Empty(t, faults)
	return g
}

// newSession is a valid session to create.
func (f *fixture) newSession(t *testing.T) store.NewSession {
	t.Helper()
	g := compiled(t)
	state, _, err := graph.Next(g, graph.State{}, graph.Begin{})
	require.NoError(t, err)
	return store.NewSession{Terms: store.Terms{Graph: g}, TTL: 24 * time.Hour, Session: models.Session{
		OrgID: f.org, Type: models.TypeAge, WorkflowID: "wf_checkout", WorkflowVersion: 1,
		GraphState: models.AsJSON(state), Methods: models.AsJSON(graph.OfferedMethods(g)),
		UseCase: rules.UseCaseAlcoholDelivery, AgeTier: rules.MinAge(21), RuleVersion: "2026-11",
		Jurisdiction: "US-CA", JurisdictionSource: models.JurisdictionExplicit,
	}}
}

func (f *fixture) session(t *testing.T) models.Session {
	t.Helper()
	return f.created(t, f.newSession(t))
}

func (f *fixture) created(t *testing.T, n store.NewSession) models.Session {
	t.Helper()
	created, err := f.CreateSession(t.Context(), n)
	require.NoError(t, err)
	return created.Session
}

// reread reads the current row of the session.
func (f *fixture) reread(t *testing.T, session models.Session) models.Session {
	t.Helper()
	now, err := f.Session(t.Context(), session.OrgID, session.ID)
	require.NoError(t, err)
	return now
}

// move changes the session from any open status to another one.
func move(session models.Session, id string, to models.SessionStatus) store.Change {
	return store.Change{OrgID: session.OrgID, SessionID: session.ID, ID: id, From: models.OpenStatuses, To: to}
}

func (f *fixture) changed(t *testing.T, c store.Change) store.Changed {
	t.Helper()
	changed, err := f.Change(t.Context(), c)
	require.NoError(t, err)
	return changed
}

func (f *fixture) endpoint(t *testing.T, subscribed ...models.EventType) models.WebhookEndpoint {
	t.Helper()
	return f.endpointOf(t, f.org, subscribed...)
}

func (f *fixture) endpointOf(t *testing.T, org string, subscribed ...models.EventType) models.WebhookEndpoint {
	t.Helper()
	endpoint, _, err := f.CreateEndpoint(t.Context(), actor, newEndpoint(org, subscribed...), 0)
	require.NoError(t, err)
	return endpoint
}

func newEndpoint(org string, subscribed ...models.EventType) models.WebhookEndpoint {
	return models.WebhookEndpoint{
		OrgID: org, URL: "https://merchant.example/hooks", EnabledEvents: models.AsJSON(subscribed),
		Status: models.EndpointEnabled, Metadata: models.AsJSON(map[string]string{"team": "checkout"}),
	}
}

func (f *fixture) disable(t *testing.T, endpoint models.WebhookEndpoint) {
	t.Helper()
	_, err := f.UpdateEndpoint(t.Context(), endpoint.OrgID, actor, endpoint.ID, setDisabled)
	require.NoError(t, err)
}

func setDisabled(e *models.WebhookEndpoint) error {
	e.Status = models.EndpointDisabled
	return nil
}

// eventsOf returns the session's events, oldest first.
func (f *fixture) eventsOf(t *testing.T, session models.Session) []models.Event {
	t.Helper()
	newestFirst, _, more, err := f.Events(
		t.Context(),
		session.OrgID,
		store.EventFilter{Session: session.ID},
		store.Page{Limit: 100},
	)
	require.NoError(t, err)
	require.False(t, more)
	events := make([]models.Event, 0, len(newestFirst))
	for i := range newestFirst {
		events = append(events, newestFirst[len(newestFirst)-1-i])
	}
	return events
}

func typesOf(events []models.Event) []models.EventType {
	types := make([]models.EventType, 0, len(events))
	for _, event := range events {
		types = append(types, event.Type)
	}
	return types
}

// reserved claims an idempotency key and returns the context of its request.
func (f *fixture) reserved(t *testing.T, key string) context.Context {
	t.Helper()
	claimed, err := f.ClaimKey(t.Context(), f.org, key, store.Request{})
	require.NoError(t, err)
	require.NotNil(t, claimed.Claim)
	return store.WithReservedID(t.Context(), claimed.Claim.ResourceID)
}
