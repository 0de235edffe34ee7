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
	method, known := rules.ParseMethod(c.gin.Param("method"))
	if !known {
		return answer{}, &models.Error{
			Code: models.CodeResourceMissing, Param: "method", Message: "There is no such method",
		}
	}
	var in submissionInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if ans, found, err := a.resubmitted(c); found || err != nil {
		return ans, err
	}
	if err := a.openFirst(c); err != nil {
		return answer{}, err
	}
	for try := range submitTries {
		session, offer, err := a.offer(c, method, try > 0)
		if err != nil && try == 0 {
			continue // the row that the credential opened may be old: an Idempotency-Key keeps waiting, a body takes time
		}
		if err != nil {
			return answer{}, err
		}
		ans, err := a.submit(c, session, offer, in)
		if err == nil || !a.moved(c, session, err) {
			return ans, err
		}
	}
	return answer{}, unavailable("The session is changing too fast. Please try again")
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

func (a *API) submit(c *call, s models.Session, offer graph.Offer, in submissionInput) (answer, error) {
	if offer.Method.Biometric() && s.AwaitsConsent() {
		return answer{}, models.Errorf(models.CodeConsentRequired, "The law asks for the user's consent before %s", offer.Method)
	}
	taken, err := a.accept(c, offer.Method, in)
	if err != nil {
		return answer{}, err
	}
	payload, err := json.Marshal(taken.payload)
	if err != nil {
		return answer{}, err
	}
	submission, done, err := a.store.Submit(c.ctx, store.NewSubmission{
		Session: s, Node: offer.Node, Method: offer.Method, Attempt: offer.Attempt, Payload: payload,
		Delay: taken.delay, ConnectorID: taken.connector,
	})
	if err != nil {
		return answer{}, err
	}
	if !done.Repeated {
		a.submitted(c, done.Session, submission.ID)
	}
	return accepted(submission, offer.AttemptsLeft, done.Session.Status)
}

func accepted(s models.Submission, attemptsLeft int, session models.SessionStatus) (answer, error) {
	return reply(http.StatusAccepted, attemptObject{
		Object: "method_attempt", ID: s.ID, Method: s.Method, Status: methodProcessing,
		ReasonCodes: []rules.ReasonCode{}, AttemptsLeft: attemptsLeft, SessionStatus: session,
	})
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

// resubmitted answers a request that takes over, by its Idempotency-Key, from one that crashed after its commit: the
// submission under the reserved id is there, perhaps judged already.
func (a *API) resubmitted(c *call) (ans answer, found bool, err error) {
	if c.claim == nil {
		return answer{}, false, nil
	}
	id := a.store.NewID(c.ctx, models.PrefixResult)
	submission, _, err := a.store.Submission(c.ctx, c.session.OrgID, id)
	if models.CodeOf(err) == models.CodeResourceMissing {
		return answer{}, false, nil
	}
	if err != nil {
		return answer{}, false, err
	}
	g, err := a.store.SessionGraph(c.ctx, c.session)
	if err != nil {
		return answer{}, false, err
	}
	left := c.session.GraphState.V.AttemptsLeft(g, submission.Node)
	ans, err = accepted(submission, left, c.session.Status)
	return ans, true, err
}
