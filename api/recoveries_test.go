package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// stepOf makes the next step of a recovery, as a worker would.
func (e *env) stepOf(recovery string) store.RecoveryStep {
	e.t.Helper()
	step, err := e.store.Recover(e.t.Context(), models.RecoveryRef{OrgID: e.sandbox.org.ID, RecoveryID: recovery}, 16)
	require.NoError(e.t, err)
	return step
}

func TestEndpointIsRecovered(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	hook := e.hook(e.sandbox)
	workflow := e.workflow(e.sandbox, simple("self_attestation"))
	for range 3 {
		e.create(e.sandbox, workflow)
		e.answered(hook, store.Answer{ResponseStatus: ptr(500)})
		e.clock.Advance(time.Second)
	}

	recovery := e.isOK(e.do("POST", hook+"/recover", e.sandbox.secret, obj{"since": 0}), 201).object
	id := recovery["id"].(string)
	now := float64(e.clock.Now().Unix())
	want := obj{
		"id": id, "object": "webhook_recovery", "endpoint_id": hook[len(pathEndpoints)+1:], "status": "running",
		"since": 0.0, "until": now, "created": now, "completed_at": nil,
		"deliveries": obj{"pending": 0.0, "succeeded": 0.0, "failed": 0.0, "closed": 0.0},
	}
	require.Equal(t, want, recovery)
	require.Contains(t, e.temporal.all(), "recover "+id)

	require.Len(t, e.stepOf(id).Deliveries, 3)
	e.answered(hook, store.Answer{Acknowledged: true, ResponseStatus: ptr(204)})
	want["deliveries"] = obj{"pending": 2.0, "succeeded": 1.0, "failed": 0.0, "closed": 0.0}
	require.Equal(t, want, e.isOK(e.do("GET", hook+"/recoveries/"+id, e.sandbox.secret, nil), 200).object)

	second := e.isOK(e.do("POST", hook+"/recover", e.sandbox.secret, obj{"since": 1, "until": 2}), 201).object
	require.Equal(t, models.RecoveryCompleted, e.stepOf(second["id"].(string)).Status, "nothing happened then")
	list := e.isOK(e.do("GET", hook+"/recoveries", e.sandbox.secret, nil), 200).object["data"].([]any)
	require.Len(t, list, 2)
	require.Contains(t, list, want)
	ended := e.isOK(e.do("GET", hook+"/recoveries/"+second["id"].(string), e.sandbox.secret, nil), 200).object
	require.Equal(t, []any{"completed", now}, []any{ended["status"], ended["completed_at"]})
}

func TestInvalidRecoveryIsRefused(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	hook, other := e.hook(e.sandbox), e.hook(e.sandbox)
	path := hook + "/recover"
	future := e.clock.Now().Add(time.Second).Unix()
	for param, body := range map[string]obj{
		"since":      {},
		"until":      {"since": 10, "until": 9},
		"everything": {"since": 0, "everything": true},
	} {
		e.isError(e.do("POST", path, e.sandbox.secret, body), 400, "parameter_invalid", param)
	}
	for _, since := range []any{-1, future, 1 << 53, "yesterday", 1.5, nil} {
		e.isError(e.do("POST", path, e.sandbox.secret, obj{"since": since}), 400, "parameter_invalid", "since")
	}
	e.isOK(e.do("POST", path, e.sandbox.secret, obj{"since": 0, "until": future}), 201)
	id := e.isOK(e.do("POST", path, e.sandbox.secret, obj{"since": 0}), 201).object["id"].(string)
	for _, path := range []string{other + "/recoveries/" + id, hook + "/recoveries/whr_unknown"} {
		e.isError(e.do("GET", path, e.sandbox.secret, nil), 404, "resource_missing", "id")
	}
	e.isError(e.do("GET", hook+"/recoveries?limit=0", e.sandbox.secret, nil), 400, "parameter_invalid", "limit")
	e.isOK(e.do("PATCH", hook, e.sandbox.secret, obj{"status": "disabled"}), 200)
	e.isError(e.do("POST", path, e.sandbox.secret, obj{"since": 0}), 409, "endpoint_disabled")
}
