// Package signature signs requests to customers' servers and verifies their signatures: HMAC-SHA256 over
// "{timestamp}.{body}", keyed with a shared secret. The documentation describes it under "Webhook Signature
// Verification".
package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"strconv"
	"strings"
	"time"
)

// Header is the header of the signature: "t={Unix seconds},v1={hex}".
const Header = "Stile-Signature"

// HeaderNext is the header of a second signature during the rotation of a secret. HeaderNext is signed with the new
// secret, Header with the old one.
const HeaderNext = "Stile-Signature-Next"

// Tolerance is the largest difference between a signature's timestamp and the current time.
const Tolerance = 5 * time.Minute

// The reasons for which Verify refuses a signature.
var (
	ErrMalformed = errors.New(`the signature is not "t={Unix seconds},v1={hex}"`)
	ErrStale     = errors.New("the signature's timestamp is too far from now")
	ErrMismatch  = errors.New("the signature does not match the body")
)

// Sign returns the value of the header.
func Sign(secret string, at time.Time, body []byte) string {
	s := NewSigner(secret, at)
	s.mac.Write(body)
	return s.Header()
}

// Signer signs a body that is written to it.
type Signer struct {
	timestamp string
	mac       hash.Hash
}

// NewSigner returns a Signer of an empty body.
func NewSigner(secret string, at time.Time) *Signer {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	return &Signer{timestamp: timestamp, mac: newMAC(secret, timestamp)}
}

// Write adds to the body. It returns no error.
func (s *Signer) Write(part []byte) (int, error) { return s.mac.Write(part) }

// Header returns the value of the header for the bytes written so far.
func (s *Signer) Header() string {
	return "t=" + s.timestamp + ",v1=" + hex.EncodeToString(s.mac.Sum(nil))
}

// Join joins the values of a header that came on several lines, as RFC 9110 specifies.
func Join(lines []string) string { return strings.Join(lines, ",") }

// Verify checks the value of a header. If it holds several v1 signatures, one of them must match. The error is
// ErrMalformed, ErrStale or ErrMismatch.
func Verify(secret, header string, body []byte, now time.Time) error {
	return VerifyWithin(Tolerance, secret, header, body, now)
}

// VerifyWithin is Verify with another tolerance, in whole seconds.
func VerifyWithin(tolerance time.Duration, secret, header string, body []byte, now time.Time) error {
	timestamp, signatures := parse(header)
	at, err := seconds(timestamp)
	if err != nil || len(signatures) == 0 {
		return ErrMalformed
	}
	// The comparison avoids a difference, which would overflow for a distant timestamp.
	if within := int64(tolerance / time.Second); at < now.Unix()-within || at > now.Unix()+within {
		return ErrStale
	}
	want := digest(secret, timestamp, body)
	for _, signature := range signatures {
		if hmac.Equal(signature, want) {
			return nil
		}
	}
	return ErrMismatch
}

// parse returns the parts of a header. Names may have any case and spaces around them and their values; parts of other
// schemes are ignored. Two different timestamps make the header malformed.
func parse(header string) (timestamp string, signatures [][]byte) {
	for _, part := range strings.Split(header, ",") {
		name, value, _ := strings.Cut(part, "=")
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "t":
			if timestamp != "" && timestamp != value {
				return "", nil
			}
			timestamp = value
		case "v1":
			if signature, err := hex.DecodeString(value); err == nil && len(signature) == sha256.Size {
				signatures = append(signatures, signature)
			}
		}
	}
	return timestamp, signatures
}

// seconds parses a timestamp and drops a fraction of a second.
func seconds(timestamp string) (int64, error) {
	whole, fraction, given := strings.Cut(timestamp, ".")
	if given && (fraction == "" || strings.Trim(fraction, "0123456789") != "") {
		return 0, ErrMalformed
	}
	return strconv.ParseInt(whole, 10, 64)
}

func digest(secret, timestamp string, body []byte) []byte {
	mac := newMAC(secret, timestamp)
	mac.Write(body)
	return mac.Sum(nil)
}

// newMAC returns the MAC of the timestamp, to which the body is to be written.
func newMAC(secret, timestamp string) hash.Hash {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + "."))
	return mac
}
