package api

import (
	"net/netip"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

func (in *sessionInput) readPlaces(c *call) (err error) {
	if in.told.ClientIP, err = readClientIP(c, in.ClientIP); err != nil {
		return err
	}
	if in.told.Jurisdiction, err = readJurisdiction("jurisdiction", in.Jurisdiction); err != nil {
		return err
	}
	in.told.Delivery, err = readJurisdiction("delivery_jurisdiction", in.Delivery)
	return err
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

// readClientIP reads the user's address from a request with a secret key. With a publishable key the user's browser sends
// the request, so its address is known. The address is looked up and not stored.
func readClientIP(c *call, text *string) (address netip.Addr, err error) {
	if text == nil {
		return address, nil
	}
	if c.untrusted() {
		return address, models.Invalid("client_ip", "client_ip can only be passed with a secret key")
	}
	address, err = netip.ParseAddr(*text)
	if err != nil || address.Zone() != "" { // a zone means something on one machine alone
		return netip.Addr{}, models.Invalid("client_ip", "client_ip must be an IPv4 or IPv6 address")
	}
	return address.Unmap(), nil
}
