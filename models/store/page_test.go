package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
)

var pageScenarios = []scenario{
	everyListWalksForwards,
	everyListWalksBackwards,
	walkIsOverAllRowsOfOneMoment,
	pollerSeesNoRowYoungerThanTwoSeconds,
	pollerMissesNoRow,
	moreTellsWhetherRowsFollow,
	unknownCursorIsNamed,
	foreignCursorIsNamed,
	cursorKeepsItsPlaceWhenItLeavesTheFilter,
	walkStaysWithinItsFilter,
	deletedRowKeepsItsPlaceAsACursor,
	reviewFlaggedLaterComesToAPoller,
	walkWithinAWindowEndsWithIt,
	windowIncludesBothItsSeconds,
	listWaitsForItsTurn,
	otherReadsDoNotWaitForLists,
}

// A lister reads one page of ids.
type lister func(ctx context.Context, org string, page store.Page) (ids []string, more bool, err error)

func listerOf[T any](
	list func(ctx context.Context, org string, page store.Page) ([]T, bool, error), id func(T) string,
) lister {
	return func(ctx context.Context, org string, page store.Page) ([]string, bool, error) {
		rows, more, err := list(ctx, org, page)
		ids := make([]string, 0, len(rows))
		for _, row := range rows {
			ids = append(ids, id(row))
		}
		return ids, more, err
	}
}

func (f *fixture) listSessions(filter store.SessionFilter) lister {
	return listerOf(func(ctx context.Context, org string, page store.Page) ([]models.Session, bool, error) {
		return f.Sessions(ctx, org, filter, page)
	}, func(s models.Session) string { return s.ID })
}

func (f *fixture) listEvents(filter store.EventFilter) lister {
	return listerOf(func(ctx context.Context, org string, page store.Page) ([]models.Event, bool, error) {
		events, _, more, err := f.Events(ctx, org, filter, page)
		return events, more, err
	}, func(e models.Event) string { return e.ID })
}

func (f *fixture) listReviews(filter store.ReviewFilter) lister {
	return listerOf(func(ctx context.Context, org string, page store.Page) ([]models.Session, bool, error) {
		return f.Reviewed(ctx, org, filter, page)
	}, func(s models.Session) string { return s.ID })
}

// listers are all lists.
func (f *fixture) listers(endpoint, workflow string) map[string]lister {
	return map[string]lister{
		"sessions":   f.listSessions(store.SessionFilter{}),
		"events":     f.listEvents(store.EventFilter{}),
		"endpoints":  listerOf(f.Endpoints, func(e models.WebhookEndpoint) string { return e.ID }),
		"keys":       listerOf(f.Keys, func(k models.APIKey) string { return k.ID }),
		"workflows":  listerOf(f.Workflows, func(w models.Workflow) string { return w.ID }),
		"audit log":  listerOf(f.AuditLog, func(e models.AuditEntry) string { return e.ID }),
		"connectors": listerOf(f.Connectors, func(c models.ProviderConnector) string { return c.ID }),
		"reviews":    f.listReviews(store.ReviewFilter{Statuses: models.WaitingReviews}),
		"recoveries": listerOf(func(ctx context.Context, org string, page store.Page) ([]models.Recovery, bool, error) {
			rows, _, more, err := f.Recoveries(ctx, org, endpoint, page)
			return rows, more, err
		}, func(r models.Recovery) string { return r.ID }),
		"deliveries": listerOf(func(ctx context.Context, org string, page store.Page) ([]models.Delivery, bool, error) {
			return f.EndpointDeliveries(ctx, org, endpoint, store.DeliveryFilter{}, page)
		}, func(d models.Delivery) string { return d.ID }),
		"versions": listerOf(func(ctx context.Context, org string, page store.Page) ([]models.WorkflowVersion, bool, error) {
			return f.WorkflowVersions(ctx, org, workflow, page)
		}, func(v models.WorkflowVersion) string { return v.ID }),
	}
}

// populate adds rows to every list, some of them with equal times.
func (f *fixture) populate(t *testing.T) map[string]lister {
	t.Helper()
	endpoint, workflow := f.endpoint(t, models.AllEvents), f.workflow(t)
	for i, method := range rules.Methods()[:7] {
		f.flagged(t)
		f.connector(t, method)
		f.recovery(t, endpoint.ID)
		f.endpoint(t)
		f.key(t, models.SecretKey)
		f.workflow(t)
		f.publish(t, workflow)
		f.clock.Advance(time.Duration(i%2) * time.Second)
	}
	f.clock.Advance(time.Minute)
	return f.listers(endpoint.ID, workflow.ID)
}

