package e2e

import (
	"fmt"
	"sync"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/rules"
)

// The phone's live channel is at one replica, the desktop's poll at the other.
func TestLiveChannel(t *testing.T) {
	t.Parallel()
	onTwoReplicas(t, map[string]handoffScenario{
		"the phone verifies, and the desktop's poll sees it":  phoneVerifiesLive,
		"a socket lost between phases":                        socketLostBetweenPhases,
		"a replica that shuts down sends the phone elsewhere": shutdownSendsElsewhere,
		"a token said hello with twice in a race":             helloTwiceInARace,
		"a session that ends by itself ends the channel":      expiryEndsTheChannel,
	})
}

func phoneVerifiesLive(t *testing.T, s *stack, second string) {
	desktop, hook, seen := s.watched(t)
	phone, _ := desktop.connect(t, second)
	phone.say(t, body{"type": "phase", "phase": "reading_document"})
	require.Equal(t, "reading_document", desktop.status(t).text("phase"))
	phone.say(t, chunked(t, "document_capture", body{"simulate": "requires_input"}, 100)[0])
	verdict := phone.expect(t, "verdict")
	require.Equal(t, []any{"requires_input", true}, []any{verdict["outcome"], verdict["retry_allowed"]})
	again := chunked(t, "document_capture", body{"simulate": "pass"}, 100)[0]
	again["transfer"] = "again"
	phone.say(t, again)
	require.Equal(t, "passed", phone.expect(t, "verdict")["outcome"])
	last := phone.closes(t, websocket.StatusNormalClosure, "session_ended")
	require.Equal(t, "verified", last["session"].(map[string]any)["status"])
	seen.Wait()
	hook.next(t, "verification_session.verified")
}

func socketLostBetweenPhases(t *testing.T, s *stack, second string) {
	desktop := s.sandbox(t, simple(rules.MethodDocumentCapture)).create(t, nil)
	phone, token := desktop.connect(t, second)
	phone.say(t, body{"type": "phase", "phase": "sending_document"})
	messages := chunked(t, "document_capture", body{"simulate": "pass"}, 5)
	for _, message := range messages[:2] {
		phone.say(t, message)
	}
	phone.send(t, messages[2]) // the phone never learns whether it arrived
	require.NoError(t, phone.conn.CloseNow())

	phone, transfer := desktop.reconnect(t, desktop.user.base, token)
	require.Equal(t, "sending_document", desktop.status(t).text("phase"))
	require.Contains(t, []any{2.0, 3.0}, transfer["next"])
	for _, message := range messages[2:] {
		phone.say(t, message)
	}
	require.NoError(t, phone.conn.CloseNow())
	phone, _ = desktop.reconnect(t, second, token)
	require.Equal(t, "passed", phone.expect(t, "verdict")["outcome"])
	desktop.until(t, "verified")
	require.Equal(t, 1, s.row(t, desktop).Submissions)
}

func shutdownSendsElsewhere(t *testing.T, s *stack, second string) {
	doomed := s.replica(t, app.Options{API: true})
	desktop := s.sandbox(t, simple(rules.MethodDocumentCapture)).create(t, nil)
	phone, token := desktop.connect(t, doomed.URL())
	stopped := make(chan error, 1)
	go func() { stopped <- doomed.Stop() }()
	phone.closes(t, websocket.StatusServiceRestart, "shutting_down")
	require.NoError(t, <-stopped)
	phone, _ = desktop.reconnect(t, second, token)
	phone.say(t, chunked(t, "document_capture", body{"simulate": "pass"}, 100)[0])
	phone.closes(t, websocket.StatusNormalClosure, "session_ended")
	require.Equal(t, "verified", desktop.status(t).text("status"))
}

func helloTwiceInARace(t *testing.T, s *stack, second string) {
	desktop := s.sandbox(t, simple(rules.MethodDocumentCapture)).create(t, nil)
	token := desktop.mint(t)
	var all sync.WaitGroup
	answers := make(chan body, 50)
	for i := range cap(answers) {
		phone := desktop.dial(t, []string{desktop.user.base, second}[i%2])
		all.Go(func() {
			phone.send(t, body{"type": "hello", "mobile_write_token": token, "device_id": fmt.Sprint("phone ", i)})
			answers <- phone.expect(t, "ack", "error")
		})
	}
	all.Wait()
	close(answers)
	count := map[any]int{}
	for answer := range answers {
		count[answer["code"]]++
	}
	require.Equal(t, map[any]int{nil: 1, "handoff_token_consumed": 49}, count)
}

func expiryEndsTheChannel(t *testing.T, s *stack, second string) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	desktop := s.brief(t, m, func() { m.create(t, nil).connect(t, second) }).create(t, nil)
	phone, _ := desktop.connect(t, second)
	last := phone.closes(t, websocket.StatusNormalClosure, "session_ended")
	require.Equal(t, "expired", last["session"].(map[string]any)["status"])
}

// The process dies by SIGKILL in the middle of a transfer.
func TestProcessRestartedInTheMidstOfATransfer(t *testing.T) {
	t.Parallel()
	for name, environment := range environments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			transferGoesOnAfterARestart(t, environment(t))
		})
	}
}

func transferGoesOnAfterARestart(t *testing.T, environment []string) {
	doomed := start(t, t.TempDir(), environment...)
	desktop := doomed.sandbox(t).create(t, nil)
	phone, token := desktop.connect(t, doomed.ready.API)
	messages := chunked(t, "self_attestation", attestation, 20)
	phone.say(t, messages[0])
	doomed.kill(t)
	_, err := phone.next(t)
	for err == nil { // messages under way
		_, err = phone.next(t)
	}
	require.NotEqual(t, websocket.StatusNormalClosure, websocket.CloseStatus(err))

	again := restart(t, doomed, environment, &desktop)
	phone, transfer := desktop.reconnect(t, again.ready.API, token)
	require.Equal(t, 1.0, transfer["next"])
	for _, message := range messages[1:] {
		phone.say(t, message)
	}
	phone.closes(t, websocket.StatusNormalClosure, "session_ended")
	require.Equal(t, "verified", desktop.status(t).text("status"))
}
