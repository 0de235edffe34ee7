package device

import (
	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
)

func (hs *Handlers) getView(c *rest.Call) (rest.Answer, error) { return hs.view(c, c.Session) }

// openSession notes that the user sees the verification page. Opening again changes nothing.
func (hs *Handlers) openSession(c *rest.Call) (rest.Answer, error) {
	if err := rest.Decode(c.Body, &struct{}{}); err != nil {
		return rest.Answer{}, err
	}
	session, err := hs.sessions.Open(c.Ctx, c.Device())
	if err != nil {
		return rest.Answer{}, err
	}
	return hs.view(c, session)
}

type consentInput struct {
	Granted     *bool   `json:"granted"`
	TextVersion *string `json:"text_version"`
}

// consent notes that the user consents to biometric processing, whether the law asks for consent or not. A user
// without consent takes another method.
func (hs *Handlers) consent(c *rest.Call) (rest.Answer, error) {
	var in consentInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	if in.Granted == nil {
		return rest.Answer{}, rest.Missing("granted")
	}
	session, err := hs.sessions.Consent(c.Ctx, c.Device(), *in.Granted, in.TextVersion)
	if err != nil {
		return rest.Answer{}, err
	}
	return hs.view(c, session)
}

// giveUpSession cancels the session for the user, as cancelSession does for the merchant.
func (hs *Handlers) giveUpSession(c *rest.Call) (rest.Answer, error) {
	if err := rest.Decode(c.Body, &struct{}{}); err != nil {
		return rest.Answer{}, err
	}
	session, err := hs.sessions.Cancel(c.Ctx, models.SessionRef{OrgID: c.Session.OrgID, SessionID: c.Session.ID})
	if err != nil {
		return rest.Answer{}, err
	}
	return hs.view(c, session)
}
