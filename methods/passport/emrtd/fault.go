package emrtd

import (
	"maps"
	"slices"
)

// Code names the check that refused a chip. Codes are stable: callers may compare and store them.
type Code string

// The codes of this package. The table in the package documentation says which check each of them belongs to.
const (
	TooLarge             Code = "too_large"
	CMSMalformed         Code = "cms_malformed"
	ContentType          Code = "content_type"
	SignerCount          Code = "signer_count"
	SignerMissing        Code = "signer_missing"
	CertificateMalformed Code = "certificate_malformed"
	AttributesMalformed  Code = "attributes_malformed"
	ContentTypeMismatch  Code = "content_type_mismatch"
	MessageDigest        Code = "message_digest"
	Signature            Code = "signature"
	CertificateSignature Code = "certificate_signature"

	DigestUnsupported    Code = "digest_unsupported"
	DigestWeak           Code = "digest_weak"
	SignatureUnsupported Code = "signature_unsupported"
	PSSParameters        Code = "pss_parameters"
	KeyUnsupported       Code = "key_unsupported"
	KeyTooShort          Code = "key_too_short"
	CurveUnknown         Code = "curve_unknown"

	ObjectMalformed Code = "object_malformed"
	ObjectVersion   Code = "object_version"
	GroupRepeated   Code = "group_repeated"
	GroupUnlisted   Code = "group_unlisted"
	GroupDigest     Code = "group_digest"
	GroupMissing    Code = "group_missing"
	DG1Malformed    Code = "dg1_malformed"
	DG2Malformed    Code = "dg2_malformed"
	DG14Malformed   Code = "dg14_malformed"
	DG15Malformed   Code = "dg15_malformed"
	DocumentType    Code = "document_type"

	SignedInFuture           Code = "signed_in_future"
	SignedOutsideCertificate Code = "signed_outside_certificate"
	TrustMissing             Code = "trust_missing"

	ActiveChallenge   Code = "active_challenge"
	ActiveUnannounced Code = "active_unannounced"
	ActiveUnstated    Code = "active_unstated"
	ActiveUnsupported Code = "active_unsupported"
	ActiveSignature   Code = "active_signature"

	ChipUnannounced Code = "chip_unannounced"
	ChipUnsupported Code = "chip_unsupported"
	ChipOtherKey    Code = "chip_other_key"
	ChipAnswer      Code = "chip_answer"
	ChipMAC         Code = "chip_mac"
)

// clauses holds the clause that each check comes from: of ICAO Doc 9303, by part, where no other document is named.
var clauses = map[Code]string{
	TooLarge:             "limit of this package",
	CMSMalformed:         "10-4.6.2.2",
	ContentType:          "10-4.6.2.2",
	SignerCount:          "10-4.6.2.2",
	SignerMissing:        "10-4.6.2.2",
	CertificateMalformed: "12-7.1",
	AttributesMalformed:  "10-4.6.2.2",
	ContentTypeMismatch:  "RFC 5652, 11.1",
	MessageDigest:        "11-5.1",
	Signature:            "11-5.1",
	CertificateSignature: "11-5.1",

	DigestUnsupported:    "12-4.1.6",
	DigestWeak:           "12-4.1.6",
	SignatureUnsupported: "12-4.1.6",
	PSSParameters:        "12-4.1.6.1",
	KeyUnsupported:       "12-4.1.6",
	KeyTooShort:          "12-4.1.6",
	CurveUnknown:         "12-4.1.6.3",

	ObjectMalformed: "10-4.6.2.3",
	ObjectVersion:   "10-4.6.2.3",
	GroupRepeated:   "10-4.6.2.3",
	GroupUnlisted:   "11-5.1",
	GroupDigest:     "11-5.1",
	GroupMissing:    "11-5.1",
	DG1Malformed:    "10-4.7.1",
	DG2Malformed:    "10-4.7.2",
	DG14Malformed:   "11-9.2",
	DG15Malformed:   "10-4.7.15",
	DocumentType:    "12-7.1",

	SignedInFuture:           "RFC 5652, 11.3",
	SignedOutsideCertificate: "11-5.1",
	TrustMissing:             "11-5.1",

	ActiveChallenge:   "11-6.1.1",
	ActiveUnannounced: "11-6.1.1",
	ActiveUnstated:    "11-6.1.2",
	ActiveUnsupported: "11-6.1.2",
	ActiveSignature:   "11-6.1.1",

	ChipUnannounced: "11-6.2.1",
	ChipUnsupported: "11-6.2.3",
	ChipOtherKey:    "11-6.2.1",
	ChipAnswer:      "11-6.2.4",
	ChipMAC:         "11-6.2.1",
}

// Fault is the refusal of a chip. It holds no value from the chip, so it may be logged.
type Fault struct {
	Code   Code
	Clause string
}

// Error returns code and clause.
func (f *Fault) Error() string { return "emrtd: " + string(f.Code) + " (" + f.Clause + ")" }

// Is reports whether target is a Fault with the same code.
func (f *Fault) Is(target error) bool {
	other, ok := target.(*Fault)
	return ok && other.Code == f.Code
}

// Codes returns every code. The slice is the caller's.
func Codes() []Code { return slices.Sorted(maps.Keys(clauses)) }

func fault(code Code) error { return &Fault{Code: code, Clause: clauses[code]} }
