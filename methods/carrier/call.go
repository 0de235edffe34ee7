package carrier

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/lestrrat-go/jwx/v3/jws"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/methods"
)

const (
	// callWithin is how long one call may take. A judge has few seconds.
	callWithin = 4 * time.Second
	// longestAnswer is the size of an answer in bytes.
	longestAnswer = 64 << 10
	// metadataAge is how long a discovery document is kept.
	metadataAge = time.Hour
	// assertionTTL is the lifetime of a client assertion. CAMARA allows 300 seconds.
	assertionTTL = time.Minute
)

// client speaks with one carrier. It is safe for concurrent use.
type client struct {
	of   Carrier
	http *http.Client
	now  func() time.Time

	mu   sync.Mutex
	meta metadata
	read time.Time
}

func newClient(of Carrier, p outbound.Policy, now func() time.Time) *client {
	return &client{of: of, http: outbound.NewClient(callWithin, p), now: now}
}

// refusal is an answer with an error code of CAMARA, OAuth 2 or CIBA.
type refusal struct {
	status int
	code   string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("the carrier refuses with the status %d", r.status)
}

// away returns the error of a carrier that does not answer, or answers with a fault of its own.
func away(format string, args ...any) error {
	return &methods.AwayError{Reason: "carrier: " + fmt.Sprintf(format, args...)}
}

// send sends a request, and decodes the answer of a success into an object. Errors: *refusal for a 4xx answer with a
// code, and *methods.AwayError.
func (c *client) send(r *http.Request, into any) error {
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", outbound.UserAgent)
	response, err := c.http.Do(r)
	if err != nil {
		return away("%s", outbound.Reason(err))
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer+1))
	if err != nil {
		return away("%s", outbound.Reason(err))
	}
	status := response.StatusCode
	switch {
	case len(body) > longestAnswer:
		return away("its answer is too long")
	case status >= http.StatusOK && status < http.StatusMultipleChoices:
		if json.Unmarshal(body, into) != nil {
			return away("its answer is not the documented one")
		}
		return nil
	case status == http.StatusTooManyRequests || status < http.StatusBadRequest || status >= 500:
		return away("it answers with the status %d", status)
	}
	return refused(status, body)
}

// refused reads the code of a refusal: code of CAMARA, error of OAuth 2.
func refused(status int, body []byte) error {
	var told struct {
		Code  string `json:"code"`
		Error string `json:"error"`
	}
	if json.Unmarshal(body, &told) != nil || told.Code == "" && told.Error == "" {
		return away("it refuses with the status %d, without a code", status)
	}
	if told.Code == "" {
		told.Code = told.Error
	}
	return &refusal{status, told.Code}
}

// metadata is the part of a discovery document that the client needs.
type metadata struct {
	Issuer        string `json:"issuer"`
	Authorization string `json:"authorization_endpoint"`
	Token         string `json:"token_endpoint"`
	Backchannel   string `json:"backchannel_authentication_endpoint"`
	Issues        bool   `json:"authorization_response_iss_parameter_supported"`
}

// discovered returns the discovery document, from memory or from the carrier.
func (c *client) discovered(ctx context.Context) (metadata, error) {
	c.mu.Lock()
	known, read := c.meta, c.read
	c.mu.Unlock()
	if !read.IsZero() && c.now().Sub(read) < metadataAge {
		return known, nil
	}
	address := strings.TrimSuffix(c.of.Issuer, "/") + "/.well-known/openid-configuration"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return metadata{}, away("its issuer cannot be requested")
	}
	var m metadata
	if err := c.send(request, &m); err != nil {
		return metadata{}, awayFrom(err)
	}
	if err := c.check(m); err != nil {
		return metadata{}, err
	}
	c.mu.Lock()
	c.meta, c.read = m, c.now()
	c.mu.Unlock()
	return m, nil
}

func (c *client) check(m metadata) error {
	if m.Issuer != c.of.Issuer {
		return away("its discovery document is of another issuer")
	}
	needed := []string{m.Token}
	if c.of.has(FlowConsent) {
		needed = append(needed, m.Backchannel)
	}
	if c.of.has(FlowNetwork) || c.of.has(FlowNumberVerification) {
		needed = append(needed, m.Authorization)
	}
	for _, endpoint := range needed {
		if !isSafe(endpoint) {
			return away("its discovery document lacks an endpoint")
		}
	}
	return nil
}

// awayFrom turns a refusal that no user causes into the error of an absent carrier.
func awayFrom(err error) error {
	var r *refusal
	if errors.As(err, &r) {
		return away("it refuses this client with the status %d", r.status)
	}
	return err
}

// post sends a form to an endpoint of the authorization server, as the client.
func (c *client) post(ctx context.Context, endpoint string, form url.Values, into any) error {
	assertion, err := c.assertion(endpoint)
	if err != nil {
		return err
	}
	form.Set("client_id", c.of.ClientID)
	form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
	form.Set("client_assertion", assertion)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return away("its endpoint cannot be requested")
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.send(request, into)
}

// assertion returns the client's assertion of private_key_jwt for an endpoint.
func (c *client) assertion(endpoint string) (string, error) {
	now := c.now()
	claims, err := json.Marshal(map[string]any{
		"iss": c.of.ClientID, "sub": c.of.ClientID, "aud": endpoint, "jti": random(),
		"iat": now.Unix(), "exp": now.Add(assertionTTL).Unix(),
	})
	if err != nil {
		return "", err
	}
	headers := jws.NewHeaders()
	if err := headers.Set(jws.TypeKey, "JWT"); err != nil {
		return "", err
	}
	signed, err := jws.Sign(claims, jws.WithKey(c.of.alg, c.of.signer, jws.WithProtectedHeaders(headers)))
	return string(signed), err
}

// random returns 256 random bits as text.
func random() string {
	var bits [32]byte
	_, _ = rand.Read(bits[:]) // it never fails
	return base64.RawURLEncoding.EncodeToString(bits[:])
}
