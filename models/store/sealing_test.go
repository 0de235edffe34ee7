package store_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

var sealingScenarios = []scenario{
	noTableHoldsAnythingPersonal,
	sealedPayloadOpensOnlyInItsRow,
}

// dump is the content of all tables as text.
func (f *fixture) dump(t *testing.T) string {
	t.Helper()
	db := f.raw()
	var dump strings.Builder
	for _, table := range f.tables(t, db) {
		rows, err := db.QueryContext(t.Context(), "SELECT * FROM "+table)
		require.NoError(t, err)
		for _, row := range testkit.Rows(t, rows) {
			fmt.Fprintln(&dump, table, row)
		}
	}
	return dump.String()
}

func (f *fixture) tables(t *testing.T, db *sql.DB) []string {
	t.Helper()
	query := "SELECT name FROM sqlite_master WHERE type = 'table'"
	if f.backend.name == postgresName {
		query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
	}
	rows, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err)
	var tables []string
	for _, row := range testkit.Rows(t, rows) {
		tables = append(tables, fmt.Sprint(row[0]))
	}
	require.Subset(
		t,
		tables,
		[]string{
			"sessions",
			"submissions",
			"uploads",
			"upload_pieces",
			"method_challenges",
			"mails",
			"email_codes",
			"guardians",
			"events",
			"idempotency_keys",
			"webhook_endpoints",
		},
	)
	return tables
}

func noTableHoldsAnythingPersonal(t *testing.T, f *fixture) {
	secrets := f.useEverything(t)
	dump := f.dump(t)
	for _, shown := range []string{"order-7", "https://merchant.example/hooks", "unreadable"} {
		require.Contains(t, dump, shown, "the dump holds the public values")
	}
	personal := []string{
		"person.example", "5555550123",
		"1990-01-31", "Lovelace", "L01X00T47", "0123456789abcdef0123456789abcdef",
	}
	for _, canary := range append(personal, secrets...) {
		require.NotContains(t, dump, canary)
	}
}

// useEverything stores personal values wherever the store accepts them, and returns the secrets that it got.
func (f *fixture) useEverything(t *testing.T) (secrets []string) {
	t.Helper()
	const scanned = `{"surname": "Lovelace", "number": "L01X00T47", "date_of_birth": "1990-01-31"}`
	_, apiKey := f.key(t, models.SecretKey)
	_, webhookSecret, err := f.CreateEndpoint(t.Context(), actor, newEndpoint(f.org, models.AllEvents), 0)
	require.NoError(t, err)
	require.NoError(t, f.Across().AddSigningKey(t.Context(), store.SigningKey{
		ID: "k1", Seed: []byte("0123456789abcdef0123456789abcdef"),
	}))
	claim := f.mustClaim(t, "for ada@person.example")

	n := f.newSession(t)
	n.Session.ClientReferenceID = ptr("order-7")
	n.Email, n.Phone = "ada@person.example", "+15555550123"
	judgedOne, session := f.submitted(t, f.created(t, n), document, scanned)
	_, session = f.submitted(t, session, attestation, born)
	f.uploaded(t, session, document, scanned)
	f.challenged(t, session, scanned)
	f.mailedCode(t, session, "ada@person.example", "123456")
	j := judgement(session, judgedOne, graph.OutcomeFailed, models.StatusProcessing)
	j.Result.Checks = models.AsJSON([]rules.Check{{Name: "unreadable"}})
	f.judged(t, j)
	answer := created(`{"secret": "` + webhookSecret + `", "for": "ada@person.example"}`)
	require.NoError(t, f.Finish(t.Context(), claim, answer))
	return []string{apiKey, webhookSecret}
}

// A sealed value is bound to its row and cannot be opened in another one.
func sealedPayloadOpensOnlyInItsRow(t *testing.T, f *fixture) {
	mine, _ := f.submitted(t, f.session(t), attestation, born)
	other, _ := f.submitted(t, f.session(t), attestation, `{"declaration": false}`)
	_, err := f.raw().ExecContext(t.Context(),
		"UPDATE submissions SET payload = (SELECT payload FROM submissions WHERE id = $1) WHERE id = $2", mine.ID, other.ID)
	require.NoError(t, err)
	_, payload, err := f.Submission(t.Context(), f.org, other.ID)
	require.Error(t, err)
	require.Nil(t, payload)
	require.Equal(t, born, f.payload(t, mine))
}
