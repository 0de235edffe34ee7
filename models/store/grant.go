package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"
	"gorm.io/gorm"
)

// everyPrivilege are the privileges on a table.
const everyPrivilege = "SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"

// GrantService lets a PostgreSQL role run the service on the migrated database: it may read and write all tables, also
// those of later migrations, but for anchorTables, which it reaches only by their functions. The role of the store must
// own the tables. Nothing is granted if the role could get at anchorTables in another way. A repeat changes nothing.
func (s *Store) GrantService(ctx context.Context, role string) error {
	if s.dialect != dialectPostgres {
		return errors.New("SQLite has no roles to grant anything to")
	}
	return s.write(ctx, func(tx *gorm.DB) error {
		// Two grants at once would fail at the same rows of the catalog.
		if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext('stile grant'))").Error; err != nil {
			return err
		}
		if err := grantable(tx, role); err != nil {
			return err
		}
		g, err := grantOf(tx, role)
		if err != nil {
			return err
		}
		for _, statement := range g.statements() {
			if err := tx.Exec(statement).Error; err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return kept(tx, role)
	})
}

// grantable returns an error if the role does not exist, or if the store's own role may not grant.
func grantable(tx *gorm.DB, role string) error {
	var exists bool
	err := tx.Raw("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = ?)", role).Scan(&exists).Error
	if err != nil {
		return err
	}
	if !exists {
		return fmt.Errorf("there is no role %q: create it first, by CREATE ROLE %s LOGIN PASSWORD '…'",
			role, pgx.Identifier{role}.Sanitize())
	}
	var foreign []string
	err = tx.Raw(`SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident(current_schema()))
		AND relkind = 'r' AND NOT pg_has_role(relowner, 'USAGE') ORDER BY relname`).Scan(&foreign).Error
	if err == nil && len(foreign) > 0 {
		return fmt.Errorf("this role does not own the table %s: grant with the role that migrates", foreign[0])
	}
	return err
}

// grant are the names in statements of GrantService, quoted.
type grant struct {
	role, schema string
	tables       []string // all but anchorTables and the versions
}

func grantOf(tx *gorm.DB, role string) (grant, error) {
	g := grant{role: pgx.Identifier{role}.Sanitize()}
	if err := tx.Raw("SELECT quote_ident(current_schema())").Scan(&g.schema).Error; err != nil {
		return g, err
	}
	var names []string
	err := tx.Raw(`SELECT relname FROM pg_class
		WHERE relnamespace = to_regnamespace(quote_ident(current_schema())) AND relkind = 'r'`).Scan(&names).Error
	for _, name := range names {
		if name != goose.DefaultTablename && !slices.Contains(anchorTables, name) {
			g.tables = append(g.tables, g.qualified(name))
		}
	}
	return g, err
}

// qualified returns the name of a table with its schema, quoted.
func (g grant) qualified(table string) string {
	return g.schema + "." + pgx.Identifier{table}.Sanitize()
}

func (g grant) statements() []string {
	closed := make([]string, 0, len(anchorTables))
	for _, table := range anchorTables {
		closed = append(closed, g.qualified(table))
	}
	later := "ALTER DEFAULT PRIVILEGES IN SCHEMA " + g.schema + " GRANT "
	return []string{
		"GRANT USAGE ON SCHEMA " + g.schema + " TO " + g.role,
		"GRANT SELECT, INSERT, UPDATE, DELETE ON " + strings.Join(g.tables, ", ") + " TO " + g.role,
		"GRANT SELECT ON " + g.qualified(goose.DefaultTablename) + " TO " + g.role,
		"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA " + g.schema + " TO " + g.role,
		"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA " + g.schema + " TO " + g.role,
		"REVOKE ALL ON " + strings.Join(closed, ", ") + " FROM " + g.role,
		later + "SELECT, INSERT, UPDATE, DELETE ON TABLES TO " + g.role,
		later + "USAGE, SELECT ON SEQUENCES TO " + g.role,
		later + "EXECUTE ON FUNCTIONS TO " + g.role,
	}
}

// kept returns an error if the role can get at anchorTables without their functions.
func kept(tx *gorm.DB, role string) error {
	for _, table := range anchorTables {
		var open bool
		err := tx.Raw(`SELECT has_table_privilege(r.oid, t.oid, ?) OR pg_has_role(r.oid, t.relowner, 'MEMBER')
				OR has_any_column_privilege(r.oid, t.oid, 'SELECT, INSERT, UPDATE')
			FROM pg_roles AS r, pg_class AS t WHERE r.rolname = ? AND t.oid = to_regclass(?)`,
			everyPrivilege, role, table).Scan(&open).Error
		if err != nil {
			return err
		}
		if open {
			return fmt.Errorf("the role %q has rights on %s that cannot be taken from it: it owns the table,"+
				" is a superuser, or belongs to a role that has them", role, table)
		}
	}
	return nil
}

// ReadsAnchors reports whether the role of the store can read the keyed hashes by which persons are found, which the
// service need not. It is false on SQLite, and before the schema is migrated.
func (s *Store) ReadsAnchors(ctx context.Context) (reads bool, err error) {
	if s.dialect != dialectPostgres {
		return false, nil
	}
	err = s.read(ctx).Raw("SELECT COALESCE(has_table_privilege(to_regclass('person_anchors'), 'SELECT'), FALSE)").
		Scan(&reads).Error
	return reads, err
}
