package e2e

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/mail"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// family is a workflow in which guardians declare their age, so that no provider is needed. Its sessions are in Canada,
// because the law of the United States does not take a declaration.
func family() graph.Definition {
	d := simple(rules.MethodParentalConsent)
	d.UseCase = rules.UseCaseSocialMedia
	d.Preferences.Parental = &graph.Parental{Methods: []rules.Method{rules.MethodSelfAttestation}}
	return d
}

var inCanada = body{"jurisdiction": "CA"}

// guardian is a parent or guardian with the links of a mail.
type guardian struct {
	client
	// decide and withdraw are the tokens of the links.
	decide, withdraw string
}

var guardianLinks = regexp.MustCompile(`guardian#(grd_\S+\.decide\.\S+)[^§]*guardian#(grd_\S+\.withdraw\.\S+)`)

// asks has the child ask guardians, and waits for their mails.
func (s session) asks(t *testing.T, emails ...string) (asked []guardian) {
	t.Helper()
	s.user.post(t, s.verify("/methods/parental_consent/begin"), body{"guardians": emails}).expect(t, 201)
	for _, email := range emails {
		asked = append(asked, s.mailed(t, email))
	}
	return asked
}

// mailed waits for the mail to a guardian.
func (s session) mailed(t *testing.T, email string) guardian {
	t.Helper()
	links := s.mailTo(t, email, guardianLinks)
	g := guardian{client: s.user, decide: links[0], withdraw: links[1]}
	g.credential = ""
	return g
}

// proves has the guardian declare a date of birth, and waits for the end of that session.
func (g guardian) proves(t *testing.T, born string) {
	t.Helper()
	shown := g.post(t, "/v1/guardian/proof", body{"token": g.decide}).expect(t, 200)
	proof := session{user: g.as(shown.at("proof", "client_secret").(string)), id: shown.at("proof", "session_id").(string)}
	attempts := 3
	if born < "2000" {
		attempts = 1
	}
	for range attempts {
		proof.user.post(t, proof.verify("/methods/self_attestation"),
			body{"date_of_birth": born, "declaration": true}).expect(t, 202)
		testkit.Eventually(t, func() bool {
			return proof.user.get(t, proof.verify("")).expect(t, 200).text("status") != "processing"
		})
	}
}

func (g guardian) consents(t *testing.T) answer {
	t.Helper()
	version := g.post(t, "/v1/guardian", body{"token": g.decide}).expect(t, 200).at("consent", "version")
	return g.post(t, "/v1/guardian/decision", body{"token": g.decide, "decision": "consent", "text_version": version})
}

func (g guardian) refuses(t *testing.T) answer {
	t.Helper()
	return g.post(t, "/v1/guardian/decision", body{"token": g.decide, "decision": "refuse"})
}

func TestGuardiansDecide(t *testing.T) {
	t.Parallel()
	for name, database := range backends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := emptyStack(t, database(t))
			s.config.SweepInterval, s.config.SweepAfter = time.Second/2, time.Second
			inbox := &mail.Inbox{}
			s.serve(t, app.Options{API: true, Worker: true, Migrate: true, Inbox: inbox})
			s.replica(t, app.Options{Worker: true, Inbox: inbox})
			m := s.liveUnheard(t, family())
			for scenario, play := range map[string]func(t *testing.T, m merchant){
				"a consent verifies, until it is withdrawn": consentedAndWithdrawn,
				"a child has no mailbox of an adult":        childAsGuardian,
				"a refusal of all fails the attempt":        refusedByAll,
				"a withdrawal fails the open session":       withdrawnEarly,
				"the end of the session ends the request":   endedBeforeTheDecision,
			} {
				t.Run(scenario, func(t *testing.T) { play(t, m) })
			}
			ids := map[any]bool{}
			for _, one := range m.all(t, "/v1/verification_sessions") {
				ids[one["id"]] = true
			}
			for _, event := range m.all(t, "/v1/events") {
				object, _ := event["data"].(map[string]any)
				require.True(t, ids[object["id"]], "%v is about a guardian's session", event["type"])
			}
		})
	}
}

func consentedAndWithdrawn(t *testing.T, m merchant) {
	v := m.create(t, inCanada)
	v.open(t)
	both := v.asks(t, "mum@person.example", "dad@person.example")
	both[0].consents(t).refused(t, 409, "guardian_unproven")
	both[0].proves(t, "1975-05-05")
	both[1].proves(t, "1976-06-06")
	both[0].consents(t).expect(t, 200)
	both[1].consents(t).refused(t, 409, "challenge_invalid")
	both[0].consents(t).expect(t, 200)
	v.until(t, "verified")
	require.Equal(t, "parental_consent", v.get(t).text("verification_path"))
	token := v.user.get(t, v.verify("")).expect(t, 200).text("vp_token")
	require.NotEmpty(t, token)
	both[1].post(t, "/v1/guardian/withdraw", body{"token": both[1].withdraw}).expect(t, 200)
	require.NotNil(t, v.user.get(t, v.verify("")).at("vp_token"), "another guardian withdraws nothing")
	both[0].post(t, "/v1/guardian/withdraw", body{"token": both[0].withdraw}).expect(t, 200)
	require.Nil(t, v.user.get(t, v.verify("")).at("vp_token"))
	next := m.create(t, inCanada)
	next.user.post(t, next.verify("/vp_token"), body{"vp_token": token}).refused(t, 400, "vp_token_invalid")
}

