package api

import (
	"net/url"
	"time"
	"unicode/utf8"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/rules"

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

// set writes what is given into to.
func set[T any](to, given *T) {
	if given != nil {
		*to = *given
	}
}

// orNull returns nil for an empty text.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// parseMethod reads the name of a method in a path. Errors: CodeResourceMissing.
func parseMethod(name string) (rules.Method, error) {
	method, known := rules.ParseMethod(name)
	if !known {
		return method, &models.Error{Code: models.CodeResourceMissing, Param: "method", Message: "There is no such method"}
	}
	return method, nil
}

// readJurisdiction reads a jurisdiction of a request; nil gives "". The error for one that does not exist names the
// parameter.
func readJurisdiction(param string, text *string) (rules.Jurisdiction, error) {
	if text == nil {
		return "", nil
	}
	parsed, ok := rules.ParseJurisdiction(*text)
	if !ok {
		return "", models.Invalid(param, "%s must be an ISO 3166 country or subdivision, such as DE or US-CA", param)
	}
	return parsed, nil
}

func checkSeconds(param string, given *int, least, most time.Duration) error {
	if given != nil && (*given < seconds(least) || *given > seconds(most)) {
		return models.Invalid(param, "%s must be from %d to %d", param, seconds(least), seconds(most))
	}
	return nil
}

func seconds(d time.Duration) int { return int(d / time.Second) }

// checkServerURL is for the URL of a server that Stile sends to.
func checkServerURL(given *string, live bool, egress outbound.Policy) error {
	if given == nil {
		return nil
	}
	parsed, err := webURL("url", *given, live)
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

// checkStatus is for what can be switched on and off: an endpoint, a connector.
func checkStatus(given *string) error {
	if given == nil || *given == string(models.EndpointEnabled) || *given == string(models.EndpointDisabled) {
		return nil
	}
	return models.Invalid("status", "status must be '%s' or '%s'", models.EndpointEnabled, models.EndpointDisabled)
}
