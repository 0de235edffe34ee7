package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/pgtest"
	"github.com/stile-id/stile/internal/storetest"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
)

// Scenarios for the roles of PostgreSQL. All others run with the rights that grantScenarios give the service.
var grantScenarios = []scenario{
	serviceReadsAndWritesNoAnchors,
	serviceCreatesNothing,
	functionsUseNothingOfTheCaller,
	functionsNameOnlyPersonsOfOpenSessions,
	functionsOfTheOwnerAreClosed,
	functionsStandANewColumn,
	grantIsIdempotent,
	grantCoversLaterMigrations,
	grantIsRefusedWhereItWouldNotHold,
	migrationsGoDownAndUpUnderAGrant,
	roleThatWroteTheTablesGoesOnByFunction,
	schemaIsReadWithoutTheRightToCreate,
	storeTellsWhetherItReadsAnchors,
}

// as is a single connection of the role in the URL.
func (f *fixture) as(t *testing.T, url string) *sql.Conn {
	t.Helper()
	conn, err := storetest.Beside(t, url).Conn(t.Context())
	require.NoError(t, err)
	return conn
}

// roleOf is the role that a URL connects as.
func roleOf(t *testing.T, url string) string {
	t.Helper()
	role, err := storetest.Role(url)
	require.NoError(t, err)
	return role
}

func perform(t *testing.T, conn *sql.Conn, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		_, err := conn.ExecContext(t.Context(), statement)
		require.NoError(t, err, statement)
	}
}

// requireDenied requires the error of PostgreSQL for a missing privilege.
func requireDenied(t *testing.T, err error, statement string) {
	t.Helper()
	var refused *pgconn.PgError
	require.True(t, errors.As(err, &refused), "%s: %v", statement, err)
	require.Equal(t, "42501", refused.Code, "%s: %v", statement, err)
}

func serviceReadsAndWritesNoAnchors(t *testing.T, f *fixture) {
	f.verify(t, f.person(t, f.org, "ada@person.example", "+15555550123"), rules.MethodMDL)
	service := f.as(t, f.at.service)
	for _, statement := range []string{
		"SELECT * FROM person_anchors",
		"SELECT 1 FROM person_anchors",
		"SELECT count(*) FROM verified_persons",
		"SELECT c.id FROM credentials AS c JOIN person_anchors AS a ON a.person_id = c.person_id",
		"INSERT INTO verified_persons (id, created, seen_at) VALUES ('vp_x', 0, 0)",
		"INSERT INTO person_anchors (kind, hash, person_id, created) VALUES ('email', 'x', 'vp_x', 0)",
		"UPDATE verified_persons SET seen_at = 0",
		"UPDATE person_anchors SET hash = 'x'",
		"DELETE FROM verified_persons",
		"DELETE FROM person_anchors",
		"TRUNCATE person_anchors",
		"COPY person_anchors TO STDOUT",
		"CREATE TEMPORARY TABLE copied (LIKE person_anchors)",
		"ALTER TABLE person_anchors ADD COLUMN more TEXT",
		"DROP TABLE person_anchors",
		"SET ROLE " + roleOf(t, f.backend.owner(t, f.at.raw)),
	} {
		_, err := service.ExecContext(t.Context(), statement)
		requireDenied(t, err, statement)
	}
	require.Equal(t, 2, f.count(t, "SELECT count(*) FROM person_anchors"))
}

func serviceCreatesNothing(t *testing.T, f *fixture) {
	service := f.as(t, f.at.service)
	for _, statement := range []string{
		"CREATE TABLE more (id TEXT)",
		"CREATE FUNCTION more() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
		"INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)",
		"ALTER FUNCTION stile_forget_persons(text[]) RESET search_path",
		"CREATE TRIGGER more AFTER UPDATE ON sessions FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
	} {
		_, err := service.ExecContext(t.Context(), statement)
		requireDenied(t, err, statement)
	}
}

