package graph_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// TestCompileSeededWorkflow fixes the names and the order of the compiled nodes,
// on which stored sessions depend.
func TestCompileSeededWorkflow(t *testing.T) {
	t.Parallel()
	d := definition(t, `{"methods": ["self_attestation", "document_capture"], "composition": "any_of"}`)
	g, faults := graph.Compile(d)
	require.Empty(t, faults)
	got, err := json.MarshalIndent(g, "", "  ")
	require.NoError(t, err)
	golden, err := os.ReadFile("testdata/seeded_workflow.json")
	require.NoError(t, err)
	require.Equal(t, string(golden), string(got)+"\n")

	var back graph.Graph
	require.NoError(t, json.Unmarshal(golden, &back))
	require.Equal(t, g, back)
	require.Equal(t, []rules.Method{"self_attestation", "document_capture"}, graph.OfferedMethods(g))
}

func TestCompileWithLayers(t *testing.T) {
	t.Parallel()
	d := definition(t, `{"methods": ["document_capture", "mdl"], "composition": "all_of",
		"supplementary": ["selfie_liveness", "carrier_lookup"],
		"preferences": {"liveness_strategy": "flashing", "max_attempts": 5, "document_types": ["PASSPORT", "ID_CARD"]}}`)
	g, faults := graph.Compile(d)
	require.Empty(t, faults)
	member := func(group string, m rules.Method, o graph.Options) graph.Node {
		return graph.Node{
			ID: group + "." + string(m), Kind: graph.KindMethod, Scope: group, Method: m,
			MaxAttempts: 5, Options: o, Pass: "$pass", Fail: "$fail",
		}
	}
	require.Equal(t, graph.Graph{Version: 1, Start: "primary", Nodes: []graph.Node{
		{
			ID: "primary", Kind: graph.KindAllOf, Pass: "supplementary", Fail: "failed",
			Members: []string{"primary.document_capture", "primary.mdl"},
		},
		member("primary", "document_capture", graph.Options{DocumentTypes: []string{"PASSPORT", "ID_CARD"}}),
		member("primary", "mdl", graph.Options{}),
		{
			ID: "supplementary", Kind: graph.KindAllOf, Pass: "verified", Fail: "failed",
			Members: []string{"supplementary.selfie_liveness", "supplementary.carrier_lookup"},
		},
		member("supplementary", "selfie_liveness", graph.Options{LivenessStrategy: "flashing"}),
		member("supplementary", "carrier_lookup", graph.Options{}),
		{ID: "verified", Kind: graph.KindVerified},
		{ID: "failed", Kind: graph.KindFailed},
	}}, g)
	require.Equal(
		t,
		[]rules.Method{"document_capture", "mdl", "selfie_liveness", "carrier_lookup"},
		graph.OfferedMethods(g),
	)
}

func TestProofOfAgeIsForTheNodesThatAllowIt(t *testing.T) {
	t.Parallel()
	takers := func(preferences, pid string) (nodes []string) {
		g, faults := graph.Compile(definition(t, `{"mode": "graph", "preferences": {`+preferences+`}, "graph": {"start": "first",
			"nodes": {"first": {"kind": "method", "method": "eudi_pid", "options": {`+pid+`}, "pass": "both", "fail": "no"},
			"both": {"kind": "any_of", "methods": ["eudi_pid", "mdl"], "pass": "yes", "fail": "no"},
			"yes": {"kind": "verified"}, "no": {"kind": "failed"}}}}`))
		require.Empty(t, faults)
		for _, node := range g.Nodes {
			if node.Options.TakesProofOfAge() {
				nodes = append(nodes, node.ID)
			}
		}
		return nodes
	}
	require.Empty(t, takers(``, ``))
	require.Equal(t, []string{"first", "both.eudi_pid"}, takers(`"proof_of_age": true`, ``))
	require.Equal(t, []string{"both.eudi_pid"}, takers(`"proof_of_age": true`, `"proof_of_age": false`))
	require.Equal(t, []string{"first"}, takers(``, `"proof_of_age": true`))
}

func TestFilesAreForCameraMethodsThatAllowThem(t *testing.T) {
	t.Parallel()
	takers := func(preferences, document string) (methods []rules.Method) {
		g, faults := graph.Compile(definition(t, `{"mode": "graph", "preferences": {`+preferences+`}, "graph": {"start": "both",
			"nodes": {"both": {"kind": "any_of", "methods": ["facial_age", "mdl"], "pass": "yes", "fail": "no",
				"members": [{"method": "document_capture", "options": {`+document+`}}]},
			"yes": {"kind": "verified"}, "no": {"kind": "failed"}}}}`))
		require.Empty(t, faults)
		for _, node := range g.Nodes {
			if node.Options.TakesFiles() {
				methods = append(methods, node.Method)
			}
		}
		return methods
	}
	require.Empty(t, takers(``, ``))
	require.Equal(t, []rules.Method{"facial_age", "document_capture"}, takers(`"file_upload": true`, ``))
	require.Equal(t, []rules.Method{"facial_age"}, takers(`"file_upload": true`, `"file_upload": false`))
	require.Equal(t, []rules.Method{"document_capture"}, takers(``, `"file_upload": true`))
}
