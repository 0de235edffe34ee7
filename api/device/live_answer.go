package device

import (
	"context"

	"github.com/coder/websocket"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/sessions"
)

// message is a message of the phone after hello, with the session and the handoff as they were read for it.
type message struct {
	ctx    context.Context
	device sessions.Device
	body   []byte
}

// liveMessages are the messages that a phone may send after hello. Each is answered with ack or error.
var liveMessages = map[string]func(l *live, m message) (answer any, err error){
	"confirm":   (*live).confirm,
	"phase":     (*live).phase,
	"data":      (*live).data,
	"heartbeat": (*live).heartbeat,
	"release":   (*live).release,
}

// answer carries one message out, and sends ack or error. The error that it returns ends the channel.
func (l *live) answer(ctx context.Context, kind websocket.MessageType, body []byte) error {
	l.saying.Lock()
	defer l.saying.Unlock()
	opened, err := openEnvelope(kind, body)
	if err != nil {
		l.on.countMessage(unknownMessage, err)
		return l.write(ctx, errorOf(nil, rest.PublicError(ctx, l.log, err)))
	}
	answer, err := l.perform(ctx, opened, body)
	if err != nil {
		return l.write(ctx, errorOf(opened.ID, rest.PublicError(ctx, l.log, err)))
	}
	if err := l.write(ctx, answer); err != nil {
		return err
	}
	if *opened.Type == "release" {
		return ending{websocket.StatusNormalClosure, "released"}
	}
	return nil
}

// perform calls the handler of a message. The row is read anew, as for a request with the device token.
func (l *live) perform(ctx context.Context, opened envelope, body []byte) (answer any, err error) {
	handle, known := liveMessages[*opened.Type]
	if !known {
		err := models.Invalid("type", "There is no such message")
		l.on.countMessage(unknownMessage, err)
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.on.config.RequestTimeout)
	defer cancel()
	defer func() { l.on.countMessage(*opened.Type, err) }()
	m := message{ctx: ctx, body: body}
	if m.device, err = l.admit(ctx); err != nil {
		return nil, err
	}
	return handle(l, m)
}

// admit reads the session that the phone holds.
func (l *live) admit(ctx context.Context) (d sessions.Device, err error) {
	d.Sender = l.sender
	d.Session, d.Handoff, err = l.on.kernel.Admit(ctx, l.who, l.sessionID, rest.ForDevice)
	return d, err
}

// unknownMessage is the metric's type for messages of unknown types.
const unknownMessage = "unknown"

func (hs *Handlers) countMessage(kind string, err error) {
	code := "ok"
	if err != nil {
		code = string(models.CodeOf(err))
	}
	hs.messages.WithLabelValues(kind, code).Inc()
}

func (l *live) confirm(m message) (any, error) {
	var in confirmMessage
	if err := rest.Decode(m.body, &in); err != nil {
		return nil, err
	}
	if in.Number == nil {
		return nil, rest.Missing("number")
	}
	_, err := l.on.sessions.Confirm(m.ctx, m.device, *in.Number)
	return ack(in.envelope), err
}

// phase notes how far the phone is, for the desktop to show.
func (l *live) phase(m message) (any, error) {
	var in phaseMessage
	if err := rest.Decode(m.body, &in); err != nil {
		return nil, err
	}
	switch {
	case in.Phase == nil:
		return nil, rest.Missing("phase")
	case !phaseName.MatchString(*in.Phase):
		return nil, models.Invalid("phase", "phase must be a name such as reading_chip, of up to 40 characters")
	}
	return ack(in.envelope), l.on.sessions.NotePhase(m.ctx, m.device, *in.Phase)
}

func (l *live) heartbeat(m message) (any, error) {
	var in envelope
	if err := rest.Decode(m.body, &in); err != nil {
		return nil, err
	}
	return ack(in), l.on.sessions.Heartbeat(m.ctx, m.device)
}

func (l *live) release(m message) (any, error) {
	var in envelope
	if err := rest.Decode(m.body, &in); err != nil {
		return nil, err
	}
	_, err := l.on.sessions.Release(m.ctx, m.device)
	return ack(in), err
}
