package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
)

// environments returns the environment variables of a process for each database.
var environments = map[string]func(t *testing.T) []string{
	"sqlite":   func(*testing.T) []string { return nil },
	"postgres": func(t *testing.T) []string { return []string{"DATABASE_URL=" + postgresDatabase(t)} },
}

// Each scenario kills a real process with SIGKILL at a marked place and starts it again. It requires that every session
// answered 201 reaches its end and that every event arrives at least once under the same id.
func TestKilled(t *testing.T) {
	t.Parallel()
	scenarios := map[string]func(t *testing.T, environment []string){
		"after the commit and before the answer":            killedBeforeTheAnswer,
		"between the commit and the start of the workflow":  killedBeforeTheStart,
		"with a submission in flight":                       killedWithASubmissionInFlight,
		"after a receiver answered, before that was stored": killedAfterTheReceiverAnswered,
		"with sessions in every state":                      killedAtAnyTime,
		"with a code to mail and a verification to reuse":   killedWithAReturningUser,
		"with a guardian who decides":                       killedWithAGuardian,
	}
	for database, environment := range environments {
		for name, scenario := range scenarios {
			t.Run(database+"/"+name, func(t *testing.T) {
				t.Parallel()
				scenario(t, environment(t))
			})
		}
	}
}

// restart starts the folder's process again, without the fault, and makes the sessions call it.
func restart(t *testing.T, p *process, environment []string, sessions ...*session) *process {
	t.Helper()
	p.died(t)
	again := p.start(t, p.data, environment...)
	for _, v := range sessions {
		v.user.base, v.merchant.base = again.ready.API, again.ready.API
	}
	return again
}

func killedBeforeTheAnswer(t *testing.T, environment []string) {
	killedWhileCreating(t, environment, "session.started")
}

func killedBeforeTheStart(t *testing.T, environment []string) {
	killedWhileCreating(t, environment, "session.committed")
}

// killedWhileCreating loses the answer to a creation. The client repeats it under the same idempotency key and gets the
// session of the first try.
func killedWhileCreating(t *testing.T, environment []string, point string) {
	hook := newReceiver(t)
	calm := start(t, t.TempDir(), environment...)
	hook.subscribe(t, calm.sandbox(t).client)
	calm.stop(t)

	doomed := start(t, calm.data, append(environment, "STILE_FAULT="+point)...)
	m := doomed.sandbox(t)
	order := body{"type": "age", "workflow_id": m.workflow, "jurisdiction": "US-CA"}
	_, err := m.try("POST", "/v1/verification_sessions", order, "Idempotency-Key", "order-1")
	require.Error(t, err, "the process died before it answered")

	again := restart(t, doomed, environment)
	m = again.sandbox(t)
	created := hook.next(t, "verification_session.created")
	answered := repeat(t, m.client, order, "order-1")
	require.Equal(t, created.data()["id"], answered.text("id"), "the repeat found what the first try made")
	require.Len(t, m.get(t, "/v1/verification_sessions").list(), 1)
	v := session{id: answered.text("id"), merchant: m.client, user: m.as(answered.text("client_secret"))}
	v.submit(t, "self_attestation", attestation).expect(t, 202)
	v.until(t, "verified")
	hook.next(t, "verification_session.verified")
}

// repeat sends a creation again until it is answered. 503 means that the dead request still holds its lease.
func repeat(t *testing.T, c client, order body, key string) answer {
	t.Helper()
	for deadline := time.Now().Add(testkit.Patience); time.Now().Before(deadline); <-time.After(10 * pollOften) {
		a := c.post(t, "/v1/verification_sessions", order, "Idempotency-Key", key)
		if a.status != http.StatusServiceUnavailable {
			return a.expect(t, 201)
		}
		require.NotEmpty(t, a.header.Get("Retry-After"))
	}
	t.Fatal("the lease of the first request never ended")
	return answer{}
}

func killedWithASubmissionInFlight(t *testing.T, environment []string) {
	hook := newReceiver(t)
	doomed := start(t, t.TempDir(), append(environment, "STILE_FAULT=judge.started")...)
	m := doomed.sandbox(t)
	hook.subscribe(t, m.client)
	v := m.create(t, nil)
	_, _ = v.user.try("POST", v.verify("/methods/self_attestation"), attestation)

	restart(t, doomed, environment, &v)
	v.until(t, "verified")
	hook.next(t, "verification_session.verified")
}

func killedAfterTheReceiverAnswered(t *testing.T, environment []string) {
	hook := newReceiver(t)
	doomed := start(t, t.TempDir(), append(environment, "STILE_FAULT=webhook.answered")...)
	m := doomed.sandbox(t)
	hook.subscribe(t, m.client, "verification_session.verified")
	v := m.create(t, body{"skip_verification": true})
	first := hook.next(t, "verification_session.verified")

	again := restart(t, doomed, environment, &v)
	second := hook.next(t, "verification_session.verified")
	require.Equal(t, first.id, second.id)
	acknowledged(t, again.sandbox(t).client, first.id)
}

// killedAtAnyTime kills the process, and Temporal in it, from outside, at any point of its work.
func killedAtAnyTime(t *testing.T, environment []string) {
	hook := newReceiver(t)
	doomed := startWhole(t, t.TempDir(), environment...)
	m := doomed.sandbox(t)
	hook.subscribe(t, m.client, "verification_session.verified")
	const many = 12
	sessions := make([]*session, many)
	for i := range sessions {
		v := m.create(t, nil)
		sessions[i] = &v
		if i%2 == 0 {
			v.submit(t, "self_attestation", attestation).expect(t, 202)
		}
	}
	doomed.kill(t)
	restart(t, doomed, environment, sessions...)
	arrived := map[string]bool{}
	for i, v := range sessions {
		if i%2 == 1 {
			v.submit(t, "self_attestation", attestation).expect(t, 202)
		}
		v.until(t, "verified")
	}
	for len(arrived) < many {
		id, _ := hook.next(t, "verification_session.verified").data()["id"].(string)
		arrived[id] = true
	}
}
