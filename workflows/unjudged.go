package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/models"
)

// unjudged is what a run has under way for the submissions that have no verdict.
type unjudged struct {
	// due are the submissions to look at: whose verdict was held back, whose provider has answered or stayed away, whose
	// signal was lost.
	due workflow.Channel
	// expected will be due.
	expected []expectation
	// asked are the submissions whose providers the run has asked.
	asked map[string]bool
}

type expectation struct {
	submission string
	callOff    workflow.CancelFunc
}

func newUnjudged(ctx workflow.Context) unjudged {
	return unjudged{
		due: workflow.NewNamedBufferedChannel(ctx, "due", models.MaxSubmissions), asked: map[string]bool{},
	}
}

// expect sees to the submissions without a verdict: each is looked at again when its time has come, and a provider is
// asked where one judges.
func (run *sessionRun) expect(ctx workflow.Context) {
	if run.view.Status.Terminal() {
		return
	}
	run.unjudged.keep(func(submission string) bool {
		return slices.ContainsFunc(run.view.Unjudged, func(u models.UnjudgedView) bool { return u.SubmissionID == submission })
	})
	for _, view := range run.view.Unjudged {
		run.unjudged.await(ctx, view)
		if view.Provider != "" && !view.Promised && !run.unjudged.asked[view.SubmissionID] {
			run.unjudged.asked[view.SubmissionID] = true
			run.askProvider(ctx, view)
		}
	}
}

// keep calls off what is expected of other submissions.
func (u *unjudged) keep(these func(submission string) bool) {
	u.expected = slices.DeleteFunc(u.expected, func(e expectation) bool {
		if these(e.submission) {
			return false
		}
		e.callOff()
		return true
	})
}

// forget is for a submission that is being looked at: if it then still has no verdict, it is expected anew.
func (u *unjudged) forget(submission string) {
	u.keep(func(other string) bool { return other != submission })
}

// await brings a submission back when Stile may give the verdict itself.
func (u *unjudged) await(ctx workflow.Context, view models.UnjudgedView) {
	if slices.ContainsFunc(u.expected, func(e expectation) bool { return e.submission == view.SubmissionID }) {
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

// waitsFor says what is waited for, where a provider judges.
func waitsFor(view models.UnjudgedView) string {
	provider := "the provider of `" + view.Provider + "`"
	if view.Promised {
		return "the callback of " + provider
	}
	return provider
}

// askProvider has a submission brought to its provider, for as long as the provider has. The verdict, or the promise of
// one, then stands in the row.
func (run *sessionRun) askProvider(ctx workflow.Context, view models.UnjudgedView) {
	ref := models.SubmissionRef{SessionRef: run.ref, SubmissionID: view.SubmissionID}
	workflow.GoNamed(ctx, "ask about "+view.SubmissionID, func(ctx workflow.Context) {
		ctx = workflow.WithActivityOptions(ctx, inquiry(view))
		if workflow.ExecuteActivity(ctx, models.ActivityAskProvider, ref).Get(ctx, nil) == nil {
			run.unjudged.due.Send(ctx, view.SubmissionID)
		}
		// Otherwise the provider stayed away until its time was over.
	})
}
