package e2e

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/testkit"
)

// channel is a phone's end of a live channel.
type channel struct{ conn *websocket.Conn }

// dial opens a channel at a replica, before hello.
func (s session) dial(t *testing.T, base string) channel {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), base+s.verify(""), nil)
	require.NoError(t, err)
	conn.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = conn.CloseNow() })
	return channel{conn}
}

func (ch channel) send(t *testing.T, message body) {
	t.Helper()
	encoded, err := json.Marshal(message)
	require.NoError(t, err)
	require.NoError(t, ch.conn.Write(t.Context(), websocket.MessageText, encoded))
}

func (ch channel) next(t *testing.T) (message body, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testkit.Patience)
	defer cancel()
	_, encoded, err := ch.conn.Read(ctx)
	if err == nil {
		require.NoError(t, json.Unmarshal(encoded, &message))
	}
	return message, err
}

// expect returns the next message of one of the types.
func (ch channel) expect(t *testing.T, kinds ...any) body {
	t.Helper()
	for {
		message, err := ch.next(t)
		require.NoError(t, err, "waiting for %v", kinds)
		for _, kind := range kinds {
			if message["type"] == kind {
				return message
			}
		}
	}
}

// say sends a message, requires its acknowledgement and returns it.
func (ch channel) say(t *testing.T, message body) body {
	t.Helper()
	ch.send(t, message)
	answer := ch.expect(t, "ack", "error")
	require.Equal(t, "ack", answer["type"], "%v", answer)
	return answer
}

// closes reads to the end of the channel and returns the last message before it.
func (ch channel) closes(t *testing.T, status websocket.StatusCode, reason string) (last body) {
	t.Helper()
	for {
		message, err := ch.next(t)
		if err != nil {
			var closed websocket.CloseError
			require.ErrorAs(t, err, &closed)
			require.Equal(t, websocket.CloseError{Code: status, Reason: reason}, closed)
			return last
		}
		last = message
	}
}

// connect has a phone claim the session at a replica and choose the number on the desktop.
func (s session) connect(t *testing.T, base string) (ch channel, token any) {
	t.Helper()
	ch = s.dial(t, base)
	token = ch.say(t, body{"type": "hello", "mobile_write_token": s.mint(t), "device_id": "phone"})["device_token"]
	ch.say(t, body{"type": "confirm", "number": s.status(t).json["handoff_number"]})
	return ch, token
}

// reconnect has the phone come back and returns its unfinished transfer.
func (s session) reconnect(t *testing.T, base string, token any) (ch channel, transfer map[string]any) {
	t.Helper()
	ch = s.dial(t, base)
	answer := ch.say(t, body{"type": "hello", "device_token": token, "device_id": "phone"})
	transfer, _ = answer["transfer"].(map[string]any)
	return ch, transfer
}

// chunked cuts a submission into messages.
func chunked(t *testing.T, method string, submission body, size int) (messages []body) {
	t.Helper()
	encoded, err := json.Marshal(submission)
	require.NoError(t, err)
	total := (len(encoded) + size - 1) / size
	for i := range total {
		part := encoded[i*size : min((i+1)*size, len(encoded))]
		messages = append(messages, body{
			"type": "data", "transfer": "t", "method": method, "index": i, "chunks": total,
			"chunk": base64.StdEncoding.EncodeToString(part),
		})
	}
	return messages
}

// enoughFor plays steps and returns a time limit within which they can be played again on the same machine: twenty
// times as long as they took, and at least three seconds.
func enoughFor(steps func()) time.Duration {
	begun := time.Now()
	steps()
	return max(3*time.Second, 20*time.Since(begun))
}

// brief returns the merchant with a replica of the API whose sessions live just long enough for the steps.
func (s *stack) brief(t *testing.T, m merchant, steps func()) merchant {
	t.Helper()
	lifetime := enoughFor(steps)
	return m.at(s.replica(t, app.Options{API: true}, func(c *config.Config) { c.SessionTTL = lifetime }))
}
