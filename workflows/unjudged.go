package workflows

import (
	"errors"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/models"
)

// unjudged is the work under way for submissions without a verdict.
type unjudged struct {
	// due receives the submissions to judge again: their delayed verdict is due, their provider has answered or is out
	// of time, or their signal was lost.
	due workflow.Channel
	// expected are the submissions that will be sent to due.
	expected []expectation
	// asked are the submissions for which the run has asked the provider.
	asked map[string]bool
	// aside are the submissions whose judge waits beside the run.
	aside map[string]bool
}

type expectation struct {
	submission string
	callOff    workflow.CancelFunc
}

func newUnjudged(ctx workflow.Context) unjudged {
	return unjudged{
		due:   workflow.NewNamedBufferedChannel(ctx, "due", models.MaxSubmissions),
		asked: map[string]bool{}, aside: map[string]bool{},
	}
}

// expect starts the work for each submission without a verdict: a timer until Stile may judge it, and a request if a
// provider judges it.
func (run *sessionRun) expect(ctx workflow.Context) {
	if run.view.Status.Terminal() {
		return
	}
	run.unjudged.keep(func(submission string) bool {
		return slices.ContainsFunc(
			run.view.Unjudged,
			func(u models.UnjudgedView) bool { return u.SubmissionID == submission },
		)
	})
	for _, view := range run.view.Unjudged {
		run.unjudged.await(ctx, view)
		if view.Provider != "" && !view.Promised && !run.unjudged.asked[view.SubmissionID] {
			run.unjudged.asked[view.SubmissionID] = true
			run.askProvider(ctx, view)
		}
	}
}

// keep cancels the timers of submissions for which these returns false.
func (u *unjudged) keep(these func(submission string) bool) {
	u.expected = slices.DeleteFunc(u.expected, func(e expectation) bool {
		if these(e.submission) {
			return false
		}
		e.callOff()
		return true
	})
}

// forget cancels the timer of a submission that is about to be judged. If it still has no verdict afterwards, expect
// starts a new one.
func (u *unjudged) forget(submission string) {
	u.keep(func(other string) bool { return other != submission })
}

// await sends a submission to due when Stile may judge it.
func (u *unjudged) await(ctx workflow.Context, view models.UnjudgedView) {
	if u.aside[view.SubmissionID] ||
		slices.ContainsFunc(u.expected, func(e expectation) bool { return e.submission == view.SubmissionID }) {
		return
	}
	ctx, callOff := workflow.WithCancel(ctx)
	u.expected = append(u.expected, expectation{view.SubmissionID, callOff})
	if view.WaitMS == 0 {
		u.due.SendAsync(view.SubmissionID)
		return
	}
	workflow.Go(ctx, func(ctx workflow.Context) {
		wait := time.Duration(view.WaitMS) * time.Millisecond
		timer := workflow.NewTimerWithOptions(ctx, wait, workflow.TimerOptions{Summary: timerSummary(view)})
		if timer.Get(ctx, nil) == nil {
			u.due.Send(ctx, view.SubmissionID)
		}
	})
}

func timerSummary(view models.UnjudgedView) string {
	if view.Provider == "" {
		return "Verdict is held back"
	}
	return "Give up " + waitsFor(view)
}

// waitsFor returns a description of the provider's answer that a submission waits for.
func waitsFor(view models.UnjudgedView) string {
	provider := "the provider of `" + view.Provider + "`"
	if view.Promised {
		return "the callback of " + provider
	}
	return provider
}

// askProvider runs the activity that sends a submission to its provider, for as long as the provider has time. The
// verdict, or the promise of one, is then in the row.
func (run *sessionRun) askProvider(ctx workflow.Context, view models.UnjudgedView) {
	ref := models.SubmissionRef{SessionRef: run.ref, SubmissionID: view.SubmissionID}
	workflow.GoNamed(ctx, "ask about "+view.SubmissionID, func(ctx workflow.Context) {
		ctx = workflow.WithActivityOptions(ctx, inquiry(view))
		if workflow.ExecuteActivity(ctx, models.ActivityAskProvider, ref).Get(ctx, nil) == nil {
			run.unjudged.due.Send(ctx, view.SubmissionID)
		}
		// Otherwise the provider was unavailable until its time was over, and the timer of await takes over.
	})
}

// notYet reports whether an activity failed because its judge waits.
func notYet(err error) bool {
	var failed *temporal.ApplicationError
	return errors.As(err, &failed) && failed.Type() == models.FailureNotYet
}

// judgesAside reports whether a judge waits beside the run. In a run whose judge has waited under code without it, the
// run waits for the judge.
func judgesAside(ctx workflow.Context) bool {
	return workflow.GetVersion(ctx, versionJudgesAside, workflow.DefaultVersion, 1) != workflow.DefaultVersion
}

// judgeAside runs the activity that judges a submission until the judge has a verdict, which is then in the row.
func (run *sessionRun) judgeAside(ctx workflow.Context, ref models.SubmissionRef, summary string) {
	run.unjudged.aside[ref.SubmissionID] = true
	workflow.GoNamed(ctx, "judge "+ref.SubmissionID, func(ctx workflow.Context) {
		_, err := decidePatiently[models.SessionView](ctx, models.ActivityJudgeSubmission, ref, summary)
		delete(run.unjudged.aside, ref.SubmissionID)
		if err == nil {
			run.unjudged.due.Send(ctx, ref.SubmissionID)
		}
	})
}
