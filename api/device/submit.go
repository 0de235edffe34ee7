package device

import (
	"net/http"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/sessions"
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

func showAttempt(a sessions.Attempt) attemptObject {
	return attemptObject{
		Object: "method_attempt", ID: a.Submission.ID, Method: a.Submission.Method, Status: methodProcessing,
		ReasonCodes: []rules.ReasonCode{}, AttemptsLeft: a.AttemptsLeft, SessionStatus: a.Status,
	}
}

// submitMethod takes the body as the next attempt at the method.
func (hs *Handlers) submitMethod(c *rest.Call) (rest.Answer, error) {
	method, in, err := readMethodInput(c)
	if err != nil {
		return rest.Answer{}, err
	}
	attempt, err := hs.sessions.Submit(c.Ctx, c.Device(), method, in)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusAccepted, showAttempt(attempt))
}
