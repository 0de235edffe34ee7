package sessions

import (
	"context"
	"errors"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// acceptExistingAttempts is how often an organization may ask whether a person has been verified, per contact.
var acceptExistingAttempts = store.Attempts{Most: 5, Window: 15 * time.Minute}

// reuse looks for an earlier verification that the session asks for. It plans the session so that it is born verified,
// or waits for the user to prove control of the e-mail address. A session whose place is not known yet decides again
// when it is opened. Errors: CodeVPTokenInvalid and CodeNoMatchingVP, after which the client creates the session
// without the parameter; CodeAcceptExistingLimited.
func (s *Service) reuse(ctx context.Context, n NewSession, planned store.NewSession) (store.NewSession, error) {
	a := n.asking(planned)
	if a.asked.Fresh() {
		planned.Session.Reuse = models.AsJSON(&a.asked)
		return planned, nil
	}
	if n.VPToken != nil {
		own, err := s.redeemable(ctx, a, *n.VPToken, n.callerOrigin())
		if err != nil {
			return planned, err
		}
		a.asked.CredentialID, a.own = own[0].ID, own
	}
	found, err := s.findCounted(ctx, a)
	if err != nil {
		return planned, err
	}
	if a.asked.Accepts() && !found.any() {
		return planned, noMatchingVP()
	}
	if !a.asked.Empty() {
		planned.Session.Reuse = models.AsJSON(&a.asked)
	}
	planned.Session.RequiresEmailOTP = found.otp
	// The graph may end a session, or have it reviewed, before its first method. No earlier proof changes that.
	settled := planned.Begun != nil && planned.Begun.Moves()
	if settled {
		planned.Session.RequiresEmailOTP = false
	}
	if settled || planned.Session.Provisional {
		return planned, nil
	}
	if found.any() {
		planned.Reused = found.reused
		return planned, nil
	}
	planned.Trust, err = s.trust(ctx, a)
	return planned, err
}

// findCounted is find for a session that is created: a search by contact counts as an attempt. One by a token does not,
// because a token cannot be guessed.
func (s *Service) findCounted(ctx context.Context, a asking) (found, error) {
	byToken := a
	byToken.asked.AcceptExisting = nil
	hit, err := s.find(ctx, byToken)
	if err != nil || hit.any() || !a.asked.Accepts() {
		return hit, err
	}
	if err := s.countReuse(ctx, a.session.OrgID, Contacts{a.email, a.phone}); err != nil {
		return found{}, err
	}
	return s.byContact(ctx, a)
}

// asking returns the session to create as one that asks for an earlier verification.
func (n NewSession) asking(planned store.NewSession) asking {
	return asking{
		session: planned.Session, graph: planned.Graph, asked: n.Reuse, email: n.Contacts.Email, phone: n.Contacts.Phone,
		untrusted: n.Untrusted,
	}
}

// callerOrigin returns the origin of the page that creates the session; "" for a merchant's server.
func (n NewSession) callerOrigin() string {
	if !n.Untrusted {
		return ""
	}
	return n.PageOrigin
}

func noMatchingVP() error {
	return &models.Error{
		Code: models.CodeNoMatchingVP, Param: "accept_existing",
		Message: "No earlier verification of this person can be reused. Create the session without accept_existing",
	}
}

// lapsed returns the error for a session whose earlier verification was revoked while the session was created.
func (n NewSession) lapsed(err error) error {
	switch {
	case !errors.Is(err, store.ErrCredentialGone):
		return err
	case n.Reuse.Accepts():
		return noMatchingVP()
	default:
		return vpTokenInvalid()
	}
}

// countReuse counts an attempt to reuse a verification by the e-mail address, or without one by the phone number.
func (s *Service) countReuse(ctx context.Context, org string, c Contacts) error {
	param, contact := "email", c.Email
	if contact == "" {
		param, contact = "phone", c.Phone
	}
	if contact == "" {
		return nil
	}
	wait, err := s.store.TakeAttempt(ctx, "accept_existing:"+org+":"+contact, acceptExistingAttempts)
	if err != nil || wait == 0 {
		return err
	}
	return &models.Error{
		Code: models.CodeAcceptExistingLimited, Param: param, RetryAfter: wait,
		Message: "Too many attempts to reuse a verification of this person. Wait for the seconds that Retry-After says",
	}
}
