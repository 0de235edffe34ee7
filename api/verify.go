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
	session, err := a.open(c)
	if err != nil {
		return answer{}, err
	}
	return a.view(c, session)
}

type consentInput struct {
	Granted *bool `json:"granted"`
}

// consent notes that the user consents to biometric processing, where the law asks for that or not. One who does not
// simply takes another method.
func (a *API) consent(c *call) (answer, error) {
	var in consentInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if in.Granted == nil {
		return answer{}, missing("granted")
	}
	if err := mayAct(c, c.session); err != nil {
		return answer{}, err
	}
	if !*in.Granted {
		return answer{}, models.Invalid("granted", "granted must be true. Who does not consent may take a method that is not biometric")
	}
	session, err := a.store.Consent(c.ctx, c.session.OrgID, c.session.ID)
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
