package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

func TestLiveChannel(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	minted := e.mint(s)
	ch := e.dial(s)
	answer := ch.hello(minted["mobile_write_token"].(string), "phone", obj{
		"id": "1", "attempt_id": minted["attempt_id"], "app_version": "ios 4.2",
	})
	require.Equal(t, []any{"ack", s.id, minted["attempt_id"], nil}, []any{
		answer["type"], answer["session_id"], answer["attempt_id"], answer["transfer"],
	})
	require.Len(t, answer["choices"], 3)
	first := ch.expect("state")["session"].(obj)
	require.Equal(t, []any{s.id, "created", answer["choices"]}, []any{
		first["session_id"], first["status"], first["handoff_choices"],
	})

	desktop := e.desktop(s)
	require.Equal(t, []any{"mobile", nil}, []any{desktop["active_device"], desktop["phase"]})
	ch.isAcked(obj{"type": "confirm", "id": "2", "number": desktop["handoff_number"]})
	require.Empty(t, ch.expect("state")["session"].(obj)["handoff_choices"])
	ch.isAcked(obj{"type": "phase", "phase": "reading_chip"})
	require.Equal(t, "reading_chip", e.desktop(s)["phase"])
	ch.isAcked(obj{"type": "heartbeat"})

	message := chunks("t1", "document_capture", obj{"simulate": "pass"}, 1000)[0]
	attempt := ch.isAcked(message)["attempt"].(obj)
	require.Equal(t, []any{"method_attempt", "document_capture", "processing"}, []any{
		attempt["object"], attempt["method"], attempt["status"],
	})
	e.judge(s, graph.OutcomePassed)
	verdict := ch.expect("verdict")
	require.Equal(t, obj{
		"type":               "verdict",
		"result_id":          attempt["id"],
		"method":             "document_capture",
		"outcome":            "passed",
		"reason_code":        nil,
		"reason_message":     nil,
		"retry_allowed":      false,
		"remaining_attempts": verdict["remaining_attempts"],
	}, verdict)
	last := ch.closes(websocket.StatusNormalClosure, "session_ended")
	require.Equal(t, "verified", last[len(last)-1]["session"].(obj)["status"])
}

func TestVerdictTellsTheAttemptsLeft(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	ch, token := e.entered(s)
	message := chunks("t1", "document_capture", obj{"simulate": "fail"}, 1000)[0]
	ch.isAcked(message)
	e.judge(s, graph.OutcomeFailed, rules.ReasonCode("document_expired"))
	verdict := ch.expect("verdict")
	require.Equal(t, []any{"failed", "document_expired", true}, []any{
		verdict["outcome"], verdict["reason_code"], verdict["retry_allowed"],
	})
	require.NotEmpty(t, verdict["reason_message"])
	require.Positive(t, verdict["remaining_attempts"])

	again := e.dial(s) // a new hello repeats missed verdicts, with the same id
	require.Equal(t, "ack", again.resume(token, "phone")["type"])
	require.Equal(t, verdict, again.expect("verdict"))
	ch.closes(websocket.StatusPolicyViolation, "replaced")
}

func TestHelloIsRefused(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s, other := e.attest(), e.attest()
	minted := e.mint(s)
	token := minted["mobile_write_token"].(string)
	refused := map[string]struct {
		message obj
		code    string
		param   any
	}{
		"another message": {obj{"type": "heartbeat"}, "parameter_invalid", "type"},
		"no type":         {obj{}, "parameter_invalid", "type"},
		"no token":        {obj{"type": "hello", "device_id": "phone"}, "parameter_invalid", "mobile_write_token"},
		"two tokens": {
			obj{"type": "hello", "device_id": "p", "mobile_write_token": token, "device_token": "x"},
			"parameter_invalid",
			"mobile_write_token",
		},
		"no device": {obj{"type": "hello", "mobile_write_token": token}, "parameter_invalid", "device_id"},
		"an unknown field": {
			obj{"type": "hello", "mobile_write_token": token, "device_id": "p", "x": 1},
			"parameter_invalid",
			"x",
		},
		"a wrong type": {
			obj{"type": "hello", "mobile_write_token": 1, "device_id": "p"},
			"parameter_invalid",
			"mobile_write_token",
		},
		"an unknown token": {
			obj{"type": "hello", "mobile_write_token": "x", "device_id": "p"},
			"handoff_token_invalid",
			nil,
		},
		"another attempt": {
			obj{"type": "hello", "mobile_write_token": token, "device_id": "p", "attempt_id": "va_x"},
			"handoff_token_invalid",
			nil,
		},
		"another session's": {
			obj{"type": "hello", "mobile_write_token": e.mint(other)["mobile_write_token"], "device_id": "p"},
			"handoff_token_invalid",
			nil,
		},
		"an unknown device key": {obj{"type": "hello", "device_token": "x", "device_id": "p"}, "api_key_invalid", nil},
		"the desktop's secret":  {obj{"type": "hello", "device_token": s.secret, "device_id": "p"}, "api_key_invalid", nil},
	}
	for name, c := range refused {
		ch := e.dial(s)
		answer := ch.ask(c.message)
		require.Equal(t, []any{"error", c.code, c.param}, []any{answer["type"], answer["code"], answer["param"]}, name)
		ch.closes(websocket.StatusPolicyViolation, c.code)
	}
	for _, garbage := range []struct {
		kind websocket.MessageType
		body string
	}{
		{websocket.MessageBinary, "{}"}, {websocket.MessageText, ""}, {websocket.MessageText, "null"},
		{websocket.MessageText, "[]"}, {websocket.MessageText, "hello"}, {websocket.MessageText, `{"type":`},
	} {
		ch := e.dial(s)
		require.NoError(t, ch.conn.Write(t.Context(), garbage.kind, []byte(garbage.body)))
		said := ch.closes(websocket.StatusPolicyViolation, "parameter_invalid")[0]
		require.Contains(t, said["message"], "JSON", garbage.body)
	}

	require.Equal(t, "ack", e.dial(s).hello(token, "phone")["type"], "none of that has used the token")
	late := e.dial(s)
	require.Equal(t, "handoff_token_consumed", late.hello(token, "phone")["code"])
	late.closes(websocket.StatusPolicyViolation, "handoff_token_consumed")
	require.NotContains(t, e.log.String(), token)
}

