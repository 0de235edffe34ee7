package api_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

const (
	pathTrustPolicy = "/v1/trust_reuse/policy"
	pathTrustGrants = "/v1/trust_reuse/grants"
	pathTrustLink   = "/v1/trust_reuse/link"
)

// withTrust has the API send mails, and lets a test make many calls.
func withTrust(o *api.Options) {
	withMail(o)
	manyCalls(o)
}

// behind has the API believe the headers of a proxy on this machine.
func behind(o *api.Options) { o.Config.TrustedProxies, o.Locator = []string{"127.0.0.1"}, known }

// policy changes the policy of a tenant.
func (e *env) policy(of tenant, change obj) answer {
	e.t.Helper()
	return e.do("PATCH", pathTrustPolicy, of.secret, change)
}

// accepting switches the acceptance of shared verifications on.
func (e *env) accepting(of tenant, more ...obj) {
	e.t.Helper()
	change := obj{"accept": true, "liability_acknowledged": true}
	for _, extra := range more {
		for key, value := range extra {
			change[key] = value
		}
	}
	e.isOK(e.policy(of, change), 200)
}

// share sends the user's consent, or its withdrawal.
func (e *env) share(s session, consent bool) answer {
	e.t.Helper()
	return e.do("POST", s.path("/trust_reuse"), s.secret, obj{"consent": consent})
}

// shared verifies Ada at a tenant by document_capture in the US, and has her share the verification.
func (e *env) shared(of tenant, more ...obj) session {
	e.t.Helper()
	s := e.verified(of, e.workflow(of, simple("document_capture")), append([]obj{{"email": ada}}, more...)...)
	require.Equal(e.t, obj{"object": "trust_reuse_consent", "consent": true}, e.isOK(e.share(s, true), 200).object)
	return s
}

// comes creates a session for Ada at a tenant, by the server of the tenant, and returns the answer.
func (e *env) comes(to tenant, more ...obj) answer {
	e.t.Helper()
	asked := obj{"email": ada}
	for _, extra := range more {
		for key, value := range extra {
			asked[key] = value
		}
	}
	workflow, given := asked["workflow_id"].(string)
	if !given {
		workflow = e.anyMethod(to)
	}
	return e.asks(to, workflow, asked)
}

// granted creates a session that a shared verification verifies, and returns it with its grant.
func (e *env) granted(to tenant, more ...obj) (session, obj) {
	e.t.Helper()
	created := e.stands(e.comes(to, more...), "verified", "trust_reuse")
	s := session{id: created["id"].(string), secret: created["client_secret"].(string)}
	grants := e.grants(to, "?session_id="+s.id)
	require.Len(e.t, grants, 1)
	return s, grants[0].(obj)
}

// freshly requires that a session of Ada begins as that of a stranger.
func (e *env) freshly(ans answer, why string) {
	e.t.Helper()
	created := e.isOK(ans, 201).object
	require.Equal(e.t, []any{"created", nil, nil, false}, []any{
		created["status"], created["verification_path"], created["verified_person_id"], created["requires_email_otp"],
	}, why)
}

func (e *env) grants(of tenant, query string) []any {
	e.t.Helper()
	list, _ := e.isOK(e.do("GET", pathTrustGrants+query, of.secret, nil), 200).object["data"].([]any)
	return list
}

func (e *env) grant(of tenant, id any) obj {
	e.t.Helper()
	return e.isOK(e.do("GET", pathTrustGrants+"/"+id.(string), of.secret, nil), 200).object
}

// eventsOf returns the types and the objects of a session's events, the oldest first.
func (e *env) eventsOf(of tenant, s session) (types, objects []any) {
	e.t.Helper()
	list := e.isOK(e.do("GET", "/v1/events?limit=100&session="+s.id, of.secret, nil), 200).object["data"].([]any)
	for _, event := range list {
		types = append([]any{in(event, "type")}, types...)
		objects = append([]any{in(event, "data", "object")}, objects...)
	}
	return types, objects
}

