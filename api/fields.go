package api

import (
	"net/url"
	"unicode/utf8"

	"github.com/stile-id/stile/models"
)

// The limits of free text, in characters.
const (
	longestName        = 200
	longestReference   = 255
	longestDescription = 500
	longestURL         = 2048
)

func missing(param string) error {
	return models.Invalid(param, "Missing required parameter: %s", param)
}

// checkText bounds a text that may be absent.
func checkText(param string, text *string, longest int) error {
	if text != nil && utf8.RuneCountInString(*text) > longest {
		return models.Invalid(param, "%s must not be longer than %d characters", param, longest)
	}
	return nil
}

// webURL reads an absolute URL of the web. A live organization has no use for one that can be listened in on.
func webURL(param, text string, live bool) (*url.URL, error) {
	if err := checkText(param, &text, longestURL); err != nil {
		return nil, err
	}
	parsed, err := models.ParseWebURL(param, text)
	if err == nil && live && parsed.Scheme != "https" {
		err = models.Invalid(param, "%s must use https in a live organization", param)
	}
	return parsed, err
}
