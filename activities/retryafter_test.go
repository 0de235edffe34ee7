package activities_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
)

func TestAnOverloadedReceiverIsLeftAloneForLonger(t *testing.T) {
	t.Parallel()
	later := testkit.NewClock().Now().Add(8 * time.Minute).Format(http.TimeFormat)
	for name, c := range map[string]struct {
		status int
		asked  string
		wait   time.Duration
	}{
		"429, in seconds":    {http.StatusTooManyRequests, "420", 7 * time.Minute},
		"503, until a date":  {http.StatusServiceUnavailable, later, 8 * time.Minute},
		"503, for a day":     {http.StatusServiceUnavailable, "86400", 10 * time.Minute},
		"503, too little":    {http.StatusServiceUnavailable, "1", 5 * time.Minute},
		"503, in the past":   {http.StatusServiceUnavailable, "Mon, 02 Jan 2006 15:04:05 GMT", 5 * time.Minute},
		"503, nonsense":      {http.StatusServiceUnavailable, "-1", 5 * time.Minute},
		"503, without a say": {http.StatusServiceUnavailable, "", 5 * time.Minute},
		"500 has no say":     {http.StatusInternalServerError, "420", 5 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPost(t)
			receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if c.asked != "" {
					w.Header().Set("Retry-After", c.asked)
				}
				w.WriteHeader(c.status)
			}))
			t.Cleanup(receiver.Close)
			delivery := p.attempt(t, receiver.URL)
			require.Equal(t, c.wait, delivery.NextAttemptAt.Sub(p.clock.Now()))
		})
	}
}
