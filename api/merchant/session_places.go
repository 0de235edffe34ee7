package merchant

import (
	"net/netip"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
)

func (in *sessionInput) readPlaces(c *rest.Call) (err error) {
	if in.told.ClientIP, err = readClientIP(c, in.ClientIP); err != nil {
		return err
	}
	if in.told.Jurisdiction, err = rest.ReadJurisdiction("jurisdiction", in.Jurisdiction); err != nil {
		return err
	}
	in.told.Delivery, err = rest.ReadJurisdiction("delivery_jurisdiction", in.Delivery)
	return err
}

// readClientIP reads the user's address from a request with a secret key. With a publishable key the user's browser
// sends the request, so its address is known. The address is looked up and not stored.
func readClientIP(c *rest.Call, text *string) (address netip.Addr, err error) {
	if text == nil {
		return address, nil
	}
	if c.Untrusted() {
		return address, models.Invalid("client_ip", "client_ip can only be passed with a secret key")
	}
	return readAddress("client_ip", text)
}

// readAddress reads an IP address, which may be absent.
func readAddress(param string, text *string) (address netip.Addr, err error) {
	if text == nil {
		return address, nil
	}
	address, err = netip.ParseAddr(*text)
	if err != nil || address.Zone() != "" { // a zone means something on one machine alone
		return netip.Addr{}, models.Invalid(param, "%s must be an IPv4 or IPv6 address", param)
	}
	return address.Unmap(), nil
}