// audited returns the actions of the audit log about trust reuse, the oldest first, with actors and targets.
func (e *env) audited(of tenant) (entries [][3]string) {
	e.t.Helper()
	rows, _, err := e.store.AuditLog(e.t.Context(), of.org.ID, store.Page{Limit: 100})
	require.NoError(e.t, err)
	for _, row := range rows {
		if strings.HasPrefix(row.Action, "trust_reuse") {
			entries = append([][3]string{{row.Action, row.Actor, row.Target}}, entries...)
		}
	}
	return entries
}

// revocations carries out the runs that were started for ended consents, and returns how many grants they revoked.
func (e *env) revocations() (grants int) {
	e.t.Helper()
	for _, note := range e.temporal.all() {
		id, found := strings.CutPrefix(note, "consent ")
		if !found {
			continue
		}
		for _, of := range []tenant{e.sandbox, e.live, e.stranger} {
			ref := models.ConsentRef{OrgID: of.org.ID, ConsentID: id}
			batch, err := e.store.Across().RevokeGrants(context.WithoutCancel(e.t.Context()), ref, 100)
			require.NoError(e.t, err)
			require.True(e.t, batch.Done)
			grants += batch.Grants
		}
	}
	return grants
}

// notices returns the values of the mails about grants that a tenant's sessions caused.
func (e *env) notices(of tenant) (mails []models.MailContent) {
	e.t.Helper()
	for _, mail := range e.mails(of) {
		if mail.Values["revoke"] != "" {
			mails = append(mails, mail)
		}
	}
	return mails
}

// link returns the token in the fragment of a link.
func link(url string) string {
	_, token, _ := strings.Cut(url, "#")
	return token
}

func (e *env) follows(token string) obj {
	e.t.Helper()
	return e.isOK(e.do("POST", pathTrustLink+"/revoke", "", obj{"token": token}), 200).object
}

func (e *env) looksAt(token string) obj {
	e.t.Helper()
	return e.isOK(e.do("POST", pathTrustLink, "", obj{"token": token}), 200).object
}

// "The session is created with status: verified immediately. The standard verification_session.verified webhook fires.
// Optionally, you also receive a trust_reuse_grant.created webhook."
func TestSharedVerificationVerifiesASessionAtItsCreation(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	source := e.shared(e.sandbox)
	e.accepting(e.stranger)
	e.clock.Advance(24 * time.Hour)
	s, g := e.granted(e.stranger, obj{"email": "ADA@Person.example"})
	row := e.shown(e.stranger, s)
	require.Equal(t, "trust_reuse", row["verification_path"])
	person := e.shown(e.sandbox, source)["verified_person_id"]
	require.Equal(t, person, row["verified_person_id"])
	day := e.clock.Now().UTC().Truncate(time.Second)
	require.Equal(t, obj{
		"object": "trust_reuse_grant", "id": g["id"], "source_org_id": e.sandbox.org.ID, "target_org_id": e.stranger.org.ID,
		"session_id": s.id, "verified_person_id": person, "method": "DOCUMENT_CAPTURE", "age_tier": "MIN_AGE_16",
		"strength": "DOCUMENT_CAPTURE", "granted_at": day.Format(time.RFC3339),
		"expires_at": day.AddDate(0, 0, 364).Format(time.RFC3339), "revoked_at": nil, "revoked_reason": nil,
	}, g)
	require.Equal(t, g, e.grant(e.stranger, g["id"]))

	types, objects := e.eventsOf(e.stranger, s)
	require.Equal(t, []any{
		"verification_session.created", "verification_session.verified", "trust_reuse_grant.created",
	}, types)
	require.Equal(t, g, objects[2])
	require.Equal(t, [][3]string{
		{"trust_reuse_policy.update", e.stranger.keyID, e.stranger.org.ID},
		{"trust_reuse_grant.create", "system", g["id"].(string)},
	}, e.audited(e.stranger), "every grant is in the audit log of the organization that accepted it")
	require.Equal(t, "trust_reuse_consent.give", e.audited(e.sandbox)[0][0])
	require.Len(t, e.audited(e.sandbox), 1, "the source hears nothing of a grant")
	require.Empty(t, e.grants(e.sandbox, ""))

	mails := e.notices(e.stranger)
	require.Len(t, mails, 1)
	require.Equal(t, ada, mails[0].To)
	for _, url := range mails[0].Values {
		require.Regexp(t, `^https://verify\.example/s/sharing#trg_`, url, "a server's log has no fragment")
	}
	require.NotContains(t, e.log.String(), "person.example")
}