// whole reads the list as one page.
func (f *fixture) whole(t *testing.T, list lister) []string {
	t.Helper()
	ids, more, err := list(t.Context(), f.org, store.Page{Limit: 1000})
	require.NoError(t, err)
	require.False(t, more)
	return ids
}

// walk follows starting_after from the newest row to the oldest.
func (f *fixture) walk(t *testing.T, list lister, limit int) []string {
	t.Helper()
	var walked []string
	page := store.Page{Limit: limit}
	for {
		ids, more, err := list(t.Context(), f.org, page)
		require.NoError(t, err)
		walked = append(walked, ids...)
		if !more {
			return walked
		}
		require.Len(t, ids, limit)
		require.Less(t, len(walked), 1000, "the walk has no end")
		page.StartingAfter = ids[len(ids)-1]
	}
}

// poll follows ending_before from a row to the newest. It returns the rows newest first.
func (f *fixture) poll(t *testing.T, list lister, limit int, from string) []string {
	t.Helper()
	polled := []string{}
	page := store.Page{Limit: limit, EndingBefore: from}
	for {
		ids, more, err := list(t.Context(), f.org, page)
		require.NoError(t, err)
		polled = append(slices.Clone(ids), polled...)
		if !more {
			return polled
		}
		require.Len(t, ids, limit)
		require.Less(t, len(polled), 1000, "the poll has no end")
		page.EndingBefore = ids[0]
	}
}

func everyListWalksForwards(t *testing.T, f *fixture) {
	for name, list := range f.populate(t) {
		whole := f.whole(t, list)
		require.GreaterOrEqual(t, len(whole), 7, name)
		require.Equal(t, whole, f.walk(t, list, 3), name)
	}
}

func everyListWalksBackwards(t *testing.T, f *fixture) {
	for name, list := range f.populate(t) {
		whole := f.whole(t, list)
		oldest := len(whole) - 1
		require.Equal(t, whole[:oldest], f.poll(t, list, 3, whole[oldest]), name)
		require.Empty(t, f.poll(t, list, 3, whole[0]), name)
	}
}

// fill creates sessions and returns their ids.
func (f *fixture) fill(t *testing.T, n int) []string {
	t.Helper()
	var ids []string
	for range n {
		ids = append(ids, f.session(t).ID)
	}
	return ids
}

func walkIsOverAllRowsOfOneMoment(t *testing.T, f *fixture) {
	ids := f.fill(t, 9)
	f.clock.Advance(time.Minute)
	list := f.listSessions(store.SessionFilter{})
	for _, limit := range []int{1, 2, 9, 10} {
		walked := f.walk(t, list, limit)
		require.ElementsMatch(t, ids, walked)
		require.Equal(t, walked[:8], f.poll(t, list, limit, walked[8]))
	}
}

func pollerSeesNoRowYoungerThanTwoSeconds(t *testing.T, f *fixture) {
	seen := f.fill(t, 1)[0]
	f.clock.Advance(time.Second)
	young := f.fill(t, 1)[0]
	list := f.listSessions(store.SessionFilter{})

	f.clock.Advance(store.WriteLimit)
	require.Empty(t, f.poll(t, list, 10, seen))
	require.Equal(t, []string{young, seen}, f.whole(t, list), "a list read from its beginning hides nothing")
	f.clock.Advance(time.Microsecond)
	require.Equal(t, []string{young}, f.poll(t, list, 10, seen))
}

// A poller keeps the newest id that it has seen. A row that was begun earlier and committed later must still appear.
func pollerMissesNoRow(t *testing.T, f *fixture) {
	seen := f.fill(t, 1)[0]
	list := f.listSessions(store.SessionFilter{})
	begun := f.clock.Now().Add(time.Second)
	f.clock.Set(begun.Add(100 * time.Millisecond))
	quick := f.fill(t, 1)[0]

	f.clock.Set(begun.Add(store.WriteLimit))
	require.Empty(t, f.poll(t, list, 10, seen))
	f.clock.Set(begun) // the slow request has an earlier time, and is written last
	slow := f.fill(t, 1)[0]
	f.clock.Set(begun.Add(time.Minute))
	require.Equal(t, []string{quick, slow}, f.poll(t, list, 10, seen))
}

func moreTellsWhetherRowsFollow(t *testing.T, f *fixture) {
	f.fill(t, 4)
	f.clock.Advance(time.Minute)
	for limit, want := range map[int]bool{1: true, 3: true, 4: false, 5: false} {
		ids, more, err := f.listSessions(store.SessionFilter{})(t.Context(), f.org, store.Page{Limit: limit})
		require.NoError(t, err)
		require.Equal(t, want, more)
		require.Len(t, ids, min(limit, 4))
	}
	empty, more, err := f.Sessions(t.Context(), f.foreign, store.SessionFilter{}, store.Page{Limit: 10})
	require.NoError(t, err)
	require.False(t, more)
	require.NotNil(t, empty)
}

