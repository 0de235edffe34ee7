package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/risk"
)

var scoreScenarios = []scenario{
	scoresAreExactUnderConcurrency,
	scoreHasTheAssessmentOfItsCounts,
	repeatedScoreFindsItsAssessment,
}

var postgresScoreScenarios = []scenario{
	scoreWithoutAnAnswerIsCountedAndStored,
	scoreThatDoesNotArriveLeavesNothing,
	scoreThatCannotCountStoresNothing,
	scoreGoesWithoutPreparedStatements,
}

// upTo returns the same ceiling for every count.
func upTo(most int) risk.Ceilings {
	c := risk.Ceilings{Persons: risk.MostPersons, Counts: map[risk.Identifier]risk.Count{}}
	for identifier := range suspect() {
		c.Counts[identifier] = risk.Count{Hour: most, Day: most}
	}
	return c
}

// isCovered reports whether no count is above its ceiling.
func isCovered(sighted store.Sighted, within risk.Ceilings) bool {
	for identifier, count := range sighted.Counts {
		if count.Hour > within.Counts[identifier].Hour || count.Day > within.Counts[identifier].Day {
			return false
		}
	}
	return sighted.Persons <= within.Persons
}

// told returns assessments that show their counts as details, and have no signals if the ceilings cover all counts.
func told(within risk.Ceilings) func(store.Sighted) risk.Assessment {
	return func(sighted store.Sighted) risk.Assessment {
		a := risk.Assessment{Triggered: []risk.Signal{}, Reasons: []string{}, Details: map[risk.Signal]risk.Detail{}}
		if isCovered(sighted, within) {
			return a
		}
		for identifier, count := range sighted.Counts {
			signal := risk.Signal(identifier)
			a.Triggered = append(a.Triggered, signal)
			a.Details[signal] = risk.Detail{Hour: count.Hour, Day: count.Day, Persons: sighted.Persons}
		}
		slices.Sort(a.Triggered)
		a.Score = len(a.Triggered)
		return a
	}
}

func (f *fixture) newScore(seen, owner store.Sightings, within risk.Ceilings) store.NewScore {
	return store.NewScore{
		OrgID: f.org, Seen: seen, Owner: owner, Ceilings: within, Weigh: told(within), Retention: time.Hour,
	}
}

// Fifty scores at once over two replicas count from 1 to 50, and those above the ceiling are assessed with their count.
func scoresAreExactUnderConcurrency(t *testing.T, f *fixture) {
	const requests, most = 50, 10
	replicas := []*store.Store{f.Store, f.replica(t)}
	answers := allOf(t, race(requests, func(i int) (models.RiskAssessment, error) {
		return replicas[i%2].ScoreRisk(t.Context(), f.newScore(suspect(), suspect(), upTo(most)))
	}))
	for identifier := range suspect() {
		var shown []int
		for _, answer := range answers {
			shown = append(shown, answer.Details.V[risk.Signal(identifier)].Hour)
		}
		slices.Sort(shown)
		for i, count := range shown {
			if i < most {
				require.Zero(t, count, identifier)
			} else {
				require.Equal(t, i+1, count, identifier)
			}
		}
	}
	require.Equal(t, requests, f.assessments(t))
	for _, answer := range answers {
		f.requireStored(t, answer)
	}
}

func (f *fixture) assessments(t *testing.T) int {
	t.Helper()
	return f.count(t, "SELECT count(*) FROM risk_assessments")
}

func (f *fixture) requireStored(t *testing.T, want models.RiskAssessment) {
	t.Helper()
	stored, err := f.RiskAssessment(t.Context(), want.OrgID, want.ID)
	require.NoError(t, err)
	require.Equal(t, want, stored)
}

// A random history of scores has the same assessments as the same history of another organization, which is counted
// first and assessed with the counts.
func scoreHasTheAssessmentOfItsCounts(t *testing.T, f *fixture) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	covered, above := 0, 0
	for range 300 {
		f.clock.Advance(time.Duration(random.IntN(int(40 * time.Minute))))
		seen, owner, within := randomSuspect(random)
		got, err := f.ScoreRisk(t.Context(), f.newScore(seen, owner, within))
		require.NoError(t, err)
		sighted, err := f.CountSightings(t.Context(), f.foreign, seen, owner)
		require.NoError(t, err)
		want := told(within)(sighted)
		require.Equal(t, want.Triggered, got.Signals.V, "seed %d: %+v within %+v", seed, sighted, within)
		require.Equal(t, want.Details, got.Details.V, "seed %d: %+v within %+v", seed, sighted, within)
		require.Equal(t, want.Score, got.Score)
		f.requireStored(t, got)
		if want.Score == 0 {
			covered++
		} else {
			above++
		}
	}
	require.Positive(t, covered)
	require.Positive(t, above)
}

