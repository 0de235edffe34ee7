package openid4vp

import (
	"crypto/subtle"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/stile-id/stile/methods/wallet/mdoc"
)

// MaxResponse is the size of the largest response that this package opens, in bytes: an mdoc of the size
// mdoc.MaxResponse in base64url, once more in base64url for its encryption, and some room.
const MaxResponse = 2 * mdoc.MaxResponse

// maxPresentations is the number of presentations that a Credential Query with Multiple may be answered by.
const maxPresentations = 16

// Transport is the way that a response came. The session transcript and the audience depend on it.
type Transport string

// The transports.
const (
	// Redirect is a response that a wallet posted to response_uri.
	Redirect Transport = "redirect"
	// DCAPI is a response of the Digital Credentials API with a protocol of OpenID4VP.
	DCAPI Transport = "dc_api"
	// AnnexC is a response of the Digital Credentials API with the protocol org-iso-mdoc.
	AnnexC Transport = "annex_c"
)

// Presentation is an opened response that is not yet verified. It is encoded in JSON to be verified later, and holds
// personal data.
type Presentation struct {
	Transport Transport `json:"transport"`
	// Origin is the origin of the page that received the response; "" with Redirect.
	Origin string `json:"origin,omitempty"`
	// Token is the VP Token (8.1): presentations, by CredentialQuery.ID. It is nil with AnnexC.
	Token map[string][]string `json:"vp_token,omitempty"`
	// DeviceResponse is the decrypted response with AnnexC.
	DeviceResponse []byte `json:"device_response,omitempty"`
	// Refusal is the error that the wallet returned in place of credentials; "" if it returned some.
	Refusal Refusal `json:"refusal,omitempty"`
}

// Refusal is the error code of a wallet's Error Response (8.5). The description that may come with it is dropped: it
// can be any text.
type Refusal string

// The error codes of OpenID4VP (8.5) and OAuth 2.0 (RFC 6749, 4.1.2.1).
const (
	AccessDenied           Refusal = "access_denied"
	InvalidRequest         Refusal = "invalid_request"
	InvalidClient          Refusal = "invalid_client"
	InvalidScope           Refusal = "invalid_scope"
	UnauthorizedClient     Refusal = "unauthorized_client"
	UnsupportedResponse    Refusal = "unsupported_response_type"
	ServerError            Refusal = "server_error"
	TemporarilyUnavailable Refusal = "temporarily_unavailable"
	FormatsNotSupported    Refusal = "vp_formats_not_supported"
	InvalidMethod          Refusal = "invalid_request_uri_method"
	InvalidTransactionData Refusal = "invalid_transaction_data"
	WalletUnavailable      Refusal = "wallet_unavailable"
	// OtherError stands for a code that this package does not know.
	OtherError Refusal = "other"
)

var refusals = []Refusal{
	AccessDenied, InvalidRequest, InvalidClient, InvalidScope, UnauthorizedClient, UnsupportedResponse, ServerError,
	TemporarilyUnavailable, FormatsNotSupported, InvalidMethod, InvalidTransactionData, WalletUnavailable,
}

func readRefusal(code string) (Refusal, error) {
	if !isText(code) {
		return "", fault(ErrorMalformed)
	}
	if slices.Contains(refusals, Refusal(code)) {
		return Refusal(code), nil
	}
	return OtherError, nil
}

// OpenForm opens the body of a wallet's POST to response_uri (8.2, 8.3.1), of the content type
// application/x-www-form-urlencoded. A wallet's Error Response opens, too, and need not be encrypted.
func (r *Request) OpenForm(body []byte) (*Presentation, error) {
	if r.ResponseURI == "" {
		return nil, fault(TransportUnasked)
	}
	if len(body) > MaxResponse {
		return nil, fault(ResponseTooLarge)
	}
	form, err := readForm(body, MaxResponse, ResponseMalformed)
	if err != nil {
		return nil, err
	}
	var m members
	for name, to := range map[string]**string{"response": &m.Response, "error": &m.Error, "state": &m.State} {
		if value, sent := form[name]; sent {
			*to = &value
		}
	}
	if token, sent := form["vp_token"]; sent {
		m.Token = jsontext.Value(token)
	}
	return r.open(m, Presentation{Transport: Redirect})
}

