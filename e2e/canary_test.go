package e2e

import (
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/faces"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// The data of a person and a merchant, in a form that occurs nowhere else.
const (
	canaryBirthDate = "1971-12-23"
	canaryEmail     = "canary.person@example.com"
	canaryPhone     = "+12025550143"
	canaryAddress   = "203.0.113.187"
	canaryDevice    = "canary-device-31d7"
	canaryReference = "canary-reference-9f2c"
	canaryMetadata  = "canary-metadata-77aa"
	canaryDocument  = "canary-document-X4RTBPFW4"
	canaryGuardian  = "canary.guardian@example.com"
	canaryLine      = "0151 87659143"
	canaryMailbox   = "canary.student@in.tum.de"
)

// No personal data enters a Temporal history, a log, a metric, or Stile's own tables in the clear.
func TestNothingPersonalLeaks(t *testing.T) {
	t.Parallel()
	_, carriers := startOperator(t, "consent")
	bank, banks := canaryBank(t)
	p := startWhole(t, t.TempDir(), "STILE_VISION_URL=", "STILE_CARRIERS_FILE="+carriers, "STILE_BANKS_FILE="+banks,
		"STILE_RULES_DIR="+lenientRules(t), "STILE_VISION_MODELS="+faces.Models())
	m := p.sandbox(t)
	hook := newReceiver(t)
	hook.subscribe(t, m.client)
	deliveries := chatter(t, m.client)
	v := m.create(t, body{
		"email": canaryEmail, "phone": canaryPhone, "client_reference_id": canaryReference,
		"client_ip": canaryAddress, "delivery_jurisdiction": "US-OR",
		"metadata": body{"note": canaryMetadata},
	})
	// A failed attempt, refusals and a repeat leave their traces too.
	v.simulate(t, "document_capture", "fail")
	v.until(t, "requires_input")
	// A provider that repeats the submission where it should not.
	gossip := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, `{"outcome":"failed","reason_codes":[%q],"checks":[{"name":%q,"status":"failed"}]}`, sent, sent)
	}))
	t.Cleanup(gossip.Close)
	connector := body{"method": "document_capture", "url": gossip.URL + "/" + canaryReference}
	connected := m.post(t, "/v1/provider_connectors", connector).expect(t, 201).text("id")
	v.submit(t, "document_capture", body{"input": body{"number": canaryDocument}}).expect(t, 202)
	testkit.Eventually(t, func() bool { return len(v.results(t)) == 2 })
	v.submit(t, "self_attestation", body{"date_of_birth": canaryBirthDate, "declaration": false}).
		refused(t, 400, "parameter_invalid", "declaration")
	v.submit(t, "self_attestation", body{"date_of_birth": canaryBirthDate, "declaration": true, "email": canaryEmail}).
		refused(t, 400, "parameter_invalid", "email")
	m.post(t, "/v1/verification_sessions", body{"type": "age", "workflow_id": m.workflow, "email": canaryEmail + "@"}).
		refused(t, 400, "parameter_invalid", "email")
	m.post(
		t,
		"/v1/verification_sessions",
		body{"type": "age", "workflow_id": m.workflow, "client_ip": canaryAddress + ":443"},
	).
		refused(t, 400, "parameter_invalid", "client_ip")
	m.post(t, "/v1/verification_sessions", body{"type": "age", "workflow_id": m.workflow, "client_ip": canaryAddress}).
		refused(t, 422, "jurisdiction_unresolvable", "jurisdiction")
	m.get(t, "/v1/verification_sessions?client_reference_id="+canaryReference).expect(t, 200)
	scored := body{"ip": canaryAddress, "email": canaryEmail, "phone": canaryPhone, "device_id": canaryDevice}
	m.post(t, "/v1/risk/score", scored).expect(t, 200)
	m.post(t, "/v1/risk/score", body{"ip": canaryAddress + ":443"}).refused(t, 400, "parameter_invalid", "ip")
	v.submit(t, "self_attestation", body{"date_of_birth": canaryBirthDate, "declaration": true}).expect(t, 202)
	v.until(t, "verified")
	hook.next(t, "verification_session.verified")
	household := m
	household.workflow = m.publish(t, family())
	child := household.create(t, body{"email": canaryEmail, "jurisdiction": "CA"})
	guardian := child.asks(t, canaryGuardian)[0]
	guardian.proves(t, canaryBirthDate)
	guardian.consents(t).expect(t, 200)
	child.until(t, "verified")
	code, told := contacted(t, m), append(banked(t, m, bank), walleted(t, m, p.data)...)
	m.call(t, http.MethodDelete, "/v1/provider_connectors/"+connected, nil).expect(t, 200)
	told = append(told, documented(t, m)...)
	told = append(told, chipped(t, m, p.data)...)
	told = append(told, faced(t, m))
	testkit.Eventually(t, func() bool { return len(m.look(t, deliveries+"?status=succeeded").list()) > 1 })
	delivery := m.get(t, deliveries+"?status=succeeded").list()[0]["id"].(string)
	sent := m.get(t, deliveries+"/"+delivery).expect(t, 200)
	require.Contains(t, string(sent.raw), canaryDocument, "its owner reads what the receiver answered")
	metrics := p.clientOf(t, p.ready.API, "").get(t, "/metrics").expect(t, 200)
	retrieved := v.get(t)
	p.stop(t)

	personal := []string{
		canaryBirthDate,
		canaryDocument,
		canaryEmail,
		strings.Split(canaryEmail, "@")[0],
		strings.Split(canaryGuardian, "@")[0],
		canaryPhone,
		canaryPhone[1:],
		canaryAddress,
		canaryDevice,
	}
	merchants := []string{canaryReference, canaryMetadata}
	secret := v.user.credential
	personal = append(append(personal, told...), guardian.decide, guardian.withdraw,
		strings.ReplaceAll(canaryLine[1:], " ", ""), canaryLine[5:], strings.Split(canaryMailbox, "@")[0])
	temporal, ours := filesNamed(t, p.data, "temporal.db"), filesNamed(t, p.data, "stile.db")
	for where, content := range map[string][]byte{
		"the metrics": metrics.raw, "the logs": []byte(p.logs.read(t)), "Temporal's database": temporal, "our database": ours,
	} {
		require.NotRegexp(t, `(^|[^\w.])`+code+`([^\w.]|$)`, string(content), where)
		faceless(t, where, content)
	}
	absent(t, "the metrics", metrics.raw, append(personal, append(merchants, secret)...))
	absent(t, "the logs", []byte(p.logs.read(t)), append(personal, append(merchants, secret, m.credential)...))
	absent(t, "the session", retrieved.raw, personal)
	absent(t, "Temporal's database", temporal, append(personal, append(merchants, secret)...))
	absent(t, "our database", ours, append(personal, secret, m.credential))
	require.Contains(t, string(ours), canaryReference, "the merchant's own reference stands in our table")
}

