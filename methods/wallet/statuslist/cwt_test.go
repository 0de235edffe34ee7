package statuslist_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/statuslist"
)

// keyOfTheSpecification returns the key that signs the examples of Token Status List.
func keyOfTheSpecification(t testing.TB) *ecdsa.PublicKey {
	t.Helper()
	point := []byte{4} // uncompressed
	for _, coordinate := range []string{
		"I3HWm_0Ds1dPMI-IWmf4mBmH-YaeAVbPVu7vB27CxXo", "6N_d5Elj9bs1htgV3okJKIdbHEpkgTmAluYKJemzn1M",
	} {
		decoded, err := base64.RawURLEncoding.DecodeString(coordinate)
		require.NoError(t, err)
		point = append(point, decoded...)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	require.NoError(t, err)
	return key
}

func TestCWTOfTheSpecificationIsRead(t *testing.T) {
	t.Parallel()
	body, err := hex.DecodeString(vector(t, "token-cwt.txt"))
	require.NoError(t, err)
	token, err := statuslist.ReadCWT(t.Context(), body, statuslist.Options{
		URI: uri, Verify: statuslist.SignedBy(keyOfTheSpecification(t)), Now: now,
	})
	require.NoError(t, err)
	require.Equal(t, 12*time.Hour, token.TTL)
	require.Equal(t, time.Unix(1686920170, 0).UTC(), token.Issued)
	require.Equal(t, time.Unix(2291720170, 0).UTC(), token.Expires)
	require.EqualValues(t, 16, token.Len())
	for index, expected := range []statuslist.Status{statuslist.Invalid, statuslist.Valid, statuslist.Valid} {
		status, err := token.Status(uint64(index))
		require.NoError(t, err)
		require.Equal(t, expected, status)
	}
}
