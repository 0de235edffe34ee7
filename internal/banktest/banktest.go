// Package banktest runs institutions for tests: the certified OpenID provider oidc-provider, in a Node.js program of
// web/e2e. `npm ci` in web/ must have run.
package banktest

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
)

// ClientID is the client at every bank.
const ClientID = "stile"

// Bank is an institution that runs until the end of the test.
type Bank struct {
	Issuer string
	// KeyFile has the client's private key in PEM.
	KeyFile string

	key    *ecdsa.PrivateKey
	input  io.Writer
	output *bufio.Scanner
	tls    *TLS
}

// TLS are the paths of the files of a bank that asks for certificates of clients.
type TLS struct {
	CA          string `json:"ca"`
	Certificate string `json:"certificate"` // of the server
	Key         string `json:"key"`
	Client      string `json:"-"` // the client's certificate
	ClientKey   string `json:"-"`
	Subject     string `json:"-"` // of the client's certificate, as Node.js writes it
}

// Options are the settings of a bank.
type Options struct {
	Profile string `json:"profile"` // fapi2 or oidc
	DPoP    bool   `json:"dpop"`
	// Algorithm is that of ID tokens.
	Algorithm string `json:"-"`
	Client    any    `json:"client"`
}

// Start starts a bank. It answers nothing but the address of its issuer until Serve.
func Start(t testing.TB, certificates *TLS) *Bank {
	t.Helper()
	input, output := testkit.Node(t, "bank.mjs", "oidc-provider", map[string]any{"tls": certificates})
	b := &Bank{input: input, output: bufio.NewScanner(output), tls: certificates}
	b.Issuer = b.line(t)
	b.writeKey(t)
	return b
}

func (b *Bank) line(t testing.TB) string {
	t.Helper()
	require.True(t, b.output.Scan(), "the bank has ended")
	return b.output.Text()
}

func (b *Bank) writeKey(t testing.TB) {
	t.Helper()
	var err error
	b.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(b.key)
	require.NoError(t, err)
	b.KeyFile = filepath.Join(t.TempDir(), "client.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	require.NoError(t, os.WriteFile(b.KeyFile, block, 0o600))
}

// Serve opens the bank to the client. Its users come back to the address.
func (b *Bank) Serve(t testing.TB, redirectURI string, o Options) {
	t.Helper()
	client := map[string]any{
		"client_id": ClientID, "redirect_uris": []string{redirectURI}, "response_types": []string{"code"},
		"grant_types": []string{"authorization_code"}, "id_token_signed_response_alg": o.Algorithm,
		"dpop_bound_access_tokens": o.DPoP,
	}
	if b.tls != nil {
		client["token_endpoint_auth_method"] = "tls_client_auth"
		client["tls_client_auth_subject_dn"] = b.tls.Subject
		client["tls_client_certificate_bound_access_tokens"] = true
	} else {
		public, err := jwk.Import(b.key.Public())
		require.NoError(t, err)
		client["token_endpoint_auth_method"] = "private_key_jwt"
		client["token_endpoint_auth_signing_alg"] = "ES256"
		client["jwks"] = map[string]any{"keys": []any{public}}
	}
	o.Client = client
	require.NoError(t, json.NewEncoder(b.input).Encode(o))
	require.Equal(t, "ready", b.line(t))
}

// Faults has the bank leave requests for some paths without an answer, and answer others with a 503, and returns how
// many requests it has seen by path. It waits for nothing.
func (b *Bank) Faults(t testing.TB, hanging, lost []string) map[string]int {
	t.Helper()
	body, err := json.Marshal(map[string][]string{"hanging": hanging, "lost": lost})
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.Issuer+"/control", bytes.NewReader(body))
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	var seen map[string]int
	require.NoError(t, json.NewDecoder(response.Body).Decode(&seen))
	return seen
}

// Asked returns the names of the claims that the ID token of the last login was asked for, sorted.
func (b *Bank) Asked(t testing.TB) []string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.Issuer+"/asked", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	var asked struct {
		IDToken map[string]any `json:"id_token"`
	}
	require.NoError(t, json.NewDecoder(response.Body).Decode(&asked))
	return slices.Sorted(maps.Keys(asked.IDToken))
}

// Login follows an authorization request as a browser, chooses an account, and returns the redirect to the client,
// which it does not follow.
func Login(t testing.TB, address, account, redirectURI string) *url.URL {
	t.Helper()
	return (&Bank{}).Login(t, address, account, redirectURI)
}

// Login is the function Login at this bank. The browser trusts the bank's certificate.
func (b *Bank) Login(t testing.TB, address, account, redirectURI string) *url.URL {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	browser := &http.Client{
		Jar: jar, Transport: b.tls.trusting(t),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	for range 10 {
		response, err := browser.Do(request)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		next, err := response.Location()
		if err != nil {
			require.Equal(t, http.StatusOK, response.StatusCode, "%s", body)
			request = submit(t, request.URL, account)
			continue
		}
		if strings.HasPrefix(next.String(), redirectURI) {
			return next
		}
		request, err = http.NewRequestWithContext(t.Context(), http.MethodGet, next.String(), nil)
		require.NoError(t, err)
	}
	require.Fail(t, "the bank redirects without an end")
	return nil
}

func submit(t testing.TB, form *url.URL, account string) *http.Request {
	t.Helper()
	body := strings.NewReader(url.Values{"account": {account}}.Encode())
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, form.String(), body)
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return request
}
