package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// again is the wait before the phone connects again.
const again = time.Second

// heard is a message of the live channel, with the fields that the phone uses.
type heard struct {
	Type              string `json:"type"`
	Code              string `json:"code"`
	Message           string `json:"message"`
	Method            string `json:"method"`
	Outcome           string `json:"outcome"`
	ReasonMessage     string `json:"reason_message"`
	RemainingAttempts int    `json:"remaining_attempts"`
	Session           struct {
		Status         string `json:"status"`
		HandoffChoices []int  `json:"handoff_choices"`
		Methods        []struct {
			Method string `json:"method"`
			Status string `json:"status"`
		} `json:"methods"`
	} `json:"session"`
}

// line is the phone's end of a live channel.
type line struct {
	*phone
	conn    *websocket.Conn
	status  string // the session's status in the last message
	sent    int    // the number of submissions, which names the next transfer
	waiting bool   // for the verdict on the last submission
}

// live runs the session's methods until the session has ended. It reconnects when the channel breaks.
func (p *phone) live(ctx context.Context) error {
	l := &line{phone: p}
	for {
		err := l.hold(ctx)
		switch websocket.CloseStatus(err) {
		case websocket.StatusNormalClosure:
			return nil
		case websocket.StatusPolicyViolation:
			return fmt.Errorf("the channel is closed: %w", err)
		}
		var own refused
		if errors.As(err, &own) || ctx.Err() != nil {
			return err
		}
		p.say("The connection broke; once more\n")
		select {
		case <-time.After(again):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// refused is an error that a new connection would not mend.
type refused struct{ error }

// hold sends hello and handles messages until the channel ends.
func (l *line) hold(ctx context.Context) (err error) {
	l.conn, _, err = websocket.Dial(ctx, l.api+l.path(""), nil)
	if err != nil {
		return err
	}
	defer func() { _ = l.conn.CloseNow() }()
	l.conn.SetReadLimit(1 << 20)
	l.waiting = false // the state shows whether the submission arrived
	hello := map[string]any{"type": "hello", "device_token": l.token, "device_id": l.device, "app_version": "stile-dev"}
	if err := l.write(ctx, hello); err != nil {
		return err
	}
	for {
		var message heard
		if err := wsjson.Read(ctx, l.conn, &message); err != nil {
			return err
		}
		if err := l.hear(ctx, message); err != nil {
			return err
		}
	}
}

func (l *line) write(ctx context.Context, message map[string]any) error {
	return wsjson.Write(ctx, l.conn, message)
}

func (l *line) hear(ctx context.Context, m heard) error {
	switch m.Type {
	case "error":
		return refused{fmt.Errorf("%s (%s)", m.Message, m.Code)}
	case "verdict":
		l.say("%s: %s\n", m.Method, verdictOf(m))
		l.waiting = false
		if m.Outcome == "requires_input" || m.Outcome == "error" { // they cost no attempt and would repeat for ever
			l.simulate = "pass"
		}
	case "state":
		return l.act(ctx, m)
	}
	return nil
}

func verdictOf(m heard) string {
	if m.ReasonMessage == "" {
		return m.Outcome
	}
	return m.Outcome + ": " + m.ReasonMessage + " Attempts left: " + strconv.Itoa(m.RemainingAttempts)
}

// act does the next step that the session's state asks for.
func (l *line) act(ctx context.Context, m heard) error {
	if l.status != m.Session.Status {
		l.status = m.Session.Status
		l.say("The session is %s\n", l.status)
	}
	if len(m.Session.HandoffChoices) > 0 {
		return l.write(ctx, map[string]any{"type": "confirm", "number": l.number})
	}
	if l.waiting || l.status == "processing" { // one method after the other, as a user does
		return nil
	}
	for _, method := range m.Session.Methods {
		if method.Status == "available" {
			return l.submit(ctx, method.Method)
		}
	}
	return nil
}

func (l *line) submit(ctx context.Context, method string) error {
	body, err := l.input(ctx, method)
	if err != nil {
		return err
	}
	l.sent, l.waiting = l.sent+1, true
	return l.write(ctx, map[string]any{
		"type":     "data",
		"transfer": "stile-dev-" + strconv.Itoa(l.sent),
		"method":   method,
		"index":    0,
		"chunks":   1,
		"chunk":    body,
	})
}