func TestOnlyItsDeviceReconnects(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	other := e.replica(e.keys)
	s := e.attest()
	ch, token := e.entered(s)
	require.NoError(t, ch.conn.CloseNow())

	stranger := other.dial(s)
	require.Equal(t, "session_locked_to_other_device", stranger.resume(token, "another phone")["code"])
	stranger.closes(websocket.StatusPolicyViolation, "session_locked_to_other_device")
	back := other.dial(s)
	answer := back.resume(token, "phone")
	require.Equal(t, []any{"ack", nil, []any{}}, []any{answer["type"], answer["device_token"], answer["choices"]})

	back.isAcked(obj{"type": "release"})
	back.closes(websocket.StatusNormalClosure, "released")
	require.Equal(t, false, e.desktop(s)["same_device_only"])
	gone := e.dial(s)
	require.Equal(t, "handoff_ended", gone.resume(token, "phone")["code"])
	gone.closes(websocket.StatusPolicyViolation, "handoff_ended")
}

func TestChannelEndsWithTheHold(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	other := e.replica(e.keys)
	for name, c := range map[string]struct {
		end    func(s session, number any)
		status websocket.StatusCode
		reason string
	}{
		"the desktop takes the session back": {func(s session, _ any) {
			e.isOK(e.do("POST", s.path("/device/release"), s.secret, nil), 200)
		}, websocket.StatusPolicyViolation, "handoff_ended"},
		"the merchant cancels": {func(s session, _ any) {
			e.isOK(e.do("POST", pathSessions+"/"+s.id+"/cancel", e.sandbox.secret, nil), 200)
		}, websocket.StatusNormalClosure, "session_ended"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := e.attest()
			ch, _ := other.entered(s)
			c.end(s, nil)
			ch.closes(c.status, c.reason)
		})
	}
	t.Run("the number is wrong", func(t *testing.T) {
		t.Parallel()
		s := e.attest()
		ch, _ := e.connected(s)
		ch.isRefused(obj{"type": "confirm", "number": 1}, "handoff_ended")
		ch.closes(websocket.StatusPolicyViolation, "handoff_ended")
	})
}

// In any order the device is told that the session has ended, and not that another device holds it.
func TestHelloRacesTheEnd(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for range 50 {
		s := e.attest()
		ch, token := e.entered(s)
		require.NoError(t, ch.conn.CloseNow())
		cancelled := make(chan answer, 1)
		go func() { cancelled <- e.do("POST", pathSessions+"/"+s.id+"/cancel", e.sandbox.secret, nil) }()
		ch = e.dial(s)
		require.Equal(t, "ack", ch.resume(token, "phone")["type"])
		ch.closes(websocket.StatusNormalClosure, "session_ended")
		e.isOK(<-cancelled, 200)
	}
}

