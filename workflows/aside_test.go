package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/worker/workertest/scene"
)

// patient is a judge that waits for a person before a verdict on the method of, until the time ends.
type patient struct {
	judge methods.Judge
	of    rules.Method
	now   func() time.Time
	until time.Time
	// pause is the time between calls. The test environment makes ten of an activity at most.
	pause  time.Duration
	called int
}

func (j *patient) Judge(ctx context.Context, s methods.Submission) (methods.Verdict, error) {
	if s.Method != j.of {
		return j.judge.Judge(ctx, s)
	}
	j.called++
	if j.now().Before(j.until) {
		return methods.Verdict{}, &methods.WaitingError{After: j.pause}
	}
	return j.judge.Judge(ctx, s)
}

// waits has the judge of documents wait for so long after the start.
func (p *play) waits(d time.Duration) *patient {
	j := &patient{judge: p.sessions.Judge, of: document, now: p.env.Now, until: began.Add(d), pause: d / 5}
	p.sessions.Judge = j
	return j
}

func TestJudgeThatWaitsGivesItsVerdictOnce(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	j := p.waits(5 * time.Minute)
	merchant, _ := p.merchant(t, models.AllEvents)
	session := p.Begin(t, scene.AnyOf(document))
	var submission models.Submission
	p.after(time.Minute, func() {
		submission = p.Simulate(t, session, document, "pass")
		p.signal(submission)
	})
	p.after(2*time.Minute, func() {
		called := j.called
		p.signal(submission)
		p.changed()
		require.Equal(t, called, j.called, "one call waits")
		require.Equal(t, models.StatusProcessing, p.Reread(t, session).Status)
	})

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, 5*time.Minute)
	require.Equal(t, []graph.Outcome{graph.OutcomePassed}, p.Verdicts(t, session))
	require.Len(t, merchant.Heard(), 2, "created and verified")
}

func TestJudgeThatWaitsDelaysNoOtherVerdict(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	p.waits(time.Hour)
	session := p.Begin(t, scene.AnyOf(document, facial))
	p.after(time.Minute, func() { p.submits(t, session, document, "pass") })
	p.after(2*time.Minute, func() { p.submits(t, session, facial, "pass") })

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, 2*time.Minute)
	require.Len(t, p.Verdicts(t, session), 1)
}

func TestJudgeThatWaitsDelaysNoEnd(t *testing.T) {
	t.Parallel()
	for name, play := range map[string]struct {
		ends   func(p *play)
		status models.SessionStatus
		after  time.Duration
	}{
		"expiry": {func(*play) {}, models.StatusExpired, 10 * time.Minute},
		"cancellation of the run": {
			func(p *play) { p.after(2*time.Minute, p.env.CancelWorkflow) }, models.StatusCancelled, 2 * time.Minute,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t)
			p.waits(time.Hour)
			session := p.Begin(t, scene.AnyOf(document), scene.Lasting(10*time.Minute))
			p.after(time.Minute, func() { p.submits(t, session, document, "pass") })
			play.ends(p)

			p.run(t, session)

			p.ended(t, session, play.status, play.after)
			require.Empty(t, p.Verdicts(t, session))
		})
	}
}
