package e2e

import (
	"encoding/json"
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
)

// mailTo waits for a mail in the inbox beside the API whose text matches, and returns the groups of the newest.
func (s session) mailTo(t *testing.T, email string, text *regexp.Regexp) (groups []string) {
	t.Helper()
	testkit.Eventually(t, func() bool {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.user.base+"/dev/mail.json", http.NoBody)
		require.NoError(t, err)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		defer func() { require.NoError(t, response.Body.Close()) }()
		var inbox struct{ Data []struct{ To, Text string } }
		require.NoError(t, json.NewDecoder(response.Body).Decode(&inbox))
		for _, one := range inbox.Data {
			found := text.FindStringSubmatch(one.Text)
			if one.To == email && found != nil {
				groups = found[1:]
				return true
			}
		}
		return false
	})
	return groups
}

var mailedDigits = regexp.MustCompile(`\b(\d{6})\b`)

// mailedCode waits for a mail with a code, and returns the code.
func (s session) mailedCode(t *testing.T, email string) string {
	t.Helper()
	return s.mailTo(t, email, mailedDigits)[0]
}
