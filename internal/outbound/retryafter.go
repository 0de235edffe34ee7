package outbound

import (
	"net/http"
	"strings"
	"time"
)

// longestRetryAfter stands for every wait that is longer: whoever honours one bounds it much lower.
const longestRetryAfter = 10 * 365 * 24 * time.Hour

// retryDates are the layouts of a date in Retry-After besides those of RFC 9110.
var retryDates = []string{time.RFC1123, time.RFC1123Z}

// RetryAfter is how long a server that is overloaded (429 or 503) asks to be left alone. It reads seconds, with or
// without a fraction, and dates in each form of RFC 9110. It returns 0 where the server does not say, or says something
// else, or names a moment that is over.
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

// delaySeconds reads a number of seconds. A part of a second counts as a whole one.
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
