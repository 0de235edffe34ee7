package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var organizationScenarios = []scenario{
	organizationIsKeptAsCreated,
	organizationIsCachedBriefly,
	unknownOrganizationIsMissing,
	signingKeysComeNewestFirst,
	signingKeyIsNotReplaced,
}

var keyScenarios = []scenario{
	keyAuthenticatesItsHolder,
	unknownKeyIsInvalid,
	keyNeedsAnOrganization,
	keyRevokedAtOnceIsInvalid,
	keyRevokedWithGraceWorksUntilItsEnd,
	refusedKeyStaysRefused,
	revokedKeyKeepsItsEarlierEnd,
	onlyItsOrganizationRevokesAKey,
	keysAreListedNewestFirst,
	changesOfKeysAreAudited,
	auditLogIsTheOrganizationsOwn,
}

func organizationIsKeptAsCreated(t *testing.T, f *fixture) {
	created, err := f.Across().CreateOrganization(t.Context(), models.Organization{
		Name: "Bodega", Sandbox: true, PublishableCreateBlocked: true,
	})
	require.NoError(t, err)
	require.True(t, models.PrefixOrg.HasPrefix(created.ID))
	require.Equal(t, f.Now(), created.Created)

	read, err := f.Across().Organization(t.Context(), created.ID)
	require.NoError(t, err)
	require.Equal(t, created, read)
	require.Equal(t, []string{"organization.create"}, f.audited(t, created.ID, created.ID))
}

func organizationIsCachedBriefly(t *testing.T, f *fixture) {
	sandbox := func() bool {
		org, err := f.Across().Organization(t.Context(), f.org)
		require.NoError(t, err)
		return org.Sandbox
	}
	require.True(t, sandbox())
	_, err := f.raw().ExecContext(t.Context(), "UPDATE organizations SET sandbox = FALSE")
	require.NoError(t, err)
	f.clock.Advance(3*time.Second - time.Microsecond)
	require.True(t, sandbox())
	f.clock.Advance(time.Microsecond)
	require.False(t, sandbox())
}

func unknownOrganizationIsMissing(t *testing.T, f *fixture) {
	_, err := f.Across().Organization(t.Context(), "org_unknown")
	requireCode(t, models.CodeResourceMissing, err)
}

func signingKeysComeNewestFirst(t *testing.T, f *fixture) {
	older := store.SigningKey{ID: "older", Seed: []byte("0123456789abcdef0123456789abcdef")}
	newer := store.SigningKey{ID: "newer", Seed: []byte("fedcba9876543210fedcba9876543210")}
	require.NoError(t, f.Across().AddSigningKey(t.Context(), older))
	f.clock.Advance(time.Second)
	require.NoError(t, f.Across().AddSigningKey(t.Context(), newer))

	keys, err := f.Across().SigningKeys(t.Context())
	require.NoError(t, err)
	older.Created, newer.Created = keys[1].Created, keys[0].Created
	require.Equal(t, []store.SigningKey{newer, older}, keys)
	require.True(t, newer.Created.After(older.Created.Time))
}

func signingKeyIsNotReplaced(t *testing.T, f *fixture) {
	const replicas = 5
	allOf(t, race(replicas, func(i int) (any, error) {
		return nil, f.Across().AddSigningKey(t.Context(), store.SigningKey{ID: "initial", Seed: []byte{byte(i)}})
	}))
	first, err := f.Across().SigningKeys(t.Context())
	require.NoError(t, err)
	require.Len(t, first, 1)

	require.NoError(t, f.Across().AddSigningKey(t.Context(), store.SigningKey{ID: "initial", Seed: []byte{replicas}}))
	again, err := f.Across().SigningKeys(t.Context())
	require.NoError(t, err)
	require.Equal(t, first, again)
}

func (f *fixture) key(t *testing.T, kind models.KeyKind) (models.APIKey, string) {
	t.Helper()
	key, secret, err := f.CreateKey(t.Context(), f.org, actor, kind)
	require.NoError(t, err)
	return key, secret
}

