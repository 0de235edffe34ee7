package api

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/stile-id/stile/models"
)

// statusPoll is how often a waiter looks by itself, in case a notification was lost.
const statusPoll = time.Second

// statusObject is what anybody who knows the id of a session may see.
type statusObject struct {
	SessionID      string               `json:"session_id"`
	Status         models.SessionStatus `json:"status"`
	IsTerminal     bool                 `json:"is_terminal"`
	SameDeviceOnly bool                 `json:"same_device_only"`
}

// deviceStatusObject is what the session's own devices see besides.
type deviceStatusObject struct {
	statusObject
	ActiveDevice   *string           `json:"active_device"`
	DeviceLockedAt *models.Timestamp `json:"device_locked_at"`
	// HandoffNumber is what the phone must choose; null unless it has yet to.
	HandoffNumber *int `json:"handoff_number"`
}

// getStatus answers with the status, or waits for it to change from what the client knows.
func (a *API) getStatus(c *call) (answer, error) {
	wait := a.wait(c)
	if c.query.err != nil {
		return answer{}, c.query.err
	}
	known := c.gin.GetHeader("If-None-Match")
	ans, tag, err := a.statusAnswer(c, c.session)
	if err != nil {
		return answer{}, err
	}
	if known == "" {
		known = tag
	}
	if wait > 0 && !c.session.Status.Terminal() && matches(known, tag) {
		if ans, tag, err = a.awaitStatus(c, known, wait); err != nil {
			return answer{}, err
		}
	}
	if header := c.gin.GetHeader("If-None-Match"); header != "" && matches(header, tag) {
		return answer{status: http.StatusNotModified, header: ans.header}, nil
	}
	return ans, nil
}

// awaitStatus waits until the status is not what is known, or until there is no more sense in waiting.
func (a *API) awaitStatus(c *call, known string, wait time.Duration) (answer, string, error) {
	changed, unsubscribe := a.store.Subscribe(c.session.ID)
	defer unsubscribe()
	over := time.NewTimer(wait)
	defer over.Stop()
	poll := time.NewTicker(statusPoll)
	defer poll.Stop()
	for last := false; ; {
		session, err := a.store.Session(c.ctx, c.session.OrgID, c.session.ID)
		if err != nil {
			return answer{}, "", err
		}
		ans, tag, err := a.statusAnswer(c, session)
		if err != nil || last || !matches(known, tag) {
			return ans, tag, err
		}
		select {
		case <-changed:
		case <-poll.C:
		case <-over.C:
			last = true
		case <-a.closing:
			return ans, tag, nil
		case <-c.ctx.Done():
			return ans, tag, nil
		}
	}
}

func (a *API) statusAnswer(c *call, s models.Session) (answer, string, error) {
	public := statusObject{
		SessionID: s.ID, Status: s.Status, IsTerminal: s.Status.Terminal(), SameDeviceOnly: s.AttemptID != nil,
	}
	var object any = public
	if c.who.client != nil {
		number, err := a.handoffNumber(c, s)
		if err != nil {
			return answer{}, "", err
		}
		object = deviceStatusObject{
			statusObject: public, ActiveDevice: s.ActiveDevice(), DeviceLockedAt: s.DeviceLockedAt, HandoffNumber: number,
		}
	}
	ans, err := reply(http.StatusOK, object)
	sum := sha256.Sum256(ans.body)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	// To be asked for anew each time; and two answers, with the secret and without.
	ans.header = map[string]string{"ETag": tag, "Cache-Control": "no-cache", "Vary": "Authorization"}
	return ans, tag, err
}

// matches reports whether an If-None-Match header holds the tag, by the weak comparison that RFC 9110 asks for.
func matches(header, tag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
		if candidate == "*" || candidate == tag {
			return true
		}
	}
	return false
}
