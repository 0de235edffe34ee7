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

	"github.com/stile-id/stile/internal/testkit"
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
)

// No personal data enters a Temporal history, a log, a metric, or Stile's own tables in the clear.
func TestNothingPersonalLeaks(t *testing.T) {
	t.Parallel()
	p := start(t, t.TempDir())
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
	m.post(t, "/v1/provider_connectors", connector).expect(t, 201)
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
	testkit.Eventually(t, func() bool { return len(m.look(t, deliveries+"?status=succeeded").list()) > 1 })
	delivery := m.get(t, deliveries+"?status=succeeded").list()[0]["id"].(string)
	told := m.get(t, deliveries+"/"+delivery).expect(t, 200)
	require.Contains(t, string(told.raw), canaryDocument, "its owner reads what the receiver answered")
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
	personal = append(personal, guardian.decide, guardian.withdraw)
	absent(t, "the metrics", metrics.raw, append(personal, append(merchants, secret)...))
	absent(t, "the logs", []byte(p.logs.read(t)), append(personal, append(merchants, secret, m.credential)...))
	absent(t, "the session", retrieved.raw, personal)
	absent(t, "Temporal's database", filesNamed(t, p.data, "temporal.db"), append(personal, append(merchants, secret)...))
	ours := filesNamed(t, p.data, "stile.db")
	absent(t, "our database", ours, append(personal, secret, m.credential))
	require.Contains(t, string(ours), canaryReference, "the merchant's own reference stands in our table")
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
		require.NotContains(t, strings.ToLower(text), strings.ToLower(value), "%s holds %s", where, value)
		for shift := range 3 {
			encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + value))
			inner := strings.TrimRight(encoded, "=")[4 : len(encoded)-4]
			require.NotContains(t, text, inner, "%s holds %s in base64", where, value)
		}
	}
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
