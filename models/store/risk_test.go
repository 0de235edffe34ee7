package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/risk"
)

var riskScenarios = []scenario{
	assessmentIsReadByItsOrganizationUntilItExpires,
	repeatedRequestFindsItsAssessment,
	countsAreExactUnderConcurrency,
	countsOfIdentifiersKindsAndOrganizationsAreApart,
	hourAndDayBeginWithTheFirstRequest,
	peopleOfADeviceAreCountedOnce,
	peopleOfADeviceAreBounded,
	expiredRiskIsDeleted,
	noIdentifierIsStored,
}

func assessment() risk.Assessment {
	return risk.Assessment{
		Score: 18, Triggered: []risk.Signal{risk.GeoMismatch}, Reasons: []string{"Elsewhere"},
		Details: map[risk.Signal]risk.Detail{risk.GeoMismatch: {Weight: 18, Claimed: "US-CA", Address: "US-NV"}},
		Version: "v1",
	}
}

func assessmentIsReadByItsOrganizationUntilItExpires(t *testing.T, f *fixture) {
	made, err := f.CreateRiskAssessment(t.Context(), store.NewRiskAssessment{
		OrgID: f.org, SessionID: "vks_1", Assessment: assessment(), Retention: time.Hour,
	})
	require.NoError(t, err)
	read, err := f.replica(t).RiskAssessment(t.Context(), f.org, made.ID)
	require.NoError(t, err)
	require.Equal(t, made, read)
	require.True(t, models.PrefixRiskAssessment.Names(read.ID))
	require.Equal(t, assessment().Details, read.Details.V)
	_, err = f.RiskAssessment(t.Context(), f.foreign, made.ID)
	requireCode(t, models.CodeResourceMissing, err)
	f.clock.Advance(time.Hour - time.Microsecond)
	_, err = f.RiskAssessment(t.Context(), f.org, made.ID)
	require.NoError(t, err)
	f.clock.Advance(time.Microsecond)
	_, err = f.RiskAssessment(t.Context(), f.org, made.ID)
	requireCode(t, models.CodeResourceMissing, err)
}

func repeatedRequestFindsItsAssessment(t *testing.T, f *fixture) {
	_, found, err := f.EarlierRiskAssessment(t.Context(), f.org)
	require.NoError(t, err)
	require.False(t, found)
	ctx := f.reserved(t, "score-1")
	_, found, err = f.EarlierRiskAssessment(ctx, f.org)
	require.NoError(t, err)
	require.False(t, found)
	n := store.NewRiskAssessment{OrgID: f.org, Assessment: assessment(), Retention: time.Hour}
	first, err := f.CreateRiskAssessment(ctx, n)
	require.NoError(t, err)
	n.Assessment.Score = 99
	second, err := f.CreateRiskAssessment(ctx, n)
	require.NoError(t, err)
	require.Equal(t, first, second)
	earlier, found, err := f.EarlierRiskAssessment(ctx, f.org)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, first, earlier)
}

// suspect has one identifier of each kind.
func suspect() store.Sightings {
	return store.Sightings{
		risk.IP: "203.0.113.187", risk.Mailbox: "canary@person.example", risk.Number: "+12025550143",
		risk.DeviceID: "canary-d",
	}
}

func (f *fixture) sighted(t *testing.T, seen store.Sightings) store.Sighted {
	t.Helper()
	found, err := f.CountSightings(t.Context(), f.org, seen, seen)
	require.NoError(t, err)
	return found
}

// Fifty requests at once over two replicas get the counts from 1 to 50, of each identifier.
func countsAreExactUnderConcurrency(t *testing.T, f *fixture) {
	const requests = 50
	replicas := []*store.Store{f.Store, f.replica(t)}
	answers := allOf(t, race(requests, func(i int) (store.Sighted, error) {
		seen := suspect()
		seen[risk.Mailbox] = fmt.Sprintf("user%d@person.example", i%10)
		return replicas[i%2].CountSightings(t.Context(), f.org, seen, seen)
	}))
	for _, kind := range []risk.Identifier{risk.IP, risk.Number, risk.DeviceID} {
		var hours, days []int
		for _, answer := range answers {
			hours, days = append(hours, answer.Counts[kind].Hour), append(days, answer.Counts[kind].Day)
		}
		slices.Sort(hours)
		slices.Sort(days)
		for i := range requests {
			require.Equal(t, i+1, hours[i], kind)
			require.Equal(t, i+1, days[i], kind)
		}
	}
	require.Equal(t, 10, f.sighted(t, suspectWith("user0@person.example")).Persons)
	require.Equal(t, risk.Count{Hour: 7, Day: 7}, f.sighted(t, suspectWith("user0@person.example")).Counts[risk.Mailbox])
}

func suspectWith(email string) store.Sightings {
	return store.Sightings{risk.DeviceID: "canary-d", risk.Mailbox: email}
}

