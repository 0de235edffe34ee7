// Package captcha checks the tokens with which a browser shows that a person, and not a script, sends a request.
package captcha

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/models"
)

// checkWithin is the time for the whole answer. A request that creates a session has ten seconds.
const checkWithin = 5 * time.Second

// Turnstile checks tokens of Cloudflare Turnstile. It is safe for concurrent use.
type Turnstile struct {
	client      *http.Client
	url, secret string
}

// NewTurnstile returns a Turnstile that asks at the URL of siteverify, with the secret of a site.
func NewTurnstile(address, secret string, egress outbound.Policy) *Turnstile {
	return &Turnstile{client: outbound.NewClient(checkWithin, egress), url: address, secret: secret}
}

// longestCodes bounds the error codes in the log, in characters.
const longestCodes = 200

// answer is the answer of siteverify.
type answer struct {
	Success  *bool    `json:"success"`
	Errors   []string `json:"error-codes"`
	Hostname string   `json:"hostname"`
}

// Check returns nil if the token was made by a visitor of the attempt's host, and not used before by another request.
// Errors: CodeCaptchaInvalid of captcha_token; CodeServiceUnavailable where the token could not be checked, which uses
// it up or not.
func (t *Turnstile) Check(ctx context.Context, a models.CaptchaAttempt) error {
	got, err := t.ask(ctx, a)
	if err != nil {
		return unavailable(err)
	}
	switch {
	case *got.Success && a.Host != "" && strings.EqualFold(got.Hostname, a.Host):
		return nil
	case *got.Success:
		return refused("The captcha_token was made on another site than the page that sends it")
	case slices.Contains(got.Errors, "timeout-or-duplicate"):
		return refused("The captcha_token has expired or was used before. Get another one")
	case slices.Contains(got.Errors, "invalid-input-response"):
		return refused("The captcha_token is not valid. Get another one")
	default: // the secret is wrong, or the verifier has failed
		codes := models.Printable(models.Listed(got.Errors), longestCodes)
		return unavailable(fmt.Errorf("turnstile refused the request: %s", codes))
	}
}

func refused(message string) error {
	return &models.Error{Code: models.CodeCaptchaInvalid, Param: "captcha_token", Message: message}
}

func unavailable(cause error) error {
	return &models.Error{
		Code: models.CodeServiceUnavailable, Message: "The captcha_token cannot be checked at the moment. Please try again",
		RetryAfter: time.Second, Cause: cause,
	}
}

// ask sends the token to siteverify. Its errors hold nothing of the token and nothing of the answer.
func (t *Turnstile) ask(ctx context.Context, a models.CaptchaAttempt) (answer, error) {
	form := url.Values{"secret": {t.secret}, "response": {a.Token}}
	if a.Address != "" {
		form.Set("remoteip", a.Address)
	}
	if a.Request != "" {
		form.Set("idempotency_key", uuidOf(a.Request))
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url, strings.NewReader(form.Encode()))
	if err != nil {
		return answer{}, errors.New("the address of turnstile is not a URL")
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("User-Agent", outbound.UserAgent)
	response, err := t.client.Do(request)
	if err != nil {
		return answer{}, fmt.Errorf("ask turnstile: %s", outbound.Reason(err))
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, outbound.AnswerLimit))
	if err != nil {
		return answer{}, fmt.Errorf("read the answer of turnstile: %s", outbound.Reason(err))
	}
	return read(response.StatusCode, body)
}

// read reads an answer. Cloudflare answers a refusal with 200, or with 400 and the same object.
func read(status int, body []byte) (answer, error) {
	var got answer
	if status != http.StatusOK && status != http.StatusBadRequest {
		return got, fmt.Errorf("turnstile answered %d", status)
	}
	if err := json.Unmarshal(body, &got); err != nil || got.Success == nil || *got.Success && status != http.StatusOK {
		return got, fmt.Errorf("turnstile answered %d with something else than a result", status)
	}
	return got, nil
}

// uuidOf returns a UUID that follows from the text, as Turnstile wants its idempotency keys.
func uuidOf(text string) string {
	sum := sha256.Sum256([]byte("stile-captcha:" + text))
	sum[6] = sum[6]&0x0f | 0x80 // version 8
	sum[8] = sum[8]&0x3f | 0x80 // the variant of RFC 9562
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
