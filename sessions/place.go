package sessions

import (
	"cmp"
	"net/netip"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Locator returns the jurisdiction of an address, and false where it does not know. It must be safe for concurrent use.
type Locator interface {
	Locate(address netip.Addr) (rules.Jurisdiction, bool)
}

// Place is where a user is, and how that was found.
type Place struct {
	Jurisdiction rules.Jurisdiction
	Source       models.JurisdictionSource
}

// Told are the places that a merchant passes with a request; "" and the zero address where it passes none.
type Told struct {
	Jurisdiction, Delivery rules.Jurisdiction
	// ClientIP is the user's address.
	ClientIP netip.Addr
}

// fallback is where a sandbox session runs when the merchant passes no jurisdiction and the address is private.
const fallback rules.Jurisdiction = "US"

// places are the places of a session.
type places struct {
	user Place
	// delivery is where the order goes; nil without one. address is where the user's address is, to compare it with.
	delivery, address *rules.Jurisdiction
}

// Locate returns where the user is: where the merchant says, else where the address is, else the sandbox's fallback.
// Errors: CodeJurisdictionUnresolvable.
func (s *Service) Locate(from Sender, t Told, sandbox bool) (Place, error) {
	found, err := s.resolve(from, t, sandbox)
	return found.user, err
}

// resolve finds all places of a session. The place of delivery is only compared with the address; it sets no terms.
func (s *Service) resolve(from Sender, t Told, sandbox bool) (p places, err error) {
	if t.Jurisdiction != "" && t.Delivery == "" { // the place of the address is not needed
		return places{user: Place{t.Jurisdiction, models.JurisdictionExplicit}}, nil
	}
	detected, known := s.detect(from, t.ClientIP)
	if t.Delivery != "" {
		p.delivery = new(t.Delivery)
	}
	if t.Delivery != "" && known {
		p.address = new(detected.Jurisdiction)
	}
	switch {
	case t.Jurisdiction != "":
		p.user = Place{t.Jurisdiction, models.JurisdictionExplicit}
	case known:
		p.user = detected
	case sandbox && isLocal(userAddress(from, t.ClientIP)):
		p.user = Place{fallback, models.JurisdictionDefault}
	default:
		err = &models.Error{
			Code: models.CodeJurisdictionUnresolvable, Param: "jurisdiction",
			Message: "The user's jurisdiction could not be determined. Pass jurisdiction, or the user's address as client_ip",
		}
	}
	return p, err
}

// resolveUntrusted finds the places of a session that a browser creates with a publishable key. The browser's
// jurisdiction counts only where it makes nothing easier: it must be the detected one, or one with a law at least as
// strict that the workflow treats alike.
func (s *Service) resolveUntrusted(from Sender, t Told, sandbox bool, d graph.Definition) (places, error) {
	said := t.Jurisdiction
	t.Jurisdiction = ""
	found, err := s.resolve(from, t, sandbox)
	if err != nil || said == "" || said == found.user.Jurisdiction {
		return found, err
	}
	address := found.user
	detected, err := s.Permitting(d, address)
	if err != nil {
		return places{}, err
	}
	found.user = Place{said, models.JurisdictionExplicit}
	asked, err := s.Permitting(d, found.user)
	if err != nil {
		return places{}, err
	}
	if !asked.AtLeastAsStrict(detected) || !d.TreatsAlike(said, address.Jurisdiction) {
		return places{}, models.Invalid("jurisdiction",
			"With a publishable key, jurisdiction must be where the user's address "+
				"is, or where the rules are at least as strict. Leave it out, or create the session from your backend")
	}
	return found, nil
}

// put returns the session with the places in it.
func (p places) put(s models.Session) models.Session {
	s.Jurisdiction, s.JurisdictionSource = p.user.Jurisdiction, p.user.Source
	s.DeliveryJurisdiction, s.IPJurisdiction = p.delivery, p.address
	return s
}

// detect finds the place of an address: clientIP, or without one the sender's. The CDN's jurisdiction of the sender
// counts only without clientIP, because a server that passes its user's address is not where the user is.
func (s *Service) detect(from Sender, clientIP netip.Addr) (Place, bool) {
	if !clientIP.IsValid() && from.Jurisdiction != "" {
		return Place{from.Jurisdiction, models.JurisdictionHeader}, true
	}
	address := userAddress(from, clientIP)
	if s.locator != nil {
		if j, ok := s.locator.Locate(address); ok {
			return Place{j, models.JurisdictionGeoIP}, true
		}
	}
	local := s.config.DevJurisdiction
	return Place{local, models.JurisdictionDefault}, local != "" && isLocal(address)
}

// where returns the jurisdiction of the sender; nil where it is unknown.
func (s *Service) where(from Sender) *rules.Jurisdiction {
	found, known := s.detect(from, netip.Addr{})
	if !known {
		return nil
	}
	return &found.Jurisdiction
}

// userAddress returns clientIP, or without one the sender's address. The zero address is unknown.
func userAddress(from Sender, clientIP netip.Addr) netip.Addr { return cmp.Or(clientIP, from.Address) }

func isLocal(address netip.Addr) bool {
	return address.IsPrivate() || address.IsLoopback() || address.IsLinkLocalUnicast()
}