func countsOfIdentifiersKindsAndOrganizationsAreApart(t *testing.T, f *fixture) {
	once := risk.Count{Hour: 1, Day: 1}
	f.sighted(t, store.Sightings{risk.IP: "same"})
	require.Equal(t, once, f.sighted(t, store.Sightings{risk.DeviceID: "same"}).Counts[risk.DeviceID])
	require.Equal(t, once, f.sighted(t, store.Sightings{risk.IP: "other"}).Counts[risk.IP])
	foreign, err := f.CountSightings(t.Context(), f.foreign, store.Sightings{risk.IP: "same"}, nil)
	require.NoError(t, err)
	require.Equal(t, once, foreign.Counts[risk.IP])
}

func hourAndDayBeginWithTheFirstRequest(t *testing.T, f *fixture) {
	ip := store.Sightings{risk.IP: "203.0.113.187"}
	for _, step := range []struct {
		wait      time.Duration
		hour, day int
	}{
		{0, 1, 1},
		{time.Hour - time.Second, 2, 2},
		{time.Second, 1, 3}, // the hour is over
		{59 * time.Minute, 2, 4},
		{21*time.Hour + 59*time.Minute, 1, 5},
		{2 * time.Minute, 2, 1}, // the day is over, the hour is not
	} {
		f.clock.Advance(step.wait)
		require.NoError(t, deleteRisk(t, f), "the sweep ends no window")
		require.Equal(t, risk.Count{Hour: step.hour, Day: step.day}, f.sighted(t, ip).Counts[risk.IP], step.wait)
	}
}

func deleteRisk(t *testing.T, f *fixture) error {
	t.Helper()
	_, err := f.Across().DeleteExpiredRisk(t.Context(), 100)
	return err
}

func peopleOfADeviceAreCountedOnce(t *testing.T, f *fixture) {
	for _, step := range []struct {
		seen    store.Sightings
		persons int
	}{
		{store.Sightings{risk.DeviceID: "d"}, 0},
		{store.Sightings{risk.DeviceID: "d", risk.Mailbox: "ada@a.example"}, 1},
		{store.Sightings{risk.DeviceID: "d", risk.Number: "+12025550143"}, 1}, // who may be the same
		{store.Sightings{risk.DeviceID: "d", risk.Mailbox: "ada@a.example"}, 1},
		{store.Sightings{risk.DeviceID: "d", risk.Mailbox: "bob@a.example"}, 2},
		{store.Sightings{risk.DeviceID: "e", risk.Mailbox: "bob@a.example"}, 1},
		{store.Sightings{risk.DeviceID: "d"}, 2},
	} {
		require.Equal(t, step.persons, f.sighted(t, step.seen).Persons, step.seen)
	}
	f.clock.Advance(24 * time.Hour)
	require.Equal(t, 1, f.sighted(t, store.Sightings{risk.DeviceID: "d", risk.Mailbox: "eve@a.example"}).Persons)
}

func peopleOfADeviceAreBounded(t *testing.T, f *fixture) {
	last := 0
	for i := range risk.MostPersons + 5 {
		last = f.sighted(t, suspectWith(fmt.Sprintf("user%d@person.example", i))).Persons
		require.Equal(t, min(i+1, risk.MostPersons), last)
	}
	require.Equal(t, risk.MostPersons, last)
}

func expiredRiskIsDeleted(t *testing.T, f *fixture) {
	for _, retention := range []time.Duration{time.Hour, 48 * time.Hour} {
		_, err := f.CreateRiskAssessment(t.Context(), store.NewRiskAssessment{
			OrgID: f.org, Assessment: assessment(), Retention: retention,
		})
		require.NoError(t, err)
	}
	f.sighted(t, suspect())
	rows := func() [2]int {
		return [2]int{
			f.count(t, "SELECT count(*) FROM risk_assessments"), f.count(t, "SELECT count(*) FROM risk_counts"),
		}
	}
	require.Equal(t, [2]int{2, 4}, rows())
	f.clock.Advance(25*time.Hour - time.Second)
	deleted, err := f.Across().DeleteExpiredRisk(t.Context(), 3)
	require.NoError(t, err)
	require.Equal(t, 1, deleted)
	require.Equal(t, [2]int{1, 4}, rows())
	f.clock.Advance(time.Second)
	deleted, err = f.Across().DeleteExpiredRisk(t.Context(), 3)
	require.NoError(t, err)
	require.Equal(t, 3, deleted)
	require.Equal(t, [2]int{1, 1}, rows())
}

func noIdentifierIsStored(t *testing.T, f *fixture) {
	f.sighted(t, suspect())
	f.sighted(t, suspect())
	dump := f.dump(t)
	require.Contains(t, dump, "risk_counts")
	for kind, value := range suspect() {
		require.NotContains(t, dump, value, kind)
		require.NotContains(t, dump, value[1:len(value)-1], kind)
	}
}
