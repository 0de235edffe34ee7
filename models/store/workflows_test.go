package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

var workflowScenarios = []scenario{
	draftIsReadAsCreated,
	draftIsItsOrganizationsOwn,
	repeatedCreateReturnsTheFirstDraft,
	concurrentEditsAreNotLost,
	refusedEditChangesNothing,
	publishingNumbersVersions,
	concurrentPublishesGiveDistinctVersions,
	refusedPublishChangesNothing,
	repeatedPublishReturnsTheFirstVersion,
	publishedVersionIsTheNewestAndFrozen,
	unpublishedUnknownAndForeignGiveOneError,
	rollbackPublishesAnOldVersionAnew,
	versionIsReadByNumber,
	versionsAreListedNewestFirst,
	sessionHasThePreferencesOfItsVersion,
	changesOfWorkflowsAreAudited,
	knownVersionMakesNoSessionOnceAnotherIsPublished,
	largeDefinitionIsReadEachTime,
	listOfLargeDraftsStopsAtItsBytes,
	listOfLargeVersionsStopsAtItsBytes,
}

// largeBytes is the size of a large definition. Four of them fill a page of listing.
const largeBytes = 32 << 10

func large() graph.Definition {
	d := definition()
	d.Jurisdictions = []rules.Jurisdiction{rules.Jurisdiction(strings.Repeat("X", largeBytes))}
	return d
}

// listing returns a replica with small pages.
func (f *fixture) listing(t *testing.T) *store.Store {
	t.Helper()
	o := options(f.url, f.clock.Now)
	o.ListBytes = 4 * largeBytes
	return openWith(t, o)
}

func listOfLargeDraftsStopsAtItsBytes(t *testing.T, f *fixture) {
	org := f.organization(t)
	var ids []string
	for range 10 {
		w, err := f.CreateWorkflow(t.Context(), org, actor, "Large", large())
		require.NoError(t, err)
		ids = append([]string{w.ID}, ids...)
		f.clock.Advance(time.Second)
	}
	f.clock.Advance(time.Minute)
	small := f.listing(t)
	list := func(page store.Page) []string {
		page.Limit = 100
		rows, more, err := small.Workflows(t.Context(), org, page)
		require.NoError(t, err)
		require.True(t, more)
		require.Less(t, len(rows), 6)
		require.NotEmpty(t, rows)
		var read []string
		for _, row := range rows {
			require.Len(t, row.Definition.V.Jurisdictions[0], largeBytes)
			read = append(read, row.ID)
		}
		return read
	}
	newest := list(store.Page{})
	require.Equal(t, ids[:len(newest)], newest)
	next := list(store.Page{StartingAfter: newest[len(newest)-1]})
	require.Equal(t, ids[len(newest):len(newest)+len(next)], next)
	before := list(store.Page{EndingBefore: ids[9]})
	require.Equal(t, ids[9-len(before):9], before, "those next to the cursor")
	_, more, err := small.Workflows(t.Context(), org, store.Page{Limit: 2})
	require.NoError(t, err)
	require.True(t, more)
}

func listOfLargeVersionsStopsAtItsBytes(t *testing.T, f *fixture) {
	w, err := f.CreateWorkflow(t.Context(), f.org, actor, "Large", large())
	require.NoError(t, err)
	for range 6 {
		_, err := f.PublishWorkflow(t.Context(), f.org, actor, w.ID, nil, func(models.Workflow) (graph.Graph, error) {
			g, _ := graph.Compile(definition())
			return g, nil
		})
		require.NoError(t, err)
		f.clock.Advance(time.Second)
	}
	small := f.listing(t)
	rows, more, err := small.WorkflowVersions(t.Context(), f.org, w.ID, store.Page{Limit: 100})
	require.NoError(t, err)
	require.True(t, more)
	require.Less(t, len(rows), 6)
	require.Equal(t, 6, rows[0].Version)
	rest, more, err := small.WorkflowVersions(
		t.Context(),
		f.org,
		w.ID,
		store.Page{Limit: 100, StartingAfter: rows[len(rows)-1].ID},
	)
	require.NoError(t, err)
	require.False(t, more)
	require.Equal(t, 6, len(rows)+len(rest))
}

func (f *fixture) workflow(t *testing.T) models.Workflow {
	t.Helper()
	w, err := f.CreateWorkflow(t.Context(), f.org, actor, "Checkout", definition())
	require.NoError(t, err)
	return w
}

func (f *fixture) publish(t *testing.T, w models.Workflow) models.WorkflowVersion {
	t.Helper()
	v, err := f.PublishWorkflow(t.Context(), f.org, actor, w.ID, nil, compile)
	require.NoError(t, err)
	return v
}

