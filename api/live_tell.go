package api

import (
	"context"
	"time"

	"github.com/coder/websocket"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// tell sends what the device is to know, at first and whenever the session has changed, and looks whether the device is
// still there.
func (l *live) tell(ctx context.Context, f *follower, known models.Session) error {
	ping := time.NewTicker(l.api.config.PingInterval)
	defer ping.Stop()
	var told *sighting
	for {
		now, newer := f.look(known)
		if now != nil && now != told {
			told, known = now, now.session
			if err := l.tellOf(ctx, *now); err != nil {
				return err
			}
		}
		select {
		case <-newer:
		case <-ping.C:
			if err := l.ping(ctx); err != nil {
				return err
			}
		case <-l.api.closing:
			return ending{websocket.StatusServiceRestart, "shutting_down"}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// tellOf tells of the session as it is, and ends the channel where that is not the device's to use any more.
func (l *live) tellOf(ctx context.Context, now sighting) error {
	l.saying.Lock()
	defer l.saying.Unlock()
	ctx, cancel := context.WithTimeout(ctx, l.api.config.RequestTimeout)
	defer cancel()
	c := &call{ctx: ctx, gin: l.gin, who: l.who, subject: &subject{session: now.session, handoff: now.handoff}}
	over := now.session.Status.Terminal()
	if over { // no device holds it any more: whether this one did is known to the attempt
		var err error
		if c.handoff, err = l.api.store.Handoff(ctx, now.session, l.handoff.ID); err != nil {
			return err
		}
	}
	switch {
	case c.handoff.ID != l.handoff.ID || c.handoff.EndedAt != nil:
		return store.ErrHandoffEnded()
	case c.handoff.Socket > l.handoff.Socket:
		return ending{websocket.StatusPolicyViolation, "replaced"}
	}
	if err := l.tellState(c); err != nil {
		return err
	}
	if over {
		return ending{websocket.StatusNormalClosure, "session_ended"}
	}
	return nil
}

// tellState tells of verdicts since the device took the session, and of the view where that has changed.
func (l *live) tellState(c *call) error {
	t, err := l.api.standingOf(c.ctx, c.session)
	if err != nil {
		return err
	}
	news := l.news(t.results)
	if len(news) > 0 { // they may be newer than the session was when it was read
		if c.session, err = l.api.store.Session(c.ctx, c.session.OrgID, c.session.ID); err != nil {
			return err
		}
		t.session = c.session
	}
	for _, result := range news {
		l.told[result.ID] = true
		if err := l.write(c.ctx, t.verdict(result)); err != nil {
			return err
		}
	}
	view, err := l.api.viewOf(c, t)
	if err != nil {
		return err
	}
	state, err := encode(view)
	if err != nil || string(state) == l.state {
		return err
	}
	l.state = string(state)
	return l.write(c.ctx, stateMessage{Type: "state", Session: view})
}

// news are the results since the device took the session that it has not heard of.
func (l *live) news(results []models.Result) (news []models.Result) {
	for _, result := range results {
		if !l.told[result.ID] && !result.Created.Before(l.handoff.ClaimedAt.Time) {
			news = append(news, result)
		}
	}
	return news
}

// ping finds out whether the device is there, which counts as a heartbeat.
func (l *live) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, liveWriteWithin)
	defer cancel()
	if err := l.conn.Ping(ctx); err != nil {
		return lost{err}
	}
	err := l.api.store.DeviceSeen(ctx, l.handoff.OrgID, l.handoff.SessionID, l.handoff.ID)
	if err != nil && models.CodeOf(err) != models.CodeHandoffEnded { // which the row tells, too
		l.api.log.Warn("api: a device could not be noted as seen; without a later sign it loses the session",
			"request_id", requestID(l.gin), "error", err.Error())
	}
	return nil
}
