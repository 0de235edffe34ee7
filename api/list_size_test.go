package api_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/graph"
)

// listBytes is the budget of the pages in these tests.
const listBytes = 512 << 10

// listing returns a replica with pages of listBytes.
func (e *env) listing() *env {
	small := *e
	small.listBytes = listBytes
	return small.replica(e.keys)
}

// TestListsStopAtAByteBudget replays an attack with many drafts, which together are four times as large as a page may
// be. It measures allocations, so it does not run in parallel.
func TestListsStopAtAByteBudget(t *testing.T) { //nolint:paralleltest // it measures memory
	e := newEnv(t).listing()
	const drafts, size = 16, listBytes / 4
	var ids []any
	for range drafts {
		ids = append([]any{e.bigDraft(size - 1<<10)}, ids...)
		e.clock.Advance(time.Second)
	}
	e.clock.Advance(time.Minute)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	e.client = e.unchecked // the checking client would read the answer as well
	ans := e.isOK(e.do("GET", "/v1/workflows?limit=100", e.sandbox.secret, nil), 200)
	runtime.ReadMemStats(&after)
	require.LessOrEqual(t, len(ans.body), listBytes+1000)
	require.Equal(t, true, ans.object["has_more"])
	allocated := (after.TotalAlloc - before.TotalAlloc) >> 10
	t.Logf("%d bytes, %d KiB allocated by client and server", len(ans.body), allocated)
	require.Less(t, allocated, uint64(30*listBytes>>10), "16 drafts took more than 40 times the budget before")

	require.Equal(t, ids, e.walk("/v1/workflows?limit=100", "starting_after"), "a client comes to all of them")
	oldest := ids[len(ids)-1].(string)
	require.Equal(t, ids[:len(ids)-1], e.walkBack("/v1/workflows?limit=100", oldest))
}

// walk pages through a list and returns its ids.
func (e *env) walk(path, by string) (ids []any) {
	e.t.Helper()
	for url := path; ; {
		page := e.isOK(e.do("GET", url, e.sandbox.secret, nil), 200).object
		for _, object := range page["data"].([]any) {
			ids = append(ids, in(object, "id"))
		}
		if page["has_more"] == false {
			return ids
		}
		require.NotEmpty(e.t, page["data"])
		url = fmt.Sprintf("%s&%s=%s", path, by, ids[len(ids)-1])
	}
}

// walkBack pages through a list from an object to the newest.
func (e *env) walkBack(path, from string) (ids []any) {
	e.t.Helper()
	for {
		page := e.isOK(e.do("GET", path+"&ending_before="+from, e.sandbox.secret, nil), 200).object
		var newer []any
		for _, object := range page["data"].([]any) {
			newer = append(newer, in(object, "id"))
		}
		ids = append(newer, ids...)
		if page["has_more"] == false {
			return ids
		}
		require.NotEmpty(e.t, newer)
		from = newer[0].(string)
	}
}

// Sessions, events and endpoints carry metadata, and events carry sessions.
func TestListsOfLargeMetadataStopAtTheBudget(t *testing.T) {
	t.Parallel()
	e := newEnv(t).listing()
	e.client = e.unchecked // the checking client would take long over such answers
	workflow := e.workflow(e.sandbox, simple("mdl"))
	metadata := obj{}
	for i := range 10 {
		metadata[fmt.Sprintf("%02d%s", i, strings.Repeat("k", 38))] = strings.Repeat("\U0001F600", 500)
	}
	const sessions = 30
	for range sessions {
		e.create(e.sandbox, workflow, obj{"metadata": metadata})
		e.clock.Advance(time.Second)
	}
	e.clock.Advance(time.Minute)
	for path, want := range map[string]int{
		"/v1/verification_sessions?limit=100": sessions, "/v1/events?limit=100": sessions,
	} {
		ans := e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200)
		require.LessOrEqual(t, len(ans.body), listBytes+1000, path)
		require.Equal(t, true, ans.object["has_more"], path)
		require.Len(t, e.walk(path, "starting_after"), want, path)
	}
}

// A session may have 500 results, so an expanded list stops at the sessions that have 2,000 submissions together.
func TestExpandedListsStopAtTheirResults(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, simple("mdl"))
	for range 6 {
		e.create(e.sandbox, workflow)
		e.clock.Advance(time.Second)
	}
	e.exec(e.database(), "UPDATE sessions SET submissions = 500")
	path := "/v1/verification_sessions?expand[]=results&limit=100"
	page := e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200).object
	require.Len(t, page["data"], 4)
	require.Equal(t, true, page["has_more"])
	require.Len(t, e.walk(path, "starting_after"), 6)
	require.Len(
		t,
		e.isOK(e.do("GET", "/v1/verification_sessions?limit=100", e.sandbox.secret, nil), 200).object["data"],
		6,
	)
}

func TestLargeAnswerIsNotStoredForItsRepeat(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	path := "/v1/workflows/" + e.workflow(e.sandbox, stepUp()) + "/simulate"
	name := strings.Repeat("n", 200)
	cases := []obj{}
	for range 100 {
		results := []obj{passed("mdl")}
		for range 5 {
			results = append(
				results,
				obj{"node": "doc", "outcome": "requires_input", "reason_codes": []string{"more_input_needed"}},
			)
		}
		cases = append(cases, obj{"name": name, "metadata": obj{"tier": "vip"}, "results": results})
	}
	places := []string{"US", "DE", "FR", "GB", "CA", "US-CA", "US-NY", "US-TX", "CA-ON", "CA-QC"}
	body := obj{"cases": cases, "jurisdictions": places}
	first := e.isOK(e.do("POST", path, e.sandbox.secret, body, "Idempotency-Key", "large"), 200)
	require.Greater(t, len(first.body), 1<<20)
	second := e.isOK(e.do("POST", path, e.sandbox.secret, body, "Idempotency-Key", "large"), 200)
	require.Equal(t, first.body, second.body)
	require.Empty(t, second.header.Get("Idempotent-Replayed"), "it was computed anew")
	other := obj{"cases": cases[:1]}
	e.isOK(e.do("POST", path, e.sandbox.secret, other, "Idempotency-Key", "small"), 200)
	replayed := e.isOK(e.do("POST", path, e.sandbox.secret, other, "Idempotency-Key", "small"), 200)
	require.Equal(t, "true", replayed.header.Get("Idempotent-Replayed"))
}

// A backtest reads a few sessions at a time and counts each once.
func TestBacktestReadsEverySessionWhateverItsSize(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, simple("mdl"))
	for range 7 {
		e.submit(e.create(e.sandbox, workflow), "mdl", graph.OutcomePassed)
		e.clock.Advance(time.Second)
	}
	e.exec(e.database(), "UPDATE sessions SET submissions = 900")
	backtest := func(last int) obj {
		body := obj{"sessions": obj{"last": last}}
		return e.isOK(e.do("POST", "/v1/workflows/"+workflow+"/backtest", e.sandbox.secret, body), 200).object
	}
	all := backtest(100)
	require.InDelta(t, 7, all["sessions"], 0)
	require.InDelta(t, 7, all["unchanged"], 0)
	require.Equal(t, false, all["more"])
	some := backtest(5)
	require.InDelta(t, 5, some["sessions"], 0)
	require.Equal(t, true, some["more"])
}
