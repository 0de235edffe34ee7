package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func declared() obj { return obj{"date_of_birth": "1990-01-31", "declaration": true} }

// A replica that has created a session does not read its row for the first submission, unless it hears of a change. On
// SQLite it hears of none.
func TestSubmissionCountsForTheRowThatAnotherReplicaHasChanged(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.liveSession()
	other := e.replica(e.keys)
	other.isOK(other.do("POST", s.path("/open"), s.secret, nil), 200)
	ans := e.isOK(e.do("POST", s.path("/methods/self_attestation"), s.secret, declared()), 202)
	require.Equal(t, "processing", ans.object["session_status"])
	require.JSONEq(t, `{"date_of_birth":"1990-01-31","declaration":true}`, e.payloadOf(s, e.live.org))
}

func TestRefusalOfASubmissionIsThatOfTheStoredRow(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.liveSession()
	other := e.replica(e.keys)
	other.isOK(other.do("POST", s.path("/cancel"), s.secret, nil), 200)
	e.isError(e.do("POST", s.path("/methods/self_attestation"), s.secret, declared()), 409, "session_terminal")
	e.isError(e.do("POST", s.path("/methods/self_attestation"), s.secret, obj{}), 409, "session_terminal")

	foreign := e.liveSession()
	e.isError(e.do("POST", foreign.path("/methods/self_attestation"), s.secret, declared()), 404, "session_not_found")
	e.isOK(e.do("POST", foreign.path("/methods/self_attestation"), foreign.secret, declared()), 202)
}

func TestNewSessionRunsTheVersionThatAnotherReplicaHasPublished(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, simple("self_attestation"))
	version := func() any {
		s := e.create(e.sandbox, workflow)
		return e.isOK(e.do("GET", pathSessions+"/"+s.id, e.sandbox.secret, nil), 200).object["workflow_version"]
	}
	require.InDelta(t, 1, version(), 0)
	other := e.replica(e.keys)
	path := "/v1/workflows/" + workflow
	other.isOK(other.do("PATCH", path, e.sandbox.secret, obj{"jurisdictions": []string{"GB"}}), 200)
	other.isOK(other.do("POST", path+"/publish", e.sandbox.secret, nil), 201)
	e.isError(e.do("POST", pathSessions, e.sandbox.secret,
		obj{"type": "age", "workflow_id": workflow, "jurisdiction": "US"}), 400, "parameter_invalid", "jurisdiction")

	other.isOK(other.do("PATCH", path, e.sandbox.secret, obj{"jurisdictions": []string{}}), 200)
	other.isOK(other.do("POST", path+"/publish", e.sandbox.secret, nil), 201)
	require.InDelta(t, 3, version(), 0, "the refusal of version 2, which e knows, does not count")
}
