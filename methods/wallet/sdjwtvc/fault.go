package sdjwtvc

// Code names the check that refused a presentation. Codes are stable: callers may compare and store them.
type Code string

// The codes of this package. The table in the package documentation says which check each of them belongs to.
const (
	TooLarge           Code = "too_large"
	TooManyDisclosures Code = "too_many_disclosures"
	TooDeep            Code = "too_deep"
	Malformed          Code = "malformed"

	HeaderMalformed      Code = "header_malformed"
	TypeUnsupported      Code = "type_unsupported"
	CriticalHeader       Code = "critical_header"
	AlgorithmUnsupported Code = "algorithm_unsupported"
	PayloadMalformed     Code = "payload_malformed"
	ChainMalformed       Code = "chain_malformed"
	SelfSigned           Code = "certificate_self_signed"
	IssuerMismatch       Code = "issuer_mismatch"
	IssuerKeyMissing     Code = "issuer_key_missing"
	IssuerKeyUnknown     Code = "issuer_key_unknown"
	IssuerSignature      Code = "issuer_signature"

	MetadataAddress     Code = "issuer_metadata_address"
	MetadataUnavailable Code = "issuer_metadata_unavailable"
	MetadataMalformed   Code = "issuer_metadata_malformed"
	MetadataMismatch    Code = "issuer_metadata_mismatch"

	HashUnsupported        Code = "hash_unsupported"
	DisclosureMalformed    Code = "disclosure_malformed"
	DisclosureRepeated     Code = "disclosure_repeated"
	DisclosureForm         Code = "disclosure_form"
	DisclosureUnreferenced Code = "disclosure_unreferenced"
	DigestMalformed        Code = "digest_malformed"
	DigestRepeated         Code = "digest_repeated"
	ClaimReserved          Code = "claim_reserved"
	ClaimExists            Code = "claim_exists"
	ClaimNotPlain          Code = "claim_not_plain"

	VCTMissing      Code = "vct_missing"
	VCTUnaccepted   Code = "vct_unaccepted"
	TypesMalformed  Code = "aka_vcts_malformed"
	IssuerMalformed Code = "iss_malformed"
	TimeMalformed   Code = "time_malformed"
	Expired         Code = "expired"
	NotYetValid     Code = "not_yet_valid"
	IssuedInFuture  Code = "issued_in_future"
	StatusMalformed Code = "status_malformed"

	KeyBindingMissing     Code = "key_binding_missing"
	HolderKeyMissing      Code = "holder_key_missing"
	HolderKeyUnsupported  Code = "holder_key_unsupported"
	KeyBindingMalformed   Code = "key_binding_malformed"
	KeyBindingType        Code = "key_binding_type"
	KeyBindingCritical    Code = "key_binding_critical_header"
	KeyBindingAlgorithm   Code = "key_binding_algorithm"
	KeyBindingSignature   Code = "key_binding_signature"
	KeyBindingTime        Code = "key_binding_time_malformed"
	KeyBindingTooOld      Code = "key_binding_too_old"
	KeyBindingInFuture    Code = "key_binding_in_future"
	KeyBindingExpired     Code = "key_binding_expired"
	KeyBindingNotYetValid Code = "key_binding_not_yet_valid"
	NonceMismatch         Code = "nonce_mismatch"
	AudienceMismatch      Code = "audience_mismatch"
	SDHashMismatch        Code = "sd_hash_mismatch"

	PIDTypeMismatch Code = "pid_type"
	PIDMalformed    Code = "pid_malformed"
	PIDExpired      Code = "pid_expired"
)

