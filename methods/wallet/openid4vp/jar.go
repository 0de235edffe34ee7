package openid4vp

// staticAudience is the audience of a request to a wallet that is not known (5.8).
const staticAudience = "https://self-issued.me/v2"

// parameters are those of an Authorization Request (5.1, 5.2, A.2).
type parameters struct {
	ResponseType    string         `json:"response_type"`
	ResponseMode    string         `json:"response_mode"`
	ClientID        string         `json:"client_id,omitempty"`
	Audience        string         `json:"aud,omitempty"`
	ResponseURI     string         `json:"response_uri,omitempty"`
	ExpectedOrigins []string       `json:"expected_origins,omitempty"`
	Nonce           string         `json:"nonce"`
	State           string         `json:"state,omitempty"`
	WalletNonce     string         `json:"wallet_nonce,omitempty"`
	Query           *Query         `json:"dcql_query"`
	Metadata        clientMetadata `json:"client_metadata"`
	TransactionData []string       `json:"transaction_data,omitempty"`
}

func (r *Request) parameters(mode string) parameters {
	if !r.Plain {
		mode += ".jwt"
	}
	return parameters{
		ResponseType: "vp_token", ResponseMode: mode, Nonce: r.Nonce, Query: &r.Query, Metadata: r.metadata(),
		TransactionData: r.Transaction,
	}
}

// SignRedirect returns the Request Object that a wallet fetches at request_uri: a body of the content type
// RequestObjectType. walletNonce is that of the wallet's POST, "" for a GET. A Fault has the code client_changed if the
// request was made by another client, as after a change of the certificate.
func (c *Client) SignRedirect(r *Request, walletNonce string) (string, error) {
	switch {
	case r.ClientID != c.id:
		return "", fault(ClientChanged)
	case r.ResponseURI == "":
		return "", fault(TransportMissing)
	}
	p := r.parameters("direct_post")
	p.ClientID, p.Audience, p.ResponseURI = r.ClientID, staticAudience, r.ResponseURI
	p.State, p.WalletNonce = r.State, walletNonce
	return c.sign(p)
}

// RequestObjectType is the content type of a Request Object (5.10.1).
const RequestObjectType = "application/oauth-authz-req+jwt"

func (r *Request) signedDCAPI() parameters {
	p := r.parameters("dc_api")
	p.ClientID, p.Audience, p.ExpectedOrigins = r.ClientID, staticAudience, r.Origins
	return p
}

func (r *Request) unsignedDCAPI() parameters { return r.parameters("dc_api") }

// clientMetadata are the verifier's metadata (5.1, 11.1).
type clientMetadata struct {
	Keys        *keySet               `json:"jwks,omitempty"`
	Encryptions []string              `json:"encrypted_response_enc_values_supported,omitempty"`
	Formats     map[Format]formatInfo `json:"vp_formats_supported"`
}

type keySet struct {
	Keys []encryptionJWK `json:"keys"`
}

// formatInfo are the algorithms of a format (B.2.2, B.3.4).
type formatInfo struct {
	IssuerAuth []int    `json:"issuerauth_alg_values,omitempty"`
	DeviceAuth []int    `json:"deviceauth_alg_values,omitempty"`
	SDJWT      []string `json:"sd-jwt_alg_values,omitempty"`
	KeyBinding []string `json:"kb-jwt_alg_values,omitempty"`
}

// The algorithms of the packages mdoc and sdjwtvc. Those of COSE are ES256, ES384, ES512 and EdDSA, and the same with
// their curves (RFC 9864), brainpool curves included. Wallets match either kind.
var (
	coseAlgorithms = []int{-7, -9, -35, -51, -36, -52, -8, -19, -265, -267, -268}
	joseAlgorithms = []string{"ES256", "ES384", "ES512", "EdDSA"}

	formats = map[Format]formatInfo{
		FormatMdoc:  {IssuerAuth: coseAlgorithms, DeviceAuth: coseAlgorithms},
		FormatSDJWT: {SDJWT: joseAlgorithms, KeyBinding: joseAlgorithms},
	}
)

// metadata returns the verifier's metadata, with the formats that the query asks for.
func (r *Request) metadata() clientMetadata {
	m := clientMetadata{Formats: map[Format]formatInfo{}}
	for _, credential := range r.Query.Credentials {
		m.Formats[credential.Format] = formats[credential.Format]
	}
	if !r.Plain {
		m.Keys = &keySet{[]encryptionJWK{{r.Key.publicJWK(), "enc", "ECDH-ES", r.Key.id()}}}
		m.Encryptions = encryptions
	}
	return m
}

// encryptions are the content encryptions of responses. HAIP 1.0 demands both.
var encryptions = []string{"A128GCM", "A256GCM"}
