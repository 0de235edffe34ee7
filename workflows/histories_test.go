package workflows_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"

	"github.com/stile-id/stile/internal/orchestrator"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/reuse"
	"github.com/stile-id/stile/sessions"
	"github.com/stile-id/stile/worker/workertest"
	"github.com/stile-id/stile/worker/workertest/scene"
	"github.com/stile-id/stile/workflows"
)

// Each scenario here plays real sessions on a real Temporal server, and requires that the recorded histories replay and
// hold no personal data. The command
//
//	go test ./workflows -run TestRecordedHistoriesReplay -save-histories
//
// stores the histories in testdata/histories, where TestSavedHistoriesReplay replays them with all later code. A stored
// history is never overwritten: the code that recorded it may still have open runs. Store new ones before a release,
// under the names of new scenarios. Delete an old one when none of its runs can still be open.
var saveHistories = flag.Bool("save-histories", false, "keep the histories of real sessions in testdata/histories")

const savedHistories = "testdata/histories"

// recordings are histories by name.
type recordings map[string]*historypb.History

func TestRecordedHistoriesReplay(t *testing.T) {
	t.Parallel()
	for name, play := range map[string]func(t *testing.T) recordings{
		"delayed_verified":             verifiedAtTheFirstAttempt,
		"updated_attempts_exhausted":   attemptsExhausted,
		"delayed_two_methods_at_once":  twoMethodsAtOnce,
		"delayed_slow_verdict":         slowVerdict,
		"expired":                      expired,
		"delayed_expired":              expiredUnread,
		"delayed_expiry_moved":         expiryMoved,
		"delayed_cancelled":            cancelled,
		"delayed_run_cancelled":        runCancelled,
		"born_verified":                bornVerified,
		"delayed_database_outage":      databaseOutage,
		"quick_delivery":               quickDelivery,
		"quick_delivery_refused":       quickDeliveryRefused,
		"retried_delivery":             retriedDelivery,
		"retry_brought_forward":        retryBroughtForward,
		"endpoint_disabled":            endpointDisabled,
		"dispatched_event":             dispatchedEvent,
		"recovered_endpoint":           recoveredEndpoint,
		"tested_endpoint":              testedEndpoint,
		"updated_reviewed":             reviewed,
		"reviewed_by_signal":           reviewedBySignal,
		"delayed_provider_judged":      providerJudged,
		"delayed_provider_called_back": providerCalledBack,
		"delayed_provider_stayed_away": providerStayedAway,
		"delayed_judge_waited_aside":   judgeWaited,
		"mail_sent":                    mailSent,
		"grants_revoked":               grantsRevoked,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for of, history := range play(t) {
				require.NoError(t, replayer(t).ReplayWorkflowHistory(silent, history), of)
				recorded := asJSON(t, history)
				requireNothingPersonal(t, history, recorded)
				if *saveHistories {
					save(t, name+"."+of+".json", recorded)
				}
			}
		})
	}
}

func save(t *testing.T, name string, recorded []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(savedHistories, 0o755))
	file, err := os.OpenFile(filepath.Join(savedHistories, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return
	}
	require.NoError(t, err)
	_, err = file.Write(recorded)
	require.NoError(t, errors.Join(err, file.Close()))
}

// asJSON writes a history as the temporal command does, without the name of this machine.
func asJSON(t *testing.T, history *historypb.History) []byte {
	t.Helper()
	recorded, err := temporalproto.CustomJSONMarshalOptions{}.Marshal(history)
	require.NoError(t, err)
	machine, err := os.Hostname()
	require.NoError(t, err)
	recorded = bytes.ReplaceAll(recorded, []byte(machine), []byte("machine"))
	var indented bytes.Buffer
	require.NoError(t, json.Indent(&indented, recorded, "", " "))
	return append(indented.Bytes(), '\n')
}

// The personal data of the user in every session, and the merchant's secret.
const (
	email     = "jane.roe@example.com"
	phone     = "+15555550123"
	birthday  = "1990-01-31"
	reference = "customer 4711"
	token     = "hook-secret"
)

