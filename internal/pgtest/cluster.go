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
	// portTries is how often Start tries a new port if another process takes the port first.
	portTries   = 3
	stopTimeout = 10 * time.Second
	// immediate stops PostgreSQL as a crash would: it writes nothing more.
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

// Start runs a cluster with its data in dir, which it creates and fills if absent. The cluster ends with this process
// at the latest; dir stays.
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

// URL returns the URL of a database of the cluster. It stays the same over a restart.
func (c *Cluster) URL(database string) string {
	at := url.URL{
		Scheme:   "postgres",
		User:     url.User(superuser),
		Host:     c.address(),
		Path:     "/" + database,
		RawQuery: "sslmode=disable",
	}
	return at.String()
}

func (c *Cluster) address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)) }

// Stop stops the server at once, as a crash would: connections break, and transactions that are not committed are lost.
// Further calls do nothing.
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

// Restart stops the server if it runs and starts it again on the same port.
func (c *Cluster) Restart() error {
	if err := c.Stop(); err != nil {
		return err
	}
	return c.start()
}