// randomSuspect returns one to four of few identifiers, an owner, and low ceilings.
func randomSuspect(random *rand.Rand) (seen, owner store.Sightings, within risk.Ceilings) {
	kinds := []risk.Identifier{risk.IP, risk.Mailbox, risk.Number, risk.DeviceID}
	random.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	seen, within = store.Sightings{}, risk.Ceilings{Counts: map[risk.Identifier]risk.Count{}}
	for _, kind := range kinds[:1+random.IntN(len(kinds))] {
		seen[kind] = fmt.Sprint(random.IntN(3))
		within.Counts[kind] = risk.Count{Hour: 1 + random.IntN(4), Day: 1 + random.IntN(20)}
	}
	within.Persons = 1 + random.IntN(8)
	owner = store.Sightings{}
	for _, kind := range []risk.Identifier{risk.Mailbox, risk.Number} {
		if random.IntN(2) == 0 {
			owner[kind] = fmt.Sprint(random.IntN(8))
		}
	}
	return seen, owner, within
}

func repeatedScoreFindsItsAssessment(t *testing.T, f *fixture) {
	ctx := f.reserved(t, "score")
	n := f.newScore(store.Sightings{risk.IP: "203.0.113.187"}, nil, upTo(1))
	first, err := f.ScoreRisk(ctx, n)
	require.NoError(t, err)
	require.Zero(t, first.Score)
	for range 2 {
		again, err := f.replica(t).ScoreRisk(ctx, n)
		require.NoError(t, err)
		require.Equal(t, first, again, "although its counts are above the ceilings")
	}
}

// scoringBehindProxy returns a store behind a proxy, a score, and a function that ends the connection of the next
// score, before the database gets its statements or after it has executed them.
func (f *fixture) scoringBehindProxy(t *testing.T) (s *store.Store, n store.NewScore, cut func(after bool)) {
	t.Helper()
	s, proxy := f.behindProxy(t)
	n = f.newScore(store.Sightings{risk.IP: "203.0.113.187"}, nil, upTo(1))
	return s, n, func(after bool) {
		if after {
			proxy.CutAfter(f.org) // a parameter of the second statement
		} else {
			proxy.CutBefore(f.org)
		}
	}
}

func scoreWithoutAnAnswerIsCountedAndStored(t *testing.T, f *fixture) {
	s, n, cut := f.scoringBehindProxy(t)
	ctx := f.reserved(t, "score")
	cut(true)
	_, err := s.ScoreRisk(ctx, n)
	require.ErrorIs(t, err, store.ErrUnavailable)
	require.Equal(t, 1, f.assessments(t))
	earlier, found, err := s.EarlierRiskAssessment(ctx, f.org)
	require.NoError(t, err)
	require.True(t, found, "the repeat of the request gets the answer")
	require.Zero(t, earlier.Score)
	next, err := s.ScoreRisk(t.Context(), n)
	require.NoError(t, err)
	require.Equal(t, 2, next.Details.V["ip"].Hour)
}

func scoreThatDoesNotArriveLeavesNothing(t *testing.T, f *fixture) {
	s, n, cut := f.scoringBehindProxy(t)
	cut(false)
	_, err := s.ScoreRisk(t.Context(), n)
	require.ErrorIs(t, err, store.ErrUnavailable)
	require.Zero(t, f.assessments(t))
	first, err := s.ScoreRisk(t.Context(), n)
	require.NoError(t, err)
	require.Zero(t, first.Score)
}

func scoreThatCannotCountStoresNothing(t *testing.T, f *fixture) {
	n := f.newScore(suspect(), suspect(), upTo(10))
	for range 2 {
		_, err := f.ScoreRisk(t.Context(), n)
		require.NoError(t, err)
	}
	_, err := f.raw().ExecContext(t.Context(), "ALTER TABLE risk_counts ADD CONSTRAINT few CHECK (hour_count < 3)")
	require.NoError(t, err)
	for range 3 {
		_, err = f.ScoreRisk(t.Context(), n)
		require.ErrorContains(t, err, "few")
	}
	require.Equal(t, 2, f.assessments(t))
	_, err = f.raw().ExecContext(t.Context(), "ALTER TABLE risk_counts DROP CONSTRAINT few")
	require.NoError(t, err)
	n.Ceilings, n.Weigh = upTo(2), told(upTo(2))
	third, err := f.ScoreRisk(t.Context(), n)
	require.NoError(t, err)
	require.Equal(t, 3, third.Details.V["ip"].Hour, "the failed ones have not counted")
}

// A database URL may choose that statements are not prepared.
func scoreGoesWithoutPreparedStatements(t *testing.T, f *fixture) {
	with := "?"
	if strings.Contains(f.url, "?") {
		with = "&"
	}
	plain := openStore(t, f.url+with+"default_query_exec_mode=exec", f.clock.Now)
	n := f.newScore(suspect(), suspect(), upTo(1))
	for count := range 3 {
		scored, err := plain.ScoreRisk(t.Context(), n)
		require.NoError(t, err)
		require.Equal(t, map[bool]int{true: count + 1}[count > 0], scored.Details.V["ip"].Hour)
		f.requireStored(t, scored)
	}
	next, err := f.ScoreRisk(t.Context(), n)
	require.NoError(t, err)
	require.Equal(t, 4, next.Details.V["ip"].Hour)
}
