package seal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models/seal"
)

var here = seal.Place{Table: "sessions.email", Row: "vks_1", Org: "org_1"}

func ring(t *testing.T, encryption string) *seal.Keyring {
	t.Helper()
	k, err := seal.ParseKeys(encryption, lookup)
	require.NoError(t, err)
	return k
}

var (
	first  = "k1:" + seal.GenerateKey()
	second = "k2:" + seal.GenerateKey()
	lookup = seal.GenerateKey()
)

func TestSealedValueOpensOnlyInItsPlace(t *testing.T) {
	t.Parallel()
	k := ring(t, first)
	sealed := k.Seal([]byte("1990-01-31"), here)
	require.NotContains(t, sealed, "1990")
	plain, err := k.Open(sealed, here)
	require.NoError(t, err)
	require.Equal(t, "1990-01-31", string(plain))
	for _, elsewhere := range []seal.Place{
		{Table: "sessions.phone", Row: "vks_1", Org: "org_1"},
		{Table: "sessions.email", Row: "vks_2", Org: "org_1"},
		{Table: "sessions.email", Row: "vks_1", Org: "org_2"},
	} {
		_, err := k.Open(sealed, elsewhere)
		require.Error(t, err)
	}
}

func TestOldKeyStillOpensAfterRotation(t *testing.T) {
	t.Parallel()
	sealed := ring(t, first).Seal([]byte("x"), here)
	rotated := ring(t, second+","+first)
	plain, err := rotated.Open(sealed, here)
	require.NoError(t, err)
	require.Equal(t, "x", string(plain))
	require.Contains(t, rotated.Seal([]byte("x"), here), "k2.")
	_, err = ring(t, second).Open(sealed, here)
	require.ErrorIs(t, err, seal.ErrUnknownKey)
}

func TestDamagedValueDoesNotOpen(t *testing.T) {
	t.Parallel()
	k := ring(t, first)
	for _, damaged := range []string{"", "k1", "k1.", "k1.!!!", "k1.AAAA", k.Seal([]byte("x"), here) + "A"} {
		_, err := k.Open(damaged, here)
		require.Error(t, err, damaged)
	}
}

func TestDigestKeepsPurposesAndPartsApart(t *testing.T) {
	t.Parallel()
	k := ring(t, first)
	require.Equal(t, k.Digest("email", []byte("a")), k.Digest("email", []byte("a")))
	require.NotEqual(t, k.Digest("email", []byte("a")), k.Digest("phone", []byte("a")))
	require.NotEqual(t, k.Digest("x", []byte("ab"), []byte("c")), k.Digest("x", []byte("a"), []byte("bc")))
}

func TestBadKeysAreRefused(t *testing.T) {
	t.Parallel()
	for _, encryption := range []string{
		"", "k1", "k1:short", ":" + seal.GenerateKey(), "a.b:" + seal.GenerateKey(), first + "," + first,
	} {
		_, err := seal.ParseKeys(encryption, lookup)
		require.Error(t, err, encryption)
	}
	_, err := seal.ParseKeys(first, "short")
	require.Error(t, err)
}
