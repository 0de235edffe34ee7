package api

import (
	"github.com/stile-id/stile/models"
)

func (a *API) getView(c *call) (answer, error) { return a.view(c, c.session) }

// openSession notes that the user sees the verification page. Opening again changes nothing.
func (a *API) openSession(c *call) (answer, error) {
	if err := decode(c.body, &struct{}{}); err != nil {
		return answer{}, err
	}
	session, err := a.sessions.Open(c.ctx, a.device(c))
	if err != nil {
		return answer{}, err
	}
	return a.view(c, session)
}

type consentInput struct {
	Granted *bool `json:"granted"`
}

// consent notes that the user consents to biometric processing, whether the law asks for consent or not. A user who does
// not consent takes another method.
func (a *API) consent(c *call) (answer, error) {
	var in consentInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if in.Granted == nil {
		return answer{}, missing("granted")
	}
	session, err := a.sessions.Consent(c.ctx, a.device(c), *in.Granted)
	if err != nil {
		return answer{}, err
	}
	return a.view(c, session)
}

// giveUpSession cancels the session for the user, as cancelSession does for the merchant.
func (a *API) giveUpSession(c *call) (answer, error) {
	if err := decode(c.body, &struct{}{}); err != nil {
		return answer{}, err
	}
	session, err := a.sessions.Cancel(c.ctx, models.SessionRef{OrgID: c.session.OrgID, SessionID: c.session.ID})
	if err != nil {
		return answer{}, err
	}
	return a.view(c, session)
}
