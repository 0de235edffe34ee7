package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"github.com/stile-id/stile/models"
)

// channel is a phone's end of a live channel. A goroutine reads it all the time, which also answers pings.
type channel struct {
	conn    *websocket.Conn
	answers chan reply
	// ended is closed at the end of the channel; fault is the reason.
	ended chan struct{}
	fault error
}

// reply holds the fields of an ack or an error that a phone uses.
type reply struct {
	Type string           `json:"type"`
	Code models.ErrorCode `json:"code"`
}

// dial opens a live channel, before hello. The channel outlives the context.
func dial(ctx context.Context, client *http.Client, base string, s session) (*channel, error) {
	conn, response, err := websocket.Dial(ctx, base+s.path(""), &websocket.DialOptions{HTTPClient: client})
	if response != nil && response.Body != nil {
		_ = response.Body.Close()
	}
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(1 << 20)
	c := &channel{conn: conn, answers: make(chan reply, 1), ended: make(chan struct{})}
	go c.listen(context.WithoutCancel(ctx))
	return c, nil
}

// listen passes on acks and errors and ignores other messages.
func (c *channel) listen(ctx context.Context) {
	defer close(c.ended)
	for {
		_, body, err := c.conn.Read(ctx)
		if err != nil {
			c.fault = err
			return
		}
		var heard reply
		if err := json.Unmarshal(body, &heard); err != nil {
			c.fault = err
			return
		}
		if heard.Type == "ack" || heard.Type == "error" {
			select {
			case c.answers <- heard:
			default: // no caller waits
			}
		}
	}
}

// ask sends a message and returns the answer to it.
func (c *channel) ask(ctx context.Context, message object) (reply, error) {
	body, err := json.Marshal(message)
	if err != nil {
		return reply{}, err
	}
	if err := c.conn.Write(ctx, websocket.MessageText, body); err != nil {
		return reply{}, err
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case answer := <-c.answers:
		return answer, nil
	case <-c.ended:
		return c.last()
	case <-late.C:
		return reply{}, fmt.Errorf("no answer to %s", message["type"])
	}
}

// last returns an answer that came right before the end of the channel.
func (c *channel) last() (reply, error) {
	select {
	case answer := <-c.answers:
		return answer, nil
	default:
		return reply{}, fmt.Errorf("the channel has ended: %w", c.fault)
	}
}

// tell sends a message and returns an error unless it is acknowledged.
func (c *channel) tell(ctx context.Context, message object) error {
	answer, err := c.ask(ctx, message)
	if err != nil {
		return err
	}
	if answer.Type != "ack" {
		return fmt.Errorf("%s: %s", message["type"], answer.Code)
	}
	return nil
}

func hello(token, device string) object {
	return object{"type": "hello", "mobile_write_token": token, "device_id": device, "app_version": "bench"}
}

// close drops the connection, as a phone does when it is switched off.
func (c *channel) close() {
	_ = c.conn.CloseNow()
	<-c.ended
}
