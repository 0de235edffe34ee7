package wallettest

import (
	"encoding/base64"
	"testing"
)

// Document says how a document is issued. The zero value stands for Ada Lovelace, born on 31 January 1990, a device key
// for ES256, SHA-256, and a validity of two weeks that began an hour ago.
type Document struct {
	// Person overrides members of the person, such as birth_date or document_number.
	Person          map[string]any `json:"person,omitempty"`
	DeviceAlgorithm string         `json:"deviceAlgorithm,omitempty"`
	DigestAlgorithm string         `json:"digestAlgorithm,omitempty"` // SHA-256, SHA-384 or SHA-512
	Validity        *Validity      `json:"validity,omitempty"`
	// Status is the entry in a token status list, of an SD-JWT VC.
	Status *Status `json:"status,omitempty"`
}

// Validity is a period in milliseconds from now.
type Validity struct {
	From  int64 `json:"from"`
	Until int64 `json:"until"`
}

// Status is the reference to an entry of a token status list.
type Status struct {
	URI   string `json:"uri"`
	Index int    `json:"idx"`
}

// Issue puts a document of a kind into the wallet. Of two that answer a request, the wallet shows the first.
func (w *Wallet) Issue(t testing.TB, kind string, d Document) {
	t.Helper()
	w.must(t, "/issue", map[string]any{"kind": kind, "options": d}, new(struct{}))
}

// Clear takes all documents out of the wallet.
func (w *Wallet) Clear(t testing.TB) {
	t.Helper()
	w.must(t, "/clear", struct{}{}, new(struct{}))
}

// Handover is the input of the wallet's package for the SessionTranscript. Kind is redirect, dc_api or annex_c.
type Handover struct {
	Kind           string `json:"kind"`
	ClientID       string `json:"clientId,omitempty"`
	Nonce          string `json:"nonce,omitempty"`
	ResponseURI    string `json:"responseUri,omitempty"`
	Origin         string `json:"origin,omitempty"`
	Thumbprint     string `json:"jwkThumbprint,omitempty"` // in base64url
	EncryptionInfo string `json:"encryptionInfo,omitempty"`
}

// Element is namespace and identifier.
type Element [2]string

// Presentation is the input of DeviceResponse.
type Presentation struct {
	Kind string `json:"kind"`
	// Algorithm makes a new issuer with a key for it: ES256, ES384, ES512 or EdDSA. Without it the wallet's own issues.
	Algorithm string `json:"algorithm,omitempty"`
	// Handover is for Start's wallet, Transcript, a SessionTranscript, for StartAuth0's.
	Handover   *Handover `json:"handover,omitempty"`
	Transcript bytes64   `json:"transcript,omitempty"`
	Elements   []Element `json:"elements"`
	// ReaderKey is the verifier's public key, a JWK. With it the device of StartAuth0's wallet makes a MAC.
	ReaderKey any      `json:"readerKey,omitempty"`
	Options   Document `json:"options"`
}

// Presented is a DeviceResponse, with the root of its issuer in PEM.
type Presented struct {
	Response bytes64
	// Transcript is the SessionTranscript that the package made from the handover; nil of StartAuth0's wallet.
	Transcript bytes64
	Root       string
}

// DeviceResponse issues a document and returns elements of it as a DeviceResponse. The wallet does not keep it.
func (w *Wallet) DeviceResponse(t testing.TB, p Presentation) (presented Presented) {
	t.Helper()
	w.must(t, "/device-response", p, &presented)
	return presented
}

// ResponseCheck is a DeviceResponse for the verifier of the wallet's package.
type ResponseCheck struct {
	Response   bytes64   `json:"response"`
	Handover   *Handover `json:"handover,omitempty"`
	Transcript bytes64   `json:"transcript,omitempty"`
	Roots      []string  `json:"roots"` // in PEM
	Now        string    `json:"now,omitempty"`
	ReaderKey  any       `json:"readerKey,omitempty"` // the private key, a JWK
}

// Verify returns the checks of the wallet's package that a DeviceResponse fails.
func (w *Wallet) Verify(t testing.TB, c ResponseCheck) (failed []string) {
	t.Helper()
	var answer struct{ Failed []string }
	w.must(t, "/verify", c, &answer)
	return answer.Failed
}

// SDJWT is the input of the method SDJWT.
type SDJWT struct {
	Kind string `json:"kind"`
	// Algorithm is as in Presentation.
	Algorithm string `json:"algorithm,omitempty"`
	// Paths are the paths of disclosed claims, as in DCQL: a nil step stands for all elements of an array.
	Paths    [][]any  `json:"paths"`
	Nonce    string   `json:"nonce"`
	Audience string   `json:"audience"`
	Options  Document `json:"options"`
}

// SDJWT issues an SD-JWT VC and returns a presentation of it with key binding, and the root of its issuer in PEM. The
// wallet does not keep it.
func (w *Wallet) SDJWT(t testing.TB, s SDJWT) (presentation, root string) {
	t.Helper()
	var answer struct{ Presentation, Root string }
	w.must(t, "/sd-jwt", s, &answer)
	return answer.Presentation, answer.Root
}

// VerifySDJWT has @sd-jwt/sd-jwt-vc verify a presentation of an issuer with the public key, a JWK, and returns its
// claims, or the fault that the package found.
func (w *Wallet) VerifySDJWT(t testing.TB, presentation string, issuerKey any, nonce string) (
	claims map[string]any, fault string,
) {
	t.Helper()
	var answer struct{ Claims map[string]any }
	fault = w.call(t, "/verify-sd-jwt", map[string]any{
		"presentation": presentation, "issuerKey": issuerKey, "nonce": nonce,
	}, &answer)
	return answer.Claims, fault
}

// StatusList returns the token of a status list, signed by the wallet's issuer.
func (w *Wallet) StatusList(t testing.TB, uri string, bits int, statuses []int) (token string) {
	t.Helper()
	var answer struct{ Token string }
	w.must(t, "/status-list", map[string]any{"uri": uri, "bits": bits, "statuses": statuses}, &answer)
	return answer.Token
}

// bytes64 is written in base64url.
type bytes64 []byte

func (b bytes64) MarshalText() ([]byte, error) {
	return base64.RawURLEncoding.AppendEncode(nil, b), nil
}

func (b *bytes64) UnmarshalText(text []byte) (err error) {
	*b, err = base64.RawURLEncoding.DecodeString(string(text))
	return err
}
