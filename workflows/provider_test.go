package workflows_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/connector"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/sessions"
	"github.com/stile-id/stile/worker/workertest"
	"github.com/stile-id/stile/worker/workertest/scene"
)

// patience is how long Stile repeats a request to an unavailable provider.
const patience = 2 * time.Minute

// connect returns the client of a provider, as a worker does.
func (p *play) connect(c models.ProviderConnector, secret string) methods.Provider {
	return connector.Connector{
		URL:         c.URL,
		Secret:      secret,
		CallbackURL: workertest.CallbackURL,
		Timeout:     c.Timeout(),
		Client:      outbound.NewClient(testkit.Patience, outbound.Policy{Allow: outbound.Loopback()}),
		Now:         p.env.Now,
	}
}

// answer is a provider's answer to one request.
type answer struct {
	status int
	body   string
}

// provider is an external judge of documents. It gives its answers in order and repeats the last one.
type provider struct {
	server    *httptest.Server
	connector models.ProviderConnector
	mu        sync.Mutex
	answers   []answer
	asked     []string // the ids of the submissions
}

func newProvider(t *testing.T, s *scene.Scene, mode models.ConnectorMode, answers ...answer) *provider {
	t.Helper()
	v := &provider{answers: answers}
	v.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var sent struct{ ID string }
		_ = json.NewDecoder(r.Body).Decode(&sent)
		said := v.next(sent.ID)
		w.WriteHeader(said.status)
		_, _ = io.WriteString(w, said.body)
	}))
	t.Cleanup(v.server.Close)
	v.connector, _ = s.Connect(t, models.ProviderConnector{Method: document, URL: v.server.URL, Mode: mode})
	return v
}

// takes submits a document for the provider to judge.
func (v *provider) takes(
	t *testing.T,
	s *scene.Scene,
	session models.Session,
	patience time.Duration,
) models.Submission {
	t.Helper()
	return s.SubmitTo(t, v.connector, session, `{"front":"`+birthday+`"}`, patience)
}

func (v *provider) next(submission string) answer {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.asked = append(v.asked, submission)
	said := v.answers[0]
	if len(v.answers) > 1 {
		v.answers = v.answers[1:]
	}
	return said
}

// submissions returns the submissions about which the provider was asked.
func (v *provider) submissions() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.asked)
}

// says changes the provider's answer from now on.
func (v *provider) says(now answer) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.answers = []answer{now}
}

// submitsTo submits a document for the provider to judge and signals the run.
func (p *play) submitsTo(t *testing.T, v *provider, session models.Session) models.Submission {
	t.Helper()
	submission := v.takes(t, p.Scene, session, patience)
	p.signal(submission)
	return submission
}

// callsBack delivers the provider's verdict by callback and signals the run, as the API does.
func (p *play) callsBack(t *testing.T, s models.Submission, verdict methods.Verdict) sessions.VerdictChange {
	t.Helper()
	done := callBack(t, p.Scene, s, verdict)
	p.changed()
	return done
}

func callBack(t *testing.T, at *scene.Scene, s models.Submission, verdict methods.Verdict) sessions.VerdictChange {
	t.Helper()
	ref := models.SubmissionRef{
		SessionRef: models.SessionRef{OrgID: s.OrgID, SessionID: s.SessionID}, SubmissionID: s.ID,
	}
	engine := sessions.Engine{Store: at.Store, ReviewTimeout: reviewTimeout, SessionTTL: day}
	done, err := engine.CommitVerdict(t.Context(), ref, sessions.Given(verdict))
	require.NoError(t, err)
	return done
}

var (
	away      = answer{status: http.StatusServiceUnavailable}
	promised  = answer{status: http.StatusAccepted}
	passes    = answer{http.StatusOK, `{"outcome":"passed"}`}
	outOfDate = answer{http.StatusOK, `{"outcome":"failed","reason_codes":["document_expired"]}`}
)

// lastReasons returns the reasons of the last verdict and the number of attempts left.
func (p *play) lastReasons(t *testing.T, session models.Session) ([]rules.ReasonCode, int) {
	t.Helper()
	now := p.Reread(t, session)
	g, err := p.SessionGraph(t.Context(), now)
	require.NoError(t, err)
	results, err := p.Results(t.Context(), session.OrgID, session.ID)
	require.NoError(t, err)
	given := results[session.ID]
	require.NotEmpty(t, given)
	last := given[len(given)-1]
	return last.ReasonCodes.V, now.GraphState.V.AttemptsLeft(g, last.Node)
}

