package pgtest

import (
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

const (
	superuser = "postgres"
	// portTries is how often another process may take the port before us.
	portTries   = 3
	stopTimeout = 10 * time.Second
	// immediate ends PostgreSQL as a crash would: nothing is written any more.
	immediate = syscall.SIGQUIT
)

// Cluster is a PostgreSQL server with its databases. Its methods are not safe for
// concurrent use, except URL.
type Cluster struct {
	dir      string
	binaries binaries
	account  *account
	port     int
	process  *process // nil when stopped
}

// Start runs a cluster with its data in dir, which is made and filled when
// absent. It ends with this process at the latest; dir stays.
func Start(dir string) (*Cluster, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	c := &Cluster{dir: dir}
	if c.binaries, err = findBinaries(); err != nil {
		return nil, err
	}
	if c.account, err = findAccount(); err != nil {
		return nil, err
	}
	if err := c.initialize(); err != nil {
		return nil, err
	}
	for range portTries {
		if c.port, err = freePort(); err != nil {
			return nil, fmt.Errorf("pgtest: %w", err)
		}
		if err = c.start(); err == nil {
			return c, nil
		}
	}
	return nil, err
}

// URL is where that database of the cluster is found. It stays the same over a
// restart.
func (c *Cluster) URL(database string) string {
	at := url.URL{
		Scheme:   "postgres",
		User:     url.User(superuser),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)),
		Path:     "/" + database,
		RawQuery: "sslmode=disable",
	}
	return at.String()
}

// Stop ends the server at once, as a crash would: connections break and open
// transactions are gone, committed ones are not. Further calls do nothing.
func (c *Cluster) Stop() error {
	if c.process == nil {
		return nil
	}
	if err := c.process.end(immediate, stopTimeout); err != nil {
		return fmt.Errorf("pgtest: stop PostgreSQL: %w", err)
	}
	c.process = nil
	return nil
}

// Restart stops the server unless it is stopped, and runs it again on its port.
func (c *Cluster) Restart() error {
	if err := c.Stop(); err != nil {
		return err
	}
	return c.start()
}
