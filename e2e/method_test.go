package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/methodtest"
	"github.com/stile-id/stile/rules"
)

// The method is in the registry and in nothing else.
func TestRegisteredMethodVerifiesASession(t *testing.T) {
	t.Parallel()
	for name, database := range backends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := emptyStack(t, database(t))
			toy := &methodtest.Enrolment{}
			s.serve(t, app.Options{API: true, Worker: true, Migrate: true, Methods: []methods.Method{toy.Method()}})
			m := s.live(t, simple(rules.MethodStudent, rules.MethodMDL))
			m.post(t, "/v1/webhook_endpoints", body{
				"url": "https://127.0.0.1:8443/hook", "enabled_events": []string{"session_review.flagged"},
			}).expect(t, 201)
			for way, finish := range map[string]func(t *testing.T, s session, challenge answer){
				"the device submits": deviceSubmits, "the school replies": schoolReplies, "a browser comes back": browserComesBack,
			} {
				t.Run(way, func(t *testing.T) {
					v := m.create(t, nil)
					require.Equal(t, []any{"student"}, v.get(t).at("methods"), "any_of leaves out what nothing serves")
					v.open(t)
					challenge := v.user.post(t, v.verify("/methods/student/begin"), nil).expect(t, 201)
					finish(t, v, challenge)
					v.until(t, "verified")
					require.Equal(t, "student", v.get(t).at("verification_path"))
					v.user.post(t, v.verify("/methods/student/begin"), nil).refused(t, 409, "session_terminal")
					require.NotContains(t, string(v.get(t).raw), methodtest.Nonce)
				})
			}
		})
	}
}

// uploads sends a file for the session's next attempt.
func (s session) uploads(t *testing.T, method, content string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		s.user.base+s.verify("/uploads?method="+method), strings.NewReader(content))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+s.user.credential)
	request.Header.Set("Content-Type", "application/octet-stream")
	response, err := s.user.http.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	a, err := read(response)
	require.NoError(t, err)
	return a
}

func deviceSubmits(t *testing.T, s session, challenge answer) {
	t.Helper()
	photo := s.uploads(t, "student", methodtest.Photo).expect(t, 201)
	require.Equal(t, "image/png", photo.text("media_type"))
	unchecked := s.user // the document describes no submission to a method of tests
	unchecked.http = http.DefaultClient
	unchecked.post(t, s.verify("/methods/student"), body{
		"challenge": challenge.text("id"), "nonce": challenge.at("data", "nonce"), "photo": photo.text("id"),
	}).expect(t, 202)
}

func schoolReplies(t *testing.T, s session, challenge answer) {
	t.Helper()
	where, _ := challenge.at("data", "confirm").(string)
	require.True(t, strings.HasPrefix(where, s.user.base+"/v1/methods/student/confirm/mch_"))
	for try := range 2 { // the second is a repeat
		response, err := s.user.http.PostForm(where, url.Values{"enrolled": {"yes"}})
		require.NoError(t, err)
		a, err := read(response)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		if try == 0 {
			a.expect(t, 200)
		}
		switch a.status { // the verdict may come before the repeat: then the challenge is gone, or the session has ended
		case http.StatusNotFound:
			a.refused(t, 404, "resource_missing")
			return
		case http.StatusConflict:
			a.refused(t, 409, "session_terminal")
			return
		}
		require.Equal(t, "school", a.expect(t, 200).text("thanks"))
	}
}

func browserComesBack(t *testing.T, s session, challenge answer) {
	t.Helper()
	browser := *s.user.http
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c := client{base: s.user.base, http: &browser}
	at := "/v1/methods/student/return?state=" + challenge.text("id")
	require.Equal(t, "https://shop.example/no", c.get(t, at).expect(t, 303).header.Get("Location"))
	require.Equal(t, "https://shop.example/yes", c.get(t, at+"&enrolled=yes").expect(t, 303).header.Get("Location"))
}
