package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

const startTimeout = time.Minute

// settings favour speed and give up only safety from a power cut. Commits stay synchronous: otherwise an immediate stop
// would lose some acknowledged commits, and a fault test could not tell that from a fault of Stile.
var settings = map[string]string{
	"listen_addresses":        "127.0.0.1",
	"unix_socket_directories": "",
	"max_connections":         "300",
	"shared_buffers":          "128MB",
	"fsync":                   "off",
	"full_page_writes":        "off",
	"wal_level":               "minimal",
	"max_wal_senders":         "0",
	"timezone":                "UTC",
}

// initialize fills an empty data folder.
func (c *Cluster) initialize() error {
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	if err := c.account.own(c.dir); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	if _, err := os.Stat(filepath.Join(c.dir, "PG_VERSION")); err == nil {
		return nil
	}
	cmd := c.command(c.binaries.initdb, "--pgdata", c.dir, "--username", superuser, "--auth", "trust",
		"--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions")
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("pgtest: initdb: %w\n%s", err, output)
	}
	return nil
}

// start runs the server on c.port and waits until it answers.
func (c *Cluster) start() error {
	log, err := os.OpenFile(c.logFile(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	defer log.Close() // the child has its own descriptor

	args := []string{"-D", c.dir, "-p", strconv.Itoa(c.port)}
	for name, value := range settings {
		args = append(args, "-c", name+"="+value)
	}
	cmd := c.command(c.binaries.postgres, args...)
	cmd.Stdout, cmd.Stderr = log, log
	if c.process, err = startProcess(cmd); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	if err := c.wait(); err != nil {
		output, _ := os.ReadFile(c.logFile())
		return errors.Join(fmt.Errorf("pgtest: start PostgreSQL: %w\n%s", err, output), c.Stop())
	}
	return nil
}

func (c *Cluster) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = c.dir // the current folder may be closed to the account
	cmd.SysProcAttr = c.account.attributes()
	return cmd
}

// wait waits until the server accepts connections or has ended.
func (c *Cluster) wait() error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	retry := time.NewTicker(10 * time.Millisecond)
	defer retry.Stop()
	for {
		conn, err := pgx.Connect(ctx, c.URL(superuser))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-c.process.done:
			return errors.New("it ended")
		case <-ctx.Done():
			return err
		case <-retry.C:
		}
	}
}

// Deadlocks returns an error with the report of the first deadlock that the server has ended, or nil if there was none.
// The server ends a deadlock with an error for one of the two transactions, and most callers repeat theirs: tests would
// pass although two transactions lock their rows in different orders.
func (c *Cluster) Deadlocks() error {
	log, err := os.ReadFile(c.logFile())
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	_, report, found := strings.Cut(string(log), "deadlock detected\n")
	if !found {
		return nil
	}
	return fmt.Errorf("pgtest: two transactions locked the same rows in different orders:\n%s",
		report[:min(len(report), longestReport)])
}

// longestReport bounds the report of a deadlock, in bytes: it has the statements of both transactions.
const longestReport = 4000

func (c *Cluster) logFile() string { return filepath.Join(c.dir, "postgres.log") }

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
