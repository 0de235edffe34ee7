package captcha_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/captcha"
	"github.com/stile-id/stile/internal/captcha/captchatest"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/models"
)

var local = outbound.Policy{Allow: outbound.Loopback()}

func verifier(t *testing.T) *captchatest.Verifier {
	t.Helper()
	v := captchatest.New()
	t.Cleanup(v.Close)
	return v
}

func TestTokenCountsOnceAndAtItsSite(t *testing.T) {
	t.Parallel()
	v := verifier(t)
	turnstile := captcha.NewTurnstile(v.URL, captchatest.Secret, local)
	check := func(token, host, request string) error {
		return turnstile.Check(t.Context(), models.CaptchaAttempt{
			Token: token, Host: host, Address: "198.51.100.7", Request: request,
		})
	}
	require.NoError(t, check(v.Issue("a", "shop.example"), "SHOP.example", "vks_1"))
	require.NoError(t, check("a", "shop.example", "vks_1"), "a repeat of the same request")
	asked := v.Asked()
	require.Equal(t, asked[0], asked[1])
	require.Equal(t, []string{captchatest.Secret, "a", "198.51.100.7"},
		[]string{asked[0]["secret"], asked[0]["response"], asked[0]["remoteip"]})
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, asked[0]["idempotency_key"])

	for why, c := range map[string]struct{ token, host, message string }{
		"another request":  {"a", "shop.example", "expired or was used before"},
		"an invented one":  {"b", "shop.example", "not valid"},
		"of another site":  {v.Issue("c", "evil.example"), "shop.example", "on another site"},
		"of no page":       {v.Issue("d", "shop.example"), "", "on another site"},
		"of no known page": {v.Issue("e", ""), "", "on another site"},
	} {
		err := check(c.token, c.host, "vks_2")
		var refused *models.Error
		require.ErrorAs(t, err, &refused, why)
		require.Equal(t, models.CodeCaptchaInvalid, refused.Code, why)
		require.Equal(t, "captcha_token", refused.Param)
		require.Contains(t, refused.Message, c.message, why)
	}
	require.NoError(t, check(v.Issue("f", "shop.example"), "shop.example", ""))
	require.NotContains(t, v.Asked()[len(v.Asked())-1], "idempotency_key")
}

func TestUncheckedTokenIsNeitherAcceptedNorRefused(t *testing.T) {
	t.Parallel()
	v := verifier(t)
	v.Issue("a", "shop.example")
	attempt := models.CaptchaAttempt{Token: "a", Host: "shop.example"}
	unchecked := func(turnstile *captcha.Turnstile, cause string) {
		t.Helper()
		err := turnstile.Check(t.Context(), attempt)
		require.Equal(t, models.CodeServiceUnavailable, models.CodeOf(err))
		require.ErrorContains(t, err, cause)
	}
	unchecked(captcha.NewTurnstile(v.URL, "another secret", local), "invalid-input-secret")
	unchecked(captcha.NewTurnstile(v.URL, captchatest.Secret, outbound.Policy{}), "address:")
	unchecked(captcha.NewTurnstile("http://127.0.0.1:1", captchatest.Secret, local), "connection: refused")

	turnstile := captcha.NewTurnstile(v.URL, captchatest.Secret, local)
	for cause, answer := range map[string]struct {
		status int
		body   string
	}{
		"answered 500":                         {500, `{"success": true, "hostname": "shop.example"}`},
		"answered 302":                         {302, ""},
		"answered 200 with something else":     {200, "<html>"},
		"answered 200 with something else ":    {200, `{"hostname": "shop.example"}`},
		"answered 200 with something else t":   {200, `{"success": "true"}`},
		"answered 400 with something else tha": {400, `{"success": true, "hostname": "shop.example"}`},
		"internal-error":                       {200, `{"success": false, "error-codes": ["internal-error"]}`},
		"refused the request":                  {200, `{"success": false}`},
		"answered 200 with":                    {200, strings.Repeat(" ", outbound.AnswerLimit) + `{"success": true}`},
	} {
		v.Break(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(answer.status)
			_, _ = w.Write([]byte(answer.body))
		})
		unchecked(turnstile, strings.TrimRight(cause, " tha"))
	}
	v.Break(func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) })
	unchecked(turnstile, "connection:")
	v.Break(nil)
	require.NoError(t, turnstile.Check(t.Context(), attempt), "the token is still good")
}

func TestSilentVerifierIsGivenUp(t *testing.T) {
	t.Parallel()
	v := verifier(t)
	v.Break(func(_ http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm() // a server notices only then that its client has left
		<-r.Context().Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := captcha.NewTurnstile(v.URL, captchatest.Secret, local).Check(ctx, models.CaptchaAttempt{Token: "a"})
	require.Equal(t, models.CodeServiceUnavailable, models.CodeOf(err))
	require.ErrorContains(t, err, "timeout:")
}