func (f *fixture) authenticate(t *testing.T, secret string) (store.KeyHolder, error) {
	t.Helper()
	return f.Across().Authenticate(t.Context(), store.HashKey(secret))
}

// audited returns the audit actions on a target.
func (f *fixture) audited(t *testing.T, org, target string) []string {
	t.Helper()
	entries, _, err := f.AuditLog(t.Context(), org, store.Page{Limit: 100})
	require.NoError(t, err)
	actions := []string{}
	for _, entry := range entries {
		if entry.Target == target {
			actions = append(actions, entry.Action)
		}
	}
	return actions
}

func keyAuthenticatesItsHolder(t *testing.T, f *fixture) {
	for kind, prefix := range map[models.KeyKind]string{
		models.SecretKey: "stile_sk_", models.PublishableKey: "stile_pk_",
	} {
		key, secret := f.key(t, kind)
		require.True(t, strings.HasPrefix(secret, prefix))
		require.True(t, strings.HasSuffix(secret, key.Hint))
		require.Len(t, key.Hint, 4)

		holder, err := f.authenticate(t, secret)
		require.NoError(t, err)
		require.Equal(t, key, holder.Key)
		require.Equal(t, f.org, holder.Org.ID)
	}
}

func unknownKeyIsInvalid(t *testing.T, f *fixture) {
	key, secret := f.key(t, models.SecretKey)
	for _, wrong := range []string{"", "stile_sk_unknown", secret + "x", secret[1:], key.Hash} {
		_, err := f.authenticate(t, wrong)
		requireCode(t, models.CodeAPIKeyInvalid, err)
	}
}

func keyNeedsAnOrganization(t *testing.T, f *fixture) {
	_, _, err := f.CreateKey(t.Context(), "org_unknown", actor, models.SecretKey)
	requireCode(t, models.CodeResourceMissing, err)
	require.Zero(t, f.count(t, "SELECT count(*) FROM api_keys"))
	require.Zero(t, f.count(t, "SELECT count(*) FROM audit_log WHERE org_id = 'org_unknown'"))
}

func keyRevokedAtOnceIsInvalid(t *testing.T, f *fixture) {
	key, secret := f.key(t, models.SecretKey)
	_, other := f.key(t, models.SecretKey)
	revoked, err := f.RevokeKey(t.Context(), f.org, actor, key.ID, 0)
	require.NoError(t, err)
	require.Equal(t, ptr(f.Now()), revoked.RevokedAt)

	_, err = f.authenticate(t, secret)
	requireCode(t, models.CodeAPIKeyInvalid, err)
	_, err = f.authenticate(t, other)
	require.NoError(t, err)
}

func keyRevokedWithGraceWorksUntilItsEnd(t *testing.T, f *fixture) {
	key, secret := f.key(t, models.SecretKey)
	_, err := f.RevokeKey(t.Context(), f.org, actor, key.ID, time.Hour)
	require.NoError(t, err)

	f.clock.Advance(time.Hour - time.Microsecond)
	_, err = f.authenticate(t, secret)
	require.NoError(t, err)

	f.clock.Advance(time.Microsecond)
	_, err = f.authenticate(t, secret)
	requireCode(t, models.CodeAPIKeyInvalid, err)
}

// A clock that is set back must not revive a key, whichever replica noticed its end.
func refusedKeyStaysRefused(t *testing.T, f *fixture) {
	notice := map[string]func(key models.APIKey, secret string){
		"presented": func(_ models.APIKey, secret string) {
			_, err := f.authenticate(t, secret)
			requireCode(t, models.CodeAPIKeyInvalid, err)
		},
		"revoked again": func(key models.APIKey, _ string) {
			_, err := f.RevokeKey(t.Context(), f.org, actor, key.ID, 0)
			require.NoError(t, err)
		},
	}
	for name, see := range notice {
		key, secret := f.key(t, models.SecretKey)
		_, err := f.RevokeKey(t.Context(), f.org, actor, key.ID, time.Hour)
		require.NoError(t, err)
		f.clock.Advance(2 * time.Hour)
		see(key, secret)
		f.clock.Advance(-2 * time.Hour)
		_, err = f.authenticate(t, secret)
		requireCode(t, models.CodeAPIKeyInvalid, err)
		again, err := f.RevokeKey(t.Context(), f.org, actor, key.ID, 0)
		require.NoError(t, err)
		require.Equal(t, models.AtPtr(f.clock.Now().Add(time.Hour)), again.RevokedAt, name)
	}

	key, secret := f.key(t, models.SecretKey)
	_, err := f.RevokeKey(t.Context(), f.org, actor, key.ID, 0)
	require.NoError(t, err)
	f.clock.Advance(-time.Hour)
	_, err = f.authenticate(t, secret)
	requireCode(t, models.CodeAPIKeyInvalid, err)
}

