package webhook_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/signature"
	"github.com/stile-id/stile/sdk/go/webhook"
)

const (
	secret    = "whsec_test"
	newSecret = "whsec_test_after_the_rotation"
	body      = `{"id":"evt_1","object":"event","type":"verification_session.verified","created":1741564800,` +
		`"data":{"id":"vks_1","status":"verified","client_reference_id":"Zoë"}}`
)

var signedAt = time.Unix(1741564800, 0)

func sign(secret, body string) string { return signature.Sign(secret, signedAt, []byte(body)) }

// after sets the clock to a time after the signing.
func after(d time.Duration) webhook.Option {
	return webhook.WithClock(func() time.Time { return signedAt.Add(d) })
}

func codeOf(t *testing.T, err error) webhook.Code {
	t.Helper()
	if err == nil {
		return ""
	}
	var refused *webhook.Error
	require.ErrorAs(t, err, &refused)
	return refused.Code
}

func TestEventIsParsed(t *testing.T) {
	t.Parallel()
	event, err := webhook.ConstructEvent([]byte(body), sign(secret, body), secret, after(0))
	require.NoError(t, err)
	require.Equal(t, "evt_1", event.ID)
	require.Equal(t, "verification_session.verified", event.Type)
	require.Equal(t, time.Date(2025, time.March, 10, 0, 0, 0, 0, time.UTC), event.Created)
	require.JSONEq(t, `{"id":"vks_1","status":"verified","client_reference_id":"Zoë"}`, string(event.Data))

	var session struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	}
	require.NoError(t, event.Decode(&session))
	require.Equal(t, "vks_1", session.ID)
	require.Equal(t, "verified", session.Status)
	require.ErrorContains(t, event.Decode(new(int)), "verification_session.verified")
}

func TestEveryRefusalHasItsDocumentedCode(t *testing.T) {
	t.Parallel()
	good := sign(secret, body)
	for name, c := range map[string]struct {
		header, body string
		options      []webhook.Option
		want         webhook.Code
	}{
		"as it was sent":           {header: good},
		"no header":                {header: "", want: "missing_header"},
		"a header without a shape": {header: "nonsense", want: "invalid_header"},
		"no timestamp":             {header: strings.TrimPrefix(good, "t=1741564800,"), want: "invalid_header"},
		"no signature":             {header: "t=1741564800", want: "invalid_header"},
		"a signature cut short":    {header: good[:len(good)-2], want: "invalid_header"},
		"five minutes old":         {header: good, options: []webhook.Option{after(5 * time.Minute)}},
		"a second older": {
			header: good, options: []webhook.Option{after(5*time.Minute + time.Second)}, want: "timestamp_expired",
		},
		"five minutes ahead": {header: good, options: []webhook.Option{after(-5 * time.Minute)}},
		"a second further ahead": {
			header: good, options: []webhook.Option{after(-5*time.Minute - time.Second)}, want: "timestamp_expired",
		},
		"within a wider tolerance": {
			header: good, options: []webhook.Option{after(time.Hour), webhook.WithTolerance(time.Hour)},
		},
		"outside a wider tolerance": {
			header: good, options: []webhook.Option{after(time.Hour + time.Second), webhook.WithTolerance(time.Hour)},
			want: "timestamp_expired",
		},
		"within a narrower tolerance": {
			header: good, options: []webhook.Option{after(30 * time.Second), webhook.WithTolerance(30 * time.Second)},
		},
		"outside a narrower one": {
			header: good, options: []webhook.Option{after(31 * time.Second), webhook.WithTolerance(30 * time.Second)},
			want: "timestamp_expired",
		},
		"at once, and no tolerance": {header: good, options: []webhook.Option{after(0), webhook.WithTolerance(0)}},
		"later, and no tolerance": {
			header: good, options: []webhook.Option{after(time.Second), webhook.WithTolerance(0)}, want: "timestamp_expired",
		},
		"another body":   {header: good, body: body + " ", want: "signature_mismatch"},
		"another secret": {header: sign("whsec_other", body), want: "signature_mismatch"},
		"another timestamp": {
			header: strings.Replace(good, "1741564800", "1741564801", 1), want: "signature_mismatch",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sent := body
			if c.body != "" {
				sent = c.body
			}
			event, err := webhook.ConstructEvent(
				[]byte(sent),
				c.header,
				secret,
				append([]webhook.Option{after(0)}, c.options...)...)
			require.Equal(t, c.want, codeOf(t, err))
			if c.want != "" {
				require.Empty(t, event)
				require.ErrorContains(t, err, string(c.want))
			}
		})
	}
}

