package sessions_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/pgtest"
	"github.com/stile-id/stile/internal/storetest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/sessions"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// onBothDatabases runs a test over a migrated store on PostgreSQL, and on SQLite.
func onBothDatabases(t *testing.T, run func(t *testing.T, s *store.Store)) {
	t.Helper()
	urls := map[string]func(t *testing.T) string{
		"postgres": func(t *testing.T) string {
			service, _ := storetest.ReusedPostgres(t)
			return service
		},
		"sqlite": func(t *testing.T) string { return storetest.SQLite(t) },
	}
	for name, url := range urls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys, err := seal.ParseKeys("k1:"+seal.GenerateKey(), seal.GenerateKey())
			require.NoError(t, err)
			s, err := store.Open(t.Context(), store.Options{URL: url(t), Keys: keys, WriteTimeout: time.Minute})
			require.NoError(t, err)
			t.Cleanup(func() { _ = s.Close() })
			run(t, s)
		})
	}
}

func organization(t *testing.T, s *store.Store, sandbox bool, origins ...string) string {
	t.Helper()
	org, err := s.Across().CreateOrganization(t.Context(), models.Organization{Name: "Shop", Sandbox: sandbox})
	require.NoError(t, err)
	_, err = s.ChangeEmbedOrigins(t.Context(), org.ID, store.ActorCLI, origins, nil)
	require.NoError(t, err)
	return org.ID
}

// sessionOf stores a session that the page created, or a secret key if it is nil.
func sessionOf(t *testing.T, s *store.Store, org string, page *string) string {
	t.Helper()
	definition := graph.Definition{
		UseCase: rules.UseCaseSocialMedia, Methods: []rules.Method{rules.MethodSelfAttestation},
	}
	compiled, faults := graph.Compile(definition.WithDefaults())
	require.Empty(t, faults)
	created, err := s.CreateSession(t.Context(), store.NewSession{
		Terms: store.Terms{Graph: compiled}, TTL: time.Hour,
		Session: models.Session{
			OrgID: org, Type: models.TypeAge, WorkflowID: "wf_checkout", WorkflowVersion: 1, PageOrigin: page,
			JurisdictionSource: models.JurisdictionExplicit, Jurisdiction: "US",
		},
	})
	require.NoError(t, err)
	return created.Session.ID
}

func TestFramesAreForTheEmbedOriginsAndForThePageOfASession(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, s *store.Store) {
		const shop, other, local = "https://shop.example", "https://other.example:8443", "http://localhost:3000"
		service := sessions.New(sessions.Options{Store: s, Now: time.Now})
		loopback := []string{"http://localhost:*", "http://127.0.0.1:*"}
		for why, c := range map[string]struct {
			sandbox bool
			listed  []string
			page    string // "-" where a secret key created the session
			want    []string
		}{
			"a live organization lists none":           {false, nil, "-", []string{}},
			"all listed origins":                       {false, []string{shop, other}, "-", []string{other, shop}},
			"a sandbox lists none":                     {true, nil, "-", loopback},
			"a sandbox lists one":                      {true, []string{shop}, "-", []string{shop}},
			"the page of the session":                  {false, []string{shop, other}, shop, []string{shop}},
			"a page that is not listed":                {false, []string{shop}, other, nil},
			"a page of a live organization lists none": {false, nil, shop, nil},
			"a local page of a sandbox":                {true, nil, local, []string{local}},
			"a local page of a sandbox that lists one": {true, []string{shop}, local, nil},
			"a local page of a live organization":      {false, nil, local, nil},
			"a public page of a sandbox":               {true, nil, shop, nil},
			"no page":                                  {true, nil, "", nil},
			"no page, one listed":                      {true, []string{shop}, "", nil},
		} {
			page := &c.page
			if c.page == "-" {
				page = nil
			}
			id := sessionOf(t, s, organization(t, s, c.sandbox, c.listed...), page)
			got, err := service.FrameAncestors(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, c.want, got, why)
		}
		unknown := string(models.PrefixSession) + models.RandomID()
		for _, id := range []string{unknown, "vks_x", "", "\u0000", "vks_\u0000", "vks_\xff"} {
			got, err := service.FrameAncestors(t.Context(), id)
			require.NoError(t, err)
			require.Empty(t, got)
		}
		require.NoError(t, s.Close())
		_, err := service.FrameAncestors(t.Context(), unknown)
		require.ErrorIs(t, err, store.ErrUnavailable)
	})
}
