package catalogue_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/catalogue"
)

func TestLanguageIsTheFirstKnownOne(t *testing.T) {
	t.Parallel()
	c := catalogue.MustLoad(fstest.MapFS{
		"texts/de.json": {Data: []byte(`{"a": "A {merchant}"}`)}, "texts/en.json": {Data: []byte(`{"a": "B"}`)},
	}, "texts")
	require.Equal(t, "A {merchant}", c["de"]["a"])
	for want, tags := range map[string][][]string{
		"de": {{"de"}, {"DE-at"}, {"nl", "de"}, {"", "de", "en"}},
		"en": {nil, {""}, {"nl"}, {"en-GB", "de"}, {"not a tag"}},
	} {
		for _, of := range tags {
			require.Equal(t, want, c.Language(of...), of)
		}
	}
}

func TestFillReplacesNothingInsideOfValues(t *testing.T) {
	t.Parallel()
	filled := catalogue.Fill("{merchant} asks {days} {unknown}.", map[string]string{"merchant": "{days}", "days": "7"})
	require.Equal(t, "{days} asks 7 .", filled)
}

func TestMustLoadPanicsForAFaultyFile(t *testing.T) {
	t.Parallel()
	require.Panics(t, func() {
		catalogue.MustLoad(fstest.MapFS{"texts/de.json": {Data: []byte("[]")}}, "texts")
	})
}
