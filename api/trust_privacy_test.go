package api_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
)

var ids = regexp.MustCompile(`(vks|wf|evt|req)_[a-z2-7]{24}|eyJ[A-Za-z0-9_.-]+|"(created|updated|expires_at)":[0-9]+`)

// masked returns the status, the headers and the body of an answer without ids, secrets, times and counters.
func masked(t *testing.T, ans answer) string {
	t.Helper()
	header := ans.header.Clone()
	for _, name := range []string{"Date", "Request-Id", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"} {
		require.NotEmpty(t, header.Get(name))
		header.Del(name)
	}
	whole, err := json.Marshal(struct {
		Status int
		Header http.Header
		Body   string
	}{ans.status, header, string(ans.body)})
	require.NoError(t, err)
	return ids.ReplaceAllString(strings.ReplaceAll(string(whole), `\"`, `"`), "masked")
}

// "A failed reuse attempt (any decline reason) is internally indistinguishable from a user who has never been on the
// platform — both fall through to fresh verification with identical observable behavior." The addresses have one
// length, so that the answers have one length as well.
func TestDeclineLooksLikeAStranger(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	document := e.workflow(e.sandbox, simple("document_capture"))
	know := func(email, workflow string, consent bool) {
		s := e.verified(e.sandbox, workflow, obj{"email": email})
		if consent {
			e.isOK(e.share(s, true), 200)
		}
	}
	e.accepting(e.stranger)
	know("blocked@a.example", document, true)
	_, g := e.granted(e.stranger, obj{"email": "blocked@a.example"})
	e.isOK(e.do("POST", pathTrustGrants+"/"+g["id"].(string)+"/revoke", e.stranger.secret, nil), 200)
	know("unasked@a.example", document, false)
	know("tooweak@a.example", e.workflow(e.sandbox, simple("self_attestation")), true)
	know("elsewhr@a.example", document, true)
	know("expired@a.example", document, true)
	know("refused@a.example", document, true)
	workflow := e.workflow(e.stranger, simple("document_capture", "mdl"))
	ask := func(email, place string) string {
		ans := e.comes(e.stranger, obj{"workflow_id": workflow, "email": email, "jurisdiction": place})
		e.freshly(ans, email)
		return masked(t, ans) + e.fromEverySide(session{ans.object["id"].(string), ans.object["client_secret"].(string)})
	}
	want, elsewhere := ask("strange@a.example", "US"), ask("strange@a.example", "DE")
	for _, email := range []string{"blocked@a.example", "unasked@a.example", "tooweak@a.example"} {
		require.Equal(t, want, ask(email, "US"), email)
	}
	require.Equal(t, elsewhere, ask("elsewhr@a.example", "DE"), "of another jurisdiction")
	e.isOK(e.policy(e.stranger, obj{"accept": false}), 200)
	require.Equal(t, want, ask("refused@a.example", "US"), "the policy is off")
	e.accepting(e.stranger, obj{"max_age_days": 1})
	e.clock.Advance(25 * time.Hour)
	require.Equal(t, want, ask("refused@a.example", "US"), "too old")
	e.isOK(e.policy(e.stranger, obj{"methods": []string{"mdl"}, "max_age_days": nil}), 200)
	require.Equal(t, want, ask("refused@a.example", "US"), "another method")
	e.isOK(e.policy(e.stranger, obj{"methods": []string{}}), 200)
	e.granted(e.stranger, obj{"workflow_id": workflow, "email": "refused@a.example"}) // all else was right
	e.clock.Advance(365 * 24 * time.Hour)
	require.Equal(t, want, ask("expired@a.example", "US"), "expired")
}

// fromEverySide returns the session as its page, the public and the merchant see it, and requires that its row tells
// nothing more.
func (e *env) fromEverySide(s session) string {
	e.t.Helper()
	seen := string(e.isOK(e.do("GET", s.path(""), s.secret, nil), 200).body) +
		string(e.isOK(e.do("GET", s.path("/status"), "", nil), 200).body) +
		string(e.isOK(e.do("GET", pathSessions+"/"+s.id, e.stranger.secret, nil), 200).body)
	types, _ := e.eventsOf(e.stranger, s)
	require.Equal(e.t, []any{"verification_session.created"}, types)
	row, err := e.store.Session(e.t.Context(), e.stranger.org.ID, s.id)
	require.NoError(e.t, err)
	require.Equal(e.t, []any{(*string)(nil), (*string)(nil), (*string)(nil), (*models.ReuseRequest)(nil)},
		[]any{row.TrustGrantID, row.CredentialID, row.VerifiedPersonID, row.Reuse.V}, "no reason is recorded")
	return ids.ReplaceAllString(seen, "masked")
}

