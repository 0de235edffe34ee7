package e2e

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/proto"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/mail"
	"github.com/stile-id/stile/internal/storetest"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/methods/carrier/carriertest"
	"github.com/stile-id/stile/rules"
)

// contactStack is a stack with a mobile operator and an inbox. A session of its merchant offers carrier_lookup and
// student.
type contactStack struct {
	*stack
	merchant merchant
	operator *carriertest.Server
}

func TestNumbersAndMailboxes(t *testing.T) {
	t.Parallel()
	for name, database := range backends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newContactStack(t, database(t))
			for name, scenario := range map[string]func(t *testing.T, s *contactStack){
				"a consent on the phone verifies":             consentOnThePhone,
				"the age that the carrier knows decides":      carrierDecides,
				"a carrier that is away costs no attempt":     carrierComesBack,
				"redirects that are forged or repeated":       strangeRedirects,
				"a redirect of another session gives nothing": redirectOfAnotherSession,
				"redirects after the end, and late ones":      lateRedirects,
				"a mailed code verifies":                      mailedCodeVerifies,
				"a code is guessed five times at most":        codeIsGuessedFiveTimes,
				"a code is of one session":                    codeOfAnotherSession,
				"other mailboxes get no code":                 mailboxElsewhere,
			} {
				t.Run(name, func(t *testing.T) { scenario(t, s) })
			}
			t.Run("a session that ends forgets the number", func(t *testing.T) { numberOfAnEndedSession(t, s) })
			s.heldNothingPersonal(t)
		})
	}
}

func newContactStack(t *testing.T, database string) *contactStack {
	t.Helper()
	s := &contactStack{}
	operator, file := startOperator(t, "network", "consent")
	s.operator = operator
	s.stack = emptyStack(t, database, func(c *config.Config) {
		c.CarriersFile, c.SweepInterval, c.SweepAfter = file, time.Second/2, time.Second
	})
	s.serve(t, app.Options{API: true, Worker: true, Migrate: true, Inbox: &mail.Inbox{}})
	s.merchant = s.liveUnheard(t, simple(rules.MethodCarrierLookup, rules.MethodStudent))
	return s
}

// startOperator starts a mobile operator, and returns the path of a configuration file with it.
func startOperator(t *testing.T, flows ...string) (operator *carriertest.Server, file string) {
	t.Helper()
	operator, err := carriertest.Start("../methods/carrier/testdata")
	require.NoError(t, err)
	t.Cleanup(operator.Close)
	folder := t.TempDir()
	file = filepath.Join(folder, "carriers.yaml")
	require.NoError(t, os.WriteFile(filepath.Join(folder, "key.pem"), operator.KeyPEM(), 0o600))
	require.NoError(t, os.WriteFile(file, []byte(operator.Settings("key.pem", flows...)), 0o600))
	return operator, file
}

// The operator's numbers begin with numberPrefix, and the mailboxes with mailboxPrefix, so that traces can be found.
const (
	numberPrefix  = "+4915187650"
	mailboxPrefix = "ada.lovelace."
)

// number returns the number of a customer, as it is dialled in Germany.
func number(customer int) string { return fmt.Sprintf("0151 87650 %03d", customer) }

// line returns the same number as it is written abroad.
func line(customer int) string { return fmt.Sprintf("%s%03d", numberPrefix, customer) }

// begins opens a session, and begins carrier_lookup by consent or, on the same phone, by a redirect.
func (s *contactStack) begins(t *testing.T, customer int, samePhone bool) (session, answer) {
	t.Helper()
	v := s.merchant.create(t, body{"jurisdiction": "DE"})
	v.open(t)
	return v, v.beginsLookup(t, customer, samePhone).expect(t, 201)
}

func (s session) beginsLookup(t *testing.T, customer int, samePhone bool) answer {
	t.Helper()
	return s.user.post(t, s.verify("/methods/carrier_lookup/begin"),
		body{"phone": number(customer), "same_device": samePhone})
}

