package e2e

import (
	"database/sql"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

func TestHandoffFaults(t *testing.T) {
	t.Parallel()
	onTwoReplicas(t, map[string]handoffScenario{
		"a token consumed twice in a race":      tokenConsumedTwiceInARace,
		"expiry of a session that nobody reads": expiryOfASessionThatNobodyReads,
	})
}

// row reads the session's row without the API.
func (s *stack) row(t *testing.T, v session) models.Session {
	t.Helper()
	row, err := s.app.Store().Across().PublicSession(t.Context(), v.id)
	require.NoError(t, err)
	return row
}

// Fifty phones at two replicas show one token at once.
func tokenConsumedTwiceInARace(t *testing.T, s *stack, second string) {
	desktop := s.sandbox(t, simple(rules.MethodDocumentCapture)).create(t, nil)
	token := desktop.mint(t)
	answers := make([]answer, 50)
	var all sync.WaitGroup
	for i := range answers {
		phone := desktop.user.as("")
		if i%2 == 0 {
			phone.base = second
		}
		all.Go(func() {
			answers[i] = phone.post(t, "/v1/handoff/exchange", body{"token": token, "device_id": fmt.Sprint("phone ", i)})
		})
	}
	all.Wait()
	var holders []any
	for _, a := range answers {
		if a.status == 200 {
			holders = append(holders, a.text("attempt_id"))
			continue
		}
		a.refused(t, 409, "handoff_token_consumed")
	}
	require.Equal(t, []any{*s.row(t, desktop).AttemptID}, holders)
}

// The run alone expires the session: after the exchange no request for the session reaches the API until it has ended.
func expiryOfASessionThatNobodyReads(t *testing.T, s *stack, second string) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	hook := newReceiver(t)
	hook.subscribe(t, m.client, "verification_session.expired")
	m = s.brief(t, m, func() { m.create(t, nil).onPhone(t, second) })
	phone := m.create(t, nil).onPhone(t, second)
	require.NotNil(t, s.row(t, phone).AttemptID)

	require.Nil(t, hook.next(t, "verification_session.expired").data()["active_device"])
	ended := s.row(t, phone)
	require.Equal(t, models.StatusExpired, ended.Status)
	require.Nil(t, ended.AttemptID)
	require.Nil(t, ended.DeviceLockedAt)
	phone.heartbeat(t).refused(t, 409, "session_terminal")
	phone.submit(t, "document_capture", body{"simulate": "pass"}).refused(t, 409, "session_terminal")
}

// The process dies by SIGKILL as soon as the phone has its answer, and starts again on its data.
func TestProcessRestartedWhileAPhoneHoldsTheLock(t *testing.T) {
	t.Parallel()
	scenarios := map[string]func(t *testing.T, environment []string){
		"the phone goes on":                            phoneGoesOnAfterARestart,
		"the phone never comes back and the lock ends": lockEndsAfterARestart,
	}
	for database, environment := range environments {
		for name, scenario := range scenarios {
			t.Run(database+"/"+name, func(t *testing.T) {
				t.Parallel()
				scenario(t, environment(t))
			})
		}
	}
}

func phoneGoesOnAfterARestart(t *testing.T, environment []string) {
	doomed := start(t, t.TempDir(), environment...)
	m := doomed.sandbox(t)
	hook := newReceiver(t)
	hook.subscribe(t, m.client, "verification_session.verified")
	desktop := m.create(t, nil)
	phone := desktop.onPhone(t, doomed.ready.API)
	before := desktop.status(t)
	doomed.kill(t)

	restart(t, doomed, environment, &desktop, &phone)
	require.Equal(t, before.json, desktop.status(t).json)
	require.Equal(t, "mobile", before.text("active_device"))
	desktop.submit(t, "self_attestation", attestation).refused(t, 409, "session_locked_to_other_device")
	phone.confirm(t, before.json["handoff_number"])
	phone.heartbeat(t).expect(t, 200)
	phone.submit(t, "self_attestation", attestation).expect(t, 202)
	desktop.until(t, "verified")
	require.Nil(t, hook.next(t, "verification_session.verified").data()["active_device"])
	phone.heartbeat(t).refused(t, 409, "session_terminal")
}

func lockEndsAfterARestart(t *testing.T, environment []string) {
	environment = append(environment, "STILE_DEVICE_IDLE_TIMEOUT=10s")
	doomed := start(t, t.TempDir(), environment...)
	desktop := doomed.sandbox(t).create(t, nil)
	phone := desktop.onPhone(t, doomed.ready.API)
	doomed.kill(t)
	db := database(t, doomed, environment)
	locked, err := held(t, db, desktop)
	require.NoError(t, err)
	require.True(t, locked, "it is the next process that frees the session")

	restart(t, doomed, environment, &desktop, &phone)
	testkit.Eventually(t, func() bool {
		locked, err = held(t, db, desktop)
		return err == nil && !locked
	})
	phone.heartbeat(t).refused(t, 409, "handoff_ended")
	desktop.submit(t, "self_attestation", attestation).expect(t, 202)
	desktop.until(t, "verified")
}

// held reads from the database whether a phone holds the session.
func held(t *testing.T, db *sql.DB, v session) (held bool, err error) {
	t.Helper()
	query := "SELECT attempt_id IS NOT NULL FROM sessions WHERE id = $1"
	err = db.QueryRowContext(t.Context(), query, v.id).Scan(&held)
	return held, err
}
