package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/pgtest"
	"github.com/stile-id/stile/internal/temporaldev"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/workflows"
)

const (
	database = "stile"
	// patience limits every wait. A longer one is a failure.
	patience  = time.Minute
	unlimited = 100_000_000
)

// site is the environment of both sides of every comparison: one PostgreSQL cluster and one Temporal server.
type site struct {
	folder   string
	cluster  *pgtest.Cluster
	temporal *temporaldev.Server
	// counters is a connection to Temporal's database, for reading the measurements.
	counters *pgx.Conn
	config   config.Config
	// log takes the log of processes that log as in production.
	log *os.File
}

// newSite starts a site, and runs a file of SQL in Temporal's visibility database unless its name is "".
func newSite(ctx context.Context, visibility string) (*site, error) {
	s := &site{}
	if err := s.start(ctx, visibility); err != nil {
		return nil, errors.Join(err, s.close(ctx))
	}
	return s, nil
}

func (s *site) start(ctx context.Context, visibility string) (err error) {
	if s.folder, err = os.MkdirTemp("", "stile-bench-"); err != nil {
		return err
	}
	if s.log, err = os.Create(filepath.Join(s.folder, "log")); err != nil {
		return err
	}
	if s.cluster, err = pgtest.Start(filepath.Join(s.folder, "postgres")); err != nil {
		return err
	}
	if err := s.createDatabase(ctx); err != nil {
		return err
	}
	s.temporal, err = temporaldev.Start(ctx, temporaldev.Options{
		PostgresURL: s.cluster.URL("postgres"), SearchAttributes: workflows.SearchAttributes(),
		Logger: app.NewLogger("error"),
	})
	if err != nil {
		return err
	}
	if visibility != "" {
		if err := s.runFile(ctx, visibility); err != nil {
			return err
		}
	}
	if s.counters, err = pgx.Connect(ctx, s.cluster.URL("temporal")); err != nil {
		return err
	}
	s.config, err = s.configure()
	return err
}

// runFile runs a file of SQL in Temporal's visibility database.
func (s *site) runFile(ctx context.Context, name string) error {
	statements, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, s.cluster.URL("temporal_visibility"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, string(statements))
	return errors.Join(err, conn.Close(ctx))
}

func (s *site) createDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.cluster.URL("postgres"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+database)
	return errors.Join(err, conn.Close(ctx))
}

// configure returns the default configuration without limits.
func (s *site) configure() (config.Config, error) {
	c, err := config.Read(func(string) string { return "" })
	c.DatabaseURL, c.TemporalAddress = s.cluster.URL(database), s.temporal.FrontendAddress()
	c.Listen, c.WorkerListen = "127.0.0.1:0", "127.0.0.1:0"
	c.EncryptionKeys, c.LookupKey = "bench:"+seal.GenerateKey(), seal.GenerateKey()
	c.EgressAllow = outbound.Loopback()
	c.RateLimitSecret, c.RateLimitPublishable = unlimited, unlimited
	c.RateLimitSession, c.RateLimitAddress = unlimited, unlimited
	return c, err
}

func (s *site) close(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var faults []error
	if s.counters != nil {
		faults = append(faults, s.counters.Close(ctx))
	}
	if s.temporal != nil {
		s.temporal.Stop()
	}
	if s.cluster != nil {
		faults = append(faults, s.cluster.Stop())
	}
	if s.log != nil {
		faults = append(faults, s.log.Close())
	}
	if s.folder != "" {
		faults = append(faults, os.RemoveAll(s.folder))
	}
	return errors.Join(faults...)
}

// finished counts the completed runs with ids that match by LIKE, from Temporal's own rows.
func (s *site) finished(ctx context.Context, ids string) (int, error) {
	return s.count(ctx, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED, ids)
}

// running counts the open runs.
func (s *site) running(ctx context.Context, ids string) (int, error) {
	return s.count(ctx, enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, ids)
}

func (s *site) count(ctx context.Context, status enumspb.WorkflowExecutionStatus, ids string) (n int, err error) {
	err = s.counters.QueryRow(ctx,
		"SELECT count(*) FROM current_executions WHERE status = $1 AND workflow_id LIKE $2", int32(status), ids).Scan(&n)
	return n, err
}

// written returns the number of transactions and bytes that the cluster has written so far, and the size of Temporal's
// visibility database.
func (s *site) written(ctx context.Context) (w written, err error) {
	err = s.counters.QueryRow(ctx,
		"SELECT pg_current_xact_id()::text::bigint, (pg_current_wal_insert_lsn() - '0/0')::bigint, "+
			"pg_database_size('temporal_visibility')").
		Scan(&w.transactions, &w.walBytes, &w.visibility)
	return w, err
}

// written counts writing transactions, the bytes of the write-ahead log, and those of Temporal's visibility database.
type written struct{ transactions, walBytes, visibility int64 }

// committed counts the transactions of Stile's own database, including read-only ones, by PostgreSQL's statistics, to
// which a connection adds its own after up to the time flushed.
func (s *site) committed(ctx context.Context) (n int64, err error) {
	err = s.counters.QueryRow(ctx, "SELECT xact_commit FROM pg_stat_database WHERE datname = $1", database).Scan(&n)
	return n, err
}

// events returns the mean length of the last histories of runs with ids that match by LIKE.
func (s *site) events(ctx context.Context, temporal client.Client, like string) (mean float64, err error) {
	rows, err := s.counters.Query(ctx, "SELECT workflow_id FROM current_executions "+
		"WHERE workflow_id LIKE $1 ORDER BY start_time DESC LIMIT 20", like)
	if err != nil {
		return 0, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, id := range ids {
		run, err := temporal.DescribeWorkflowExecution(ctx, id, "")
		if err != nil {
			return 0, err
		}
		mean += float64(run.GetWorkflowExecutionInfo().GetHistoryLength()) / float64(len(ids))
	}
	return mean, err
}

// until calls ask again and again until it returns true, for at most patience.
func until(ctx context.Context, ask func() (bool, error)) error {
	return untilWithin(ctx, patience, ask)
}

func untilWithin(ctx context.Context, limit time.Duration, ask func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for {
		if done, err := ask(); err != nil || done {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-again.C:
		}
	}
}
