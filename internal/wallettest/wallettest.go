// Package wallettest runs the test wallet of web/e2e, which is built on published Node.js packages and shares no code
// with Stile. `npm ci` in web/ must have run.
package wallettest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
)

// The kinds of documents.
const (
	MDL      = "mdl"
	PhotoID  = "photo_id"
	PID      = "pid"
	PIDSDJWT = "pid_sd_jwt"
	Age      = "age"
)

// Options are the settings of a wallet and its issuer.
type Options struct {
	// Key and Certificate are paths of the issuer's key and chain, in PEM. Without them the wallet makes an issuer.
	Key         string `json:"key,omitempty"`
	Certificate string `json:"certificate,omitempty"`
	// Trust is a folder that the wallet writes the root of its issuer into, as STILE_TRUST_DIR has it.
	Trust string `json:"trust,omitempty"`
}

// Wallet is a wallet that runs until the end of the test.
type Wallet struct {
	URL string `json:"url"`
	// Root is the certificate of the issuer's root, in PEM.
	Root string `json:"root"`
}

// Start starts a wallet without documents, on @owf/mdoc, @sd-jwt/sd-jwt-vc, @openid4vc/openid4vp, dcql and hpke.
func Start(t testing.TB, o Options) *Wallet { //nolint:thelper // it is no check
	return start(t, "wallet.mjs", o)
}

// StartAuth0 starts the wallet on @auth0/mdl, which only issues, presents and verifies driving licences.
func StartAuth0(t testing.TB) *Wallet { //nolint:thelper // it is no check
	return start(t, "wallet/auth0.mjs", Options{})
}

func start(t testing.TB, program string, o Options) *Wallet {
	t.Helper()
	_, output := testkit.Node(t, program, "@owf/mdoc", o)
	line, err := bufio.NewReader(output).ReadBytes('\n')
	require.NoError(t, err, "the wallet has ended")
	w := new(Wallet)
	require.NoError(t, json.Unmarshal(line, w))
	return w
}

// call posts a request to the wallet and reads the answer into result. It returns the fault that the wallet found.
func (w *Wallet) call(t testing.TB, path string, request, result any) (fault string) {
	t.Helper()
	body, err := json.Marshal(request)
	require.NoError(t, err)
	post, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+path, bytes.NewReader(body))
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(post)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	if response.StatusCode == http.StatusUnprocessableEntity {
		var refusal struct{ Error string }
		require.NoError(t, json.Unmarshal(answer, &refusal))
		return refusal.Error
	}
	require.Equal(t, http.StatusOK, response.StatusCode, "%s", answer)
	require.NoError(t, json.Unmarshal(answer, result))
	return ""
}

func (w *Wallet) must(t testing.TB, path string, request, result any) {
	t.Helper()
	require.Empty(t, w.call(t, path, request, result), "the wallet's fault")
}
