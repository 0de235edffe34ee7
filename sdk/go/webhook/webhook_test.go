package webhook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stile-id/stile/sdk/go/webhook"
)

const (
	secret    = "whsec_test"
	newSecret = "whsec_test_after_the_rotation"
	body      = `{"id":"evt_1","object":"event","type":"verification_session.verified","created":1741564800,` +
		`"data":{"id":"vks_1","status":"verified","client_reference_id":"Zoë"}}`
)

var signedAt = time.Unix(1741564800, 0)

func sign(secret, body string) string { return signAt("1741564800", secret, body) }

// signAt signs as Stile does.
func signAt(timestamp, secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + "." + body))
	return "t=" + timestamp + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

func equal[T comparable](t *testing.T, got, want T, name string) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", name, got, want)
	}
}

func contains(t *testing.T, err error, part string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), part) {
		t.Fatalf("%v does not say %q", err, part)
	}
}

// isNone fails unless an event is empty, as beside an error.
func isNone(t *testing.T, event webhook.Event) {
	t.Helper()
	if event.ID != "" || event.Type != "" || !event.Created.IsZero() || event.Data != nil {
		t.Fatalf("an event was returned: %v", event)
	}
}

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
	if !errors.As(err, &refused) {
		t.Fatalf("%v has no code", err)
	}
	return refused.Code
}

func TestEventIsParsed(t *testing.T) {
	t.Parallel()
	event, err := webhook.ConstructEvent([]byte(body), sign(secret, body), secret, after(0))
	equal(t, err, nil, "error")
	equal(t, event.ID, "evt_1", "id")
	equal(t, event.Type, "verification_session.verified", "type")
	equal(t, event.Created, time.Date(2025, time.March, 10, 0, 0, 0, 0, time.UTC), "time")
	equal(t, string(event.Data), `{"id":"vks_1","status":"verified","client_reference_id":"Zoë"}`, "data")

	var session struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	}
	equal(t, event.Decode(&session), nil, "error")
	equal(t, session.ID, "vks_1", "id")
	equal(t, session.Status, "verified", "status")
	contains(t, event.Decode(new(int)), "verification_session.verified")
}

func TestSignatureIsTheHMACOfTimeAndBody(t *testing.T) {
	t.Parallel()
	// printf '1741564800.{"id":"evt_1","type":"x"}' | openssl dgst -sha256 -hmac whsec_test
	header := "t=1741564800,v1=c278d35b6c2585abecb40db744c0f4cf4088c30d69be2de401046338c7932014"
	_, err := webhook.ConstructEvent([]byte(`{"id":"evt_1","type":"x"}`), header, secret, after(0))
	equal(t, err, nil, "error")
}

func TestEveryRefusalHasItsDocumentedCode(t *testing.T) {
	t.Parallel()
	good := sign(secret, body)
	_, v1, _ := strings.Cut(good, ",")
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
		"one of two that matches":     {header: sign("whsec_other", body) + "," + v1},
		"in capitals, with spaces":    {header: " T = 1741564800 , V1 = " + strings.ToUpper(v1[len("v1="):]) + " "},
		"an unknown scheme beside":    {header: "v0=x,," + good + ",v2=00"},
		"the timestamp twice":         {header: "t=1741564800," + good},
		"two timestamps":              {header: "t=1741564799," + good, want: "invalid_header"},
		"a timestamp in hexadecimal":  {header: "t=0x67CE2680," + v1, want: "invalid_header"},
		"a timestamp with a fraction": {header: signAt("1741564800.25", secret, body)},
		"a fraction that is none":     {header: "t=1741564800.x," + v1, want: "invalid_header"},
		"a signature that is no hex":  {header: "t=1741564800,v1=zz", want: "invalid_header"},
		"from before all time":        {header: "t=-9223372036854775808," + v1, want: "timestamp_expired"},
		"from the end of time":        {header: "t=9223372036854775807," + v1, want: "timestamp_expired"},
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
			equal(t, codeOf(t, err), c.want, "code")
			if c.want != "" {
				isNone(t, event)
				contains(t, err, string(c.want))
			}
		})
	}
}

func TestDefaultClockIsTheSystems(t *testing.T) {
	t.Parallel()
	_, err := webhook.ConstructEvent([]byte(body), sign(secret, body), secret)
	equal(t, codeOf(t, err), webhook.CodeTimestampExpired, "code")
	fresh := signAt(fmt.Sprint(time.Now().Unix()), secret, body)
	_, err = webhook.ConstructEvent([]byte(body), fresh, secret)
	equal(t, err, nil, "error")
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
			equal(t, codeOf(t, err), c.want, "header")
			event, err := webhook.FromRequest(request, c.secret, after(0))
			equal(t, codeOf(t, err), c.want, "request")
			equal(t, event.ID == "evt_1", c.want == "", "event")
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
			isNone(t, event)
			if err == nil || errors.As(err, new(*webhook.Error)) {
				t.Fatal(err)
			}
		})
	}
}

func TestEmptySecretVerifiesNothing(t *testing.T) {
	t.Parallel()
	event, err := webhook.ConstructEvent([]byte(body), sign("", body), "", after(0))
	contains(t, err, "secret is empty")
	isNone(t, event)
}

func TestBodyOfMaximumSizeIsRead(t *testing.T) {
	t.Parallel()
	long := body + strings.Repeat(" ", webhook.MaxBody-len(body))
	request := httptest.NewRequest(http.MethodPost, "/webhooks", strings.NewReader(long))
	request.Header.Set(webhook.Header, sign(secret, long))
	_, err := webhook.FromRequest(request, secret, after(0))
	equal(t, err, nil, "error")
}

func TestBrokenRequestIsAnError(t *testing.T) {
	t.Parallel()
	broken := errors.New("the connection broke off")
	request := httptest.NewRequest(http.MethodPost, "/webhooks", iotest.ErrReader(broken))
	request.Header.Set(webhook.Header, sign(secret, ""))
	_, err := webhook.FromRequest(request, secret, after(0))
	equal(t, errors.Is(err, broken), true, "cause")
}
