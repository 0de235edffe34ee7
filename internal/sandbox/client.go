// Package sandbox drives a sandbox organization through the API, for developers of merchants: it forwards the
// organization's events to a local server, and makes events of a wanted type.
package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/stile-id/stile/models"
)

const (
	// answerWithin limits one request to the API.
	answerWithin = 30 * time.Second
	// answerMost limits the bytes of an answer of the API.
	answerMost = 32 << 20
)

// Client calls the API with the secret key of a sandbox organization.
type Client struct {
	url, key string
	http     *http.Client
}

// Organization is the organization of a key.
type Organization struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Sandbox bool   `json:"sandbox"`
}

// NewClient returns a client of the API at a base URL, such as http://127.0.0.1:8080. Errors name the parameter.
func NewClient(base, key string) (*Client, error) {
	if base == "" {
		return nil, errors.New("the URL of the API is not known: set STILE_API_URL, or --api")
	}
	if _, err := models.ParseWebURL("the URL of the API", base); err != nil {
		return nil, models.Explain(err)
	}
	if !strings.HasPrefix(key, models.SecretKeyPrefix) {
		return nil, fmt.Errorf("STILE_API_KEY must be a secret key of a sandbox organization, which begins with %s",
			models.SecretKeyPrefix)
	}
	return &Client{url: strings.TrimSuffix(base, "/"), key: key, http: &http.Client{
		Timeout:       answerWithin,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// URL returns the base URL of the API.
func (c *Client) URL() string { return c.url }

// Organization returns the organization of the key. It is an error if the organization is not a sandbox: events of a
// live organization are about real users.
func (c *Client) Organization(ctx context.Context) (Organization, error) {
	var org Organization
	if _, err := c.do(ctx, http.MethodGet, "/v1/organization", c.key, nil, &org); err != nil {
		return org, err
	}
	if !org.Sandbox {
		return org, fmt.Errorf("%s is a live organization: use the secret key of a sandbox", org.ID)
	}
	return org, nil
}

// Error is the refusal of a request by the API.
type Error struct {
	Status    int
	Code      string `json:"code"`
	Param     string `json:"param"`
	Message   string `json:"message"`
	RequestID string `json:"request_id"`
	// RetryAfter is the wait that the answer asks for; 0 means none.
	RetryAfter time.Duration
}

func (e *Error) Error() string {
	text := fmt.Sprintf("the API answered %d", e.Status)
	if e.Code != "" {
		text += " " + e.Code + ": " + e.Message
	}
	if e.Param != "" {
		text += " (" + e.Param + ")"
	}
	return text
}

// lasting reports whether a repeat of the request would be refused as well.
func lasting(err error) bool {
	refused := (*Error)(nil)
	return errors.As(err, &refused) && refused.Status >= 400 && refused.Status < 500 &&
		refused.Status != http.StatusTooManyRequests && refused.Status != http.StatusRequestTimeout
}

// do sends a request with a bearer token and decodes the answer into out, unless it is nil. It returns the time of the
// server. Errors: *Error for a refusal.
func (c *Client) do(
	ctx context.Context, method, path, bearer string, body, out any,
) (at time.Time, err error) {
	var sent io.Reader = http.NoBody
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return at, err
		}
		sent = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.url+path, sent)
	if err != nil {
		return at, err
	}
	request.Header.Set("Authorization", "Bearer "+bearer)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "stile-cli")
	response, err := c.http.Do(request)
	if err != nil {
		return at, unreachable(err)
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(io.LimitReader(response.Body, answerMost))
	if err != nil {
		return at, unreachable(err)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return at, refusal(response, read)
	}
	if at, err = http.ParseTime(response.Header.Get("Date")); err != nil {
		at = time.Now()
	}
	if out == nil {
		return at, nil
	}
	if err := json.Unmarshal(read, out); err != nil {
		return at, fmt.Errorf("the answer to %s %s is not that of Stile: %w", method, path, err)
	}
	return at, nil
}

// unreachable returns the error without the URL, which the caller has shown.
func unreachable(err error) error {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return fmt.Errorf("the API does not answer: %w", err)
}

func refusal(response *http.Response, body []byte) error {
	var envelope struct {
		Error Error `json:"error"`
	}
	_ = json.Unmarshal(body, &envelope) // another server's answer has only a status
	refused := &envelope.Error
	refused.Status = response.StatusCode
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		refused.RetryAfter = time.Duration(seconds) * time.Second
	}
	return refused
}

// page is a page of a list.
type page[T any] struct {
	HasMore bool `json:"has_more"`
	Data    []T  `json:"data"`
}

// pageLimit is the number of objects of a page.
const pageLimit = 100

// all returns the objects of a list, newest first, and the time of the server before it read the first page. id returns
// the cursor of an object.
func all[T any](
	ctx context.Context, c *Client, path string, query url.Values, id func(T) string,
) (objects []T, at time.Time, err error) {
	query.Set("limit", strconv.Itoa(pageLimit))
	for {
		var p page[T]
		answered, err := c.do(ctx, http.MethodGet, path+"?"+query.Encode(), c.key, nil, &p)
		if err != nil {
			return nil, at, err
		}
		if at.IsZero() {
			at = answered
		}
		objects = append(objects, p.Data...)
		if !p.HasMore || len(p.Data) == 0 {
			return objects, at, nil
		}
		query.Set("starting_after", id(p.Data[len(p.Data)-1]))
	}
}

// events returns the events that query selects, newest first, and the time of the server.
func (c *Client) events(ctx context.Context, query url.Values) ([]models.EventObject, time.Time, error) {
	return all(ctx, c, "/v1/events", query, func(e models.EventObject) string { return e.ID })
}
