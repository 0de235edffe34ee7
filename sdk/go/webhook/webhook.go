// Package webhook verifies the deliveries that Stile makes to a merchant's endpoint, and reads the events in them.
//
// FromRequest is all that a handler needs; where something else has read the request, FromHeader and ConstructEvent take
// its parts. Answer 400 to every error. Deliveries are made at least once: tell repeats by Event.ID.
package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/stile-id/stile/internal/signature"
)

// The headers of a delivery that carry a signature: "t={Unix seconds},v1={hex}". HeaderNext comes beside Header while an
// endpoint's secret is being rotated: it is made with the new secret, as Header goes on with the old one.
const (
	Header     = signature.Header
	HeaderNext = signature.HeaderNext
)

// DefaultTolerance is how far the timestamp of a signature may be from now, either way, unless WithTolerance says
// otherwise.
const DefaultTolerance = signature.Tolerance

// MaxBody is how much FromRequest reads at most, in bytes. No event comes near it.
const MaxBody = 1 << 20

// Event tells of something that happened.
type Event struct {
	// ID is the same however often the event is delivered.
	ID string
	// Type is what happened: "verification_session.verified".
	Type string
	// Created is when it happened, to the second.
	Created time.Time
	// Data is the JSON of the object that it happened to, as it was then.
	Data json.RawMessage
}

// Decode reads Data into what a pointer points to.
func (e Event) Decode(object any) error {
	if err := json.Unmarshal(e.Data, object); err != nil {
		return fmt.Errorf("webhook: data of %s: %w", e.Type, err)
	}
	return nil
}

// Option changes how a signature is judged.
type Option func(*judge)

type judge struct {
	tolerance time.Duration
	now       func() time.Time
}

// WithTolerance lets timestamps be that far from now, in whole seconds, instead of DefaultTolerance.
func WithTolerance(tolerance time.Duration) Option {
	return func(j *judge) { j.tolerance = tolerance }
}

// WithClock asks another clock than the system's.
func WithClock(now func() time.Time) Option {
	return func(j *judge) { j.now = now }
}

// ConstructEvent verifies a body against the value of one signature header, and reads the event in it. The body has to
// be as it came: JSON that was parsed and written again is another body. An *Error says why the signature does not
// count; another error, that the secret is empty, or the signature right and the body no event.
func ConstructEvent(body []byte, header, secret string, options ...Option) (Event, error) {
	return construct(body, []string{header}, secret, options)
}

// FromHeader is ConstructEvent with Header and HeaderNext, of which one has to match: either secret will do while one
// is being rotated.
func FromHeader(body []byte, header http.Header, secret string, options ...Option) (Event, error) {
	return construct(body, []string{header.Get(Header), header.Get(HeaderNext)}, secret, options)
}

// FromRequest is FromHeader with a request, of which it reads the body, up to MaxBody.
func FromRequest(r *http.Request, secret string, options ...Option) (Event, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, MaxBody))
	if err != nil {
		return Event{}, fmt.Errorf("webhook: %w", err)
	}
	return FromHeader(body, r.Header, secret, options...)
}

func construct(body []byte, headers []string, secret string, options []Option) (Event, error) {
	if secret == "" { // which anybody could have signed with
		return Event{}, errors.New("webhook: the endpoint's secret is empty")
	}
	j := judge{tolerance: DefaultTolerance, now: time.Now}
	for _, option := range options {
		option(&j)
	}
	if err := j.verify(body, headers, secret); err != nil {
		return Event{}, err
	}
	return parse(body)
}

// verify accepts what one of the headers signs. Why it does not is what the first of those that are there was refused
// for.
func (j judge) verify(body []byte, headers []string, secret string) error {
	var refused error
	for _, header := range headers {
		if header == "" {
			continue
		}
		err := signature.VerifyWithin(j.tolerance, secret, header, body, j.now())
		if err == nil {
			return nil
		}
		if refused == nil {
			refused = &Error{Code: codeOf(err)}
		}
	}
	if refused == nil {
		return &Error{Code: CodeMissingHeader}
	}
	return refused
}

func parse(body []byte) (Event, error) {
	var event struct {
		ID      string          `json:"id"`
		Type    string          `json:"type"`
		Created int64           `json:"created"`
		Data    json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(body, &event); err != nil {
		return Event{}, fmt.Errorf("webhook: the body is no event: %w", err)
	}
	if event.ID == "" || event.Type == "" {
		return Event{}, errors.New("webhook: the body is no event: it has no id, or no type")
	}
	return Event{
		ID: event.ID, Type: event.Type, Created: time.Unix(event.Created, 0).UTC(), Data: event.Data,
	}, nil
}
