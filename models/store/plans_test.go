package store_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
)

const perPage = 10

// plannedList is a list of the store with all its reads.
type plannedList struct {
	table, by string
	// where selects the rows of the table that belong to the list.
	where string
	reads []func(ctx context.Context, page store.Page) error
}

// readsOf makes a read for every filter with at most two fields set, each to any of its values. A field without an
// entry in values fails the test (an empty slice is an entry), because a new filter needs values here and an index.
func readsOf[F any, T any](
	t *testing.T, values map[string][]any, usual func(*F), list func(context.Context, F, store.Page) (T, error),
) (reads []func(context.Context, store.Page) error) {
	t.Helper()
	for _, filter := range filtersOf[F](t, values) {
		if usual != nil {
			usual(&filter)
		}
		reads = append(reads, func(ctx context.Context, page store.Page) error {
			if _, err := list(ctx, filter, page); err != nil {
				return fmt.Errorf("%+v: %w", filter, err)
			}
			return nil
		})
	}
	return reads
}

func filtersOf[F any](t *testing.T, values map[string][]any) (filters []F) {
	t.Helper()
	fields := reflect.VisibleFields(reflect.TypeFor[F]())
	for _, field := range fields {
		require.Contains(t, values, field.Name, "a filter without values in this test")
	}
	filters = append(filters, *new(F))
	for i, field := range fields {
		for _, value := range values[field.Name] {
			var one F
			reflect.ValueOf(&one).Elem().FieldByIndex(field.Index).Set(reflect.ValueOf(value))
			filters = append(filters, one)
			for _, other := range fields[:i] {
				for _, besides := range values[other.Name] {
					two := one
					reflect.ValueOf(&two).Elem().FieldByIndex(other.Index).Set(reflect.ValueOf(besides))
					filters = append(filters, two)
				}
			}
		}
	}
	return filters
}

// unfiltered is the read of a list without filters.
func unfiltered[T any](list func(context.Context, store.Page) (T, error)) []func(context.Context, store.Page) error {
	return []func(context.Context, store.Page) error{func(ctx context.Context, page store.Page) error {
		_, err := list(ctx, page)
		return err
	}}
}

// inPages reads the pages of the organization's list.
func inPages[T any](
	f *fixture, list func(context.Context, string, store.Page) ([]T, bool, error),
) func(context.Context, store.Page) ([]T, error) {
	return func(ctx context.Context, page store.Page) ([]T, error) {
		rows, _, err := list(ctx, f.org, page)
		return rows, err
	}
}

// windows returns a window that ends early, and one that begins late.
func (f *fixture) windows(rows int) []any {
	begin := testkit.NewClock().Now()
	return []any{
		store.Window{To: models.AtPtr(begin.Add(time.Duration(rows/10) * time.Second))},
		store.Window{From: models.AtPtr(begin.Add(time.Duration(rows/10*9) * time.Second))},
	}
}