func TestMessagesAreRefused(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	ch, _ := e.connected(s)
	data := func(change obj) obj {
		message := chunks("t", "document_capture", obj{"simulate": "pass"}, 10)[0]
		for key, value := range change {
			message[key] = value
		}
		return message
	}
	ch.isRefused(data(nil), "handoff_not_confirmed")
	ch.isAcked(obj{"type": "confirm", "number": e.desktop(s)["handoff_number"]})
	for _, c := range []struct {
		message obj
		code    string
		param   any
	}{
		{obj{"type": "hello", "device_id": "phone"}, "parameter_invalid", "type"},
		{obj{"type": "shout", "id": "7"}, "parameter_invalid", "type"},
		{obj{"type": "heartbeat", "x": 1}, "parameter_invalid", "x"},
		{obj{"type": "confirm"}, "parameter_invalid", "number"},
		{obj{"type": "phase"}, "parameter_invalid", "phase"},
		{obj{"type": "phase", "phase": "Anna Smith"}, "parameter_invalid", "phase"},
		{data(obj{"transfer": nil}), "parameter_invalid", "transfer"},
		{data(obj{"transfer": "a b"}), "parameter_invalid", "transfer"},
		{data(obj{"method": nil}), "parameter_invalid", "method"},
		{data(obj{"method": "palm_reading"}), "resource_missing", "method"},
		{data(obj{"method": "mdl"}), "method_not_offered", nil},
		{data(obj{"chunks": 0}), "parameter_invalid", "chunks"},
		{data(obj{"chunks": 257}), "parameter_invalid", "chunks"},
		{data(obj{"index": -1}), "parameter_invalid", "index"},
		{data(obj{"index": 99}), "parameter_invalid", "index"},
		{data(obj{"index": 1}), "parameter_invalid", "index"},
		{data(obj{"chunk": nil}), "parameter_invalid", "chunk"},
		{data(obj{"chunk": "%"}), "parameter_invalid", "chunk"},
	} {
		ch.isRefused(c.message, c.code, c.param)
	}
	ch.isRefused(obj{"type": "heartbeat", "x": "\x00"}, "parameter_invalid", "x")
	ch.isAcked(obj{"type": "heartbeat", "id": "still there"})
}

func TestFailureToCarryOutAMessageIsLogged(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	ch, _ := e.entered(s)
	e.exec(e.database(), "ALTER TABLE transfers RENAME TO elsewhere")
	message := chunks("t", "document_capture", obj{"simulate": "pass"}, 1000)[0]
	ch.isRefused(message, "internal_error")
	require.NotContains(t, ch.ask(message)["message"], "transfers")
	require.Regexp(t, `"request_id":"req_\w+".*"code":"internal_error".*no such table: transfers`, e.log.String())
}

func TestOversizedMessageEndsTheChannel(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ch, _ := e.connected(e.attest())
	// Too long by less than one read: closing a connection with unread data may lose the last message.
	ch.send(obj{"type": "heartbeat", "id": strings.Repeat("x", 91_460)})
	for {
		if _, err := ch.next(); err != nil {
			require.Equal(t, websocket.StatusMessageTooBig, websocket.CloseStatus(err))
			return
		}
	}
}

func TestOnlyAllowedPagesOpenAChannel(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	token := e.mint(s)["mobile_write_token"].(string)
	require.Equal(t, "origin_not_allowed", e.dial(s, "Origin", "https://evil.example").hello(token, "phone")["code"])
	ack := e.dial(s, "Origin", "https://verify.example").hello(token, "phone")
	require.Equal(t, "ack", ack["type"])
	require.Equal(
		t,
		"origin_not_allowed",
		e.dial(s, "Origin", "https://evil.example").resume(ack["device_token"], "phone")["code"],
	)
}

// A shutdown closes channels with 1012 and refuses new ones.
func TestShutdownClosesChannels(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	other := e.replica(e.keys)
	s := e.attest()
	ch, token := e.entered(s)
	e.api.Close()
	ch.closes(websocket.StatusServiceRestart, "shutting_down")
	require.NoError(t, e.api.Wait(t.Context()))
	_, resp, err := websocket.Dial(t.Context(), e.url+s.path(""), &websocket.DialOptions{HTTPClient: e.unchecked})
	require.Error(t, err)
	require.Equal(t, http.StatusServiceUnavailable, resp.StatusCode)
	require.Equal(t, "ack", other.dial(s).resume(token, "phone")["type"])
}

// A pong is a sign of life, also while the user does nothing.
func TestPongIsAHeartbeat(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) { o.Config.PingInterval = 10 * time.Millisecond })
	s := e.attest()
	ch, _ := e.entered(s)
	go func() { // a reader answers pings
		for _, err := ch.next(); err == nil; _, err = ch.next() {
		}
	}()
	e.clock.Advance(time.Minute)
	testkit.Eventually(t, func() bool {
		row, err := e.store.Across().PublicSession(t.Context(), s.id)
		return err == nil && row.DeviceSeenAt.Equal(e.clock.Now())
	})
}

func TestSilentClientIsDisconnected(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.dial(e.attest()).closes(websocket.StatusPolicyViolation, "hello_expected")
}

// A device that does not read answers no ping.
func TestDeviceThatDoesNotReadIsDisconnected(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) { o.Config.PingInterval = 10 * time.Millisecond })
	e.entered(e.attest())
	require.Len(t, e.api.Followed(), 1)
	testkit.Eventually(t, func() bool { return len(e.api.Followed()) == 0 })
}

// A flooding device is read at the limited pace, and every message is answered.
func TestFloodIsSlowedDown(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ch, _ := e.entered(e.attest())
	began := time.Now()
	const flood = 90
	go func() {
		for range flood {
			_ = ch.conn.Write(t.Context(), websocket.MessageText, []byte(`{"type":"heartbeat"}`))
		}
	}()
	for range flood {
		ch.expect("ack")
	}
	require.Greater(t, time.Since(began), time.Second, "30 beyond the burst, 20 a second")
}
