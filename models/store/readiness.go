package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// Fault is a part of the store that does not work. Message may be shown to anyone; Err is for the log.
type Fault struct {
	Part    string // database, schema, keys
	Message string
	Err     error
}

// readinessFor is the time for which a result is cached. However often it is requested, it costs one check a second.
const readinessFor = time.Second

// readiness caches the last result.
type readiness struct {
	mu     sync.Mutex
	until  time.Time
	faults []Fault
	probe  string // id of the last probe row
}

// Faults returns the faults that keep the store from reading or writing, and none if it works. The result may be a
// second old.
func (s *Store) Faults(ctx context.Context) []Fault {
	r := &s.readiness
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Now().Before(r.until) {
		return r.faults
	}
	// The result is shared, so a client that leaves must not cancel the check.
	r.faults = s.check(context.WithoutCancel(ctx))
	r.until = time.Now().Add(readinessFor)
	return r.faults
}

func (s *Store) check(ctx context.Context) []Fault {
	ctx, cancel := context.WithTimeout(ctx, s.writeTimeout)
	defer cancel()
	migrated, err := s.Migrated(ctx)
	if err != nil {
		return []Fault{{"database", "does not answer", err}}
	}
	if !migrated {
		return []Fault{{"schema", "is not up to date", errors.New("migrations are pending")}}
	}
	var faults []Fault
	if err := s.probe(ctx); err != nil {
		faults = append(faults, Fault{"database", describe(err), err})
	}
	if err := s.ProveKeys(ctx); err != nil {
		message := "could not be checked"
		if wrong := (*WrongKeysError)(nil); errors.As(err, &wrong) {
			message = "do not open all that is stored"
		}
		faults = append(faults, Fault{"keys", message, err})
	}
	return faults
}

// DatabaseTime returns the time of the database's clock. It reports false for SQLite, which has the clock of this
// process.
func (s *Store) DatabaseTime(ctx context.Context) (at time.Time, apart bool, err error) {
	if s.dialect == dialectSQLite {
		return s.now(), false, nil
	}
	var micros int64
	err = s.read(ctx).Raw("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)").Scan(&micros).Error
	return time.UnixMicro(micros), true, err
}

// probeFiller makes each probe need new space, so that a full disk is noticed.
var probeFiller = strings.Repeat("x", 8<<10)

// probeKept is the time for which the row of a stopped process is kept.
const probeKept = time.Hour

// probe writes a row in place of the last one, and commits.
func (s *Store) probe(ctx context.Context) error {
	now := s.Now()
	id := s.id("probe_")
	err := s.write(ctx, func(tx *gorm.DB) error {
		err := tx.Exec("INSERT INTO write_probes (id, filler, created) VALUES (?, ?, ?)", id, probeFiller, now).Error
		if err != nil {
			return err
		}
		// Delete the last row only now, so that the new one had to find its own space.
		return tx.Exec("DELETE FROM write_probes WHERE id = ?", s.readiness.probe).Error
	})
	if err != nil {
		return fmt.Errorf("write probe: %w", err)
	}
	s.readiness.probe = id
	return nil
}

// forgetProbes deletes the rows of stopped processes.
func forgetProbes(tx *gorm.DB, now models.Timestamp) error {
	return tx.Exec("DELETE FROM write_probes WHERE created < ?", models.At(now.Add(-probeKept))).Error
}

// describe describes the cause of a failed write in general words.
func describe(err error) string {
	var postgres *pgconn.PgError
	var sqlite interface{ Code() int }
	switch {
	case errors.As(err, &postgres) && postgres.Code == stateReadOnly:
		return "takes no writes"
	case errors.As(err, &postgres) && postgres.Code == stateDiskFull:
		return "is full"
	case errors.As(err, &sqlite):
		return describeSQLite(sqlite.Code() & 0xff)
	case errors.Is(err, errReadOnly):
		return "takes no writes"
	case errors.Is(err, ErrUnavailable):
		return "does not answer"
	default:
		return "refuses writes"
	}
}

const stateDiskFull = "53100"

func describeSQLite(code int) string {
	switch code {
	case 13:
		return "is full"
	case 8:
		return "takes no writes"
	default:
		return "does not answer"
	}
}