func (s session) submitsLookup(t *testing.T, challenge answer, response any) answer {
	t.Helper()
	in := body{"challenge": challenge.text("id")}
	if response != nil {
		in["response"] = response
	}
	return s.submit(t, "carrier_lookup", in)
}

// behaves changes the operator until the test ends.
func (s *contactStack) behaves(t *testing.T, change func(b *carriertest.Behaviour)) {
	t.Helper()
	s.operator.Set(change)
	t.Cleanup(func() { s.operator.Set(func(b *carriertest.Behaviour) { *b = carriertest.Behaviour{Age: 30} }) })
}

// costsNothing waits for the verdict with a reason, which uses up no attempt.
func (s session) costsNothing(t *testing.T, reason string) {
	t.Helper()
	s.until(t, "requires_input")
	method := methodIn(t, s, "carrier_lookup")
	why, _ := method["last_attempt"].(map[string]any)
	require.Equal(t, []any{reason}, why["reason_codes"])
	require.Equal(t, method["attempts"], method["attempts_left"])
}

func consentOnThePhone(t *testing.T, s *contactStack) {
	s.behaves(t, func(b *carriertest.Behaviour) { b.Pending = 1 })
	v, challenge := s.begins(t, 1, false)
	require.Nil(t, challenge.at("data", "url"))
	waiting, _ := methodIn(t, v, "carrier_lookup")["waiting"].(map[string]any)
	require.Equal(t, challenge.text("id"), waiting["challenge"], "a page that is loaded anew goes on")
	require.Equal(t, []int{1, 0}, s.material(t, v))
	v.submitsLookup(t, challenge, nil).expect(t, 202)
	v.until(t, "verified")
	require.Equal(t, "carrier_lookup", v.get(t).text("verification_path"))
	require.Equal(t, []int{0, 0}, s.material(t, v), "the number is erased with the verdict")
}

func carrierDecides(t *testing.T, s *contactStack) {
	v := s.merchant.create(t, body{"jurisdiction": "DE"})
	v.open(t)
	for age, reason := range map[int]string{17: "under_age", -1: "age_unknown"} {
		s.behaves(t, func(b *carriertest.Behaviour) { b.Age = age })
		v.submitsLookup(t, v.beginsLookup(t, 2, false).expect(t, 201), nil).expect(t, 202)
		v.until(t, "requires_input")
		why, _ := methodIn(t, v, "carrier_lookup")["last_attempt"].(map[string]any)
		require.Equal(t, []any{reason}, why["reason_codes"])
		require.Equal(t, []int{0, 0}, s.material(t, v), "the number is erased with each verdict")
	}
	require.Equal(t, 1.0, methodIn(t, v, "carrier_lookup")["attempts_left"])
}

func carrierComesBack(t *testing.T, s *contactStack) {
	away := func(path string) {
		s.behaves(t, func(b *carriertest.Behaviour) {
			b.Refuse = map[string]carriertest.Refusal{path: {Status: 503, Code: "temporarily_unavailable"}}
		})
	}
	away("/bc-authorize")
	v, challenge := s.begins(t, 3, false)
	v.submitsLookup(t, challenge, nil).expect(t, 202)
	v.costsNothing(t, "provider_unavailable")

	away("/token")
	challenge = v.beginsLookup(t, 3, false).expect(t, 201)
	asked := s.asked("/token")
	v.submitsLookup(t, challenge, nil).expect(t, 202)
	testkit.Eventually(t, func() bool { return s.asked("/token") > asked })
	require.Equal(t, "processing", v.get(t).text("status"))
	s.behaves(t, func(b *carriertest.Behaviour) { b.Refuse = nil })
	v.until(t, "verified")
	require.Len(t, v.results(t), 2)
}

// asked counts the operator's requests of a path.
func (s *contactStack) asked(path string) (times int) {
	for _, requested := range s.operator.Requests() {
		if requested == path {
			times++
		}
	}
	return times
}

