package stile

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"time"
)

const (
	// firstWait is the wait before the first repeat. It doubles for each further one.
	firstWait = 500 * time.Millisecond
	// longestWait is the longest wait before a repeat that the API has not asked for.
	longestWait = 30 * time.Second
	// longestRetryAfter is the longest Retry-After that is waited for: the rate limit's window.
	longestRetryAfter = time.Minute
	// maxAnswer is the largest answer in bytes that is read. The API ends a list at 4 MiB.
	maxAnswer = 32 << 20
)

// transport sends calls with the key, and repeats those that failed for a moment.
type transport struct {
	// authorize sets the key. A function keeps it out of prints of the client.
	authorize func(http.Header)
	settings  settings
}

func newTransport(apiKey string, options []Option) (*transport, error) {
	if !isHeader(apiKey) || strings.Contains(apiKey, " ") {
		return nil, errors.New("stile: the API key is missing, or has characters that no key has")
	}
	s, err := defaults().apply(options)
	if err != nil {
		return nil, err
	}
	if s.idempotencyKey != nil {
		return nil, errors.New("stile: an idempotency key belongs to one request, not to a client")
	}
	authorize := func(header http.Header) { header.Set("Authorization", "Bearer "+apiKey) }
	return &transport{authorize: authorize, settings: s}, nil
}

// do sends a call, with its repeats, and decodes the answer, unless answer is nil.
func (t *transport) do(ctx context.Context, c call, answer any, options []Option) error {
	s, err := t.settings.apply(options)
	if err != nil {
		return err
	}
	r, err := t.prepare(c, s)
	if err != nil {
		return err
	}
	for repeats := 0; ; repeats++ {
		err := r.attempt(ctx, answer)
		var fault *Error
		if !errors.As(err, &fault) || !fault.temporary() || repeats >= s.maxRetries {
			return err
		}
		wait := waitBefore(repeats, fault.RetryAfter)
		if fault.RetryAfter > longestRetryAfter || endsWithin(ctx, wait) {
			return err
		}
		if err := s.sleep(ctx, wait); err != nil {
			return r.ended(ctx)
		}
	}
}

// request is a call that is ready to be sent, again and again.
type request struct {
	settings
	// label stands for the request in errors: its query may be personal.
	label  string
	method string
	url    string
	header http.Header
	body   []byte
}

func (t *transport) prepare(c call, s settings) (request, error) {
	r := request{settings: s, label: c.method + " " + c.path, method: c.method, header: http.Header{}}
	path, err := c.route()
	if err != nil {
		return r, err
	}
	r.url = s.baseURL + path
	if len(c.query) > 0 {
		r.url += "?" + c.query.Encode()
	}
	t.authorize(r.header)
	r.header.Set("Accept", "application/json")
	r.header.Set("User-Agent", "stile-go/"+Version+" ("+runtime.Version()+")")
	if s.idempotencyKey != nil {
		r.header.Set("Idempotency-Key", *s.idempotencyKey)
	} else if c.method == http.MethodPost {
		r.header.Set("Idempotency-Key", rand.Text())
	}
	if c.body == nil {
		return r, nil
	}
	r.header.Set("Content-Type", "application/json")
	if r.body, err = json.Marshal(c.body); err != nil {
		return r, fmt.Errorf("stile: %s: encode the body: %w", r.label, err)
	}
	return r, nil
}

// route returns the path with its ids. It refuses ids that would lead to another path.
func (c call) route() (string, error) {
	steps := strings.Split(c.path, "/")
	ids := c.ids
	for i, step := range steps {
		if !strings.HasPrefix(step, "{") || len(ids) == 0 {
			continue
		}
		if ids[0] == "" || ids[0] == "." || ids[0] == ".." {
			return "", fmt.Errorf("stile: %s %s: the id %q is invalid", c.method, c.path, ids[0])
		}
		steps[i], ids = url.PathEscape(ids[0]), ids[1:]
	}
	return strings.Join(steps, "/"), nil
}

// attempt sends the request once. Its error is an *Error, or another one if the context has ended.
func (r request) attempt(ctx context.Context, answer any) error {
	if ctx.Err() != nil {
		return r.ended(ctx)
	}
	limited, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	received, err := r.exchange(limited)
	switch {
	case err == nil:
		return received.decode(answer)
	case ctx.Err() != nil:
		return r.ended(ctx)
	case limited.Err() != nil || isTimeout(err):
		return &Error{
			Type: ErrorTypeAPIError, Code: ErrorCodeTimeout, cause: err,
			Message: fmt.Sprintf("%s: no answer within %v", r.label, r.timeout),
		}
	default:
		return &Error{
			Type: ErrorTypeAPIError, Code: ErrorCodeConnectionFailed, cause: err,
			Message: fmt.Sprintf("%s: the connection failed: %v", r.label, err),
		}
	}
}

// reply is an answer that was read, up to a byte more than maxAnswer.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// exchange sends the request and reads its answer. The URL is left out of its errors.
func (r request) exchange(ctx context.Context) (reply, error) {
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	request, err := http.NewRequestWithContext(ctx, r.method, r.url, body)
	if err != nil {
		return reply{}, withoutURL(err)
	}
	request.Header = maps.Clone(r.header)
	client := *r.httpClient
	// A redirect is an error: it would turn a POST into a GET.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(request)
	if err != nil {
		return reply{}, withoutURL(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	return reply{response.StatusCode, response.Header, answer}, err
}

func withoutURL(err error) error {
	var located *url.Error
	if errors.As(err, &located) {
		return located.Err
	}
	return err
}

func isTimeout(err error) bool {
	var fault net.Error
	return errors.As(err, &fault) && fault.Timeout()
}

// decode decodes a successful answer, or returns the error of another one.
func (r reply) decode(answer any) error {
	switch {
	case r.status >= http.StatusMultipleChoices:
		return r.refusal()
	case len(r.body) > maxAnswer:
		return r.invalid(fmt.Sprintf("the answer is larger than %d bytes", maxAnswer))
	case answer == nil:
		return nil
	case json.Unmarshal(r.body, answer) != nil:
		return r.invalid("the body is not an answer of Stile")
	default:
		return nil
	}
}

// ended returns the error of a request whose context has ended.
func (r request) ended(ctx context.Context) error {
	return fmt.Errorf("stile: %s: %w", r.label, context.Cause(ctx))
}

// waitBefore returns the wait before the next repeat: min(500 ms * 2^repeats + jitter, 30 s), or what the API asks for
// if that is longer.
func waitBefore(repeats int, retryAfter time.Duration) time.Duration {
	wait := longestWait
	if repeats < 6 {
		wait = min(firstWait<<repeats+mathrand.N(firstWait), longestWait) //nolint:gosec // a jitter is no secret
	}
	return max(wait, retryAfter)
}

// endsWithin reports whether the context ends before a wait does. Then the caller gets the last error at once.
func endsWithin(ctx context.Context, wait time.Duration) bool {
	deadline, has := ctx.Deadline()
	return has && time.Until(deadline) < wait
}

// sleep waits, or returns an error once the context has ended.
func sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// retryAfterOf returns the value of Retry-After, a number of seconds or a date, and 0 if there is none.
func retryAfterOf(header http.Header) time.Duration {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
