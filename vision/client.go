package vision

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	// TimeoutDefault is how long a client waits for the answer about a picture: the time that the process gives a
	// worker, twice, because a picture may wait as long for a worker as it may take to read.
	TimeoutDefault = 2*TimeDefault + 5*time.Second
	// TimeDefault is how long a worker of the process may take for a picture.
	TimeDefault = 20 * time.Second

	// MemoryDefault is the most memory of a worker of the process, in MiB. The largest pictures need 600.
	MemoryDefault = 1024
	// MemoryLeast is the smallest such limit, in MiB.
	MemoryLeast = 256

	maxAnswer = 16 << 20

	// healthEvery is how often Watch asks the process; at first, and after a failure, it asks every healthSoon.
	healthEvery   = 5 * time.Second
	healthSoon    = 250 * time.Millisecond
	healthTimeout = 2 * time.Second
)

// Options configure a Client.
type Options struct {
	// URL is the address of the process: unix:/path/of/its.sock, http:// with an address of the loopback, or https://.
	// Without it the client is Unavailable.
	URL string
	// Reason says why there is no URL.
	Reason string
	// Elsewhere says that other processes, which have a URL, ask for pictures to be read, and this one does not.
	Elsewhere bool
	// Faces are the readings of faces that those processes can make.
	Faces []FaceRead
	// Timeout is TimeoutDefault if it is 0.
	Timeout time.Duration
	// Observe, if set, is called with the result of each request about a picture: "ok", or the code of its error.
	Observe func(result string, took time.Duration)
}

// Client asks the vision process. Several goroutines may use it.
type Client struct {
	options Options
	base    string
	http    *http.Client

	mu     sync.Mutex // guards health, failure and known
	health Health
	fault  string
	known  chan struct{} // closed once Watch has had an answer, or has failed for a while
}

// Health is the state of the process, as GET /healthz tells it.
type Health struct {
	// Version names everything that decides, as in Document.
	Version string `json:"version"`
	// Workers is how many pictures can be read at once, Busy how many are, and Queued how many wait.
	Workers int `json:"workers"`
	Busy    int `json:"busy"`
	Queued  int `json:"queued"`
	// Ended counts the workers that ended early since the start, by reason: crashed, too_slow.
	Ended map[string]int `json:"ended"`
	// Models are those that the process has loaded, by name, each with its SHA-256 in hexadecimal.
	Models map[string]string `json:"models"`
	// Faces are the readings of faces that it can make with them.
	Faces []FaceRead `json:"faces"`
}

// ParseURL checks the address of a vision process and returns the path of its socket, or "" and the base of its URL.
func ParseURL(address string) (socket, base string, err error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return "", "", errors.New("is not a URL")
	}
	path := strings.TrimSuffix(parsed.Path, "/")
	switch {
	case parsed.Scheme == "unix" && parsed.Host == "" && strings.HasPrefix(path, "/"):
		return path, "http://vision", nil
	case parsed.Host == "" || path != "" || parsed.RawQuery != "" || parsed.Fragment != "" || parsed.User != nil:
	case parsed.Scheme == "https", parsed.Scheme == "http" && loopback(parsed.Hostname()):
		return "", parsed.Scheme + "://" + parsed.Host, nil
	}
	return "", "", errors.New("must be unix:/path/of/the.sock, http:// with a loopback address, or https://host")
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// NewClient returns a client. It does not connect.
func NewClient(o Options) (*Client, error) {
	if o.Timeout == 0 {
		o.Timeout = TimeoutDefault
	}
	c := &Client{options: o, known: make(chan struct{})}
	if o.URL == "" {
		return c, nil
	}
	socket, base, err := ParseURL(o.URL)
	if err != nil {
		return nil, fmt.Errorf("the address of the vision process %w", err)
	}
	c.base = base
	transport := &http.Transport{
		Proxy: nil, MaxIdleConnsPerHost: 16, IdleConnTimeout: 90 * time.Second, // a proxy must not see a picture
	}
	if socket != "" {
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		}
	}
	c.http = &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// Document has a picture of one side of a document measured. Without readings it asks for all. Errors: *ImageError if
// the picture is refused, *AwayError if a repeat may succeed, the error of ctx.
func (c *Client) Document(ctx context.Context, side Side, picture []byte, read ...Read) (*Document, error) {
	var doc Document
	return measured(ctx, c, &doc, "/v1/document", url.Values{"side": {string(side)}}, picture, read)
}