func compile(w models.Workflow) (graph.Graph, error) {
	g, faults := graph.Compile(w.Definition.V)
	if len(faults) > 0 {
		return graph.Graph{}, errors.New("does not compile")
	}
	return g, nil
}

func draftIsReadAsCreated(t *testing.T, f *fixture) {
	created := f.workflow(t)
	require.True(t, models.PrefixWorkflow.HasPrefix(created.ID))
	require.Equal(t, definition(), created.Definition.V)
	require.Nil(t, created.PublishedVersion)

	read, err := f.Workflow(t.Context(), f.org, created.ID)
	require.NoError(t, err)
	require.Equal(t, created, read)

	listed, more, err := f.Workflows(t.Context(), f.org, store.Page{Limit: 10})
	require.NoError(t, err)
	require.False(t, more)
	require.Equal(t, []models.Workflow{created}, listed)
}

func draftIsItsOrganizationsOwn(t *testing.T, f *fixture) {
	w := f.workflow(t)
	_, err := f.Workflow(t.Context(), f.foreign, w.ID)
	requireCode(t, models.CodeResourceMissing, err)
	_, err = f.UpdateWorkflow(t.Context(), f.foreign, actor, w.ID, rename("Stolen"))
	requireCode(t, models.CodeResourceMissing, err)
	_, err = f.PublishWorkflow(t.Context(), f.foreign, actor, w.ID, nil, compile)
	requireCode(t, models.CodeResourceMissing, err)

	listed, _, err := f.Workflows(t.Context(), f.foreign, store.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, listed)
	read, err := f.Workflow(t.Context(), f.org, w.ID)
	require.NoError(t, err)
	require.Equal(t, w, read)
}

func repeatedCreateReturnsTheFirstDraft(t *testing.T, f *fixture) {
	ctx := f.reserved(t, "create")
	first, err := f.CreateWorkflow(ctx, f.org, actor, "Checkout", definition())
	require.NoError(t, err)
	f.clock.Advance(time.Second)
	again, err := f.CreateWorkflow(ctx, f.org, actor, "Checkout", definition())
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, []string{"workflow.create"}, f.audited(t, f.org, first.ID))
}

func rename(name string) func(*models.Workflow) error {
	return func(w *models.Workflow) error {
		w.Name = name
		return nil
	}
}

func concurrentEditsAreNotLost(t *testing.T, f *fixture) {
	w := f.workflow(t)
	const editors = 10
	f.clock.Advance(time.Minute)
	allOf(t, race(editors, func(int) (models.Workflow, error) {
		return f.UpdateWorkflow(t.Context(), f.org, actor, w.ID, func(w *models.Workflow) error {
			w.Name += "!"
			w.Definition.V.Jurisdictions = append(w.Definition.V.Jurisdictions, "US")
			return nil
		})
	}))
	read, err := f.Workflow(t.Context(), f.org, w.ID)
	require.NoError(t, err)
	require.Equal(t, "Checkout"+strings.Repeat("!", editors), read.Name)
	require.Len(t, read.Definition.V.Jurisdictions, editors)
	require.Equal(t, w.Created, read.Created)
	require.Equal(t, f.Now(), read.Updated)
}

func refusedEditChangesNothing(t *testing.T, f *fixture) {
	w := f.workflow(t)
	f.clock.Advance(time.Minute)
	refusal := models.Invalid("name", "too long")
	_, err := f.UpdateWorkflow(t.Context(), f.org, actor, w.ID, func(w *models.Workflow) error {
		w.Name = "Changed"
		return refusal
	})
	require.ErrorIs(t, err, refusal)
	read, err := f.Workflow(t.Context(), f.org, w.ID)
	require.NoError(t, err)
	require.Equal(t, w, read)
}

func publishingNumbersVersions(t *testing.T, f *fixture) {
	w := f.workflow(t)
	for want := 1; want <= 3; want++ {
		f.clock.Advance(time.Second)
		v, err := f.PublishWorkflow(t.Context(), f.org, actor, w.ID, ptr("spring campaign"), compile)
		require.NoError(t, err)
		require.Equal(t, models.WorkflowVersion{
			ID: v.ID, OrgID: f.org, WorkflowID: w.ID, Version: want, Definition: w.Definition,
			Compiled: models.AsJSON(compiled(t)), Note: ptr("spring campaign"), Author: ptr(actor), Created: f.Now(),
		}, v)
		draft, err := f.Workflow(t.Context(), f.org, w.ID)
		require.NoError(t, err)
		require.Equal(t, &want, draft.PublishedVersion)
	}
}

