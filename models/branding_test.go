package models_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
)

func TestColorIsSixHexadecimalDigits(t *testing.T) {
	t.Parallel()
	color, err := models.ParseColor("color", "#1A7F5a")
	require.NoError(t, err)
	require.Equal(t, "#1a7f5a", color)
	for _, wrong := range []string{"", "1A7F5A", "#1A7", "#1A7F5A00", "#1A7F5G", "green", "#1A7F5A;", "#1A7F5A\n"} {
		_, err := models.ParseColor("color", wrong)
		require.Equal(t, models.CodeParameterInvalid, models.CodeOf(err), wrong)
	}
}

func TestEveryColorTakesReadableText(t *testing.T) {
	t.Parallel()
	for background, want := range map[string]string{
		"#000000": "white 21.0", "#ffffff": "black 21.0", "#ffff00": "black 19.6", "#0000ff": "white 8.6",
		"#777777": "black 4.7",
	} {
		text, contrast := models.TextOn(background)
		require.Equal(t, want, fmt.Sprintf("%s %.1f", text, contrast), background)
	}
	least := math.Inf(1)
	for r := 0; r < 256; r += 3 {
		for g := 0; g < 256; g += 3 {
			for b := 0; b < 256; b += 3 {
				_, contrast := models.TextOn(fmt.Sprintf("#%02x%02x%02x", r, g, b))
				least = min(least, contrast)
			}
		}
	}
	require.Greater(t, least, 4.5)
}

func TestLogoIsASmallImage(t *testing.T) {
	t.Parallel()
	png := []byte("\x89PNG\r\n\x1A\n" + "picture")
	for content, want := range map[string]string{
		string(png): "image/png", "\xFF\xD8\xFF\xE0": "image/jpeg", "RIFF\x24\x00\x00\x00WEBPVP8 ": "image/webp",
	} {
		logo, err := models.ParseLogo("logo", []byte(content))
		require.NoError(t, err)
		require.Equal(t, want, logo.MediaType)
		require.Len(t, logo.Digest, 64)
	}
	largest := append(png, make([]byte, models.LongestLogo-len(png))...)
	_, err := models.ParseLogo("logo", largest)
	require.NoError(t, err)
	for _, wrong := range []string{
		"", "<svg xmlns='http://www.w3.org/2000/svg'/>", "<html>", "GIF89a", "%PDF-1.7", string(largest) + "x",
	} {
		_, err := models.ParseLogo("logo", []byte(wrong))
		require.Equal(t, models.CodeParameterInvalid, models.CodeOf(err), models.Clip(wrong, 20))
	}
}