// measured has the process answer into an object about a picture, and returns the object.
func measured[T any, R ~string](
	ctx context.Context, c *Client, into *T, path string, query url.Values, picture []byte, read []R,
) (*T, error) {
	if c == nil || c.base == "" {
		return nil, &AwayError{Reason: "this process has none"}
	}
	if len(read) > 0 {
		names := make([]string, len(read))
		for i, r := range read {
			names[i] = string(r)
		}
		query.Set("read", strings.Join(names, ","))
	}
	start := time.Now()
	err := c.send(ctx, path+"?"+query.Encode(), picture, into)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if c.options.Observe != nil {
		c.options.Observe(resultOf(err), time.Since(start))
	}
	if err != nil {
		return nil, err
	}
	return into, nil
}

func resultOf(err error) string {
	var refused *ImageError
	var away *AwayError
	switch {
	case errors.As(err, &refused):
		return refused.Code
	case errors.As(err, &away):
		return away.Code()
	default:
		return "ok"
	}
}

// send sends a picture and decodes the answer.
func (c *Client) send(ctx context.Context, path string, picture []byte, into any) error {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, bytes.NewReader(picture))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", http.DetectContentType(picture))
	return c.answer(request, into)
}

// answer sends a request and decodes the answer, or its error.
func (c *Client) answer(request *http.Request, into any) error {
	response, err := c.http.Do(request)
	if err != nil {
		return away(request.Context())
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return away(request.Context())
	case len(body) > maxAnswer:
		return &AwayError{Reason: "its answer is too long"}
	case response.StatusCode == http.StatusOK:
		if json.Unmarshal(body, into) != nil {
			return &AwayError{Reason: "its answer is not readable"}
		}
		return nil
	}
	var told struct{ Error ImageError }
	if json.Unmarshal(body, &told) != nil || told.Error.Code == "" {
		return &AwayError{Reason: fmt.Sprintf("it answers with status %d", response.StatusCode)}
	}
	if response.StatusCode >= http.StatusInternalServerError {
		return &AwayError{Reason: told.Error.Code}
	}
	return &told.Error
}

// away returns the error of a request that got no answer. The error of the transport names the socket, and is left
// out.
func away(ctx context.Context) error {
	if ctx.Err() != nil {
		return &AwayError{Reason: AwayTooSlow}
	}
	return &AwayError{Reason: "it does not answer"}
}

// Health asks the process for its state.
func (c *Client) Health(ctx context.Context) (h Health, err error) {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/healthz", nil)
	if err != nil {
		return h, err
	}
	return h, c.answer(request, &h)
}

// Unavailable returns why no picture can be read now; "" while one can. It takes no time: it tells the last answer
// that Watch has had. A client that is not watched is available if it has a URL. A nil client is not available.
func (c *Client) Unavailable() string {
	if c == nil {
		return "no vision process is configured"
	}
	if c.base == "" && !c.options.Elsewhere {
		if c.options.Reason != "" {
			return c.options.Reason
		}
		return "no vision process is configured"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fault
}

// State returns the last state that Watch has had; false while there is none, or the process does not answer.
func (c *Client) State() (Health, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.health, c.fault == "" && c.health.Version != ""
}

// Watch asks the process for its health until ctx ends. A process that has not answered for grace is unavailable, so
// that its restart after a crash is not noticed.
func (c *Client) Watch(ctx context.Context, grace time.Duration) {
	if c.base == "" {
		return
	}
	since := time.Now() // of the last answer
	for ctx.Err() == nil {
		wait := healthEvery
		switch h, err := c.Health(ctx); {
		case err == nil:
			since = time.Now()
			c.note(h, "")
		case ctx.Err() != nil:
			return
		default:
			wait = healthSoon
			if time.Since(since) > grace {
				c.note(Health{}, "the vision process does not answer")
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

func (c *Client) note(h Health, fault string) {
	c.mu.Lock()
	c.health, c.fault = h, fault
	c.mu.Unlock()
	select {
	case <-c.known:
	default:
		close(c.known)
	}
}

// Known is closed once Watch knows whether the process answers.
func (c *Client) Known() <-chan struct{} { return c.known }
