package outbound

import (
	"net/http"
	"strings"
	"time"
)

// longestRetryAfter replaces longer waits. Callers limit waits to far less.
const longestRetryAfter = 10 * 365 * 24 * time.Hour

// retryDates are layouts of a date in Retry-After in addition to those of RFC 9110.
var retryDates = []string{time.RFC1123, time.RFC1123Z}

// RetryAfter returns how long an overloaded server (429 or 503) asks clients to wait. It reads seconds, with or without
// a fraction, and dates in each form of RFC 9110. It returns 0 if the header is missing or malformed, or names a time
// in the past.
func RetryAfter(response *http.Response, now time.Time) time.Duration {
	if response.StatusCode != http.StatusTooManyRequests && response.StatusCode != http.StatusServiceUnavailable {
		return 0
	}
	for _, line := range response.Header.Values("Retry-After") {
		line = strings.TrimSpace(line)
		if wait, ok := delaySeconds(line); ok {
			return wait
		}
		if at, ok := retryDate(line); ok {
			return min(max(at.Sub(now), 0), longestRetryAfter)
		}
	}
	return 0
}

// delaySeconds parses a number of seconds and rounds it up.
func delaySeconds(text string) (time.Duration, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	if whole == "" || strings.Trim(whole+fraction, "0123456789") != "" || strings.HasSuffix(text, ".") {
		return 0, false
	}
	seconds, most := int64(0), int64(longestRetryAfter/time.Second)
	for _, digit := range whole {
		if seconds = seconds*10 + int64(digit-'0'); seconds > most {
			return longestRetryAfter, true
		}
	}
	if strings.Trim(fraction, "0") != "" {
		seconds++
	}
	return time.Duration(seconds) * time.Second, true
}

func retryDate(text string) (time.Time, bool) {
	if at, err := http.ParseTime(text); err == nil {
		return at, true
	}
	for _, layout := range retryDates {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
