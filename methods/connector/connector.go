// Package connector asks providers over HTTP: a signed submission out, a verdict in the answer, or later by callback.
// docs/providers.md describes both sides of it.
package connector

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/signature"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Connector asks one provider.
type Connector struct {
	URL, Secret string
	// CallbackURL is where a verdict that takes longer goes; "" where the API cannot be reached.
	CallbackURL string
	// Timeout is how long the answer may take.
	Timeout time.Duration
	Client  *http.Client
	Now     func() time.Time
}

var _ methods.Provider = Connector{}

// submission is the body of a request to a provider.
type submission struct {
	Object       string             `json:"object"`
	ID           string             `json:"id"`
	SessionID    string             `json:"session_id"`
	Type         string             `json:"type"`
	Method       rules.Method       `json:"method"`
	Attempt      int                `json:"attempt"`
	AgeTier      rules.AgeTier      `json:"age_tier"`
	Jurisdiction rules.Jurisdiction `json:"jurisdiction"`
	Options      graph.Options      `json:"options"`
	Input        json.RawMessage    `json:"input"`
	Uploads      []upload           `json:"uploads,omitempty"`
	CallbackURL  *string            `json:"callback_url"`
}

// upload describes a part that follows the submission under its id.
type upload struct {
	ID        string `json:"id"`
	MediaType string `json:"media_type"`
	Size      int64  `json:"size"`
}

// ErrNoCallbackURL says that a provider which answers by callback could not do so.
var ErrNoCallbackURL = errors.New(
	"the provider answers by callback, and STILE_API_URL does not say where this API is reached",
)

// Ask implements methods.Provider.
func (c Connector) Ask(ctx context.Context, i methods.Inquiry) (*methods.Verdict, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	request, err := c.request(ctx, i)
	if err != nil {
		return nil, err
	}
	response, err := c.Client.Do(request)
	if err != nil {
		return nil, &methods.AwayError{Reason: outbound.Reason(err)}
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, outbound.AnswerLimit+1))
	if err != nil {
		return nil, &methods.AwayError{Reason: outbound.Reason(err)}
	}
	if outage(response.StatusCode, i.Callback) {
		return nil, &methods.AwayError{
			Reason:     fmt.Sprintf("the provider answered %d", response.StatusCode),
			RetryAfter: outbound.RetryAfter(response, c.Now()),
		}
	}
	return read(response.StatusCode, answer)
}

func (c Connector) request(ctx context.Context, i methods.Inquiry) (*http.Request, error) {
	sent := submission{
		Object: "provider_submission", ID: i.SubmissionID, SessionID: i.SessionID, Type: i.Type, Method: i.Method,
		Attempt: i.Attempt, AgeTier: i.Tier, Jurisdiction: i.Jurisdiction, Options: i.Options, Input: i.Input,
	}
	if i.Callback {
		if c.CallbackURL == "" {
			return nil, ErrNoCallbackURL
		}
		url := c.CallbackURL + "/" + i.SubmissionID
		sent.CallbackURL = &url
	}
	for _, u := range i.Uploads {
		sent.Uploads = append(sent.Uploads, upload{u.ID, u.MediaType, u.Size})
	}
	body, err := json.Marshal(sent)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the provider's URL cannot be requested")
	}
	request.Header.Set("User-Agent", outbound.UserAgent)
	request.Header.Set("Idempotency-Key", i.SubmissionID)
	if len(i.Uploads) > 0 {
		return request, c.attach(ctx, request, newParts(body, i))
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(signature.Header, signature.Sign(c.Secret, c.Now(), body))
	return request, nil
}

// attach gives the request a body with uploads, which the signature covers as a whole.
func (c Connector) attach(ctx context.Context, request *http.Request, p parts) error {
	signer, size := signature.NewSigner(c.Secret, c.Now()), counter(0)
	if err := p.write(ctx, io.MultiWriter(signer, &size)); err != nil {
		return err
	}
	request.Header.Set("Content-Type", p.contentType())
	request.Header.Set(signature.Header, signer.Header())
	request.ContentLength = int64(size)
	request.GetBody = func() (io.ReadCloser, error) { return p.body(ctx), nil }
	request.Body = p.body(ctx)
	return nil
}

// read tells a verdict from a promise and a refusal. The errors repeat nothing of the answer.
func read(status int, answer []byte) (*methods.Verdict, error) {
	switch {
	case status == http.StatusAccepted:
		return nil, nil
	case status != http.StatusOK:
		return nil, fmt.Errorf("%w: it answered %d", methods.ErrRefused, status)
	case len(answer) > outbound.AnswerLimit:
		return nil, fmt.Errorf("%w: its verdict is larger than %d bytes", methods.ErrRefused, outbound.AnswerLimit)
	}
	verdict, err := ParseVerdict(answer)
	var fault *Fault
	if errors.As(err, &fault) {
		// The message names fields and rules of ours alone.
		return nil, fmt.Errorf("%w: its verdict is wrong: %s", methods.ErrRefused, fault.Message)
	}
	return &verdict, err
}

// outage reports whether a repeat of the request may help: after a server error, and after the client errors that time
// mends. A promise without a callback URL counts as an outage.
func outage(status int, callback bool) bool {
	switch status {
	case http.StatusOK:
		return false
	case http.StatusAccepted:
		return !callback
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	default:
		return status >= http.StatusInternalServerError || status < http.StatusBadRequest
	}
}
