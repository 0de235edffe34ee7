package sessions

import (
	"cmp"
	"context"
	"maps"
	"net/netip"
	"slices"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/risk"
)

// Sources look identifiers up. They keep none of them, and must be safe for concurrent use.
type Sources interface {
	// Networks returns the kinds of networks that hold the address.
	Networks(address netip.Addr) []risk.Network
	// Email judges an address in its canonical form. It may ask the domain name system, within a bounded time.
	Email(ctx context.Context, address string) risk.Email
	// Phone judges a number in E.164.
	Phone(number string) risk.Phone
}

// Suspect is a user to assess. Every field may be empty.
type Suspect struct {
	IP netip.Addr
	// Place is where the address is, if the caller knows it; otherwise the address is looked up.
	Place rules.Jurisdiction
	// Email and Phone are in their canonical forms.
	Email, Phone, DeviceID string
	// Owner has the contacts of the person who uses the device, if they are not to be counted with the rest.
	Owner Contacts
	// Claimed, Delivery, Desktop, TimeZone and Languages are those of risk.Evidence.
	Claimed, Delivery, Desktop rules.Jurisdiction
	TimeZone                   string
	Languages                  []string
}

// NewAssessment asks for an assessment that can be retrieved.
type NewAssessment struct {
	Suspect
	// SessionID is the session that it belongs to; "" without one.
	SessionID string
}

// AssessRisk assesses the user for the organization, and stores the assessment without the identifiers. The repeat of
// an idempotent request counts nothing again. Errors: CodeResourceMissing of the session.
func (s *Service) AssessRisk(ctx context.Context, org string, n NewAssessment) (models.RiskAssessment, error) {
	earlier, found, err := s.store.EarlierRiskAssessment(ctx, org)
	if err != nil || found {
		return earlier, err
	}
	if err := s.checkOwn(ctx, org, n.SessionID); err != nil {
		return models.RiskAssessment{}, err
	}
	e := s.evidence(ctx, n.Suspect)
	seen, owner := n.sightings()
	return s.store.ScoreRisk(ctx, store.NewScore{
		OrgID: org, SessionID: n.SessionID, Retention: s.config.RiskRetention,
		Seen: seen, Owner: owner, Ceilings: s.risks.Ceilings(),
		Weigh: func(sighted store.Sighted) risk.Assessment {
			e.Counts, e.Persons = sighted.Counts, sighted.Persons
			return s.risks.Assess(e)
		},
	})
}

// checkOwn refuses a session that the organization does not have; "" is none.
func (s *Service) checkOwn(ctx context.Context, org, session string) error {
	if session == "" {
		return nil
	}
	_, err := s.store.Session(ctx, org, session)
	if models.CodeOf(err) == models.CodeSessionNotFound {
		return &models.Error{
			Code: models.CodeResourceMissing, Param: "session", Message: "There is no such session",
		}
	}
	return err
}

// Weigh assesses the user by the signals of the groups; by all signals if none is given. It stores no assessment. For
// the groups velocity and device_risk it counts the identifiers of the organization's user, so each call counts once.
func (s *Service) Weigh(
	ctx context.Context, org string, of Suspect, only ...risk.Group,
) (risk.Assessment, error) {
	e := s.evidence(ctx, of, only...)
	if wants(only, risk.Velocity, risk.DeviceRisk) {
		seen, owner := of.sightings()
		sighted, err := s.store.CountSightings(ctx, org, seen, owner)
		if err != nil {
			return risk.Assessment{}, err
		}
		e.Counts, e.Persons = sighted.Counts, sighted.Persons
	}
	return s.risks.Assess(e, only...), nil
}

// wants reports whether one of the groups is among those that an assessment takes; without any it takes all.
func wants(only []risk.Group, groups ...risk.Group) bool {
	return len(only) == 0 || slices.ContainsFunc(groups, func(g risk.Group) bool { return slices.Contains(only, g) })
}

// evidence returns the evidence about the user without counts, as far as the groups need it.
func (s *Service) evidence(ctx context.Context, of Suspect, only ...risk.Group) risk.Evidence {
	e := risk.Evidence{
		Claimed: of.Claimed, Delivery: of.Delivery, Place: of.Place, Desktop: of.Desktop,
		TimeZone: of.TimeZone, Languages: of.Languages,
	}
	if e.Place == "" && of.IP.IsValid() {
		found, _ := s.detect(Sender{}, of.IP)
		e.Place = found.Jurisdiction
	}
	if s.sources == nil {
		return e
	}
	if of.IP.IsValid() && wants(only, risk.IPAnalysis) {
		e.Networks = s.sources.Networks(of.IP)
	}
	if of.Email != "" && wants(only, risk.EmailRisk) {
		e.Email = s.sources.Email(ctx, of.Email)
	}
	if of.Phone != "" && wants(only, risk.PhoneRisk) {
		e.Phone = s.sources.Phone(of.Phone)
	}
	return e
}

// sightings returns the user's identifiers to count, and those of the device's owner. Addresses of IPv6 count by their
// network of 64 bits: one device has many.
func (of Suspect) sightings() (seen, owner store.Sightings) {
	seen = store.Sightings{risk.Mailbox: of.Email, risk.Number: of.Phone, risk.DeviceID: of.DeviceID}
	if of.IP.IsValid() {
		address := of.IP.Unmap()
		if address.Is6() {
			address = netip.PrefixFrom(address, 64).Masked().Addr()
		}
		seen[risk.IP] = address.String()
	}
	owner = store.Sightings{
		risk.Mailbox: cmp.Or(of.Owner.Email, of.Email), risk.Number: cmp.Or(of.Owner.Phone, of.Phone),
	}
	unknown := func(_ risk.Identifier, value string) bool { return value == "" }
	maps.DeleteFunc(seen, unknown)
	maps.DeleteFunc(owner, unknown)
	return seen, owner
}

// PlaceRisk returns the risk from the session's jurisdictions; nil if they agree or one is unknown.
func (s *Service) PlaceRisk(session models.Session) *rules.Risk {
	if session.DeliveryJurisdiction == nil || session.IPJurisdiction == nil {
		return nil
	}
	return s.risks.OfPlaces(*session.DeliveryJurisdiction, *session.IPJurisdiction)
}
