package api

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// workflowInput is what a merchant writes into a draft. A draft may be unfinished, or contradict itself: the compiler
// tells at publishing. What names nothing that exists is refused at once.
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
	LivenessStrategy *string       `json:"liveness_strategy"`
	RequireEmailOTP  *bool         `json:"require_email_otp"`
	MaxAttempts      *int          `json:"max_attempts"`
	DocumentTypes    []string      `json:"document_types"`
	Handoff          *handoffInput `json:"handoff"`
}

// apply writes what is given into w. After an error w is of no use.
func (in workflowInput) apply(w *models.Workflow) error {
	d := &w.Definition.V
	return cmp.Or(
		in.applyName(w), in.applyMode(d), in.applyUseCase(d),
		applyAll(&d.Jurisdictions, "jurisdictions", in.Jurisdictions, rules.ParseJurisdiction),
		applyAll(&d.Methods, "methods", in.Methods, rules.ParseMethod),
		in.applyComposition(d),
		applyAll(&d.Supplementary, "supplementary", in.Supplementary, rules.ParseMethod),
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
	return checkText("name", in.Name, longestName)
}

func (in workflowInput) applyUseCase(d *graph.Definition) error {
	if in.UseCase == nil {
		return nil
	}
	useCase, ok := rules.ParseUseCase(*in.UseCase)
	if !ok {
		return models.Invalid("use_case", "use_case must be one of %s", listed(rules.UseCases()))
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

// applyAll reads a list of names into to, if one is given.
func applyAll[T ~string](to *[]T, field string, given []string, parse func(string) (T, bool)) error {
	if given == nil {
		return nil
	}
	all := make([]T, 0, len(given))
	for i, name := range given {
		value, ok := parse(name)
		if !ok {
			path := fmt.Sprintf("%s[%d]", field, i)
			return models.Invalid(path, "%s is not known", path)
		}
		all = append(all, value)
	}
	*to = all
	return nil
}

func listed[T ~string](names []T) string {
	all := make([]string, 0, len(names))
	for _, name := range names {
		all = append(all, string(name))
	}
	return strings.Join(all, ", ")
}
