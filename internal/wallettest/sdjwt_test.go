package wallettest_test

import (
	"encoding/pem"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/wallettest"
	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc/sdjwtvctest"
)

// accepting returns the Options of Stile for a PID. The root must have signed the issuer's certificate.
func accepting(t *testing.T, root string) sdjwtvc.Options {
	t.Helper()
	block, _ := pem.Decode([]byte(root))
	require.NotNil(t, block)
	parent, err := mdoc.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	return sdjwtvc.Options{
		Types: []string{sdjwtvc.PIDType}, Nonce: nonce, Audience: clientID, Now: time.Now(), Skew: time.Minute,
		Trust: func(issuer sdjwtvc.Issuer) error {
			require.Equal(t, "https://issuer.example", issuer.Name)
			signer, err := mdoc.ParseCertificate(issuer.Chain[0].Raw)
			require.NoError(t, err)
			require.True(t, signer.SignedBy(parent))
			return nil
		},
	}
}

func TestSDJWTsOfTheWalletVerifyByEachAlgorithm(t *testing.T) {
	t.Parallel()
	wallet := wallettest.Start(t, wallettest.Options{})
	for at, algorithm := range algorithms {
		t.Run(algorithm, func(t *testing.T) {
			t.Parallel()
			presentation, root := wallet.SDJWT(t, wallettest.SDJWT{
				Kind: wallettest.PIDSDJWT, Algorithm: algorithm,
				Paths: [][]any{{"family_name"}, {"age_equal_or_over", "18"}, {"nationalities", nil}, {"place_of_birth"}},
				Nonce: nonce, Audience: clientID,
				Options: wallettest.Document{
					DeviceAlgorithm: algorithm, DigestAlgorithm: []string{"SHA-256", "SHA-384", "SHA-512"}[at%3],
					Status: &wallettest.Status{URI: "https://status.example/1", Index: 412},
				},
			})
			o := accepting(t, root)
			credential, err := sdjwtvc.Verify(t.Context(), presentation, o)
			require.NoError(t, err)
			require.Equal(t, &sdjwtvc.Status{URI: "https://status.example/1", Index: 412}, credential.Status)
			require.Equal(t, map[string]any{"18": true}, credential.Claims["age_equal_or_over"])
			require.Equal(t, map[string]any{"country": "NL", "locality": "Leiden"}, credential.Claims["place_of_birth"])
			require.NotContains(t, credential.Claims, "given_name")
			pid, err := credential.ReadPID(o.Now)
			require.NoError(t, err)
			require.Equal(t, "Lovelace", pid.FamilyName)
			require.Equal(t, []string{"NL"}, pid.Nationalities)

			o.Nonce = "another nonce"
			_, err = sdjwtvc.Verify(t.Context(), presentation, o)
			require.ErrorIs(t, err, &sdjwtvc.Fault{Code: sdjwtvc.NonceMismatch})
		})
	}
}

func TestSDJWTsOfOurTestsVerifyByThePackage(t *testing.T) {
	t.Parallel()
	wallet := wallettest.Start(t, wallettest.Options{})
	for _, algorithm := range algorithms {
		issuer := sdjwtvctest.NewIssuer(algorithm, "https://issuer.example", time.Now())
		pid := sdjwtvctest.NewPID(issuer, algorithm, nonce, clientID, time.Now())
		delete(pid.Claims, "status") // the package would fetch the list
		presentation := pid.Present()
		claims, fault := wallet.VerifySDJWT(t, presentation, sdjwtvctest.JWK(issuer.Key), nonce)
		require.Empty(t, fault, algorithm)
		require.Equal(t, map[string]any{"18": true}, claims["age_equal_or_over"])

		_, fault = wallet.VerifySDJWT(t, presentation, sdjwtvctest.JWK(sdjwtvctest.Key(algorithm)), nonce)
		require.Contains(t, fault, "SDJWTException", algorithm)
		_, fault = wallet.VerifySDJWT(t, presentation, sdjwtvctest.JWK(issuer.Key), "another nonce")
		require.Contains(t, fault, "SDJWTException", algorithm)
	}
}