func personal(n *store.NewSession) {
	n.Email, n.Phone = email, phone
	customer := reference
	n.Session.ClientReferenceID = &customer
	n.Session.Metadata = models.AsJSON(map[string]string{"name": "Jane Roe"})
}

func requireNothingPersonal(t *testing.T, history *historypb.History, recorded []byte) {
	t.Helper()
	legible := append(recorded, payloads(history)...)
	for _, secret := range []string{
		email, phone, birthday, reference, "Jane Roe", "simulate", token, "127.0.0.1", "271828", "@",
	} {
		require.NotContains(t, string(legible), secret)
	}
}

// act is a real session with its merchant.
type act struct {
	*workertest.House
	*scene.Scene
	session  models.Session
	merchant *scene.Merchant
	endpoint scene.Endpoint
}

func begin(t *testing.T, methods []rules.Method, event models.EventType, details ...scene.Detail) act {
	t.Helper()
	return beginGraph(t, scene.Attempts(2, scene.AnyOf(methods...)), event, details...)
}

func beginGraph(t *testing.T, d graph.Definition, event models.EventType, details ...scene.Detail) act {
	t.Helper()
	h := house.House(t)
	a := act{House: h, Scene: h.Sandbox(t), merchant: scene.NewMerchant(t, time.Now)}
	a.endpoint = a.Subscribe(t, a.merchant, event)
	a.session = a.Begin(t, d, append(details, personal)...)
	return a
}

func (a act) start(t *testing.T) {
	t.Helper()
	a.House.Start(t, a.session)
	a.Begun(t, a.session.ID)
}

func (a act) simulate(t *testing.T, method rules.Method, outcome string) {
	t.Helper()
	a.House.Simulate(t, a.Scene, a.session, method, outcome)
}

func (a act) tell(t *testing.T) {
	t.Helper()
	require.NoError(t, a.SessionChanged(t.Context(), a.session))
}

// over waits for the end of the session's run and returns its history.
func (a act) over(t *testing.T, as models.SessionStatus) recordings {
	t.Helper()
	a.Await(t, a.session, as)
	a.Completed(t, a.session.ID)
	return recordings{"session": a.History(t, a.session.ID)}
}

// retryOver also waits for the end of the event's RetryDelivery.
func (a act) retryOver(t *testing.T, recorded recordings) recordings {
	t.Helper()
	id := workflows.DeliveryWorkflowID(a.Deliveries(t, a.endpoint)[0].Ref())
	a.Completed(t, id)
	recorded["retry"] = a.History(t, id)
	return recorded
}

func verifiedAtTheFirstAttempt(t *testing.T) recordings {
	a := begin(t, []rules.Method{rules.MethodSelfAttestation}, models.EventSessionVerified)
	a.start(t)
	declared := a.Submit(t, a.session, rules.MethodSelfAttestation,
		`{"date_of_birth": "`+birthday+`", "declaration": true}`)
	require.NoError(t, a.SubmissionReceived(t.Context(), a.session, declared.ID))
	return a.over(t, models.StatusVerified)
}

// quickDelivery plays a session with a quick delivery: the endpoint has acknowledged that of the session before within
// 200 milliseconds.
func quickDelivery(t *testing.T) recordings {
	t.Helper()
	a := acquainted(t)
	a.start(t)
	a.simulate(t, document, simulated.Pass)
	return a.over(t, models.StatusVerified)
}

func quickDeliveryRefused(t *testing.T) recordings {
	a := acquainted(t)
	a.merchant.Answers(http.StatusInternalServerError, http.StatusOK)
	a.start(t)
	a.simulate(t, document, simulated.Pass)
	recorded := a.over(t, models.StatusVerified)
	later := workflows.DeliveryWorkflowID(a.Deliveries(t, a.endpoint)[1].Ref())
	a.Completed(t, later)
	recorded["retry"] = a.History(t, later)
	return recorded
}

// acquainted plays a session and returns the next one, with the same endpoint.
func acquainted(t *testing.T) act {
	t.Helper()
	a := begin(t, []rules.Method{document}, models.EventSessionVerified)
	a.start(t)
	a.simulate(t, document, simulated.Pass)
	a.over(t, models.StatusVerified)
	a.session = a.Begin(t, scene.AnyOf(document), personal)
	return a
}

