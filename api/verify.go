package api

import (
	"github.com/stile-id/stile/models"
)

func (a *API) getView(c *call) (answer, error) { return a.view(c, c.session) }

// openSession notes that the user has the page before them. Opening again changes nothing.
func (a *API) openSession(c *call) (answer, error) {
	if err := decode(c.body, &struct{}{}); err != nil {
		return answer{}, err
	}
	session, err := a.store.MarkOpened(c.ctx, c.session.OrgID, c.session.ID)
	if err != nil {
		return answer{}, err
	}
	return a.view(c, session)
}

// giveUpSession is the user's cancellation. It is the same as the merchant's.
func (a *API) giveUpSession(c *call) (answer, error) {
	if err := decode(c.body, &struct{}{}); err != nil {
		return answer{}, err
	}
	session, err := a.cancel(c, c.session.OrgID, c.session.ID)
	if err != nil {
		return answer{}, err
	}
	return a.view(c, session)
}

// terminal refuses what a session that has ended cannot take.
func terminal(s models.Session) error {
	if s.Status.Terminal() {
		return errTerminal(s)
	}
	return nil
}
