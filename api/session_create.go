package api

import (
	"errors"
	"net/http"
	"slices"

	"github.com/stile-id/stile/internal/fault"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// ruleVersion names the rules that decide the age tier, until compliance rules have versions of their own.
const ruleVersion = "builtin-1"

func (a *API) createSession(c *call) (answer, error) {
	in, err := readSession(c)
	if err != nil {
		return answer{}, err
	}
	planned, err := a.plan(c, in)
	if err != nil {
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

// plan resolves what the workflow and the jurisdiction decide.
func (a *API) plan(c *call, in sessionInput) (store.NewSession, error) {
	version, err := a.store.PublishedVersion(c.ctx, c.org().ID, *in.WorkflowID)
	if err != nil {
		return store.NewSession{}, err
	}
	found, err := a.resolve(c, in)
	if err != nil {
		return store.NewSession{}, err
	}
	user := found.user
	specialised, err := specialise(version.Definition.V, user.jurisdiction, models.SessionType(*in.Type))
	if err != nil {
		return store.NewSession{}, err
	}
	useCase := version.Definition.V.UseCase
	planned := store.NewSession{
		Session: models.Session{
			OrgID: c.org().ID, Type: models.SessionType(*in.Type),
			WorkflowID: version.WorkflowID, WorkflowVersion: version.Version,
			Methods: models.AsJSON(graph.OfferedMethods(specialised)),
			UseCase: useCase, AgeTier: rules.RequiredAgeTier(useCase, user.jurisdiction), RuleVersion: ruleVersion,
			Jurisdiction: user.jurisdiction, JurisdictionSource: user.source,
			DeliveryJurisdiction: found.delivery, IPJurisdiction: found.address,
			ClientReferenceID: in.ClientReferenceID, Metadata: models.AsJSON(in.metadata),
			ReturnURL: in.ReturnURL, CancelURL: in.CancelURL,
		},
		Graph: specialised, Email: in.email, Phone: in.phone, TTL: a.config.SessionTTL,
		WebhookRequired: c.live(), Verified: in.SkipVerification != nil && *in.SkipVerification,
	}
	if !c.live() {
		planned.SandboxQuota = a.config.SandboxQuota
	}
	return a.begin(planned)
}

// begin lets the session take the branches at the start of its graph. They may end it, or have it reviewed, at birth.
func (a *API) begin(planned store.NewSession) (store.NewSession, error) {
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

// specialise makes the graph that the session runs, and sees that it can prove what the session is for.
func specialise(d graph.Definition, j rules.Jurisdiction, kind models.SessionType) (graph.Graph, error) {
	specialised, _, err := graph.Specialise(d, j, nil)
	var prohibited *graph.ProhibitedError
	if errors.As(err, &prohibited) {
		return specialised, &models.Error{
			Code: models.CodeUseCaseProhibited, Message: "The workflow cannot run in " + string(j) + ": " + err.Error(),
			Param: "workflow_id", Cause: err,
		}
	}
	if err != nil || kind != models.TypeIdentity {
		return specialised, err
	}
	if !slices.ContainsFunc(graph.OfferedMethods(specialised), rules.Method.ProvesIdentity) {
		return specialised, models.Invalid("type", "An identity can only be verified by a workflow that offers "+
			"a method of the strength of document_capture or better")
	}
	return specialised, nil
}
