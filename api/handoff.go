package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// handoffVersion is that of the answer's form, which apps read from the QR code's page.
const handoffVersion = 1

// mintedObject is what takes a session to a phone.
type mintedObject struct {
	V                int    `json:"v"`
	SessionID        string `json:"session_id"`
	AttemptID        string `json:"attempt_id"`
	MobileWriteToken string `json:"mobile_write_token"`
	ExpiresAt        string `json:"expires_at"` // RFC 3339
	URL              string `json:"url"`
	QRSVG            string `json:"qr_svg"`
}

// mintInput is what the page may choose instead of what the workflow says.
type mintInput struct {
	URLBase     *string `json:"url_base"`
	CompanyName *string `json:"company_name"`
}

// mintHandoff makes the one-time token by which a phone takes the session, and the link to it.
func (a *API) mintHandoff(c *call) (answer, error) {
	var in mintInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	wanted, err := a.handoffOf(c.ctx, c.session)
	if err == nil && !wanted.Enabled {
		err = models.Errorf(models.CodeHandoffDisabled, "The workflow does not hand sessions off")
	}
	if err != nil {
		return answer{}, err
	}
	to, err := a.destination(c, wanted, in)
	if err != nil {
		return answer{}, err
	}
	h, token, err := a.store.MintHandoff(c.ctx, store.NewHandoff{
		OrgID: c.session.OrgID, SessionID: c.session.ID, TTL: a.config.HandoffTTL, Reuse: a.config.HandoffReuse,
		Confirm: wanted.Confirm, From: a.where(c),
	})
	if err != nil {
		return answer{}, err
	}
	link, err := handoffLink(to.page.String(), token)
	if err != nil {
		return answer{}, err
	}
	code, err := qrSVG(link, to.company)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, mintedObject{
		V: handoffVersion, SessionID: h.SessionID, AttemptID: h.ID, MobileWriteToken: token,
		ExpiresAt: h.ExpiresAt.UTC().Format(time.RFC3339), URL: link, QRSVG: code,
	})
}

// destination is where a link leads, and who the user goes on with there.
type destination struct {
	page    models.HandoffURL
	company string
}

func (a *API) destination(c *call, wanted graph.Handoff, in mintInput) (to destination, err error) {
	org, err := a.store.Across().Organization(c.ctx, c.session.OrgID)
	if err != nil {
		return to, err
	}
	if to.page, err = a.handoffPage(c.ctx, org, wanted, in.URLBase); err != nil {
		return to, err
	}
	to.company, err = companyOf(org, wanted, in.CompanyName)
	return to, err
}

// where is what the address of the request tells of where the device is; nil where nobody knows.
func (a *API) where(c *call) *rules.Jurisdiction {
	found, known := a.detect(c.gin, told{}.clientIP)
	if !known {
		return nil
	}
	return &found.jurisdiction
}

type exchangeInput struct {
	Token    *string `json:"token"`
	DeviceID *string `json:"device_id"`
}

type deviceTokenObject struct {
	Object      string           `json:"object"`
	DeviceToken string           `json:"device_token"`
	SessionID   string           `json:"session_id"`
	AttemptID   string           `json:"attempt_id"`
	ExpiresAt   models.Timestamp `json:"expires_at"`
	// Choices are the numbers from which the user is to pick the one that the desktop shows; none where that is not asked.
	Choices []int `json:"choices"`
}

// longestDeviceID is enough for whatever an app or a page names its device by.
const longestDeviceID = 200

// exchangeHandoff gives the device that first shows a handoff's token what it goes on with.
func (a *API) exchangeHandoff(c *call) (answer, error) {
	var in exchangeInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if in.Token == nil {
		return answer{}, missing("token")
	}
	if err := checkDeviceID(in.DeviceID); err != nil {
		return answer{}, err
	}
	taken, err := a.takeOver(c, claiming{token: *in.Token, device: *in.DeviceID})
	if err != nil {
		return answer{}, err
	}
	token, err := a.secrets.issueDevice(c.ctx, taken.Handoff)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, deviceTokenObject{
		Object: "device_token", DeviceToken: token, SessionID: taken.Session.ID, AttemptID: taken.Handoff.ID,
		ExpiresAt: taken.Session.ExpiresAt, Choices: toChoose(taken.Handoff),
	})
}

func checkDeviceID(id *string) error {
	if id == nil {
		return missing("device_id")
	}
	return checkText("device_id", id, longestDeviceID)
}

// admitOrigin keeps pages of others from taking sessions of the organization. What is no browser has no origin.
func (a *API) admitOrigin(c *call, org string) error {
	origin := c.gin.GetHeader("Origin")
	if origin == "" {
		return nil
	}
	allowed, err := a.handoffOrigins(c.ctx, org)
	if err == nil && !slices.Contains(allowed, origin) {
		err = models.Errorf(models.CodeOriginNotAllowed, "The organization has not allowed pages of this origin to take its sessions")
	}
	return err
}