func TestDefaultClockIsTheSystems(t *testing.T) {
	t.Parallel()
	_, err := webhook.ConstructEvent([]byte(body), sign(secret, body), secret)
	require.Equal(t, webhook.CodeTimestampExpired, codeOf(t, err))
	_, err = webhook.ConstructEvent([]byte(body), signature.Sign(secret, time.Now(), []byte(body)), secret)
	require.NoError(t, err)
}

func TestEitherSecretWorksDuringARotation(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		header, next string
		secret       string
		want         webhook.Code
	}{
		"the old secret":               {sign(secret, body), sign(newSecret, body), secret, ""},
		"the new secret":               {sign(secret, body), sign(newSecret, body), newSecret, ""},
		"a third one":                  {sign(secret, body), sign(newSecret, body), "whsec_other", "signature_mismatch"},
		"no rotation":                  {sign(secret, body), "", secret, ""},
		"the next header alone":        {"", sign(newSecret, body), newSecret, ""},
		"the next one alone, and not":  {"", sign(newSecret, body), secret, "signature_mismatch"},
		"neither":                      {"", "", secret, "missing_header"},
		"nonsense beside a good one":   {"nonsense", sign(newSecret, body), newSecret, ""},
		"the first one's refusal":      {"nonsense", sign(newSecret, body), secret, "invalid_header"},
		"a good one and nonsense next": {sign(secret, body), "nonsense", secret, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request := httptest.NewRequest(http.MethodPost, "/webhooks", strings.NewReader(body))
			for name, value := range map[string]string{"Stile-Signature": c.header, "Stile-Signature-Next": c.next} {
				if value != "" {
					request.Header.Set(name, value)
				}
			}
			_, err := webhook.FromHeader([]byte(body), request.Header, c.secret, after(0))
			require.Equal(t, c.want, codeOf(t, err), "header")
			event, err := webhook.FromRequest(request, c.secret, after(0))
			require.Equal(t, c.want, codeOf(t, err), "request")
			require.Equal(t, c.want == "", event.ID == "evt_1")
		})
	}
}

func TestBodyWithoutAnEventIsAnErrorWithoutACode(t *testing.T) {
	t.Parallel()
	huge := strings.Repeat(" ", webhook.MaxBody) + body
	for name, sent := range map[string]string{
		"no JSON": "evt_1", "no object": `[]`, "no id": `{"type":"verification_session.verified"}`, "no type": `{"id":"evt_1"}`,
		"longer than is read": huge,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request := httptest.NewRequest(http.MethodPost, "/webhooks", strings.NewReader(sent))
			request.Header.Set(webhook.Header, sign(secret, sent))
			event, err := webhook.FromRequest(request, secret, after(0))
			require.Error(t, err)
			require.Empty(t, event)
			var refused *webhook.Error
			require.NotErrorAs(t, err, &refused)
		})
	}
}

func TestEmptySecretVerifiesNothing(t *testing.T) {
	t.Parallel()
	event, err := webhook.ConstructEvent([]byte(body), sign("", body), "", after(0))
	require.ErrorContains(t, err, "secret is empty")
	require.Empty(t, event)
}

func TestBodyOfMaximumSizeIsRead(t *testing.T) {
	t.Parallel()
	long := body + strings.Repeat(" ", webhook.MaxBody-len(body))
	request := httptest.NewRequest(http.MethodPost, "/webhooks", strings.NewReader(long))
	request.Header.Set(webhook.Header, sign(secret, long))
	_, err := webhook.FromRequest(request, secret, after(0))
	require.NoError(t, err)
}

func TestBrokenRequestIsAnError(t *testing.T) {
	t.Parallel()
	broken := errors.New("the connection broke off")
	request := httptest.NewRequest(http.MethodPost, "/webhooks", iotest.ErrReader(broken))
	request.Header.Set(webhook.Header, sign(secret, ""))
	_, err := webhook.FromRequest(request, secret, after(0))
	require.ErrorIs(t, err, broken)
}