// led returns where an address leads a browser.
func (s *contactStack) led(t *testing.T, address string) *url.URL {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	require.NoError(t, err)
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := browser.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	to, err := response.Location()
	require.NoError(t, err, "status %d", response.StatusCode)
	require.True(t, strings.HasPrefix(to.String(), s.app.URL()+"/"), "no redirect leads elsewhere: %s", to)
	return to
}

// recognised has a customer's phone visit the operator, and returns the redirect back.
func (s *contactStack) recognised(t *testing.T, challenge answer, customer int) *url.URL {
	t.Helper()
	s.behaves(t, func(b *carriertest.Behaviour) { b.Line = line(customer) })
	address, _ := challenge.at("data", "url").(string)
	return s.led(t, address)
}

// returned has a redirect arrive, and returns the response that it gives the page of a session; "" if it gives none.
func (s *contactStack) returned(t *testing.T, v session, redirect *url.URL) string {
	t.Helper()
	page := s.led(t, redirect.String())
	require.Equal(t, "/verify/"+v.id, page.Path)
	fragment, err := url.ParseQuery(page.EscapedFragment())
	require.NoError(t, err)
	return fragment.Get("response")
}

// changed returns the redirect with another query.
func changed(redirect *url.URL, change func(q url.Values)) *url.URL {
	other, query := *redirect, redirect.Query()
	change(query)
	other.RawQuery = query.Encode()
	return &other
}

func strangeRedirects(t *testing.T, s *contactStack) {
	v, challenge := s.begins(t, 4, true)
	redirect := s.recognised(t, challenge, 4)
	v.submitsLookup(t, challenge, "early").refused(t, 400, "parameter_invalid", "response")
	for _, forged := range []func(q url.Values){
		func(q url.Values) { q.Set("iss", "https://evil.example") },
		func(q url.Values) { q.Del("iss") },
		func(q url.Values) { q.Del("code") },
		func(q url.Values) { q.Set("error", "access_denied") },
		func(q url.Values) { q.Add("code", "another") },
	} {
		require.Empty(t, s.returned(t, v, changed(redirect, forged)), "a forged redirect changes nothing")
	}
	for _, state := range []string{"", "mch_none", "\x00"} {
		forged := changed(redirect, func(q url.Values) { q.Set("state", state) })
		s.leadsNowhere(t, forged, "resource_missing")
	}
	response := s.returned(t, v, redirect)
	require.NotEmpty(t, response)
	require.Empty(t, s.returned(t, v, redirect), "a second redirect changes nothing")
	v.submitsLookup(t, challenge, nil).refused(t, 400, "parameter_invalid", "response")
	v.submitsLookup(t, challenge, "guess").refused(t, 400, "parameter_invalid", "response")
	exchanged := s.asked("/token")
	v.submitsLookup(t, challenge, response).expect(t, 202)
	v.until(t, "verified")
	require.Equal(t, exchanged+1, s.asked("/token"), "one exchange of the code")
	s.leadsNowhere(t, redirect, "resource_missing")
}

// leadsNowhere requires that a redirect leads to the page that tells the user, with a code.
func (s *contactStack) leadsNowhere(t *testing.T, redirect *url.URL, code string) {
	t.Helper()
	require.Equal(t, s.app.URL()+"/verify#refused="+code, s.led(t, redirect.String()).String())
}

func redirectOfAnotherSession(t *testing.T, s *contactStack) {
	victim, theirs := s.begins(t, 5, true)
	other, own := s.begins(t, 6, true)
	redirect := s.recognised(t, theirs, 5)
	response := s.returned(t, victim, redirect)
	other.submitsLookup(t, theirs, response).refused(t, 409, "challenge_invalid", "challenge")
	other.submitsLookup(t, own, response).refused(t, 400, "parameter_invalid", "response")

	// The code of the victim's line in a redirect to the other session: PKCE has the carrier refuse it.
	mixed := s.recognised(t, own, 5)
	mixed = changed(mixed, func(q url.Values) { q.Set("code", redirect.Query().Get("code")) })
	other.submitsLookup(t, own, s.returned(t, other, mixed)).expect(t, 202)
	other.costsNothing(t, "method_error")
}

