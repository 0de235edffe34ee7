package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPublishingWarnsOfWhatHasNoEffect(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	draft := simple("document_capture", "self_attestation")
	draft["preferences"] = obj{"require_email_otp": true, "liveness_strategy": "passive"}
	path := "/v1/workflows/" + e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, draft), 201).object["id"].(string)
	checked := e.isOK(e.do("POST", path+"/validate", e.sandbox.secret, nil), 200).object
	require.Equal(t, true, checked["valid"])
	published := e.isOK(e.do("POST", path+"/publish", e.sandbox.secret, nil), 201).object
	rolledBack := e.isOK(e.do("POST", path+"/rollback", e.sandbox.secret, obj{"version": 1}), 201).object
	require.Equal(t, checked["warnings"], published["warnings"])
	require.Equal(t, checked["warnings"], rolledBack["warnings"])
	fields := []any{}
	for _, warning := range published["warnings"].([]any) {
		require.Nil(t, in(warning, "node"))
		require.NotEmpty(t, in(warning, "message"))
		fields = append(fields, in(warning, "field"))
	}
	require.Equal(t, []any{"methods", "preferences.liveness_strategy", "preferences.require_email_otp", "methods"}, fields)
	s := e.create(e.sandbox, path[len("/v1/workflows/"):], obj{"email": "user@example.com"})
	require.Equal(t, false, e.shown(e.sandbox, s)["requires_email_otp"], "nobody asked to reuse a verification")
	require.Equal(t, false, e.view(s)["requires_email_otp"])

	e.isOK(e.do("PATCH", path, e.sandbox.secret, obj{"methods": []string{}}), 200)
	checked = e.isOK(e.do("POST", path+"/validate", e.sandbox.secret, nil), 200).object
	require.NotEmpty(t, checked["faults"])
	require.Empty(t, checked["warnings"])
}