// The functions run with the rights of the owner, so they must not run anything of the caller.
func functionsUseNothingOfTheCaller(t *testing.T, f *fixture) {
	_, c := f.verify(t, f.person(t, f.org, "ada@person.example", ""), rules.MethodMDL)
	open := f.session(t)
	role := roleOf(t, f.at.service)
	perform(t, f.as(t, f.at.raw), "CREATE SCHEMA trap AUTHORIZATION "+role,
		"GRANT USAGE ON SCHEMA trap TO PUBLIC")
	service := f.as(t, f.at.service)
	const refuses = " LANGUAGE plpgsql AS $$ BEGIN RAISE 'the trap was used by %', current_user; END $$"
	for _, table := range []string{"verified_persons", "person_anchors", "credentials", "sessions"} {
		perform(t, service, "CREATE TEMPORARY TABLE "+table+" (id TEXT, org_id TEXT, kind TEXT, hash TEXT,"+
			" person_id TEXT, created BIGINT, seen_at BIGINT, verified_person_id TEXT, completed_at BIGINT)",
			"CREATE TABLE trap."+table+" (LIKE pg_temp."+table+")")
	}
	perform(t, service,
		"CREATE FUNCTION trap.cardinality(text[]) RETURNS integer"+refuses,
		"CREATE FUNCTION trap.unnest(text[]) RETURNS SETOF text"+refuses,
		"CREATE FUNCTION trap.texteq(text, text) RETURNS boolean"+refuses,
		"CREATE FUNCTION trap.more(bigint, bigint) RETURNS boolean"+refuses,
		"CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.texteq)",
		"CREATE OPERATOR trap.> (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = trap.more)",
		"SET search_path = trap, pg_temp, public, pg_catalog")
	is := func(query string, args ...any) (answer bool) {
		require.NoError(t, service.QueryRowContext(t.Context(), query, args...).Scan(&answer), query)
		return answer
	}
	const name = "SELECT public.stile_name_person($1, $2, ARRAY['email','phone'], ARRAY['x','y'], $3, 1)"
	require.True(t, is(name, open.ID, f.org, "vp_x"))
	require.False(t, is(name, open.ID, f.org, "vp_y"))
	require.Equal(t, "vp_x", *f.reread(t, open).VerifiedPersonID)
	require.Equal(t, 2, f.count(t, "SELECT count(*) FROM person_anchors WHERE person_id = 'vp_x'"))
	var found int
	require.NoError(t, service.QueryRowContext(t.Context(), "SELECT pg_catalog.count(id) FROM public.stile_credentials("+
		"'email', 'x', $1, true, 1)", f.org).Scan(&found))
	require.Zero(t, found)
	require.True(t, is("SELECT public.stile_forget_persons(ARRAY['vp_x', $1])", c.PersonID))
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM verified_persons"), "one has a credential")
	for _, table := range []string{"verified_persons", "person_anchors", "credentials", "sessions"} {
		for _, schema := range []string{"pg_temp.", "trap."} {
			require.True(t, is("SELECT NOT EXISTS (SELECT FROM "+schema+table+")"), schema+table)
		}
	}
}

func functionsNameOnlyPersonsOfOpenSessions(t *testing.T, f *fixture) {
	n := f.person(t, f.org, "ada@person.example", "")
	ended, c := f.verify(t, n, rules.MethodMDL)
	f.verify(t, f.person(t, f.org, "bob@person.example", ""), rules.MethodMDL)
	open := f.session(t)
	perform(t, f.as(t, f.at.raw), "UPDATE person_anchors SET hash = 'x' WHERE person_id <> '"+c.PersonID+"'")
	service := f.as(t, f.at.service)
	for _, args := range [][]any{{ended.ID, f.org}, {open.ID, f.foreign}, {"vks_x", f.org}} {
		var isNew bool
		require.NoError(t, service.QueryRowContext(t.Context(),
			"SELECT stile_name_person($1, $2, ARRAY['email'], ARRAY['x'], 'vp_new', 1)", args...).Scan(&isNew))
		require.False(t, isNew)
	}
	require.Equal(t, &c.PersonID, f.reread(t, ended).VerifiedPersonID)
	require.Nil(t, f.reread(t, open).VerifiedPersonID)
}

// A function that a later migration adds must keep to this, too.
func functionsOfTheOwnerAreClosed(t *testing.T, f *fixture) {
	require.NotZero(t, f.count(t, "SELECT count(*) FROM pg_proc WHERE prosecdef"))
	require.Zero(t, f.count(t, `SELECT count(*) FROM pg_proc WHERE prosecdef AND (
		proconfig IS DISTINCT FROM ARRAY['search_path=pg_catalog, pg_temp']
		OR prorettype NOT IN ('boolean'::regtype, 'credentials'::regtype)
		OR proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0))`))
}

// The previous version goes on under the schema of the next one, on connections that have used the functions.
func functionsStandANewColumn(t *testing.T, f *fixture) {
	n := f.person(t, f.org, "ada@person.example", "")
	_, c := f.verify(t, n, rules.MethodMDL)
	find := func() {
		rows, err := f.Across().CredentialsByContact(t.Context(), store.PersonQuery{
			Org: models.Organization{ID: f.org, Sandbox: true}, Email: n.Email,
		})
		require.NoError(t, err)
		require.Equal(t, []models.Credential{c}, rows)
	}
	require.NoError(t, f.SQL(func(func(string) error) error { return nil })) // keeps the store to one connection
	find()
	perform(t, f.as(t, f.at.raw), "ALTER TABLE credentials ADD COLUMN more TEXT",
		"ALTER TABLE sessions ADD COLUMN more TEXT")
	find()
}

// rights are those of all roles, as PostgreSQL stores them.
func (f *fixture) rights(t *testing.T) (all []string) {
	t.Helper()
	rows, err := f.raw().QueryContext(t.Context(), `SELECT relname || ' ' || relacl::text FROM pg_class
			WHERE relnamespace = 'public'::regnamespace AND relacl IS NOT NULL
		UNION ALL SELECT proname || ' ' || proacl::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
		UNION ALL SELECT defaclobjtype::text || ' ' || defaclacl::text FROM pg_default_acl
		UNION ALL SELECT nspname || ' ' || nspacl::text FROM pg_namespace WHERE nspname = 'public' ORDER BY 1`)
	require.NoError(t, err)
	for _, row := range testkit.Rows(t, rows) {
		all = append(all, fmt.Sprint(row[0]))
	}
	return all
}

