// Package e2e tests the whole of Stile from outside: over HTTP, with a real Temporal server, real databases and real
// receivers, in this process and in separate ones.
package e2e

import (
	"cmp"
	"flag"
	"log/slog"
	"net/http"
	"os"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/contract"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/pgtest"
	"github.com/stile-id/stile/internal/rulestest"
	"github.com/stile-id/stile/internal/storetest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

func TestMain(m *testing.M) {
	flag.Parse()
	// Most scenarios mostly wait: for the end of a lease, the start of a process, the next sweep.
	if err := flag.Set("test.parallel", "4"); err != nil {
		panic(err)
	}
	os.Exit(pgtest.Main(m))
}

// backends are the databases on which every scenario must pass.
var backends = map[string]func(t *testing.T) string{
	"sqlite":   func(t *testing.T) string { return storetest.SQLite(t) },
	"postgres": postgresDatabase,
}

// postgresDatabase returns a database for the role of the service, which cannot migrate.
func postgresDatabase(t *testing.T) string {
	t.Helper()
	service, _ := storetest.Postgres(t)
	return service
}

// onEveryBackend runs a group of scenarios on a stack per database.
func onEveryBackend(t *testing.T, scenarios func(t *testing.T, s *stack), adjust ...func(*config.Config)) {
	t.Helper()
	for name, database := range backends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenarios(t, newStack(t, database(t), adjust...))
		})
	}
}

// stack is a namespace of a Temporal server, a database, and any number of replicas on them.
type stack struct {
	config   config.Config
	contract *contract.Contract
	app      *app.App
}

// newStack runs everything in this process, with a fast sweep.
func newStack(t *testing.T, database string, adjust ...func(*config.Config)) *stack {
	t.Helper()
	impatient := func(c *config.Config) {
		c.SweepInterval, c.SweepAfter = time.Second/2, time.Second
	}
	s := emptyStack(t, database, append([]func(*config.Config){impatient}, adjust...)...)
	s.serve(t, app.Options{API: true, Worker: true, Migrate: true})
	return s
}

// emptyStack returns a stack in a namespace of the shared Temporal server, without a replica.
func emptyStack(t *testing.T, database string, adjust ...func(*config.Config)) *stack {
	t.Helper()
	address, namespace := newNamespace(t)
	inNamespace := func(c *config.Config) { c.TemporalNamespace = namespace }
	return stackOn(t, address, database, append([]func(*config.Config){inNamespace}, adjust...)...)
}

// stackOn returns a stack in the namespace "default" of a Temporal server, without a replica.
func stackOn(t *testing.T, temporal, database string, adjust ...func(*config.Config)) *stack {
	t.Helper()
	c, err := config.Read(func(string) string { return "" })
	require.NoError(t, err)
	c.DatabaseURL, c.TemporalAddress, c.Listen = database, temporal, "127.0.0.1:0"
	c.EncryptionKeys, c.LookupKey = "test:"+seal.GenerateKey(), seal.GenerateKey()
	c.EgressAllow, c.RulesDir = outbound.Loopback(), lenientRules(t)
	c.RateLimitSecret, c.RateLimitPublishable, c.RateLimitSession, c.RateLimitAddress = 1e6, 1e6, 1e6, 1e6
	for _, change := range adjust {
		change(&c)
	}
	return &stack{config: c}
}

// asShipped has a stack or a replica run under the shipped rules. The default is lenient rules.
func asShipped(c *config.Config) { c.RulesDir = "" }

// under has a stack or a replica run under the rules in a folder.
func under(folder string) func(*config.Config) {
	return func(c *config.Config) { c.RulesDir = folder }
}

// lenientRules returns a folder of rules that allow every method.
func lenientRules(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, rulestest.Files()))
	return folder
}

// serve starts the replica that clients call.
func (s *stack) serve(t *testing.T, o app.Options) {
	t.Helper()
	s.app = s.replica(t, o)
	s.contract = servedContract(t, s.app.URL())
}

// servedContract returns the OpenAPI document that a process serves.
func servedContract(t *testing.T, base string) *contract.Contract {
	t.Helper()
	document, err := (client{base: base, http: http.DefaultClient}).try(http.MethodGet, "/openapi.yaml", nil)
	require.NoError(t, err)
	document.expect(t, http.StatusOK)
	load, _ := contracts.LoadOrStore(string(document.raw), sync.OnceValues(func() (*contract.Contract, error) {
		return contract.Load(document.raw)
	}))
	loaded, err := load.(func() (*contract.Contract, error))()
	require.NoError(t, err)
	return loaded
}

