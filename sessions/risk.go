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
	assessed, err := s.Weigh(ctx, org, n.Suspect)
	if err != nil {
		return models.RiskAssessment{}, err
	}
	return s.store.CreateRiskAssessment(ctx, store.NewRiskAssessment{
		OrgID: org, SessionID: n.SessionID, Assessment: assessed, Retention: s.config.RiskRetention,
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
	wants := func(groups ...risk.Group) bool {
		return len(only) == 0 || slices.ContainsFunc(groups, func(g risk.Group) bool { return slices.Contains(only, g) })
	}
	e := risk.Evidence{
		Claimed: of.Claimed, Delivery: of.Delivery, Place: of.Place, Desktop: of.Desktop,
		TimeZone: of.TimeZone, Languages: of.Languages,
	}
	if wants(risk.Velocity, risk.DeviceRisk) {
		if err := s.count(ctx, org, of, &e); err != nil {
			return risk.Assessment{}, err
		}
	}
	if e.Place == "" && of.IP.IsValid() {
		found, _ := s.detect(Sender{}, of.IP)
		e.Place = found.Jurisdiction
	}
	if s.sources == nil {
		return s.risks.Assess(e, only...), nil
	}
	if of.IP.IsValid() && wants(risk.IPAnalysis) {
		e.Networks = s.sources.Networks(of.IP)
	}
	if of.Email != "" && wants(risk.EmailRisk) {
		e.Email = s.sources.Email(ctx, of.Email)
	}
	if of.Phone != "" && wants(risk.PhoneRisk) {
		e.Phone = s.sources.Phone(of.Phone)
	}
	return s.risks.Assess(e, only...), nil
}

// count counts the user's identifiers. Addresses of IPv6 count by their network of 64 bits: one device has many.
func (s *Service) count(ctx context.Context, org string, of Suspect, e *risk.Evidence) error {
	seen := store.Sightings{}
	if of.IP.IsValid() {
		address := of.IP.Unmap()
		if address.Is6() {
			address = netip.PrefixFrom(address, 64).Masked().Addr()
		}
		seen[risk.IP] = address.String()
	}
	owner := store.Sightings{
		risk.Mailbox: cmp.Or(of.Owner.Email, of.Email), risk.Number: cmp.Or(of.Owner.Phone, of.Phone),
	}
	maps.Copy(seen, store.Sightings{risk.Mailbox: of.Email, risk.Number: of.Phone, risk.DeviceID: of.DeviceID})
	unknown := func(_ risk.Identifier, value string) bool { return value == "" }
	maps.DeleteFunc(seen, unknown)
	maps.DeleteFunc(owner, unknown)
	if len(seen) == 0 {
		return nil
	}
	sighted, err := s.store.CountSightings(ctx, org, seen, owner)
	e.Counts, e.Persons = sighted.Counts, sighted.Persons
	return err
}

// PlaceRisk returns the risk from the session's jurisdictions; nil if they agree or one is unknown.
func (s *Service) PlaceRisk(session models.Session) *rules.Risk {
	if session.DeliveryJurisdiction == nil || session.IPJurisdiction == nil {
		return nil
	}
	return s.risks.OfPlaces(*session.DeliveryJurisdiction, *session.IPJurisdiction)
}