func concurrentPublishesGiveDistinctVersions(t *testing.T, f *fixture) {
	w := f.workflow(t)
	versions := allOf(t, race(8, func(int) (models.WorkflowVersion, error) {
		return f.PublishWorkflow(t.Context(), f.org, actor, w.ID, nil, compile)
	}))
	var numbers []int
	for _, v := range versions {
		numbers = append(numbers, v.Version)
	}
	slices.Sort(numbers)
	require.Equal(t, []int{1, 2, 3, 4, 5, 6, 7, 8}, numbers)
}

func refusedPublishChangesNothing(t *testing.T, f *fixture) {
	w := f.workflow(t)
	f.publish(t, w)
	fault := errors.New("no such method")
	_, err := f.PublishWorkflow(t.Context(), f.org, actor, w.ID, nil,
		func(models.Workflow) (graph.Graph, error) { return graph.Graph{}, fault })
	require.ErrorIs(t, err, fault)

	current, err := f.PublishedVersion(t.Context(), f.org, w.ID)
	require.NoError(t, err)
	require.Equal(t, 1, current.Version)
	require.ElementsMatch(t, []string{"workflow.create", "workflow.publish"}, f.audited(t, f.org, w.ID))
}

func repeatedPublishReturnsTheFirstVersion(t *testing.T, f *fixture) {
	w := f.workflow(t)
	ctx := f.reserved(t, "publish")
	first, err := f.PublishWorkflow(ctx, f.org, actor, w.ID, ptr("note"), compile)
	require.NoError(t, err)
	again, err := f.PublishWorkflow(ctx, f.org, actor, w.ID, ptr("note"), compile)
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM workflow_versions"))
}

func publishedVersionIsTheNewestAndFrozen(t *testing.T, f *fixture) {
	w := f.workflow(t)
	f.publish(t, w)
	second := f.publish(t, w)
	_, err := f.UpdateWorkflow(t.Context(), f.org, actor, w.ID, func(w *models.Workflow) error {
		w.Definition.V.Methods = []rules.Method{rules.MethodMDL}
		return nil
	})
	require.NoError(t, err)

	current, err := f.PublishedVersion(t.Context(), f.org, w.ID)
	require.NoError(t, err)
	require.Equal(t, second, current)
}

func unpublishedUnknownAndForeignGiveOneError(t *testing.T, f *fixture) {
	unpublished, published := f.workflow(t), f.workflow(t)
	f.publish(t, published)
	for _, asked := range []struct{ org, id string }{
		{f.org, unpublished.ID},
		{f.org, "wf_unknown"},
		{f.foreign, published.ID},
	} {
		_, err := f.PublishedVersion(t.Context(), asked.org, asked.id)
		require.Equal(t, models.Invalid("workflow_id", "No such published workflow: '%s'", asked.id), err)
	}
}

func versionIsReadByNumber(t *testing.T, f *fixture) {
	w := f.workflow(t)
	first := f.publish(t, w)
	f.publish(t, w)
	read, err := f.WorkflowVersion(t.Context(), f.org, w.ID, 1)
	require.NoError(t, err)
	require.Equal(t, first, read)

	_, err = f.WorkflowVersion(t.Context(), f.org, w.ID, 3)
	requireCode(t, models.CodeResourceMissing, err)
	_, err = f.WorkflowVersion(t.Context(), f.foreign, w.ID, 1)
	requireCode(t, models.CodeResourceMissing, err)
}

func versionsAreListedNewestFirst(t *testing.T, f *fixture) {
	w, other := f.workflow(t), f.workflow(t)
	first := f.publish(t, w)
	f.clock.Advance(time.Second)
	second := f.publish(t, w)
	f.publish(t, other)

	versions, more, err := f.WorkflowVersions(t.Context(), f.org, w.ID, store.Page{Limit: 10})
	require.NoError(t, err)
	require.False(t, more)
	require.Equal(t, []models.WorkflowVersion{second, first}, versions)

	_, _, err = f.WorkflowVersions(t.Context(), f.foreign, w.ID, store.Page{Limit: 10})
	requireCode(t, models.CodeResourceMissing, err)
}

func changesOfWorkflowsAreAudited(t *testing.T, f *fixture) {
	w := f.workflow(t)
	_, err := f.UpdateWorkflow(t.Context(), f.org, actor, w.ID, rename("Door"))
	require.NoError(t, err)
	f.publish(t, w)
	require.ElementsMatch(t, []string{"workflow.create", "workflow.update", "workflow.publish"}, f.audited(t, f.org, w.ID))
}

