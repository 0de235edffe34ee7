package api

import (
	"net/http"

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

// submitMethod takes what the user's device sends for a method as the next attempt at it.
func (hs *deviceHandlers) submitMethod(c *call) (answer, error) {
	method, err := parseMethod(c.gin.Param("method"))
	if err != nil {
		return answer{}, err
	}
	in, err := readInput(c.body)
	if err != nil {
		return answer{}, err
	}
	attempt, err := hs.sessions.Submit(c.ctx, c.device(), method, in)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusAccepted, showAttempt(attempt))
}

// readInput decodes a submission.
func readInput(body []byte) (in sessions.Input, err error) {
	err = decode(body, &in)
	return in, err
}
