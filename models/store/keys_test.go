package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/models/store"
)

var keyProofScenarios = []scenario{
	foreignKeysAreRefusedByName,
	rotationAddsAKeyAndRetiresAnother,
	everySealedColumnIsSealedAnew,
	resealGoesOnWhereItWasInterrupted,
	valuesThatChangeWhileTheyAreSealedAnewStay,
	damagedValueIsNamedAndKept,
	rowsFromBeforeKeyProofsAreChecked,
	racingProcessesWithDifferentKeysDoNotBothStart,
}

// ring is a keyring of encryption keys by id, and a lookup key.
type ring struct{ encryption, lookup string }

func newRing(ids ...string) ring {
	r := ring{lookup: seal.GenerateKey()}
	for _, id := range ids {
		r = r.with(id)
	}
	return r
}

// with adds a new key in front.
func (r ring) with(id string) ring {
	front := id + ":" + seal.GenerateKey()
	if r.encryption != "" {
		front += "," + r.encryption
	}
	return ring{front, r.lookup}
}

// process is a store with its own keys on the database of f.
func (f *fixture) process(t *testing.T, r ring) *store.Store {
	t.Helper()
	keys, err := seal.ParseKeys(r.encryption, r.lookup)
	require.NoError(t, err)
	o := options(f.url, f.clock.Now)
	o.Keys = keys
	s, err := store.Open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func requireWrongKeys(t *testing.T, want store.WrongKeysError, err error) {
	t.Helper()
	var wrong *store.WrongKeysError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, want, *wrong)
}

func foreignKeysAreRefusedByName(t *testing.T, f *fixture) {
	ours := newRing("k1")
	require.NoError(t, f.process(t, ours).ProveKeys(t.Context()))
	require.NoError(t, f.process(t, ours).ProveKeys(t.Context()), "a second replica")

	foreign := newRing("k2")
	err := f.process(t, foreign).ProveKeys(t.Context())
	requireWrongKeys(t, store.WrongKeysError{Missing: []string{"k1"}, Lookup: true}, err)
	require.ErrorContains(t, err, "STILE_ENCRYPTION_KEYS lacks keys that rows are sealed under: k1")
	require.ErrorContains(t, err, "STILE_LOOKUP_KEY is not the key that rows were hashed under")

	err = f.process(t, ring{newRing("k1").encryption, ours.lookup}).ProveKeys(t.Context())
	requireWrongKeys(t, store.WrongKeysError{Different: []string{"k1"}}, err)
	require.NoError(t, f.process(t, ours).ProveKeys(t.Context()), "a refused process has left no proof")
}

func rotationAddsAKeyAndRetiresAnother(t *testing.T, f *fixture) {
	before := newRing("k1")
	old := f.process(t, before)
	require.NoError(t, old.ProveKeys(t.Context()))
	endpoint, _, err := old.CreateEndpoint(t.Context(), actor, newEndpoint(f.org), 0)
	require.NoError(t, err)
	require.ErrorContains(t, old.Across().RetireKey(t.Context(), "k1"), "first of STILE_ENCRYPTION_KEYS")

	after := before.with("k2")
	rotated := f.process(t, after)
	require.NoError(t, rotated.ProveKeys(t.Context()))
	err = rotated.Across().RetireKey(t.Context(), "k1")
	require.ErrorContains(t, err, "values are sealed under k1: 1 in webhook_endpoints")
	requireWrongKeys(t, store.WrongKeysError{Missing: []string{"k2"}}, f.process(t, before).ProveKeys(t.Context()))

	_, err = f.raw().ExecContext(t.Context(), "DELETE FROM webhook_endpoints WHERE id = $1", endpoint.ID)
	require.NoError(t, err)
	uses, err := rotated.Across().EncryptionKeys(t.Context())
	require.NoError(t, err)
	require.Equal(t, []store.KeyUse{{KeyID: "k1"}, {KeyID: "k2"}}, uses)
	require.NoError(t, rotated.Across().RetireKey(t.Context(), "k1"))
	require.ErrorContains(t, rotated.Across().RetireKey(t.Context(), "k1"), "no encryption key k1 is in use")

	alone, err := seal.ParseKeys(after.encryption, after.lookup)
	require.NoError(t, err)
	require.Equal(t, "k2", alone.Primary())
	second := after.encryption[:len(after.encryption)-len(before.encryption)-1]
	require.NoError(t, f.process(t, ring{second, after.lookup}).ProveKeys(t.Context()))
}

func rowsFromBeforeKeyProofsAreChecked(t *testing.T, f *fixture) {
	ours := newRing("k1")
	old := f.process(t, ours) // records no keys, like the previous version
	_, _, err := old.CreateEndpoint(t.Context(), actor, newEndpoint(f.org), 0)
	require.NoError(t, err)
	_, token, err := old.MintHandoff(t.Context(), store.NewHandoff{
		OrgID: f.org, SessionID: f.session(t).ID, TTL: 1, Reuse: 1,
	})
	require.NoError(t, err)
	require.NotEmpty(t, token)

	err = f.process(t, newRing("k2")).ProveKeys(t.Context())
	requireWrongKeys(t, store.WrongKeysError{Missing: []string{"k1"}, Lookup: true}, err)
	err = f.process(t, ring{newRing("k1").encryption, ours.lookup}).ProveKeys(t.Context())
	requireWrongKeys(t, store.WrongKeysError{Different: []string{"k1"}}, err)
	require.NoError(t, f.process(t, ours.with("k2")).ProveKeys(t.Context()))
	requireWrongKeys(t, store.WrongKeysError{Missing: []string{"k2"}}, f.process(t, ours).ProveKeys(t.Context()))
}

func racingProcessesWithDifferentKeysDoNotBothStart(t *testing.T, f *fixture) {
	processes := []*store.Store{f.process(t, newRing("k1")), f.process(t, newRing("k1"))}
	started := 0
	for _, answer := range race(2, func(i int) (struct{}, error) {
		return struct{}{}, processes[i].ProveKeys(t.Context())
	}) {
		if answer.err == nil {
			started++
			continue
		}
		var wrong *store.WrongKeysError
		require.ErrorAs(t, answer.err, &wrong)
	}
	require.Equal(t, 1, started)
}