// plannedLists are all lists, by the name of their method. Each of the first two values of a field matches half of the
// rows; the first value of one field never occurs with the second of another; the last value matches no rows.
func (f *fixture) plannedLists(t *testing.T, rows int, endpoint, workflow string) map[string]plannedList {
	t.Helper()
	sessions := map[string][]any{
		"Status": {
			models.StatusVerified, models.StatusFailed, models.StatusProcessing, models.StatusRequiresInput,
		},
		"ClientReferenceID": {"even", "odd", "nobody"},
		"WorkflowID":        {"wf_even", "wf_odd", "wf_none"},
		"Review":            {models.ReviewApproved, models.ReviewRejected, models.ReviewPending},
		"Created":           f.windows(rows),
		"WorkflowVersion":   {}, "Jurisdiction": {}, // of backtests only
	}
	reviews := map[string][]any{
		"Statuses": {
			[]models.ReviewStatus{models.ReviewApproved}, []models.ReviewStatus{models.ReviewRejected}, models.WaitingReviews,
		},
		"WorkflowID":   {"wf_even", "wf_odd", "wf_none"},
		"Jurisdiction": {rules.Jurisdiction("US-CA"), rules.Jurisdiction("US-TX"), rules.Jurisdiction("JP")},
		"Reviewer":     {"even", "odd", "nobody"},
		"Flagged":      f.windows(rows),
	}
	events := map[string][]any{
		"Type":    {models.EventSessionVerified, models.EventSessionFailed, models.EventReviewRejected},
		"Session": {"vks_7", "vks_none"},
		"Created": f.windows(rows),
	}
	deliveries := map[string][]any{
		"Status": {
			models.DeliverySucceeded, models.DeliveryFailed, models.DeliveryPending, models.DeliveryClosed,
		},
		"EventType": {models.EventSessionVerified, models.EventSessionFailed, models.EventReviewRejected},
		"Made":      {}, // as the API sets it
	}
	grants := map[string][]any{
		"Status":    {store.GrantsActive, store.GrantsRevoked},
		"Person":    {"vp_7", "vp_none"},
		"SessionID": {"vks_7", "vks_none"},
		"Created":   f.windows(rows),
	}
	inOrg := "org_id = '" + f.org + "'"
	inReview := inOrg + " AND review_flagged_at IS NOT NULL"
	ofEndpoint, ofWorkflow := "endpoint_id = '"+endpoint+"'", "workflow_id = '"+workflow+"'"
	return map[string]plannedList{
		"Sessions": {"sessions", "created", inOrg, readsOf(t, sessions, nil,
			func(ctx context.Context, filter store.SessionFilter, page store.Page) (bool, error) {
				_, more, err := f.Sessions(ctx, f.org, filter, page)
				return more, err
			})},
		"WaitingReviews": {"sessions", "created", inOrg, unfiltered(
			func(ctx context.Context, _ store.Page) (store.ReviewAges, error) { return f.WaitingReviews(ctx, f.org) })},
		"EndedSessions": {"sessions", "created", inOrg + " AND completed_at IS NOT NULL", f.backtests(rows)},
		"Reviewed": {"sessions", "review_flagged_at", inReview, readsOf(t, reviews, waitingUnlessAsked,
			func(ctx context.Context, filter store.ReviewFilter, page store.Page) (bool, error) {
				_, more, err := f.Reviewed(ctx, f.org, filter, page)
				return more, err
			})},
		"Events": {"events", "created", inOrg, readsOf(t, events, nil,
			func(ctx context.Context, filter store.EventFilter, page store.Page) (bool, error) {
				_, _, more, err := f.Events(ctx, f.org, filter, page)
				return more, err
			})},
		"EndpointDeliveries": {"webhook_deliveries", "created", ofEndpoint, readsOf(t, deliveries, madeUnlessAsked,
			func(ctx context.Context, filter store.DeliveryFilter, page store.Page) (bool, error) {
				_, more, err := f.EndpointDeliveries(ctx, f.org, endpoint, filter, page)
				return more, err
			})},
		"Recoveries": {"webhook_recoveries", "created", ofEndpoint, unfiltered(
			func(ctx context.Context, page store.Page) ([]models.Recovery, error) {
				rows, _, _, err := f.Recoveries(ctx, f.org, endpoint, page)
				return rows, err
			})},
		"WorkflowVersions": {"workflow_versions", "created", ofWorkflow, unfiltered(
			func(ctx context.Context, page store.Page) ([]models.WorkflowVersion, error) {
				rows, _, err := f.WorkflowVersions(ctx, f.org, workflow, page)
				return rows, err
			})},
		"TrustGrants": {"trust_grants", "created", inOrg, readsOf(t, grants, nil,
			func(ctx context.Context, filter store.GrantFilter, page store.Page) (bool, error) {
				_, more, err := f.TrustGrants(ctx, f.org, filter, page)
				return more, err
			})},
		"Endpoints":  {"webhook_endpoints", "created", inOrg, unfiltered(inPages(f, f.Endpoints))},
		"Connectors": {"provider_connectors", "created", inOrg, unfiltered(inPages(f, f.Connectors))},
		"Workflows":  {"workflows", "created", inOrg, unfiltered(inPages(f, f.Workflows))},
		"Keys":       {"api_keys", "created", inOrg, unfiltered(inPages(f, f.Keys))},
		"AuditLog":   {"audit_log", "created", inOrg, unfiltered(inPages(f, f.AuditLog))},
	}
}

// backtests read the sessions of one workflow with any of the further filters.
func (f *fixture) backtests(rows int) (reads []func(context.Context, store.Page) error) {
	filters := []store.SessionFilter{}
	for _, status := range []models.SessionStatus{"", models.StatusFailed, models.StatusCancelled} {
		for _, version := range []int{0, 1, 2} {
			for _, place := range []rules.Jurisdiction{"", "US-CA", "US-TX"} {
				filters = append(filters, store.SessionFilter{Status: status, WorkflowVersion: version, Jurisdiction: place})
			}
		}
	}
	for _, window := range f.windows(rows) {
		filters = append(filters, store.SessionFilter{Created: window.(store.Window)})
	}
	for _, filter := range filters {
		filter.WorkflowID = "wf_even"
		reads = append(reads, func(ctx context.Context, page store.Page) error {
			_, _, err := f.EndedSessions(ctx, f.org, filter, page)
			return err
		})
	}
	return reads
}

