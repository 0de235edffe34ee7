package rest

import (
	"net/url"
	"time"
	"unicode/utf8"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

// The limits of free text, in characters.
const (
	LongestName        = 200
	LongestReference   = 255
	LongestDescription = 500
	longestURL         = 2048
)

// Missing returns the error for a required parameter that is absent.
func Missing(param string) error {
	return models.Invalid(param, "Missing required parameter: %s", param)
}

// CheckText bounds a text that may be absent.
func CheckText(param string, text *string, longest int) error {
	if text != nil && utf8.RuneCountInString(*text) > longest {
		return models.Invalid(param, "%s must not be longer than %d characters", param, longest)
	}
	return nil
}

// WebURL reads an absolute URL of the web. A live organization has no use for one that can be listened in on.
func WebURL(param, text string, live bool) (*url.URL, error) {
	if err := CheckText(param, &text, longestURL); err != nil {
		return nil, err
	}
	parsed, err := models.ParseWebURL(param, text)
	if err != nil {
		return nil, err
	}
	if live && parsed.Scheme != "https" {
		return nil, models.Invalid(param, "%s must use https in a live organization", param)
	}
	return parsed, nil
}

// Set copies a given value into to; nil leaves it unchanged.
func Set[T any](to, given *T) {
	if given != nil {
		*to = *given
	}
}

// OrNull returns nil for an empty text.
func OrNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// ParseMethod reads the name of a method in a path. Errors: CodeResourceMissing.
func ParseMethod(name string) (rules.Method, error) {
	method, known := rules.ParseMethod(name)
	if !known {
		return method, &models.Error{Code: models.CodeResourceMissing, Param: "method", Message: "There is no such method"}
	}
	return method, nil
}

// ReadJurisdiction reads a jurisdiction of a request; nil gives "". Errors: CodeParameterInvalid, of the parameter.
func ReadJurisdiction(param string, text *string) (rules.Jurisdiction, error) {
	if text == nil {
		return "", nil
	}
	parsed, ok := rules.ParseJurisdiction(*text)
	if !ok {
		return "", models.Invalid(param, "%s must be an ISO 3166 country or subdivision, such as DE or US-CA", param)
	}
	return parsed, nil
}

// CheckSeconds bounds a duration in whole seconds that may be absent.
func CheckSeconds(param string, given *int, least, most time.Duration) error {
	if given != nil && (*given < Seconds(least) || *given > Seconds(most)) {
		return models.Invalid(param, "%s must be from %d to %d", param, Seconds(least), Seconds(most))
	}
	return nil
}

// Seconds returns d in whole seconds.
func Seconds(d time.Duration) int { return int(d / time.Second) }

// CheckServerURL checks the URL of a merchant's or provider's server, which may be absent. A host name is checked
// against the policy when it is dialled.
func CheckServerURL(given *string, live bool, egress outbound.Policy) error {
	if given == nil {
		return nil
	}
	parsed, err := WebURL("url", *given, live)
	switch {
	case err != nil:
		return err
	case parsed.User != nil:
		return models.Invalid("url", "url must not hold a user name or a password")
	case parsed.Fragment != "":
		return models.Invalid("url", "url must not have a fragment")
	case egress.CheckHost(parsed.Hostname()) != nil: // a name is judged when it is dialled
		return models.Invalid("url", "url must not name an address that is not public")
	}
	return nil
}

// CheckStatus checks the status of an endpoint or a connector, which may be absent.
func CheckStatus(given *string) error {
	if given == nil || *given == string(models.EndpointEnabled) || *given == string(models.EndpointDisabled) {
		return nil
	}
	return models.Invalid("status", "status must be '%s' or '%s'", models.EndpointEnabled, models.EndpointDisabled)
}
