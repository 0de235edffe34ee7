package device

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
)

// statusObject is the public status of a session: its id is enough to read it.
type statusObject struct {
	SessionID      string               `json:"session_id"`
	Status         models.SessionStatus `json:"status"`
	IsTerminal     bool                 `json:"is_terminal"`
	SameDeviceOnly bool                 `json:"same_device_only"`
}

// deviceStatusObject has the fields that only the session's own devices see.
type deviceStatusObject struct {
	statusObject
	ActiveDevice   *string           `json:"active_device"`
	DeviceLockedAt *models.Timestamp `json:"device_locked_at"`
	// HandoffNumber is the number that the phone's user must choose; null unless the choice is open.
	HandoffNumber *int `json:"handoff_number"`
	// Phase is how far the phone says that it is; null until it does.
	Phase *string `json:"phase"`
}

// getStatus answers with the status, or waits until it differs from the status that the client knows.
func (hs *Handlers) getStatus(c *rest.Call) (rest.Answer, error) {
	wait := hs.kernel.Wait(c)
	if c.Query.Err != nil {
		return rest.Answer{}, c.Query.Err
	}
	now, err := hs.sighted(c)
	if err != nil {
		return rest.Answer{}, err
	}
	known := c.Gin.GetHeader("If-None-Match")
	ans, tag, err := statusAnswer(c, now)
	if err != nil {
		return rest.Answer{}, err
	}
	if known == "" {
		known = tag
	}
	if wait > 0 && !c.Session.Status.Terminal() && rest.MatchesTag(known, tag) {
		if ans, tag, err = hs.awaitStatus(c, now, known, wait); err != nil {
			return rest.Answer{}, err
		}
	}
	if header := c.Gin.GetHeader("If-None-Match"); header != "" && rest.MatchesTag(header, tag) {
		return rest.Answer{Status: http.StatusNotModified, Header: ans.Header}, nil
	}
	return ans, nil
}

// sighted is the session that the credential opened, with the attempt that holds it where the caller may see that.
func (hs *Handlers) sighted(c *rest.Call) (sighting, error) {
	now := sighting{c.Session, c.Handoff}
	if !c.Who.IsClient() || c.Session.AttemptID == nil || c.Handoff.ID != "" {
		return now, nil
	}
	var err error
	now.handoff, err = hs.store.Handoff(c.Ctx, c.Session, *c.Session.AttemptID)
	return now, err
}

// awaitStatus waits until the status differs from the known one, the wait is over, or the process shuts down.
func (hs *Handlers) awaitStatus(
	c *rest.Call, now sighting, known string, wait time.Duration,
) (rest.Answer, string, error) {
	follower, leave := hs.followers.follow(c.Ctx, c.Session)
	defer leave()
	over := time.NewTimer(wait)
	defer over.Stop()
	for last := false; ; {
		found, newer := follower.look(now.session)
		if found != nil {
			now = *found
		}
		ans, tag, err := statusAnswer(c, now)
		if err != nil || last || !rest.MatchesTag(known, tag) {
			return ans, tag, err
		}
		select {
		case <-newer:
		case <-over.C:
			last = true
		case <-hs.kernel.Closed():
			last = true
		case <-c.Ctx.Done():
			return ans, tag, nil
		}
	}
}

func statusAnswer(c *rest.Call, now sighting) (rest.Answer, string, error) {
	s := now.session
	public := statusObject{
		SessionID: s.ID, Status: s.Status, IsTerminal: s.Status.Terminal(), SameDeviceOnly: s.AttemptID != nil,
	}
	var object any = public
	if c.Who.IsClient() {
		object = deviceStatusObject{
			statusObject: public, ActiveDevice: s.ActiveDevice(), DeviceLockedAt: s.DeviceLockedAt,
			HandoffNumber: handoffNumber(c, now), Phase: now.handoff.Phase,
		}
	}
	ans, err := rest.Reply(http.StatusOK, object)
	tag := statusTag(ans.Body, s, c.Who.IsClient())
	// Nothing on the way keeps it, as of all routes; a client that keeps it itself asks with the ETag.
	ans.Header = map[string]string{"ETag": tag, "Vary": "Authorization"}
	return ans, tag, err
}

// statusTag returns the ETag of a status. For the session's own devices it changes with every change of the session, so
// that a page reads the view again although the status is the same as before: a verdict may lead back to the status in
// which it was awaited, and a review begins in the status processing.
func statusTag(body []byte, s models.Session, own bool) string {
	if own {
		body = strconv.AppendInt(slices.Clone(body), s.Revision, 10)
	}
	sum := sha256.Sum256(body)
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

// handoffNumber returns the number that the desktop shows for the phone's user to choose; nil unless the choice is
// open.
func handoffNumber(c *rest.Call, now sighting) *int {
	if now.session.AttemptID == nil || c.Who.OnPhone() || now.handoff.Confirmed() {
		return nil
	}
	return &now.handoff.Number
}