func waitingUnlessAsked(filter *store.ReviewFilter) {
	if filter.Statuses == nil {
		filter.Statuses = models.WaitingReviews
	}
}

func madeUnlessAsked(filter *store.DeliveryFilter) { filter.Made = filter.Status == "" }

// crowd fills all lists. The alternating values give filters of plannedLists that match no row together. Rows that
// lists hide by default come first: overtaken reviews, attempts that are not made yet, deleted rows.
func (f *fixture) crowd(t *testing.T, rows int) (endpoint, workflow string) {
	t.Helper()
	e, w := f.endpoint(t, models.AllEvents), f.workflow(t)
	f.publish(t, w)
	f.session(t)
	f.connector(t, rules.MethodDocumentCapture)
	f.key(t, models.SecretKey)
	f.recovery(t, e.ID)
	begin := fmt.Sprintf("%d + CAST(i AS BIGINT) * 1000000", f.clock.Now().UnixMicro())
	f.copyRows(t, "sessions", rows, map[string]string{
		"created": begin, "client_reference_id": turns("'even'", "'odd'"), "workflow_id": turns("'wf_even'", "'wf_odd'"),
		"jurisdiction": turns("'US-CA'", "'US-TX'"), "workflow_version": turns("1", "2"),
		"reviewer": turns("'even'", "'odd'"),
		"review_status": "CASE i % 3 WHEN 0 THEN '' WHEN 1 THEN " + turns("'approved'", "'rejected'") +
			" ELSE " + turns("'pending'", "'escalated'") + " END",
		"review_flagged_at": "CASE i % 3 WHEN 0 THEN NULL ELSE " + begin + " END",
		"status": "CASE i % 3 WHEN 2 THEN CASE WHEN i % 12 < 6 THEN 'processing' ELSE 'expired' END ELSE " +
			turns("'verified'", "'failed'") + " END",
		"completed_at": "CASE WHEN i % 3 = 2 AND i % 12 < 6 THEN NULL ELSE " + begin + " END",
	})
	_, err := f.raw().ExecContext(t.Context(), `INSERT INTO session_transitions
		(session_id, id, org_id, from_status, to_status, created)
		SELECT id, 'end', org_id, 'pending', status, created FROM sessions WHERE completed_at IS NOT NULL`)
	require.NoError(t, err)
	kind := turns("'"+string(models.EventSessionVerified)+"'", "'"+string(models.EventSessionFailed)+"'")
	f.copyRows(t, "events", rows, map[string]string{"created": begin, "type": kind, "session_id": "'vks_' || (i / 8)"})
	f.copyRows(t, "webhook_deliveries", rows, map[string]string{
		"created": begin, "event_id": "event_id || '_' || i", "event_type": kind, "outstanding": "i % 3 = 2",
		"attempt": "CASE i % 3 WHEN 2 THEN 2 ELSE 1 END",
		"status":  "CASE i % 3 WHEN 2 THEN 'pending' ELSE " + turns("'succeeded'", "'failed'") + " END",
	})
	few := rows / 6 // for lists of which an organization has fewer rows
	deleted := fmt.Sprintf("i > %d", few/2)
	f.copyRows(t, "webhook_endpoints", few, map[string]string{"created": begin, "deleted": deleted})
	f.copyRows(t, "provider_connectors", few, map[string]string{
		"created": begin, "deleted": deleted, "method": "'m' || i",
	})
	f.copyRows(t, "api_keys", few, map[string]string{"created": begin, "hash": "hash || i"})
	f.copyRows(t, "workflow_versions", few, map[string]string{"created": begin, "version": "1 + i"})
	for _, table := range []string{"workflows", "webhook_recoveries", "audit_log"} {
		f.copyRows(t, table, few, map[string]string{"created": begin})
	}
	// Not by a session, whose events would be among the others.
	_, err = f.raw().ExecContext(t.Context(), `INSERT INTO trust_grants (id, org_id, source_org_id, person_id, consent_id,
		credential_id, session_id, method, methods, strength, age_tier, jurisdiction, verified_at, created, expires_at)
		VALUES ('trg', $1, $2, 'vp', 'tco', 'cred', 'vks', 'mdl', '["mdl"]', 'mdl', 'min_age_18', 'US', $3, $3, $3)`,
		f.org, f.foreign, f.clock.Now().UnixMicro())
	require.NoError(t, err)
	f.copyRows(t, "trust_grants", rows, map[string]string{
		"created": begin, "credential_id": "'cred_' || i", "person_id": "'vp_' || (i / 8)", "session_id": "'vks_' || i",
		"revoked_at": turns("NULL", begin), "expires_at": begin, // expired grants are listed too
	})
	f.clock.Advance(time.Duration(2*rows) * time.Second)
	return e.ID, w.ID
}