func revokedKeyKeepsItsEarlierEnd(t *testing.T, f *fixture) {
	key, _ := f.key(t, models.SecretKey)
	for _, step := range []struct{ grace, want time.Duration }{
		{grace: time.Hour, want: time.Hour},
		{grace: 2 * time.Hour, want: time.Hour},      // not extended
		{grace: time.Minute, want: time.Minute},      // but shortened
		{grace: 30 * time.Minute, want: time.Minute}, // and not extended again
	} {
		revoked, err := f.RevokeKey(t.Context(), f.org, actor, key.ID, step.grace)
		require.NoError(t, err)
		require.Equal(t, models.AtPtr(f.clock.Now().Add(step.want)), revoked.RevokedAt)
	}
	require.ElementsMatch(t, []string{"api_key.create", "api_key.revoke", "api_key.revoke"}, f.audited(t, f.org, key.ID))
}

func onlyItsOrganizationRevokesAKey(t *testing.T, f *fixture) {
	key, secret := f.key(t, models.SecretKey)
	_, foreign := f.RevokeKey(t.Context(), f.foreign, actor, key.ID, 0)
	requireCode(t, models.CodeResourceMissing, foreign)
	_, unknown := f.RevokeKey(t.Context(), f.org, actor, "key_unknown", 0)
	requireCode(t, models.CodeResourceMissing, unknown)
	_, err := f.authenticate(t, secret)
	require.NoError(t, err)
}

func keysAreListedNewestFirst(t *testing.T, f *fixture) {
	older, _ := f.key(t, models.SecretKey)
	f.clock.Advance(time.Second)
	newer, _ := f.key(t, models.PublishableKey)

	keys, more, err := f.Keys(t.Context(), f.org, store.Page{Limit: 10})
	require.NoError(t, err)
	require.False(t, more)
	require.Equal(t, []models.APIKey{newer, older}, keys)

	none, _, err := f.Keys(t.Context(), f.foreign, store.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, none)
}

func changesOfKeysAreAudited(t *testing.T, f *fixture) {
	f.clock.Advance(time.Second)
	key, _ := f.key(t, models.PublishableKey)
	f.clock.Advance(time.Second)
	_, err := f.RevokeKey(t.Context(), f.org, "key_admin", key.ID, 90*time.Second)
	require.NoError(t, err)

	entries, _, err := f.AuditLog(t.Context(), f.org, store.Page{Limit: 2})
	require.NoError(t, err)
	require.Len(t, entries, 2)
	for i, want := range []models.AuditEntry{
		{Actor: "key_admin", Action: "api_key.revoke", Detail: detail("grace_seconds", 90.0), Created: f.Now()},
		{Actor: actor, Action: "api_key.create", Detail: detail("kind", "publishable"), Created: key.Created},
	} {
		want.ID, want.OrgID, want.Target = entries[i].ID, f.org, key.ID
		require.Equal(t, want, entries[i])
	}
}

func detail(name string, value any) models.JSON[map[string]any] {
	return models.AsJSON(map[string]any{name: value})
}

func auditLogIsTheOrganizationsOwn(t *testing.T, f *fixture) {
	key, _ := f.key(t, models.SecretKey)
	require.NotEmpty(t, f.audited(t, f.org, key.ID))
	require.Empty(t, f.audited(t, f.foreign, key.ID))
}
