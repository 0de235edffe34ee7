package api_test

import (
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/rules/graph"
)

// provided is a session that sends its document to a provider.
func (e *env) provided() session {
	e.t.Helper()
	e.connect(e.sandbox, "document_capture", "https://documents.example/judge")
	return e.create(e.sandbox, e.workflow(e.sandbox, simple("document_capture")))
}

// A socket may break at any time: an acknowledged chunk is stored, for every replica.
func TestATransferGoesOnElsewhere(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	other := e.replica(e.keys)
	s := e.provided()
	ch, token := e.entered(s)
	messages := chunks("passport", "document_capture", bulky(50_000), 10_000)
	require.Len(t, messages, 6)
	for i, message := range messages[:3] {
		answer := ch.isAcked(message)
		require.Equal(t, []any{"passport", float64(i + 1), nil}, []any{answer["transfer"], answer["next"], answer["attempt"]})
	}
	require.NoError(t, ch.conn.CloseNow())

	ch = other.dial(s)
	require.Equal(
		t,
		obj{"transfer": "passport", "method": "document_capture", "chunks": 6.0, "next": 3.0, "upload": false},
		ch.resume(token, "phone")["transfer"],
	)
	ch.isRefused(messages[4], "parameter_invalid", "index")
	require.Equal(t, 3.0, ch.isAcked(messages[2])["next"], "a repeat is acknowledged again")
	ch.isAcked(messages[3])
	ch.isAcked(messages[4])
	last := ch.isAcked(messages[5])
	attempt := last["attempt"].(obj)
	require.Equal(t, "processing", attempt["status"])
	require.Equal(t, last, ch.isAcked(messages[5]), "and so is the last one: nothing is submitted twice")
	e.judge(s, graph.OutcomePassed)
	require.Equal(t, attempt["id"], ch.expect("verdict")["result_id"])
	ch.closes(websocket.StatusNormalClosure, "session_ended")
}

func TestATransferIsRefusedWhereASubmissionIs(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) { o.Config.MaxBody = 20_000 })
	ch, _ := e.entered(e.provided())
	send := func(messages []obj) obj {
		for _, message := range messages[:len(messages)-1] {
			ch.isAcked(message)
		}
		return ch.ask(messages[len(messages)-1])
	}
	for _, c := range []struct {
		submission obj
		code       string
		param      any
	}{
		{obj{"input": "text"}, "parameter_invalid", "input"},
		{obj{"simulate": "maybe"}, "parameter_invalid", "simulate"},
		{obj{"x": 1}, "parameter_invalid", "x"},
	} {
		answer := send(chunks("t", "document_capture", c.submission, 20_001))
		require.Equal(t, []any{"error", c.code, c.param}, []any{answer["type"], answer["code"], answer["param"]})
	}
	large := chunks("large", "document_capture", bulky(21_000), 10_000)
	answer := send(large)
	require.Equal(t, "request_too_large", answer["code"])

	other := chunks("other", "document_capture", bulky(15_000), 10_000)
	ch.isAcked(other[0])
	ch.isRefused(large[1], "parameter_invalid", "index") // another transfer took its place
	changed := chunks("other", "document_capture", bulky(15_000), 1_000)[1]
	ch.isRefused(changed, "parameter_invalid", "chunks")
	require.NotNil(t, send(other)["attempt"])
}

// The law's consent is asked for before the user waits for a transfer.
func TestTransferNeedsConsentFirst(t *testing.T) {
	t.Parallel()
	e := newEnv(t, asShipped)
	workflow := e.workflow(e.sandbox, order("alcohol_delivery", nil, "document_capture", "facial_age"))
	s := e.create(e.sandbox, workflow, obj{"jurisdiction": "US-IL"})
	ch, token := e.entered(s)
	messages := chunks("t", "facial_age", obj{"simulate": "pass"}, 10)
	ch.isRefused(messages[0], "consent_required")
	e.isOK(e.do("POST", s.path("/consent"), token.(string), obj{"granted": true}), 200)
	require.Equal(t, 1.0, ch.isAcked(messages[0])["next"])
}
