package device

import (
	"context"
	"time"

	"github.com/coder/websocket"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// tell sends the state of the session at first and whenever it has changed, and pings the phone.
func (l *live) tell(ctx context.Context, f *follower, known models.Session) error {
	ping := time.NewTicker(l.on.config.PingInterval)
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
		case <-l.on.kernel.Closed():
			return ending{websocket.StatusServiceRestart, "shutting_down"}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// tellOf sends the state of the session. Its error ends the channel where the phone does not hold the session any more.
func (l *live) tellOf(ctx context.Context, now sighting) error {
	l.saying.Lock()
	defer l.saying.Unlock()
	ctx, cancel := context.WithTimeout(ctx, l.on.config.RequestTimeout)
	defer cancel()
	holder, over := now.handoff, now.session.Status.Terminal()
	if over { // the ended session has no holder: the handoff of this phone tells whether it held the session
		var err error
		if holder, err = l.on.store.Handoff(ctx, now.session, l.handoff.ID); err != nil {
			return err
		}
	}
	switch {
	case holder.ID != l.handoff.ID || holder.EndedAt != nil:
		return store.HandoffEnded()
	case holder.Socket > l.handoff.Socket:
		return ending{websocket.StatusPolicyViolation, "replaced"}
	}
	if err := l.tellState(ctx, now.session, holder); err != nil {
		return err
	}
	if over {
		return ending{websocket.StatusNormalClosure, "session_ended"}
	}
	return nil
}

// tellState sends the verdicts that the phone has not heard of, and the view where it has changed.
func (l *live) tellState(ctx context.Context, session models.Session, phone models.Handoff) error {
	t, err := l.on.standingOf(ctx, session)
	if err != nil {
		return err
	}
	news := l.news(t.results)
	if len(news) > 0 { // the results may be newer than the session was when it was read
		if t.session, err = l.on.store.Session(ctx, session.OrgID, session.ID); err != nil {
			return err
		}
	}
	for _, result := range news {
		l.told[result.ID] = true
		if err := l.write(ctx, t.verdict(result)); err != nil {
			return err
		}
	}
	view, err := l.on.viewOf(ctx, t, phone, l.languages)
	if err != nil {
		return err
	}
	state, err := rest.Encode(view)
	if err != nil || string(state) == l.state {
		return err
	}
	l.state = string(state)
	return l.write(ctx, stateMessage{Type: "state", Session: view})
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
	err := l.on.store.DeviceSeen(ctx, l.handoff.OrgID, l.handoff.SessionID, l.handoff.ID)
	if err != nil && models.CodeOf(err) != models.CodeHandoffEnded { // which the row tells, too
		l.log.Warn("api: a device could not be noted as seen; without a later sign it loses the session",
			"error", err.Error())
	}
	return nil
}
