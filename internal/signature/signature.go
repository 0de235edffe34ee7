// Package signature signs what Stile sends to customers' servers, and checks what they sign: HMAC-SHA256 over
// "{timestamp}.{body}", keyed with a secret that both sides know. The documentation describes it under "Webhook
// Signature Verification".
package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"
)

// Header carries the signature: "t={Unix seconds},v1={hex}".
const Header = "Stile-Signature"

// HeaderNext carries a second signature while a secret is being rotated: with the new secret, as Header stays with the
// old one.
const HeaderNext = "Stile-Signature-Next"

// Tolerance is how far the timestamp of a signature may be from now, either way.
const Tolerance = 5 * time.Minute

// Why a signature does not count.
var (
	ErrMalformed = errors.New(`the signature is not "t={Unix seconds},v1={hex}"`)
	ErrStale     = errors.New("the signature's timestamp is too far from now")
	ErrMismatch  = errors.New("the signature does not match the body")
)

// Sign makes the value of the header.
func Sign(secret string, at time.Time, body []byte) string {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	return "t=" + timestamp + ",v1=" + hex.EncodeToString(digest(secret, timestamp, body))
}

// Join makes one value of a header that came on several lines, as RFC 9110 has it.
func Join(lines []string) string { return strings.Join(lines, ",") }

// Verify checks the value of a header. Of several v1 one has to match.
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
	// Compared, and not subtracted: a difference would overflow on a timestamp from far away.
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

// parse reads the parts of a header. Names in any letter case, spaces around them and around values, and parts of
// other schemes are allowed. Two timestamps that differ are none.
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

// seconds reads a timestamp. A fraction of a second makes no difference.
func seconds(timestamp string) (int64, error) {
	whole, fraction, given := strings.Cut(timestamp, ".")
	if given && (fraction == "" || strings.Trim(fraction, "0123456789") != "") {
		return 0, ErrMalformed
	}
	return strconv.ParseInt(whole, 10, 64)
}

func digest(secret, timestamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	return mac.Sum(nil)
}
