package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/graph"
)

var reviewScenarios = []scenario{
	decisionIsStoredFiredAndAudited,
	escalatedReviewStillWaits,
	decisionOnAChangedRowIsRefused,
	decisionsAreFoundByTheirNode,
	reviewsAreListedAndCountedByAge,
	reviewsAreFiltered,
	noMoreReviewsAreCountedThanMostCounted,
	stepsAreNumberedInOrder,
	reviewOfAVerifiedSessionKeepsItsStatus,
}

// flagged creates a session in review.
func (f *fixture) flagged(t *testing.T) models.Session {
	t.Helper()
	return f.flag(t, f.session(t))
}

// flag brings this session into review.
func (f *fixture) flag(t *testing.T, session models.Session) models.Session {
	t.Helper()
	sent, session := f.submitted(t, session, attestation, born)
	j := judgement(session, sent, graph.OutcomePassed, models.StatusProcessing)
	j.Flagged = &store.Flag{Node: "human", Reason: "odd", Deadline: models.At(f.clock.Now().Add(48 * time.Hour))}
	j.Steps = []models.Step{step(models.StepMethodResult, attestation)}
	return f.judged(t, j).Session
}

func step(kind models.StepKind, node string) models.Step {
	return models.Step{Kind: kind, Node: node, Detail: models.AsJSON(models.StepDetail{Reason: node})}
}

func decided(session models.Session, d graph.Decision, to models.SessionStatus) store.Decided {
	return store.Decided{
		Progress: store.Progress{
			Session: session,
			State:   session.GraphState.V,
			To:      to,
			Steps:   []models.Step{step(models.StepReview, "human")},
		},
		Decision: models.ReviewDecision{
			SessionRef: models.SessionRef{OrgID: session.OrgID, SessionID: session.ID},
			Decision:   d, Reason: "clear enough", Reviewer: "jo",
		},
		Actor: actor,
	}
}

func decisionIsStoredFiredAndAudited(t *testing.T, f *fixture) {
	waiting := f.flagged(t)
	require.Equal(t, models.Review{
		Status: models.ReviewPending, Node: "human", Reason: "odd", FlaggedAt: ptr(f.Now()),
	}, waiting.Review)
	require.Equal(t, models.At(f.clock.Now().Add(48*time.Hour)), waiting.ExpiresAt)

	f.clock.Advance(time.Minute)
	changed, err := f.DecideReview(t.Context(), decided(waiting, graph.Approve, models.StatusVerified))
	require.NoError(t, err)
	want := waiting.Review
	want.Status, want.Reviewer = models.ReviewApproved, ptr("jo")
	want.Note, want.DecidedAt = ptr("clear enough"), ptr(f.Now())
	require.Equal(t, want, changed.Session.Review)
	require.Equal(t, changed.Session, f.reread(t, waiting))
	require.Equal(t, []models.EventType{
		models.EventSessionCreated, models.EventReviewFlagged, models.EventReviewApproved, models.EventSessionVerified,
	}, typesOf(f.eventsOf(t, waiting)))
	require.Equal(t, []string{"session_review.approve"}, f.audited(t, f.org, waiting.ID))
}

func escalatedReviewStillWaits(t *testing.T, f *fixture) {
	waiting := f.flagged(t)
	escalation := decided(waiting, graph.Escalate, models.StatusProcessing)
	escalation.Steps = nil
	changed, err := f.DecideReview(t.Context(), escalation)
	require.NoError(t, err)
	require.Equal(t, models.ReviewEscalated, changed.Session.Review.Status)
	require.Nil(t, changed.Session.Review.DecidedAt)
	require.Equal(t, models.StatusProcessing, changed.Session.Status)
}

func decisionOnAChangedRowIsRefused(t *testing.T, f *fixture) {
	stale := f.flagged(t)
	_, current := f.submitted(t, stale, document, "front")
	_, err := f.DecideReview(t.Context(), decided(stale, graph.Approve, models.StatusVerified))
	require.ErrorIs(t, err, store.ErrRefused)
	require.Equal(t, models.ReviewPending, f.reread(t, stale).Review.Status)
	_, err = f.DecideReview(t.Context(), decided(current, graph.Reject, models.StatusFailed))
	require.NoError(t, err)
}