// OpenDCAPI opens a response of the Digital Credentials API (A.4, and ISO/IEC TS 18013-7 Annex C): protocol and data
// are those of the DigitalCredential, origin is that of the page that received it. An error that the wallet returned
// opens, too.
func (r *Request) OpenDCAPI(protocol Protocol, data []byte, origin string) (*Presentation, error) {
	switch {
	case !slices.Contains(r.Protocols, protocol):
		return nil, fault(ProtocolUnasked)
	case !slices.Contains(r.Origins, origin):
		return nil, fault(OriginUnasked)
	case len(data) > MaxResponse:
		return nil, fault(ResponseTooLarge)
	}
	var m members
	if json.Unmarshal(data, &m) != nil {
		return nil, fault(ResponseMalformed)
	}
	if protocol == IsoMdoc {
		return r.openAnnexC(m, origin)
	}
	return r.open(m, Presentation{Transport: DCAPI, Origin: origin})
}

// members are the parameters of a response (8.1, 8.3, 8.5).
type members struct {
	Token    jsontext.Value `json:"vp_token"`
	Response *string        `json:"response"`
	Error    *string        `json:"error"`
	State    *string        `json:"state"`
}

// alone reports whether the response has exactly one of vp_token, response and error.
func (m members) alone() bool {
	count := 0
	for _, sent := range []bool{m.Token != nil, m.Response != nil, m.Error != nil} {
		if sent {
			count++
		}
	}
	return count == 1
}

// open reads a response to a request of OpenID4VP into a presentation.
func (r *Request) open(m members, p Presentation) (*Presentation, error) {
	if !m.alone() {
		return nil, fault(ResponseMalformed)
	}
	states := []*string{m.State}
	switch {
	case m.Response != nil && r.Plain:
		return nil, fault(ResponseEncrypted)
	case m.Token != nil && !r.Plain:
		return nil, fault(ResponsePlain)
	case m.Response != nil:
		plain, err := r.Key.decrypt(*m.Response, r.Key.id())
		if err != nil {
			return nil, err
		}
		if m, err = readPayload(plain); err != nil {
			return nil, err
		}
		states = append(states, m.State)
	}
	if p.Transport == Redirect { // a request over the Digital Credentials API has no state (A.2)
		if err := r.checkState(states); err != nil {
			return nil, err
		}
	}
	return p.read(m)
}

// readPayload reads the decrypted parameters of a response (8.3).
func readPayload(plain []byte) (m members, err error) {
	if json.Unmarshal(plain, &m) != nil || m.Response != nil {
		return m, fault(PayloadMalformed)
	}
	if m.Token != nil && m.Error != nil {
		return m, fault(PayloadMalformed)
	}
	if m.Token == nil && m.Error == nil {
		return m, fault(VPTokenMissing)
	}
	return m, nil
}

// checkState compares the state with that of the request. An encrypted response may have it inside or outside, and each
// that is there must be equal.
func (r *Request) checkState(states []*string) error {
	sent := false
	for _, state := range states {
		if state == nil {
			continue
		}
		if subtle.ConstantTimeCompare([]byte(*state), []byte(r.State)) != 1 {
			return fault(StateMismatch)
		}
		sent = true
	}
	if !sent {
		return fault(StateMissing)
	}
	return nil
}

// read puts vp_token or the error into the presentation.
func (p Presentation) read(m members) (_ *Presentation, err error) {
	if m.Error != nil {
		p.Refusal, err = readRefusal(*m.Error)
		return &p, err
	}
	if json.Unmarshal(m.Token, &p.Token) != nil || len(p.Token) == 0 || len(p.Token) > maxCredentials {
		return nil, fault(VPTokenMalformed)
	}
	for _, presentations := range p.Token {
		if len(presentations) == 0 || len(presentations) > maxPresentations || slices.Contains(presentations, "") {
			return nil, fault(VPTokenMalformed)
		}
	}
	return &p, nil
}

// openAnnexC opens a response with the protocol org-iso-mdoc: {"response": EncryptedResponse in base64url}.
func (r *Request) openAnnexC(m members, origin string) (*Presentation, error) {
	p := Presentation{Transport: AnnexC, Origin: origin}
	if !m.alone() || m.Token != nil {
		return nil, fault(ResponseMalformed)
	}
	if m.Error != nil {
		return p.read(m)
	}
	sealed, err := encoding.DecodeString(*m.Response)
	if err != nil {
		return nil, fault(EnvelopeEncoding)
	}
	info, err := r.encryptionInfo()
	if err != nil {
		return nil, err
	}
	p.DeviceResponse, err = mdoc.OpenAnnexC(r.Key.private, sealed, mdoc.AnnexCTranscript(info, origin))
	if err != nil {
		return nil, err
	}
	return &p, nil
}
