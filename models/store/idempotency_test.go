package store_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var idempotencyScenarios = []scenario{
	firstRequestGetsTheClaim,
	duplicateInFlightGetsNothing,
	racingDuplicatesHaveOneClaimant,
	answerIsReplayedByteForByte,
	otherRequestUnderTheKeyIsRefused,
	sameContentIsTheSameRequest,
	rowsOfTheVersionBeforeAreComparedByBytes,
	keysAndScopesAreApart,
	releasedKeyIsFree,
	releasedClaimIsNotMistakenForAnotherRequest,
	lapsedLeaseIsTakenOverWithItsReservedID,
	racingTakeOversHaveOneWinner,
	answerOfALostClaimDoesNothing,
	firstAnswerStays,
	answerIsReplayedForADay,
	unansweredKeyIsFreeAfterADay,
	storedAnswerIsUnreadable,
	oldestAnswersOfAScopeAreTrimmed,
}

func oldestAnswersOfAScopeAreTrimmed(t *testing.T, f *fixture) {
	underWay := f.mustClaim(t, "under way")
	for i := range 10 {
		require.NoError(t, f.Finish(t.Context(), f.mustClaim(t, strconv.Itoa(i)), created(strconv.Itoa(i))))
		f.clock.Advance(time.Second)
		require.NoError(t, f.TrimKeys(t.Context(), f.org, 4))
		require.NoError(t, f.TrimKeys(t.Context(), f.foreign, 0), "of another scope")
	}
	require.Equal(t, 5, f.count(t, "SELECT count(*) FROM idempotency_keys"))
	for i := 6; i < 10; i++ {
		f.requireReplay(t, strconv.Itoa(i), created(strconv.Itoa(i)))
	}
	require.NotNil(t, f.claim(t, "5", store.Request{}).Claim, "the oldest are free")
	require.NoError(
		t,
		f.Finish(t.Context(), underWay, created("under way")),
		"a request that is under way keeps its claim",
	)
	f.requireReplay(t, "under way", created("under way"))
}

const leaseOfAClaim = time.Minute

// saying is a request with this body.
func saying(body string) store.Request {
	return store.Request{Method: "POST", Path: "/v1/verification_sessions", Body: []byte(body)}
}

func (f *fixture) claim(t *testing.T, key string, request store.Request) store.Claimed {
	t.Helper()
	claimed, err := f.ClaimKey(t.Context(), f.org, key, request)
	require.NoError(t, err)
	return claimed
}

func (f *fixture) mustClaim(t *testing.T, key string) store.Claim {
	t.Helper()
	claimed := f.claim(t, key, store.Request{})
	require.Nil(t, claimed.Replay)
	require.NotNil(t, claimed.Claim)
	return *claimed.Claim
}

func created(body string) store.StoredResponse {
	return store.StoredResponse{
		Status: 201, Header: map[string]string{"Content-Type": "application/json"}, Body: []byte(body),
	}
}

func (f *fixture) requireReplay(t *testing.T, key string, want store.StoredResponse) {
	t.Helper()
	claimed := f.claim(t, key, store.Request{})
	require.Nil(t, claimed.Claim)
	require.Equal(t, &want, claimed.Replay)
}

func firstRequestGetsTheClaim(t *testing.T, f *fixture) {
	claim := f.mustClaim(t, "order-7")
	require.Len(t, claim.ResourceID, 24)
	ctx := store.WithReservedID(t.Context(), claim.ResourceID)
	require.Equal(t, "vks_"+claim.ResourceID, f.NewID(ctx, models.PrefixSession))
	require.Equal(t, "we_"+claim.ResourceID, f.NewID(ctx, models.PrefixEndpoint))
	require.NotEqual(t, "vks_"+claim.ResourceID, f.NewID(t.Context(), models.PrefixSession))
}

func duplicateInFlightGetsNothing(t *testing.T, f *fixture) {
	f.mustClaim(t, "order-7")
	f.clock.Advance(leaseOfAClaim - time.Microsecond)
	require.Equal(t, store.Claimed{}, f.claim(t, "order-7", store.Request{}))
}