// "You don't need to change any code to participate": the same request, the same shape of the answer.
func TestGrantedSessionHasTheShapeOfEveryOther(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	workflow := e.anyMethod(e.stranger)
	usual := e.isOK(e.comes(e.stranger, obj{"workflow_id": workflow}), 201).object
	e.shared(e.sandbox)
	e.accepting(e.stranger)
	born := e.stands(e.comes(e.stranger, obj{"workflow_id": workflow}), "verified", "trust_reuse")
	for name := range usual {
		require.Contains(t, born, name)
		delete(born, name)
	}
	require.Empty(t, born)
}

// "If either side hasn't opted in, the user goes through the normal verification flow at your application."
func TestTrustReuseNeedsTheUserAndTheOrganization(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	s := e.verified(e.sandbox, e.workflow(e.sandbox, simple("document_capture")), obj{"email": ada})
	e.freshly(e.comes(e.stranger), "neither has opted in")
	e.accepting(e.stranger)
	e.freshly(e.comes(e.stranger), "the user has not")
	e.isOK(e.share(s, true), 200)
	e.isOK(e.policy(e.stranger, obj{"accept": false}), 200)
	e.freshly(e.comes(e.stranger), "the organization no longer has")
	e.accepting(e.stranger)
	e.granted(e.stranger)
}

// Later sessions use the grant: no second event, no second mail.
func TestLaterSessionsUseTheSameGrant(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.shared(e.sandbox)
	e.accepting(e.stranger)
	first, g := e.granted(e.stranger)
	again := e.stands(e.comes(e.stranger), "verified", "trust_reuse")
	require.Equal(t, []any{g}, e.grants(e.stranger, ""))
	require.Len(t, e.notices(e.stranger), 1)
	types, _ := e.eventsOf(e.stranger, session{id: again["id"].(string)})
	require.Equal(t, []any{"verification_session.created", "verification_session.verified"}, types)
	require.NotEqual(t, first.id, again["id"])
}

// "Default is unchecked — they have to actively opt in."
func TestViewOffersTheConsentUnticked(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	workflow := e.workflow(e.sandbox, simple("self_attestation"))
	s := e.create(e.sandbox, workflow, obj{"email": ada})
	require.Equal(t, obj{"available": false, "consent": false}, e.view(s)["trust_reuse"], "nothing is verified yet")
	e.isError(e.share(s, true), 409, "trust_reuse_unavailable")
	e.submit(s, "self_attestation", "passed")
	require.Equal(t, obj{"available": true, "consent": false}, e.view(s)["trust_reuse"])
	e.isOK(e.share(s, true), 200)
	require.Equal(t, obj{"available": true, "consent": true}, e.view(s)["trust_reuse"])
	require.Equal(t, obj{"object": "trust_reuse_consent", "consent": false}, e.isOK(e.share(s, false), 200).object)
	require.Equal(t, obj{"available": true, "consent": false}, e.view(s)["trust_reuse"])
}