func turns(even, odd string) string {
	return "CASE i % 2 WHEN 0 THEN " + even + " ELSE " + odd + " END"
}

// pagesOf returns a list's first page, and some pages far down.
func (f *fixture) pagesOf(t *testing.T, list plannedList) []store.Page {
	t.Helper()
	at := func(part string) (id string) {
		const text = "SELECT id FROM %[1]s WHERE %[2]s ORDER BY %[3]s LIMIT 1 OFFSET (SELECT %[4]s FROM %[1]s WHERE %[2]s)"
		query := fmt.Sprintf(text, list.table, list.where, list.by, part)
		require.NoError(t, f.raw().QueryRowContext(t.Context(), query).Scan(&id), query)
		return id
	}
	middle, old := at("COUNT(*) / 2"), at("0 * COUNT(*) + 5")
	return []store.Page{
		{Limit: perPage}, {Limit: perPage, StartingAfter: middle}, {Limit: perPage, StartingAfter: old},
		{Limit: perPage, EndingBefore: middle}, {Limit: perPage, EndingBefore: old},
	}
}

// everyStatementOfLists calls check once with each statement of the lists.
func (f *fixture) everyStatementOfLists(t *testing.T, rows int, check func(of string, s store.Statement)) {
	t.Helper()
	endpoint, workflow := f.crowd(t, rows)
	lists := f.plannedLists(t, rows, endpoint, workflow)
	for method := range reflect.TypeFor[*store.Store]().Methods() {
		for in := range method.Type.Ins() {
			if in == reflect.TypeFor[store.Page]() {
				require.Contains(t, lists, method.Name, "a list without a plan in this test")
			}
		}
	}
	var sent []store.Statement
	require.NoError(t, f.Watch(func(s store.Statement) { sent = append(sent, s) }))
	seen := map[string]bool{}
	for name, list := range lists {
		for _, page := range f.pagesOf(t, list) {
			for _, read := range list.reads {
				sent = nil
				require.NoError(t, read(t.Context(), page), name)
				for _, s := range sent {
					if key := fmt.Sprint(s.SQL, s.Args); !seen[key] {
						seen[key] = true
						check(name, s)
					}
				}
			}
		}
	}
}

// planNode is a node of PostgreSQL's plan after execution.
type planNode struct {
	Kind     string     `json:"Node Type"`
	Relation string     `json:"Relation Name"`
	Index    string     `json:"Index Name"`
	Rows     float64    `json:"Actual Rows"`
	Loops    float64    `json:"Actual Loops"`
	Filtered float64    `json:"Rows Removed by Filter"`
	Recheck  float64    `json:"Rows Removed by Index Recheck"`
	Hit      float64    `json:"Shared Hit Blocks"`
	Read     float64    `json:"Shared Read Blocks"`
	Parts    []planNode `json:"Plans"`
}

// faults returns the parts of the plan that cost more with more rows.
func (n planNode) faults() (all []string) {
	const most = 4 * (perPage + 1) // a page of each of four statuses
	switch {
	case n.Kind == "Seq Scan" && n.Relation != "retention_marks": // which has a row for each subject
		all = append(all, "reads all of "+n.Relation)
	case n.Loops*(n.Filtered+n.Recheck) > perPage:
		all = append(all, fmt.Sprintf("throws %.0f rows of %s away", n.Loops*(n.Filtered+n.Recheck), n.Index))
	case strings.HasSuffix(n.Kind, "Sort") && len(n.Parts) > 0 && n.Parts[0].Loops*n.Parts[0].Rows > most:
		all = append(all, fmt.Sprintf("sorts %.0f rows", n.Parts[0].Loops*n.Parts[0].Rows))
	}
	for _, part := range n.Parts {
		all = append(all, part.faults()...)
	}
	return all
}

