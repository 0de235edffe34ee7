package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models/store"
)

var readinessScenarios = []scenario{
	storeThatWritesHasNoFaults,
	pendingMigrationIsAFault,
	wrongKeysAreAFault,
	closedStoreIsAFault,
	databaseTellsItsTime,
}

func parts(faults []store.Fault) map[string]string {
	parts := map[string]string{}
	for _, fault := range faults {
		parts[fault.Part] = fault.Message
	}
	return parts
}

// faultsNow returns the faults of a new process.
func (f *fixture) faultsNow(t *testing.T) map[string]string {
	t.Helper()
	return parts(f.replica(t).Faults(t.Context()))
}

func storeThatWritesHasNoFaults(t *testing.T, f *fixture) {
	require.Empty(t, f.Faults(t.Context()))
	for range 3 { // the later ones come from the cache
		require.Empty(t, f.Faults(t.Context()))
	}
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM write_probes"))
}

func pendingMigrationIsAFault(t *testing.T, f *fixture) {
	_, err := f.raw().ExecContext(t.Context(), "DELETE FROM goose_db_version WHERE version_id > 15")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"schema": "is not up to date"}, f.faultsNow(t))
}

func wrongKeysAreAFault(t *testing.T, f *fixture) {
	require.Empty(t, f.Faults(t.Context()))
	foreign := f.process(t, newRing("other"))
	require.Equal(t, map[string]string{"keys": "do not open all that is stored"}, parts(foreign.Faults(t.Context())))
}

func closedStoreIsAFault(t *testing.T, f *fixture) {
	s := f.replica(t)
	require.NoError(t, s.Close())
	require.Equal(t, map[string]string{"database": "does not answer"}, parts(s.Faults(t.Context())))
}

// The server still answers reads, like a demoted primary.
func readOnlyServerIsAFault(t *testing.T, f *fixture) {
	require.Empty(t, f.faultsNow(t))
	_, err := f.raw().ExecContext(t.Context(), `DO $$ BEGIN
		EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$`)
	require.NoError(t, err)
	require.Equal(t, "takes no writes", f.faultsNow(t)["database"])
}

func fullDiskIsAFault(t *testing.T, f *fixture) {
	require.Empty(t, f.faultsNow(t))
	f.fillDisk(t)
	var err error
	for err == nil {
		_, err = f.CreateSession(t.Context(), f.newSession(t))
	}
	require.Equal(t, map[string]string{"database": "is full"}, parts(f.Faults(t.Context())))
}

func databaseTellsItsTime(t *testing.T, f *fixture) {
	before := time.Now()
	at, apart, err := f.DatabaseTime(t.Context())
	require.NoError(t, err)
	require.Equal(t, f.backend.name == postgresName, apart)
	if apart { // the database of the tests is on this machine
		require.WithinRange(t, at, before.Add(-time.Second), time.Now().Add(time.Second))
	}
}
