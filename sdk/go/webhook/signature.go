package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// verifyHeader checks the value of a signature header, "t={Unix seconds},v1={hex}": HMAC-SHA256 over
// "{timestamp}.{body}", keyed with the secret. If the header has several v1 signatures, one of them must match. It
// returns the code of a refusal, or "".
func verifyHeader(header string, body []byte, secret string, tolerance time.Duration, now time.Time) Code {
	timestamp, signatures := parseHeader(header)
	at, valid := secondsOf(timestamp)
	if !valid || len(signatures) == 0 {
		return CodeInvalidHeader
	}
	// The comparison avoids a difference, which would overflow for a distant timestamp.
	if within := int64(tolerance / time.Second); at < now.Unix()-within || at > now.Unix()+within {
		return CodeTimestampExpired
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	want := mac.Sum(nil)
	for _, signature := range signatures {
		if hmac.Equal(signature, want) {
			return ""
		}
	}
	return CodeSignatureMismatch
}

// parseHeader returns the parts of a header. Names may have any case and spaces around them and their values; parts of
// other schemes are ignored. Two different timestamps make the header invalid.
func parseHeader(header string) (timestamp string, signatures [][]byte) {
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

// secondsOf parses a timestamp and drops a fraction of a second.
func secondsOf(timestamp string) (seconds int64, valid bool) {
	whole, fraction, given := strings.Cut(timestamp, ".")
	if given && (fraction == "" || strings.Trim(fraction, "0123456789") != "") {
		return 0, false
	}
	seconds, err := strconv.ParseInt(whole, 10, 64)
	return seconds, err == nil
}
