package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
)

func limits(n int) func(*api.Options) {
	return func(o *api.Options) {
		o.Config.RateLimitSecret, o.Config.RateLimitPublishable = n, n
		o.Config.RateLimitSession, o.Config.RateLimitAddress = n, n
		o.Config.TrustedProxies = []string{"127.0.0.1"}
	}
}

func TestRateLimitOfAKey(t *testing.T) {
	t.Parallel()
	e := newEnv(t, limits(3))
	for left := 2; left >= 0; left-- {
		ans := e.isOK(e.do("GET", "/v1/workflows", e.sandbox.secret, nil), 200)
		require.Equal(t, 3, number(ans.header.Get("X-RateLimit-Limit")))
		require.Equal(t, left, number(ans.header.Get("X-RateLimit-Remaining")))
		require.Equal(
			t,
			e.clock.Now().Truncate(time.Minute).Add(time.Minute).Unix(),
			int64(number(ans.header.Get("X-RateLimit-Reset"))),
		)
	}
	ans := e.do("GET", "/v1/workflows", e.sandbox.secret, nil)
	failure := e.isError(ans, 429, "rate_limit_exceeded")
	require.Equal(t, "rate_limit_error", failure["type"])
	require.Equal(t, 0, number(ans.header.Get("X-RateLimit-Remaining")))

	e.isOK(e.do("GET", "/v1/workflows", e.stranger.secret, nil), 200)
	e.isError(e.do("GET", "/v1/workflows", e.sandbox.publishable, nil), 403, "publishable_key_scope")
	retry := time.Duration(number(ans.header.Get("Retry-After"))) * time.Second
	require.GreaterOrEqual(t, retry, time.Second)
	e.clock.Advance(retry)
	e.isOK(e.do("GET", "/v1/workflows", e.sandbox.secret, nil), 200)
}

func TestRateLimitOfAnAddress(t *testing.T) {
	t.Parallel()
	e := newEnv(t, limits(2))
	from := func(address, key string) answer {
		return e.do("GET", "/v1/workflows", key, nil, "X-Forwarded-For", address)
	}
	e.isError(from("8.8.8.8", ""), 401, "api_key_invalid")
	e.isError(from("8.8.8.8", "nonsense"), 401, "api_key_invalid")
	e.isError(from("8.8.8.8", "stile_sk_guess"), 429, "rate_limit_exceeded")
	e.isError(from("8.8.4.4", ""), 401, "api_key_invalid")
	e.isOK(from("8.8.8.8", e.sandbox.secret), 200)
	// A client with one IPv6 address has its whole /64.
	e.isError(from("2001:db8::1", ""), 401, "api_key_invalid")
	e.isError(from("2001:db8::2", ""), 401, "api_key_invalid")
	e.isError(from("2001:db8::3", ""), 429, "rate_limit_exceeded")
	e.isError(from("2001:db8:0:1::1", ""), 401, "api_key_invalid")
}

func TestForwardedForIsNotTrustedBlindly(t *testing.T) {
	t.Parallel()
	e := newEnv(t, limits(1), func(o *api.Options) { o.Config.TrustedProxies = nil })
	e.isError(e.do("GET", "/v1/workflows", "", nil, "X-Forwarded-For", "8.8.8.8"), 401, "api_key_invalid")
	e.isError(e.do("GET", "/v1/workflows", "", nil, "X-Forwarded-For", "8.8.4.4"), 429, "rate_limit_exceeded")
}

func TestRateLimitOfASession(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) { o.Config.RateLimitSession = 2 })
	a, b := e.attest(), e.attest()
	e.view(a)
	e.view(a)
	e.isError(e.do("GET", a.path(""), a.secret, nil), 429, "rate_limit_exceeded")
	e.view(b)
	e.isOK(e.do("GET", a.path("/status"), "", nil), 200)
}

func TestRateLimitOfUnknownRoutes(t *testing.T) {
	t.Parallel()
	e := newEnv(t, limits(1))
	e.isError(e.do("GET", "/v1/nothing", e.sandbox.secret, nil), 404, "resource_missing")
	e.client = e.unchecked // the specification does not have the route
	e.isError(e.do("GET", "/v1/nothing", e.sandbox.secret, nil), 429, "rate_limit_exceeded")
}
