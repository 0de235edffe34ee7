package sessions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
	"github.com/stile-id/stile/rules/graph"
)

// longestName is how much of an unknown jurisdiction a message repeats, in characters.
const longestName = 200

// Rules returns the book of compliance rules.
func (s *Service) Rules() *compliance.Book { return s.rules }

// Today returns the day of the current rules.
func (s *Service) Today() compliance.Day { return compliance.DayOf(s.now()) }

// Rule returns the rule of a use case at a place on a day. Errors: CodeParameterInvalid where no rules are known of a
// jurisdiction that the caller passed, or of the day; CodeJurisdictionUnresolvable where none are known of a
// jurisdiction that was detected.
func (s *Service) Rule(u rules.UseCase, at Place, day compliance.Day) (*compliance.Rule, error) {
	rule, err := s.rules.Resolve(u, at.Jurisdiction, day)
	if err == nil {
		return rule, nil
	}
	var unknown *compliance.NotCoveredError
	var early *compliance.TooEarlyError
	switch {
	case errors.As(err, &unknown) && at.Source == models.JurisdictionExplicit:
		return nil, s.NotCovered(models.CodeParameterInvalid, string(at.Jurisdiction))
	case errors.As(err, &unknown):
		return nil, s.NotCovered(models.CodeJurisdictionUnresolvable, string(at.Jurisdiction))
	case errors.As(err, &early):
		return nil, models.Invalid("as_of", "as_of must not be before %s: nothing is known of the time before", early.First)
	default:
		return nil, err
	}
}

// NotCovered returns an error of the code for a jurisdiction without rules, with suggestions in its message.
func (s *Service) NotCovered(code models.ErrorCode, text string) error {
	message := fmt.Sprintf("No rules are known of the jurisdiction '%s'", models.Clip(text, longestName))
	if nearest := s.rules.Nearest(text); len(nearest) > 0 {
		message += fmt.Sprintf(". Did you mean %s?", models.Listed(nearest))
	}
	return &models.Error{Code: code, Message: message, Param: "jurisdiction"}
}

// Permitting returns the rule under which a workflow runs at a place today. Errors: CodeParameterInvalid where the
// workflow is not published for the place, CodeUseCaseProhibited where the law prohibits the use case, and those of
// Rule.
func (s *Service) Permitting(d graph.Definition, at Place) (*compliance.Rule, error) {
	if !d.Serves(at.Jurisdiction) {
		param := "workflow_id"
		if at.Source == models.JurisdictionExplicit {
			param = "jurisdiction"
		}
		return nil, models.Invalid(param, "The workflow is not published for %s, but for %s",
			at.Jurisdiction, models.Listed(d.Jurisdictions))
	}
	rule, err := s.Rule(d.UseCase, at, s.Today())
	if err != nil {
		return nil, err
	}
	if rule.Prohibited {
		return rule, &models.Error{
			Code: models.CodeUseCaseProhibited, Param: "workflow_id",
			Message: fmt.Sprintf("%s is prohibited in %s. %s", d.UseCase, at.Jurisdiction, rule.ProhibitedReason),
		}
	}
	return rule, nil
}

// Specialise returns the graph that a session of this type runs under the rule, and the methods that were dropped from
// the definition: those that the rule does not allow and, for an identity session, those that any_of can do without
// because they do not prove an identity. Errors: CodeUseCaseProhibited; CodeParameterInvalid of type where no method is
// left that proves an identity.
func Specialise(
	d graph.Definition, rule *compliance.Rule, j rules.Jurisdiction, kind models.SessionType,
) (graph.Graph, []rules.Method, error) {
	specialised, dropped, err := graph.Specialise(d, j, rule.Allows)
	var prohibited *graph.ProhibitedError
	if errors.As(err, &prohibited) {
		return specialised, dropped, &models.Error{
			Code: models.CodeUseCaseProhibited, Message: "The workflow cannot run in " + string(j) + ": " + err.Error(),
			Param: "workflow_id", Cause: err,
		}
	}
	if err != nil || kind != models.TypeIdentity {
		return specialised, dropped, err
	}
	specialised, weak, err := graph.ForIdentity(specialised)
	if errors.Is(err, graph.ErrUnprovable) {
		err = models.Invalid("type", "An identity can only be verified by a workflow in which a method of the strength of "+
			"document_capture or better leads to verified")
	}
	return specialised, append(dropped, weak...), err
}

// ComplianceOf returns the rule as sessions and compliance checks show it.
func ComplianceOf(r *compliance.Rule, at rules.Jurisdiction) models.ComplianceResult {
	result := models.ComplianceResult{
		UseCase: r.UseCase, Jurisdiction: at, Prohibited: r.Prohibited, RequiredAgeTier: r.RequiredAgeTier,
		AllowedMethods: r.AllowedMethods, MDLAcceptanceStatus: string(r.MDLAcceptanceStatus),
		GoverningRegulator: r.GoverningRegulator, ConsentRequired: r.ConsentRequired,
		CredentialValidityDays: r.CredentialValidityDays, DataRetentionDays: r.DataRetentionDays,
		DocumentImageRetentionDays: r.DocumentImageRetentionDays, BiometricRetentionDays: r.BiometricRetentionDays,
		RuleVersion: r.RuleVersion.String(), VerifiableConsent: r.VerifiableConsent,
	}
	if r.Prohibited {
		result.ProhibitedReason = &r.ProhibitedReason
	}
	return result
}

// govern puts a session under the rule that its place has today, and returns the graph that it runs there. The members
// of any_of that the organization cannot use now are left out if another member remains. Errors: those of Permitting
// and Specialise.
func (s *Service) govern(
	ctx context.Context, d graph.Definition, session models.Session,
) (models.Session, store.Terms, error) {
	at := session.Jurisdiction
	rule, err := s.Permitting(d, Place{at, session.JurisdictionSource})
	if err != nil {
		return session, store.Terms{}, err
	}
	specialised, _, err := Specialise(d, rule, at, session.Type)
	if err != nil {
		return session, store.Terms{}, err
	}
	if specialised, err = s.withoutUnavailable(ctx, session.OrgID, specialised); err != nil {
		return session, store.Terms{}, err
	}
	explanation, err := json.Marshal(rule.Explain())
	session.UseCase, session.AgeTier, session.RuleVersion = rule.UseCase, rule.RequiredAgeTier, rule.RuleVersion.String()
	session.Compliance = models.AsJSON(ComplianceOf(rule, at))
	session.Methods = models.AsJSON(graph.OfferedMethods(specialised))
	session.Risk = models.AsJSON(s.PlaceRisk(session))
	return session, store.Terms{Graph: specialised, Explanation: explanation}, err
}
