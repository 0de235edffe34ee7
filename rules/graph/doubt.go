package graph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stile-id/stile/rules"
)

// Doubt is what a method does with a document that it doubts and does not refuse otherwise.
type Doubt string

// The values of Doubt.
const (
	DoubtPasses  Doubt = "pass"
	DoubtFails   Doubt = "fail"
	DoubtReviews Doubt = "review" // a reviewer decides after the method has passed
)

var doubts = []Doubt{DoubtPasses, DoubtFails, DoubtReviews}

// valid reports whether d is a value of Doubt, or "" for the default.
func (d Doubt) valid() bool { return d == "" || slices.Contains(doubts, d) }

// The signals of risk by which a verdict of document_capture reports its doubts.
const (
	SignalUnreadText         = "printed_text_unread"
	SignalScreenPhotographed = "screen_photographed"
)

// The ends of the ids of the nodes that reviewed adds.
const (
	suffixDoubt  = ".doubt"
	suffixReview = ".review"
)

// The reasons that tell reviewers why a document or a face is to be looked at.
const (
	reviewReason     = "the document is consistent, and a check of its picture is in doubt: see risk.signals"
	reviewFaceReason = "the face is similar to that of the document, and less than the workflow asks for"
)

// reviewed returns a node with the nodes that have a reviewer decide on its doubts, if its options ask for that: a
// branch after the method has passed, which leads to a review if the risk has the signal of a doubt.
func reviewed(n Node) []Node {
	var signals []string
	reason := reviewReason
	if n.Method == rules.MethodSelfieMatch && n.Options.MatchBands.reviews() {
		signals, reason = append(signals, SignalFaceUnsure), reviewFaceReason
	}
	if n.Options.UnreadText == DoubtReviews {
		signals = append(signals, SignalUnreadText)
	}
	if n.Options.ScreenPhotographed == DoubtReviews {
		signals = append(signals, SignalScreenPhotographed)
	}
	if len(signals) == 0 {
		return []Node{n}
	}
	for i, signal := range signals {
		signals[i] = fmt.Sprintf("'%s' in risk.signals", signal)
	}
	branch := Node{
		ID: n.ID + suffixDoubt, Kind: KindBranch, Scope: n.Scope, Default: n.Pass,
		Cases: []Case{{When: strings.Join(signals, " || "), Next: n.ID + suffixReview}},
	}
	review := Node{
		ID: n.ID + suffixReview, Kind: KindReview, Scope: n.Scope, Pass: n.Pass, Fail: n.Fail, Reason: reason,
	}
	n.Pass = branch.ID
	return []Node{n, branch, review}
}