// claiming is a device that shows a token, and what it takes the token to be of, where it says so.
type claiming struct{ token, device, session, attempt string }

// takeOver consumes a token, and tells the run that a device holds the session. Both ways in lead here.
func (a *API) takeOver(c *call, by claiming) (store.Taken, error) {
	// Before the token is consumed: without a key to sign with, nobody could go on.
	if _, err := a.secrets.keys.newest(c.ctx); err != nil {
		return store.Taken{}, err
	}
	h, err := a.store.Across().HandoffByToken(c.ctx, by.token)
	if err != nil {
		return store.Taken{}, err
	}
	if by.session != "" && by.session != h.SessionID || by.attempt != "" && by.attempt != h.ID {
		return store.Taken{}, models.Errorf(models.CodeHandoffTokenInvalid, "The handoff token is that of another attempt")
	}
	if err := a.admitOrigin(c, h.OrgID); err != nil {
		return store.Taken{}, err
	}
	taken, err := a.store.Across().ClaimHandoff(c.ctx, by.token, by.device, distance(h.MintedIn, a.where(c)))
	if err == nil {
		a.changed(c, taken.Session)
	}
	return taken, err
}

// distance is the risk of a phone that is elsewhere than the desktop; nil where one of the places is not known.
func distance(desktop, phone *rules.Jurisdiction) *rules.Risk {
	if desktop == nil || phone == nil {
		return nil
	}
	return rules.DistantDevice(*desktop, *phone)
}

func toChoose(h models.Handoff) []int {
	if h.Confirmed() {
		return []int{}
	}
	return h.Choices.V
}

type confirmInput struct {
	Number *int `json:"number"`
}

// confirmHandoff takes the number that the user has chosen on the phone.
func (a *API) confirmHandoff(c *call) (answer, error) {
	var in confirmInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if err := a.confirm(c, in.Number); err != nil {
		return answer{}, err
	}
	return a.view(c, c.session)
}

// confirm takes the number, and has the call see the attempt as it then is.
func (a *API) confirm(c *call, number *int) error {
	if number == nil {
		return missing("number")
	}
	if err := terminal(c.session); err != nil {
		return err
	}
	released, err := a.store.ConfirmHandoff(c.ctx, c.session, c.handoff, *number)
	if released {
		a.changed(c, c.session)
	}
	if err != nil {
		return err
	}
	c.handoff, err = a.store.Handoff(c.ctx, c.session, c.handoff.ID)
	return err
}

type heartbeatObject struct {
	Object    string               `json:"object"`
	SessionID string               `json:"session_id"`
	Status    models.SessionStatus `json:"status"`
}

// heartbeat keeps the session on the phone.
func (a *API) heartbeat(c *call) (answer, error) {
	if err := decode(c.body, &struct{}{}); err != nil {
		return answer{}, err
	}
	if err := a.seen(c); err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, heartbeatObject{"heartbeat", c.session.ID, c.session.Status})
}

// seen notes that the phone is there.
func (a *API) seen(c *call) error {
	if err := terminal(c.session); err != nil {
		return err
	}
	return a.store.DeviceSeen(c.ctx, c.session.OrgID, c.session.ID, c.handoff.ID)
}

// releaseDevice gives the session back: the phone lets go of it, or the desktop takes it.
func (a *API) releaseDevice(c *call) (answer, error) {
	if err := decode(c.body, &struct{}{}); err != nil {
		return answer{}, err
	}
	session, err := a.letGo(c)
	if err != nil {
		return answer{}, err
	}
	return a.view(c, session)
}

// letGo frees the session from the device that holds it, if one does.
func (a *API) letGo(c *call) (models.Session, error) {
	if err := terminal(c.session); err != nil || c.session.AttemptID == nil {
		return c.session, err
	}
	session, released, err := a.store.ReleaseDevice(c.ctx, c.session.OrgID, c.session.ID, *c.session.AttemptID, nil)
	if released {
		a.changed(c, session)
	}
	return session, err
}

// mayAct refuses the desktop while a phone holds the session, and a phone before it is known whose it is.
func mayAct(c *call, s models.Session) error {
	switch {
	case !c.who.onPhone() && s.AttemptID != nil:
		return models.Errorf(models.CodeSessionLocked, "The session is being completed on another device")
	case c.who.onPhone() && (s.AttemptID == nil || *s.AttemptID != c.handoff.ID):
		return store.ErrHandoffEnded()
	case c.who.onPhone() && !c.handoff.Confirmed():
		return models.Errorf(models.CodeHandoffNotConfirmed, "Choose the number that the other device shows first")
	default:
		return nil
	}
}
