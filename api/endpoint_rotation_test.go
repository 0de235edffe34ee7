package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSecretIsRotated(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	created := e.isOK(e.do("POST", pathEndpoints, e.sandbox.secret,
		obj{"url": "https://shop.example/hook", "enabled_events": []string{"*"}}), 201).object
	require.Nil(t, created["overlap_until"])
	path := pathEndpoints + "/" + created["id"].(string)
	secrets := map[any]bool{created["secret"]: true}
	for _, overlap := range []int{0, 3600, 0, 86400} {
		ans := e.isOK(e.do("POST", path+"/rotate-secret", e.sandbox.secret, obj{"overlap_seconds": overlap}), 200).object
		require.Regexp(t, `^whsec_[0-9A-Za-z]{43}$`, ans["secret"])
		require.False(t, secrets[ans["secret"]], "a new one each time")
		secrets[ans["secret"]] = true
		if overlap == 0 {
			require.Nil(t, ans["overlap_until"])
		} else {
			require.InDelta(t, e.clock.Now().Unix()+int64(overlap), ans["overlap_until"], 0)
		}
		require.NotContains(t, e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200).object, "secret", "shown once")
	}
	e.isError(e.do("POST", path+"/rotate-secret", e.sandbox.secret, obj{"overlap_seconds": 3600}),
		409, "rotation_in_progress")
	for range 2 {
		require.Nil(t, e.isOK(e.do("POST", path+"/rotate-secret/finish", e.sandbox.secret, nil), 200).object["overlap_until"])
	}
	e.isOK(e.do("POST", path+"/rotate-secret", e.sandbox.secret, nil), 200)
	for _, wrong := range []any{-1, 86401, 1.5, "an hour"} {
		e.isError(e.do("POST", path+"/rotate-secret", e.sandbox.secret, obj{"overlap_seconds": wrong}),
			400, "parameter_invalid", "overlap_seconds")
	}
	e.isError(
		e.do("POST", path+"/rotate-secret", e.sandbox.secret, obj{"secret": "mine"}),
		400,
		"parameter_invalid",
		"secret",
	)
}