func lateRedirects(t *testing.T, s *contactStack) {
	cancelled, challenge := s.begins(t, 7, true)
	redirect := s.recognised(t, challenge, 7)
	cancelled.cancel(t).expect(t, 200)
	s.leadsNowhere(t, redirect, "resource_missing")
	require.Equal(t, []int{0, 0}, s.material(t, cancelled))

	late, challenge := s.begins(t, 8, true)
	redirect = s.recognised(t, challenge, 8)
	s.sets(t, "UPDATE method_challenges SET expires_at = 1 WHERE session_id = $1", late)
	s.led(t, redirect.String())
	require.Contains(t, []string{"challenge_invalid", "resource_missing"},
		strings.TrimPrefix(s.led(t, redirect.String()).Fragment, "refused="), "the sweep may come first")
	testkit.Eventually(t, func() bool { return s.material(t, late)[0] == 0 })
	late.submitsLookup(t, challenge, "x").refused(t, 409, "challenge_invalid", "challenge")
	require.Equal(t, "pending", late.get(t).text("status"))
}

// The session ends while its customer is asked, without a request that would notice the end.
func numberOfAnEndedSession(t *testing.T, s *contactStack) {
	s.behaves(t, func(b *carriertest.Behaviour) { b.Pending = 1000 })
	v, challenge := s.begins(t, 9, false)
	v.submitsLookup(t, challenge, nil).expect(t, 202)
	require.Equal(t, []int{1, 1}, s.material(t, v))
	s.sets(t, "UPDATE sessions SET expires_at = 1 WHERE id = $1", v)
	testkit.Eventually(t, func() bool { m := s.material(t, v); return m[0]+m[1] == 0 })
	require.Equal(t, "expired", v.get(t).text("status"))
}

// studies opens a session, and has a code mailed to a mailbox.
func (s *contactStack) studies(t *testing.T, mailbox string) (v session, challenge answer, code string) {
	t.Helper()
	v = s.merchant.create(t, body{"jurisdiction": "DE"})
	v.open(t)
	challenge = v.user.post(t, v.verify("/methods/student/begin"), body{"email": mailbox}).expect(t, 201)
	return v, challenge, v.mailedCode(t, mailbox)
}

func (s session) enters(t *testing.T, challenge answer, code string) answer {
	t.Helper()
	return s.submit(t, "student", body{
		"challenge": challenge.text("id"), "code": code, "date_of_birth": canaryBirthDate, "declaration": true,
	})
}

// otherThan returns a wrong code.
func otherThan(code string) string {
	last := '0'
	if strings.HasSuffix(code, "0") {
		last = '1'
	}
	return code[:5] + string(last)
}

func mailedCodeVerifies(t *testing.T, s *contactStack) {
	v, challenge, code := s.studies(t, mailboxPrefix+"1@in.tum.de")
	require.Equal(t, "tum.de", challenge.at("data", "institution"))
	v.enters(t, challenge, otherThan(code)).refused(t, 400, "otp_invalid", "code")
	v.enters(t, challenge, code).expect(t, 202)
	v.until(t, "verified")
	require.Equal(t, "student", v.get(t).text("verification_path"))
	require.Equal(t, []int{0, 0}, s.material(t, v), "code and date are erased with the verdict")
}

func codeIsGuessedFiveTimes(t *testing.T, s *contactStack) {
	v, challenge, code := s.studies(t, mailboxPrefix+"2@in.tum.de")
	for range 5 {
		v.enters(t, challenge, otherThan(code)).refused(t, 400, "otp_invalid", "code")
	}
	v.enters(t, challenge, code).refused(t, 400, "otp_expired", "code")
	method := methodIn(t, v, "student")
	require.Equal(t, method["attempts"], method["attempts_left"])
}

func codeOfAnotherSession(t *testing.T, s *contactStack) {
	first, theirs, code := s.studies(t, mailboxPrefix+"3@in.tum.de")
	second, own, _ := s.studies(t, mailboxPrefix+"4@in.tum.de")
	second.enters(t, theirs, code).refused(t, 409, "challenge_invalid", "challenge")
	second.enters(t, own, code).refused(t, 400, "otp_invalid", "code")
	first.cancel(t).expect(t, 200)
	first.enters(t, theirs, code).refused(t, 409, "session_terminal")
}

