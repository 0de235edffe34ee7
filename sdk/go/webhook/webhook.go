// Package webhook verifies Stile's deliveries to a merchant's endpoint and parses their events.
//
// A handler needs only FromRequest. If the request has been read already, use FromHeader or ConstructEvent. Answer 400
// to every error. Deliveries are made at least once, so recognise repeats by Event.ID. The data of an event about a
// session or a review decodes into a VerificationSession of the package stile.
package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// The headers of a delivery with a signature: "t={Unix seconds},v1={hex}". A delivery has HeaderNext in addition while
// an endpoint's secret is being rotated: it is signed with the new secret, and Header still with the old one.
const (
	Header     = "Stile-Signature"
	HeaderNext = "Stile-Signature-Next"
)

// DefaultTolerance is the largest accepted difference between a signature's timestamp and the current time.
const DefaultTolerance = 5 * time.Minute

// MaxBody is the largest body in bytes that FromRequest reads. Events are far smaller.
const MaxBody = 1 << 20

// Event is an event that a delivery carries.
type Event struct {
	// ID is the same in every delivery of the event.
	ID string
	// Type is the type of the event, such as "verification_session.verified".
	Type string
	// Created is the time of the event, to the second.
	Created time.Time
	// Data is the JSON of the event's object at that time.
	Data json.RawMessage
}

// Decode decodes Data into object, a pointer.
func (e Event) Decode(object any) error {
	if err := json.Unmarshal(e.Data, object); err != nil {
		return fmt.Errorf("webhook: data of %s: %w", e.Type, err)
	}
	return nil
}

// Option changes how signatures are verified.
type Option func(*settings)

type settings struct {
	tolerance time.Duration
	now       func() time.Time
}

// WithTolerance replaces DefaultTolerance, in whole seconds.
func WithTolerance(tolerance time.Duration) Option {
	return func(s *settings) { s.tolerance = tolerance }
}

// WithClock replaces the system's clock.
func WithClock(now func() time.Time) Option {
	return func(s *settings) { s.now = now }
}

// ConstructEvent verifies a body against the value of one signature header and parses the event. The body must be the
// received bytes: JSON that was parsed and written again may differ. The error is an *Error if the signature is
// refused. It is another error if the secret is empty, or if the signature is right and the body is not an event.
func ConstructEvent(body []byte, header, secret string, options ...Option) (Event, error) {
	return construct(body, []string{header}, secret, options)
}

// FromHeader is ConstructEvent with Header and HeaderNext. One of them must match, so either secret works during a
// rotation.
func FromHeader(body []byte, header http.Header, secret string, options ...Option) (Event, error) {
	return construct(body, []string{header.Get(Header), header.Get(HeaderNext)}, secret, options)
}

// FromRequest is FromHeader with the request's header and body. It reads the body, up to MaxBody.
func FromRequest(r *http.Request, secret string, options ...Option) (Event, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, MaxBody))
	if err != nil {
		return Event{}, fmt.Errorf("webhook: %w", err)
	}
	return FromHeader(body, r.Header, secret, options...)
}

func construct(body []byte, headers []string, secret string, options []Option) (Event, error) {
	if secret == "" { // anyone could have signed with it
		return Event{}, errors.New("webhook: the endpoint's secret is empty")
	}
	s := settings{tolerance: DefaultTolerance, now: time.Now}
	for _, option := range options {
		option(&s)
	}
	if err := s.verify(body, headers, secret); err != nil {
		return Event{}, err
	}
	return parse(body)
}

// verify returns nil if one of the headers has a valid signature. Otherwise its error is that of the first header that
// is present.
func (s settings) verify(body []byte, headers []string, secret string) error {
	var refused error
	for _, header := range headers {
		if header == "" {
			continue
		}
		code := verifyHeader(header, body, secret, s.tolerance, s.now())
		if code == "" {
			return nil
		}
		if refused == nil {
			refused = &Error{Code: code}
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
