package api

import (
	"net/http"

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
func (hs *providerHandlers) authoriseProvider(c *call) error {
	submission, err := hs.store.Across().CalledBack(c.ctx, c.id())
	if err != nil {
		return err
	}
	connector, secret, err := hs.store.ConnectorSecret(c.ctx, submission.OrgID, *submission.ConnectorID)
	if models.CodeOf(err) == models.CodeResourceMissing { // its secret counts for nothing any more
		return models.Missing("submission", c.id())
	}
	if err != nil {
		return err
	}
	header := signature.Join(c.gin.Request.Header.Values(signature.Header))
	if err := signature.Verify(secret, header, c.body, hs.now()); err != nil {
		return models.Errorf(models.CodeSignatureInvalid, "%s: %s", signature.Header, err.Error())
	}
	session, err := hs.store.Session(c.ctx, submission.OrgID, submission.SessionID)
	c.callback = sessions.Callback{Session: session, Submission: submission, Provider: connector.Label()}
	c.session = session
	return err
}

// takeCallback takes the verdict that a provider calls back with.
func (hs *providerHandlers) takeCallback(c *call) (answer, error) {
	if err := hs.sessions.TakeVerdict(c.ctx, c.callback, c.body); err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, callbackObject{
		Object: "provider_callback", SubmissionID: c.callback.Submission.ID, Status: "accepted",
	})
}
