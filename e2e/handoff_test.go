package e2e

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/rules"
)

// handoffScenario has the desktop call the stack's own replica and the phone a second one. They share a database and a
// Temporal server.
type handoffScenario func(t *testing.T, s *stack, second string)

func onTwoReplicas(t *testing.T, scenarios map[string]handoffScenario, adjust ...func(*config.Config)) {
	t.Helper()
	onEveryBackend(t, func(t *testing.T, s *stack) {
		second := s.replica(t, app.Options{API: true}).URL()
		for name, scenario := range scenarios {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				scenario(t, s, second)
			})
		}
	}, adjust...)
}

func TestHandoff(t *testing.T) {
	t.Parallel()
	onTwoReplicas(t, map[string]handoffScenario{
		"the phone verifies, and the desktop sees it": phoneVerifies,
		"stile-dev acts as the phone":                 devActsAsThePhone,
	})
}

// Only phones that stay away have the short idle timeout: on a busy machine it would take the session from a phone that
// is merely slow.
func TestIdlePhone(t *testing.T) {
	t.Parallel()
	onTwoReplicas(t, map[string]handoffScenario{
		"a phone that stays away loses the session":            idlePhoneLoses,
		"a desktop that nobody asks frees itself all the same": idlePhoneLosesUnasked,
	}, func(c *config.Config) { c.DeviceIdleTimeout = 3 * time.Second })
}

// mint requests a token as the desktop.
func (s session) mint(t *testing.T) string {
	t.Helper()
	return s.user.post(t, s.verify("/handoff"), nil).expect(t, 200).text("mobile_write_token")
}

// onPhone returns the session of a phone that has claimed it at another replica.
func (s session) onPhone(t *testing.T, base string) session {
	t.Helper()
	phone := s
	phone.user.base = base
	exchange := body{"token": s.mint(t), "device_id": "phone"}
	token := phone.user.as("").post(t, "/v1/handoff/exchange", exchange).expect(t, 200)
	phone.user = phone.user.as(token.text("device_token"))
	return phone
}

// confirm sends the user's choice of the number on the desktop.
func (s session) confirm(t *testing.T, number any) {
	t.Helper()
	s.user.post(t, s.verify("/handoff/confirm"), body{"number": number}).expect(t, 200)
}

func (s session) heartbeat(t *testing.T) answer {
	t.Helper()
	return s.user.post(t, s.verify("/device/heartbeat"), nil)
}

func (s session) status(t *testing.T) answer {
	t.Helper()
	return s.user.look(t, s.verify("/status")).expect(t, 200)
}

// watched returns a session with a desktop that polls until it is verified, and its merchant's receiver. Wait for seen
// before checking the desktop.
func (s *stack) watched(t *testing.T) (desktop session, hook *receiver, seen *sync.WaitGroup) {
	t.Helper()
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	hook = newReceiver(t)
	hook.subscribe(t, m.client, "verification_session.verified")
	desktop = m.create(t, nil)
	desktop.open(t)
	seen = &sync.WaitGroup{}
	seen.Go(func() { desktop.until(t, "verified") })
	t.Cleanup(seen.Wait) // also if the scenario fails
	return desktop, hook, seen
}

func phoneVerifies(t *testing.T, s *stack, second string) {
	desktop, hook, seen := s.watched(t)
	phone := desktop.onPhone(t, second)
	require.Equal(t, "mobile", desktop.get(t).text("active_device"))
	desktop.submit(t, "document_capture", body{"simulate": "pass"}).refused(t, 409, "session_locked_to_other_device")
	phone.submit(t, "document_capture", body{"simulate": "pass"}).refused(t, 409, "handoff_not_confirmed")

	phone.confirm(t, desktop.status(t).json["handoff_number"])
	phone.heartbeat(t).expect(t, 200)
	phone.simulate(t, "document_capture", "pass")
	seen.Wait()
	require.Equal(t, "verified", phone.user.get(t, phone.verify("")).expect(t, 200).text("status"))
	verified := hook.next(t, "verification_session.verified")
	require.Nil(t, verified.data()["active_device"])
	require.Equal(t, "document_capture", verified.data()["verification_path"])
}

func idlePhoneLoses(t *testing.T, s *stack, second string) {
	desktop := s.sandbox(t, simple(rules.MethodDocumentCapture)).create(t, nil)
	phone := desktop.onPhone(t, second)
	testkit.Eventually(t, func() bool { return desktop.status(t).json["same_device_only"] == false })
	phone.heartbeat(t).refused(t, 409, "handoff_ended")
	desktop.simulate(t, "document_capture", "pass")
	desktop.until(t, "verified")
}

// The run's timer frees the session: this reads the row without the API, because a request to the API might free it.
func idlePhoneLosesUnasked(t *testing.T, s *stack, second string) {
	desktop := s.sandbox(t, simple(rules.MethodDocumentCapture)).create(t, nil)
	desktop.onPhone(t, second)
	testkit.Eventually(t, func() bool {
		row, err := s.app.Store().Across().PublicSession(t.Context(), desktop.id)
		return err == nil && row.AttemptID == nil
	})
}

// phoneCommand is stile-dev as the phone that a handoff's link leads to.
func phoneCommand(t *testing.T, link, api string, more ...string) *exec.Cmd {
	t.Helper()
	path, err := binary()
	require.NoError(t, err)
	return exec.Command(path, append([]string{"phone", "--url", link, "--api", api}, more...)...)
}

// confirmedBy runs the phone, enters the number that the desktop shows, and returns what the phone has printed.
func (s session) confirmedBy(t *testing.T, phone *exec.Cmd) string {
	t.Helper()
	in, err := phone.StdinPipe()
	require.NoError(t, err)
	var out bytes.Buffer
	phone.Stdout, phone.Stderr = &out, &out
	require.NoError(t, phone.Start())
	var number any
	testkit.Eventually(t, func() bool {
		number = s.status(t).json["handoff_number"]
		return number != nil
	})
	_, err = fmt.Fprintln(in, number)
	require.NoError(t, err)
	require.NoError(t, phone.Wait(), out.String())
	return out.String()
}

// The documented steps for two terminals.
func devActsAsThePhone(t *testing.T, s *stack, second string) {
	desktop := s.sandbox(t, simple(rules.MethodDocumentCapture, rules.MethodFacialAge)).create(t, nil)
	link := desktop.user.post(t, desktop.verify("/handoff"), nil).expect(t, 200).text("url")
	said := desktop.confirmedBy(t, phoneCommand(t, link, second))
	require.Contains(t, said, "The session is verified")
	require.Equal(t, 1, strings.Count(said, "simulated"), "one method is enough: %s", said)
	require.Equal(t, "verified", desktop.get(t).text("status"))

	again, err := phoneCommand(t, link, second).CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(again), "handoff_token_consumed")
}
