package mdoc

// Code names the check that refused a response. Codes are stable: callers may compare and store them.
type Code string

// The codes of this package. The table in the package documentation says which check each of them belongs to.
const (
	TooLarge            Code = "too_large"
	Malformed           Code = "malformed"
	VersionUnsupported  Code = "version_unsupported"
	StatusNotOK         Code = "status_not_ok"
	DocumentMissing     Code = "document_missing"
	DocumentRefused     Code = "document_refused"
	DocumentRepeated    Code = "document_repeated"
	DocumentUnrequested Code = "document_unrequested"

	IssuerAuthMalformed  Code = "issuer_auth_malformed"
	AlgorithmUnsupported Code = "algorithm_unsupported"
	ChainMissing         Code = "chain_missing"
	CertificateMalformed Code = "certificate_malformed"
	IssuerSignature      Code = "issuer_signature"

	MSOMalformed       Code = "mso_malformed"
	MSOVersion         Code = "mso_version"
	DigestAlgorithm    Code = "digest_algorithm"
	DocTypeMismatch    Code = "doc_type_mismatch"
	ValidityMalformed  Code = "validity_malformed"
	SignedOutsideChain Code = "signed_outside_certificate"
	SignedInFuture     Code = "signed_in_future"
	NotYetValid        Code = "not_yet_valid"
	Expired            Code = "expired"
	StatusMalformed    Code = "status_malformed"
	CountryMismatch    Code = "country_mismatch"

	ItemMalformed    Code = "item_malformed"
	RandomTooShort   Code = "random_too_short"
	DigestIDRepeated Code = "digest_id_repeated"
	ElementRepeated  Code = "element_repeated"
	DigestMissing    Code = "digest_missing"
	DigestMismatch   Code = "digest_mismatch"
	ElementMissing   Code = "element_missing"
	ElementRefused   Code = "element_refused"

	DeviceAuthMissing    Code = "device_auth_missing"
	DeviceAuthMalformed  Code = "device_auth_malformed"
	DeviceKeyUnsupported Code = "device_key_unsupported"
	DeviceSignature      Code = "device_signature"
	DeviceMAC            Code = "device_mac"
	DeviceMACNoKey       Code = "device_mac_without_key"
	DeviceUnauthorized   Code = "device_element_unauthorized"

	EnvelopeMalformed Code = "envelope_malformed"
	EnvelopeSealed    Code = "envelope_sealed"
	ClaimMissing      Code = "claim_missing"
	ClaimMalformed    Code = "claim_malformed"
)

// clauses holds the clause that each check comes from: of ISO/IEC 18013-5:2021 where no other document is named.
var clauses = map[Code]string{
	TooLarge:            "limit of this package",
	Malformed:           "8.3.2.1.2.2",
	VersionUnsupported:  "8.3.2.1.2.2",
	StatusNotOK:         "8.3.2.1.2.3",
	DocumentMissing:     "8.3.2.1.2.2",
	DocumentRefused:     "8.3.2.1.2.2",
	DocumentRepeated:    "8.3.2.1.2.2",
	DocumentUnrequested: "8.3.2.1.2.2",

	IssuerAuthMalformed:  "9.1.2.4",
	AlgorithmUnsupported: "9.1.2.4",
	ChainMissing:         "9.1.2.4",
	CertificateMalformed: "Annex B",
	IssuerSignature:      "9.3.1",

	MSOMalformed:       "9.1.2.4",
	MSOVersion:         "9.1.2.4",
	DigestAlgorithm:    "9.1.2.5",
	DocTypeMismatch:    "9.3.1",
	ValidityMalformed:  "9.1.2.4",
	SignedOutsideChain: "9.3.1",
	SignedInFuture:     "9.3.1",
	NotYetValid:        "9.3.1",
	Expired:            "9.3.1",
	StatusMalformed:    "Token Status List, section 6.3",
	CountryMismatch:    "9.3.1",

	ItemMalformed:    "8.3.2.1.2.2",
	RandomTooShort:   "9.1.2.5",
	DigestIDRepeated: "9.1.2.5",
	ElementRepeated:  "8.3.2.1.2.2",
	DigestMissing:    "9.3.1",
	DigestMismatch:   "9.3.1",
	ElementMissing:   "8.3.2.1.2.1",
	ElementRefused:   "8.3.2.1.2.3",

	DeviceAuthMissing:    "9.1.3.2",
	DeviceAuthMalformed:  "9.1.3.4",
	DeviceKeyUnsupported: "9.1.5.2",
	DeviceSignature:      "9.1.3.6",
	DeviceMAC:            "9.1.3.5",
	DeviceMACNoKey:       "9.1.3.5",
	DeviceUnauthorized:   "9.1.2.4",

	EnvelopeMalformed: "ISO/IEC TS 18013-7, Annex C",
	EnvelopeSealed:    "ISO/IEC TS 18013-7, Annex C",
	ClaimMissing:      "7.2.1",
	ClaimMalformed:    "7.2.1",
}

// Fault is the refusal of a response. It holds no value from the response, so it may be logged.
type Fault struct {
	Code   Code
	Clause string
	// Element is the namespace and identifier of a requested element, separated by a slash, where the fault is about one.
	Element string
}

// Error returns code and clause.
func (f *Fault) Error() string {
	text := "mdoc: " + string(f.Code)
	if f.Element != "" {
		text += " " + f.Element
	}
	return text + " (" + f.Clause + ")"
}

// Is reports whether target is a Fault with the same code.
func (f *Fault) Is(target error) bool {
	other, ok := target.(*Fault)
	return ok && other.Code == f.Code
}

func fault(code Code) error {
	return &Fault{Code: code, Clause: clauses[code]}
}

func faultOf(code Code, namespace, element string) error {
	return &Fault{Code: code, Clause: clauses[code], Element: namespace + "/" + element}
}
