package api_test

import (
	"database/sql"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

var tableRow = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([^|]*) \\| ([^|]*) \\|")

// Every request of a device that writes has a row in docs/operations.md with its growth and bound.
func TestEveryWriteOfADeviceHasADeclaredBound(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	text, err := os.ReadFile("../docs/operations.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(text), "## What a user's device can make grow")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	declared := map[string]string{}
	for _, row := range tableRow.FindAllStringSubmatch(section, -1) {
		declared[row[1]] = strings.TrimSpace(row[3])
	}
	writes := e.api.DeviceWrites()
	require.Greater(t, len(writes), 10)
	for _, write := range writes {
		require.NotEmpty(t, declared[write], "%s writes, and docs/operations.md declares no bound for it", write)
		delete(declared, write)
	}
	require.Empty(t, declared, "docs/operations.md names what is no write of a device")
}

// rows counts the rows of every table but the rate counters, which the sweep deletes after some minutes.
func (e *env) rows() map[string]int {
	e.t.Helper()
	db := e.database()
	counts := map[string]int{}
	for _, table := range e.tables(db) {
		var n int
		require.NoError(e.t, db.QueryRowContext(e.t.Context(), "SELECT count(*) FROM "+table).Scan(&n))
		counts[table] = n
	}
	return counts
}

func (e *env) tables(db *sql.DB) (names []string) {
	rows, err := db.QueryContext(
		e.t.Context(),
		"SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'rate_windows'",
	)
	require.NoError(e.t, err)
	defer func() { require.NoError(e.t, rows.Close()) }()
	for rows.Next() {
		var name string
		require.NoError(e.t, rows.Scan(&name))
		names = append(names, name)
	}
	require.NoError(e.t, rows.Err())
	return names
}

func manyCalls(o *api.Options) {
	o.Config.RateLimitSession, o.Config.RateLimitAddress = 1_000_000, 1_000_000
}

func TestRepeatedRequestOfADeviceWritesNoRow(t *testing.T) {
	t.Parallel()
	e := newEnv(t, manyCalls)
	s := e.provided()
	phone := e.confirmed(s)
	e.isOK(e.do("POST", s.path("/open"), s.secret, nil), 200)
	for name, again := range map[string]func() answer{
		"open":    func() answer { return e.do("POST", s.path("/open"), s.secret, nil) },
		"consent": func() answer { return e.do("POST", s.path("/consent"), phone.secret, obj{"granted": true}) },
		"events":  func() answer { return e.do("POST", s.path("/events"), s.secret, obj{"type": "scan_failed"}) },
		"confirm": func() answer {
			row, err := e.store.Session(t.Context(), e.sandbox.org.ID, s.id)
			require.NoError(t, err)
			h, err := e.store.Handoff(t.Context(), row, *row.AttemptID)
			require.NoError(t, err)
			return e.do("POST", s.path("/handoff/confirm"), phone.secret, obj{"number": h.Number})
		},
		"heartbeat": func() answer { return e.do("POST", s.path("/device/heartbeat"), phone.secret, nil) },
		"view":      func() answer { return e.do("GET", s.path(""), phone.secret, nil) },
		"status":    func() answer { return e.do("GET", s.path("/status"), s.secret, nil) },
	} {
		e.isOK(again(), 200)
		before, told := e.rows(), len(e.temporal.all())
		for range 20 {
			e.isOK(again(), 200)
		}
		require.Equal(t, before, e.rows(), name)
		require.Len(t, e.temporal.all(), told, name)
	}
}

func TestRepeatedProofOfADeviceWritesNoRow(t *testing.T) {
	t.Parallel()
	e := newEnv(t, manyCalls, withMail)
	workflow := e.anyMethod(e.sandbox)
	token := e.token(e.verified(e.sandbox, workflow))
	redeemed, proven, guessed := e.create(e.sandbox, workflow), e.attestFor(ada), e.attestFor("bob@person.example")
	e.isOK(e.redeem(redeemed, token), 200)
	e.isOK(e.askOTP(proven, obj{}), 200)
	code := e.code(e.sandbox)
	e.isOK(e.enter(proven, code), 200)
	for range 3 {
		e.isOK(e.askOTP(guessed, obj{}), 200)
	}
	other := wrong(e.code(e.sandbox))
	for name, again := range map[string]func() answer{
		"token":     func() answer { return e.redeem(redeemed, token) },
		"proof":     func() answer { return e.enter(proven, code) },
		"guess":     func() answer { return e.enter(guessed, other) },
		"no token":  func() answer { return e.redeem(guessed, "a.b.c") },
		"more mail": func() answer { return e.askOTP(guessed, obj{}) },
	} {
		before, told := e.rows(), len(e.temporal.all())
		for range 20 {
			again()
		}
		require.Equal(t, before, e.rows(), name)
		require.Len(t, e.temporal.all(), told, name)
	}
	e.submit(guessed, "self_attestation", graph.OutcomePassed)
	require.Equal(t, "verified", e.status(guessed), "at the bounds of codes the user can still finish")
}

func TestRepeatedPieceOfADeviceWritesNoRow(t *testing.T) {
	t.Parallel()
	e, s := enrolment(t)
	begun := e.isOK(e.uploads(s, "student", "", "Upload-Complete", "?0"), 201).object["id"].(string)
	grow := func(offset string) answer {
		return e.do("PATCH", s.path("/uploads/"+begun), s.secret, "x", "Upload-Offset", offset)
	}
	before := e.rows()
	for range 20 {
		e.isError(e.uploads(s, "student", "nothing known"), 400, "parameter_invalid")
		e.isError(grow("0"), 400, "parameter_invalid")
		e.isError(grow("9"), 409, "upload_offset_mismatch")
	}
	require.Equal(t, before, e.rows())
}

func TestRepeatedMessageOfADeviceWritesNoRow(t *testing.T) {
	t.Parallel()
	e := newEnv(t, manyCalls)
	ch, _ := e.entered(e.provided())
	ch.isAcked(obj{"type": "phase", "phase": "begun"})
	before := e.rows()
	for i := range 20 {
		ch.isAcked(obj{"type": "heartbeat"})
		ch.isAcked(obj{"type": "phase", "phase": fmt.Sprint("step_", i)})
		message := chunks(fmt.Sprint("transfer-", i), "document_capture", bulky(2_000), 1_500)[0]
		ch.isAcked(message)
	}
	after := e.rows()
	require.Equal(
		t,
		[]int{before["transfers"] + 1, before["transfer_chunks"] + 1},
		[]int{after["transfers"], after["transfer_chunks"]},
	)
	after["transfers"], after["transfer_chunks"] = before["transfers"], before["transfer_chunks"]
	require.Equal(t, before, after)
}

func TestStoredAnswersOfADeviceAreBounded(t *testing.T) {
	t.Parallel()
	e := newEnv(t, manyCalls)
	s := e.attest()
	open := func(i int) answer {
		return e.isOK(e.do("POST", s.path("/open"), s.secret, nil, "Idempotency-Key", fmt.Sprint("key-", i)), 200)
	}
	const more = 10
	for i := range rest.MostDeviceAnswers + more {
		open(i)
		e.clock.Advance(time.Millisecond)
	}
	require.Equal(t, rest.MostDeviceAnswers, e.rows()["idempotency_keys"])
	require.Equal(t, "true", open(more).header.Get("Idempotent-Replayed"), "the newest are replayed")
	require.Empty(
		t,
		open(0).header.Get("Idempotent-Replayed"),
		"the oldest is carried out as the first, and changes nothing",
	)
	e.submit(s, "self_attestation", graph.OutcomePassed)
	require.Equal(t, "verified", e.status(s), "the user can finish")
}

func TestHandoffsOfASessionAreBounded(t *testing.T) {
	t.Parallel()
	for name, finish := range map[string]func(e *env, s session){
		"the user finishes on the desktop": func(e *env, s session) {
			e.submit(s, "self_attestation", graph.OutcomePassed)
			require.Equal(e.t, "verified", e.status(s))
		},
		"the merchant cancels": func(e *env, s session) {
			e.isOK(e.do("POST", pathSessions+"/"+s.id+"/cancel", e.sandbox.secret, nil), 200)
			require.Equal(e.t, "cancelled", e.status(s))
			require.Equal(e.t, "changed "+s.id, e.temporal.all()[len(e.temporal.all())-1], "and the run hears of it")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t, manyCalls)
			s := e.attest()
			for range models.MaxHandoffs {
				phone, _ := e.phone(s, "phone")
				e.isOK(e.do("POST", s.path("/device/release"), phone.secret, nil), 200)
			}
			told := len(e.temporal.all())
			require.LessOrEqual(t, told, 2*models.MaxHandoffs+2)
			before := e.rows()
			for range 10 {
				e.isError(e.do("POST", s.path("/handoff"), s.secret, nil), 409, "handoff_disabled")
				e.isOK(e.do("POST", s.path("/device/release"), s.secret, nil), 200)
			}
			require.Equal(t, before, e.rows())
			require.Len(t, e.temporal.all(), told)
			finish(e, s)
		})
	}
}

