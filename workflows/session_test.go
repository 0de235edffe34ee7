package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/worker/workertest/scene"
)

const (
	document = rules.MethodDocumentCapture
	mdl      = rules.MethodMDL
	facial   = rules.MethodFacialAge
	liveness = rules.MethodSelfieLiveness
)

// step is one submission: its delay after the step before, its method, and the outcome it simulates.
type step struct {
	wait    time.Duration
	method  rules.Method
	outcome string
}

func TestGraphDecidesTheEndOfASession(t *testing.T) {
	t.Parallel()
	withLiveness := scene.AllOf(mdl, document)
	withLiveness.Supplementary = []rules.Method{liveness}
	for name, play := range map[string]struct {
		workflow graph.Definition
		steps    []step
		verdicts []graph.Outcome
		end      models.SessionStatus
		event    models.EventType
		reason   rules.ReasonCode
	}{
		"verified at the first attempt": {
			workflow: scene.AnyOf(document),
			steps:    []step{{time.Minute, document, simulated.Pass}},
			verdicts: []graph.Outcome{graph.OutcomePassed},
			end:      models.StatusVerified, event: models.EventSessionVerified,
		},
		"verified after an error and a request for more, which use up no attempt": {
			workflow: scene.Attempts(1, scene.AnyOf(document)),
			steps: []step{
				{time.Minute, document, simulated.Error}, {time.Minute, document, simulated.RequiresInput},
				{time.Minute, document, simulated.Pass},
			},
			verdicts: []graph.Outcome{graph.OutcomeError, graph.OutcomeRequiresInput, graph.OutcomePassed},
			end:      models.StatusVerified, event: models.EventSessionVerified,
		},
		"failed when the attempts are exhausted": {
			workflow: scene.Attempts(2, scene.AnyOf(document)),
			steps:    []step{{time.Minute, document, simulated.Fail}, {time.Hour, document, simulated.Fail}},
			verdicts: []graph.Outcome{graph.OutcomeFailed, graph.OutcomeFailed},
			end:      models.StatusFailed, event: models.EventSessionFailed, reason: rules.ReasonSimulatedFailure,
		},
		"any_of: one method is exhausted, another passes": {
			workflow: scene.Attempts(2, scene.AnyOf(facial, document)),
			steps: []step{
				{time.Minute, facial, simulated.Fail}, {time.Minute, facial, simulated.Fail},
				{time.Minute, document, simulated.Pass},
			},
			verdicts: []graph.Outcome{graph.OutcomeFailed, graph.OutcomeFailed, graph.OutcomePassed},
			end:      models.StatusVerified, event: models.EventSessionVerified,
		},
		"any_of: every method is exhausted": {
			workflow: scene.Attempts(1, scene.AnyOf(facial, document)),
			steps:    []step{{time.Minute, facial, simulated.Fail}, {time.Minute, document, simulated.Fail}},
			verdicts: []graph.Outcome{graph.OutcomeFailed, graph.OutcomeFailed},
			end:      models.StatusFailed, event: models.EventSessionFailed, reason: rules.ReasonSimulatedFailure,
		},
		"all_of with a supplementary layer: all pass": {
			workflow: withLiveness,
			steps: []step{
				{time.Minute, document, simulated.Pass}, {time.Minute, mdl, simulated.Pass},
				{time.Minute, liveness, simulated.Pass},
			},
			verdicts: []graph.Outcome{graph.OutcomePassed, graph.OutcomePassed, graph.OutcomePassed},
			end:      models.StatusVerified, event: models.EventSessionVerified,
		},
		"all_of with a supplementary layer: the layer is exhausted": {
			workflow: scene.Attempts(1, withLiveness),
			steps: []step{
				{time.Minute, mdl, simulated.Pass}, {time.Minute, document, simulated.Pass},
				{time.Minute, liveness, simulated.Fail},
			},
			verdicts: []graph.Outcome{graph.OutcomePassed, graph.OutcomePassed, graph.OutcomeFailed},
			end:      models.StatusFailed, event: models.EventSessionFailed, reason: rules.ReasonSimulatedFailure,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t)
			merchant, endpoint := p.merchant(t, models.AllEvents)
			session := p.Begin(t, play.workflow)
			at := time.Duration(0)
			for _, next := range play.steps {
				at += next.wait
				p.after(at, func() { p.submits(t, session, next.method, next.outcome) })
			}

			p.run(t, session)

			p.ended(t, session, play.end, at)
			require.Equal(t, play.verdicts, p.Verdicts(t, session))
			require.Equal(t, []models.EventType{models.EventSessionCreated, play.event}, merchant.Heard())
			requireHeard(t, merchant, 0, at)
			require.Equal(t, []models.DeliveryStatus{models.DeliverySucceeded, models.DeliverySucceeded},
				p.Statuses(t, endpoint))
			if play.reason != "" {
				require.Equal(t, play.reason, *p.Reread(t, session).FailureCode)
			}
		})
	}
}

func TestSessionBornVerifiedOnlySendsItsEvents(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	merchant, _ := p.merchant(t, models.AllEvents)
	session := p.Begin(t, scene.AnyOf(document), scene.BornVerified)
	p.env.SetOnTimerScheduledListener(func(string, time.Duration) { t.Error("nothing is waited for") })

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, 0)
	require.ElementsMatch(t, []models.EventType{models.EventSessionCreated, models.EventSessionVerified},
		merchant.Heard())
	require.Zero(t, p.tally.local(models.ActivitySyncSession), "the run knows all it needs from its start")
}

func TestConcurrentMethodsAreBothJudged(t *testing.T) {
	t.Parallel()
	for name, play := range map[string]struct {
		workflow      graph.Definition
		first, second string
		end           models.SessionStatus
	}{
		"any_of": {scene.Attempts(1, scene.AnyOf(facial, document)), simulated.Fail, simulated.Pass, models.StatusVerified},
		"all_of": {scene.AllOf(facial, document), simulated.Pass, simulated.Pass, models.StatusVerified},
		"all_of, one of them failed": {
			scene.Attempts(1, scene.AllOf(facial, document)), simulated.Pass, simulated.Fail, models.StatusFailed,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t)
			session := p.Begin(t, play.workflow)
			p.after(time.Minute, func() {
				first := p.Simulate(t, session, facial, play.first)
				second := p.Simulate(t, session, document, play.second)
				require.Equal(t, 2, p.Reread(t, session).InFlight)
				p.signal(first)
				p.signal(second)
			})

			p.run(t, session)

			p.ended(t, session, play.end, time.Minute)
			require.Len(t, p.Verdicts(t, session), 2)
			require.Zero(t, p.Reread(t, session).InFlight)
			require.Len(t, p.EventsOf(t, session), 2, "created, and one end")
		})
	}
}

func TestSubmissionOvertakenByTheEndIsNotJudged(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(facial, document))
	p.after(time.Minute, func() {
		first, second := p.Simulate(t, session, facial, simulated.Pass), p.Simulate(t, session, document, simulated.Fail)
		p.signal(first)
		p.signal(second)
	})

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, time.Minute)
	require.Equal(t, []graph.Outcome{graph.OutcomePassed}, p.Verdicts(t, session))
}
