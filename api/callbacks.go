package api

import (
	"errors"
	"net/http"
	"reflect"
	"slices"

	"github.com/stile-id/stile/internal/fault"
	"github.com/stile-id/stile/internal/signature"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/connector"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/progress"
)

// callback is a submission whose provider calls back.
type callback struct {
	submission models.Submission
	provider   string
}

type callbackObject struct {
	Object       string `json:"object"`
	SubmissionID string `json:"submission_id"`
	Status       string `json:"status"`
}

// authoriseProvider lets whoever signs with the connector's secret speak for its provider. It needs the body.
func (a *API) authoriseProvider(c *call) error {
	submission, err := a.store.Across().CalledBack(c.ctx, c.id())
	if err != nil {
		return err
	}
	connector, secret, err := a.store.ConnectorSecret(c.ctx, submission.OrgID, *submission.ConnectorID)
	if models.CodeOf(err) == models.CodeResourceMissing { // its secret counts for nothing any more
		return models.Missing("submission", c.id())
	}
	if err != nil {
		return err
	}
	header := signature.Join(c.gin.Request.Header.Values(signature.Header))
	if err := signature.Verify(secret, header, c.body, a.now()); err != nil {
		return models.Errorf(models.CodeSignatureInvalid, "%s: %s", signature.Header, err.Error())
	}
	c.callback = callback{submission: submission, provider: connector.Label()}
	c.session, err = a.store.Session(c.ctx, submission.OrgID, submission.SessionID)
	return err
}

// takeCallback gives the verdict that a provider brings. It counts once: a repeat of it changes nothing, another is
// refused.
func (a *API) takeCallback(c *call) (answer, error) {
	verdict, err := parseVerdict(c.body)
	if err != nil {
		return answer{}, err
	}
	verdict.Provider = c.callback.provider
	done, err := a.engine.Judged(c.ctx, c.callback.ref(), progress.Given(verdict))
	if err != nil && models.CodeOf(err) != models.CodeSessionTerminal {
		return answer{}, err
	}
	fault.Point("callback.committed")
	if err == nil && done.Session.ID != "" && !done.Repeated {
		a.changed(c, done.Session)
	} else if err := a.givenAlready(c, verdict); err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, callbackObject{
		Object: "provider_callback", SubmissionID: c.callback.submission.ID, Status: "accepted",
	})
}

func (b callback) ref() models.SubmissionRef {
	session := models.SessionRef{OrgID: b.submission.OrgID, SessionID: b.submission.SessionID}
	return models.SubmissionRef{SessionRef: session, SubmissionID: b.submission.ID}
}

func parseVerdict(body []byte) (methods.Verdict, error) {
	verdict, err := connector.ParseVerdict(body)
	var fault *connector.Fault
	if errors.As(err, &fault) {
		return verdict, models.Invalid(fault.Field, "%s", fault.Message)
	}
	return verdict, err
}

// givenAlready tells a repeat of the verdict that stands from one that comes too late.
func (a *API) givenAlready(c *call, verdict methods.Verdict) error {
	results, err := a.store.Results(c.ctx, c.session.OrgID, c.session.ID)
	if err != nil {
		return err
	}
	for _, result := range results[c.session.ID] {
		if result.ID != c.callback.submission.ID {
			continue
		}
		settled := progress.Settled(verdict, c.session.AgeTier)
		if says(result, settled) || says(result, progress.Costing(settled)) {
			return nil
		}
		return models.Errorf(models.CodeVerdictGiven, "The submission has had its verdict, and it was another")
	}
	return models.Errorf(models.CodeSessionTerminal, "The session ended before the verdict came")
}

func says(r models.Result, v models.Verdict) bool {
	return r.Status == v.Outcome && reflect.DeepEqual(r.AgeTier, v.AgeTier) &&
		slices.Equal(r.ReasonCodes.V, v.ReasonCodes) && slices.Equal(r.Checks.V, v.Checks)
}
