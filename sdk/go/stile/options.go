package stile

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Option changes how a client sends its requests, or how it sends one of them.
type Option func(*settings)

type settings struct {
	baseURL        string
	httpClient     *http.Client
	maxRetries     int
	timeout        time.Duration
	idempotencyKey *string
	sleep          func(context.Context, time.Duration) error
}

// WithBaseURL replaces DefaultBaseURL by that of your installation, without /v1.
func WithBaseURL(url string) Option {
	return func(s *settings) { s.baseURL = url }
}

// WithHTTPClient replaces the HTTP client, such as by one with a proxy. Redirects are not followed, whatever its
// CheckRedirect does.
func WithHTTPClient(client *http.Client) Option {
	return func(s *settings) { s.httpClient = client }
}

// WithMaxRetries sets how often a request is repeated after 429, 5xx and network faults. Default: 2.
func WithMaxRetries(n int) Option {
	return func(s *settings) { s.maxRetries = n }
}

// WithTimeout sets the time that one attempt may take, its answer included. Default: 30 seconds. The context limits all
// attempts and the waits between them.
func WithTimeout(timeout time.Duration) Option {
	return func(s *settings) { s.timeout = timeout }
}

// WithIdempotencyKey names the operation of one request: within 24 hours another request with the same key has no
// second effect, and gets the same answer. Default: a random key for each POST.
func WithIdempotencyKey(key string) Option {
	return func(s *settings) { s.idempotencyKey = &key }
}

func defaults() settings {
	return settings{
		baseURL: DefaultBaseURL, httpClient: &http.Client{}, maxRetries: 2, timeout: 30 * time.Second, sleep: sleep,
	}
}

// apply returns the settings after the options, or an error that names the one at fault.
func (s settings) apply(options []Option) (settings, error) {
	for _, option := range options {
		option(&s)
	}
	s.baseURL = strings.TrimRight(s.baseURL, "/")
	switch {
	case !isBaseURL(s.baseURL):
		return s, errors.New("stile: the base URL must be an http or https URL without user, query and fragment")
	case s.httpClient == nil:
		return s, errors.New("stile: the HTTP client is nil")
	case s.maxRetries < 0:
		return s, errors.New("stile: the number of retries must be 0 or more")
	case s.timeout <= 0:
		return s, errors.New("stile: the timeout must be positive")
	case s.idempotencyKey != nil && !isHeader(*s.idempotencyKey):
		return s, errors.New("stile: the idempotency key is empty, or has characters that a header cannot have")
	}
	return s, nil
}

func isBaseURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil &&
		!strings.ContainsAny(text, "?#")
}

// isHeader reports whether a text is a value of a header: visible ASCII characters, and spaces between them.
func isHeader(text string) bool {
	return text != "" && strings.TrimSpace(text) == text &&
		!strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}