func TestConcurrentReleasesSignalOnce(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(e *env, s, phone session){
		"release": func(e *env, s, _ session) { e.do("POST", s.path("/device/release"), s.secret, nil) },
		"a wrong number": func(e *env, _, phone session) {
			e.do("POST", phone.path("/handoff/confirm"), phone.secret, obj{"number": 7})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			s := e.attest()
			phone, _ := e.phone(s, "phone")
			told := len(e.temporal.all())
			var asking sync.WaitGroup
			for range 10 {
				asking.Go(func() { ask(e, s, phone) })
			}
			asking.Wait()
			require.Len(t, e.temporal.all(), told+1)
		})
	}
}

// A verdict that uses up an attempt because the free submissions are used up is still the provider's verdict.
func TestCallbackAfterTheFreeSubmissionsGetsTheSameAnswer(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withCallbacks)
	a := e.asked()
	e.exec(
		e.database(),
		fmt.Sprintf("UPDATE sessions SET submissions = %d WHERE id = '%s'", models.MaxFreeSubmissions+1, a.id),
	)
	verdict := obj{"outcome": "requires_input", "reason_codes": []string{string(rules.ReasonUnreadable)}}
	for range 2 {
		e.isOK(e.call(a, verdict), 200)
	}
	e.isError(e.call(a, obj{"outcome": "passed"}), 409, "verdict_given")
	shown := e.isOK(e.do("GET", pathSessions+"/"+a.id+"?expand[]=results", e.sandbox.secret, nil), 200).object
	require.Equal(t, "failed", in(shown, "results", 0, "status"))
}
