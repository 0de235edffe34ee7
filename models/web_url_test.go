package models_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
)

func TestURLsThatCanBeRequestedAreTaken(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"https://shop.example", "https://shop.example:8443/hook?token=1#part", "http://localhost:3000/done",
		"https://1.1.1.1/hook", "https://[2606:4700::1111]:8443/", "https://bücher.example/hook",
		"https://xn--bcher-kva.example/", "http://stile_receiver:9000/", "https://shop.example./", "HTTPS://SHOP.example/A",
		"https://shop.test/", "https://shop.local/", "https://invalid.example/",
		"https://shop.example/caf%C3%A9", "https://1and1.example/", "https://shop.example:443/",
	} {
		parsed, err := models.ParseWebURL("url", text)
		require.NoError(t, err, text)
		require.NotEmpty(t, parsed.Hostname(), text)
	}
}

func TestURLsThatCannotBeRequestedAreRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	for text, reason := range map[string]string{
		"https://shop.example/hook ":                           "spaces",
		" https://shop.example/hook":                           "spaces",
		"https://shop.example/my hook":                         "spaces",
		"https://shop.example/hook\n":                          "spaces or control characters",
		"https://shop.example/hook\u00a0":                      "spaces",
		"https://shop.example/\x7f":                            "control characters",
		`https://shop.example\@evil/`:                          "backslash",
		"shop.example/hook":                                    "absolute URL",
		"/hook":                                                "absolute URL",
		"https:///hook":                                        "absolute URL",
		"https:shop.example":                                   "absolute URL",
		"ftp://shop.example/hook":                              "http or https",
		"javascript://shop.example/%0a1":                       "http or https",
		"https://shop..example/":                               "valid host",
		"https://-shop.example/":                               "valid host",
		"https://shop.example,/":                               "valid host",
		"https://sho%70.example/":                              "absolute URL",
		"https://xn--ü.example/":                               "valid host",
		"https://a\u200db.example/":                            "valid host",
		"http://2130706433/":                                   "valid host",
		"http://0x7f000001/":                                   "valid host",
		"http://127.1/":                                        "valid host",
		"http://256.1.1.1/":                                    "valid host",
		"http://[fe80::1%25eth0]/":                             "valid host",
		"https://" + strings.Repeat("a", 64) + ".example/":     "valid host",
		"https://" + strings.Repeat("abcdefgh.", 29) + "test/": "valid host",
		"https://shop.example:0/":                              "from 1 to 65535",
		"https://shop.example:65536/":                          "from 1 to 65535",
		"https://shop.example:99999999999/":                    "from 1 to 65535",
		"https://shop.example:21/hook":                         "another protocol",
		"https://shop.example:25/hook":                         "another protocol",
		"https://shop.example:6667/hook":                       "another protocol",
		"https://[2606:4700::1111]:22/":                        "another protocol",
		"https://hooks.shop.invalid/":                          "exists nowhere",
		"https://Invalid.:8443/hook":                           "exists nowhere",
		"https://shop.ｉｎｖａｌｉｄ/":                                "exists nowhere",
	} {
		_, err := models.ParseWebURL("url", text)
		require.Equal(t, models.CodeParameterInvalid, models.CodeOf(err), text)
		var told *models.Error
		require.ErrorAs(t, err, &told)
		require.Equal(t, "url", told.Param)
		require.Contains(t, told.Message, reason, text)
		require.True(t, strings.HasPrefix(told.Message, "url must"), told.Message)
	}
}
