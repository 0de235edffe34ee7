package models_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
)

func TestPrintableTextIsOneShortLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                             "",
		"naïve id 'x' \\ \"":           "naïve id 'x' \\ \"",
		"日本語 \u00a0🎂":                  "日本語 \u00a0🎂",
		"a\nb\r\n\tc":                  `a\nb\r\n\tc`,
		"\x00\x1b[31m\x7f":             `\x00\x1b[31m\x7f`,
		"\u0085\u2028\u2029":           `\u0085\u2028\u2029`,
		"a\u202eb\u200b\ufeff":         `a\u202eb\u200b\ufeff`,
		"\xff\xc3":                     `\xff\xc3`,
		"\uFFFD":                       "\uFFFD",
		strings.Repeat("é", 41):        strings.Repeat("é", 40) + "…",
		strings.Repeat("a", 39) + "\n": strings.Repeat("a", 39) + "…", // an escape is shown whole or not at all
	} {
		require.Equal(t, want, models.Printable(text, 40), "%q", text)
	}
	require.LessOrEqual(t, len(models.Printable(strings.Repeat("\u2028", 1<<20), 40)), 43)
}
