package mail_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/mail"
)

func get(t *testing.T, i *mail.Inbox, change func(r *http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:8080"+mail.InboxPath, http.NoBody)
	r.RemoteAddr = "127.0.0.1:50000"
	change(r)
	w := httptest.NewRecorder()
	i.Beside(http.NotFoundHandler()).ServeHTTP(w, r)
	return w
}

func TestInboxShowsMailsNewestFirstAndKeepsABoundedNumber(t *testing.T) {
	t.Parallel()
	var i mail.Inbox
	for n := range 150 {
		m := letter(t, mail.Letter{})
		m.ID = fmt.Sprintf("ml_%d", n)
		require.NoError(t, i.Send(t.Context(), m))
		require.NoError(t, i.Send(t.Context(), m)) // a repeated message
	}
	w := get(t, &i, func(r *http.Request) { r.URL.Path = mail.InboxJSONPath })
	require.Equal(t, http.StatusOK, w.Code)
	var list struct {
		Data []struct{ ID, To, Subject, Text, HTML string }
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &list))
	require.Len(t, list.Data, 100)
	require.Equal(t, "ml_149", list.Data[0].ID)
	require.Equal(t, "ml_50", list.Data[99].ID)
	require.Equal(t, "alice@example.com", list.Data[0].To)
	require.Contains(t, list.Data[0].Text, "012345")
}

func TestInboxEscapesMarkupInMails(t *testing.T) {
	t.Parallel()
	var i mail.Inbox
	m := letter(t, mail.Letter{})
	m.Subject, m.Text, m.HTML = "<script>1</script>", "<script>2</script>", `"></iframe><script>3</script>`
	require.NoError(t, i.Send(t.Context(), m))
	w := get(t, &i, func(*http.Request) {})
	require.Equal(t, http.StatusOK, w.Code)
	require.NotContains(t, w.Body.String(), "<script")
	require.Contains(t, w.Body.String(), "<iframe sandbox ")
	require.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'none'")
}

func TestInboxIsShownToThisMachineOnly(t *testing.T) {
	t.Parallel()
	var i mail.Inbox
	for name, c := range map[string]struct {
		change func(r *http.Request)
		status int
	}{
		"this machine": {func(*http.Request) {}, http.StatusOK},
		"this machine over IPv6": {
			func(r *http.Request) { r.RemoteAddr, r.Host = "[::1]:5", "[::1]:8080" }, http.StatusOK,
		},
		"localhost":                      {func(r *http.Request) { r.Host = "localhost:8080" }, http.StatusOK},
		"the head alone":                 {func(r *http.Request) { r.Method = http.MethodHead }, http.StatusOK},
		"another machine":                {func(r *http.Request) { r.RemoteAddr = "192.0.2.1:5" }, http.StatusNotFound},
		"a name that resolves to itself": {func(r *http.Request) { r.Host = "evil.example:8080" }, http.StatusNotFound},
		"another path":                   {func(r *http.Request) { r.URL.Path = "/dev/mail/" }, http.StatusNotFound},
		"another method":                 {func(r *http.Request) { r.Method = http.MethodPost }, http.StatusNotFound},
	} {
		require.Equal(t, c.status, get(t, &i, c.change).Code, name)
	}
}
