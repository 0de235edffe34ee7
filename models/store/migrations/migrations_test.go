package migrations_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/models/store"
)

// Two migrations with one number, or that add one column, fail here within a second. The conformance suite of the
// store, which needs PostgreSQL, also reverts them.
func TestMigrationsApplyOneAfterTheOther(t *testing.T) {
	t.Parallel()
	keys, err := seal.ParseKeys("test:"+seal.GenerateKey(), seal.GenerateKey())
	require.NoError(t, err)
	s, err := store.Open(t.Context(), store.Options{
		URL: "sqlite:" + filepath.Join(t.TempDir(), "stile.db"), Keys: keys, WriteTimeout: time.Minute,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.Migrate(t.Context()))
}

// lastSlow is the last migration that could make an index of an existing table, or change its rows. In the transaction
// of an ALTER TABLE either blocks all requests at the table, for as long as it takes. These migrations remain because
// released migrations are never edited.
const lastSlow = "00042_closing_deliveries.sql"

var (
	createTable = regexp.MustCompile(`(?m)^CREATE TABLE (\w+)`)
	changeRows  = regexp.MustCompile(`(?m)^(?:UPDATE|DELETE FROM|INSERT INTO) (\w+)`)
	createIndex = regexp.MustCompile(`(?m)^CREATE (?:UNIQUE )?INDEX \w+ ON (\w+)`)
)

func TestMigrationsDoNoLongWorkOnExistingTables(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.sql")
	require.NoError(t, err)
	require.Contains(t, files, lastSlow)
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		var tables []string
		for _, created := range createTable.FindAllStringSubmatch(string(content), -1) {
			tables = append(tables, created[1])
		}
		for advice, work := range map[string]*regexp.Regexp{
			"its index belongs in a file of indexes/":       createIndex,
			"the sweep can change its rows, batch by batch": changeRows,
		} {
			for _, found := range work.FindAllStringSubmatch(string(content), -1) {
				own := slices.Contains(tables, found[1])
				require.True(t, own || file <= lastSlow, "%s works on the existing table %s: %s", file, found[1], advice)
			}
		}
	}
}