func racingDuplicatesHaveOneClaimant(t *testing.T, f *fixture) {
	replicas := []*store.Store{f.Store, f.replica(t)}
	claimants := 0
	for _, claimed := range allOf(t, race(12, func(i int) (store.Claimed, error) {
		return replicas[i%2].ClaimKey(t.Context(), f.org, "order-7", saying("{}"))
	})) {
		require.Nil(t, claimed.Replay)
		if claimed.Claim != nil {
			claimants++
		}
	}
	require.Equal(t, 1, claimants)
}

func answerIsReplayedByteForByte(t *testing.T, f *fixture) {
	for i, body := range []string{"{\n  \"b\": 1, \"a\": 1.0\n}\n", "", "\x00\xff not UTF-8"} {
		key := fmt.Sprint("order-", i)
		response := created(body)
		require.NoError(t, f.Finish(t.Context(), f.mustClaim(t, key), response))
		f.requireReplay(t, key, response)
		f.requireReplay(t, key, response)
	}
}

func otherRequestUnderTheKeyIsRefused(t *testing.T, f *fixture) {
	request := saying(`{"type":"age"}`)
	claim := f.claim(t, "order-7", request).Claim
	others := []store.Request{
		{},
		saying(`{"type":"identity"}`),
		saying(`{"type":["age"]}`),
		{Method: "POST", Path: "/v1/workflows", Body: request.Body},
		{Method: "POST", Path: request.Path + string(request.Body)}, // the same bytes, divided differently
	}
	for _, finish := range []func(){
		func() {}, // in flight
		func() { require.NoError(t, f.Finish(t.Context(), *claim, created("{}"))) },
		func() { f.clock.Advance(leaseOfAClaim) },
	} {
		finish()
		for _, other := range others {
			_, err := f.ClaimKey(t.Context(), f.org, "order-7", other)
			requireCode(t, models.CodeIdempotencyKeyReuse, err)
		}
	}
}

func sameContentIsTheSameRequest(t *testing.T, f *fixture) {
	one := saying(`{"type":"age","limit":1,"name":"é"}`)
	same := saying("{ \"name\":\"\\u00e9\", \"limit\": 1.0,\n\"type\":\"age\" }")
	claim := f.claim(t, "order-7", one).Claim
	require.Equal(t, store.Claimed{}, f.claim(t, "order-7", same), "in flight")
	f.clock.Advance(leaseOfAClaim)
	taken := f.claim(t, "order-7", same).Claim
	require.Equal(t, claim.ResourceID, taken.ResourceID, "the lease of the first is taken over, not forgotten")
	require.NoError(t, f.Finish(t.Context(), *taken, created("{}")))
	require.NotNil(t, f.claim(t, "order-7", one).Replay)
	require.NotNil(t, f.claim(t, "order-7", same).Replay)
}

// The previous version writes no content and compares bytes.
func rowsOfTheVersionBeforeAreComparedByBytes(t *testing.T, f *fixture) {
	claim := f.claim(t, "order-7", saying(`{"a":1,"b":2}`)).Claim
	_, err := f.raw().ExecContext(t.Context(), "UPDATE idempotency_keys SET content = NULL")
	require.NoError(t, err)
	require.Equal(t, store.Claimed{}, f.claim(t, "order-7", saying(`{"a":1,"b":2}`)))
	_, err = f.ClaimKey(t.Context(), f.org, "order-7", saying(`{"b":2,"a":1}`))
	requireCode(t, models.CodeIdempotencyKeyReuse, err)
	f.clock.Advance(leaseOfAClaim)
	taken := f.claim(t, "order-7", saying(`{"a":1,"b":2}`)).Claim
	require.Equal(t, claim.ResourceID, taken.ResourceID)
	require.NoError(t, f.Finish(t.Context(), *taken, created("{}")))
	require.NotNil(t, f.claim(t, "order-7", saying(`{"a":1,"b":2}`)).Replay)
}

func keysAndScopesAreApart(t *testing.T, f *fixture) {
	f.mustClaim(t, "order-7")
	f.mustClaim(t, "order-8")
	foreign, err := f.ClaimKey(t.Context(), f.foreign, "order-7", saying("another request"))
	require.NoError(t, err)
	require.NotNil(t, foreign.Claim)
}