func TestProviderJudgesAtOnce(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	v := newProvider(t, p.Scene, models.ConnectorSync, outOfDate, passes)
	session := p.Begin(t, scene.AnyOf(document))
	var first, second models.Submission
	p.after(time.Minute, func() { first = p.submitsTo(t, v, session) })
	p.after(2*time.Minute, func() {
		reasons, left := p.lastReasons(t, session)
		require.Equal(t, []rules.ReasonCode{rules.ReasonDocumentExpired}, reasons)
		require.Equal(t, 2, left, "a failure uses up an attempt")
		require.Equal(t, models.StatusRequiresInput, p.Reread(t, session).Status)
		second = p.submitsTo(t, v, session)
	})

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, 2*time.Minute)
	require.Equal(t, []string{first.ID, second.ID}, v.submissions())
	require.Equal(t, 2, p.tally.regular(models.ActivityAskProvider))
}

func TestProviderOutageIsSurvived(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	v := newProvider(t, p.Scene, models.ConnectorSync, away, away, away, passes)
	session := p.Begin(t, scene.Attempts(1, scene.AnyOf(document)))
	p.after(time.Minute, func() { p.submitsTo(t, v, session) })

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, time.Minute+7*time.Second) // 1, 2 and 4 s
	require.Len(t, v.submissions(), 4)
	require.Equal(t, []graph.Outcome{graph.OutcomePassed}, p.Verdicts(t, session), "an outage is no verdict")
}

func TestUnavailableProviderCostsNoAttempt(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	v := newProvider(t, p.Scene, models.ConnectorSync, away)
	session := p.Begin(t, scene.Attempts(1, scene.AnyOf(document, facial)))
	p.after(time.Minute, func() { p.submitsTo(t, v, session) })
	p.after(time.Minute+patience-time.Second, func() {
		require.Equal(t, models.StatusProcessing, p.Reread(t, session).Status)
		require.Contains(t, p.details(t), "waits for the provider of `document_capture`")
	})
	asked := 0
	p.after(time.Minute+patience+time.Second, func() {
		require.Equal(t, models.StatusRequiresInput, p.Reread(t, session).Status)
		reasons, left := p.lastReasons(t, session)
		require.Equal(t, []rules.ReasonCode{rules.ReasonProviderUnavailable}, reasons)
		require.Equal(t, 1, left)
		require.Equal(t, []graph.Outcome{graph.OutcomeError}, p.Verdicts(t, session))
		asked = len(v.submissions())
		require.Greater(t, asked, 5)
	})
	p.after(time.Hour, func() {
		require.Len(t, v.submissions(), asked, "nobody asks any more")
		v.says(passes)
		p.submitsTo(t, v, session)
	})

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, time.Hour)
}

func TestRefusingProviderIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]answer{
		"the request": {http.StatusUnauthorized, ""},
		"to be clear": {http.StatusOK, `{"outcome":"failed"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t)
			v := newProvider(t, p.Scene, models.ConnectorSync, refusal, passes)
			session := p.Begin(t, scene.Attempts(1, scene.AnyOf(document)))
			p.after(time.Minute, func() { p.submitsTo(t, v, session) })
			p.after(2*time.Minute, func() {
				reasons, left := p.lastReasons(t, session)
				require.Equal(t, []rules.ReasonCode{rules.ReasonMethodError}, reasons)
				require.Equal(t, 1, left)
				require.Len(t, v.submissions(), 1)
				p.submitsTo(t, v, session)
			})

			p.run(t, session)

			p.ended(t, session, models.StatusVerified, 2*time.Minute)
		})
	}
}

func TestProviderCallsBackLater(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	v := newProvider(t, p.Scene, models.ConnectorCallback, promised)
	session := p.Begin(t, scene.AnyOf(document))
	var submission models.Submission
	p.after(time.Minute, func() { submission = p.submitsTo(t, v, session) })
	p.after(30*time.Minute, func() { // long after the end of retries in an outage
		require.Equal(t, models.StatusProcessing, p.Reread(t, session).Status)
		require.Contains(t, p.details(t), "waits for the callback of the provider of `document_capture`")
		require.True(t, p.state(t).Unjudged[0].Promised)
		require.False(t, p.callsBack(t, submission, methods.Passed(rules.MinAge(21))).Repeated)
	})

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, 30*time.Minute)
	require.Len(t, v.submissions(), 1)
}

func TestCallbackMayOvertakeThePromise(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	var submission models.Submission
	v := newProvider(t, p.Scene, models.ConnectorCallback, promised)
	inner := v.server.Config.Handler
	v.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.callsBack(t, submission, methods.Failed(rules.ReasonUnderAge))
		inner.ServeHTTP(w, r)
	})
	p.after(time.Minute, func() { submission = p.submitsTo(t, v, session) })
	p.after(2*time.Minute, func() {
		require.Equal(t, models.StatusRequiresInput, p.Reread(t, session).Status)
		require.Equal(t, []graph.Outcome{graph.OutcomeFailed}, p.Verdicts(t, session))
		require.Empty(t, p.Unjudged(t, session))
	})

	p.run(t, session)

	p.ended(t, session, models.StatusExpired, day)
	require.Len(t, p.Verdicts(t, session), 1)
}

func TestMissingCallbackIsGivenUp(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	v := newProvider(t, p.Scene, models.ConnectorCallback, promised)
	session := p.Begin(t, scene.Attempts(1, scene.AnyOf(document)))
	var submission models.Submission
	p.after(time.Minute, func() { submission = p.submitsTo(t, v, session) })
	late := time.Minute + models.CallbackTimeoutDefault
	p.after(late-time.Second, func() { require.Equal(t, models.StatusProcessing, p.Reread(t, session).Status) })
	p.after(late+time.Minute, func() {
		require.Equal(t, models.StatusRequiresInput, p.Reread(t, session).Status)
		reasons, left := p.lastReasons(t, session)
		require.Equal(t, []rules.ReasonCode{rules.ReasonProviderUnavailable}, reasons)
		require.Equal(t, 1, left)
		p.callsBack(t, submission, methods.Passed(rules.MinAge(21))) // too late
	})

	p.run(t, session)

	p.ended(t, session, models.StatusExpired, day)
	require.Equal(t, []graph.Outcome{graph.OutcomeError}, p.Verdicts(t, session))
}

func TestSecondCallbackChangesNothing(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	v := newProvider(t, p.Scene, models.ConnectorCallback, promised)
	session := p.Begin(t, scene.AllOf(document, facial))
	var submission models.Submission
	p.after(time.Minute, func() { submission = p.submitsTo(t, v, session) })
	p.after(2*time.Minute, func() {
		require.NotEmpty(t, p.callsBack(t, submission, methods.Passed(rules.MinAge(21))).Session.ID)
		require.Empty(t, p.callsBack(t, submission, methods.Failed(rules.ReasonFaceMismatch)).Session.ID)
	})
	p.after(3*time.Minute, func() { p.submits(t, session, facial, "pass") })

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, 3*time.Minute)
	require.Equal(t, []graph.Outcome{graph.OutcomePassed, graph.OutcomePassed}, p.Verdicts(t, session))
}

func TestDeletedConnectorCountsAsUnavailable(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	v := newProvider(t, p.Scene, models.ConnectorSync, away)
	session := p.Begin(t, scene.AnyOf(document))
	p.after(time.Minute, func() { p.submitsTo(t, v, session) })
	p.after(time.Minute+5*time.Second, func() {
		require.NoError(t, p.DeleteConnector(t.Context(), p.Org, "key_1", v.connector.ID))
	})
	p.after(time.Minute+10*time.Second, func() {
		reasons, _ := p.lastReasons(t, session)
		require.Equal(t, []rules.ReasonCode{rules.ReasonProviderUnavailable}, reasons)
	})

	p.run(t, session)

	p.ended(t, session, models.StatusExpired, day)
}

func TestSessionMayEndDuringAProviderRequest(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	v := newProvider(t, p.Scene, models.ConnectorSync, away)
	session := p.Begin(t, scene.AnyOf(document, facial))
	p.after(time.Minute, func() { p.submitsTo(t, v, session) })
	p.after(time.Minute+10*time.Second, func() { p.submits(t, session, facial, "pass") })

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, time.Minute+10*time.Second)
	require.Equal(t, []graph.Outcome{graph.OutcomePassed}, p.Verdicts(t, session))
}

func TestProviderRiskDecidesTheBranch(t *testing.T) {
	t.Parallel()
	const byRisk = `{"mode": "graph", "use_case": "alcohol_delivery", "graph": {"start": "doc", "nodes": {
		"doc":   {"kind": "method", "method": "document_capture", "pass": "risky", "fail": "no"},
		"risky": {"kind": "branch", "cases": [
			{"when": "risk.level == 'high' && risk.score > 80 && 'vpn' in risk.signals", "next": "no"}], "default": "yes"},
		"yes": {"kind": "verified"}, "no": {"kind": "failed"}}}}`
	for body, want := range map[string]models.SessionStatus{
		`{"outcome":"passed","risk":{"score":90,"signals":["vpn"]}}`: models.StatusFailed,
		`{"outcome":"passed","risk":{"score":75,"signals":["vpn"]}}`: models.StatusVerified,
		`{"outcome":"passed"}`: models.StatusVerified,
	} {
		p := newPlay(t)
		v := newProvider(t, p.Scene, models.ConnectorSync, answer{http.StatusOK, body})
		session := p.Begin(t, definition(t, byRisk))
		p.after(time.Minute, func() { p.submitsTo(t, v, session) })

		p.run(t, session)

		p.ended(t, session, want, time.Minute)
	}
}
