package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/rules/graph"
)

// revokedBy requires that a grant is revoked for a reason, and that its session's last events say so.
func (e *env) revokedBy(of tenant, s session, before obj, reason string, events ...any) {
	e.t.Helper()
	want := obj{}
	for key, value := range before {
		want[key] = value
	}
	want["revoked_at"], want["revoked_reason"] = e.clock.Now().UTC().Format(time.RFC3339), reason
	require.Equal(e.t, want, e.grant(of, before["id"]))
	types, objects := e.eventsOf(of, s)
	require.Equal(e.t, events, types[len(types)-len(events):])
	for i := range events {
		require.Equal(e.t, want, objects[len(objects)-1-i])
	}
}

// "Revoking marks the grant as revoked in our ledger, fires trust_reuse_grant.revoked to your webhook endpoint, and
// does not invalidate any verification sessions already marked verified. Future reuse with this person won't fire."
func TestOrganizationRevokesAGrant(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.hook(e.stranger)
	e.shared(e.sandbox)
	e.accepting(e.stranger)
	s, g := e.granted(e.stranger)
	token := e.token(s)
	e.clock.Advance(time.Hour)
	path := pathTrustGrants + "/" + g["id"].(string) + "/revoke"
	e.isError(e.do("POST", path, e.stranger.secret, obj{"reason": "x"}), 400, "parameter_invalid", "reason")
	told := len(e.temporal.all())
	revoked := e.isOK(e.do("POST", path, e.stranger.secret, nil), 200).object
	e.revokedBy(e.stranger, s, g, "TARGET_OPERATOR_REVOKED", "trust_reuse_grant.revoked")
	require.Len(t, e.temporal.all(), told+1, "its event is delivered at once")
	require.Equal(t, [3]string{"trust_reuse_grant.revoke", e.stranger.keyID, g["id"].(string)},
		e.audited(e.stranger)[2])
	require.Equal(t, "verified", e.shown(e.stranger, s)["status"], "the session is a fact of the past")

	before := e.rows()
	e.clock.Advance(time.Hour)
	require.Equal(t, revoked, e.isOK(e.do("POST", path, e.stranger.secret, "{}"), 200).object, "a repeat")
	require.Equal(t, before, e.rows())

	e.freshly(e.comes(e.stranger), "the person is blocked")
	e.isError(e.comes(e.stranger, obj{"vp_token": token}), 400, "vp_token_invalid")
	e.isError(e.comes(e.stranger, obj{"accept_existing": true}), 400, "no_matching_vp")
	e.shared(e.sandbox)
	e.freshly(e.comes(e.stranger), "a new verification does not lift the block")
	require.Empty(t, e.grants(e.stranger, "?status=active"))
	require.Equal(t, []any{revoked}, e.grants(e.stranger, "?status=revoked"))
}

// A person who is verified anew by the organization itself is known to it again.
func TestBlockedPersonIsVerifiedAnew(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.shared(e.sandbox)
	e.accepting(e.stranger)
	_, g := e.granted(e.stranger)
	e.isOK(e.do("POST", pathTrustGrants+"/"+g["id"].(string)+"/revoke", e.stranger.secret, nil), 200)
	e.verified(e.stranger, e.workflow(e.stranger, simple("document_capture")), obj{"email": ada})
	e.stands(e.comes(e.stranger, obj{"accept_existing": true}), "verified", "returning_user")
}

// "One click revokes the specific grant, with no login, no password, no account page."
func TestLinkOfTheMailRevokesTheGrantOnce(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.shared(e.sandbox)
	e.accepting(e.stranger)
	s, g := e.granted(e.stranger)
	token := link(e.notices(e.stranger)[0].Values["revoke"])
	shown := e.looksAt(token)
	require.Equal(t, obj{
		"object": "trust_reuse_link", "scope": "grant", "organization": "Shop & Co", "granted_at": g["granted_at"],
		"open": true,
	}, shown, "the page names the organization that accepted it, and nothing else")
	require.Equal(t, shown, e.looksAt(token), "to look changes nothing")
	require.Equal(t, g, e.grant(e.stranger, g["id"]))

	e.clock.Advance(time.Second)
	shown["open"] = false
	require.Equal(t, shown, e.follows(token))
	e.revokedBy(e.stranger, s, g, "USER_REVOKED", "trust_reuse_grant.revoked")
	before := e.rows()
	require.Equal(t, shown, e.follows(token))
	require.Equal(t, shown, e.looksAt(token))
	require.Equal(t, before, e.rows(), "a link works once")
	require.Equal(t, [3]string{"trust_reuse_grant.revoke", "user", g["id"].(string)}, e.audited(e.stranger)[2])
	e.freshly(e.comes(e.stranger), "the person is blocked")
	require.Equal(t, 0, e.revocations(), "other organizations keep their grants")
}

