package device

import (
	"context"
	"net/http"
	"time"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/sessions"
)

// handoffVersion is that of the answer's form, which apps read from the QR code's page.
const handoffVersion = 1

// mintedObject is a handoff with its one-time token.
type mintedObject struct {
	V                int    `json:"v"`
	SessionID        string `json:"session_id"`
	AttemptID        string `json:"attempt_id"`
	MobileWriteToken string `json:"mobile_write_token"`
	ExpiresAt        string `json:"expires_at"` // RFC 3339
	URL              string `json:"url"`
	QRSVG            string `json:"qr_svg"`
}

// mintInput holds the page's choices, which go before those of the workflow.
type mintInput struct {
	URLBase     *string `json:"url_base"`
	CompanyName *string `json:"company_name"`
}

// mintHandoff makes the one-time token by which a phone takes the session, and the link to it.
func (hs *Handlers) mintHandoff(c *rest.Call) (rest.Answer, error) {
	var in mintInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	minted, err := hs.sessions.Mint(c.Ctx, c.Device(), sessions.Wish{URLBase: in.URLBase, CompanyName: in.CompanyName})
	if err != nil {
		return rest.Answer{}, err
	}
	link, err := handoffLink(minted.Page.String(), minted.Token)
	if err != nil {
		return rest.Answer{}, err
	}
	code, err := qrSVG(link, minted.Company)
	if err != nil {
		return rest.Answer{}, err
	}
	h := minted.Handoff
	return rest.Reply(http.StatusOK, mintedObject{
		V: handoffVersion, SessionID: h.SessionID, AttemptID: h.ID, MobileWriteToken: minted.Token,
		ExpiresAt: h.ExpiresAt.UTC().Format(time.RFC3339), URL: link, QRSVG: code,
	})
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

// longestDeviceID is in characters.
const longestDeviceID = 200

// exchangeHandoff gives the device that first shows a handoff's token its device token.
func (hs *Handlers) exchangeHandoff(c *rest.Call) (rest.Answer, error) {
	var in exchangeInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	if in.Token == nil {
		return rest.Answer{}, rest.Missing("token")
	}
	if err := checkDeviceID(in.DeviceID); err != nil {
		return rest.Answer{}, err
	}
	taken, err := hs.exchange(c.Ctx, sessions.Claim{
		Token: *in.Token, DeviceID: *in.DeviceID, Origin: c.Gin.GetHeader("Origin"), Sender: c.Sender(),
	})
	if err != nil {
		return rest.Answer{}, err
	}
	token, err := hs.kernel.Secrets.IssueDevice(c.Ctx, taken.Handoff)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, deviceTokenObject{
		Object: "device_token", DeviceToken: token, SessionID: taken.Session.ID, AttemptID: taken.Handoff.ID,
		ExpiresAt: taken.Session.ExpiresAt, Choices: toChoose(taken.Handoff),
	})
}

func checkDeviceID(id *string) error {
	if id == nil {
		return rest.Missing("device_id")
	}
	return rest.CheckText("device_id", id, longestDeviceID)
}

// exchange consumes a handoff's token for a device, by either way that a device may come: the route, or the live
// channel.
func (hs *Handlers) exchange(ctx context.Context, claim sessions.Claim) (store.ClaimedSession, error) {
	// Before the token is consumed: without a key to sign with, no device would get its token.
	if err := hs.kernel.Secrets.Ready(ctx); err != nil {
		return store.ClaimedSession{}, err
	}
	return hs.sessions.Exchange(ctx, claim)
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
func (hs *Handlers) confirmHandoff(c *rest.Call) (rest.Answer, error) {
	var in confirmInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	if in.Number == nil {
		return rest.Answer{}, rest.Missing("number")
	}
	var err error
	if c.Handoff, err = hs.sessions.Confirm(c.Ctx, c.Device(), *in.Number); err != nil {
		return rest.Answer{}, err
	}
	return hs.view(c, c.Session)
}

type heartbeatObject struct {
	Object    string               `json:"object"`
	SessionID string               `json:"session_id"`
	Status    models.SessionStatus `json:"status"`
}

// heartbeat keeps the session on the phone.
func (hs *Handlers) heartbeat(c *rest.Call) (rest.Answer, error) {
	if err := rest.Decode(c.Body, &struct{}{}); err != nil {
		return rest.Answer{}, err
	}
	if err := hs.sessions.Heartbeat(c.Ctx, c.Device()); err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, heartbeatObject{"heartbeat", c.Session.ID, c.Session.Status})
}

// releaseDevice gives the session back: the phone lets go of it, or the desktop takes it.
func (hs *Handlers) releaseDevice(c *rest.Call) (rest.Answer, error) {
	if err := rest.Decode(c.Body, &struct{}{}); err != nil {
		return rest.Answer{}, err
	}
	session, err := hs.sessions.Release(c.Ctx, c.Device())
	if err != nil {
		return rest.Answer{}, err
	}
	return hs.view(c, session)
}