func requireCursorsRefused(t *testing.T, list lister, org, id string) {
	t.Helper()
	_, _, err := list(t.Context(), org, store.Page{Limit: 10, StartingAfter: id})
	requireParam(t, "starting_after", err)
	_, _, err = list(t.Context(), org, store.Page{Limit: 10, EndingBefore: id})
	requireParam(t, "ending_before", err)
}

func unknownCursorIsNamed(t *testing.T, f *fixture) {
	for _, list := range f.populate(t) {
		requireCursorsRefused(t, list, f.org, "vks_unknown")
	}
}

func foreignCursorIsNamed(t *testing.T, f *fixture) {
	for name, list := range f.populate(t) {
		if name == "versions" {
			continue // of a workflow of another organization
		}
		requireCursorsRefused(t, list, f.foreign, f.whole(t, list)[0])
	}
}

// Sessions change their status while a merchant pages through those of one status.
func cursorKeepsItsPlaceWhenItLeavesTheFilter(t *testing.T, f *fixture) {
	ids := f.fill(t, 6)
	f.clock.Advance(time.Minute)
	list := f.listSessions(store.SessionFilter{Status: models.StatusCreated})
	first, more, err := list(t.Context(), f.org, store.Page{Limit: 3})
	require.NoError(t, err)
	require.True(t, more)
	_, err = f.MarkOpened(t.Context(), f.org, first[2])
	require.NoError(t, err)

	rest, more, err := list(t.Context(), f.org, store.Page{Limit: 3, StartingAfter: first[2]})
	require.NoError(t, err)
	require.False(t, more)
	require.ElementsMatch(t, ids, append(first, rest...))
	back, _, err := list(t.Context(), f.org, store.Page{Limit: 3, EndingBefore: first[2]})
	require.NoError(t, err)
	require.Equal(t, first[:2], back)
}

func walkStaysWithinItsFilter(t *testing.T, f *fixture) {
	var wanted []string
	for range 5 {
		session := f.session(t)
		f.changed(t, move(session, "end", models.StatusCancelled))
		wanted = append(wanted, f.eventsOf(t, session)[1].ID)
	}
	f.clock.Advance(time.Minute)
	list := f.listEvents(store.EventFilter{Type: models.EventSessionCancelled})
	walked := f.walk(t, list, 2)
	require.ElementsMatch(t, wanted, walked)
	require.Equal(t, walked[:4], f.poll(t, list, 2, walked[4]))
}

// A client may delete the rows that a page has shown.
func deletedRowKeepsItsPlaceAsACursor(t *testing.T, f *fixture) {
	lists := f.populate(t)
	for name, remove := range map[string]func(ctx context.Context, org, actor, id string) error{
		"endpoints": f.DeleteEndpoint, "connectors": f.DeleteConnector,
	} {
		list, whole := lists[name], f.whole(t, lists[name])
		require.NoError(t, remove(t.Context(), f.org, actor, whole[3]))
		rest, _, err := list(t.Context(), f.org, store.Page{Limit: 100, StartingAfter: whole[3]})
		require.NoError(t, err, name)
		require.Equal(t, whole[4:], rest, name)
		back, _, err := list(t.Context(), f.org, store.Page{Limit: 100, EndingBefore: whole[3]})
		require.NoError(t, err, name)
		require.Equal(t, whole[:3], back, name)
		require.NotContains(t, f.whole(t, list), whole[3], name)
		requireCursorsRefused(t, list, f.foreign, whole[3])
	}
}

// A session may be flagged long after younger ones.
func reviewFlaggedLaterComesToAPoller(t *testing.T, f *fixture) {
	old := f.session(t)
	f.clock.Advance(time.Minute)
	seen := f.flagged(t)
	f.clock.Advance(time.Minute)
	late := f.flag(t, old)
	f.clock.Advance(time.Minute)
	list := f.listReviews(store.ReviewFilter{Statuses: models.WaitingReviews})
	require.Equal(t, []string{late.ID, seen.ID}, f.whole(t, list))
	require.Equal(t, []string{late.ID}, f.poll(t, list, 10, seen.ID))
	requireCursorsRefused(t, list, f.org, f.session(t).ID) // never flagged
}

