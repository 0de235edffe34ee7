package api_test

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/internal/contract"
	"github.com/stile-id/stile/internal/rulestest"
	"github.com/stile-id/stile/internal/storetest"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/shipped"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/models/store"
)

// env is the API over a real database and a recording Orchestrator, with an organization of each kind. The database is
// of SQLite unless told otherwise.
type env struct {
	t           *testing.T
	path        string // of the database, on SQLite
	databaseURL string // of the database
	keys        *seal.Keyring
	store       *store.Store
	api         *api.API
	url         string
	client      *http.Client // reports violations of the specification
	unchecked   *http.Client
	clock       *testkit.Clock
	temporal    *recorder
	log         *buffer
	sandbox     tenant
	live        tenant
	stranger    tenant // another sandbox organization
	listBytes   int    // of a page; 0 means the default
}

// tenant is an organization with its keys.
type tenant struct {
	org                 models.Organization
	secret, publishable string
	keyID               string
}

// databases are those on which the API behaves alike. Each call makes a migrated one and returns its URL.
var databases = map[string]func(t *testing.T) string{
	"sqlite": func(t *testing.T) string { return storetest.SQLite(t) },
	"postgres": func(t *testing.T) string {
		t.Helper()
		service, _ := storetest.ReusedPostgres(t)
		return service
	},
}

const sqliteScheme = "sqlite:"

func newEnv(t *testing.T, adjust ...func(*api.Options)) *env {
	t.Helper()
	return newEnvOn(t, storetest.SQLite(t), adjust...)
}

// newEnvOn returns an env on the database of the URL.
func newEnvOn(t *testing.T, database string, adjust ...func(*api.Options)) *env {
	t.Helper()
	e := &env{
		t:           t,
		clock:       testkit.ClockAt(began),
		temporal:    &recorder{},
		log:         &buffer{},
		path:        strings.TrimPrefix(database, sqliteScheme),
		databaseURL: database,
	}
	e.keys = keyring("k1")
	e.serve(adjust...)
	e.sandbox, e.live, e.stranger = e.tenant(true), e.tenant(false), e.tenant(true)
	return e
}

// replica is another process on the same database.
func (e *env) replica(keys *seal.Keyring) *env {
	other := *e
	other.keys, other.log = keys, &buffer{}
	other.serve()
	return &other
}

func (e *env) serve(adjust ...func(*api.Options)) {
	e.t.Helper()
	var err error
	e.store, err = store.Open(e.t.Context(), store.Options{
		URL: e.databaseURL, Keys: e.keys, Now: e.clock.Now, Jitter: func() float64 { return 0 },
		WriteTimeout: time.Minute, // the machine may be busy
		ListBytes:    e.listBytes,
	})
	require.NoError(e.t, err)
	opened := e.store
	e.t.Cleanup(func() { _ = opened.Close() })
	lenient, err := rulestest.Lenient()
	require.NoError(e.t, err)
	options := api.Options{
		Rules: lenient, Methods: registry(shipped.Options{}), Store: e.store, Orchestrator: e.temporal, Now: e.clock.Now,
		Log: slog.New(slog.NewJSONHandler(e.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Config: api.Config{
			VerifyURL:      "https://verify.example/s",
			RequestTimeout: time.Minute, // the machine may be busy
		},
	}
	for _, change := range adjust {
		change(&options)
	}
	e.api, err = api.New(options)
	require.NoError(e.t, err)
	server := httptest.NewServer(e.api.Handler())
	e.t.Cleanup(server.Close)
	served := e.api
	e.t.Cleanup(func() {
		served.Close()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(e.t.Context()), testkit.Patience)
		defer cancel()
		require.NoError(e.t, served.Wait(ctx))
	})
	e.url, e.unchecked = server.URL, server.Client()
	e.client = &http.Client{Transport: specification().Transport(server.Client().Transport, func(err error) {
		e.t.Errorf("contract: %v", err)
	})}
}

// serving has the API serve the methods that ship, so configured, and more.
func serving(o shipped.Options, more ...methods.Method) func(*api.Options) {
	return func(options *api.Options) { options.Methods = registry(o, more...) }
}

func registry(o shipped.Options, more ...methods.Method) *methods.Registry {
	o.SimulatedDelay = cmp.Or(o.SimulatedDelay, models.SimulatedDelayDefault)
	o.ProviderPatience = cmp.Or(o.ProviderPatience, models.ProviderPatienceDefault)
	r, err := shipped.Registry(o, more...)
	check(err)
	return r
}

var specification = sync.OnceValue(func() *contract.Contract {
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		panic(err)
	}
	spec, err := contract.Load(text)
	if err != nil {
		panic(err)
	}
	return spec
})

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func keyring(id string) *seal.Keyring {
	keys, err := seal.ParseKeys(id+":"+seal.GenerateKey(), seal.GenerateKey())
	check(err)
	return keys
}

func (e *env) tenant(sandbox bool) tenant {
	org, err := e.store.Across().CreateOrganization(
		e.t.Context(),
		models.Organization{Name: "Shop & Co", Sandbox: sandbox},
	)
	require.NoError(e.t, err)
	key, secret, err := e.store.CreateKey(e.t.Context(), org.ID, store.ActorCLI, models.SecretKey)
	require.NoError(e.t, err)
	_, publishable, err := e.store.CreateKey(e.t.Context(), org.ID, store.ActorCLI, models.PublishableKey)
	require.NoError(e.t, err)
	return tenant{org: org, secret: secret, publishable: publishable, keyID: key.ID}
}
