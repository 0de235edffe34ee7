package api

import (
	"context"
	"net/http"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

func (hs *merchantHandlers) createSession(c *call) (answer, error) {
	in, err := readSession(c)
	if err != nil {
		return answer{}, err
	}
	// Before the commit: without a key to sign with, the session would have no client secret.
	if err := hs.secrets.ready(c.ctx); err != nil {
		return answer{}, err
	}
	session, err := hs.sessions.Create(c.ctx, in.session(c, c.sender()))
	if err != nil {
		return answer{}, err
	}
	hs.countCreated(session)
	object := session.Public()
	if object.ClientSecret, object.URL, err = hs.secretAndURL(c.ctx, session); err != nil {
		return answer{}, err
	}
	return reply(http.StatusCreated, object)
}

func (hs *merchantHandlers) listSessions(c *call) (answer, error) {
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
	rows, more, err := hs.store.Sessions(c.ctx, c.org().ID, filter, page)
	if err != nil {
		return answer{}, err
	}
	if expand {
		some := nearest(page, rows)
		rows, more = some, more || len(some) < len(rows)
	}
	objects, err := hs.showSessions(c, rows, expand)
	if err != nil {
		return answer{}, err
	}
	return listOf(c, objects, more, func(s models.SessionObject) models.SessionObject { return s })
}

func (hs *merchantHandlers) getSession(c *call) (answer, error) {
	explain, expand := c.query.flag("explain"), c.query.expands()
	if c.query.err != nil {
		return answer{}, c.query.err
	}
	session, err := hs.store.Session(c.ctx, c.org().ID, c.id())
	if err != nil {
		return answer{}, err
	}
	objects, err := hs.showSessions(c, []models.Session{session}, expand)
	if err != nil {
		return answer{}, err
	}
	if explain {
		objects[0], err = hs.explained(c, session, objects[0])
	}
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, objects[0])
}

// showSessions renders sessions, with their results where these are to be expanded.
func (hs *merchantHandlers) showSessions(c *call, rows []models.Session, expand bool) ([]models.SessionObject, error) {
	objects := make([]models.SessionObject, 0, len(rows))
	ids := make([]string, 0, len(rows))
	for _, session := range rows {
		objects = append(objects, session.Public())
		ids = append(ids, session.ID)
	}
	if !expand || len(rows) == 0 {
		return objects, nil
	}
	results, err := hs.store.Results(c.ctx, c.org().ID, ids...)
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

func (hs *merchantHandlers) cancelSession(c *call) (answer, error) {
	if err := decode(c.body, &struct{}{}); err != nil {
		return answer{}, err
	}
	session, err := hs.sessions.Cancel(c.ctx, models.SessionRef{OrgID: c.org().ID, SessionID: c.id()})
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, session.Public())
}

// countCreated counts a session that was created. The labels tell nothing about the user.
func (hs *merchantHandlers) countCreated(s models.Session) {
	hs.created.WithLabelValues(string(s.Status), string(s.Type), string(s.Jurisdiction.Country())).Inc()
}

// secretAndURL returns the two fields of a session that only the answer to its creation has.
func (hs *merchantHandlers) secretAndURL(ctx context.Context, s models.Session) (secret, url string, err error) {
	secret, err = hs.secrets.issue(ctx, s)
	return secret, hs.verifyURL + "/" + s.ID + "#client_secret=" + secret, err
}