func rollbackPublishesAnOldVersionAnew(t *testing.T, f *fixture) {
	w := f.workflow(t)
	first := f.publish(t, w)
	draft, err := f.UpdateWorkflow(t.Context(), f.org, actor, w.ID, func(w *models.Workflow) error {
		w.Definition.V.Methods = []rules.Method{rules.MethodMDL}
		return nil
	})
	require.NoError(t, err)
	f.publish(t, w)
	f.clock.Advance(time.Second)
	ctx := f.reserved(t, "rollback")
	third, err := f.RollbackWorkflow(ctx, f.org, actor, w.ID, 1, ptr("too strict"))
	require.NoError(t, err)
	want := first
	want.ID, want.Version, want.Note, want.Created = third.ID, 3, ptr("too strict"), f.Now()
	require.Equal(t, want, third)
	again, err := f.RollbackWorkflow(ctx, f.org, actor, w.ID, 1, ptr("too strict"))
	require.NoError(t, err)
	require.Equal(t, third, again)
	current, err := f.PublishedVersion(t.Context(), f.org, w.ID)
	require.NoError(t, err)
	require.Equal(t, third, current)
	now, err := f.Workflow(t.Context(), f.org, w.ID)
	require.NoError(t, err)
	require.Equal(t, draft.Definition, now.Definition)

	_, err = f.RollbackWorkflow(t.Context(), f.org, actor, w.ID, 9, nil)
	requireCode(t, models.CodeResourceMissing, err)
	_, err = f.RollbackWorkflow(t.Context(), f.foreign, actor, w.ID, 1, nil)
	requireCode(t, models.CodeResourceMissing, err)
	require.Contains(t, f.audited(t, f.org, w.ID), "workflow.rollback")
}

func sessionHasThePreferencesOfItsVersion(t *testing.T, f *fixture) {
	w := f.workflow(t)
	attempts := func(org string, version int) int {
		p, err := f.SessionPreferences(t.Context(), models.Session{OrgID: org, WorkflowID: w.ID, WorkflowVersion: version})
		if err != nil {
			requireCode(t, models.CodeResourceMissing, err)
		}
		return p.MaxAttempts
	}
	require.Zero(t, attempts(f.org, 1), "not published yet")
	for n := 1; n <= 2; n++ {
		_, err := f.UpdateWorkflow(t.Context(), f.org, actor, w.ID, func(w *models.Workflow) error {
			w.Definition.V.Preferences = graph.Preferences{MaxAttempts: n, Handoff: &graph.Handoff{CompanyName: "Bodega"}}
			return nil
		})
		require.NoError(t, err)
		_, err = f.PublishWorkflow(t.Context(), f.org, actor, w.ID, nil, func(w models.Workflow) (graph.Graph, error) {
			return compiled(t), nil
		})
		require.NoError(t, err)
	}
	for range 2 { // from the row, and from the cache
		require.Equal(t, []int{1, 2}, []int{attempts(f.org, 1), attempts(f.org, 2)})
		require.Zero(t, attempts(f.foreign, 1))
	}
}

func knownVersionMakesNoSessionOnceAnotherIsPublished(t *testing.T, f *fixture) {
	w := f.workflow(t)
	first := f.publish(t, w)
	other := f.replica(t)
	create := func(version models.WorkflowVersion) error {
		n := f.newSession(t)
		n.Session.WorkflowID, n.Session.WorkflowVersion, n.VersionID = w.ID, version.Version, version.ID
		_, err := f.CreateSession(t.Context(), n)
		return err
	}
	for _, subscribed := range []bool{false, true} {
		if subscribed {
			f.endpoint(t, models.AllEvents)
		}
		_, err := f.PublishedVersion(t.Context(), f.org, w.ID)
		require.NoError(t, err)
		known, err := f.KnownPublishedVersion(t.Context(), f.org, w.ID)
		require.NoError(t, err)
		require.Equal(t, first.ID, known.ID)
		require.Equal(t, first.Definition, known.Definition)
		require.NoError(t, create(known))

		second, err := other.PublishWorkflow(t.Context(), f.org, actor, w.ID, nil, compile)
		require.NoError(t, err)
		known, err = f.KnownPublishedVersion(t.Context(), f.org, w.ID)
		require.NoError(t, err)
		require.Equal(t, first.ID, known.ID, "it is not read again")
		require.ErrorIs(t, create(known), store.ErrRepublished)
		require.NoError(t, create(second))
		first = second
	}
	_, err := f.KnownPublishedVersion(t.Context(), f.foreign, w.ID)
	requireCode(t, models.CodeParameterInvalid, err)
}

func largeDefinitionIsReadEachTime(t *testing.T, f *fixture) {
	w, err := f.CreateWorkflow(t.Context(), f.org, actor, "Large", large())
	require.NoError(t, err)
	other := f.replica(t)
	for range 2 {
		published, err := other.PublishWorkflow(t.Context(), f.org, actor, w.ID, nil,
			func(models.Workflow) (graph.Graph, error) { return compiled(t), nil })
		require.NoError(t, err)
		known, err := f.KnownPublishedVersion(t.Context(), f.org, w.ID)
		require.NoError(t, err)
		require.Equal(t, published.ID, known.ID)
	}
}
