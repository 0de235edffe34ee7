package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/worker/workertest/scene"
	"github.com/stile-id/stile/workflows"
)

// updates sends an update in a task with that length of the history.
func (p *play) updates(t *testing.T, length int, update workflows.ChangeUpdate) {
	t.Helper()
	p.env.SetCurrentHistoryLength(length)
	p.env.UpdateWorkflow(workflows.UpdateChanged, "", &testsuite.TestUpdateCallback{
		OnReject: func(err error) { t.Errorf("the update was refused: %v", err) },
	}, update)
}

// While Temporal may lose the task of an update, the row owes the nudge. The sender of the update settles it, and in
// these plays no sender does.
func TestRowOwesTheNudgeOfAnUpdateUntilItsTaskIsSaved(t *testing.T) {
	t.Parallel()
	for name, play := range map[string]struct {
		happens func(p *play, t *testing.T, session models.Session)
		end     models.SessionStatus
		owed    bool
	}{
		"with a verdict": {
			func(p *play, t *testing.T, session models.Session) {
				submission := p.Simulate(t, session, document, simulated.Pass)
				p.updates(t, 5, workflows.ChangeUpdate{SubmissionID: submission.ID})
			}, models.StatusVerified, true,
		},
		"with a submission that the row names": {
			func(p *play, t *testing.T, session models.Session) {
				p.Simulate(t, session, document, simulated.Pass)
				p.updates(t, 5, workflows.ChangeUpdate{})
			}, models.StatusVerified, true,
		},
		"with an ended row": {
			func(p *play, t *testing.T, session models.Session) {
				_, err := p.End(t.Context(), session.OrgID, session.ID, models.OpenStatuses, models.StatusCancelled)
				require.NoError(t, err)
				p.updates(t, 5, workflows.ChangeUpdate{})
			}, models.StatusCancelled, true,
		},
		"and no longer in a later task": {
			func(p *play, t *testing.T, session models.Session) {
				p.updates(t, 5, workflows.ChangeUpdate{})
				p.after(0, func() {
					p.env.SetCurrentHistoryLength(9)
					p.submits(t, session, document, simulated.Pass)
				})
			}, models.StatusVerified, false,
		},
		"and not after a signal": {
			func(p *play, t *testing.T, session models.Session) {
				p.env.SetCurrentHistoryLength(5)
				p.submits(t, session, document, simulated.Pass)
			}, models.StatusVerified, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t)
			session := p.Begin(t, scene.AnyOf(document))
			p.after(time.Minute, func() { play.happens(p, t, session) })

			p.run(t, session)

			p.ended(t, session, play.end, time.Minute)
			require.Equal(t, play.owed, p.Reread(t, session).NudgeAt != nil)
		})
	}
}

// A regular activity begins after Temporal has saved the task.
func TestRegularActivitySettlesTheNudgeOfAnUpdate(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	p.tally.failLocally(models.ActivityJudgeSubmission, 0)
	p.after(time.Minute, func() {
		submission := p.Simulate(t, session, document, simulated.Pass)
		p.updates(t, 5, workflows.ChangeUpdate{SubmissionID: submission.ID})
	})

	p.run(t, session)

	require.Equal(t, 1, p.tally.regular(models.ActivityJudgeSubmission))
	require.Equal(t, models.StatusVerified, p.Reread(t, session).Status)
	require.Nil(t, p.Reread(t, session).NudgeAt)
}
