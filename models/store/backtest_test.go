package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var backtestScenarios = []scenario{endedSessionsAreThoseOfTheFilter}

func endedSessionsAreThoseOfTheFilter(t *testing.T, f *fixture) {
	create := func(change func(*store.NewSession)) models.Session {
		n := f.newSession(t)
		change(&n)
		return f.created(t, n)
	}
	end := func(s models.Session, to models.SessionStatus) models.Session {
		return f.changed(t, move(s, "end", to)).Session
	}
	plain := func(*store.NewSession) {}
	first := end(create(plain), models.StatusExpired)
	f.clock.Advance(time.Second)
	second := end(create(func(n *store.NewSession) { n.Session.WorkflowVersion = 9 }), models.StatusCancelled)
	f.clock.Advance(time.Second)
	third := end(create(func(n *store.NewSession) { n.Session.Jurisdiction = "DE" }), models.StatusExpired)
	create(plain) // has not ended
	create(func(n *store.NewSession) { n.Verified = true })
	other := end(create(func(n *store.NewSession) { n.Session.WorkflowID = "wf_other" }), models.StatusExpired)

	all := store.SessionFilter{WorkflowID: first.WorkflowID}
	for name, c := range map[string]struct {
		narrow func(*store.SessionFilter)
		last   int
		want   []models.Session
		more   bool
	}{
		"all, without foreign ones and those verified at creation": {last: 10, want: []models.Session{third, second, first}},
		"as many as there are": {last: 3, want: []models.Session{third, second, first}},
		"fewer than there are": {last: 2, want: []models.Session{third, second}, more: true},
		"another workflow": {
			func(f *store.SessionFilter) { f.WorkflowID = other.WorkflowID }, 10, []models.Session{other}, false,
		},
		"a status": {
			func(f *store.SessionFilter) { f.Status = models.StatusExpired }, 10, []models.Session{third, first}, false,
		},
		"a status, the last": {
			func(f *store.SessionFilter) { f.Status = models.StatusExpired }, 1, []models.Session{third}, true,
		},
		"a jurisdiction": {func(f *store.SessionFilter) { f.Jurisdiction = "DE" }, 10, []models.Session{third}, false},
		"a version":      {func(f *store.SessionFilter) { f.WorkflowVersion = 9 }, 10, []models.Session{second}, false},
		"from a time": {
			func(f *store.SessionFilter) { f.Created.From = &second.Created }, 10, []models.Session{third, second}, false,
		},
		"until a time": {func(f *store.SessionFilter) { f.Created.To = &first.Created }, 10, []models.Session{first}, false},
		"all of it together": {func(f *store.SessionFilter) {
			f.Status, f.WorkflowVersion, f.Created.From = models.StatusExpired, 9, &second.Created
		}, 10, []models.Session{}, false},
	} {
		filter := all
		if c.narrow != nil {
			c.narrow(&filter)
		}
		rows, more, err := f.EndedSessions(t.Context(), f.org, filter, store.Page{Limit: c.last})
		require.NoError(t, err, name)
		require.Equal(t, c.want, rows, name)
		require.Equal(t, c.more, more, name)
	}
	foreign, more, err := f.EndedSessions(t.Context(), f.foreign, all, store.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, foreign)
	require.False(t, more)
}
