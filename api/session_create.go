package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/stile-id/stile/internal/fault"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
	"github.com/stile-id/stile/rules/graph"
)

func (a *API) createSession(c *call) (answer, error) {
	in, err := readSession(c)
	if err != nil {
		return answer{}, err
	}
	planned, err := a.plan(c, in)
	if err != nil {
		return answer{}, err
	}
	if err := a.reuse(c, in); err != nil {
		return answer{}, err
	}
	// Before the commit: without a key to sign with, nobody could use the session.
	if _, err := a.secrets.keys.newest(c.ctx); err != nil {
		return answer{}, err
	}
	created, err := a.store.CreateSession(c.ctx, planned)
	if err != nil {
		return answer{}, err
	}
	session := created.Session
	fault.Point("session.committed")
	a.start(c, created)
	fault.Point("session.started")
	a.born(session)
	object := session.Public()
	if object.ClientSecret, object.URL, err = a.secretAndURL(c.ctx, session); err != nil {
		return answer{}, err
	}
	return reply(http.StatusCreated, object)
}

// plan resolves what the workflow and the user's place decide.
func (a *API) plan(c *call, in sessionInput) (store.NewSession, error) {
	version, err := a.store.PublishedVersion(c.ctx, c.org().ID, *in.WorkflowID)
	if err != nil {
		return store.NewSession{}, err
	}
	found, err := a.locate(c, in.told, version.Definition.V)
	if err != nil {
		return store.NewSession{}, err
	}
	verified := in.SkipVerification != nil && *in.SkipVerification
	session, terms, err := a.govern(version.Definition.V, found.settled(models.Session{
		OrgID: c.org().ID, Type: models.SessionType(*in.Type),
		WorkflowID: version.WorkflowID, WorkflowVersion: version.Version,
		Provisional:       in.provisional(c) && !verified,
		ClientReferenceID: in.ClientReferenceID, Metadata: models.AsJSON(in.metadata),
		ReturnURL: in.ReturnURL, CancelURL: in.CancelURL,
	}))
	if err != nil {
		return store.NewSession{}, err
	}
	planned := store.NewSession{
		Session: session, Terms: terms, Email: in.contacts.email, Phone: in.contacts.phone, TTL: a.config.SessionTTL,
		WebhookRequired: c.live(), Verified: verified,
	}
	if !c.live() {
		planned.SandboxQuota = a.config.SandboxQuota
	}
	return a.begin(planned)
}

// govern puts a session under the rule of its place, as it is today, and makes the graph that it runs there.
func (a *API) govern(d graph.Definition, s models.Session) (models.Session, store.Terms, error) {
	rule, err := a.permitting(d, place{s.Jurisdiction, s.JurisdictionSource})
	if err != nil {
		return s, store.Terms{}, err
	}
	specialised, _, err := specialise(d, rule, s.Jurisdiction, s.Type)
	if err != nil {
		return s, store.Terms{}, err
	}
	explanation, err := json.Marshal(rule.Explain())
	s.UseCase, s.AgeTier, s.RuleVersion = rule.UseCase, rule.RequiredAgeTier, rule.RuleVersion.String()
	s.Compliance = models.AsJSON(showRule(rule, s.Jurisdiction))
	s.Methods = models.AsJSON(graph.OfferedMethods(specialised))
	s.Risk = models.AsJSON(s.PlaceRisk())
	return s, store.Terms{Graph: specialised, Explanation: explanation}, err
}

// begin lets the session take the branches at the start of its graph. They may end it, or have it reviewed, at birth: not
// before it is known where the user is.
func (a *API) begin(planned store.NewSession) (store.NewSession, error) {
	if planned.Session.Provisional {
		planned.Session.Risk = models.AsJSON[*rules.Risk](nil)
		return planned, nil
	}
	begun, err := a.engine.Begin(planned.Graph, planned.Session)
	if err != nil {
		return planned, err
	}
	planned.Session.GraphState = models.AsJSON(begun.State)
	if !planned.Verified {
		planned.Begun = &begun
	}
	return planned, nil
}

// permitting returns the rule under which a workflow runs at a place. Errors: CodeParameterInvalid where the workflow is
// not published for the place or no rules are known of it, CodeUseCaseProhibited where the law prohibits the use case.
func (a *API) permitting(d graph.Definition, at place) (*compliance.Rule, error) {
	if !d.Serves(at.jurisdiction) {
		param := "workflow_id"
		if at.source == models.JurisdictionExplicit {
			param = "jurisdiction"
		}
		return nil, models.Invalid(param, "The workflow is not published for %s, but for %s",
			at.jurisdiction, listed(d.Jurisdictions))
	}
	rule, err := a.rule(d.UseCase, at, a.today())
	if err == nil && rule.Prohibited {
		err = &models.Error{
			Code: models.CodeUseCaseProhibited, Param: "workflow_id",
			Message: fmt.Sprintf("%s is prohibited in %s. %s", d.UseCase, at.jurisdiction, rule.ProhibitedReason),
		}
	}
	return rule, err
}

// specialise makes the graph that a session runs, and returns the methods that were dropped from it: those that the rule
// does not allow and, for an identity session, those that any_of can do without because they do not prove an identity.
// Errors: CodeUseCaseProhibited; CodeParameterInvalid of type where nothing is left that proves an identity.
func specialise(
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
