package authoring

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/risk"
)

// workflowInput holds the fields of a draft. A draft may be unfinished, or contradict itself: the compiler reports that
// at publishing. A name that does not exist is refused at once.
type workflowInput struct {
	Name          *string                   `json:"name"`
	Mode          *string                   `json:"mode"`
	UseCase       *string                   `json:"use_case"`
	Jurisdictions []string                  `json:"jurisdictions"`
	Methods       []string                  `json:"methods"`
	Composition   *string                   `json:"composition"`
	Supplementary []string                  `json:"supplementary"`
	Overrides     map[string]*overrideInput `json:"overrides"`
	Preferences   *preferencesInput         `json:"preferences"`
	Graph         jsontext.Value            `json:"graph"`
}

type overrideInput struct {
	Add    []string `json:"add"`
	Remove []string `json:"remove"`
}

type preferencesInput struct {
	LivenessStrategy   *string               `json:"liveness_strategy"`
	RequireEmailOTP    *bool                 `json:"require_email_otp"`
	MaxAttempts        *int                  `json:"max_attempts"`
	DocumentTypes      []string              `json:"document_types"`
	UnreadText         *graph.Doubt          `json:"unread_text"`
	ScreenPhotographed *graph.Doubt          `json:"screen_photographed"`
	FaceMatch          *graph.FaceMatch      `json:"face_match"`
	ApproveAt          *int                  `json:"approve_at"`
	BelowApproveAt     *graph.BelowApproveAt `json:"below_approve_at"`
	MatchBands         *matchBandsInput      `json:"match_bands"`
	FileUpload         *bool                 `json:"file_upload"`
	ProofOfAge         *bool                 `json:"proof_of_age"`
	Handoff            *handoffInput         `json:"handoff"`
	Signals            []risk.Group          `json:"signals"`
	FlagAt             *rules.RiskLevel      `json:"flag_at"`
	Parental           *parentalInput        `json:"parental"`
}

type matchBandsInput struct {
	Match  *float64 `json:"match"`
	Review *float64 `json:"review"`
}

type parentalInput struct {
	Methods []rules.Method `json:"methods"`
}

// methodCount bounds a list of methods; a method may stand in it once.
var methodCount = len(rules.Methods())

// apply writes the given fields into w. After an error w must not be used.
func (in workflowInput) apply(w *models.Workflow) error {
	before := w.Definition.V
	if err := in.applyFields(w); err != nil {
		return err
	}
	// A draft that was larger before there was a bound may shrink, and be renamed.
	if size := w.Definition.V.Size(); size > graph.MostBytes && size > before.Size() {
		return models.Invalid(in.largest(), "The definition of a workflow must not be larger than %d bytes in JSON; this "+
			"one has %d", graph.MostBytes, size)
	}
	return nil
}

// largest names the field that makes a definition too large: all others are bounded well below.
func (in workflowInput) largest() string {
	if rest.Present(in.Graph) {
		return "graph"
	}
	return "overrides"
}

func (in workflowInput) applyFields(w *models.Workflow) error {
	d := &w.Definition.V
	return cmp.Or(
		in.applyName(w), in.applyMode(d), in.applyUseCase(d),
		applyAll(&d.Jurisdictions, "jurisdictions", in.Jurisdictions, graph.MostJurisdictions, rules.ParseJurisdiction),
		applyAll(&d.Methods, "methods", in.Methods, methodCount, rules.ParseMethod),
		in.applyComposition(d),
		applyAll(&d.Supplementary, "supplementary", in.Supplementary, methodCount, rules.ParseMethod),
		in.applyOverrides(d), in.applyPreferences(d), in.applyGraph(d),
	)
}

func (in workflowInput) applyName(w *models.Workflow) error {
	if in.Name == nil {
		return nil
	}
	if strings.TrimSpace(*in.Name) == "" {
		return models.Invalid("name", "name must not be empty")
	}
	w.Name = *in.Name
	return rest.CheckText("name", in.Name, rest.LongestName)
}

func (in workflowInput) applyUseCase(d *graph.Definition) error {
	if in.UseCase == nil {
		return nil
	}
	useCase, ok := rules.ParseUseCase(*in.UseCase)
	if !ok {
		return models.Invalid("use_case", "use_case must be one of %s", models.Listed(rules.UseCases()))
	}
	d.UseCase = useCase
	return nil
}

func (in workflowInput) applyComposition(d *graph.Definition) error {
	if in.Composition == nil {
		return nil
	}
	if *in.Composition != graph.AnyOf && *in.Composition != graph.AllOf {
		return models.Invalid("composition", "composition must be '%s' or '%s'", graph.AnyOf, graph.AllOf)
	}
	d.Composition = *in.Composition
	return nil
}

// applyAll reads a set of at most so many names into to, if one is given.
func applyAll[T ~string](to *[]T, field string, given []string, most int, parse func(string) (T, bool)) error {
	if given == nil {
		return nil
	}
	if len(given) > most {
		return models.Invalid(field, "%s must not have more than %d entries", field, most)
	}
	all := make([]T, 0, len(given))
	for i, name := range given {
		value, ok := parse(name)
		path := fmt.Sprintf("%s[%d]", field, i)
		if !ok {
			return models.Invalid(path, "%s is not known", path)
		}
		if slices.Contains(all, value) {
			return models.Invalid(path, "%s appears more than once: %s", path, value)
		}
		all = append(all, value)
	}
	*to = all
	return nil
}
