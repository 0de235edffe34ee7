package sessions

import (
	"context"
	"slices"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Wish holds a page's overrides of the workflow's handoff settings; nil keeps the workflow's value.
type Wish struct{ URLBase, CompanyName *string }

// Minted is a handoff with its one-time token, the page that its link leads to, and the company that it names.
type Minted struct {
	Handoff models.Handoff
	Token   string
	Page    models.HandoffURL
	Company string
}

// Mint makes the one-time token by which a phone takes the session. Errors: CodeHandoffDisabled, CodeParameterInvalid
// of url_base or company_name, and those of store.MintHandoff.
func (s *Service) Mint(ctx context.Context, d Device, wish Wish) (m Minted, err error) {
	wanted, err := s.handoffOf(ctx, d.Session)
	if err != nil {
		return m, err
	}
	if !wanted.Enabled {
		return m, models.Errorf(models.CodeHandoffDisabled, "The workflow does not hand sessions off")
	}
	org, err := s.store.Across().Organization(ctx, d.Session.OrgID)
	if err != nil {
		return m, err
	}
	if m.Page, err = s.handoffPage(ctx, org, wanted, wish.URLBase); err != nil {
		return m, err
	}
	if m.Company, err = companyOf(org, wanted, wish.CompanyName); err != nil {
		return m, err
	}
	m.Handoff, m.Token, err = s.store.MintHandoff(ctx, store.NewHandoff{
		OrgID: d.Session.OrgID, SessionID: d.Session.ID, TTL: s.config.HandoffTokenTTL, Reuse: s.config.HandoffReuseWindow,
		Confirm: wanted.Confirm, From: s.where(d.Sender),
	})
	return m, err
}

// companyOf returns the company that the user goes on with: the request's, else the workflow's, else the organization's
// name.
func companyOf(org models.Organization, wanted graph.Handoff, requested *string) (string, error) {
	switch {
	case requested != nil:
		return *requested, models.CheckCompanyName("company_name", requested)
	case wanted.CompanyName != "":
		return wanted.CompanyName, nil
	default:
		return org.DisplayName(), nil
	}
}

// Claim is a device that shows the token of a handoff.
type Claim struct {
	Token, DeviceID string
	// SessionID and HandoffID are those that the device takes the token to be of; "" where it does not say.
	SessionID, HandoffID string
	// Origin is the origin of the page that shows the token; "" where the device is not a browser.
	Origin string
	Sender Sender
}

// Exchange consumes the token of a handoff for the device that first shows it, and tells the run that the device holds
// the session. Errors: CodeHandoffTokenInvalid, CodeOriginNotAllowed, and those of store.ClaimHandoff.
func (s *Service) Exchange(ctx context.Context, c Claim) (store.ClaimedSession, error) {
	h, err := s.store.Across().HandoffByToken(ctx, c.Token)
	if err != nil {
		return store.ClaimedSession{}, err
	}
	if c.SessionID != "" && c.SessionID != h.SessionID || c.HandoffID != "" && c.HandoffID != h.ID {
		return store.ClaimedSession{}, models.Errorf(models.CodeHandoffTokenInvalid,
			"The handoff token is that of another attempt")
	}
	if err := s.AdmitOrigin(ctx, h.OrgID, c.Origin); err != nil {
		return store.ClaimedSession{}, err
	}
	taken, err := s.store.Across().ClaimHandoff(ctx, c.Token, c.DeviceID, s.distance(h.MintedIn, s.where(c.Sender)))
	if err != nil {
		return store.ClaimedSession{}, err
	}
	s.orders.changed(ctx, taken.Session)
	return taken, nil
}

// AdmitOrigin refuses pages of an origin that the organization has not allowed to take its sessions. Devices that are
// not browsers have no origin and pass. Errors: CodeOriginNotAllowed.
func (s *Service) AdmitOrigin(ctx context.Context, org, origin string) error {
	if origin == "" {
		return nil
	}
	allowed, err := s.handoffOrigins(ctx, org)
	if err != nil {
		return err
	}
	if !slices.Contains(allowed, origin) {
		return models.Errorf(models.CodeOriginNotAllowed,
			"The organization has not allowed pages of this origin to take its sessions")
	}
	return nil
}

// distance returns the risk of a phone that is elsewhere than the desktop; nil where one of the places is unknown.
func (s *Service) distance(desktop, phone *rules.Jurisdiction) *rules.Risk {
	if desktop == nil || phone == nil {
		return nil
	}
	return s.risks.OfDevices(*desktop, *phone)
}

// HandoffOffer returns the reason why the page is to offer a phone; nil where it is not to.
func (s *Service) HandoffOffer(
	ctx context.Context, session models.Session, onPhone bool,
) (*models.HandoffReason, error) {
	reason := session.HandoffOffer(onPhone)
	if reason == nil {
		return nil, nil
	}
	wanted, err := s.handoffOf(ctx, session)
	if err != nil || !wanted.Enabled {
		return nil, err
	}
	return reason, nil
}

// handoffOf returns how the session's workflow hands sessions off.
func (s *Service) handoffOf(ctx context.Context, session models.Session) (graph.Handoff, error) {
	preferences, err := s.store.SessionPreferences(ctx, session)
	return preferences.HandoffOrDefault(), err
}
