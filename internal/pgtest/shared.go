package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/jackc/pgx/v5"
)

// shared is the one server of this test process.
var shared sharedServer

type sharedServer struct {
	managed bool // Main will close it

	start    sync.Once
	server   server
	err      error
	cluster  *Cluster // nil on a server that was there already
	pooler   *pooler  // nil likewise
	reused   reusedDatabases
	external bool

	mu        sync.Mutex
	templates map[string]*template
	roles     map[string]*role
}

// template is a database that tests get copies of.
type template struct {
	database string
	prepare  sync.Once
	err      error
}

const folderPrefix = "stile-pgtest-"

// plenty is several times the size of a package's concurrent databases and their write-ahead log.
const plenty = 2 << 30

// dataFolder returns the parent of the cluster's folder: in memory if there is plenty and TMPDIR is not set. A database
// is hundreds of small files, and each test creates and drops one.
func dataFolder() string {
	if os.Getenv("TMPDIR") == "" && freeMemory() >= plenty {
		return memory
	}
	return os.TempDir()
}

// open starts the server at the first call.
func (s *sharedServer) open() (server, error) {
	if !s.managed {
		return server{}, errors.New("pgtest: the package's TestMain must call os.Exit(pgtest.Main(m))")
	}
	s.start.Do(func() { s.err = s.connect() })
	return s.server, s.err
}

func (s *sharedServer) connect() (err error) {
	if given := os.Getenv(urlVariable); given != "" {
		s.external = true
		s.server, err = openServer(given)
		return err
	}
	sweep()
	// The process id in the name lets a later sweep check whether the owner still runs.
	dir, err := os.MkdirTemp(dataFolder(), folderPrefix+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	if s.cluster, err = Start(dir); err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	if s.pooler, err = startPooler(s.cluster.address()); err != nil {
		return err
	}
	s.server, err = openServer(s.cluster.URL(superuser))
	return err
}

// template returns the name of the template database, filled.
func (s *sharedServer) template(
	ctx context.Context,
	on server,
	name string,
	prepare func(url string) error,
) (string, error) {
	s.mu.Lock()
	t, ok := s.templates[name]
	if !ok {
		t = &template{database: uniqueName("template")}
		if s.templates == nil {
			s.templates = make(map[string]*template)
		}
		s.templates[name] = t
	}
	s.mu.Unlock()

	t.prepare.Do(func() {
		if t.err = on.create(ctx, t.database, "template1"); t.err != nil {
			return
		}
		if err := prepare(on.databaseURL(t.database)); err != nil {
			t.err = fmt.Errorf("pgtest: prepare template %s: %w", name, err)
		}
	})
	return t.database, t.err
}

// close stops the cluster and deletes its folder, or drops the templates and the roles on an external server.
func (s *sharedServer) close() error {
	if s.server.db != nil {
		defer s.server.db.Close()
	}
	if s.pooler != nil {
		_ = s.pooler.close()
	}
	if s.cluster != nil {
		return errors.Join(s.cluster.Stop(), s.cluster.Deadlocks(), os.RemoveAll(s.cluster.dir))
	}
	if !s.external {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), dropTimeout)
	defer cancel()
	var errs []error
	for _, t := range s.templates {
		errs = append(errs, s.server.drop(ctx, t.database))
	}
	for _, r := range s.roles {
		errs = append(errs, s.server.exec(ctx, "DROP ROLE IF EXISTS "+pgx.Identifier{r.name}.Sanitize()))
	}
	return errors.Join(errs...)
}

// sweep removes the folders of test processes that were killed or panicked and so did not close their cluster.
func sweep() {
	var folders []string
	for _, parent := range []string{memory, os.TempDir()} {
		found, err := filepath.Glob(filepath.Join(parent, folderPrefix+"*"))
		if err != nil || parent == "" {
			continue
		}
		folders = append(folders, found...)
	}
	for _, folder := range folders {
		id, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(folder), folderPrefix), "-")
		pid, err := strconv.Atoi(id)
		if err != nil || !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			continue
		}
		_ = os.RemoveAll(folder) // it may be another user's
	}
}
