package api

import (
	"github.com/stile-id/stile/models"
)

func (hs *deviceHandlers) getView(c *call) (answer, error) { return hs.view(c, c.session) }

// openSession notes that the user sees the verification page. Opening again changes nothing.
func (hs *deviceHandlers) openSession(c *call) (answer, error) {
	if err := decode(c.body, &struct{}{}); err != nil {
		return answer{}, err
	}
	session, err := hs.sessions.Open(c.ctx, c.device())
	if err != nil {
		return answer{}, err
	}
	return hs.view(c, session)
}

type consentInput struct {
	Granted *bool `json:"granted"`
}

// consent notes that the user consents to biometric processing, whether the law asks for consent or not. A user who does
// not consent takes another method.
func (hs *deviceHandlers) consent(c *call) (answer, error) {
	var in consentInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if in.Granted == nil {
		return answer{}, missing("granted")
	}
	session, err := hs.sessions.Consent(c.ctx, c.device(), *in.Granted)
	if err != nil {
		return answer{}, err
	}
	return hs.view(c, session)
}

// giveUpSession cancels the session for the user, as cancelSession does for the merchant.
func (hs *deviceHandlers) giveUpSession(c *call) (answer, error) {
	if err := decode(c.body, &struct{}{}); err != nil {
		return answer{}, err
	}
	session, err := hs.sessions.Cancel(c.ctx, models.SessionRef{OrgID: c.session.OrgID, SessionID: c.session.ID})
	if err != nil {
		return answer{}, err
	}
	return hs.view(c, session)
}
