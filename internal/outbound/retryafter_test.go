package outbound_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/outbound"
)

func TestRetryAfterIsReadInEverySpelling(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 15, 12, 0, 0, 0, time.UTC)
	const years = 10 * 365 * 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"120": 2 * time.Minute, " 120 ": 2 * time.Minute, "000120": 2 * time.Minute, "120.0": 2 * time.Minute,
		"0.2": time.Second, "1.5": 2 * time.Second, "0": 0, "99999999999999999999999": years,
		"Sun, 15 Nov 2026 12:08:00 GMT":   8 * time.Minute, // the preferred form
		"Sunday, 15-Nov-26 12:08:00 GMT":  8 * time.Minute, // RFC 850
		"Sun Nov 15 12:08:00 2026":        8 * time.Minute, // asctime
		"Sun, 15 Nov 2026 12:08:00 UTC":   8 * time.Minute,
		"Sun, 15 Nov 2026 13:08:00 +0100": 8 * time.Minute,
		"Mon, 02 Jan 2006 15:04:05 GMT":   0,
		"Fri, 01 Jan 9999 00:00:00 GMT":   years,
		"":                                0, "-1": 0, "+5": 0, "1e3": 0, "5s": 0, ".5": 0, "5.": 0, "soon": 0, "0x10": 0,
	} {
		for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
			response := &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {text}}}
			require.Equal(t, want, outbound.RetryAfter(response, now), "%d %q", status, text)
		}
	}
}

func TestRetryAfterIsTheFirstValidLine(t *testing.T) {
	t.Parallel()
	response := &http.Response{
		StatusCode: http.StatusTooManyRequests,
		Header:     http.Header{"Retry-After": {"soon", "7", "9"}},
	}
	require.Equal(t, 7*time.Second, outbound.RetryAfter(response, time.Now()))
}

func TestRetryAfterIsOnlyReadFromOverloadedServers(t *testing.T) {
	t.Parallel()
	for _, status := range []int{
		http.StatusOK, http.StatusFound, http.StatusRequestTimeout, http.StatusInternalServerError,
	} {
		response := &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {"7"}}}
		require.Zero(t, outbound.RetryAfter(response, time.Now()), status)
	}
}
