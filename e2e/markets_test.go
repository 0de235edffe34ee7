package e2e

import (
	"io/fs"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/data"
	"github.com/stile-id/stile/rules/graph"
)

func workflowServesItsJurisdictions(t *testing.T, s *stack) {
	d := simple(rules.MethodDocumentCapture)
	d.Jurisdictions = []rules.Jurisdiction{"US", "CA-ON"}
	m := s.sandbox(t, d)
	for _, elsewhere := range []string{"DE", "CA", "CA-QC"} {
		refused := m.post(t, "/v1/verification_sessions", m.order(body{"jurisdiction": elsewhere})).
			refused(t, 400, "parameter_invalid", "jurisdiction")
		require.Equal(t, "The workflow is not published for "+elsewhere+", but for US, CA-ON", refused.at("error", "message"))
	}
	require.Empty(t, m.get(t, "/v1/events").expect(t, 200).list())
	for _, within := range []string{"US", "US-CA", "CA-ON"} {
		require.Equal(t, within, m.create(t, body{"jurisdiction": within}).get(t).text("jurisdiction"))
	}
}

func overrideHoldsInItsJurisdiction(t *testing.T, s *stack) {
	d := simple(rules.MethodFacialAge, rules.MethodDocumentCapture)
	d.Overrides = graph.Overrides{{
		Jurisdiction: "US-CA", Remove: []rules.Method{rules.MethodFacialAge},
		// Methods that an override adds must be allowed there too.
		Add: []rules.Method{rules.MethodCarrierLookup, rules.MethodOpenBanking},
	}}
	m := s.sandbox(t, d)
	hook := newReceiver(t)
	hook.subscribe(t, m.client, "verification_session.verified")
	for place, methods := range map[string][]any{
		"US": {"facial_age", "document_capture"}, "US-NV": {"facial_age", "document_capture"},
		"US-CA": {"document_capture", "carrier_lookup"},
	} {
		require.Equal(t, methods, m.create(t, body{"jurisdiction": place}).get(t).json["methods"], place)
	}
	v := m.create(t, nil)
	v.open(t)
	v.submit(t, "facial_age", body{"simulate": "pass"}).refused(t, 409, "method_not_offered")
	v.simulate(t, "carrier_lookup", "pass")
	v.until(t, "verified")
	require.Equal(t, "carrier_lookup", hook.next(t, "verification_session.verified").data()["verification_path"])
}

// A simulation's answer for each market matches the sessions there. The sessions need no runs, and hundreds of runs
// would take long, so Temporal is away.
func TestComplianceInEveryMarket(t *testing.T) {
	t.Parallel()
	temporal := deafTemporal(t)
	for name, database := range backends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := stackOn(t, temporal, database(t), asShipped)
			s.serve(t, app.Options{API: true, Migrate: true})
			lax := simple(rules.MethodMDL, rules.MethodMID, rules.MethodEUDIPID, rules.MethodFacialAge,
				rules.MethodDocumentCapture, rules.MethodCarrierLookup, rules.MethodSelfAttestation)
			strict := simple(rules.MethodMDL, rules.MethodDocumentCapture)
			strict.Composition, strict.Supplementary = graph.AllOf, []rules.Method{rules.MethodSelfieLiveness}
			simulationForetellsSessions(t, s.sandbox(t, lax))
			simulationForetellsSessions(t, s.sandbox(t, strict))
		})
	}
}

// simulationForetellsSessions requires that the workflow runs in some markets and not in others.
func simulationForetellsSessions(t *testing.T, m merchant) {
	simulated := m.post(t, "/v1/workflows/"+m.workflow+"/simulate", body{"jurisdictions": []string{"*"}}).expect(t, 200)
	markets, _ := simulated.json["markets"].([]any)
	files, err := fs.Glob(data.FS, "[A-Z]*.yaml")
	require.NoError(t, err)
	require.Len(t, markets, len(files), "every file but those that begin with an underscore")
	can := 0
	for i, met := range m.createInAll(t, markets) {
		market := answer{json: markets[i].(map[string]any)}
		if market.json["error"] == nil {
			can++
			asForetold(t, market, met)
		} else {
			refusedAsForetold(t, market, met)
		}
	}
	require.NotZero(t, can)
	require.NotEqual(t, len(markets), can)
}

// createInAll requests a session in each market, a few at once.
func (m merchant) createInAll(t *testing.T, markets []any) []answer {
	t.Helper()
	answers := make([]answer, len(markets))
	var all errgroup.Group
	all.SetLimit(4)
	for i, market := range markets {
		order := m.order(body{"jurisdiction": market.(map[string]any)["jurisdiction"]})
		all.Go(func() (err error) {
			answers[i], err = m.try(http.MethodPost, "/v1/verification_sessions", order)
			return err
		})
	}
	require.NoError(t, all.Wait())
	return answers
}

func asForetold(t *testing.T, market, met answer) {
	t.Helper()
	met.expect(t, 201)
	for field, value := range map[string]any{
		"jurisdiction": met.at("jurisdiction"), "age_tier": met.at("age_tier"), "methods": met.at("methods"),
		"consent_required": met.at("compliance", "consent_required"), "rule_version": met.at("compliance", "rule_version"),
	} {
		require.Equal(t, market.json[field], value, "%s in %s", field, market.json["jurisdiction"])
	}
}

func refusedAsForetold(t *testing.T, market, met answer) {
	t.Helper()
	met.expect(t, 422)
	for _, field := range []string{"code", "message"} {
		require.Equal(t, market.at("error", field), met.at("error", field), "%s in %s", field, market.json["jurisdiction"])
	}
}

// deafTemporal starts a server that refuses every request at once.
func deafTemporal(t *testing.T) (address string) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer()
	var serving sync.WaitGroup
	serving.Go(func() { assert.NoError(t, server.Serve(listener)) })
	t.Cleanup(func() {
		server.Stop()
		serving.Wait()
	})
	return listener.Addr().String()
}
