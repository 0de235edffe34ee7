package passport_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/passportdev"
	"github.com/stile-id/stile/methods/passport/csca"
	"github.com/stile-id/stile/methods/passport/emrtd"
)

// Each folder below testdata has the chip and the authorities of a peer, and the program that made them.
func TestChipsOfPeersAreVerified(t *testing.T) {
	t.Parallel()
	made := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for _, peer := range []string{"openssl"} {
		dir := filepath.Join("testdata", peer)
		trusted, err := csca.Open(csca.FolderOptions{Dir: filepath.Join(dir, "csca")})
		require.NoError(t, err, peer)
		chip, err := passportdev.Open(filepath.Join(dir, "chip"))
		require.NoError(t, err, peer)
		var found csca.Finding
		document, err := emrtd.Verify(chip.Files, emrtd.Options{
			Now: made, Trust: func(signer *emrtd.Certificate) (err error) {
				found, err = trusted.Check(signer, made)
				return err
			},
		})
		require.NoError(t, err, peer)
		require.Contains(t, document.Zone, "SPECIMEN<<UTOPIA", peer)
		require.Equal(t, csca.RevocationGood, found.Revocation, peer)
		require.NoError(t, document.Active([]byte("12345678"), chip.Sign([]byte("12345678"))), peer)
		session, err := emrtd.BeginChip(chip.Groups[emrtd.DG14])
		require.NoError(t, err, peer)
		answers, err := chip.Relay(session.Commands)
		require.NoError(t, err, peer)
		require.NoError(t, session.Answered(chip.Groups[emrtd.DG14], answers), peer)

		chip.SOD[len(chip.SOD)-1-8] ^= 1
		_, err = emrtd.Verify(chip.Files, emrtd.Options{Now: made, Trust: func(*emrtd.Certificate) error { return nil }})
		require.Error(t, err, peer+": altered")
	}
}
