package api

import (
	"context"
	"time"

	"github.com/coder/websocket"

	"github.com/stile-id/stile/models"
)

// greet takes the first message, by which a device takes the session or comes back to it, and answers it.
func (l *live) greet(ctx context.Context) (models.Session, error) {
	late := time.AfterFunc(helloWithin, func() { l.end(ctx, ending{websocket.StatusPolicyViolation, "hello_expected"}) })
	defer late.Stop()
	kind, body, err := l.read(ctx)
	if err != nil {
		return models.Session{}, err
	}
	late.Stop()
	ctx, cancel := context.WithTimeout(ctx, l.api.config.RequestTimeout)
	defer cancel()
	c := &call{ctx: ctx, gin: l.gin, subject: &subject{}, body: body}
	hello, err := readHello(kind, body)
	if err == nil {
		err = l.welcome(c, hello)
	}
	l.api.countMessage("hello", err)
	if err != nil || c.session.Status.Terminal() {
		return c.session, err
	}
	// After the answer: whatever happens now, the device has what it comes back with.
	l.handoff, err = l.api.store.OpenSocket(ctx, c.handoff)
	if models.CodeOf(err) == models.CodeHandoffEnded { // meanwhile, and the session as it is now tells how
		err = nil
	}
	return c.session, err
}

func readHello(kind websocket.MessageType, body []byte) (m helloMessage, err error) {
	opened, err := openEnvelope(kind, body)
	if err != nil {
		return m, err
	}
	if *opened.Type != "hello" {
		return m, models.Invalid("type", "The first message must be hello")
	}
	if err := decode(body, &m); err != nil {
		return m, err
	}
	if (m.MobileWriteToken == nil) == (m.DeviceToken == nil) {
		return m, models.Invalid("mobile_write_token", "Say hello with either mobile_write_token or device_token")
	}
	if err := checkDeviceID(m.DeviceID); err != nil {
		return m, err
	}
	return m, checkText("app_version", m.AppVersion, longestMessageID)
}

// welcome lets the device in and tells it what it holds.
func (l *live) welcome(c *call, hello helloMessage) error {
	enter := l.comeBack
	if hello.MobileWriteToken != nil {
		enter = l.claim
	}
	token, err := enter(c, hello)
	if err != nil {
		return err
	}
	l.handoff = c.handoff
	l.gin.Set(keyCaller, l.who) // whose channel this was, for the access log
	answer := helloAck{
		ackMessage: ack(hello.envelope), SessionID: c.session.ID, AttemptID: c.handoff.ID, DeviceToken: token,
		ExpiresAt: c.session.ExpiresAt, Choices: toChoose(c.handoff),
	}
	transfer, found, err := l.api.store.Transfer(c.ctx, c.handoff)
	if err != nil {
		return err
	}
	if found {
		answer.Transfer = showTransfer(transfer)
	}
	return l.write(c.ctx, answer)
}

// claim has the device take the session with the token of its link.
func (l *live) claim(c *call, hello helloMessage) (token *string, err error) {
	by := claiming{token: *hello.MobileWriteToken, device: *hello.DeviceID, session: c.id()}
	if hello.AttemptID != nil {
		by.attempt = *hello.AttemptID
	}
	taken, err := l.api.takeOver(c, by)
	if err != nil {
		return nil, err
	}
	c.session, c.handoff = taken.Session, taken.Handoff
	issued, err := l.api.secrets.issueDevice(c.ctx, taken.Handoff)
	l.who = caller{client: &clientClaims{session: taken.Session.ID, org: taken.Session.OrgID, attempt: taken.Handoff.ID}}
	return &issued, err
}

// comeBack lets the device in that holds the session already. The token is bound to it.
func (l *live) comeBack(c *call, hello helloMessage) (token *string, err error) {
	claims, err := l.api.secrets.verify(c.ctx, *hello.DeviceToken)
	if err != nil {
		return nil, err
	}
	l.who, c.who = caller{client: &claims}, caller{client: &claims}
	if err := l.api.authoriseClient(c, forDevice); err != nil {
		return nil, err
	}
	if hello.AttemptID != nil && *hello.AttemptID != c.handoff.ID {
		return nil, models.Invalid("attempt_id", "The device_token is that of another attempt")
	}
	if !l.api.store.Holds(c.handoff, *hello.DeviceID) {
		return nil, models.Errorf(models.CodeSessionLocked, "The session is being completed on another device")
	}
	return nil, l.api.admitOrigin(c, c.session.OrgID)
}
