package api

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/stile-id/stile/models"
)

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
	// Phase is how far the phone says that it is; null until it does.
	Phase *string `json:"phase"`
}

// getStatus answers with the status, or waits for it to change from what the client knows.
func (hs *deviceHandlers) getStatus(c *call) (answer, error) {
	wait := hs.kernel.wait(c)
	if c.query.err != nil {
		return answer{}, c.query.err
	}
	now, err := hs.sighted(c)
	if err != nil {
		return answer{}, err
	}
	known := c.gin.GetHeader("If-None-Match")
	ans, tag, err := statusAnswer(c, now)
	if err != nil {
		return answer{}, err
	}
	if known == "" {
		known = tag
	}
	if wait > 0 && !c.session.Status.Terminal() && matches(known, tag) {
		if ans, tag, err = hs.awaitStatus(c, now, known, wait); err != nil {
			return answer{}, err
		}
	}
	if header := c.gin.GetHeader("If-None-Match"); header != "" && matches(header, tag) {
		return answer{status: http.StatusNotModified, header: ans.header}, nil
	}
	return ans, nil
}

// sighted is the session that the credential opened, with the attempt that holds it where the caller may see that.
func (hs *deviceHandlers) sighted(c *call) (sighting, error) {
	now := sighting{c.session, c.handoff}
	if !c.who.isClient() || c.session.AttemptID == nil || c.handoff.ID != "" {
		return now, nil
	}
	var err error
	now.handoff, err = hs.store.Handoff(c.ctx, c.session, *c.session.AttemptID)
	return now, err
}

// awaitStatus waits until the status is not what is known, or until there is no more sense in waiting.
func (hs *deviceHandlers) awaitStatus(c *call, now sighting, known string, wait time.Duration) (answer, string, error) {
	follower, leave := hs.followers.follow(c.ctx, c.session)
	defer leave()
	over := time.NewTimer(wait)
	defer over.Stop()
	for last := false; ; {
		found, newer := follower.look(now.session)
		if found != nil {
			now = *found
		}
		ans, tag, err := statusAnswer(c, now)
		if err != nil || last || !matches(known, tag) {
			return ans, tag, err
		}
		select {
		case <-newer:
		case <-over.C:
			last = true
		case <-hs.kernel.closed():
			last = true
		case <-c.ctx.Done():
			return ans, tag, nil
		}
	}
}

func statusAnswer(c *call, now sighting) (answer, string, error) {
	s := now.session
	public := statusObject{
		SessionID: s.ID, Status: s.Status, IsTerminal: s.Status.Terminal(), SameDeviceOnly: s.AttemptID != nil,
	}
	var object any = public
	if c.who.isClient() {
		object = deviceStatusObject{
			statusObject: public, ActiveDevice: s.ActiveDevice(), DeviceLockedAt: s.DeviceLockedAt,
			HandoffNumber: handoffNumber(c, now), Phase: now.handoff.Phase,
		}
	}
	ans, err := reply(http.StatusOK, object)
	sum := sha256.Sum256(ans.body)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	// Nothing on the way keeps it, as of all routes; a client that keeps it itself asks with the ETag.
	ans.header = map[string]string{"ETag": tag, "Vary": "Authorization"}
	return ans, tag, err
}

// handoffNumber is what the desktop shows for the phone to choose; nil where there is nothing to choose (any more).
func handoffNumber(c *call, now sighting) *int {
	if now.session.AttemptID == nil || c.who.onPhone() || now.handoff.Confirmed() {
		return nil
	}
	return &now.handoff.Number
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
