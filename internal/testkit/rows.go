package testkit

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"
)

// Rows returns the values of all rows, and closes them. Text is a string on every database.
func Rows(t testing.TB, rows *sql.Rows) (all [][]any) {
	t.Helper()
	defer func() { require.NoError(t, rows.Close()) }()
	columns, err := rows.Columns()
	require.NoError(t, err)
	for rows.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		require.NoError(t, rows.Scan(into...))
		for i, value := range row {
			if raw, isBytes := value.([]byte); isBytes {
				row[i] = string(raw)
			}
		}
		all = append(all, row)
	}
	require.NoError(t, rows.Err())
	return all
}
