package sessions_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
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
		shown := sessions.ConsentTextFor(models.Session{Methods: models.AsJSON([]rules.Method{method})}, "Shop", nil)
		require.Contains(t, shown.Text, "and used to ", method)
		require.NotContains(t, shown.Text, "The law allows")
		texts[shown.Text] = true
	}
	require.Len(t, texts, 3)

	shown := sessions.ConsentTextFor(retained(), "Shop", nil)
	require.Contains(t, shown.Text, "used to estimate your age, to see that a real person is in front of the camera and "+
		"to compare your face with the photo of your document, and for nothing else")
	require.Contains(t, shown.Text, "is kept. The law allows the data to be kept for 1095 days at most. You need not")
}

// retained returns a session with every method, whose law allows to keep measurements of a face.
func retained() models.Session {
	days := 1095
	return models.Session{
		Methods:    models.AsJSON(rules.Methods()),
		Compliance: models.AsJSON(models.ComplianceResult{BiometricRetentionDays: &days}),
	}
}

func TestConsentTextIsInTheLanguageOfThePage(t *testing.T) {
	t.Parallel()
	german := "de-AT"
	for want, asked := range map[string]struct {
		wanted []string
		locale *string
	}{
		"fr": {wanted: []string{"fr-CA", "en"}, locale: &german},
		"de": {wanted: []string{"nl", "xx"}, locale: &german},
		"en": {wanted: []string{"nl"}},
	} {
		session := retained()
		session.Locale = asked.locale
		shown := sessions.ConsentTextFor(session, "Shop", asked.wanted)
		require.Equal(t, want, shown.Locale)
		require.Equal(t, "2026-11-28-"+want, shown.Version)
	}
}

var placeholders = regexp.MustCompile(`\{[a-z]+\}`)

func placeholdersOf(text string) []string {
	found := placeholders.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestConsentTextIsCompleteInEachLanguage(t *testing.T) {
	t.Parallel()
	read := func(file string) (texts map[string]string) {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(content, &texts))
		return texts
	}
	files, err := filepath.Glob("consent/*.json")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 8)
	english, seen := read("consent/en.json"), map[string]bool{}
	for _, file := range files {
		texts := read(file)
		require.Len(t, texts, len(english), file)
		require.FileExists(t, filepath.Join("../web/packages/i18n/locales", filepath.Base(file)), "the page has it as well")
		for key, text := range english {
			require.Equal(t, placeholdersOf(text), placeholdersOf(texts[key]), "%s %s", file, key)
			if key != "space" {
				require.NotEmpty(t, texts[key], "%s %s", file, key)
			}
		}
		locale := strings.TrimSuffix(filepath.Base(file), ".json")
		shown := sessions.ConsentTextFor(retained(), "Shop", []string{locale})
		require.Equal(t, locale, shown.Locale)
		require.NotRegexp(t, `[{}]`, shown.Text)
		require.Contains(t, shown.Text, "Shop")
		require.Contains(t, shown.Text, "1095")
		seen[shown.Text] = true
	}
	require.Len(t, seen, len(files), "no two languages have the same text")
}
