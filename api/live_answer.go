package api

import (
	"context"

	"github.com/coder/websocket"

	"github.com/stile-id/stile/models"
)

// liveMessages are what a device may say after hello. Each gets an answer: ack, or error.
var liveMessages = map[string]func(l *live, c *call) (answer any, err error){
	"confirm":   (*live).confirm,
	"phase":     (*live).phase,
	"data":      (*live).data,
	"heartbeat": (*live).heartbeat,
	"release":   (*live).release,
}

// answer carries one message out, whatever comes of it. Its error ends the channel.
func (l *live) answer(ctx context.Context, kind websocket.MessageType, body []byte) error {
	l.saying.Lock()
	defer l.saying.Unlock()
	opened, err := openEnvelope(kind, body)
	if err != nil {
		l.api.countMessage(unknownMessage, err)
		return l.write(ctx, errorOf(nil, publicError(err)))
	}
	answer, err := l.perform(ctx, opened, body)
	if err != nil {
		return l.write(ctx, errorOf(opened.ID, publicError(err)))
	}
	if err := l.write(ctx, answer); err != nil {
		return err
	}
	if *opened.Type == "release" {
		return ending{websocket.StatusNormalClosure, "released"}
	}
	return nil
}

// perform calls the message's handler as a request with the device token would be: the row is read anew.
func (l *live) perform(ctx context.Context, opened envelope, body []byte) (answer any, err error) {
	handle, known := liveMessages[*opened.Type]
	if !known {
		err := models.Invalid("type", "There is no such message")
		l.api.countMessage(unknownMessage, err)
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.api.config.RequestTimeout)
	defer cancel()
	c := &call{ctx: ctx, gin: l.gin, who: l.who, subject: &subject{}, body: body}
	if err = l.api.authoriseClient(c, forDevice); err == nil {
		answer, err = handle(l, c)
	}
	l.api.countMessage(*opened.Type, err)
	return answer, err
}

// unknownMessage is the type of what a client made up.
const unknownMessage = "unknown"

func (a *API) countMessage(kind string, err error) {
	code := "ok"
	if err != nil {
		code = string(models.CodeOf(err))
	}
	a.metrics.messages.WithLabelValues(kind, code).Inc()
}

func (l *live) confirm(c *call) (any, error) {
	var m confirmMessage
	if err := decode(c.body, &m); err != nil {
		return nil, err
	}
	return ack(m.envelope), l.api.confirm(c, m.Number)
}

// phase notes how far the device is, for the desktop to show.
func (l *live) phase(c *call) (any, error) {
	var m phaseMessage
	if err := decode(c.body, &m); err != nil {
		return nil, err
	}
	switch {
	case m.Phase == nil:
		return nil, missing("phase")
	case !phaseName.MatchString(*m.Phase):
		return nil, models.Invalid("phase", "phase must be a name such as reading_chip, of up to 40 characters")
	}
	if err := terminal(c.session); err != nil {
		return nil, err
	}
	return ack(m.envelope), l.api.store.NotePhase(c.ctx, c.handoff, *m.Phase)
}

func (l *live) heartbeat(c *call) (any, error) {
	var m envelope
	if err := decode(c.body, &m); err != nil {
		return nil, err
	}
	return ack(m), l.api.seen(c)
}

func (l *live) release(c *call) (any, error) {
	var m envelope
	if err := decode(c.body, &m); err != nil {
		return nil, err
	}
	_, err := l.api.letGo(c)
	return ack(m), err
}
