package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// attemptObject is one attempt at one method. Its id is that of the result to come.
type attemptObject struct {
	Object        string               `json:"object"`
	ID            string               `json:"id"`
	Method        rules.Method         `json:"method"`
	Status        string               `json:"status"`
	ReasonCodes   []rules.ReasonCode   `json:"reason_codes"`
	AttemptsLeft  int                  `json:"attempts_left"`
	SessionStatus models.SessionStatus `json:"session_status"`
}

// submitTries is how often an offer is looked up anew because the row moved before the submission.
const submitTries = 5

func (a *API) submitMethod(c *call) (answer, error) {
	method, err := parseMethod(c.gin.Param("method"))
	if err != nil {
		return answer{}, err
	}
	attempt, err := a.takeSubmission(c, method)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusAccepted, attempt)
}

func parseMethod(name string) (rules.Method, error) {
	method, known := rules.ParseMethod(name)
	if !known {
		return method, &models.Error{Code: models.CodeResourceMissing, Param: "method", Message: "There is no such method"}
	}
	return method, nil
}

// takeSubmission takes the body of the call as the next attempt at the method.
func (a *API) takeSubmission(c *call, method rules.Method) (attemptObject, error) {
	var in submissionInput
	if err := decode(c.body, &in); err != nil {
		return attemptObject{}, err
	}
	if attempt, found, err := a.resubmitted(c); found || err != nil {
		return attempt, err
	}
	if err := a.openFirst(c); err != nil {
		return attemptObject{}, err
	}
	for try := range submitTries {
		session, offer, err := a.offer(c, method, try > 0)
		if err != nil && try == 0 {
			continue // the row that the credential opened may be old: an Idempotency-Key keeps waiting, a body takes time
		}
		if err != nil {
			return attemptObject{}, err
		}
		attempt, err := a.submit(c, session, offer, in)
		if err == nil || !a.moved(c, session, err) {
			return attempt, err
		}
	}
	return attemptObject{}, unavailable("The session is changing too fast. Please try again")
}

// openFirst opens a provisional session whose page has not said that it is open: it has nothing to offer before.
func (a *API) openFirst(c *call) (err error) {
	if c.session.Provisional {
		c.session, err = a.open(c)
	}
	return err
}

// offer looks up whether the session takes a submission to the method: as it was read with the credential, or afresh.
func (a *API) offer(c *call, method rules.Method, afresh bool) (session models.Session, _ graph.Offer, err error) {
	if session = c.session; afresh {
		session, err = a.store.Session(c.ctx, c.session.OrgID, c.session.ID)
	}
	if err == nil {
		err = cmp.Or(terminal(session), mayAct(c, session))
	}
	if err != nil {
		return session, graph.Offer{}, err
	}
	g, err := a.store.SessionGraph(c.ctx, session)
	if err != nil {
		return session, graph.Offer{}, err
	}
	offers := session.GraphState.V.Offers(g)
	i := slices.IndexFunc(offers, func(o graph.Offer) bool { return o.Method == method })
	if i < 0 {
		return session, graph.Offer{}, models.Errorf(models.CodeMethodNotOffered,
			"The session does not offer %s now", method)
	}
	return session, offers[i], nil
}

// consented refuses a biometric step that awaits the user's consent.
func consented(s models.Session, method rules.Method) error {
	if method.Biometric() && s.AwaitsConsent() {
		return models.Errorf(models.CodeConsentRequired, "The law asks for the user's consent before %s", method)
	}
	return nil
}

func (a *API) submit(c *call, s models.Session, offer graph.Offer, in submissionInput) (attemptObject, error) {
	if err := consented(s, offer.Method); err != nil {
		return attemptObject{}, err
	}
	taken, err := a.accept(c, offer.Method, in)
	if err != nil {
		return attemptObject{}, err
	}
	payload, err := json.Marshal(taken.payload)
	if err != nil {
		return attemptObject{}, err
	}
	submission, done, err := a.store.Submit(c.ctx, store.NewSubmission{
		Session: s, Node: offer.Node, Method: offer.Method, Attempt: offer.Attempt, Payload: payload,
		Delay: taken.delay, ConnectorID: taken.connector,
	})
	if err != nil {
		return attemptObject{}, err
	}
	if !done.Repeated {
		a.submitted(c, done.Session, submission.ID)
	}
	return accepted(submission, offer.AttemptsLeft, done.Session.Status), nil
}

func accepted(s models.Submission, attemptsLeft int, session models.SessionStatus) attemptObject {
	return attemptObject{
		Object: "method_attempt", ID: s.ID, Method: s.Method, Status: methodProcessing,
		ReasonCodes: []rules.ReasonCode{}, AttemptsLeft: attemptsLeft, SessionStatus: session,
	}
}

// moved reports whether a refusal came of a row that is no longer as it was read.
func (a *API) moved(c *call, read models.Session, err error) bool {
	if errors.Is(err, store.ErrRefused) {
		return true
	}
	if models.CodeOf(err) != models.CodeSubmissionInProgress {
		return false
	}
	now, err := a.store.Session(c.ctx, read.OrgID, read.ID)
	return err == nil && now.Revision != read.Revision
}

// resubmitted answers a request that takes over, under the same reserved id, from one that crashed after its commit:
// the submission is there, perhaps judged already.
func (a *API) resubmitted(c *call) (attempt attemptObject, found bool, err error) {
	if !store.HasReservedID(c.ctx) {
		return attempt, false, nil
	}
	id := a.store.NewID(c.ctx, models.PrefixResult)
	submission, _, err := a.store.Submission(c.ctx, c.session.OrgID, id)
	if models.CodeOf(err) == models.CodeResourceMissing {
		return attempt, false, nil
	}
	if err != nil {
		return attempt, false, err
	}
	g, err := a.store.SessionGraph(c.ctx, c.session)
	if err != nil {
		return attempt, false, err
	}
	left := c.session.GraphState.V.AttemptsLeft(g, submission.Node)
	return accepted(submission, left, c.session.Status), true, nil
}