func attemptsExhausted(t *testing.T) recordings {
	a := begin(t, []rules.Method{document}, models.AllEvents)
	a.start(t)
	a.simulate(t, document, simulated.Fail)
	a.Await(t, a.session, models.StatusRequiresInput)
	a.simulate(t, document, simulated.Fail)
	return a.over(t, models.StatusFailed)
}

func twoMethodsAtOnce(t *testing.T) recordings {
	a := begin(t, []rules.Method{facial, document}, models.EventSessionVerified)
	a.start(t)
	first := a.Scene.Simulate(t, a.session, facial, simulated.Fail)
	second := a.Scene.Simulate(t, a.session, document, simulated.Pass)
	for _, id := range []string{first.ID, first.ID, second.ID} {
		if err := a.SubmissionReceived(t.Context(), a.session, id); !errors.Is(err, orchestrator.ErrCompleted) {
			require.NoError(t, err) // the first update has both judged, if the run sees the second submission in its row
		}
	}
	return a.over(t, models.StatusVerified)
}

func slowVerdict(t *testing.T) recordings {
	a := begin(t, []rules.Method{document}, models.EventSessionVerified)
	a.start(t)
	a.simulate(t, document, simulated.Slow)
	return a.over(t, models.StatusVerified)
}

func expired(t *testing.T) recordings {
	a := begin(t, []rules.Method{document}, models.EventSessionExpired, scene.Lasting(2*time.Second))
	a.start(t)
	return a.over(t, models.StatusExpired)
}

func expiredUnread(t *testing.T) recordings {
	lasts := scene.Lasting(workflows.DeadlineLead + 2*time.Second)
	a := begin(t, []rules.Method{document}, models.EventSessionExpired, lasts)
	a.start(t)
	return a.over(t, models.StatusExpired)
}

func expiryMoved(t *testing.T) recordings {
	a := begin(t, []rules.Method{document}, models.EventSessionExpired)
	a.start(t)
	_, err := a.Change(t.Context(), store.Change{
		OrgID: a.session.OrgID, SessionID: a.session.ID, ID: "review", From: models.OpenStatuses, To: models.StatusCreated,
		Set: map[string]any{"expires_at": models.At(time.Now().Add(2 * time.Second))},
	})
	require.NoError(t, err)
	a.tell(t)
	return a.over(t, models.StatusExpired)
}

func cancelled(t *testing.T) recordings {
	a := begin(t, []rules.Method{document}, models.EventSessionCancelled)
	a.start(t)
	_, err := a.End(t.Context(), a.session.OrgID, a.session.ID, models.CancellableStatuses, models.StatusCancelled)
	require.NoError(t, err)
	a.tell(t)
	return a.over(t, models.StatusCancelled)
}

func runCancelled(t *testing.T) recordings {
	a := begin(t, []rules.Method{document}, models.EventSessionCancelled)
	a.start(t)
	require.NoError(t, a.Temporal.CancelWorkflow(t.Context(), a.session.ID, ""))
	return a.over(t, models.StatusCancelled)
}

func bornVerified(t *testing.T) recordings {
	a := begin(t, []rules.Method{document}, models.AllEvents, scene.BornVerified)
	a.start(t)
	return a.over(t, models.StatusVerified)
}

func databaseOutage(t *testing.T) recordings {
	a := begin(t, []rules.Method{unstable}, models.EventSessionVerified)
	a.start(t)
	a.simulate(t, unstable, simulated.Pass)
	return a.over(t, models.StatusVerified)
}

func retriedDelivery(t *testing.T) recordings {
	t.Helper()
	a := begin(t, []rules.Method{document}, models.EventSessionVerified)
	a.merchant.Answers(http.StatusInternalServerError, http.StatusOK)
	a.start(t)
	a.simulate(t, document, simulated.Pass)
	return a.retryOver(t, a.over(t, models.StatusVerified))
}

