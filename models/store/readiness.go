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

// Fault is a part that keeps a process from doing its work. Message is fit for anybody; Err is for the log.
type Fault struct {
	Part    string // database, schema, keys
	Message string
	Err     error
}

// readinessFor is how long an answer about readiness holds: however often it is asked for, it costs one look a second.
const readinessFor = time.Second

// readiness remembers the last answer.
type readiness struct {
	mu     sync.Mutex
	until  time.Time
	faults []Fault
	probe  string // id of the row that was written last
}

// Faults reports what keeps the store from reading and writing; nothing where all is well. The answer may be a second
// old.
func (s *Store) Faults(ctx context.Context) []Fault {
	r := &s.readiness
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Now().Before(r.until) {
		return r.faults
	}
	// The client may leave; others share the answer.
	r.faults = s.look(context.WithoutCancel(ctx))
	r.until = time.Now().Add(readinessFor)
	return r.faults
}

func (s *Store) look(ctx context.Context) []Fault {
	ctx, cancel := context.WithTimeout(ctx, WriteLimit)
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
		faults = append(faults, Fault{"database", why(err), err})
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

// probeFiller makes a probe need room of its own: a full disk must be noticed.
var probeFiller = strings.Repeat("x", 8<<10)

// probeKept is how long the row of a process that is gone stays.
const probeKept = time.Hour

// probe writes a row in the place of the one before, and commits.
func (s *Store) probe(ctx context.Context) error {
	now := s.Now()
	id := s.id("probe_")
	err := s.write(ctx, func(tx *gorm.DB) error {
		err := tx.Exec("INSERT INTO write_probes (id, filler, created) VALUES (?, ?, ?)", id, probeFiller, now).Error
		if err != nil {
			return err
		}
		// Only now: this one had to find room besides it.
		return tx.Exec("DELETE FROM write_probes WHERE id = ?", s.readiness.probe).Error
	})
	if err != nil {
		return fmt.Errorf("write probe: %w", err)
	}
	s.readiness.probe = id
	return nil
}

// forgetProbes removes the rows of processes that are gone.
func forgetProbes(tx *gorm.DB, now models.Timestamp) error {
	return tx.Exec("DELETE FROM write_probes WHERE created < ?", models.At(now.Add(-probeKept))).Error
}

// why says in general words why a write failed.
func why(err error) string {
	var postgres *pgconn.PgError
	var sqlite interface{ Code() int }
	switch {
	case errors.As(err, &postgres) && postgres.Code == stateReadOnly:
		return "takes no writes"
	case errors.As(err, &postgres) && postgres.Code == stateDiskFull:
		return "is full"
	case errors.As(err, &sqlite):
		return whySQLite(sqlite.Code() & 0xff)
	case errors.Is(err, errReadOnly):
		return "takes no writes"
	case errors.Is(err, ErrUnavailable):
		return "does not answer"
	default:
		return "refuses writes"
	}
}

const stateDiskFull = "53100"

func whySQLite(code int) string {
	switch code {
	case 13:
		return "is full"
	case 8:
		return "takes no writes"
	default:
		return "does not answer"
	}
}