// clauses holds the clause that each check comes from: of RFC 9901 where no other document is named.
var clauses = map[Code]string{
	TooLarge:           "limit of this package",
	TooManyDisclosures: "limit of this package",
	TooDeep:            "limit of this package",
	Malformed:          "4",

	HeaderMalformed:      "RFC 7515, 5.2",
	TypeUnsupported:      "SD-JWT VC, 2.2.1",
	CriticalHeader:       "RFC 7515, 4.1.11",
	AlgorithmUnsupported: "7.1, step 2a",
	PayloadMalformed:     "4.1",
	ChainMalformed:       "RFC 7515, 4.1.6",
	SelfSigned:           "HAIP 1.0, 6.1.1",
	IssuerMismatch:       "SD-JWT VC, draft 09, 3.5",
	IssuerKeyMissing:     "SD-JWT VC, 2.5",
	IssuerKeyUnknown:     "SD-JWT VC, 4.3",
	IssuerSignature:      "7.1, step 2b",

	MetadataAddress:     "SD-JWT VC, 4",
	MetadataUnavailable: "SD-JWT VC, 3",
	MetadataMalformed:   "SD-JWT VC, 4.2",
	MetadataMismatch:    "SD-JWT VC, 4.3",

	HashUnsupported:        "4.1.1",
	DisclosureMalformed:    "4.2",
	DisclosureRepeated:     "7.1, step 4",
	DisclosureForm:         "7.1, step 3c",
	DisclosureUnreferenced: "7.1, step 5",
	DigestMalformed:        "4.2.4",
	DigestRepeated:         "7.1, step 4",
	ClaimReserved:          "7.1, step 3c",
	ClaimExists:            "7.1, step 3c",
	ClaimNotPlain:          "SD-JWT VC, 2.2.2.3",

	VCTMissing:      "SD-JWT VC, 2.2.2.1",
	VCTUnaccepted:   "SD-JWT VC, 2.2.2.1",
	TypesMalformed:  "SD-JWT VC, 2.2.2.2",
	IssuerMalformed: "RFC 7519, 4.1.1",
	TimeMalformed:   "RFC 7519, 2",
	Expired:         "RFC 7519, 4.1.4",
	NotYetValid:     "RFC 7519, 4.1.5",
	IssuedInFuture:  "RFC 7519, 4.1.6",
	StatusMalformed: "Token Status List, 6.2",

	KeyBindingMissing:     "7.3, step 2",
	HolderKeyMissing:      "7.3, step 5a",
	HolderKeyUnsupported:  "7.3, step 5a",
	KeyBindingMalformed:   "4.3",
	KeyBindingType:        "7.3, step 5d",
	KeyBindingCritical:    "RFC 7515, 4.1.11",
	KeyBindingAlgorithm:   "7.3, step 5b",
	KeyBindingSignature:   "7.3, step 5c",
	KeyBindingTime:        "4.3",
	KeyBindingTooOld:      "7.3, step 5e",
	KeyBindingInFuture:    "7.3, step 5e",
	KeyBindingExpired:     "7.3, step 5h",
	KeyBindingNotYetValid: "7.3, step 5h",
	NonceMismatch:         "7.3, step 5f",
	AudienceMismatch:      "7.3, step 5f",
	SDHashMismatch:        "7.3, step 5g",

	PIDTypeMismatch: "PID Rulebook, 4.1.1",
	PIDMalformed:    "PID Rulebook, 4.1.1",
	PIDExpired:      "PID Rulebook, 4.1.1",
}

// Fault is the refusal of a presentation. It holds no value of the credential, so it may be logged.
type Fault struct {
	Code   Code
	Clause string
	cause  error // of the Getter
}

// Error returns code and clause.
func (f *Fault) Error() string { return "sdjwtvc: " + string(f.Code) + " (" + f.Clause + ")" }

// Unwrap returns the error of the Getter for the code issuer_metadata_unavailable, and nil for others.
func (f *Fault) Unwrap() error { return f.cause }

// Is reports whether target is a Fault with the same code.
func (f *Fault) Is(target error) bool {
	other, ok := target.(*Fault)
	return ok && other.Code == f.Code
}

func fault(code Code) error { return &Fault{Code: code, Clause: clauses[code]} }
