package device

import (
	"context"
	"time"

	"github.com/coder/websocket"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/sessions"
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
	ctx, cancel := context.WithTimeout(ctx, l.on.config.RequestTimeout)
	defer cancel()
	entered, err := l.enter(ctx, kind, body)
	l.on.countMessage("hello", err)
	if err != nil || entered.Status.Terminal() {
		return entered, err
	}
	// After the answer, so that the phone has the token for its next hello even if this fails.
	opened, err := l.on.store.OpenSocket(ctx, l.handoff)
	l.handoff = opened
	if models.CodeOf(err) == models.CodeHandoffEnded { // the session as it is now shows how
		err = nil
	}
	return entered, err
}

func (l *live) enter(ctx context.Context, kind websocket.MessageType, body []byte) (models.Session, error) {
	hello, err := readHello(kind, body)
	if err != nil {
		return models.Session{}, err
	}
	return l.welcome(ctx, hello)
}

func readHello(kind websocket.MessageType, body []byte) (m helloMessage, err error) {
	opened, err := openEnvelope(kind, body)
	if err != nil {
		return m, err
	}
	if *opened.Type != "hello" {
		return m, models.Invalid("type", "The first message must be hello")
	}
	if err := rest.Decode(body, &m); err != nil {
		return m, err
	}
	if (m.MobileWriteToken == nil) == (m.DeviceToken == nil) {
		return m, models.Invalid("mobile_write_token", "Say hello with either mobile_write_token or device_token")
	}
	if err := checkDeviceID(m.DeviceID); err != nil {
		return m, err
	}
	return m, rest.CheckText("app_version", m.AppVersion, longestMessageID)
}

// welcome lets the phone in, and answers hello. It returns the session.
func (l *live) welcome(ctx context.Context, hello helloMessage) (models.Session, error) {
	enter := l.comeBack
	if hello.MobileWriteToken != nil {
		enter = l.claim
	}
	session, token, err := enter(ctx, hello)
	if err != nil {
		return session, err
	}
	answer := helloAck{
		ackMessage: ack(hello.envelope), SessionID: session.ID, AttemptID: l.handoff.ID, DeviceToken: token,
		ExpiresAt: session.ExpiresAt, Choices: toChoose(l.handoff),
	}
	transfer, found, err := l.on.store.Transfer(ctx, l.handoff)
	if err != nil {
		return session, err
	}
	if found {
		answer.Transfer = showTransfer(transfer)
	}
	return session, l.write(ctx, answer)
}

// claim has the phone take the session with the token of its link. It returns the phone's device token.
func (l *live) claim(ctx context.Context, hello helloMessage) (s models.Session, token *string, err error) {
	claim := sessions.Claim{
		Token: *hello.MobileWriteToken, DeviceID: *hello.DeviceID, SessionID: l.sessionID, Origin: l.origin, Sender: l.sender,
	}
	rest.Set(&claim.HandoffID, hello.AttemptID)
	taken, err := l.on.exchange(ctx, claim)
	if err != nil {
		return s, nil, err
	}
	l.handoff = taken.Handoff
	l.who = rest.PhoneOf(taken.Handoff)
	issued, err := l.on.kernel.Secrets.IssueDevice(ctx, taken.Handoff)
	return taken.Session, &issued, err
}

// comeBack lets a phone in that holds the session already. The device token is bound to the session.
func (l *live) comeBack(ctx context.Context, hello helloMessage) (s models.Session, token *string, err error) {
	if l.who, err = l.on.kernel.Secrets.Identify(ctx, *hello.DeviceToken); err != nil {
		return s, nil, err
	}
	device, err := l.admit(ctx)
	if err != nil {
		return s, nil, err
	}
	if hello.AttemptID != nil && *hello.AttemptID != device.Handoff.ID {
		return s, nil, models.Invalid("attempt_id", "The device_token is that of another attempt")
	}
	if !l.on.store.Holds(device.Handoff, *hello.DeviceID) {
		return s, nil, models.Errorf(models.CodeSessionLocked, "The session is being completed on another device")
	}
	if err := l.on.sessions.AdmitOrigin(ctx, device.Session.OrgID, l.origin); err != nil {
		return s, nil, err
	}
	l.handoff = device.Handoff
	return device.Session, nil, nil
}
