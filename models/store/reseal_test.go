package store_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
)

// A column that the list lacks would keep values under a retired key, which nobody can open any more.
func TestEverySealedPlaceIsListed(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{"key_proofs": true, "sessions.": true}
	for _, table := range store.SealedColumns() {
		listed[table] = true
	}
	require.Contains(t, listed, "sessions.email")
	found := 0
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, table := range sealedTables(t, file) {
			require.True(t, listed[table], "%s: values of %s are not in sealedColumns", file, table)
			found++
		}
	}
	require.GreaterOrEqual(t, found, 15)
}

// sealedTables returns the tables of the composite literals seal.Place in a file.
func sealedTables(t *testing.T, file string) (tables []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	ast.Inspect(parsed, func(n ast.Node) bool {
		literal, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		kind, ok := literal.Type.(*ast.SelectorExpr)
		if !ok || kind.Sel.Name != "Place" {
			return true
		}
		table, ok := literal.Elts[0].(*ast.KeyValueExpr)
		require.True(t, ok, file)
		value := table.Value
		if sum, ok := value.(*ast.BinaryExpr); ok {
			value = sum.X
		}
		name, err := strconv.Unquote(value.(*ast.BasicLit).Value)
		require.NoError(t, err)
		tables = append(tables, name)
		return true
	})
	return tables
}

// underKeys is the fixture with a store that has these keys.
func (f *fixture) underKeys(t *testing.T, r ring) *fixture {
	t.Helper()
	g := *f
	g.Store = f.process(t, r)
	require.NoError(t, g.ProveKeys(t.Context()))
	return &g
}

// sealEverywhere leaves a value in each column with sealed values.
func (f *fixture) sealEverywhere(t *testing.T) {
	t.Helper()
	f.useEverything(t)
	f.connector(t, rules.MethodDocumentCapture)
	e := f.endpoint(t, models.AllEvents)
	f.rotated(t, e, time.Hour)
	session := f.session(t)
	refs, err := f.FirstAttempts(t.Context(), session.OrgID, session.ID)
	require.NoError(t, err)
	for _, ref := range refs {
		dispatch, err := f.Dispatch(t.Context(), f.org, ref.DeliveryID)
		require.NoError(t, err)
		f.answered(t, dispatch.Delivery, f.exchanged(refused))
	}
	f.uploaded(t, session, document, "scan")
	f.submitted(t, f.session(t), document, "scan")
	f.guardians(t, session, mother)
	f.grown(t, session, f.begunUpload(t, session, "Ada "), "Love")
	f.portrayed(t, nil, "face")
	f.queued(t, time.Hour)
	f.took(t, chunk(f.held(t).Handoff, 0, "part"))
}

func everySealedColumnIsSealedAnew(t *testing.T, f *fixture) {
	before := newRing("k1")
	old := f.underKeys(t, before)
	old.sealEverywhere(t)
	sealed, err := old.Unsealed(t.Context())
	require.NoError(t, err)
	for _, table := range store.SealedColumns() {
		require.Positive(t, sealed[table], table)
	}

	after := before.with("k2")
	rotated := f.underKeys(t, after)
	progress := map[string]int{}
	require.NoError(t, rotated.Across().Reseal(t.Context(), func(table string, values int) { progress[table] += values }))
	require.Positive(t, progress["signing_keys"])
	uses, err := rotated.Across().EncryptionKeys(t.Context())
	require.NoError(t, err)
	for _, use := range uses {
		if use.KeyID == "k1" {
			require.True(t, use.Fades, "%s has %d values under k1", use.Table, use.Rows)
		}
	}
	opened, err := rotated.Unsealed(t.Context())
	require.NoError(t, err)
	require.Equal(t, sealed, opened)

	for _, table := range []string{"transfer_chunks", "idempotency_keys"} {
		_, err := f.raw().ExecContext(t.Context(), "DELETE FROM "+table)
		require.NoError(t, err)
	}
	require.NoError(t, rotated.Across().RetireKey(t.Context(), "k1"))
	first, _, _ := strings.Cut(after.encryption, ",")
	alone := f.underKeys(t, ring{first, after.lookup})
	opened, err = alone.Unsealed(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, opened)
	require.NoError(t, rotated.Across().Reseal(t.Context(), func(string, int) { t.Error("nothing is left to seal") }))
}

func resealGoesOnWhereItWasInterrupted(t *testing.T, f *fixture) {
	before := newRing("k1")
	old := f.underKeys(t, before)
	old.endpoint(t, models.AllEvents)
	old.connector(t, rules.MethodDocumentCapture)
	rotated := f.underKeys(t, before.with("k2"))
	ctx, cancel := context.WithCancel(t.Context())
	err := rotated.Across().Reseal(ctx, func(string, int) { cancel() })
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, rotated.Across().RetireKey(t.Context(), "k1"), "1 in provider_connectors")
	progress := map[string]int{}
	require.NoError(t, rotated.Across().Reseal(t.Context(), func(table string, values int) { progress[table] += values }))
	require.Equal(t, map[string]int{"provider_connectors": 1}, progress)
	require.NoError(t, rotated.Across().RetireKey(t.Context(), "k1"))
}

// A request may replace a value after Reseal has read it.
func valuesThatChangeWhileTheyAreSealedAnewStay(t *testing.T, f *fixture) {
	before := newRing("k1")
	old := f.underKeys(t, before)
	e := old.endpoint(t, models.AllEvents)
	rotated := f.underKeys(t, before.with("k2"))
	done := make(chan error, 1)
	go func() { done <- rotated.Across().Reseal(context.WithoutCancel(t.Context()), func(string, int) {}) }()
	secret := rotated.rotated(t, e, 0)
	require.NoError(t, <-done)
	session := rotated.session(t)
	dispatched := rotated.dispatched(t, session)
	require.Equal(t, secret, dispatched.Secret)
}

func damagedValueIsNamedAndKept(t *testing.T, f *fixture) {
	before := newRing("k1")
	old := f.underKeys(t, before)
	e, other := old.endpoint(t), old.endpoint(t)
	_, err := f.raw().ExecContext(t.Context(), "UPDATE webhook_endpoints SET secret_sealed = "+
		"(SELECT secret_sealed FROM webhook_endpoints WHERE id = $1) WHERE id = $2", other.ID, e.ID)
	require.NoError(t, err)
	rotated := f.underKeys(t, before.with("k2"))
	err = rotated.Across().Reseal(t.Context(), func(string, int) {})
	require.ErrorContains(t, err, "webhook_endpoints.secret_sealed: row "+e.ID)
	require.ErrorContains(t, rotated.Across().RetireKey(t.Context(), "k1"), "in webhook_endpoints")
}
