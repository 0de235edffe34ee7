package providers

import (
	"net/http"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/internal/signature"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/sessions"
)

type callbackObject struct {
	Object       string `json:"object"`
	SubmissionID string `json:"submission_id"`
	Status       string `json:"status"`
}

// authoriseProvider checks that the body is signed with the secret of the submission's connector.
func (hs *Handlers) authoriseProvider(c *rest.Call) error {
	submission, err := hs.store.Across().CallbackSubmission(c.Ctx, c.ID())
	if err != nil {
		return err
	}
	connector, secret, err := hs.store.ConnectorSecret(c.Ctx, submission.OrgID, *submission.ConnectorID)
	if models.CodeOf(err) == models.CodeResourceMissing { // its secret counts for nothing any more
		return models.Missing("submission", c.ID())
	}
	if err != nil {
		return err
	}
	header := signature.Join(c.Gin.Request.Header.Values(signature.Header))
	if err := signature.Verify(secret, header, c.Body, hs.now()); err != nil {
		return models.Errorf(models.CodeSignatureInvalid, "%s: %s", signature.Header, err.Error())
	}
	session, err := hs.store.Session(c.Ctx, submission.OrgID, submission.SessionID)
	c.Callback = sessions.Callback{Session: session, Submission: submission, Provider: connector.Label()}
	c.Session = session
	return err
}

// takeCallback takes the verdict that a provider calls back with.
func (hs *Handlers) takeCallback(c *rest.Call) (rest.Answer, error) {
	if err := hs.sessions.TakeVerdict(c.Ctx, c.Callback, c.Body); err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, callbackObject{
		Object: "provider_callback", SubmissionID: c.Callback.Submission.ID, Status: "accepted",
	})
}
