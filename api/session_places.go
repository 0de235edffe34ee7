package api

import (
	"net/netip"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

func (in *sessionInput) readJurisdictions() (err error) {
	if in.jurisdiction, err = readJurisdiction("jurisdiction", in.Jurisdiction); err != nil {
		return err
	}
	in.delivery, err = readJurisdiction("delivery_jurisdiction", in.Delivery)
	return err
}

// readJurisdiction is "" for one that is absent.
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

// readClientIP takes the user's address from the merchant's server alone: who calls with a publishable key is the user,
// whose address is known. It is used at once, and kept nowhere.
func (in *sessionInput) readClientIP(c *call) error {
	if in.ClientIP == nil {
		return nil
	}
	if c.who.key.Key.Kind == models.PublishableKey {
		return models.Invalid("client_ip", "client_ip can only be passed with a secret key")
	}
	address, err := netip.ParseAddr(*in.ClientIP)
	if err != nil || address.Zone() != "" { // a zone means something on one machine alone
		return models.Invalid("client_ip", "client_ip must be an IPv4 or IPv6 address")
	}
	in.clientIP = address.Unmap()
	return nil
}
