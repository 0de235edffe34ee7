package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

func TestBacktest(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	id := e.workflow(e.sandbox, flow("doc", obj{
		"doc":   method("document_capture", "vip", "human"),
		"vip":   obj{"kind": "branch", "cases": []obj{{"when": "metadata.tier == 'vip'", "next": "human"}}, "default": "yes"},
		"human": obj{"kind": "review", "pass": "yes", "fail": "no"},
	}))
	path := "/v1/workflows/" + id
	plain, vip, bad := e.create(e.sandbox, id), e.create(e.sandbox, id, obj{"metadata": obj{"tier": "vip"}}), e.create(e.sandbox, id)
	e.submit(plain, "document_capture", graph.OutcomePassed)
	e.submit(vip, "document_capture", graph.OutcomePassed)
	e.decide(vip, "approve", "jo", 200)
	e.submit(bad, "document_capture", graph.OutcomeFailed, rules.ReasonUnreadable)
	e.decide(bad, "reject", "jo", 200)
	given := e.create(e.sandbox, id)
	e.isOK(e.do("POST", pathSessions+"/"+given.id+"/cancel", e.sandbox.secret, nil), 200)
	e.clock.advance(time.Second)
	e.create(e.sandbox, id, obj{"skip_verification": true})
	e.create(e.sandbox, id) // has not ended

	backtest := func(body any) obj {
		t.Helper()
		return e.isOK(e.do("POST", path+"/backtest", e.sandbox.secret, body), 200).object
	}
	require.Equal(t, obj{
		"object": "workflow_backtest", "version": nil, "sessions": 4.0, "changed": []any{}, "unchanged": 4.0,
	}, backtest(nil))

	e.isOK(e.do("PATCH", path, e.sandbox.secret, obj{"graph": flow("doc", obj{
		"doc":  method("document_capture", "vip", "no"),
		"vip":  obj{"kind": "branch", "cases": []obj{{"when": "metadata.tier == 'vip'", "next": "no"}}, "default": "face"},
		"face": method("selfie_match", "yes", "no"),
	})["graph"]}), 200)
	report := backtest(obj{"sessions": obj{"last": 500}})
	require.InDelta(t, 2, report["unchanged"], 0, "the rejected, and the cancelled")
	require.ElementsMatch(t, []any{
		obj{"session_id": plain.id, "before": "verified", "after": "waiting", "node": "vip"},
		obj{"session_id": vip.id, "before": "verified", "after": "failed", "node": "vip"},
	}, report["changed"])
	require.Equal(t, []any{}, backtest(obj{"version": 1})["changed"])

	require.InDelta(t, 1, backtest(obj{"sessions": obj{"last": 2}})["sessions"], 0, "the skipped one is left out")
	for _, last := range []int{0, 501} {
		e.isError(e.do("POST", path+"/backtest", e.sandbox.secret, obj{"sessions": obj{"last": last}}), 400, "parameter_invalid", "sessions.last")
	}
	e.isError(e.do("POST", path+"/backtest", e.sandbox.secret, obj{"version": 2}), 404, "resource_missing", "version")
}