func mailboxElsewhere(t *testing.T, s *contactStack) {
	v := s.merchant.create(t, body{"jurisdiction": "DE"})
	v.open(t)
	for _, mailbox := range []string{"@person.example", "@alumni.tum.de", "@tum.de.evil.example"} {
		v.user.post(t, v.verify("/methods/student/begin"), body{"email": mailboxPrefix + "5" + mailbox}).
			refused(t, 400, "parameter_invalid", "email")
	}
}

// sql opens the stack's database beside it.
func (s *contactStack) sql(t *testing.T) *sql.DB {
	t.Helper()
	return storetest.Beside(t, s.config.DatabaseURL)
}

// sets changes rows of a session.
func (s *contactStack) sets(t *testing.T, statement string, v session) {
	t.Helper()
	changed, err := s.sql(t).ExecContext(t.Context(), statement, v.id)
	require.NoError(t, err)
	rows, err := changed.RowsAffected()
	require.NoError(t, err)
	require.Positive(t, rows)
}

// material counts the challenges, and the submissions with a payload, of a session. Only these hold its number.
func (s *contactStack) material(t *testing.T, v session) []int {
	t.Helper()
	counts := make([]int, 2)
	require.NoError(t, s.sql(t).QueryRowContext(t.Context(), `SELECT
		(SELECT count(*) FROM method_challenges WHERE session_id = $1),
		(SELECT count(*) FROM submissions WHERE session_id = $1 AND payload IS NOT NULL)`, v.id).
		Scan(&counts[0], &counts[1]))
	return counts
}

// heldNothingPersonal looks for what the users have entered in every table, and in the histories of Temporal.
func (s *contactStack) heldNothingPersonal(t *testing.T) {
	t.Helper()
	personal := []string{
		numberPrefix[1:], strings.TrimPrefix(numberPrefix, "+49"), "0151 87650", mailboxPrefix, canaryBirthDate,
	}
	tables := s.tables(t)
	require.Contains(t, tables, s.merchant.org)
	absent(t, "the database", []byte(tables), personal)
	absent(t, "Temporal", s.histories(t), personal)
}

// tables returns the content of all tables as text.
func (s *contactStack) tables(t *testing.T) string {
	t.Helper()
	db, query := s.sql(t), "SELECT name FROM sqlite_master WHERE type = 'table'"
	if !strings.HasPrefix(s.config.DatabaseURL, "sqlite:") {
		query = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace " +
			"AND has_table_privilege(oid, 'SELECT')" // the service may not read all tables
	}
	var dump strings.Builder
	for _, table := range allOf(t, db, query) {
		fmt.Fprintln(&dump, table, allOf(t, db, fmt.Sprintf("SELECT * FROM %s", table[0])))
	}
	return dump.String()
}

// allOf returns the rows of a query.
func allOf(t *testing.T, db *sql.DB, query string) [][]any {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err)
	return testkit.Rows(t, rows)
}

// histories returns the events of all runs as Temporal stores them.
func (s *contactStack) histories(t *testing.T) (all []byte) {
	t.Helper()
	c := s.app.Temporal()
	var runs int
	testkit.Eventually(t, func() bool { // the list of runs lags behind
		listed, err := c.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{PageSize: 1000})
		require.NoError(t, err)
		all, runs = nil, len(listed.GetExecutions())
		for _, run := range listed.GetExecutions() {
			at := run.GetExecution()
			events := c.GetWorkflowHistory(t.Context(), at.GetWorkflowId(), at.GetRunId(), false,
				enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
			for events.HasNext() {
				event, err := events.Next()
				require.NoError(t, err)
				encoded, err := proto.Marshal(event)
				require.NoError(t, err)
				all = append(all, encoded...)
			}
		}
		return runs > 10
	})
	return all
}