func grantIsIdempotent(t *testing.T, f *fixture) {
	before, owner := f.rights(t), f.owner(t)
	allOf(t, race(3, func(int) (struct{}, error) {
		return struct{}{}, owner.GrantService(t.Context(), roleOf(t, f.at.service))
	}))
	require.Equal(t, before, f.rights(t))
}

func grantCoversLaterMigrations(t *testing.T, f *fixture) {
	perform(t, f.as(t, f.backend.owner(t, f.at.raw)), "CREATE TABLE later (id BIGSERIAL PRIMARY KEY, name TEXT)",
		"CREATE FUNCTION stile_later() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
		"REVOKE ALL ON FUNCTION stile_later FROM PUBLIC")
	perform(t, f.as(t, f.at.service), "INSERT INTO later (name) VALUES ('x')", "UPDATE later SET name = 'y'",
		"SELECT * FROM later", "DELETE FROM later", "SELECT stile_later()")
}

func grantIsRefusedWhereItWouldNotHold(t *testing.T, f *fixture) {
	before := f.rights(t)
	owner, service := roleOf(t, f.backend.owner(t, f.at.raw)), roleOf(t, f.at.service)
	member, err := pgtest.As("member", f.at.raw)
	require.NoError(t, err)
	perform(t, f.as(t, f.at.raw), "GRANT "+owner+" TO "+roleOf(t, member))
	for role, want := range map[string]string{
		`no "such`:          `there is no role "no \"such": create it first, by CREATE ROLE "no ""such"`,
		owner:               "rights on verified_persons that cannot be taken",
		roleOf(t, f.at.raw): "rights on verified_persons that cannot be taken",
		roleOf(t, member):   "rights on verified_persons that cannot be taken",
	} {
		require.ErrorContains(t, f.owner(t).GrantService(t.Context(), role), want)
	}
	require.ErrorContains(t, f.GrantService(t.Context(), service), "does not own the table")
	require.Equal(t, before, f.rights(t), "nothing was granted")
}

// The tables are made anew, under the privileges that the grant gives on new tables.
func migrationsGoDownAndUpUnderAGrant(t *testing.T, f *fixture) {
	before, owner := f.rights(t), f.owner(t)
	require.NoError(t, owner.DownTo(t.Context(), 24))
	require.NoError(t, owner.Migrate(t.Context()))
	require.Equal(t, before, f.rights(t))
	_, c := f.verify(t, f.person(t, f.org, "ada@person.example", ""), rules.MethodMDL)
	require.NotEmpty(t, c.PersonID)
	_, err := f.as(t, f.at.service).ExecContext(t.Context(), "SELECT 1 FROM person_anchors")
	requireDenied(t, err, "after the migrations")
}

func roleThatWroteTheTablesGoesOnByFunction(t *testing.T, f *fixture) {
	owner := f.owner(t)
	require.NoError(t, owner.DownTo(t.Context(), 28))
	writer, err := pgtest.As("writer", f.at.raw)
	require.NoError(t, err)
	reader, err := pgtest.As("reader", f.at.raw)
	require.NoError(t, err)
	perform(t, f.as(t, f.at.raw),
		"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "+roleOf(t, writer),
		"GRANT SELECT ON ALL TABLES IN SCHEMA public TO "+roleOf(t, reader))
	require.NoError(t, owner.Migrate(t.Context()))

	s := openStore(t, writer, f.clock.Now)
	done, err := s.Change(t.Context(), move(f.session(t), "verdict", models.StatusVerified))
	require.NoError(t, err)
	require.NotNil(t, done.Session.VerifiedPersonID)
	for _, role := range []string{writer, reader} {
		_, err := f.as(t, role).ExecContext(t.Context(), "SELECT 1 FROM person_anchors")
		requireDenied(t, err, role)
	}
	const call = "SELECT stile_forget_persons(ARRAY['vp_x'])"
	_, err = f.as(t, reader).ExecContext(t.Context(), call)
	requireDenied(t, err, call)
}

func schemaIsReadWithoutTheRightToCreate(t *testing.T, f *fixture) {
	url, err := pgtest.As(storetest.Service, f.backend.empty(t))
	require.NoError(t, err)
	migrated, err := openStore(t, url, f.clock.Now).Migrated(t.Context())
	require.NoError(t, err)
	require.False(t, migrated)
}

func storeTellsWhetherItReadsAnchors(t *testing.T, f *fixture) {
	for s, want := range map[*store.Store]bool{
		f.Store: false, f.owner(t): true, openStore(t, f.backend.empty(t), f.clock.Now): false,
	} {
		reads, err := s.ReadsAnchors(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, reads)
	}
}
