package api_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
)

// channel is the device's end of a live channel.
type channel struct {
	e    *env
	s    session
	conn *websocket.Conn
}

// dial opens a live channel, before hello.
func (e *env) dial(s session, header ...string) *channel {
	e.t.Helper()
	options := &websocket.DialOptions{HTTPClient: e.unchecked, HTTPHeader: map[string][]string{}}
	for i := 0; i < len(header); i += 2 {
		options.HTTPHeader.Set(header[i], header[i+1])
	}
	conn, resp, err := websocket.Dial(e.t.Context(), e.url+s.path(""), options)
	require.NoError(e.t, err)
	require.NotEmpty(e.t, resp.Header.Get("Request-Id"))
	conn.SetReadLimit(1 << 20)
	e.t.Cleanup(func() { _ = conn.CloseNow() })
	return &channel{e: e, s: s, conn: conn}
}

func (ch *channel) send(message obj) {
	ch.e.t.Helper()
	body, err := json.Marshal(message)
	require.NoError(ch.e.t, err)
	require.NoError(ch.e.t, ch.conn.Write(ch.e.t.Context(), websocket.MessageText, body))
}

// next returns the next message; err is the end of the channel.
func (ch *channel) next() (message obj, err error) {
	ctx, cancel := context.WithTimeout(ch.e.t.Context(), testkit.Patience)
	defer cancel()
	_, body, err := ch.conn.Read(ctx)
	if err == nil {
		require.NoError(ch.e.t, json.Unmarshal(body, &message))
	}
	return message, err
}

// expect returns the next message of a type and skips others.
func (ch *channel) expect(kind string) obj {
	ch.e.t.Helper()
	for {
		message, err := ch.next()
		require.NoError(ch.e.t, err, "waiting for %s", kind)
		if message["type"] == kind {
			return message
		}
		require.NotEqual(ch.e.t, "error", message["type"], "%v", message)
	}
}

// ask sends a message and returns the answer to it.
func (ch *channel) ask(message obj) obj {
	ch.e.t.Helper()
	ch.send(message)
	for {
		answer, err := ch.next()
		require.NoError(ch.e.t, err)
		if answer["type"] == "ack" || answer["type"] == "error" {
			require.Equal(ch.e.t, message["id"], answer["id"])
			return answer
		}
	}
}

func (ch *channel) isAcked(message obj) obj {
	ch.e.t.Helper()
	answer := ch.ask(message)
	require.Equal(ch.e.t, "ack", answer["type"], "%v", answer)
	return answer
}

func (ch *channel) isRefused(message obj, code string, param ...any) {
	ch.e.t.Helper()
	answer := ch.ask(message)
	require.Equal(ch.e.t, []any{"error", code}, []any{answer["type"], answer["code"]}, "%v", answer)
	require.NotEmpty(ch.e.t, answer["message"])
	if len(param) > 0 {
		require.Equal(ch.e.t, param[0], answer["param"])
	}
}

// closes requires that the server ends the channel and returns its last messages.
func (ch *channel) closes(status websocket.StatusCode, reason string) (last []obj) {
	ch.e.t.Helper()
	for {
		message, err := ch.next()
		if err != nil {
			var closed websocket.CloseError
			require.ErrorAs(ch.e.t, err, &closed)
			require.Equal(ch.e.t, websocket.CloseError{Code: status, Reason: reason}, closed)
			return last
		}
		last = append(last, message)
	}
}

// hello claims the session and returns the answer.
func (ch *channel) hello(token, device string, more ...obj) obj {
	message := obj{"type": "hello", "mobile_write_token": token, "device_id": device}
	for _, extra := range more {
		for key, value := range extra {
			message[key] = value
		}
	}
	return ch.ask(message)
}

func (ch *channel) resume(token any, device string) obj {
	return ch.ask(obj{"type": "hello", "device_token": token, "device_id": device})
}

// connected returns the channel of a phone that has claimed the session, with its device token.
func (e *env) connected(s session) (ch *channel, token any) {
	e.t.Helper()
	minted := e.mint(s)
	ch = e.dial(s)
	answer := ch.hello(minted["mobile_write_token"].(string), "phone")
	require.Equal(e.t, "ack", answer["type"], "%v", answer)
	return ch, answer["device_token"]
}

// entered is connected with the right number chosen.
func (e *env) entered(s session) (ch *channel, token any) {
	e.t.Helper()
	ch, token = e.connected(s)
	ch.isAcked(obj{"type": "confirm", "number": e.desktop(s)["handoff_number"]})
	return ch, token
}

// chunks cuts a submission into data messages of size bytes each.
func chunks(transfer, method string, submission obj, size int) (messages []obj) {
	body, err := json.Marshal(submission)
	check(err)
	total := (len(body) + size - 1) / size
	for i := range total {
		part := body[i*size : min((i+1)*size, len(body))]
		messages = append(messages, obj{
			"type": "data", "id": transfer, "transfer": transfer, "method": method, "index": i, "chunks": total,
			"chunk": base64.StdEncoding.EncodeToString(part),
		})
	}
	return messages
}

// bulky returns a submission that needs a few chunks.
func bulky(size int) obj { return obj{"input": obj{"image": strings.Repeat("x", size)}} }
