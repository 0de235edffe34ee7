package sessions

import (
	"context"
	"net/netip"
	"slices"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/risk"
)

// suspicion returns the risk of the session with that of the signals that its workflow includes. See describes the
// user; it is called only if the workflow includes any. A guardian's session is not assessed: the guardian is often at
// the child's device.
func (s *Service) suspicion(
	ctx context.Context, session models.Session, see func() (Suspect, error),
) (*rules.Risk, error) {
	before := session.Risk.V
	if session.GuardianID != nil {
		return before, nil
	}
	preferences, err := s.store.SessionPreferences(ctx, session)
	if err != nil || len(preferences.Signals) == 0 {
		return before, err
	}
	seen, err := see()
	if err != nil {
		return before, err
	}
	assessed, err := s.Weigh(ctx, session.OrgID, seen, preferences.Signals...)
	if err != nil {
		return before, err
	}
	found := assessed.Risk()
	if found == nil {
		return before, nil
	}
	return rules.RaiseRisk(before, *found), nil
}

// suspicionOn returns the risk of a session that a device opens. The contacts of a provisional session count here;
// those of any other have counted at its creation.
func (s *Service) suspicionOn(ctx context.Context, session models.Session, d Device) (*rules.Risk, error) {
	return s.suspicion(ctx, session, func() (seen Suspect, err error) {
		found, _ := s.detect(d.Sender, netip.Addr{})
		seen = Suspect{
			IP: d.Sender.Address, Place: found.Jurisdiction, Claimed: toldAtCreation(session).Jurisdiction,
			DeviceID: d.Hints.DeviceID, TimeZone: d.Hints.TimeZone, Languages: d.Hints.Languages,
		}
		seen.Owner.Email, seen.Owner.Phone, err = s.store.Contacts(session)
		if session.Provisional {
			seen.Email, seen.Phone = seen.Owner.Email, seen.Owner.Phone
		}
		return seen, err
	})
}

// The members by which the page that opens a session describes the device.
const (
	hintTimeZone = "time_zone"
	hintDeviceID = "device_id"
)

// HintsWanted returns the hints that the page is to pass to Open: none once the session is open, nor if its workflow
// includes no signal that reads them.
func (s *Service) HintsWanted(ctx context.Context, session models.Session) ([]string, error) {
	wanted := []string{}
	if session.Status != models.StatusCreated || session.GuardianID != nil {
		return wanted, nil
	}
	preferences, err := s.store.SessionPreferences(ctx, session)
	if slices.Contains(preferences.Signals, risk.Geolocation) {
		wanted = append(wanted, hintTimeZone)
	}
	if slices.Contains(preferences.Signals, risk.DeviceRisk) || slices.Contains(preferences.Signals, risk.Velocity) {
		wanted = append(wanted, hintDeviceID)
	}
	return wanted, err
}
