package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

const faceMatch = `{"methods": ["mdl", "document_capture"], "preferences": {"face_match": "required",
	"max_attempts": 2, "match_bands": {"match": 0.9, "review": 0.8}, "unread_text": "review"}}`

func TestFaceMatchFollowsTheDocument(t *testing.T) {
	t.Parallel()
	g, faults := graph.Compile(definition(t, faceMatch))
	require.Empty(t, faults)
	document, _ := g.Node("primary.document_capture")
	require.Equal(t, "primary.document_capture.doubt", document.Pass)
	require.Equal(t, graph.FaceMatchRequired, document.Options.FaceMatch)
	doubt, _ := g.Node(document.Pass)
	require.Equal(t, "primary.document_capture.match", doubt.Default)
	match, _ := g.Node(doubt.Default)
	bands := &graph.MatchBands{Match: 0.9, Review: 0.8}
	require.Equal(t, graph.Node{
		ID: "primary.document_capture.match", Kind: graph.KindMethod, Scope: "primary", Method: "selfie_match",
		MaxAttempts: 2, Options: graph.Options{MatchBands: bands},
		Pass: "primary.document_capture.match.doubt", Fail: "$fail",
	}, match)
	unsure, _ := g.Node(match.Pass)
	require.Equal(t, "'face_match_unsure' in risk.signals", unsure.Cases[0].When)
	require.Equal(t, "$pass", unsure.Default)
	review, _ := g.Node(unsure.Cases[0].Next)
	require.Equal(t, "the face is similar to that of the document, and less than the workflow asks for", review.Reason)

	p := begin(t, g, "offer primary.mdl #1 left 2", "offer primary.document_capture #1 left 2")
	p.step(passed("primary.document_capture", 1),
		"branch primary.document_capture.doubt of 1 after primary.document_capture passed")
	p.step(graph.BranchTaken{Node: "primary.document_capture.doubt", Case: graph.DefaultCase},
		"offer primary.document_capture.match #1 left 2")
	p.step(passed("primary.document_capture.match", 1),
		"branch primary.document_capture.match.doubt of 1 after primary.document_capture.match passed")
	p.step(graph.BranchTaken{Node: "primary.document_capture.match.doubt", Case: graph.DefaultCase}, "finish verified")
}

func TestFaceMatchOfANodeOverridesThePreference(t *testing.T) {
	t.Parallel()
	g, faults := graph.Compile(definition(t, `{"mode": "graph", "preferences": {"face_match": "required"},
		"graph": {"start": "doc", "nodes": {
		"doc": {"kind": "method", "method": "document_capture", "options": {"face_match": "never"},
			"pass": "again", "fail": "no"},
		"again": {"kind": "method", "method": "document_capture", "pass": "yes", "fail": "no"},
		"yes": {"kind": "verified"}, "no": {"kind": "failed"}}}}`))
	require.Empty(t, faults)
	doc, _ := g.Node("doc")
	require.Equal(t, "again", doc.Pass)
	again, _ := g.Node("again")
	require.Equal(t, "again.match", again.Pass)
}

func TestWorkflowsWithoutAFaceMatchCompileAsBefore(t *testing.T) {
	t.Parallel()
	plain, _ := graph.Compile(definition(t, `{"methods": ["document_capture"]}`))
	never, faults := graph.Compile(definition(t, `{"methods": ["document_capture"], "preferences": {"face_match": "never"}}`))
	require.Empty(t, faults)
	require.Equal(t, plain, never)
}

func TestFaceMatchWhereTheLawDoesNotAllowIt(t *testing.T) {
	t.Parallel()
	noSelfies := func(m rules.Method) bool { return m != rules.MethodSelfieMatch }
	withDocument := `{"methods": ["mdl", "document_capture"], "preferences": {"face_match": "with_document"}}`
	g, dropped, err := graph.Specialise(definition(t, withDocument), "DE", noSelfies)
	require.NoError(t, err)
	require.Empty(t, dropped)
	require.Equal(t, []rules.Method{"mdl", "document_capture"}, graph.OfferedMethods(g))
	document, _ := g.Node("primary.document_capture")
	require.Empty(t, document.Options.FaceMatch)

	g, dropped, err = graph.Specialise(definition(t, faceMatch), "DE", noSelfies)
	require.NoError(t, err)
	require.Equal(t, []rules.Method{"document_capture"}, dropped)
	require.Equal(t, []rules.Method{"mdl"}, graph.OfferedMethods(g))

	g, _, err = graph.Specialise(definition(t, withDocument), "DE", nil)
	require.NoError(t, err)
	require.Equal(t, []rules.Method{"mdl", "document_capture", "selfie_match"}, graph.OfferedMethods(g))
}

func TestFacePreferencesAreChecked(t *testing.T) {
	t.Parallel()
	_, faults := graph.Compile(definition(t, `{"methods": ["facial_age"], "preferences": {"face_match": "sometimes",
		"approve_at": 100, "below_approve_at": "decline", "match_bands": {"match": 0.5, "review": 0.6}}}`))
	var told []string
	for _, fault := range faults {
		told = append(told, fault.String())
	}
	require.Equal(t, []string{
		`preferences.face_match: must be one of ["required" "with_document" "never"]`,
		"preferences.approve_at: must be from 1 to 99",
		`preferences.below_approve_at: must be one of ["step_up" "fail"]`,
		"preferences.match_bands: match must be above 0 and at most 1, and review must not be above match",
	}, told)

	_, faults = graph.Compile(definition(t, `{"mode": "graph", "graph": {"start": "a", "nodes": {
		"a": {"kind": "method", "method": "mdl", "options": {"face_match": "required", "approve_at": 30,
		"below_approve_at": "fail", "match_bands": {"match": 0.8}}, "pass": "yes", "fail": "no"},
		"yes": {"kind": "verified"}, "no": {"kind": "failed"}}}}`))
	require.Len(t, faults, 4)
	require.Equal(t, "node a: options.match_bands: means nothing to mdl: remove it", faults[3].String())
}