func decisionsAreFoundByTheirNode(t *testing.T, f *fixture) {
	waiting := f.flagged(t)
	onward := decided(waiting, graph.Approve, models.StatusProcessing)
	onward.Flagged = &store.Flag{Node: "second", Deadline: waiting.ExpiresAt}
	found := func(change func(*models.ReviewDecision)) [2]bool {
		d := onward.Decision
		d.Node = "human"
		change(&d)
		made, decided, err := f.Decided(t.Context(), d)
		require.NoError(t, err)
		return [2]bool{made, decided}
	}
	same := func(*models.ReviewDecision) {}
	require.Equal(t, [2]bool{false, false}, found(same), "not decided yet")

	_, err := f.DecideReview(t.Context(), onward)
	require.NoError(t, err)
	require.Equal(t, "second", f.reread(t, waiting).Review.Node)
	require.Equal(t, [2]bool{true, true}, found(same))
	require.Equal(t, [2]bool{false, true}, found(func(d *models.ReviewDecision) { d.Decision = graph.Reject }))
	require.Equal(t, [2]bool{false, true}, found(func(d *models.ReviewDecision) { d.Reviewer = "max" }))
	require.Equal(t, [2]bool{false, false}, found(func(d *models.ReviewDecision) { d.Node = "second" }))
	require.Equal(t, [2]bool{false, false}, found(func(d *models.ReviewDecision) { d.Node = attestation }), "no review")
	require.Equal(t, [2]bool{false, false}, found(func(d *models.ReviewDecision) { d.SessionID = f.session(t).ID }))
	require.Equal(t, [2]bool{false, false}, found(func(d *models.ReviewDecision) { d.OrgID = f.foreign }))
}

func reviewsAreListedAndCountedByAge(t *testing.T, f *fixture) {
	old := f.flagged(t)
	f.clock.Advance(23*time.Hour + 30*time.Minute)
	day := f.flagged(t)
	f.clock.Advance(time.Hour)
	fresh, ended := f.flagged(t), f.flagged(t)
	_, err := f.End(t.Context(), f.org, ended.ID, models.OpenStatuses, models.StatusExpired)
	require.NoError(t, err)

	waiting := store.ReviewFilter{Statuses: models.WaitingReviews}
	listed, more, err := f.Reviewed(t.Context(), f.org, waiting, store.Page{Limit: 10})
	require.NoError(t, err)
	require.False(t, more)
	require.Equal(t, []models.Session{fresh, day, old}, listed)
	ages, err := f.WaitingReviews(t.Context(), f.org)
	require.NoError(t, err)
	require.Equal(t, store.ReviewAges{UnderAnHour: 1, UnderADay: 1, Older: 1}, ages)

	listed, _, err = f.Reviewed(t.Context(), f.foreign, waiting, store.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, listed)
	ages, err = f.WaitingReviews(t.Context(), f.foreign)
	require.NoError(t, err)
	require.Zero(t, ages)

	filtered, _, err := f.Sessions(
		t.Context(),
		f.org,
		store.SessionFilter{Review: models.ReviewPending},
		store.Page{Limit: 10},
	)
	require.NoError(t, err)
	require.Len(t, filtered, 4, "the statuses of the session object")
}

func reviewsAreFiltered(t *testing.T, f *fixture) {
	early := f.flagged(t)
	f.clock.Advance(time.Hour)
	late := f.flagged(t)
	_, err := f.DecideReview(t.Context(), decided(late, graph.Approve, models.StatusVerified))
	require.NoError(t, err)
	late = f.reread(t, late)

	all := append(slices.Clone(models.WaitingReviews), models.ReviewApproved)
	for name, c := range map[string]struct {
		filter store.ReviewFilter
		want   []models.Session
	}{
		"all":                 {store.ReviewFilter{}, []models.Session{late, early}},
		"by reviewer":         {store.ReviewFilter{Reviewer: *late.Review.Reviewer}, []models.Session{late}},
		"by another":          {store.ReviewFilter{Reviewer: "nobody"}, []models.Session{}},
		"by workflow":         {store.ReviewFilter{WorkflowID: early.WorkflowID}, []models.Session{late, early}},
		"of another workflow": {store.ReviewFilter{WorkflowID: "wf_other"}, []models.Session{}},
		"by jurisdiction":     {store.ReviewFilter{Jurisdiction: early.Jurisdiction}, []models.Session{late, early}},
		"of another":          {store.ReviewFilter{Jurisdiction: "JP"}, []models.Session{}},
		"flagged from then": {
			store.ReviewFilter{Flagged: store.Window{From: late.Review.FlaggedAt}}, []models.Session{late},
		},
		"flagged by then": {
			store.ReviewFilter{Flagged: store.Window{To: early.Review.FlaggedAt}}, []models.Session{early},
		},
		"by all of it at once": {
			store.ReviewFilter{Reviewer: *late.Review.Reviewer, Flagged: store.Window{To: early.Review.FlaggedAt}},
			[]models.Session{},
		},
	} {
		c.filter.Statuses = all
		listed, _, err := f.Reviewed(t.Context(), f.org, c.filter, store.Page{Limit: 10})
		require.NoError(t, err, name)
		require.Equal(t, c.want, listed, name)
	}
}

