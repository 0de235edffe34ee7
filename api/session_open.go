package api

import (
	"errors"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// openTries is how often a provisional session is looked at anew because it moved before it was opened.
const openTries = 5

// open notes that the user has the page before them. Of a provisional session nobody knew before where that is.
func (a *API) open(c *call) (session models.Session, err error) {
	session = c.session
	for range openTries {
		if !session.Provisional || session.Status.Terminal() {
			return a.store.MarkOpened(c.ctx, session.OrgID, session.ID)
		}
		opened, err := a.openThere(c, session)
		if !errors.Is(err, store.ErrRefused) {
			return opened, err
		}
		if session, err = a.store.Session(c.ctx, session.OrgID, session.ID); err != nil {
			return session, err
		}
	}
	return session, unavailable("The session is changing too fast. Please try again")
}

// openThere opens a provisional session under the law of where its user is. Where the workflow cannot run there, or
// nobody knows where that is, nothing changes: the user may come again from elsewhere.
func (a *API) openThere(c *call, s models.Session) (models.Session, error) {
	org, err := a.store.Across().Organization(c.ctx, s.OrgID)
	if err != nil {
		return s, err
	}
	version, err := a.store.WorkflowVersion(c.ctx, s.OrgID, s.WorkflowID, s.WorkflowVersion)
	if err != nil {
		return s, err
	}
	found, err := a.resolve(c.gin, toldOf(s), org.Sandbox)
	if err != nil {
		return s, withoutParam(err)
	}
	there, terms, err := a.govern(version.Definition.V, found.settled(s))
	if err != nil {
		return s, withoutParam(err)
	}
	begun, err := a.engine.Begin(terms.Graph, there)
	if err != nil {
		return s, err
	}
	done, err := a.store.OpenThere(c.ctx, store.Opening{Read: s, Session: there, Terms: terms, Begun: begun})
	if err == nil && !done.Repeated && done.Session.NudgeAt != nil {
		a.changed(c, done.Session)
	}
	return done.Session, err
}

// toldOf is what the merchant said of the session's places.
func toldOf(s models.Session) (t told) {
	if s.JurisdictionSource == models.JurisdictionExplicit {
		t.jurisdiction = s.Jurisdiction
	}
	if s.DeliveryJurisdiction != nil {
		t.delivery = *s.DeliveryJurisdiction
	}
	return t
}

// withoutParam takes from an error the parameter of the session's creation, which this request does not have.
func withoutParam(err error) error {
	var refused *models.Error
	if !errors.As(err, &refused) {
		return err
	}
	plain := *refused
	plain.Param = ""
	return &plain
}