// contracts has a contract for each text of the OpenAPI document. All processes serve the same, and loading it takes
// half a second of processor time.
var contracts sync.Map

// replica starts another process of Stile, inside this one, on the same database and Temporal server.
func (s *stack) replica(t *testing.T, o app.Options, adjust ...func(*config.Config)) *app.App {
	t.Helper()
	o.WriteTimeout, o.RequestTimeout = cmp.Or(o.WriteTimeout, time.Minute), time.Minute // the machine may be busy
	o.FrameGap = time.Minute
	o.Config, o.Log = s.config, slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	for _, change := range adjust {
		change(&o.Config)
	}
	if !o.API {
		o.Config.WorkerListen = "127.0.0.1:0"
	}
	a, err := app.New(t.Context(), o)
	require.NoError(t, err)
	a.Start(t.Context())
	t.Cleanup(func() { require.NoError(t, a.Stop()) })
	return a
}

// testLog writes the log to the output of its test.
type testLog struct{ t *testing.T }

func (l testLog) Write(line []byte) (int, error) {
	return l.t.Output().Write(line)
}

// merchant is an organization with its keys and a published workflow.
type merchant struct {
	client
	org         string
	publishable client
	workflow    string
}

// at returns the merchant with another replica to call.
func (m merchant) at(replica *app.App) merchant {
	m.base, m.publishable.base = replica.URL(), replica.URL()
	return m
}

// simple returns a simple workflow: any_of the methods.
func simple(methods ...rules.Method) graph.Definition {
	return graph.Definition{UseCase: rules.UseCaseAlcoholDelivery, Methods: methods}
}

// sandbox creates a sandbox organization with a workflow.
func (s *stack) sandbox(t *testing.T, d graph.Definition) merchant { return s.merchant(t, true, d) }

// live creates a live organization with a workflow.
func (s *stack) live(t *testing.T, d graph.Definition) merchant { return s.merchant(t, false, d) }

// liveUnheard creates a live organization with a workflow, and with an endpoint for events that do not happen.
func (s *stack) liveUnheard(t *testing.T, d graph.Definition) merchant {
	t.Helper()
	m := s.live(t, d)
	m.post(t, "/v1/webhook_endpoints", body{
		"url": "https://127.0.0.1:8443/hook", "enabled_events": []string{"session_review.flagged"},
	}).expect(t, 201)
	return m
}

func (s *stack) merchant(t *testing.T, sandbox bool, d graph.Definition) merchant {
	t.Helper()
	ctx, db := t.Context(), s.app.Store()
	org, err := db.Across().CreateOrganization(ctx, models.Organization{Name: t.Name(), Sandbox: sandbox})
	require.NoError(t, err)
	_, secret, err := db.CreateKey(ctx, org.ID, store.ActorCLI, models.SecretKey)
	require.NoError(t, err)
	_, publishable, err := db.CreateKey(ctx, org.ID, store.ActorCLI, models.PublishableKey)
	require.NoError(t, err)
	m := merchant{client: s.client(t, secret), org: org.ID, publishable: s.client(t, publishable)}
	m.workflow = m.publish(t, d)
	return m
}

// publish creates and publishes a workflow over the API.
func (m merchant) publish(t *testing.T, d graph.Definition) string {
	t.Helper()
	d = d.WithDefaults()
	preferences := body{"max_attempts": d.Preferences.MaxAttempts}
	if d.Preferences.Parental != nil {
		preferences["parental"] = d.Preferences.Parental
	}
	if d.Preferences.ProofOfAge {
		preferences["proof_of_age"] = true
	}
	for name, value := range map[string]any{
		"face_match": d.Preferences.FaceMatch, "liveness_strategy": d.Preferences.LivenessStrategy,
		"approve_at": d.Preferences.ApproveAt, "match_bands": d.Preferences.MatchBands,
	} {
		if !reflect.ValueOf(value).IsZero() {
			preferences[name] = value
		}
	}
	created := m.post(t, "/v1/workflows", body{
		"name": "Checkout", "use_case": d.UseCase, "methods": d.Methods, "composition": d.Composition,
		"supplementary": d.Supplementary, "preferences": preferences,
		"jurisdictions": d.Jurisdictions, "overrides": d.Overrides,
	}).expect(t, 201)
	id := created.text("id")
	m.post(t, "/v1/workflows/"+id+"/publish", nil).expect(t, 201)
	return id
}