func TestVerificationThatCannotBeSharedIsNotOffered(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.shared(e.sandbox)
	e.accepting(e.stranger)
	copied, _ := e.granted(e.stranger)
	document := e.workflow(e.sandbox, simple("document_capture"))
	expired := e.verified(e.sandbox, document, obj{"email": "old@person.example"})
	e.clock.Advance(366 * 24 * time.Hour)
	for why, s := range map[string]session{
		"made by another organization": copied,
		"without an address":           e.verified(e.sandbox, document),
		"expired":                      expired,
		"not verified":                 e.create(e.sandbox, document, obj{"email": ada}),
	} {
		require.Equal(t, obj{"available": false, "consent": false}, e.view(s)["trust_reuse"], why)
		e.isError(e.share(s, true), 409, "trust_reuse_unavailable")
		require.Equal(t, false, e.isOK(e.share(s, false), 200).object["consent"], why)
	}
}

func TestWithoutMailNothingIsSharedAndNothingAccepted(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.verified(e.sandbox, e.workflow(e.sandbox, simple("document_capture")), obj{"email": ada})
	require.Equal(t, obj{"available": false, "consent": false}, e.view(s)["trust_reuse"])
	e.isError(e.share(s, true), 409, "trust_reuse_unavailable")
	failure := e.isError(e.policy(e.stranger, obj{"accept": true, "liability_acknowledged": true}),
		409, "trust_reuse_unavailable")
	require.Contains(t, failure["message"], "mail")
	e.isOK(e.policy(e.stranger, obj{"accept": false, "max_age_days": 30}), 200)
	row, err := e.store.Session(t.Context(), e.sandbox.org.ID, s.id)
	require.NoError(t, err)
	require.NoError(t, e.store.ShareCredential(t.Context(), row))
	on, acknowledged := true, true
	_, err = e.store.ChangeTrustPolicy(t.Context(), e.stranger.org.ID, "cli", store.TrustPolicyChange{
		Accept: &on, Acknowledged: acknowledged,
	})
	require.NoError(t, err)
	e.freshly(e.comes(e.stranger), "the user could not be told")
}

func TestConsentIsReadStrictly(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	s := e.verified(e.sandbox, e.workflow(e.sandbox, simple("document_capture")), obj{"email": ada})
	for body, param := range map[string]string{
		`{}`: "consent", `{"consent":null}`: "consent", `{"consent":""}`: "consent", `{"consent":"true"}`: "consent",
		`{"consent":1}`: "consent", `{"consent":true,"email":"x"}`: "email", `{"consent":true,"consent":false}`: "consent",
	} {
		e.isError(e.do("POST", s.path("/trust_reuse"), s.secret, body), 400, "parameter_invalid", param)
	}
	e.isError(e.do("POST", s.path("/trust_reuse"), s.secret, nil), 400, "parameter_invalid", "consent")
	other := e.attest()
	e.isError(e.do("POST", s.path("/trust_reuse"), other.secret, obj{"consent": true}), 404, "session_not_found", "id")
	e.isError(e.do("POST", s.path("/trust_reuse"), e.sandbox.secret, obj{"consent": true}), 401, "api_key_invalid")
	require.Equal(t, false, in(e.view(s), "trust_reuse", "consent"))
}

// The holder of a client secret cannot make the rows grow without bound.
func TestConsentsOfAVerificationAreBounded(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	s := e.shared(e.sandbox)
	before := e.rows()
	for range 20 {
		e.isOK(e.share(s, true), 200)
	}
	require.Equal(t, before, e.rows(), "a repeat writes nothing")
	for range 9 {
		e.isOK(e.share(s, false), 200)
		e.isOK(e.share(s, true), 200)
	}
	e.isOK(e.share(s, false), 200)
	before = e.rows()
	for range 10 {
		e.isError(e.share(s, true), 409, "trust_reuse_unavailable")
		e.isOK(e.share(s, false), 200)
	}
	require.Equal(t, before, e.rows())
	require.Len(t, e.audited(e.sandbox), 20)
	require.Equal(t, false, in(e.view(s), "trust_reuse", "consent"))
}
