package sdjwtvc_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
)

func TestPresentationsOfAnotherImplementationAreVerified(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/peer/peer.json")
	require.NoError(t, err)
	var peers []struct {
		Alg, Credential, Presentation string
		Issuer                        map[string]any
	}
	require.NoError(t, json.Unmarshal(text, &peers))
	require.Len(t, peers, 4)
	for _, peer := range peers {
		t.Run(peer.Alg, func(t *testing.T) {
			t.Parallel()
			o := options()
			o.Keys = sdjwtvc.MetadataKeys(serve(map[string]any{
				"https://pid.example/.well-known/jwt-vc-issuer/de": map[string]any{
					"issuer": issuerName, "jwks": map[string]any{"keys": []any{peer.Issuer}},
				},
			}))
			c, err := sdjwtvc.Verify(t.Context(), peer.Presentation, o)
			require.NoError(t, err)
			require.Equal(t, map[string]any{"18": true}, c.Claims["age_equal_or_over"])
			require.NotContains(t, c.Claims, "family_name")
			require.Equal(t, &sdjwtvc.Status{URI: "https://status.example/1", Index: 412}, c.Status)
			pid, err := c.ReadPID(now)
			require.NoError(t, err)
			require.Equal(t, "Astrid", pid.GivenName)
			require.Equal(t, []string{"SE"}, pid.Nationalities)

			_, err = sdjwtvc.Verify(t.Context(), strings.Replace(peer.Presentation, "~", "~"+"WyJzIiwgMV0~", 1), o)
			requireCode(t, sdjwtvc.SDHashMismatch, err)

			o.WithoutKeyBinding = true
			c, err = sdjwtvc.Verify(t.Context(), peer.Credential, o)
			require.NoError(t, err)
			pid, err = c.ReadPID(now)
			require.NoError(t, err)
			require.Equal(t, "Holmgren", pid.FamilyName)
			require.Equal(t, time.Date(1978, 4, 10, 0, 0, 0, 0, time.UTC), pid.Birthdate)
			require.Equal(t, []string{"NO", "SE"}, pid.Nationalities)
			require.Equal(t, map[string]any{"locality": "Viken", "country": "NO"}, c.Claims["address"])
		})
	}
}
