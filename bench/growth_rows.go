package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/models"
)

// grown is an organization with many rows, in its own database, and the API that serves it. It has no worker, so
// submissions are accepted and wait.
type grown struct {
	*tenant
	sessions int
	// assessmentsAlone leaves out everything but assessments of risk, of which there are as many as sessions.
	assessmentsAlone   bool
	database           *pgx.Conn
	endpoint, workflow string
	// names replaces the names that differ between organizations in a query.
	names *strings.Replacer
	// scored counts the scores, planted is the first assessment.
	scored   atomic.Int64
	planted  string
	indexing time.Duration
}

// grow creates a database and fills it with the rows of g.
func (b bench) grow(ctx context.Context, name string, g *grown) (_ *grown, err error) {
	name = database + "_" + name
	if _, err := b.counters.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return nil, err
	}
	if g.database, err = pgx.Connect(ctx, b.cluster.URL(name)); err != nil {
		return nil, err
	}
	there := *b.site
	there.config.DatabaseURL = b.cluster.URL(name)
	api, err := there.process(ctx, app.Options{API: true})
	if err != nil {
		return nil, errors.Join(err, g.database.Close(ctx))
	}
	if err := g.fill(ctx, &stile{api: api, worker: api}, b.progress); err != nil {
		return nil, errors.Join(err, api.Stop(), g.database.Close(context.WithoutCancel(ctx)))
	}
	return g, nil
}

// fill writes sessions of a year, two events of each with their deliveries, persons and assessments.
func (g *grown) fill(ctx context.Context, s *stile, progress io.Writer) (err error) {
	if g.tenant, err = newTenant(ctx, s, &http.Client{Timeout: patience}); err != nil {
		return err
	}
	if g.assessmentsAlone {
		return g.fillRisks(ctx, progress)
	}
	if err := g.plant(ctx); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(progress, "growth: %d sessions\n", g.sessions); err != nil {
		return err
	}
	return g.multiply(ctx)
}

// fillRisks writes assessments and counts of identifiers alone.
func (g *grown) fillRisks(ctx context.Context, progress io.Writer) error {
	if err := g.plantRisk(ctx); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(progress, "assessments: %d\n", g.sessions); err != nil {
		return err
	}
	indexes, err := g.dropIndexes(ctx)
	if err != nil {
		return err
	}
	if err := g.copyAll(ctx, g.risks()); err != nil {
		return err
	}
	return g.index(ctx, indexes)
}

func (g *grown) stop(ctx context.Context) error {
	return errors.Join(g.stile.api.Stop(), g.database.Close(context.WithoutCancel(ctx)))
}

// plant creates one object of each kind, of which the others become copies.
func (g *grown) plant(ctx context.Context) (err error) {
	m := &merchant{tenant: g.tenant}
	if g.workflow, err = m.publish(ctx, simple()); err != nil {
		return err
	}
	endpoint, _, err := g.stile.api.Store().CreateEndpoint(ctx, "bench", models.WebhookEndpoint{
		OrgID: g.org, URL: "http://127.0.0.1:1/", Status: models.EndpointEnabled,
		EnabledEvents: models.AsJSON([]models.EventType{models.AllEvents}),
	}, 0)
	if err != nil {
		return err
	}
	g.endpoint = endpoint.ID
	_, err = g.create(ctx, g.workflow)
	return err
}

// multiply writes the rows without indexes, which is faster, and then builds the indexes.
func (g *grown) multiply(ctx context.Context) error {
	indexes, err := g.dropIndexes(ctx)
	if err != nil {
		return err
	}
	// Copies refer to existing rows, so their foreign keys need no check.
	if _, err := g.database.Exec(ctx, "SET session_replication_role = replica"); err != nil {
		return err
	}
	if err := g.copyAll(ctx, g.copies()); err != nil {
		return err
	}
	if err := errors.Join(g.plantPerson(ctx), g.plantRisk(ctx)); err != nil {
		return err
	}
	if err := g.copyAll(ctx, slices.Concat(g.persons(), g.risks())); err != nil {
		return err
	}
	if err := g.index(ctx, indexes); err != nil {
		return err
	}
	var session, half string
	err = g.database.QueryRow(ctx, `SELECT id, (SELECT ((min(created) + max(created)) / 2000000)::text FROM sessions)
		FROM sessions ORDER BY created OFFSET 5 LIMIT 1`).Scan(&session, &half)
	g.names = strings.NewReplacer("SESSION", session, "HALF", half)
	return err
}

func (g *grown) copyAll(ctx context.Context, tables []copies) error {
	for _, table := range tables {
		if err := g.copyRows(ctx, table); err != nil {
			return fmt.Errorf("%s: %w", table.name, err)
		}
	}
	return nil
}

// index builds indexes, which it times, and has the database analyse its tables.
func (g *grown) index(ctx context.Context, definitions []string) error {
	began := time.Now()
	for _, index := range definitions {
		if _, err := g.database.Exec(ctx, strings.Replace(index, "INDEX", "INDEX CONCURRENTLY", 1)); err != nil {
			return fmt.Errorf("%s: %w", index, err)
		}
	}
	g.indexing = time.Since(began)
	_, err := g.database.Exec(ctx, "VACUUM ANALYZE")
	return err
}