// "They can also revoke all sharing from the same email to pull consent platform-wide." "Sent to every operator
// currently holding a derived grant."
func TestLinkOfTheMailEndsAllSharingOnce(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.sandbox, e.live = e.tenant(true), e.tenant(true) // the source, and a second organization that accepts
	source := e.shared(e.sandbox)
	e.accepting(e.stranger)
	e.accepting(e.live)
	here, first := e.granted(e.stranger)
	there, second := e.granted(e.live)
	token := link(e.notices(e.stranger)[0].Values["revoke_all"])
	require.Equal(t, []any{"all", true}, []any{e.looksAt(token)["scope"], e.looksAt(token)["open"]})
	require.Equal(t, false, e.follows(token)["open"])
	require.Equal(t, false, in(e.view(source), "trust_reuse", "consent"), "the consent ends at once")
	another := e.tenant(true)
	e.accepting(another)
	e.freshly(e.comes(another), "before the grants are revoked")

	e.clock.Advance(time.Second)
	require.Equal(t, 2, e.revocations())
	events := []any{"trust_reuse_grant.revoked", "trust_reuse_consent.revoked_by_user"}
	e.revokedBy(e.stranger, here, first, "USER_REVOKED_CONSENT", events...)
	e.revokedBy(e.live, there, second, "USER_REVOKED_CONSENT", events...)
	e.freshly(e.comes(e.stranger), "nothing is shared")

	before := e.rows()
	require.Equal(t, false, e.follows(token)["open"])
	require.Equal(t, before, e.rows())
	e.isOK(e.share(source, true), 200)
	require.Equal(t, false, e.follows(token)["open"], "an old link does not end a new consent")
	require.Equal(t, true, in(e.view(source), "trust_reuse", "consent"))
	e.granted(e.stranger)
}

// "USER_REVOKED_CONSENT — the user pulled all sharing": also on the screen on which the consent was given.
func TestWithdrawnConsentRevokesItsGrants(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	source := e.shared(e.sandbox)
	e.accepting(e.stranger)
	s, g := e.granted(e.stranger)
	e.clock.Advance(time.Second)
	e.isOK(e.share(source, false), 200)
	require.Equal(t, 1, e.revocations())
	e.revokedBy(e.stranger, s, g, "USER_REVOKED_CONSENT",
		"trust_reuse_grant.revoked", "trust_reuse_consent.revoked_by_user")
	require.Equal(t, "trust_reuse_consent.revoke", e.audited(e.sandbox)[1][0])
}

// "The source operator revokes the credential → we cascade-revoke all derived grants → you receive
// trust_reuse_grant.revoked with reason SOURCE_CREDENTIAL_REVOKED."
func TestRejectedReviewAtTheSourceRevokesTheGrants(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust, behind)
	source := e.shared(e.sandbox, obj{
		"jurisdiction": nil, "client_ip": "198.51.100.8", "delivery_jurisdiction": "US-CA",
	})
	require.Equal(t, "pending", in(e.shown(e.sandbox, source), "review", "status"))
	e.accepting(e.stranger, obj{"same_jurisdiction": false})
	s, g := e.granted(e.stranger)
	e.decide(source, "reject", "kim", 200)
	e.freshly(e.comes(e.stranger), "the verification is revoked at once")
	e.clock.Advance(time.Second)
	require.Equal(t, 1, e.revocations())
	e.revokedBy(e.stranger, s, g, "SOURCE_CREDENTIAL_REVOKED", "trust_reuse_grant.revoked")
	require.Equal(t, "verified", e.shown(e.stranger, s)["status"])
	require.Equal(t, obj{"available": false, "consent": false}, e.view(source)["trust_reuse"])
	e.shared(e.sandbox)
	e.granted(e.stranger) // nobody blocked the person
}

// A reviewer of the organization that accepted the verification may reject its session.
func TestRejectedReviewOfAGrantedSessionRevokesTheGrant(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust, behind)
	source := e.shared(e.stranger)
	e.accepting(e.sandbox, obj{"same_jurisdiction": false})
	s, g := e.granted(e.sandbox, obj{
		"jurisdiction": nil, "client_ip": "198.51.100.8", "delivery_jurisdiction": "US-CA",
	})
	e.decide(s, "reject", "kim", 200)
	require.Equal(t, "TARGET_OPERATOR_REVOKED", e.grant(e.sandbox, g["id"])["revoked_reason"])
	require.Equal(t, true, in(e.view(source), "trust_reuse", "consent"), "the user's consent stands")
	e.freshly(e.comes(e.sandbox), "the person is blocked")
}

