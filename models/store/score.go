package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/risk"
)

// NewScore asks for the assessment of a user whose identifiers are to be counted.
type NewScore struct {
	OrgID string
	// SessionID is "" without a session.
	SessionID string
	// Seen and Owner are those of CountSightings. Seen has at least one identifier.
	Seen, Owner Sightings
	// Weigh returns the assessment with the counts. With counts up to Ceilings it is that without counts.
	Weigh    func(Sighted) risk.Assessment
	Ceilings risk.Ceilings
	// Retention is how long the assessment can be read.
	Retention time.Duration
}

func (n NewScore) assessment(sighted Sighted) NewRiskAssessment {
	return NewRiskAssessment{
		OrgID: n.OrgID, SessionID: n.SessionID, Assessment: n.Weigh(sighted), Retention: n.Retention,
	}
}

// ScoreRisk counts the identifiers as CountSightings does, and stores the assessment with these counts. If an earlier
// try of the same idempotent request has stored an assessment, ScoreRisk returns that, and has counted again.
func (s *Store) ScoreRisk(ctx context.Context, n NewScore) (models.RiskAssessment, error) {
	if !s.inPipelines() {
		sighted, err := s.CountSightings(ctx, n.OrgID, n.Seen, n.Owner)
		if err != nil {
			return models.RiskAssessment{}, err
		}
		return s.CreateRiskAssessment(ctx, n.assessment(sighted))
	}
	a := s.newAssessment(ctx, n.assessment(Sighted{}))
	sighted, stored, err := s.countAndStore(ctx, s.counting(n.OrgID, n.Seen, n.Owner), n.Ceilings, a)
	if err != nil || stored {
		return a, err
	}
	return s.CreateRiskAssessment(ctx, n.assessment(sighted))
}

// countAndStore counts the identifiers and, if no count is above its ceiling, stores the assessment, both in one round
// trip to PostgreSQL. It reports whether it has stored the assessment, which an earlier try may have done already.
func (s *Store) countAndStore(
	ctx context.Context, c counting, ceilings risk.Ceilings, a models.RiskAssessment,
) (sighted Sighted, stored bool, err error) {
	count := command{sql: c.of(countsWithin), args: c.within(ceilings, a.ID)}
	store := command{sql: storeCounted, args: assessmentArgs(a)}
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	affected, err := s.inOneTrip(ctx, count, store, func(rows pgx.Rows) (err error) {
		sighted, err = c.read(countedWithin{rows})
		return err
	})
	return sighted, affected == 1, s.classify(err)
}

// countsWithin are the statements of countRisks that also compare the counts with ceilings. A count above its ceiling
// leaves the id of the assessment in a setting of the connection, where storeCounted finds it. A setting, because
// storeCounted must know the counts of this request: when it runs, a row may have counted other requests too, or have
// begun anew.
var countsWithin = statementsOf(countWithin)

// countWithin returns a statement of countsWithin. Its parameters are those of countRisk, then the highest counts of an
// hour and of a day for each identifier, the id, and with people the greatest length of a list of them.
func countWithin(identifiers int, people bool) string {
	last := 4 + identifiers
	if people {
		last += 2 * identifiers
	}
	covered := make([]string, identifiers)
	for i := range covered {
		covered[i] = fmt.Sprintf("(id <> $%d OR hour_count <= $%d AND day_count <= $%d)", 5+i, last+2*i+1, last+2*i+2)
	}
	last += 2*identifiers + 1
	if people {
		covered = append(covered, fmt.Sprintf("greatest(length(emails), length(phones)) <= $%d", last+1))
	}
	return fmt.Sprintf(`%s, CASE WHEN %s THEN '' ELSE set_config('stile.above', $%d, false) END`,
		countRisk(identifiers, people), strings.Join(covered, " AND "), last)
}

// storeCounted stores an assessment unless its id is in the setting.
const storeCounted = intoAssessments + `SELECT ` + assessmentValues +
	` WHERE current_setting('stile.above', true) IS DISTINCT FROM $1` + unlessStored