func noMoreReviewsAreCountedThanMostCounted(t *testing.T, f *fixture) {
	f.flagged(t)
	f.copyRows(t, "sessions", store.MostCounted, nil)
	ages, err := f.WaitingReviews(t.Context(), f.org)
	require.NoError(t, err)
	require.Equal(t, store.ReviewAges{UnderAnHour: store.MostCounted}, ages)
}

func stepsAreNumberedInOrder(t *testing.T, f *fixture) {
	waiting := f.flagged(t)
	_, err := f.DecideReview(t.Context(), decided(waiting, graph.Approve, models.StatusVerified))
	require.NoError(t, err)
	steps, err := f.Steps(t.Context(), f.org, waiting.ID, f.session(t).ID)
	require.NoError(t, err)
	require.Len(t, steps, 1)
	var kinds []models.StepKind
	for i, s := range steps[waiting.ID] {
		require.Equal(t, i+1, s.Seq)
		kinds = append(kinds, s.Kind)
	}
	require.Equal(t, []models.StepKind{models.StepMethodResult, models.StepReview}, kinds)

	foreign, err := f.Steps(t.Context(), f.foreign, waiting.ID)
	require.NoError(t, err)
	require.Empty(t, foreign)
}

func reviewOfAVerifiedSessionKeepsItsStatus(t *testing.T, f *fixture) {
	sent, session := f.submitted(t, f.session(t), attestation, born)
	j := judgement(session, sent, graph.OutcomePassed, models.StatusVerified)
	j.Flagged = &store.Flag{Reason: "geo_mismatch"}
	flagged := f.judged(t, j).Session
	require.Equal(t, models.StatusVerified, flagged.Status)
	require.Equal(
		t,
		models.Review{Status: models.ReviewPending, Reason: "geo_mismatch", FlaggedAt: ptr(f.Now())},
		flagged.Review,
	)
	require.Equal(t, session.ExpiresAt, flagged.ExpiresAt, "no deadline of a review")
	listed, _, err := f.Reviewed(
		t.Context(),
		f.org,
		store.ReviewFilter{Statuses: models.WaitingReviews},
		store.Page{Limit: 10},
	)
	require.NoError(t, err)
	require.Len(t, listed, 1)

	f.clock.Advance(100 * 24 * time.Hour)
	rejection := decided(flagged, graph.Reject, models.StatusVerified)
	rejection.Steps = nil
	changed, err := f.DecideReview(t.Context(), rejection)
	require.NoError(t, err)
	want := flagged
	want.Review.Status, want.Review.Reviewer = models.ReviewRejected, ptr("jo")
	want.Review.Note, want.Review.DecidedAt = ptr("clear enough"), ptr(f.Now())
	want.Updated, want.Revision, want.NudgeAt = f.Now(), flagged.Revision+1, ptr(f.Now())
	require.Equal(t, want, changed.Session)
	require.Equal(t, changed.Session, f.reread(t, flagged))
	again, err := f.DecideReview(t.Context(), rejection)
	require.NoError(t, err)
	require.True(t, again.Repeated)
	_, err = f.DecideReview(t.Context(), decided(flagged, graph.Approve, models.StatusVerified))
	require.Error(t, err, "the row has changed")
	require.Equal(t, []models.EventType{
		models.EventSessionCreated, models.EventReviewFlagged, models.EventSessionVerified, models.EventReviewRejected,
	}, typesOf(f.eventsOf(t, flagged)))
}
