package methods_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
)

func TestUploadTypeIsWhatTheContentShows(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"\xFF\xD8\xFF\xE0 exif":                   methods.TypeJPEG,
		"\x89PNG\r\n\x1A\n....":                   methods.TypePNG,
		"RIFF\x24\x00\x00\x00WEBPVP8 ":            methods.TypeWebP,
		"\x00\x00\x00\x18ftypheic....":            methods.TypeHEIC,
		"\x00\x00\x00\x18ftypmif1....":            methods.TypeHEIC,
		"\x00\x00\x00\x18ftypisom....":            methods.TypeMP4,
		"\x00\x00\x00\x14ftypqt  ....":            methods.TypeQuickTime,
		"\x1A\x45\xDF\xA3\x9F\x42\x82\x84webm...": methods.TypeWebM,
		"\x61\x03abc":                             methods.TypeChipData,
		"\x75\x82\x00\x04abcd":                    methods.TypeChipData,
		"\x77\x81\x02ab":                          methods.TypeChipData,
	} {
		got, known := methods.UploadType([]byte(content))
		require.True(t, known, "%q", content)
		require.Equal(t, want, got, "%q", content)
		require.Contains(t, methods.UploadTypes(), got)
	}
	for _, content := range []string{
		"", "\x61", "%PDF-1.7", "<svg xmlns='http://www.w3.org/2000/svg'/>", "<html><script>", "GIF89a", "PK\x03\x04", "MZ",
		"\x00\x00\x00\x18ftypavif....", "\x1A\x45\xDF\xA3\x9F\x42\x82\x88matroska", "RIFF\x24\x00\x00\x00WAVEfmt ",
		"\x61\x04abc", "\x61\x03abcd", "\x75\x82\x00", "\x75\x84\x00\x00\x00\x01a", "\x75\x80ab", "\x62\x03abc",
	} {
		_, known := methods.UploadType([]byte(content))
		require.False(t, known, "%q", content)
	}
}