// dropIndexes drops the indexes that are no constraints and returns their definitions.
func (g *grown) dropIndexes(ctx context.Context) (definitions []string, err error) {
	rows, err := g.database.Query(ctx, `SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
		FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
		WHERE relnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`)
	if err != nil {
		return nil, err
	}
	var name, definition string
	var names []string
	_, err = pgx.ForEachRow(rows, []any{&name, &definition}, func() error {
		names, definitions = append(names, name), append(definitions, definition)
		return nil
	})
	if err != nil {
		return nil, err
	}
	_, err = g.database.Exec(ctx, "DROP INDEX "+strings.Join(names, ", "))
	return definitions, err
}

// copies are rows of a table to write: each is a copy of the existing row, with columns set to expressions. In these i
// is the number of the row and {n} the number of sessions.
type copies struct {
	name string
	rows int
	set  map[string]string
}

// copies returns sessions of a year. Of a hundred, 88 are verified, 90 belong to one workflow and 3 have been reviewed.
// Every tenth has the same reference; each other reference occurs four times. The last sessions are under way and wait
// for a review; three of those are pending.
func (g *grown) copies() []copies {
	return []copies{
		{"sessions", g.sessions, map[string]string{
			"id": "'vks_{random i}", "created": "{created}", "updated": "{created}", "expires_at": "{created}",
			"status":       "CASE WHEN i > {n} - 3 THEN 'pending' WHEN {open} THEN 'processing' ELSE {ended i} END",
			"completed_at": "CASE WHEN {open} THEN NULL ELSE {created} END",
			"erased_at":    "CASE WHEN {open} THEN NULL ELSE {created} END", "nudge_at": "NULL",
			"workflow_id":         "CASE WHEN i % 10 > 0 THEN 'wf_main' WHEN i <= 50 THEN 'wf_few' ELSE 'wf_other' END",
			"client_reference_id": "CASE WHEN i % 10 = 3 THEN 'guest' ELSE 'user_' || i % ({n} / 4) END",
			"jurisdiction":        "CASE WHEN i % 3 = 0 THEN 'US' ELSE 'US-CA' END",
			"review_status": "CASE WHEN {open} THEN 'pending' WHEN i % 100 IN (20, 21) THEN 'approved'" +
				" WHEN i % 100 = 22 THEN 'rejected' ELSE '' END",
			"reviewer":          "CASE WHEN i % 100 IN (20, 22) THEN 'jo' WHEN i % 100 = 21 THEN 'kim' END",
			"review_flagged_at": "CASE WHEN {open} OR i % 100 IN (20, 21, 22) THEN {created} END",
		}},
		{"events", 2 * g.sessions, map[string]string{
			"id": "'evt_{random i}", "session_id": "'vks_{random (i + 1) / 2}", "created": "{at}", "type": "{type}",
		}},
		{"webhook_deliveries", 2 * g.sessions, map[string]string{
			"id": "'whd_{random i}", "session_id": "'vks_{random (i + 1) / 2}", "event_id": "'evt_{random i}",
			"created": "{at}", "due_at": "4000000000000000", "event_type": "{type}", "outstanding": "{owed}",
			"attempt": "CASE WHEN {owed} OR i % 100 = 7 THEN 2 ELSE 1 END",
			"status":  "CASE WHEN {owed} THEN 'pending' WHEN i % 100 IN (7, 8, 9) THEN 'failed' ELSE 'succeeded' END",
		}},
	}
}

// expressions replaces the names in braces.
func (g *grown) expressions() *strings.Replacer {
	year := (365 * 24 * time.Hour).Microseconds()
	n, every := strconv.Itoa(g.sessions), strconv.FormatInt(year/int64(g.sessions), 10)
	ended := func(i string) string {
		return fmt.Sprintf("CASE WHEN %[1]s %% 100 < 6 THEN 'failed' WHEN %[1]s %% 100 < 9 THEN 'cancelled'"+
			" WHEN %[1]s %% 100 < 12 THEN 'expired' ELSE 'verified' END", i)
	}
	// An id has the form of the others, and its order is independent of the number.
	random := func(i string) string {
		return "' || substr(translate(md5((" + i + ")::text), '0189', 'ghij'), 1, 24)"
	}
	return strings.NewReplacer(
		"{n}", n, "{open}", "(i > "+n+" - 34)", "{owed}", "(i > 2 * "+n+" - 50)", "{ended i}", ended("i"),
		"{created}", "created - "+every+"::bigint * ("+n+" - i)", "{at}", "created - "+every+"::bigint * (2 * "+n+" - i) / 2",
		"{type}", "'verification_session.' || CASE WHEN i % 2 = 1 THEN 'created' ELSE "+ended("(i / 2)")+" END",
		"{random i}", random("i"), "{random (i + 1) / 2}", random("(i + 1) / 2"),
	)
}

// copyRows writes the copies of a table.
func (g *grown) copyRows(ctx context.Context, c copies) error {
	rows, err := g.database.Query(ctx,
		"SELECT column_name::text FROM information_schema.columns WHERE table_name = $1", c.name)
	if err != nil {
		return err
	}
	columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	values := slices.Clone(columns)
	for i, column := range columns {
		if expression, set := c.set[column]; set {
			values[i] = g.expressions().Replace(expression)
		}
	}
	_, err = g.database.Exec(ctx, fmt.Sprintf("INSERT INTO %[1]s (%[2]s) SELECT %[3]s"+
		" FROM (SELECT * FROM %[1]s LIMIT 1) AS one CROSS JOIN generate_series(1, %[4]d) AS i",
		c.name, strings.Join(columns, ", "), strings.Join(values, ", "), c.rows))
	return err
}