// A grant ends with the verification, and the person is verified anew.
func TestGrantEndsWithItsVerification(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.shared(e.sandbox)
	e.accepting(e.stranger)
	e.clock.Advance(300 * 24 * time.Hour)
	_, g := e.granted(e.stranger)
	require.Equal(t, e.clock.Now().UTC().AddDate(0, 0, 65).Format(time.RFC3339), g["expires_at"], "it is no younger")
	token := link(e.notices(e.stranger)[0].Values["revoke"])
	e.clock.Advance(65*24*time.Hour + time.Second)
	e.freshly(e.comes(e.stranger), "expired")
	require.Equal(t, false, e.looksAt(token)["open"])
}

func TestForgedLinkIsRefused(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.shared(e.sandbox)
	e.accepting(e.stranger)
	_, g := e.granted(e.stranger)
	values := e.notices(e.stranger)[0].Values
	one, all := link(values["revoke"]), link(values["revoke_all"])
	id := g["id"].(string)
	for _, path := range []string{pathTrustLink, pathTrustLink + "/revoke"} {
		for _, forged := range []string{
			"x", id, id + ".one.", id + ".all." + one[len(id)+5:], id + ".one." + all[len(id)+5:], one[:len(one)-1],
			one + "A", "trg_aaaaaaaaaaaaaaaaaaaaaaaa" + one[len(id):], values["revoke"], text(500),
		} {
			failure := e.isError(e.do("POST", path, "", obj{"token": forged}), 400, "parameter_invalid", "token")
			require.NotContains(t, failure["message"], "Shop")
		}
		for body, param := range map[string]string{
			`{}`: "token", `{"token":null}`: "token", `{"token":""}`: "token", `{"token":7}`: "token",
			`{"token":"x","all":true}`: "all",
		} {
			e.isError(e.do("POST", path, "", body), 400, "parameter_invalid", param)
		}
		e.isError(e.do("POST", path, "", obj{"token": text(501)}), 400, "parameter_invalid", "token")
		require.Equal(t, 405, e.do("GET", path, "", nil).status, "a scanner of mails follows links by GET")
	}
	require.Equal(t, g, e.grant(e.stranger, id))
	require.NotContains(t, e.log.String(), one)
}

// The routes of links are open, so their callers are counted by address.
func TestLinksAreLimitedByAddress(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail, func(o *api.Options) { o.Config.RateLimitAddress = 4 })
	for _, path := range []string{pathTrustLink, pathTrustLink + "/revoke", pathTrustLink, pathTrustLink + "/revoke"} {
		e.isError(e.do("POST", path, "", obj{"token": "x"}), 400, "parameter_invalid", "token")
	}
	e.isError(e.do("POST", pathTrustLink, "", obj{"token": "x"}), 429, "rate_limit_exceeded")
	e.isError(e.do("POST", pathTrustLink+"/revoke", "", obj{"token": "x"}), 429, "rate_limit_exceeded")
}

// The page of a link has the origin of the API. No other page reads the answer, or sends the request with JSON.
func TestPagesOfOtherOriginsCannotReadLinks(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	ans := e.do("POST", pathTrustLink, "", obj{"token": "x"}, "Origin", "https://evil.example")
	require.Empty(t, ans.header.Get("Access-Control-Allow-Origin"))
	e.client = e.unchecked
	preflight := e.do("OPTIONS", pathTrustLink, "", nil,
		"Origin", "https://evil.example", "Access-Control-Request-Method", "POST")
	require.Empty(t, preflight.header.Get("Access-Control-Allow-Origin"))
}

// A key of idempotency replays the answer, and stores no token.
func TestLinkIsFollowedOnceUnderItsKey(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.shared(e.sandbox)
	e.accepting(e.stranger)
	e.granted(e.stranger)
	body := obj{"token": link(e.notices(e.stranger)[0].Values["revoke"])}
	first := e.isOK(e.do("POST", pathTrustLink+"/revoke", "", body, "Idempotency-Key", "k"), 200)
	again := e.isOK(e.do("POST", pathTrustLink+"/revoke", "", body, "Idempotency-Key", "k"), 200)
	require.Equal(t, first.body, again.body)
	require.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	other := e.do("POST", pathTrustLink+"/revoke", "", obj{"token": "x"}, "Idempotency-Key", "k")
	e.isError(other, 400, "parameter_invalid", "token")
}

// A blocked person passes as anybody else does.
func TestBlockedPersonPassesBySubmission(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.shared(e.stranger)
	e.accepting(e.sandbox)
	_, g := e.granted(e.sandbox)
	e.isOK(e.do("POST", pathTrustGrants+"/"+g["id"].(string)+"/revoke", e.sandbox.secret, nil), 200)
	created := e.isOK(e.comes(e.sandbox), 201).object
	s := session{id: created["id"].(string), secret: created["client_secret"].(string)}
	e.submit(s, "self_attestation", graph.OutcomePassed)
	require.Equal(t, []any{"verified", "self_attestation"},
		[]any{e.shown(e.sandbox, s)["status"], e.shown(e.sandbox, s)["verification_path"]})
}