func releasedKeyIsFree(t *testing.T, f *fixture) {
	claim := f.claim(t, "order-7", saying("first"))
	require.NoError(t, f.Release(t.Context(), *claim.Claim))
	again := f.claim(t, "order-7", saying("second"))
	require.NotNil(t, again.Claim)
	require.NotEqual(t, claim.Claim.ResourceID, again.Claim.ResourceID)
}

func releasedClaimIsNotMistakenForAnotherRequest(t *testing.T, f *fixture) {
	allOf(t, race(6, func(int) (any, error) {
		for range 20 {
			claimed, err := f.ClaimKey(t.Context(), f.org, "order-7", saying("the same request"))
			if err != nil {
				return nil, err
			}
			if claimed.Claim == nil {
				continue
			}
			if err := f.Release(t.Context(), *claimed.Claim); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}))
}

func lapsedLeaseIsTakenOverWithItsReservedID(t *testing.T, f *fixture) {
	crashed := f.mustClaim(t, "order-7")
	f.clock.Advance(leaseOfAClaim)
	taken := f.mustClaim(t, "order-7")
	require.Equal(t, crashed.ResourceID, taken.ResourceID)
	require.Equal(t, store.Claimed{}, f.claim(t, "order-7", store.Request{}), "the lease begins anew")

	f.clock.Advance(leaseOfAClaim)
	require.Equal(t, crashed.ResourceID, f.mustClaim(t, "order-7").ResourceID)
}

func racingTakeOversHaveOneWinner(t *testing.T, f *fixture) {
	f.mustClaim(t, "order-7")
	f.clock.Advance(leaseOfAClaim)
	claimants := 0
	for _, claimed := range allOf(t, race(10, func(int) (store.Claimed, error) {
		return f.ClaimKey(t.Context(), f.org, "order-7", store.Request{})
	})) {
		if claimed.Claim != nil {
			claimants++
		}
	}
	require.Equal(t, 1, claimants)
}

func answerOfALostClaimDoesNothing(t *testing.T, f *fixture) {
	lost := f.mustClaim(t, "order-7")
	f.clock.Advance(leaseOfAClaim)
	taken := f.mustClaim(t, "order-7")

	require.NoError(t, f.Finish(t.Context(), lost, created("late")))
	require.NoError(t, f.Release(t.Context(), lost))
	require.Equal(t, store.Claimed{}, f.claim(t, "order-7", store.Request{}))
	require.NoError(t, f.Finish(t.Context(), taken, created("mine")))
	f.requireReplay(t, "order-7", created("mine"))
}

func firstAnswerStays(t *testing.T, f *fixture) {
	claim := f.mustClaim(t, "order-7")
	require.NoError(t, f.Finish(t.Context(), claim, created("first")))
	require.NoError(t, f.Finish(t.Context(), claim, created("second")))
	require.NoError(t, f.Release(t.Context(), claim))
	f.requireReplay(t, "order-7", created("first"))
}

func answerIsReplayedForADay(t *testing.T, f *fixture) {
	claim := f.mustClaim(t, "order-7")
	require.NoError(t, f.Finish(t.Context(), claim, created("{}")))
	f.clock.Advance(24*time.Hour - time.Microsecond)
	f.requireReplay(t, "order-7", created("{}"))

	f.clock.Advance(time.Microsecond)
	anew := f.claim(t, "order-7", saying("and for another request"))
	require.NotNil(t, anew.Claim)
	require.NotEqual(t, claim.ResourceID, anew.Claim.ResourceID)
}

func unansweredKeyIsFreeAfterADay(t *testing.T, f *fixture) {
	claim := f.mustClaim(t, "order-7")
	f.clock.Advance(24 * time.Hour)
	require.NotEqual(t, claim.ResourceID, f.mustClaim(t, "order-7").ResourceID)
}

func storedAnswerIsUnreadable(t *testing.T, f *fixture) {
	claim := f.mustClaim(t, "order-of-ada@person.example")
	require.NoError(t, f.Finish(t.Context(), claim, created(`{"client_secret":"canary"}`)))
	dump := f.dump(t)
	require.NotContains(t, dump, "canary")
	require.NotContains(t, dump, "ada@person.example")
}
