package sessions_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/sessions"
)

// TestConsentTextHasAPurposeForEveryBiometricMethod fails when a biometric method is added without its purpose.
func TestConsentTextHasAPurposeForEveryBiometricMethod(t *testing.T) {
	t.Parallel()
	texts := map[string]bool{}
	for _, method := range rules.Methods() {
		if !method.Biometric() {
			continue
		}
		text := sessions.ConsentText(models.Session{Methods: models.AsJSON([]rules.Method{method})}, "Shop")
		require.Contains(t, text, "and used to ", method)
		require.NotContains(t, text, "The law allows")
		texts[text] = true
	}
	require.Len(t, texts, 3)

	days := 1095
	text := sessions.ConsentText(models.Session{
		Methods:    models.AsJSON(rules.Methods()),
		Compliance: models.AsJSON(models.ComplianceResult{BiometricRetentionDays: &days}),
	}, "Shop")
	require.Contains(t, text, "used to estimate your age, to see that a real person is in front of the camera and to "+
		"compare your face with the photo of your document, and for nothing else")
	require.Contains(t, text, "The law allows the data to be kept for 1095 days at most.")
}
