package graph

import (
	"fmt"
	"slices"

	"github.com/stile-id/stile/rules"
)

// FaceMatch is when a photographed document is followed by a match of the user's face with its portrait.
type FaceMatch string

// The values of FaceMatch.
const (
	// FaceMatchRequired: wherever document_capture is offered. Where the law does not allow selfie_match,
	// document_capture is not offered either.
	FaceMatchRequired FaceMatch = "required"
	// FaceMatchWithDocument: where the law allows selfie_match.
	FaceMatchWithDocument FaceMatch = "with_document"
	FaceMatchNever        FaceMatch = "never"
)

// BelowApproveAt is what facial_age does with an estimate below the age at which it passes.
type BelowApproveAt string

// The values of BelowApproveAt.
const (
	// BelowStepsUp asks for another method of the workflow. It costs no attempt.
	BelowStepsUp BelowApproveAt = "step_up"
	// BelowFails uses up an attempt, so that a session with no other method fails.
	BelowFails BelowApproveAt = "fail"
)

// MatchBands are similarities of faces, from 0 to 1, as the model measures them.
type MatchBands struct {
	// Match is the similarity from which the faces match.
	Match float64 `json:"match"`
	// Review is the similarity from which a reviewer decides; 0 if none does.
	Review float64 `json:"review,omitempty"`
}

// reviews reports whether a reviewer decides on some similarities.
func (b *MatchBands) reviews() bool { return b != nil && b.Review > 0 && b.Review < b.Match }

// SignalFaceUnsure is the signal of risk of a face that is similar to that of the document and does not match it.
const SignalFaceUnsure = "face_match_unsure"

// HighestApproveAt is the highest age that facial_age can be asked to see, in years.
const HighestApproveAt = 99

var (
	faceMatches     = []FaceMatch{FaceMatchRequired, FaceMatchWithDocument, FaceMatchNever}
	belowApproveAts = []BelowApproveAt{BelowStepsUp, BelowFails}
)

// suffixMatch ends the id of the node that steps adds.
const suffixMatch = ".match"

// steps returns a method node with the nodes that follow from its options: those of its doubts, and selfie_match with
// its own.
func steps(n Node, p Preferences) []Node {
	if n.Method != rules.MethodDocumentCapture {
		return reviewed(n)
	}
	if p.matchBarred && n.Options.FaceMatch == FaceMatchWithDocument || n.Options.FaceMatch == FaceMatchNever {
		n.Options.FaceMatch = ""
	}
	if n.Options.FaceMatch == "" {
		return reviewed(n)
	}
	match := Node{
		ID: n.ID + suffixMatch, Kind: KindMethod, Scope: n.Scope, Method: rules.MethodSelfieMatch,
		MaxAttempts: n.MaxAttempts, Options: optionsFor(rules.MethodSelfieMatch, p), Pass: n.Pass, Fail: n.Fail,
	}
	n.Pass = match.ID
	return append(reviewed(n), reviewed(match)...)
}

// matchable returns allowed without document_capture, if that must be followed by a method that is not allowed.
func (p Preferences) matchable(allowed Allowed) Allowed {
	if !p.matchBarred || p.FaceMatch != FaceMatchRequired {
		return allowed
	}
	return func(m rules.Method) bool { return m != rules.MethodDocumentCapture && allowed(m) }
}

// faces checks the preferences of the methods that look at faces.
func (c *checker) faces() {
	p := c.d.Preferences
	for field, fault := range faceFaults(Options{
		FaceMatch: p.FaceMatch, ApproveAt: p.ApproveAt, BelowApproveAt: p.BelowApproveAt, MatchBands: p.MatchBands,
	}) {
		c.add("preferences."+field, "%s", fault)
	}
}

// faceOptions checks those options of a node.
func (c *checker) faceOptions(id, path string, m rules.Method, o Options) {
	for _, option := range []struct {
		field string
		given bool
		of    rules.Method
	}{
		{"face_match", o.FaceMatch != "", rules.MethodDocumentCapture},
		{"approve_at", o.ApproveAt != 0, rules.MethodFacialAge},
		{"below_approve_at", o.BelowApproveAt != "", rules.MethodFacialAge},
		{"match_bands", o.MatchBands != nil, rules.MethodSelfieMatch},
	} {
		if option.given && m != option.of {
			c.at(id, path+"."+option.field, "means nothing to %s: remove it", m)
		}
	}
	for field, fault := range faceFaults(o) {
		c.at(id, path+"."+field, "%s", fault)
	}
}

// faceFaults yields the faulty options, in a fixed order.
func faceFaults(o Options) func(yield func(field, fault string) bool) {
	return func(yield func(field, fault string) bool) {
		b := o.MatchBands
		for _, check := range []struct {
			field string
			wrong bool
			fault string
		}{
			{
				"face_match", o.FaceMatch != "" && !slices.Contains(faceMatches, o.FaceMatch),
				fmt.Sprintf("must be one of %q", faceMatches),
			},
			{
				"approve_at", o.ApproveAt < 0 || o.ApproveAt > HighestApproveAt,
				fmt.Sprintf("must be from 1 to %d", HighestApproveAt),
			},
			{
				"below_approve_at", o.BelowApproveAt != "" && !slices.Contains(belowApproveAts, o.BelowApproveAt),
				fmt.Sprintf("must be one of %q", belowApproveAts),
			},
			{
				"match_bands", b != nil && !(b.Match > 0 && b.Match <= 1 && b.Review >= 0 && b.Review <= b.Match),
				"match must be above 0 and at most 1, and review must not be above match",
			},
		} {
			if check.wrong && !yield(check.field, check.fault) {
				return
			}
		}
	}
}