func retryBroughtForward(t *testing.T) recordings {
	a := begin(t, []rules.Method{document}, models.EventSessionVerified)
	a.merchant.Answers(http.StatusInternalServerError, http.StatusInternalServerError, http.StatusOK)
	a.start(t)
	a.simulate(t, document, simulated.Pass)
	recorded := a.over(t, models.StatusVerified)
	require.NoError(t, a.RetryDelivery(t.Context(), a.attempt(t, 3)))
	return a.retryOver(t, recorded)
}

func endpointDisabled(t *testing.T) recordings {
	a := begin(t, []rules.Method{document}, models.EventSessionVerified)
	a.merchant.Answers(http.StatusInternalServerError)
	a.start(t)
	a.simulate(t, document, simulated.Pass)
	recorded := a.over(t, models.StatusVerified)
	third := a.attempt(t, 3)
	a.Disable(t, a.endpoint)
	require.NoError(t, a.RetryDelivery(t.Context(), third))
	return a.retryOver(t, recorded)
}

// attempt waits until the n-th attempt at the endpoint is pending.
func (a act) attempt(t *testing.T, n int) models.Delivery {
	t.Helper()
	testkit.Eventually(t, func() bool { return len(a.Deliveries(t, a.endpoint)) == n })
	return a.Deliveries(t, a.endpoint)[n-1]
}

func dispatchedEvent(t *testing.T) recordings {
	a := begin(t, []rules.Method{document}, models.EventSessionCreated)
	event := a.EventsOf(t, a.session)[0].ID
	require.NoError(t, a.DispatchEvent(t.Context(), a.session.OrgID, event))
	a.Completed(t, event)
	return recordings{"dispatch": a.History(t, event)}
}

func recoveredEndpoint(t *testing.T) recordings {
	a := begin(t, []rules.Method{document}, models.EventSessionVerified)
	a.merchant.Answers(http.StatusInternalServerError, http.StatusInternalServerError, http.StatusOK)
	a.start(t)
	a.simulate(t, document, simulated.Pass)
	recorded := a.over(t, models.StatusVerified)
	a.attempt(t, 3)
	recovery, err := a.CreateRecovery(t.Context(), a.Org, "key_1", a.endpoint.ID, a.session.Created, a.Now())
	require.NoError(t, err)
	require.NoError(t, a.RecoverEndpoint(t.Context(), recovery))
	a.Completed(t, recovery.ID)
	require.Len(t, a.merchant.Requests(), 3)
	recorded["recovery"] = a.History(t, recovery.ID)
	return recorded
}

func testedEndpoint(t *testing.T) recordings {
	a := begin(t, []rules.Method{document}, models.EventSessionVerified)
	test, err := a.TestEndpoint(t.Context(), a.Org, "key_1", a.endpoint.ID)
	require.NoError(t, err)
	require.NoError(t, a.RetryDelivery(t.Context(), test))
	return a.retryOver(t, recordings{})
}

func mailSent(t *testing.T) recordings {
	h := house.House(t)
	s := h.Sandbox(t)
	queued, err := h.Store.QueueMail(t.Context(), store.NewMail{
		OrgID: s.Org, Purpose: models.MailCode, TTL: time.Hour,
		MailContent: models.MailContent{To: email, Values: map[string]string{"code": "271828", "minutes": "10"}},
	})
	require.NoError(t, err)
	require.NoError(t, h.SendMail(t.Context(), queued.Ref()))
	h.Completed(t, queued.ID)
	sent, err := h.Store.Mail(t.Context(), queued.Ref())
	require.NoError(t, err)
	require.Equal(t, models.MailSent, sent.Status)
	return recordings{"mail": h.History(t, queued.ID)}
}

