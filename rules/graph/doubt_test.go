package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/graph"
)

// doubting returns the compiled nodes of document_capture and those that a doubt adds.
func doubting(t *testing.T, source string) []graph.Node {
	t.Helper()
	g, faults := graph.Compile(definition(t, source))
	require.Empty(t, faults)
	var nodes []graph.Node
	for _, n := range g.Nodes {
		if n.Method == "document_capture" || n.Kind == graph.KindBranch || n.Kind == graph.KindReview {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

func TestReviewedDoubtsLeadToAReviewAfterTheDocument(t *testing.T) {
	t.Parallel()
	const reason = "the document is consistent, and a check of its picture is in doubt: see risk.signals"
	require.Equal(t, []graph.Node{
		{
			ID: "primary.document_capture", Kind: graph.KindMethod, Scope: "primary", Method: "document_capture",
			MaxAttempts: 3, Options: graph.Options{UnreadText: "review", ScreenPhotographed: "review"},
			Pass: "primary.document_capture.doubt", Fail: "$fail",
		},
		{
			ID: "primary.document_capture.doubt", Kind: graph.KindBranch, Scope: "primary", Default: "$pass",
			Cases: []graph.Case{{
				When: "'printed_text_unread' in risk.signals || 'screen_photographed' in risk.signals",
				Next: "primary.document_capture.review",
			}},
		},
		{
			ID: "primary.document_capture.review", Kind: graph.KindReview, Scope: "primary",
			Pass: "$pass", Fail: "$fail", Reason: reason,
		},
	}, doubting(t, `{"methods": ["mdl", "document_capture"], "preferences":
		{"unread_text": "review", "screen_photographed": "review"}}`))

	inGraph := doubting(t, `{"mode": "graph", "preferences": {"unread_text": "fail"}, "graph": {"start": "doc", "nodes": {
		"doc": {"kind": "method", "method": "document_capture", "options": {"screen_photographed": "review"},
			"pass": "yes", "fail": "no"}, "yes": {"kind": "verified"}, "no": {"kind": "failed"}}}}`)
	require.Len(t, inGraph, 3)
	require.Equal(t, graph.Options{UnreadText: "fail", ScreenPhotographed: "review"}, inGraph[0].Options)
	require.Equal(t, "doc.doubt", inGraph[0].Pass)
	require.Equal(t, "'screen_photographed' in risk.signals", inGraph[1].Cases[0].When)
	require.Equal(t, []string{"yes", "doc.review"}, []string{inGraph[1].Default, inGraph[1].Cases[0].Next})
	require.Equal(t, []string{"yes", "no"}, []string{inGraph[2].Pass, inGraph[2].Fail})
}

func TestOtherTreatmentsOfDoubtsAddNoNodes(t *testing.T) {
	t.Parallel()
	nodes := doubting(t, `{"methods": ["document_capture"], "preferences":
		{"unread_text": "pass", "screen_photographed": "fail"}}`)
	require.Len(t, nodes, 1)
	require.Equal(t, "$pass", nodes[0].Pass)
}
