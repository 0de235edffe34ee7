package pgtest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

const (
	// keptConnections bounds the connections that a database keeps between tests.
	keptConnections = 8
	// keptRows is the number of rows after which a database is dropped: deleted rows stay in its files.
	keptRows = 2000
)

// reusedDatabase is a copy of a template that one test after another has.
type reusedDatabase struct {
	name     string
	keeper   *pgx.Conn // of the superuser
	backends []*backend
	clear    string // deletes the rows of all tables that are empty in the template
	state    string // query for the fingerprint of the rest
	original string // fingerprint of the template
	deleted  int64  // rows, since the database was made
}

// reusedDatabases are those that no test has, by template.
type reusedDatabases struct {
	mu   sync.Mutex
	idle map[string][]*reusedDatabase
}

// ReusedDatabase returns the URL of a copy of a template database, as NewDatabaseFromTemplate does, but of one that
// other tests may have had: their rows are deleted. A database in which a test changed more than rows, such as a table
// or a privilege, is dropped. The URL leads through this process, which keeps connections to the server open.
func ReusedDatabase(t testing.TB, name string, prepare func(url string) error) string {
	t.Helper()
	s, err := shared.open()
	if err != nil {
		t.Fatal(err)
	}
	if shared.external { // which may want a password or TLS
		return NewDatabaseFromTemplate(t, name, prepare)
	}
	template, err := shared.template(t.Context(), s, name, prepare)
	if err != nil {
		t.Fatal(err)
	}
	d, err := shared.reused.take(t.Context(), s, template)
	if err != nil {
		t.Fatal(err)
	}
	shared.pooler.lend(d.name, d.backends)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), dropTimeout)
		defer cancel()
		d.keep(shared.pooler.takeBack(d.name))
		if err := shared.reused.giveBack(ctx, s, template, d); err != nil {
			t.Error(err)
		}
	})
	through, err := shared.pooler.url(s.databaseURL(d.name))
	if err != nil {
		t.Fatal(err)
	}
	return through
}

// take returns an idle copy of the template, or a new one.
func (r *reusedDatabases) take(ctx context.Context, s server, template string) (*reusedDatabase, error) {
	if d := r.pop(template); d != nil {
		return d, nil
	}
	return newReusedDatabase(ctx, s, template)
}

// pop returns an idle copy of the template, which no other test gets; nil if there is none.
func (r *reusedDatabases) pop(template string) *reusedDatabase {
	r.mu.Lock()
	defer r.mu.Unlock()
	idle := r.idle[template]
	if len(idle) == 0 {
		return nil
	}
	last := len(idle) - 1
	d := idle[last]
	r.idle[template] = idle[:last]
	return d
}

// giveBack makes the database idle if the test changed nothing but rows, and drops it otherwise.
func (r *reusedDatabases) giveBack(ctx context.Context, s server, template string, d *reusedDatabase) error {
	if !d.restore(ctx) {
		d.disconnect(ctx)
		return s.drop(ctx, d.name)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.idle == nil {
		r.idle = map[string][]*reusedDatabase{}
	}
	r.idle[template] = append(r.idle[template], d)
	return nil
}

func newReusedDatabase(ctx context.Context, s server, template string) (*reusedDatabase, error) {
	d := &reusedDatabase{name: uniqueName("test")}
	if err := s.create(ctx, d.name, template); err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, s.databaseURL(d.name))
	if err != nil {
		return nil, fmt.Errorf("pgtest: connect to a database: %w", err)
	}
	d.keeper = conn
	if err := d.inspect(ctx); err != nil {
		return nil, fmt.Errorf("pgtest: inspect a database: %w", err)
	}
	return d, nil
}