func childAsGuardian(t *testing.T, m merchant) {
	v := m.create(t, body{"email": "kid@person.example", "jurisdiction": "CA"})
	v.open(t)
	v.user.post(t, v.verify("/methods/parental_consent/begin"), body{"guardians": []string{"KID@person.example"}}).
		refused(t, 400, "parameter_invalid", "guardians")
	second := v.asks(t, "kid.second@person.example")[0]
	second.proves(t, "2015-05-05")
	second.consents(t).refused(t, 409, "guardian_unproven")
	require.Equal(t, "pending", v.get(t).text("status"))
}

func refusedByAll(t *testing.T, m merchant) {
	v := m.create(t, inCanada)
	v.open(t)
	both := v.asks(t, "aunt@person.example", "uncle@person.example")
	both[0].refuses(t).expect(t, 200)
	both[1].post(t, "/v1/guardian/withdraw", body{"token": both[1].withdraw}).expect(t, 200)
	v.until(t, "requires_input")
	require.Equal(t, []any{"consent_refused"}, v.results(t)[0]["reason_codes"])
}

func withdrawnEarly(t *testing.T, m merchant) {
	d := family()
	d.Methods, d.Composition = append(d.Methods, rules.MethodSelfAttestation), graph.AllOf
	m.workflow = m.publish(t, d)
	v := m.create(t, inCanada)
	v.open(t)
	g := v.asks(t, "early@person.example")[0]
	g.proves(t, "1975-05-05")
	g.consents(t).expect(t, 200)
	v.until(t, "requires_input")
	g.post(t, "/v1/guardian/withdraw", body{"token": g.withdraw}).expect(t, 200)
	v.until(t, "failed")
	require.Equal(t, "consent_withdrawn", v.get(t).at("failure", "reason_code"))
}

func endedBeforeTheDecision(t *testing.T, m merchant) {
	v, other := m.create(t, inCanada), m.create(t, inCanada)
	v.open(t)
	g := v.asks(t, "late@person.example")[0]
	g.proves(t, "1975-05-05")
	v.cancel(t).expect(t, 200)
	g.consents(t).refused(t, 409, "challenge_invalid")
	g.refuses(t).refused(t, 409, "challenge_invalid")
	require.Equal(t, "closed", g.post(t, "/v1/guardian", body{"token": g.decide}).expect(t, 200).text("status"))
	forged := g
	forged.decide = strings.Replace(g.decide, ".decide.", ".withdraw.", 1)
	forged.post(t, "/v1/guardian", body{"token": forged.decide}).refused(t, 400, "parameter_invalid", "token")
	require.Equal(t, "created", other.get(t).text("status"), "a link is for its own session")
}

// killedWithAGuardian kills the process between the rows of a request and the run of its mail, and then between the
// decision and its answer.
func killedWithAGuardian(t *testing.T, environment []string) {
	hook := newReceiver(t)
	mailing := start(t, t.TempDir(), append(environment, "STILE_FAULT=mail.queued")...)
	m := mailing.sandbox(t)
	m.workflow = m.publish(t, family())
	hook.subscribe(t, m.client, "verification_session.verified")
	v := m.create(t, inCanada)
	v.open(t)
	asked := body{"guardians": []string{"mum@person.example"}}
	_, err := v.user.try("POST", v.verify("/methods/parental_consent/begin"), asked)
	require.Error(t, err, "the process died before it answered")

	deciding := restart(t, mailing, append(environment, "STILE_FAULT=guardian.decided"), &v)
	g := v.mailed(t, "mum@person.example")
	g.proves(t, "1975-05-05")
	version := g.post(t, "/v1/guardian", body{"token": g.decide}).expect(t, 200).at("consent", "version")
	consent := body{"token": g.decide, "decision": "consent", "text_version": version}
	_, err = g.try("POST", "/v1/guardian/decision", consent)
	require.Error(t, err, "the process died before it answered")

	restart(t, deciding, environment, &v)
	g.base = v.user.base
	require.Equal(t, "consented", g.post(t, "/v1/guardian/decision", consent).expect(t, 200).text("status"))
	require.Equal(t, v.id, hook.next(t, "verification_session.verified").data()["id"])
	require.Len(t, v.results(t), 1)
}
