package models

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
	"time"
)

// IDPrefix is the prefix of the identifiers of one kind of object.
type IDPrefix string

// The prefixes of the public API.
const (
	PrefixSession         IDPrefix = "vks_"
	PrefixWorkflow        IDPrefix = "wf_"
	PrefixWorkflowVersion IDPrefix = "wfv_"
	PrefixEvent           IDPrefix = "evt_"
	PrefixEndpoint        IDPrefix = "we_"
	PrefixDelivery        IDPrefix = "whd_"
	PrefixOrg             IDPrefix = "org_"
	PrefixKey             IDPrefix = "key_"
	PrefixResult          IDPrefix = "vr_"
	PrefixAttempt         IDPrefix = "va_"
	PrefixRequest         IDPrefix = "req_"
	PrefixAudit           IDPrefix = "aud_"
	PrefixConnector       IDPrefix = "pc_"
	PrefixRecovery        IDPrefix = "whr_"
	PrefixRotation        IDPrefix = "rot_"
	PrefixUpload          IDPrefix = "upl_"
	PrefixChallenge       IDPrefix = "mch_"
	PrefixPerson          IDPrefix = "vp_"
	PrefixCredential      IDPrefix = "cred_"
	PrefixMail            IDPrefix = "ml_"
	PrefixEmailCode       IDPrefix = "otp_"
	PrefixTrustGrant      IDPrefix = "trg_"
	PrefixTrustConsent    IDPrefix = "tco_"
	PrefixGuardian        IDPrefix = "grd_"
	PrefixSigningKey      IDPrefix = "sk_"
	PrefixRiskAssessment  IDPrefix = "risk_assessment_"
)

const (
	idRandomBytes = 15 // 120 bits, 24 characters of base32
	idTimeLength  = 6  // characters of an identifier that hold its time: 30 bits
	secretLength  = 43 // base62 characters, a little over 256 bits
)

var idEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// IDSource returns the random part of an identifier: 24 characters of lower-case base32. Tests inject a predictable
// source.
type IDSource func() string

// RandomID is the IDSource of production.
func RandomID() string {
	var raw [idRandomBytes]byte
	rand.Read(raw[:])
	return idEncoding.EncodeToString(raw[:])
}

// IDFrom returns the random part of an identifier for 15 random bytes or more.
func IDFrom(random []byte) string { return idEncoding.EncodeToString(random[:idRandomBytes]) }

// idEpoch is the beginning of the time in identifiers, 2026-01-01 in Unix seconds. After 34 years it begins again.
const idEpoch = 1767225600

// timeDigits are the characters of base32 in the order of text.
const timeDigits = "234567abcdefghijklmnopqrstuvwxyz"

// TimedID returns the random part of an identifier with the time in place of its first characters, in seconds. Such
// identifiers are in the order of their time, so that new ones are next to one another in an index. 90 random bits
// remain.
func TimedID(at time.Time, random string) string {
	if len(random) <= idTimeLength {
		return random // of a test
	}
	seconds := at.Unix() - idEpoch
	var digits [idTimeLength]byte
	for i := range digits {
		digits[idTimeLength-1-i] = timeDigits[seconds&31]
		seconds >>= 5
	}
	return string(digits[:]) + random[idTimeLength:]
}

// Timed reports whether identifiers of the kind begin with their time. Only kinds with very many rows do, and only if a
// reader of the identifier may know the time of its creation.
func (p IDPrefix) Timed() bool {
	switch p {
	case PrefixSession, PrefixEvent, PrefixDelivery, PrefixResult, PrefixAudit, PrefixMail, PrefixRiskAssessment:
		return true
	default:
		return false
	}
}

// HasPrefix reports whether id has the prefix.
func (p IDPrefix) HasPrefix(id string) bool { return strings.HasPrefix(id, string(p)) }

// Names reports whether id has the form of an identifier of the kind: the prefix and 24 characters of base32. No other
// text can be an identifier, and a database may refuse to look it up.
func (p IDPrefix) Names(id string) bool {
	random, found := strings.CutPrefix(id, string(p))
	return found && len(random) == idEncoding.EncodedLen(idRandomBytes) &&
		strings.Trim(random, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// The prefixes of secrets.
const (
	SecretKeyPrefix       = "stile_sk_"
	PublishableKeyPrefix  = "stile_pk_"
	WebhookSecretPrefix   = "whsec_"
	ConnectorSecretPrefix = "pcsec_"
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// NewSecret returns the prefix and 43 random base62 characters.
func NewSecret(prefix string) string {
	out := make([]byte, 0, len(prefix)+secretLength)
	out = append(out, prefix...)
	var buf [64]byte
	for len(out) < cap(out) {
		rand.Read(buf[:])
		for _, b := range buf {
			// 248 is the largest multiple of 62 in a byte. Larger values would favour the first letters.
			if b < 248 && len(out) < cap(out) {
				out = append(out, base62[b%62])
			}
		}
	}
	return string(out)
}