func grantsRevoked(t *testing.T) recordings {
	h := house.House(t)
	source, target := h.Sandbox(t), h.Sandbox(t)
	addressed := func(n *store.NewSession) { n.Email = "shared-" + email }
	session := source.Begin(t, scene.AnyOf(document), scene.BornVerified, addressed)
	require.NoError(t, h.Store.ShareCredential(t.Context(), session))
	granted := target.Begin(t, scene.AnyOf(document), addressed, func(n *store.NewSession) {
		n.Trust = &store.Trust{
			Demand: reuse.Policy{Now: time.Now()}.Demand(""), Email: n.Email,
			Notice: func(g models.TrustGrant) store.NewMail {
				return store.NewMail{OrgID: g.OrgID, Purpose: models.MailGrant, TTL: time.Hour}
			},
		}
	})
	require.NotNil(t, granted.TrustGrantID)
	ended, err := h.Store.UnshareCredential(t.Context(), session)
	require.NoError(t, err)
	require.Len(t, ended, 1)
	require.NoError(t, h.RevokeGrants(t.Context(), ended[0].Ref()))
	h.Completed(t, ended[0].ID)
	return recordings{"grants": h.History(t, ended[0].ID)}
}

// toReview brings a session to its review.
func toReview(t *testing.T) act {
	t.Helper()
	a := beginGraph(t, definition(t, onward), models.AllEvents)
	a.start(t)
	a.simulate(t, facial, simulated.Pass)
	testkit.Eventually(t, func() bool { return a.Reread(t, a.session).Review.Status.Waits() })
	return a
}

func reviewed(t *testing.T) recordings {
	a := toReview(t)
	engine := sessions.Engine{Store: a.Scene.Store, ReviewTimeout: reviewTimeout, SessionTTL: day}
	for _, decision := range []graph.Decision{graph.Escalate, graph.Approve} {
		changed, err := engine.Decide(t.Context(), models.ReviewDecision{
			SessionRef: models.SessionRef{OrgID: a.session.OrgID, SessionID: a.session.ID},
			Decision:   decision, Reviewer: "kim",
		}, "key_1")
		require.NoError(t, err)
		require.NoError(t, a.SessionChanged(t.Context(), changed.Session))
	}
	a.simulate(t, document, simulated.Pass)
	return a.over(t, models.StatusVerified)
}

func reviewedBySignal(t *testing.T) recordings {
	a := toReview(t)
	require.NoError(t, a.Temporal.SignalWorkflow(t.Context(), a.session.ID, "", workflows.SignalReviewDecision,
		workflows.ReviewSignal{Decision: graph.Reject, Reviewer: "kim"}))
	return a.over(t, models.StatusFailed)
}

// toProvider submits to a provider that gives these answers and has patience to give them.
func toProvider(
	t *testing.T,
	mode models.ConnectorMode,
	patience time.Duration,
	answers ...answer,
) (act, models.Submission) {
	t.Helper()
	a := begin(t, []rules.Method{document, facial}, models.EventSessionVerified)
	a.start(t)
	submission := newProvider(t, a.Scene, mode, answers...).takes(t, a.Scene, a.session, patience)
	require.NoError(t, a.SubmissionReceived(t.Context(), a.session, submission.ID))
	return a, submission
}

func providerJudged(t *testing.T) recordings {
	a, _ := toProvider(t, models.ConnectorSync, patience, away, passes)
	return a.over(t, models.StatusVerified)
}

func providerCalledBack(t *testing.T) recordings {
	a, submission := toProvider(t, models.ConnectorCallback, patience, promised)
	testkit.Eventually(t, func() bool {
		waiting := a.Unjudged(t, a.session)
		return len(waiting) == 1 && waiting[0].PromisedAt != nil
	})
	callBack(t, a.Scene, submission, methods.Passed(rules.MinAge(21)))
	a.tell(t)
	return a.over(t, models.StatusVerified)
}

// judgeWaited has another method fail while the judge of the first waits.
func judgeWaited(t *testing.T) recordings {
	a := begin(t, []rules.Method{called, facial}, models.EventSessionVerified)
	a.start(t)
	a.simulate(t, called, simulated.Pass)
	a.simulate(t, facial, simulated.Fail)
	return a.over(t, models.StatusVerified)
}

func providerStayedAway(t *testing.T) recordings {
	a, _ := toProvider(t, models.ConnectorSync, 2*time.Second, away)
	a.Await(t, a.session, models.StatusRequiresInput)
	a.simulate(t, facial, simulated.Pass)
	return a.over(t, models.StatusVerified)
}