// contacted verifies a session by carrier_lookup and one by student, after a refusal each, and returns the mailed code.
func contacted(t *testing.T, m merchant) (code string) {
	t.Helper()
	named := simple(rules.MethodCarrierLookup, rules.MethodDocumentCapture)
	named.Composition = graph.AllOf
	m.workflow = m.publish(t, named)
	caller := m.create(t, body{"type": "identity", "jurisdiction": "DE"})
	begin := caller.verify("/methods/carrier_lookup/begin")
	person := body{
		"phone": canaryLine, "same_device": false, "given_name": canaryGiven, "family_name": canaryFamily,
		"birth_date": canaryBirthDate + "x",
	}
	caller.user.post(t, begin, body{"phone": canaryLine + "999999"}).refused(t, 400, "parameter_invalid", "phone")
	caller.user.post(t, begin, person).refused(t, 400, "parameter_invalid", "birth_date")
	person["birth_date"] = canaryBirthDate
	asked := caller.user.post(t, begin, person).expect(t, 201)
	caller.submit(t, "carrier_lookup", body{"challenge": asked.text("id")}).expect(t, 202)
	testkit.Eventually(t, func() bool { return len(caller.results(t)) == 1 })
	caller.simulate(t, "document_capture", "pass")
	caller.until(t, "verified")

	m.workflow = m.publish(t, simple(rules.MethodStudent))
	learner := m.create(t, body{"jurisdiction": "DE"})
	begin = learner.verify("/methods/student/begin")
	learner.user.post(t, begin, body{"email": canaryEmail}).refused(t, 400, "parameter_invalid", "email")
	asked = learner.user.post(t, begin, body{"email": canaryMailbox}).expect(t, 201)
	code = learner.mailedCode(t, canaryMailbox)
	learner.enters(t, asked, otherThan(code)).refused(t, 400, "otp_invalid", "code")
	learner.enters(t, asked, code).expect(t, 202)
	learner.until(t, "verified")
	return code
}

// chatter subscribes a receiver that answers with personal data, and returns the path of its deliveries.
func chatter(t *testing.T, c client) (deliveries string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, "%s born %s, document %s", canaryEmail, canaryBirthDate, canaryDocument)
	}))
	t.Cleanup(server.Close)
	endpoint := c.post(t, "/v1/webhook_endpoints", body{"url": server.URL, "enabled_events": []string{"*"}}).expect(t, 201)
	return "/v1/webhook_endpoints/" + endpoint.text("id") + "/deliveries"
}

// absent looks for each value as it is, and in base64 at each of its three alignments.
func absent(t *testing.T, where string, content []byte, values []string) {
	t.Helper()
	require.NotEmpty(t, content, where)
	text := string(content)
	for _, value := range values {
		require.GreaterOrEqual(t, len(value), 8, value)
		require.NotContains(t, strings.ToLower(text), strings.ToLower(value), "%s holds %s", where, value)
		for _, digits := range base64Digits(value) {
			require.NotContains(t, text, digits, "%s holds %s in base64", where, value)
		}
	}
}

// base64Digits returns, for each alignment of the value in a longer text, the base64 digits that the value alone
// determines. A value must be long enough that random bytes do not contain them.
func base64Digits(value string) []string {
	const bits = 6 // of a digit
	digits := make([]string, 3)
	for shift := range digits {
		first, end := (8*shift+bits-1)/bits, 8*(shift+len(value))/bits
		padded := strings.Repeat("\x00", shift) + value
		digits[shift] = base64.RawStdEncoding.EncodeToString([]byte(padded))[first:end]
	}
	return digits
}

// filesNamed reads a database completely: the file and its write-ahead log.
func filesNamed(t *testing.T, dir, prefix string) []byte {
	t.Helper()
	var all []byte
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasPrefix(entry.Name(), prefix) {
			return err
		}
		content, err := os.ReadFile(path)
		all = append(all, content...)
		return err
	}))
	return all
}
