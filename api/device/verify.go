package device

import (
	"cmp"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/sessions"
)

func (hs *Handlers) getView(c *rest.Call) (rest.Answer, error) { return hs.view(c, c.Session) }

// openInput holds what the page says of the device, as far as the view asks for it in device_hints.
type openInput struct {
	TimeZone *string `json:"time_zone"`
	DeviceID *string `json:"device_id"`
}

// longestHint bounds a hint, in characters.
const longestHint = 64

func (in openInput) read() (h sessions.Hints, err error) {
	err = cmp.Or(rest.CheckText("time_zone", in.TimeZone, longestHint),
		rest.CheckText("device_id", in.DeviceID, longestHint))
	rest.Set(&h.TimeZone, in.TimeZone)
	rest.Set(&h.DeviceID, in.DeviceID)
	return h, err
}

// openSession notes that the user sees the verification page. Opening again changes nothing.
func (hs *Handlers) openSession(c *rest.Call) (rest.Answer, error) {
	var in openInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	device := c.Device()
	var err error
	if device.Hints, err = in.read(); err != nil {
		return rest.Answer{}, err
	}
	device.Hints.Languages = rest.Languages(c.Gin.Request)
	session, err := hs.sessions.Open(c.Ctx, device)
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