// catalogs are the system catalogs that hold the objects of a database, with the condition for those of its own.
var catalogs = map[string]string{
	"pg_class":           "oid >= 16384",
	"pg_attribute":       "attrelid >= 16384",
	"pg_attrdef":         "true",
	"pg_index":           "indexrelid >= 16384",
	"pg_constraint":      "true",
	"pg_trigger":         "true",
	"pg_rewrite":         "ev_class >= 16384",
	"pg_policy":          "true",
	"pg_proc":            "oid >= 16384",
	"pg_type":            "oid >= 16384",
	"pg_namespace":       `nspname !~ '^pg_(toast_)?temp_'`,
	"pg_extension":       "true",
	"pg_default_acl":     "true",
	"pg_statistic":       "starelid >= 16384",
	"pg_largeobject":     "true",
	"pg_database":        "datname = current_database()",
	"pg_db_role_setting": "setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())",
}

// inspect fills the statements and the fingerprint of a new database.
func (d *reusedDatabase) inspect(ctx context.Context) error {
	rows, err := d.keeper.Query(ctx, `SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
		WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`)
	if err != nil {
		return err
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	fixed := maps.Clone(catalogs)
	for _, table := range tables {
		var filled bool
		if err := d.keeper.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+table+")").Scan(&filled); err != nil {
			return err
		}
		if filled {
			fixed[table] = "true"
			continue
		}
		d.clear += "DELETE FROM " + table + ";"
	}
	d.state = stateQuery(fixed)
	d.original, err = d.fingerprint(ctx)
	return err
}

// stateQuery returns a query for a fingerprint of the rows of tables, by their conditions, and of the sequences: for
// each table, the number of rows and the youngest transaction that wrote one.
func stateQuery(tables map[string]string) string {
	parts := []string{"SELECT concat(sum(last_value)) AS state FROM pg_sequences"}
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		parts = append(parts,
			"SELECT concat(count(*), ' ', max(xmin::text::bigint)) FROM "+table+" WHERE "+tables[table])
	}
	return "SELECT string_agg(state, ',') FROM (" + strings.Join(parts, " UNION ALL ") + ") AS states"
}

func (d *reusedDatabase) fingerprint(ctx context.Context) (found string, err error) {
	return found, d.keeper.QueryRow(ctx, d.state).Scan(&found)
}

// restore makes the database as its template again. It returns false if it cannot.
func (d *reusedDatabase) restore(ctx context.Context) bool {
	if left, err := d.strangers(ctx); err != nil || left > 0 {
		return false
	}
	if now, err := d.fingerprint(ctx); err != nil || now != d.original {
		return false
	}
	// As a replica the session does not check foreign keys.
	results, err := d.keeper.PgConn().
		Exec(ctx, "BEGIN; SET LOCAL session_replication_role = replica;"+d.clear+"COMMIT").ReadAll()
	for _, result := range results {
		d.deleted += result.CommandTag.RowsAffected()
	}
	return err == nil && d.deleted < keptRows
}

// keep resets used connections and keeps those that work, up to keptConnections.
func (d *reusedDatabase) keep(used, ready []*backend) {
	d.backends = ready
	spare := used[min(len(used), keptConnections-len(ready)):]
	used = used[:len(used)-len(spare)]
	for _, b := range used {
		b.requestReset()
	}
	for _, b := range used {
		if err := b.awaitReset(); err != nil {
			spare = append(spare, b)
			continue
		}
		d.backends = append(d.backends, b)
	}
	for _, b := range spare {
		b.end()
	}
}

// strangers returns the number of sessions in the database other than those that are kept. They may still write.
func (d *reusedDatabase) strangers(ctx context.Context) (n int, err error) {
	ids := make([]int32, 0, len(d.backends))
	for _, b := range d.backends {
		ids = append(ids, b.processID())
	}
	return n, d.keeper.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
		AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND pid <> ALL($1)`, ids).Scan(&n)
}

func (d *reusedDatabase) disconnect(ctx context.Context) {
	_ = d.keeper.Close(ctx)
	for _, b := range d.backends {
		_ = b.conn.Close()
	}
}
