package stile_test

import (
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stile-id/stile/sdk/go/stile"
)

// page answers with a page of objects.
func page(more bool, ids ...string) http.HandlerFunc {
	objects := make([]string, len(ids))
	for i, id := range ids {
		objects[i] = fmt.Sprintf(`{"id": %q, "session_id": %q}`, id, id)
	}
	return answer(200, fmt.Sprintf(`{"object": "list", "has_more": %t, "data": [%s]}`, more, strings.Join(objects, ",")))
}

func idsOf(t *testing.T, sessions iter.Seq2[*stile.VerificationSession, error]) string {
	t.Helper()
	var ids []string
	for session, err := range sessions {
		check(t, err)
		ids = append(ids, session.ID)
	}
	return strings.Join(ids, "")
}

func urlsOf(s *server) (urls []string) {
	requests, _ := s.took()
	for _, one := range requests {
		urls = append(urls, strings.TrimPrefix(one.url, "/v1/verification_sessions?"))
	}
	return urls
}

func TestListIsOnePage(t *testing.T) {
	t.Parallel()
	s := serve(t, page(true, "a", "b"))
	list, err := s.Events.List(t.Context(), stile.EventListParams{
		Limit: 2, Type: stile.EventTypeVerificationSessionVerified,
	})
	check(t, err)
	equal(t, list.HasMore, true, "has_more")
	equal(t, list.Data[1].ID, "b", "second")
	requests, _ := s.took()
	equal(t, requests[0].url, "/v1/events?limit=2&type=verification_session.verified", "query")
	equal(t, len(requests), 1, "requests")
}

func TestAllGoesThroughAllPagesWithTheFiltersOfTheFirst(t *testing.T) {
	t.Parallel()
	s := serve(t, page(true, "a", "b"), page(true, "c"), page(false, "d"))
	ids := idsOf(t, s.VerificationSessions.All(t.Context(), stile.VerificationSessionListParams{
		Limit: 2, Status: stile.SessionStatusVerified, StartingAfter: "x",
	}))
	equal(t, ids, "abcd", "objects")
	want := []string{
		"limit=2&starting_after=x&status=verified", "limit=2&starting_after=b&status=verified",
		"limit=2&starting_after=c&status=verified",
	}
	if got := urlsOf(s); !slices.Equal(got, want) {
		t.Fatal(got)
	}
}

func TestAllGoesFromOlderToNewerObjectsWithEndingBefore(t *testing.T) {
	t.Parallel()
	s := serve(t, page(true, "c", "b"), page(false, "d"))
	ids := idsOf(t, s.VerificationSessions.All(t.Context(), stile.VerificationSessionListParams{EndingBefore: "a"}))
	equal(t, ids, "bcd", "objects")
	if got := urlsOf(s); !slices.Equal(got, []string{"ending_before=a", "ending_before=c"}) {
		t.Fatal(got)
	}
}

func TestReviewsContinueAfterTheirSession(t *testing.T) {
	t.Parallel()
	s := serve(t, page(true, "vks_1"), page(false))
	for review, err := range s.Reviews.All(t.Context(), stile.ReviewListParams{Status: stile.ReviewStatusPending}) {
		check(t, err)
		equal(t, review.SessionID, "vks_1", "session")
	}
	requests, _ := s.took()
	equal(t, requests[1].url, "/v1/reviews?starting_after=vks_1&status=pending", "second page")
}

func TestIteratorMayStopAndBeginAgain(t *testing.T) {
	t.Parallel()
	s := serve(t, page(true, "a", "b"), page(true, "a", "b"), page(true))
	sessions := s.VerificationSessions.All(t.Context(), stile.VerificationSessionListParams{})
	for session, err := range sessions {
		check(t, err)
		equal(t, session.ID, "a", "first")
		break
	}
	equal(t, len(urlsOf(s)), 1, "requests of an iteration that stops")
	equal(t, idsOf(t, sessions), "ab", "objects")
	if got := urlsOf(s); !slices.Equal(got, []string{"/v1/verification_sessions", "starting_after=b"}) {
		t.Fatal(got)
	}
}

func TestErrorEndsTheIteration(t *testing.T) {
	t.Parallel()
	s := serve(t, page(true, "a"), refusal(404, "invalid_request_error", "resource_missing"))
	var seen []string
	for event, err := range s.Events.All(t.Context(), stile.EventListParams{}) {
		if err != nil {
			seen = append(seen, string(failure(t, err).Code))
			continue
		}
		seen = append(seen, event.ID)
	}
	equal(t, strings.Join(seen, ","), "a,resource_missing", "objects and error")
}
