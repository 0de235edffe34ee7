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

// testdata/openssl has the chip, its authorities, and the program that made them.
func TestChipOfOpenSSLIsVerified(t *testing.T) {
	t.Parallel()
	made := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	dir := filepath.Join("testdata", "openssl")
	trusted, err := csca.Open(csca.FolderOptions{Dir: filepath.Join(dir, "csca")})
	require.NoError(t, err)
	chip, err := passportdev.Open(filepath.Join(dir, "chip"))
	require.NoError(t, err)
	var found csca.Finding
	document, err := emrtd.Verify(chip.Files, emrtd.Options{
		Now: made, Trust: func(signer *emrtd.Certificate) (err error) {
			found, err = trusted.Check(signer, made)
			return err
		},
	})
	require.NoError(t, err)
	require.Contains(t, document.Zone, "SPECIMEN<<UTOPIA")
	require.Equal(t, csca.RevocationGood, found.Revocation)
	require.NoError(t, document.Active([]byte("12345678"), chip.Sign([]byte("12345678"))))
	session, err := emrtd.BeginChip(chip.Groups[emrtd.DG14])
	require.NoError(t, err)
	answers, err := chip.Relay(session.Commands)
	require.NoError(t, err)
	require.NoError(t, session.Answered(chip.Groups[emrtd.DG14], answers))

	chip.SOD[len(chip.SOD)-1-8] ^= 1
	_, err = emrtd.Verify(chip.Files, emrtd.Options{Now: made, Trust: func(*emrtd.Certificate) error { return nil }})
	require.Error(t, err, "altered")
}
