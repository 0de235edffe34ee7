package mail_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/mail"
)

func catalogue(t *testing.T, file string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	var texts map[string]string
	require.NoError(t, json.Unmarshal(content, &texts))
	return texts
}

var placeholders = regexp.MustCompile(`\{[a-z]+\}`)

func placeholdersOf(text string) []string {
	found := placeholders.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestCataloguesHaveTheSameTexts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("locales/*.json")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 8)
	english := catalogue(t, "locales/en.json")
	for _, file := range files {
		texts := catalogue(t, file)
		require.Len(t, texts, len(english), file)
		require.FileExists(t, filepath.Join("../../web/packages/i18n/locales", filepath.Base(file)), "the page has it")
		for key, text := range english {
			require.NotEmpty(t, texts[key], "%s %s", file, key)
			require.Equal(t, placeholdersOf(text), placeholdersOf(texts[key]), "%s %s", file, key)
		}
	}
}

func TestMailIsRenderedInTheLanguageOfTheSession(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		"": "en", "en": "en", "de": "de", "de-AT": "de", "PT-br": "pt", "ar-EG": "ar", "nl": "en", "not a tag": "en",
	} {
		require.Equal(t, want, mail.Language(tag), tag)
	}
	require.Contains(t, letter(t, mail.Letter{Locale: "ar"}).HTML, `<html lang="ar" dir="rtl">`)
	require.Contains(t, letter(t, mail.Letter{Locale: "ja"}).HTML, `<html lang="ja" dir="ltr">`)
}

func TestBothFormsHoldTheCodeAndTheMerchant(t *testing.T) {
	t.Parallel()
	for _, locale := range []string{"ar", "de", "en", "es", "fr", "it", "ja", "pt"} {
		m := letter(t, mail.Letter{Locale: locale, Merchant: mail.Merchant{Name: "Wine & Co", Color: "#1A7F5A"}})
		for _, text := range []string{m.Subject, m.Text, m.HTML} {
			require.Contains(t, text, "012345", locale)
			require.NotContains(t, text, "{", locale)
		}
		require.Contains(t, m.Text, "Wine & Co", locale)
		require.Contains(t, m.HTML, "Wine &amp; Co", locale)
		require.Contains(t, m.HTML, "#1A7F5A", locale)
		require.Contains(t, m.HTML+m.Text, "10", locale)
	}
}

func TestNameAndColorOfAMerchantCannotAddMarkup(t *testing.T) {
	t.Parallel()
	m := letter(t, mail.Letter{Merchant: mail.Merchant{
		Name: `<img src=x onerror=alert(1)>`, Color: `red;background:url(https://evil.example/x)`,
	}})
	require.NotContains(t, m.HTML, "<img")
	require.NotContains(t, m.HTML, "evil.example")
	require.Contains(t, m.Text, "<img") // plain text has no markup
	require.NotContains(t, letter(t, mail.Letter{Merchant: mail.Merchant{Name: "{code} Shop"}}).FromName, "012345")
}

func grantLetter(t *testing.T, locale, merchant string) mail.Message {
	t.Helper()
	return letter(t, mail.Letter{
		Purpose: mail.PurposeGrant, Locale: locale, Merchant: mail.Merchant{Name: merchant},
		Values: map[string]string{
			"revoke":     "https://stile.example/verify/sharing#trg_1.one.x",
			"revoke_all": "https://stile.example/verify/sharing#trg_1.all.y",
		},
	})
}

func TestGrantMailNamesTheMerchantAndHasBothLinksInBothForms(t *testing.T) {
	t.Parallel()
	english := catalogue(t, "locales/en.json")
	for _, locale := range []string{"ar", "de", "en", "es", "fr", "it", "ja", "pt"} {
		m := grantLetter(t, locale, "Acme Carrier")
		for _, text := range []string{m.Subject, m.Text, m.HTML} {
			require.Contains(t, text, "Acme Carrier", locale)
			require.NotContains(t, text, "{", locale)
		}
		texts := catalogue(t, "locales/"+locale+".json")
		for key, link := range map[string]string{"grant.revoke": "trg_1.one.x", "grant.revoke_all": "trg_1.all.y"} {
			label := strings.ReplaceAll(texts[key], "{merchant}", "Acme Carrier")
			address := "https://stile.example/verify/sharing#" + link
			require.Contains(t, m.Text, "\n\n"+label+"\n"+address+"\n\n", locale)
			require.Regexp(t, `<a href="`+regexp.QuoteMeta(address)+`"[^>]*>`+label+`</a>`, m.HTML, locale)
		}
		if locale != "en" {
			require.NotEqual(t, english["grant.intro"], texts["grant.intro"], locale)
		}
	}
	for _, documented := range []string{
		"Acme Carrier just used your existing Stile verification.",
		"If you didn't expect this, click here to revoke their access",
	} {
		require.Contains(t, grantLetter(t, "en", "Acme Carrier").Text, documented)
	}
}

func TestValuesOfAGrantMailCannotAddMarkup(t *testing.T) {
	t.Parallel()
	m := letter(t, mail.Letter{
		Purpose: mail.PurposeGrant, Merchant: mail.Merchant{Name: `</a><script>alert(1)</script>`},
		Values: map[string]string{"revoke": "javascript:alert(1)", "revoke_all": `https://x.example/"><img src=x>`},
	})
	for _, markup := range []string{"<script", "javascript:", "<img"} {
		require.NotContains(t, m.HTML, markup)
	}
	require.NotContains(t, grantLetter(t, "en", "{revoke} Shop").Subject, "https://")
}

func TestUnknownPurposeIsAnError(t *testing.T) {
	t.Parallel()
	_, err := mail.Render(mail.Letter{Purpose: "greeting"})
	require.ErrorContains(t, err, "greeting")
}

func TestLinesOfPlainTextEndWithTheFooter(t *testing.T) {
	t.Parallel()
	m := letter(t, mail.Letter{Merchant: mail.Merchant{Name: "Wine & Co"}})
	require.True(t, strings.HasPrefix(m.Text, "Your code for Wine & Co\n\n"), m.Text)
	require.Contains(t, m.Text, "\n\n012345\n\n")
	require.Contains(t, m.Text, "\n-- \n")
}