// explained runs the statement as the store does, by a plan that serves all arguments, and returns that plan. Changes
// are rolled back.
func explained(t *testing.T, conn *sql.Conn, s store.Statement) (plan planNode, text string) {
	t.Helper()
	arguments := make([]string, len(s.Args))
	for i, value := range s.Args {
		arguments[i] = literal(t, value)
	}
	execute := "EXECUTE planned"
	if len(arguments) > 0 {
		execute += "(" + strings.Join(arguments, ", ") + ")"
	}
	ctx := t.Context()
	_, err := conn.ExecContext(ctx, "BEGIN")
	require.NoError(t, err)
	_, err = conn.ExecContext(ctx, "PREPARE planned AS "+s.SQL)
	require.NoError(t, err, s.SQL)
	row := conn.QueryRowContext(ctx, "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "+execute, pgx.QueryExecModeSimpleProtocol)
	require.NoError(t, row.Scan(&text), "%s: %s", s.SQL, execute)
	_, err = conn.ExecContext(ctx, "DEALLOCATE planned")
	require.NoError(t, err)
	_, err = conn.ExecContext(ctx, "ROLLBACK")
	require.NoError(t, err)
	var plans []struct{ Plan planNode }
	require.NoError(t, json.Unmarshal([]byte(text), &plans))
	return plans[0].Plan, text
}

// literal returns an argument as PostgreSQL reads it in a statement.
func literal(t *testing.T, argument any) string {
	t.Helper()
	value, err := driver.DefaultParameterConverter.ConvertValue(argument)
	require.NoError(t, err)
	switch v := value.(type) {
	case nil:
		return "NULL"
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case []byte:
		return fmt.Sprintf(`'\x%x'`, v)
	case int64, bool, float64:
		return fmt.Sprint(v)
	}
	require.Fail(t, "no literal", "%T", value)
	return ""
}

// planOnce opens a connection on which, as on those of a store, a plan serves all arguments of a statement.
func (f *fixture) planOnce(t *testing.T) *sql.Conn {
	t.Helper()
	conn, err := f.raw().Conn(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	for _, statement := range []string{"VACUUM ANALYZE", "SET plan_cache_mode = force_generic_plan"} {
		_, err = conn.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	return conn
}

// mostBlocks exceeds the blocks for finding each row of a page by an index separately, as for pending webhooks.
const mostBlocks = 150

// No statement reads a whole table, discards rows, sorts more than a page, or walks along an index.
func everyListIsReadFromItsPlaceOn(t *testing.T, f *fixture) {
	const rows = 6_000
	var conn *sql.Conn
	f.everyStatementOfLists(t, rows, func(of string, s store.Statement) {
		if conn == nil {
			conn = f.planOnce(t)
		}
		plan, text := explained(t, conn, s)
		faults := plan.faults()
		most := float64(mostBlocks)
		if of == "WaitingReviews" {
			most = store.MostCounted
		}
		if blocks := plan.Hit + plan.Read; blocks > most {
			faults = append(faults, fmt.Sprintf("reads %.0f blocks", blocks))
		}
		require.Empty(t, faults, "%s: %s %v\n%s", of, s.SQL, s.Args, text)
	})
}

// Without statistics SQLite prefers the index with the most conditions, so it suffices that the index also gives the
// order. The pages of two statuses are sorted by the merge.
func everyListIsReadInTheOrderOfAnIndex(t *testing.T, f *fixture) {
	const rows = 100
	parts := []string{"part", "merged", "pending", "escalated", "waiting", "CONSTANT ROW"} // not tables
	db := f.raw()
	f.everyStatementOfLists(t, rows, func(of string, s store.Statement) {
		plan := queryPlan(t, db, s)
		merges := 2*strings.Count(s.SQL, "UNION ALL") + strings.Count(s.SQL, "GROUP BY")
		require.LessOrEqual(t, strings.Count(plan, "TEMP B-TREE"), merges, "%s: %s\n%s", of, s.SQL, plan)
		for line := range strings.Lines(plan) {
			whole, scans := strings.CutPrefix(strings.TrimSpace(line), "SCAN ")
			require.False(t, scans && !slices.Contains(parts, whole), "%s: %s\n%s", of, s.SQL, plan)
		}
	})
}

// queryPlan returns SQLite's plan of the statement, one line per step.
func queryPlan(t *testing.T, db *sql.DB, s store.Statement) (plan string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+s.SQL, s.Args...)
	require.NoError(t, err)
	defer func() { require.NoError(t, errors.Join(rows.Err(), rows.Close())) }()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		require.NoError(t, rows.Scan(&id, &parent, &unused, &detail))
		plan += detail + "\n"
	}
	return plan
}
