package wallettest_test

import (
	"context"
	"crypto/x509"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/wallettest"
	"github.com/stile-id/stile/methods/wallet/statuslist"
)

func TestStatusListsOfThePackageAreRead(t *testing.T) {
	t.Parallel()
	wallet := wallettest.Start(t, wallettest.Options{})
	const uri = "https://status.example/1"
	for _, bits := range []int{1, 2, 4, 8} {
		statuses := make([]int, 1000)
		for at := range statuses {
			statuses[at] = at * at % (1 << bits)
		}
		list, err := statuslist.Read(t.Context(), wallet.StatusList(t, uri, bits, statuses), statuslist.Options{
			URI: uri, Now: time.Now(), Skew: time.Minute,
			Verify: func(ctx context.Context, h statuslist.Header, signed, signature []byte) error {
				signer, err := x509.ParseCertificate(h.Chain[0])
				require.NoError(t, err)
				return statuslist.SignedBy(signer.PublicKey)(ctx, h, signed, signature)
			},
		})
		require.NoError(t, err, bits)
		require.Equal(t, 10*time.Minute, list.TTL)
		for at, want := range statuses {
			value, err := list.Value(uint64(at))
			require.NoError(t, err)
			require.EqualValues(t, want, value, "%d bits, index %d", bits, at)
		}
	}
}
