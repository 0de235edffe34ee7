package api

import (
	"context"
	"net/http"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

func (a *API) createSession(c *call) (answer, error) {
	in, err := readSession(c)
	if err != nil {
		return answer{}, err
	}
	// Before the commit: without a key to sign with, the session would have no client secret.
	if err := a.secrets.ready(c.ctx); err != nil {
		return answer{}, err
	}
	session, err := a.sessions.Create(c.ctx, in.session(c, a.sender(c.gin.Request)))
	if err != nil {
		return answer{}, err
	}
	a.countCreated(session)
	object := session.Public()
	if object.ClientSecret, object.URL, err = a.secretAndURL(c.ctx, session); err != nil {
		return answer{}, err
	}
	return reply(http.StatusCreated, object)
}

func (a *API) listSessions(c *call) (answer, error) {
	page := c.query.page()
	filter := store.SessionFilter{
		ClientReferenceID: c.query.text("client_reference_id"), WorkflowID: c.query.text("workflow_id"),
		Created: c.query.window("created"),
	}
	if text := c.query.text("status"); text != "" {
		status, known := models.ParseSessionStatus(text)
		if !known {
			c.query.fail("status", "status is not a status of sessions")
		}
		filter.Status = status
	}
	if text := c.query.text("review"); text != "" {
		status, known := models.ParseReviewStatus(text)
		if !known {
			c.query.fail("review", "review must be pending, escalated, approved or rejected")
		}
		filter.Review = status
	}
	expand := c.query.expands()
	if c.query.err != nil {
		return answer{}, c.query.err
	}
	rows, more, err := a.store.Sessions(c.ctx, c.org().ID, filter, page)
	if err != nil {
		return answer{}, err
	}
	if expand {
		some := store.Nearest(page, rows, submissionsOf, mostSubmissionsAtOnce)
		rows, more = some, more || len(some) < len(rows)
	}
	objects, err := a.showSessions(c, rows, expand)
	if err != nil {
		return answer{}, err
	}
	return listOf(c, objects, more, func(s models.SessionObject) models.SessionObject { return s })
}

func (a *API) getSession(c *call) (answer, error) {
	explain, expand := c.query.flag("explain"), c.query.expands()
	if c.query.err != nil {
		return answer{}, c.query.err
	}
	session, err := a.store.Session(c.ctx, c.org().ID, c.id())
	if err != nil {
		return answer{}, err
	}
	objects, err := a.showSessions(c, []models.Session{session}, expand)
	if err != nil {
		return answer{}, err
	}
	if explain {
		objects[0], err = a.explained(c, session, objects[0])
	}
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, objects[0])
}

// showSessions renders sessions, with their results where these are to be expanded.
func (a *API) showSessions(c *call, rows []models.Session, expand bool) ([]models.SessionObject, error) {
	objects := make([]models.SessionObject, 0, len(rows))
	ids := make([]string, 0, len(rows))
	for _, session := range rows {
		objects = append(objects, session.Public())
		ids = append(ids, session.ID)
	}
	if !expand || len(rows) == 0 {
		return objects, nil
	}
	results, err := a.store.Results(c.ctx, c.org().ID, ids...)
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

func (a *API) cancelSession(c *call) (answer, error) {
	if err := decode(c.body, &struct{}{}); err != nil {
		return answer{}, err
	}
	session, err := a.sessions.Cancel(c.ctx, models.SessionRef{OrgID: c.org().ID, SessionID: c.id()})
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, session.Public())
}

// countCreated counts a session that was created. The labels tell nothing about the user.
func (a *API) countCreated(s models.Session) {
	a.metrics.sessions.WithLabelValues(string(s.Status), string(s.Type), string(s.Jurisdiction.Country())).Inc()
}

// secretAndURL returns the two fields of a session that only the answer to its creation has.
func (a *API) secretAndURL(ctx context.Context, s models.Session) (secret, url string, err error) {
	secret, err = a.secrets.issue(ctx, s)
	return secret, a.config.VerifyURL + "/" + s.ID + "#client_secret=" + secret, err
}