// within returns the arguments of countWithin.
func (c counting) within(ceilings risk.Ceilings, assessment string) []any {
	args := c.args
	for _, id := range c.ids {
		most := ceilings.Counts[c.kinds[id]]
		args = append(args, most.Hour, most.Day)
	}
	args = append(args, assessment)
	if c.people {
		args = append(args, ceilings.Persons*personLength)
	}
	return args
}

// countedWithin are the rows of countWithin without their last column.
type countedWithin struct{ pgx.Rows }

// Scan implements countedRows.
func (r countedWithin) Scan(into ...any) error { return r.Rows.Scan(append(into, nil)...) }

// command is a statement of PostgreSQL with its arguments.
type command struct {
	sql  string
	args []any
}

// inPipelines reports whether statements can be sent together. A database URL may choose another way for statements
// than to prepare them.
func (s *Store) inPipelines() bool {
	return s.primary != nil && s.primary.config.DefaultQueryExecMode == pgx.QueryExecModeCacheStatement
}

// inOneTrip sends two statements to PostgreSQL in one round trip, each in a transaction of its own. It reads the rows
// of the first, and returns the number of rows that the second has changed. If the first fails, the second is not
// executed.
func (s *Store) inOneTrip(
	ctx context.Context, first, second command, read func(pgx.Rows) error,
) (changed int64, err error) {
	conn, err := s.sqlDB.Conn(ctx)
	if err != nil {
		return 0, err
	}
	err = conn.Raw(func(raw any) (err error) {
		conn := raw.(*stdlib.Conn).Conn()
		changed, err = pipeline(ctx, conn, first, second, read)
		if err != nil { // the transaction may be open, or a prepared statement no longer valid
			err = errors.Join(err, conn.Close(ctx))
		}
		return err
	})
	return changed, errors.Join(err, conn.Close())
}

// pipeline sends: BEGIN, first, COMMIT, second. The second is a transaction of its own, which ends before the server
// answers. If the first fails, the server skips the rest and leaves its transaction open.
func pipeline(
	ctx context.Context, conn *pgx.Conn, first, second command, read func(pgx.Rows) error,
) (changed int64, err error) {
	commands := [...]command{{sql: "BEGIN"}, first, {sql: "COMMIT"}, second}
	var prepared [len(commands)]*pgconn.StatementDescription
	var values [len(commands)][][]byte
	for i, c := range commands {
		if prepared[i], err = conn.Prepare(ctx, c.sql, c.sql); err != nil { // sent once per connection
			return 0, err
		}
		if values[i], err = asText(c.args); err != nil {
			return 0, err
		}
	}
	p := conn.PgConn().StartPipeline(ctx)
	defer func() { err = errors.Join(err, p.Close()) }()
	for i := range commands {
		p.SendQueryStatement(prepared[i], values[i], nil, nil)
	}
	if err := p.Sync(); err != nil {
		return 0, err
	}
	rows := func(r *pgconn.ResultReader) error {
		rows := pgx.RowsFromResultReader(conn.TypeMap(), r)
		defer rows.Close()
		return read(rows)
	}
	done := func(r *pgconn.ResultReader) error {
		tag, err := r.Close()
		changed = tag.RowsAffected()
		return err
	}
	err = results(p, done, rows, done, done)
	return changed, err
}

// results lets each of the readers read the result of a statement, and waits until the last transaction has ended.
func results(p *pgconn.Pipeline, readers ...func(*pgconn.ResultReader) error) error {
	for _, read := range readers {
		got, err := p.GetResults()
		if err != nil {
			return err
		}
		result, ok := got.(*pgconn.ResultReader)
		if !ok {
			return fmt.Errorf("pipeline: %T instead of a result", got)
		}
		if err := read(result); err != nil {
			return err
		}
	}
	_, err := p.GetResults()
	return err
}

// asText returns arguments in PostgreSQL's text format: texts, whole numbers, and values that stand for them in a
// database.
func asText(args []any) ([][]byte, error) {
	texts := make([][]byte, len(args))
	for i, arg := range args {
		value, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return nil, err
		}
		switch value := value.(type) {
		case nil:
		case string:
			texts[i] = []byte(value)
		case int64:
			texts[i] = strconv.AppendInt(nil, value, 10)
		default:
			return nil, fmt.Errorf("pipeline: an argument is a %T", value)
		}
	}
	return texts, nil
}
