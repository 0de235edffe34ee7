package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

var handoffOfferScenarios = []scenario{
	troubleWithTheDeviceIsAReasonAtOnce,
	scanIsAReasonTheSecondTime,
	firstReasonIsKept,
	racingScansAreCountedToTheirEnd,
	troubleIsNotedForAnOpenSessionOfTheOrganizationAlone,
	refusedPictureIsAFailedScan,
	verdictAndReportCountTogether,
	verdictOfAMethodWithoutCameraIsNoScan,
	verdictLeavesAnEarlierReason,
}

func (f *fixture) trouble(t *testing.T, session models.Session, trouble models.HandoffReason) models.Session {
	t.Helper()
	noted, err := f.NoteHandoffReason(t.Context(), session.OrgID, session.ID, trouble)
	require.NoError(t, err)
	require.Equal(t, noted, f.reread(t, session))
	return noted
}

func troubleWithTheDeviceIsAReasonAtOnce(t *testing.T, f *fixture) {
	for _, trouble := range []models.HandoffReason{models.HandoffSetupFailed, models.HandoffCameraFailed} {
		session := f.session(t)
		require.Nil(t, session.HandoffReason)
		f.clock.Advance(time.Second)
		noted := f.trouble(t, session, trouble)
		want := session
		want.HandoffReason = &trouble
		require.Equal(t, want, noted, "the revision is not changed")
		require.Len(t, f.eventsOf(t, session), 1, "its creation alone")
	}
}

func scanIsAReasonTheSecondTime(t *testing.T, f *fixture) {
	session := f.session(t)
	once := f.trouble(t, session, models.HandoffScanFailed)
	require.Nil(t, once.HandoffReason)
	require.Equal(t, 1, once.FailedScans)
	twice := f.trouble(t, session, models.HandoffScanFailed)
	require.Equal(t, ptr(models.HandoffScanFailed), twice.HandoffReason)
	require.Equal(t, 2, twice.FailedScans)
}

func firstReasonIsKept(t *testing.T, f *fixture) {
	session := f.session(t)
	f.trouble(t, session, models.HandoffScanFailed)
	first := f.trouble(t, session, models.HandoffCameraFailed)
	require.Equal(t, ptr(models.HandoffCameraFailed), first.HandoffReason)
	f.clock.Advance(time.Minute)
	for range 3 {
		for _, trouble := range models.HandoffReasons {
			require.Equal(t, first, f.trouble(t, session, trouble), "nothing is written")
		}
	}
}

func racingScansAreCountedToTheirEnd(t *testing.T, f *fixture) {
	session := f.session(t)
	allOf(t, race(8, func(int) (models.Session, error) {
		return f.NoteHandoffReason(t.Context(), f.org, session.ID, models.HandoffScanFailed)
	}))
	now := f.reread(t, session)
	require.Equal(t, ptr(models.HandoffScanFailed), now.HandoffReason)
	require.Equal(t, 2, now.FailedScans)
}

func troubleIsNotedForAnOpenSessionOfTheOrganizationAlone(t *testing.T, f *fixture) {
	session := f.session(t)
	_, err := f.NoteHandoffReason(t.Context(), f.foreign, session.ID, models.HandoffSetupFailed)
	requireCode(t, models.CodeSessionNotFound, err)
	require.Equal(t, session, f.reread(t, session))

	ended := f.changed(t, move(session, "end", models.StatusCancelled)).Session
	_, err = f.NoteHandoffReason(t.Context(), f.org, session.ID, models.HandoffSetupFailed)
	requireCode(t, models.CodeSessionTerminal, err)
	require.Equal(t, ended, f.reread(t, session))
}

// attempted submits the next attempt at a node and has it judged without ending the session.
func (f *fixture) attempted(
	t *testing.T, session models.Session, node string, attempt int, outcome graph.Outcome,
) models.Session {
	t.Helper()
	sent, changed, err := f.Submit(t.Context(), submission(f.reread(t, session), node, attempt, born))
	require.NoError(t, err)
	judged := judgement(changed.Session, sent, outcome, models.StatusRequiresInput)
	after := f.judged(t, judged).Session
	repeated := f.judged(t, judged)
	require.True(t, repeated.Repeated)
	require.Equal(t, after, repeated.Session, "a repeated verdict does not count again")
	return after
}

func refusedPictureIsAFailedScan(t *testing.T, f *fixture) {
	session := f.session(t)
	passed := f.attempted(t, session, document, 1, graph.OutcomePassed)
	require.Zero(t, passed.FailedScans)
	away := f.attempted(t, session, document, 2, graph.OutcomeError)
	require.Zero(t, away.FailedScans, "an error says nothing of the picture")
	once := f.attempted(t, session, document, 3, graph.OutcomeFailed)
	require.Equal(t, 1, once.FailedScans)
	require.Nil(t, once.HandoffReason)
	twice := f.attempted(t, session, document, 4, graph.OutcomeRequiresInput)
	require.Equal(t, 2, twice.FailedScans)
	require.Equal(t, ptr(models.HandoffScanFailed), twice.HandoffReason)
	more := f.attempted(t, session, document, 5, graph.OutcomeFailed)
	require.Equal(t, 2, more.FailedScans, "counted no further")
	require.Equal(t, ptr(models.HandoffScanFailed), more.HandoffReason)
}

func verdictAndReportCountTogether(t *testing.T, f *fixture) {
	session := f.session(t)
	f.attempted(t, session, document, 1, graph.OutcomeFailed)
	require.Equal(t, ptr(models.HandoffScanFailed), f.trouble(t, session, models.HandoffScanFailed).HandoffReason)
}

func verdictOfAMethodWithoutCameraIsNoScan(t *testing.T, f *fixture) {
	session := f.session(t)
	for attempt := range 3 {
		after := f.attempted(t, session, attestation, attempt+1, graph.OutcomeFailed)
		require.Zero(t, after.FailedScans)
		require.Nil(t, after.HandoffReason)
	}
	require.NotContains(t, rules.MethodSelfAttestation.Needs(), rules.NeedCamera)
}

func verdictLeavesAnEarlierReason(t *testing.T, f *fixture) {
	session := f.session(t)
	f.trouble(t, session, models.HandoffSetupFailed)
	for attempt := range 3 {
		after := f.attempted(t, session, document, attempt+1, graph.OutcomeFailed)
		require.Equal(t, ptr(models.HandoffSetupFailed), after.HandoffReason)
	}
}
