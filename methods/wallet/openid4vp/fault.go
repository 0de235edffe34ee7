package openid4vp

// Code names the check that refused a query, a request or a response. Codes are stable: callers may compare and store
// them.
type Code string

// The codes of this package. The table in the package documentation says which check each of them belongs to.
//
//nolint:gosec // names of checks, not credentials
const (
	QueryEmpty           Code = "query_empty"
	QueryTooLarge        Code = "query_too_large"
	CredentialID         Code = "credential_id"
	CredentialIDRepeated Code = "credential_id_repeated"
	FormatUnsupported    Code = "format_unsupported"
	MetaMalformed        Code = "meta_malformed"
	ClaimsMissing        Code = "claims_missing"
	ClaimPath            Code = "claim_path"
	ClaimRepeated        Code = "claim_repeated"
	ClaimID              Code = "claim_id"
	ClaimValues          Code = "claim_values"
	ClaimSets            Code = "claim_sets"
	CredentialSets       Code = "credential_sets"
	TrustedAuthorities   Code = "trusted_authorities"

	ClientKey           Code = "client_key"
	ClientChain         Code = "client_chain"
	ClientName          Code = "client_name"
	ClientChanged       Code = "client_changed"
	ResponseURI         Code = "response_uri"
	OriginMalformed     Code = "origin_malformed"
	ProtocolUnknown     Code = "protocol_unknown"
	ProtocolUnfit       Code = "protocol_unfit"
	TransactionData     Code = "transaction_data"
	TransportMissing    Code = "transport_missing"
	RequestMalformed    Code = "request_malformed"
	WalletPostMalformed Code = "wallet_post"
	WalletNonce         Code = "wallet_nonce"
	WalletMetadata      Code = "wallet_metadata"
	LinkMalformed       Code = "link_malformed"
	EphemeralKeyStored  Code = "ephemeral_key"

	ResponseTooLarge   Code = "too_large"
	ResponseMalformed  Code = "response_malformed"
	ResponsePlain      Code = "response_not_encrypted"
	ResponseEncrypted  Code = "response_encrypted"
	TransportUnasked   Code = "transport_unasked"
	ProtocolUnasked    Code = "protocol_unasked"
	OriginUnasked      Code = "origin_unasked"
	StateMissing       Code = "state_missing"
	StateMismatch      Code = "state_mismatch"
	ErrorMalformed     Code = "error_malformed"
	JWEMalformed       Code = "jwe_malformed"
	JWEHeader          Code = "jwe_header"
	JWEAlgorithm       Code = "jwe_algorithm"
	JWEEncryption      Code = "jwe_encryption"
	JWEKey             Code = "jwe_key"
	JWEEphemeralKey    Code = "jwe_ephemeral_key"
	JWESealed          Code = "jwe_sealed"
	PayloadMalformed   Code = "payload_malformed"
	VPTokenMissing     Code = "vp_token_missing"
	VPTokenMalformed   Code = "vp_token_malformed"
	EnvelopeEncoding   Code = "envelope_encoding"
	PresentationStored Code = "presentation_stored"

	WalletRefused         Code = "wallet_refused"
	CredentialUnrequested Code = "credential_unrequested"
	CredentialMissing     Code = "credential_missing"
	CredentialRepeated    Code = "credential_repeated"
	MdocEncoding          Code = "mdoc_encoding"
	ClaimMissing          Code = "claim_missing"
	ClaimValue            Code = "claim_value"
	TransactionUnproven   Code = "transaction_unproven"
)

// clauses holds the clause that each check comes from: of OpenID4VP 1.0 where no other document is named.
var clauses = map[Code]string{
	QueryEmpty:           "6",
	QueryTooLarge:        "limit of this package",
	CredentialID:         "6.1",
	CredentialIDRepeated: "6.1",
	FormatUnsupported:    "6.1",
	MetaMalformed:        "B.2.3, B.3.5",
	ClaimsMissing:        "6.4.1",
	ClaimPath:            "7",
	ClaimRepeated:        "6.1",
	ClaimID:              "6.3",
	ClaimValues:          "6.3",
	ClaimSets:            "6.4.1",
	CredentialSets:       "6.2",
	TrustedAuthorities:   "6.1.1",

	ClientKey:           "5.9.3",
	ClientChain:         "5.9.3",
	ClientName:          "5.9.3",
	ClientChanged:       "5.10.1",
	ResponseURI:         "8.2",
	OriginMalformed:     "A.2",
	ProtocolUnknown:     "A.1",
	ProtocolUnfit:       "ISO/IEC TS 18013-7, Annex C",
	TransactionData:     "5.1",
	TransportMissing:    "5.1",
	RequestMalformed:    "5",
	WalletPostMalformed: "5.10",
	WalletNonce:         "5.10",
	WalletMetadata:      "5.10",
	LinkMalformed:       "9",
	EphemeralKeyStored:  "8.3",

	ResponseTooLarge:   "limit of this package",
	ResponseMalformed:  "8.2, A.4",
	ResponsePlain:      "8.3",
	ResponseEncrypted:  "8.2",
	TransportUnasked:   "8.2",
	ProtocolUnasked:    "A.1",
	OriginUnasked:      "A.2",
	StateMissing:       "14.3.2",
	StateMismatch:      "14.3.2",
	ErrorMalformed:     "8.5",
	JWEMalformed:       "RFC 7516, 5.2",
	JWEHeader:          "RFC 7516, 4.1",
	JWEAlgorithm:       "8.3",
	JWEEncryption:      "8.3",
	JWEKey:             "8.3",
	JWEEphemeralKey:    "RFC 7518, 4.6.1",
	JWESealed:          "8.3",
	PayloadMalformed:   "8.3",
	VPTokenMissing:     "8.1",
	VPTokenMalformed:   "8.1",
	EnvelopeEncoding:   "ISO/IEC TS 18013-7, Annex C",
	PresentationStored: "8.6",

	WalletRefused:         "8.5",
	CredentialUnrequested: "8.1",
	CredentialMissing:     "6.4.2",
	CredentialRepeated:    "8.1",
	MdocEncoding:          "B.2.5",
	ClaimMissing:          "6.4.1",
	ClaimValue:            "6.3",
	TransactionUnproven:   "B.3.3.1",
}

// Fault is the refusal of a query, a request or a response. It holds no value from a response, so it may be logged.
type Fault struct {
	Code   Code
	Clause string
	// Credential is the id of the Credential Query that the fault is about; "" if it is about none.
	Credential string
}

// Error returns code and clause.
func (f *Fault) Error() string {
	text := "openid4vp: " + string(f.Code)
	if f.Credential != "" {
		text += " " + f.Credential
	}
	return text + " (" + f.Clause + ")"
}

// Is reports whether target is a Fault with the same code.
func (f *Fault) Is(target error) bool {
	other, ok := target.(*Fault)
	return ok && other.Code == f.Code
}

func fault(code Code) error { return &Fault{Code: code, Clause: clauses[code]} }

func faultOf(code Code, credential string) error {
	return &Fault{Code: code, Clause: clauses[code], Credential: credential}
}
