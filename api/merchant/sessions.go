package merchant

import (
	"context"
	"net/http"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/sessions"
)

func (hs *Handlers) createSession(c *rest.Call) (rest.Answer, error) {
	in, err := hs.readSession(c)
	if err != nil {
		return rest.Answer{}, err
	}
	// Before the commit: without a key to sign with, the session would have no client secret.
	if err := hs.secrets.Ready(c.Ctx); err != nil {
		return rest.Answer{}, err
	}
	if in.presented, err = hs.readVPToken(c, in.VPToken); err != nil {
		return rest.Answer{}, err
	}
	n := in.session(c, c.Sender())
	n.Admit = func(context.Context) error { return hs.spendCaptcha(c, in.CaptchaToken) }
	session, err := hs.sessions.Create(c.Ctx, n)
	if err != nil {
		return rest.Answer{}, err
	}
	hs.countCreated(session)
	object := session.Public()
	if object.ClientSecret, object.URL, err = hs.secretAndURL(c.Ctx, session); err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusCreated, object)
}

// readVPToken reads the token of an earlier verification; nil if none is given.
func (hs *Handlers) readVPToken(c *rest.Call, token *string) (*sessions.Presented, error) {
	if token == nil {
		return nil, nil
	}
	presented, err := hs.vpTokens.Read(c.Ctx, *token)
	return &presented, err
}

func (hs *Handlers) listSessions(c *rest.Call) (rest.Answer, error) {
	page := c.Query.Page()
	filter := store.SessionFilter{
		ClientReferenceID: c.Query.Text("client_reference_id"), WorkflowID: c.Query.Text("workflow_id"),
		Created: c.Query.Window("created"),
	}
	if text := c.Query.Text("status"); text != "" {
		status, known := models.ParseSessionStatus(text)
		if !known {
			c.Query.Fail("status", "status is not a status of sessions")
		}
		filter.Status = status
	}
	if text := c.Query.Text("review"); text != "" {
		status, known := models.ParseReviewStatus(text)
		if !known {
			c.Query.Fail("review", "review must be pending, escalated, approved or rejected")
		}
		filter.Review = status
	}
	expand := c.Query.Expands()
	if c.Query.Err != nil {
		return rest.Answer{}, c.Query.Err
	}
	rows, more, err := hs.store.Sessions(c.Ctx, c.Org().ID, filter, page)
	if err != nil {
		return rest.Answer{}, err
	}
	if expand {
		some := rest.Nearest(page, rows)
		rows, more = some, more || len(some) < len(rows)
	}
	objects, err := hs.showSessions(c, rows, expand)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.ListOf(c, objects, more, func(s models.SessionObject) models.SessionObject { return s })
}

func (hs *Handlers) getSession(c *rest.Call) (rest.Answer, error) {
	explain, expand := c.Query.Flag("explain"), c.Query.Expands()
	if c.Query.Err != nil {
		return rest.Answer{}, c.Query.Err
	}
	session, err := hs.store.UserSession(c.Ctx, c.Org().ID, c.ID())
	if err != nil {
		return rest.Answer{}, err
	}
	objects, err := hs.showSessions(c, []models.Session{session}, expand)
	if err != nil {
		return rest.Answer{}, err
	}
	if explain {
		objects[0], err = hs.explained(c, session, objects[0])
	}
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, objects[0])
}

// showSessions renders sessions, with their results where these are to be expanded.
func (hs *Handlers) showSessions(c *rest.Call, rows []models.Session, expand bool) ([]models.SessionObject, error) {
	objects := make([]models.SessionObject, 0, len(rows))
	ids := make([]string, 0, len(rows))
	for _, session := range rows {
		objects = append(objects, session.Public())
		ids = append(ids, session.ID)
	}
	if !expand || len(rows) == 0 {
		return objects, nil
	}
	results, err := hs.store.Results(c.Ctx, c.Org().ID, ids...)
	if err != nil {
		return nil, err
	}
	for i := range objects {
		shown := make([]models.ResultObject, 0, len(results[objects[i].ID]))
		for _, result := range results[objects[i].ID] {
			shown = append(shown, result.Public())
		}
		objects[i].Results = &shown
	}
	return objects, nil
}

// deleteBiometrics deletes the biometric data of a session, whatever its outcome.
func (hs *Handlers) deleteBiometrics(c *rest.Call) (rest.Answer, error) {
	if _, err := hs.store.UserSession(c.Ctx, c.Org().ID, c.ID()); err != nil {
		return rest.Answer{}, err
	}
	ref := models.SessionRef{OrgID: c.Org().ID, SessionID: c.ID()}
	if err := hs.sessions.DeleteBiometrics(c.Ctx, ref, c.Actor()); err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, rest.DeletedObject{ID: c.ID(), Object: "session_biometrics", Deleted: true})
}

func (hs *Handlers) cancelSession(c *rest.Call) (rest.Answer, error) {
	if err := rest.Decode(c.Body, &struct{}{}); err != nil {
		return rest.Answer{}, err
	}
	if _, err := hs.store.UserSession(c.Ctx, c.Org().ID, c.ID()); err != nil {
		return rest.Answer{}, err
	}
	session, err := hs.sessions.Cancel(c.Ctx, models.SessionRef{OrgID: c.Org().ID, SessionID: c.ID()})
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, session.Public())
}

// countCreated counts a session that was created. The labels tell nothing about the user.
func (hs *Handlers) countCreated(s models.Session) {
	hs.created.WithLabelValues(string(s.Status), string(s.Type), string(s.Jurisdiction.Country())).Inc()
}

// secretAndURL returns the two fields of a session that only the answer to its creation has.
func (hs *Handlers) secretAndURL(ctx context.Context, s models.Session) (secret, url string, err error) {
	secret, err = hs.secrets.Issue(ctx, s)
	return secret, hs.verifyURL + "/" + s.ID + "#client_secret=" + secret, err
}