func walkWithinAWindowEndsWithIt(t *testing.T, f *fixture) {
	begin := models.At(f.clock.Now())
	var ids []string
	for range 6 {
		ids = append([]string{f.session(t).ID}, ids...)
		f.clock.Advance(time.Second)
	}
	f.clock.Advance(time.Minute)
	second := func(n int) *models.Timestamp { return models.AtPtr(begin.Add(time.Duration(n) * time.Second)) }
	for _, c := range []struct {
		window store.Window
		page   store.Page
		want   []string
	}{
		{store.Window{To: second(1)}, store.Page{StartingAfter: ids[1]}, ids[4:]}, // the cursor is younger than the window
		{store.Window{To: second(4)}, store.Page{StartingAfter: ids[2]}, ids[3:]},
		{store.Window{From: second(2)}, store.Page{StartingAfter: ids[1]}, ids[2:4]},
		{store.Window{From: second(4)}, store.Page{StartingAfter: ids[4]}, nil},
		{store.Window{From: second(4)}, store.Page{EndingBefore: ids[4]}, ids[:2]}, // the cursor is older
		{store.Window{From: second(1)}, store.Page{EndingBefore: ids[2]}, ids[:2]},
		{store.Window{To: second(3)}, store.Page{EndingBefore: ids[4]}, ids[2:4]},
		{store.Window{To: second(1)}, store.Page{EndingBefore: ids[2]}, nil},
	} {
		c.page.Limit = 10
		rows, _, err := f.Sessions(t.Context(), f.org, store.SessionFilter{Created: c.window}, c.page)
		require.NoError(t, err)
		require.ElementsMatch(t, c.want, sessionIDs(rows), c)
	}
}

func windowIncludesBothItsSeconds(t *testing.T, f *fixture) {
	var ids []string
	for range 5 { // at .0, .5, 1.0, 1.5 and 2.0 seconds
		ids = append(ids, f.session(t).ID)
		f.clock.Advance(500 * time.Millisecond)
	}
	second := func(n int) *models.Timestamp {
		return models.AtPtr(testkit.NewClock().Now().Add(time.Duration(n) * time.Second))
	}
	for _, c := range []struct {
		window store.Window
		want   []string
	}{
		{store.Window{From: second(1)}, ids[2:]},
		{store.Window{To: second(0)}, ids[:2]},
		{store.Window{To: second(1)}, ids[:4]},
		{store.Window{From: second(1), To: second(1)}, ids[2:4]},
		{store.Window{From: second(2), To: second(1)}, nil},
	} {
		rows, _, err := f.Sessions(t.Context(), f.org, store.SessionFilter{Created: c.window}, store.Page{Limit: 10})
		require.NoError(t, err)
		require.ElementsMatch(t, c.want, sessionIDs(rows))
	}
}

// midList begins a list that is under way until finish is called, at a store that reads one list at once.
func (f *fixture) midList(t *testing.T) (s *store.Store, finish func() error) {
	t.Helper()
	o := options(f.url, f.clock.Now)
	o.ListConcurrency = 1
	s = openWith(t, o)
	reading, goOn, done := make(chan struct{}, 1), make(chan struct{}), make(chan error, 1)
	require.NoError(t, s.Watch(func(sent store.Statement) {
		if strings.Contains(sent.SQL, "ORDER BY created DESC") {
			reading <- struct{}{}
			<-goOn
		}
	}))
	go func() {
		_, _, err := s.Sessions(t.Context(), f.org, store.SessionFilter{}, store.Page{Limit: 1})
		done <- err
	}()
	testkit.Receive(t, reading)
	return s, func() error {
		close(goOn)
		return testkit.Receive(t, done)
	}
}

func listWaitsForItsTurn(t *testing.T, f *fixture) {
	s, finish := f.midList(t)
	gone, leave := context.WithCancel(t.Context())
	leave()
	_, _, _, err := s.Events(gone, f.org, store.EventFilter{}, store.Page{Limit: 1})
	require.ErrorIs(t, err, store.ErrUnavailable)
	require.ErrorIs(t, err, context.Canceled)
	_, err = s.WaitingReviews(gone, f.org)
	require.ErrorIs(t, err, store.ErrUnavailable)

	require.NoError(t, finish())
	_, _, _, err = s.Events(t.Context(), f.org, store.EventFilter{}, store.Page{Limit: 1})
	require.NoError(t, err)
}

func otherReadsDoNotWaitForLists(t *testing.T, f *fixture) {
	session := f.session(t)
	s, finish := f.midList(t)
	found, err := s.Session(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	require.Equal(t, session, found)
	_, err = s.Trail(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	require.NoError(t, finish())
}
