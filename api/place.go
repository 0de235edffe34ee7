package api

import (
	"cmp"
	"net/netip"

	"github.com/gin-gonic/gin"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Locator says in which jurisdiction an address is; false where it does not know. It must be safe for concurrent use.
type Locator interface {
	Locate(address netip.Addr) (rules.Jurisdiction, bool)
}

// place is where a user is, and how that was found.
type place struct {
	jurisdiction rules.Jurisdiction
	source       models.JurisdictionSource
}

// told is what a merchant says of places; "" and the zero address where nothing.
type told struct {
	jurisdiction, delivery rules.Jurisdiction
	clientIP               netip.Addr
}

// places are those that a session knows of.
type places struct {
	user place
	// delivery is where the order goes, nil without one; address is where the user's address is, to compare it with.
	delivery, address *rules.Jurisdiction
}

// resolve finds all places of a session. Where the order goes decides nothing: it is only compared.
func (a *API) resolve(g *gin.Context, t told, sandbox bool) (p places, err error) {
	if t.jurisdiction != "" && t.delivery == "" { // where the address is makes no difference
		return places{user: place{t.jurisdiction, models.JurisdictionExplicit}}, nil
	}
	detected, known := a.detect(g, t.clientIP)
	if t.delivery != "" {
		p.delivery = new(t.delivery)
	}
	if t.delivery != "" && known {
		p.address = new(detected.jurisdiction)
	}
	somewhere := sandbox && isLocal(a.userAddress(g, t.clientIP))
	p.user, err = settle(t.jurisdiction, detected, known, somewhere)
	return p, err
}

// locate finds the places of a session that is created.
func (a *API) locate(c *call, t told, d graph.Definition) (places, error) {
	if c.untrusted() {
		return a.resolveUntrusted(c.gin, t, !c.live(), d)
	}
	return a.resolve(c.gin, t, !c.live())
}

// resolveUntrusted finds the places of a session that a browser creates with a publishable key. What the browser says of
// the user's jurisdiction counts only where nothing gets easier by it: it is the one that was detected, or another whose
// law is at least as strict and which the workflow does not treat differently.
func (a *API) resolveUntrusted(g *gin.Context, t told, sandbox bool, d graph.Definition) (places, error) {
	said := t.jurisdiction
	t.jurisdiction = ""
	found, err := a.resolve(g, t, sandbox)
	if err != nil || said == "" || said == found.user.jurisdiction {
		return found, err
	}
	address := found.user
	detected, err := a.permitting(d, address)
	if err != nil {
		return places{}, err
	}
	found.user = place{said, models.JurisdictionExplicit}
	asked, err := a.permitting(d, found.user)
	if err != nil {
		return places{}, err
	}
	if !asked.AtLeastAsStrict(detected) || !d.TreatsAlike(said, address.jurisdiction) {
		return places{}, models.Invalid("jurisdiction", "With a publishable key, jurisdiction must be where the user's address "+
			"is, or where the rules are at least as strict. Leave it out, or create the session from your backend")
	}
	return found, nil
}

// settle says where the user is: where the merchant says, where the address is, or, on a developer's machine, somewhere.
func settle(said rules.Jurisdiction, detected place, known, somewhere bool) (place, error) {
	switch {
	case said != "":
		return place{said, models.JurisdictionExplicit}, nil
	case known:
		return detected, nil
	case somewhere:
		return place{"US", models.JurisdictionDefault}, nil
	}
	return place{}, &models.Error{
		Code: models.CodeJurisdictionUnresolvable, Param: "jurisdiction",
		Message: "The user's jurisdiction could not be determined. Pass jurisdiction, or the user's address as client_ip",
	}
}

// settled is a session at these places.
func (p places) settled(s models.Session) models.Session {
	s.Jurisdiction, s.JurisdictionSource = p.user.jurisdiction, p.user.source
	s.DeliveryJurisdiction, s.IPJurisdiction = p.delivery, p.address
	return s
}

// detect looks at addresses alone. A merchant's server that names its user's address speaks for somebody else, so that
// what a CDN tells of the server counts no more.
func (a *API) detect(g *gin.Context, clientIP netip.Addr) (place, bool) {
	if !clientIP.IsValid() {
		if j, ok := a.forwarding.place(g.Request); ok {
			return place{j, models.JurisdictionHeader}, true
		}
	}
	address := a.userAddress(g, clientIP)
	if a.locator != nil {
		if j, ok := a.locator.Locate(address); ok {
			return place{j, models.JurisdictionGeoIP}, true
		}
	}
	local := a.config.LocalJurisdiction
	return place{local, models.JurisdictionDefault}, local != "" && isLocal(address)
}

// userAddress returns clientIP, or without one the address of the request: its sender is taken for the user. The zero
// address is unknown.
func (a *API) userAddress(g *gin.Context, clientIP netip.Addr) netip.Addr {
	return cmp.Or(clientIP, a.remote(g))
}

func isLocal(address netip.Addr) bool {
	return address.IsPrivate() || address.IsLoopback() || address.IsLinkLocalUnicast()
}