// "You can never learn anything about which other operators a user has been verified with unless the user explicitly
// tells you": two organizations try every route, cursor, filter, error and event.
func TestOrganizationsLearnNothingOfEachOther(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	source := e.shared(e.sandbox)
	e.accepting(e.stranger)
	s, g := e.granted(e.stranger)
	other := e.tenant(true)
	e.accepting(other)
	id, person := g["id"].(string), g["verified_person_id"].(string)
	for name, spy := range map[string]tenant{"the source": e.sandbox, "a third organization": other} {
		for _, o := range e.operations(pathTrustGrants + "/") {
			path := strings.Replace(o.path, ":id", id, 1)
			unknown := strings.Replace(o.path, ":id", "trg_aaaaaaaaaaaaaaaaaaaaaaaa", 1)
			failure := e.isError(e.do(o.method, path, spy.secret, nil), 404, "resource_missing", "id")
			missing := e.isError(e.do(o.method, unknown, spy.secret, nil), 404, "resource_missing", "id")
			require.Equal(t, missing["message"].(string)[:20], failure["message"].(string)[:20], name)
		}
		for _, query := range []string{
			"", "?verified_person_id=" + person, "?session_id=" + s.id, "?status=active", "?status=revoked",
			"?session_id=" + source.id, "?verified_person_id=" + person + "&status=active", "?created[gte]=1",
		} {
			require.Empty(t, e.grants(spy, query), "%s: %s", name, query)
		}
		for _, list := range []string{pathTrustGrants, pathSessions, "/v1/events", "/v1/reviews"} {
			for _, cursor := range []string{"starting_after", "ending_before"} {
				for _, foreign := range []string{id, s.id} {
					ans := e.do("GET", list+"?"+cursor+"="+foreign, spy.secret, nil)
					e.isError(ans, 400, "parameter_invalid", cursor)
				}
			}
			body := string(e.isOK(e.do("GET", list+"?limit=100", spy.secret, nil), 200).body)
			for _, secret := range []string{id, s.id, e.stranger.org.ID} {
				require.NotContains(t, body, secret, "%s: %s", name, list)
			}
		}
		require.Empty(t, in(e.isOK(e.do("GET", "/v1/events?session="+s.id, spy.secret, nil), 200).object, "data"))
		e.isError(e.do("GET", pathSessions+"/"+s.id, spy.secret, nil), 404, "session_not_found")
		require.NotContains(t, string(e.isOK(e.do("GET", pathTrustPolicy, spy.secret, nil), 200).body), e.stranger.org.ID)
	}
	require.Equal(t, g, e.grant(e.stranger, id), "nothing was revoked")

	// The organization that accepted the verification knows its source by the grant, and nothing else of it.
	for _, path := range []string{pathSessions + "/" + s.id + "?expand=results", pathSessions, s.path("")} {
		credential := e.stranger.secret
		if strings.HasPrefix(path, "/v1/verify/") {
			credential = s.secret
		}
		require.NotContains(t, string(e.isOK(e.do("GET", path, credential, nil), 200).body), e.sandbox.org.ID, path)
	}
	e.isError(e.do("GET", pathSessions+"/"+source.id, e.stranger.secret, nil), 404, "session_not_found")
}

// "You cannot enumerate which users have been verified elsewhere": a lookup does not tell of a shared verification.
func TestLookupTellsNothingOfASharedVerification(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.shared(e.sandbox)
	e.accepting(e.stranger)
	lookup := func() obj {
		return e.isOK(e.do("POST", "/v1/verified_person/lookup", e.stranger.secret, obj{"email": ada}), 200).object
	}
	require.Equal(t, false, lookup()["verified"])
	_, g := e.granted(e.stranger)
	require.Equal(t, true, lookup()["verified"], "by the credential that came with the grant")
	e.isOK(e.do("POST", pathTrustGrants+"/"+g["id"].(string)+"/revoke", e.stranger.secret, nil), 200)
	require.Equal(t, false, lookup()["verified"])
}

// "You don't see the user's name, ID document, or face image."
func TestGrantHoldsNothingPersonal(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.shared(e.sandbox, obj{
		"phone": "+14155550123", "client_reference_id": "customer-7", "metadata": obj{"name": "Ada L"},
	})
	e.accepting(e.stranger)
	s, g := e.granted(e.stranger)
	events := string(e.isOK(e.do("GET", "/v1/events?session="+s.id, e.stranger.secret, nil), 200).body)
	shown, err := json.Marshal(g)
	require.NoError(t, err)
	for _, secret := range []string{ada, "4155550123", "customer-7", "Ada L"} {
		require.NotContains(t, events+string(shown), secret)
	}
}

func TestGrantsAreListedNewestFirstInPages(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.accepting(e.stranger)
	var newest []any
	for _, name := range []string{"a", "b", "c"} {
		email := obj{"email": name + "@person.example"}
		e.shared(e.sandbox, email)
		e.clock.Advance(time.Minute)
		_, g := e.granted(e.stranger, email)
		newest = append([]any{g}, newest...)
	}
	id := func(i int) string { return in(newest[i], "id").(string) }
	first := e.isOK(e.do("GET", pathTrustGrants+"?limit=2", e.stranger.secret, nil), 200).object
	require.Equal(t, obj{"object": "list", "url": pathTrustGrants, "has_more": true, "data": newest[:2]}, first)
	require.Equal(t, newest[2:], e.grants(e.stranger, "?starting_after="+id(1)))
	require.Equal(t, newest[:1], e.grants(e.stranger, "?created[gte]="+decimal(e.clock.Now().Unix())))
	e.clock.Advance(time.Minute) // the youngest rows are not listed backwards
	require.Equal(t, newest[:1], e.grants(e.stranger, "?ending_before="+id(1)))
	e.isOK(e.do("POST", pathTrustGrants+"/"+id(1)+"/revoke", e.stranger.secret, nil), 200)
	require.Equal(t, []any{newest[0], newest[2]}, e.grants(e.stranger, "?status=active"))
	require.Equal(t, id(1), in(e.grants(e.stranger, "?status=revoked")[0], "id"))
	require.Empty(t, e.grants(e.stranger, "?verified_person_id=vp_aaaaaaaaaaaaaaaaaaaaaaaa"))
	for query, param := range map[string]string{
		"status=open": "status", "status=": "status", "status=active,revoked": "status", "person=x": "person",
		"limit=0": "limit", "limit=101": "limit", "created[gte]=x": "created[gte]", "session_id=": "session_id",
		"starting_after=trg_none": "starting_after",
	} {
		e.isError(e.do("GET", pathTrustGrants+"?"+query, e.stranger.secret, nil), 400, "parameter_invalid", param)
	}
}
