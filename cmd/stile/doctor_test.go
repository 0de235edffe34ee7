package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/storetest"
)

func TestDoctorFailsOnAFault(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("DATABASE_URL", storetest.SQLite(t))
	t.Setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
	install(t)
	t.Setenv("STILE_SESSION_TTL", "a day")
	out, err := stile(t, "doctor")
	require.EqualError(t, err, "faults found: 2")
	require.Regexp(t, `(?m)^fault +settings +STILE_SESSION_TTL must be`, out)
	require.Regexp(t, `(?m)^fault +temporal +127\.0\.0\.1:1 does not answer`, out)
	require.Regexp(t, `(?m)^ok +database `, out)
	require.Contains(t, out, "-> check TEMPORAL_ADDRESS")

	out, err = stile(t, "doctor", "--json")
	require.Error(t, err)
	var report struct {
		Faults   int           `json:"faults"`
		Findings []app.Finding `json:"findings"`
	}
	require.NoError(t, json.NewDecoder(strings.NewReader(out)).Decode(&report))
	require.Equal(t, 2, report.Faults)
	require.Greater(t, len(report.Findings), 10)
}
