package api

import (
	"context"
	"net/http"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/sessions"
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
func (hs *deviceHandlers) mintHandoff(c *call) (answer, error) {
	var in mintInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	minted, err := hs.sessions.Mint(c.ctx, c.device(), sessions.Wish{URLBase: in.URLBase, CompanyName: in.CompanyName})
	if err != nil {
		return answer{}, err
	}
	link, err := handoffLink(minted.Page.String(), minted.Token)
	if err != nil {
		return answer{}, err
	}
	code, err := qrSVG(link, minted.Company)
	if err != nil {
		return answer{}, err
	}
	h := minted.Handoff
	return reply(http.StatusOK, mintedObject{
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

// longestDeviceID is enough for whatever an app or a page names its device by.
const longestDeviceID = 200

// exchangeHandoff gives the device that first shows a handoff's token its device token.
func (hs *deviceHandlers) exchangeHandoff(c *call) (answer, error) {
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
	taken, err := hs.exchange(c.ctx, sessions.Claim{
		Token: *in.Token, DeviceID: *in.DeviceID, Origin: c.gin.GetHeader("Origin"), Sender: c.sender(),
	})
	if err != nil {
		return answer{}, err
	}
	token, err := hs.kernel.Secrets.issueDevice(c.ctx, taken.Handoff)
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

// exchange consumes a handoff's token for a device, by either way that a device may come: the route, or the live channel.
func (hs *deviceHandlers) exchange(ctx context.Context, claim sessions.Claim) (store.Taken, error) {
	// Before the token is consumed: without a key to sign with, no device would get its token.
	if err := hs.kernel.Secrets.ready(ctx); err != nil {
		return store.Taken{}, err
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
func (hs *deviceHandlers) confirmHandoff(c *call) (answer, error) {
	var in confirmInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if in.Number == nil {
		return answer{}, missing("number")
	}
	var err error
	if c.handoff, err = hs.sessions.Confirm(c.ctx, c.device(), *in.Number); err != nil {
		return answer{}, err
	}
	return hs.view(c, c.session)
}

type heartbeatObject struct {
	Object    string               `json:"object"`
	SessionID string               `json:"session_id"`
	Status    models.SessionStatus `json:"status"`
}

// heartbeat keeps the session on the phone.
func (hs *deviceHandlers) heartbeat(c *call) (answer, error) {
	if err := decode(c.body, &struct{}{}); err != nil {
		return answer{}, err
	}
	if err := hs.sessions.Heartbeat(c.ctx, c.device()); err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, heartbeatObject{"heartbeat", c.session.ID, c.session.Status})
}

// releaseDevice gives the session back: the phone lets go of it, or the desktop takes it.
func (hs *deviceHandlers) releaseDevice(c *call) (answer, error) {
	if err := decode(c.body, &struct{}{}); err != nil {
		return answer{}, err
	}
	session, err := hs.sessions.Release(c.ctx, c.device())
	if err != nil {
		return answer{}, err
	}
	return hs.view(c, session)
}
