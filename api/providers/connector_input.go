package providers

import (
	"cmp"
	"time"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

// connectorInput holds the fields of a connector.
type connectorInput struct {
	Method                 *string        `json:"method"`
	Name                   rest.Clearable `json:"name"`
	URL                    *string        `json:"url"`
	Mode                   *string        `json:"mode"`
	TimeoutSeconds         *int           `json:"timeout_seconds"`
	CallbackTimeoutSeconds *int           `json:"callback_timeout_seconds"`
	Status                 *string        `json:"status"`
}

// method reads the method, which check looks up.
func (in connectorInput) method(check func(name string) (rules.Method, error)) (rules.Method, error) {
	if in.Method == nil {
		return "", rest.Missing("method")
	}
	return check(*in.Method)
}

// edit checks the given fields, and returns a function that writes them into a connector.
func (in connectorInput) edit(live, callbacks bool, egress outbound.Policy) (func(*models.ProviderConnector), error) {
	err := cmp.Or(rest.CheckServerURL(in.URL, live, egress), in.checkMode(callbacks), rest.CheckStatus(in.Status),
		rest.CheckText("name", in.Name.Text, rest.LongestName),
		rest.CheckSeconds("timeout_seconds", in.TimeoutSeconds, time.Second, models.ConnectorTimeoutMost),
		rest.CheckSeconds("callback_timeout_seconds", in.CallbackTimeoutSeconds,
			models.CallbackTimeoutLeast, models.CallbackTimeoutMost))
	if err != nil {
		return nil, err
	}
	return func(c *models.ProviderConnector) {
		in.Name.Apply(&c.Name)
		if in.URL != nil {
			c.URL = *in.URL
		}
		if in.Mode != nil {
			c.Mode = models.ConnectorMode(*in.Mode)
		}
		if in.TimeoutSeconds != nil {
			c.TimeoutSeconds = *in.TimeoutSeconds
		}
		if in.CallbackTimeoutSeconds != nil {
			c.CallbackTimeoutSeconds = *in.CallbackTimeoutSeconds
		}
		if in.Status != nil {
			c.Status = models.ConnectorStatus(*in.Status)
		}
	}, nil
}

func (in connectorInput) checkMode(callbacks bool) error {
	switch {
	case in.Mode == nil || *in.Mode == string(models.ConnectorSync):
		return nil
	case *in.Mode != string(models.ConnectorCallback):
		return models.Invalid("mode", "mode must be '%s' or '%s'", models.ConnectorSync, models.ConnectorCallback)
	case !callbacks:
		return models.Invalid("mode", "mode cannot be '%s': the operator has not set STILE_API_URL, "+
			"so that no provider knows where to call back", models.ConnectorCallback)
	}
	return nil
}
