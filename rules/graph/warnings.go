package graph

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/stile-id/stile/rules"
)

// Warnings lists settings of a valid definition that have no effect, and paths
// on which an identity session is refused or fails. It is never nil.
func Warnings(d Definition) []Fault {
	d = d.WithDefaults()
	w := &adviser{d: d, warnings: []Fault{}}
	w.identity()
	w.faces()
	w.overrides()
	w.preferences()
	return w.warnings
}

// adviser collects the warnings of one definition.
type adviser struct {
	d        Definition
	warnings []Fault
}

func (w *adviser) add(field, format string, args ...any) {
	w.warnings = append(w.warnings, Fault{Field: field, Message: fmt.Sprintf(format, args...)})
}

// identity warns if verified can be reached without a method that proves
// identity. All methods of document strength or better do, except selfies.
func (w *adviser) identity() {
	field := "graph"
	if w.d.Mode == ModeSimple {
		field = "methods"
	}
	if !w.provable(field, w.d) {
		return
	}
	for _, v := range w.d.Overrides {
		if _, _, err := ForIdentity(build(w.d.In(v.Jurisdiction))); err != nil {
			w.add("overrides."+string(v.Jurisdiction), refusesIdentity)
		}
	}
}

const (
	refusesIdentity = "no way to verified passes a method of the strength of document_capture or better: " +
		"sessions of type identity are refused"
	failsIdentity = "not every way to verified passes a method of the strength of document_capture or better: " +
		"on the others a session of type identity ends failed with identity_unproven, " +
		"and a reviewer's approval is refused"
)

// provable reports whether an identity session can be verified.
func (w *adviser) provable(field string, d Definition) bool {
	g := build(d)
	if !newForecast(g, "").ofGraph().pass[unproved] {
		return true
	}
	strong, dropped, err := ForIdentity(g)
	if err != nil {
		w.add(field, refusesIdentity)
		return false
	}
	if len(dropped) > 0 {
		w.add(field, "sessions of type identity leave out %s: it does not prove an identity", joined(dropped))
	}
	if newForecast(strong, "").ofGraph().pass[unproved] {
		w.add(field, failsIdentity)
	}
	return true
}

func joined(methods []rules.Method) string {
	names := make([]string, len(methods))
	for i, m := range methods {
		names[i] = string(m)
	}
	return strings.Join(names, ", ")
}

// faces warns of selfie_match before any document, and of passive liveness where an identity can be proven.
func (w *adviser) faces() {
	field := "graph"
	if w.d.Mode == ModeSimple {
		field = "methods"
	}
	everywhere := ofFaces(build(w.d))
	for _, message := range everywhere {
		w.add(field, "%s", message)
	}
	for _, v := range w.d.Overrides {
		for _, message := range ofFaces(build(w.d.In(v.Jurisdiction))) {
			if !slices.Contains(everywhere, message) {
				w.add("overrides."+string(v.Jurisdiction), "%s", message)
			}
		}
	}
}

// ofFaces returns the warnings about the methods that look at faces.
func ofFaces(g Graph) (messages []string) {
	if nodes := unmatchable(g); len(nodes) > 0 {
		messages = append(messages, fmt.Sprintf("selfie_match (%s) is unavailable until a document has left a portrait, "+
			"and can come before one: put document_capture or nfc_passport before it", strings.Join(nodes, ", ")))
	}
	weak := slices.ContainsFunc(g.Nodes, func(n Node) bool {
		return n.Method == rules.MethodSelfieLiveness && n.Options.LivenessStrategy == LivenessPassive
	})
	if _, _, err := ForIdentity(g); weak && err == nil {
		messages = append(messages,
			"passive liveness is a weak sign: for sessions of type identity take 3d_action or flashing")
	}
	return messages
}

// overrides warns of overrides for jurisdictions in which the workflow does not
// run.
func (w *adviser) overrides() {
	for _, v := range w.d.Overrides {
		within := func(j rules.Jurisdiction) bool { return j.Country() == v.Jurisdiction }
		if !w.d.Serves(v.Jurisdiction) && !slices.ContainsFunc(w.d.Jurisdictions, within) {
			w.add("overrides."+string(v.Jurisdiction), "has no effect: jurisdictions do not include %s", v.Jurisdiction)
		}
	}
}

// preferences warns of preferences without effect.
func (w *adviser) preferences() {
	p := w.d.Preferences
	for _, setting := range []struct {
		name   string
		given  bool
		reader string
		unset  func(p *Preferences)
	}{
		{"liveness_strategy", p.LivenessStrategy != "", "method", func(p *Preferences) { p.LivenessStrategy = "" }},
		{"document_types", len(p.DocumentTypes) > 0, "document_capture", func(p *Preferences) { p.DocumentTypes = nil }},
		{"unread_text", p.UnreadText != "", "document_capture", func(p *Preferences) { p.UnreadText = "" }},
		{
			"screen_photographed", p.ScreenPhotographed != "", "document_capture",
			func(p *Preferences) { p.ScreenPhotographed = "" },
		},
		{
			"face_match", p.FaceMatch != "" && p.FaceMatch != FaceMatchNever, "document_capture",
			func(p *Preferences) { p.FaceMatch = "" },
		},
		{"approve_at", p.ApproveAt != 0, "facial_age", func(p *Preferences) { p.ApproveAt = 0 }},
		{"below_approve_at", p.BelowApproveAt != "", "facial_age", func(p *Preferences) { p.BelowApproveAt = "" }},
		{"match_bands", p.MatchBands != nil, "selfie_match", func(p *Preferences) { p.MatchBands = nil }},
		{"file_upload", p.FileUpload, "camera method", func(p *Preferences) { p.FileUpload = false }},
		{"proof_of_age", p.ProofOfAge, "eudi_pid", func(p *Preferences) { p.ProofOfAge = false }},
		{
			"max_attempts", p.MaxAttempts != DefaultMaxAttempts, "method",
			func(p *Preferences) { p.MaxAttempts = DefaultMaxAttempts },
		},
	} {
		if setting.given && !w.reads(setting.unset) {
			w.add("preferences."+setting.name, "has no effect: no %s of the workflow takes it from here", setting.reader)
		}
	}
	if p.Parental != nil && !slices.Contains(OfferedMethods(build(w.d)), rules.MethodParentalConsent) {
		w.add("preferences.parental", "has no effect: the workflow has no parental_consent")
	}
	if h := p.HandoffOrDefault(); !h.Enabled && (h.URLBase != "" || h.CompanyName != "" || !h.Confirm) {
		w.add("preferences.handoff", "url_base, company_name and confirm have no effect while enabled is false")
	}
}

// reads reports whether a preference has an effect: whether clearing it changes
// the graph of the definition or of an override.
func (w *adviser) reads(without func(*Preferences)) bool {
	variants := []Definition{w.d}
	for _, v := range w.d.Overrides {
		variants = append(variants, w.d.In(v.Jurisdiction))
	}
	return slices.ContainsFunc(variants, func(d Definition) bool {
		cleared := d
		without(&cleared.Preferences)
		return !reflect.DeepEqual(build(d), build(cleared))
	})
}
