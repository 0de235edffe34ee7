package sessions

import (
	"context"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// acceptExistingAttempts is how often an organization may ask whether a person has been verified, per e-mail address.
var acceptExistingAttempts = store.Attempts{Most: 5, Window: 15 * time.Minute}

// reuse refuses a session that asks for an earlier verification, because no verification can be reused yet. Errors:
// CodeVPTokenInvalid, since no token has been issued, and CodeNoMatchingVP, which tell the client to create the session
// without the parameter; CodeAcceptExistingLimited.
func (s *Service) reuse(ctx context.Context, n NewSession) error {
	if n.VPToken != "" {
		return &models.Error{
			Code: models.CodeVPTokenInvalid, Param: "vp_token",
			Message: "The VP token is invalid. Create the session without vp_token",
		}
	}
	if !n.AcceptExisting {
		return nil
	}
	if err := s.countReuse(ctx, n.Org.ID, n.Contacts.Email); err != nil {
		return err
	}
	return &models.Error{
		Code: models.CodeNoMatchingVP, Param: "accept_existing",
		Message: "No earlier verification of this person can be reused. Create the session without accept_existing",
	}
}

// countReuse counts an attempt to reuse a verification by the e-mail address, where one is given.
func (s *Service) countReuse(ctx context.Context, org, email string) error {
	if email == "" {
		return nil
	}
	wait, err := s.store.TakeAttempt(ctx, "accept_existing:"+org+":"+email, acceptExistingAttempts)
	if err != nil || wait == 0 {
		return err
	}
	return &models.Error{
		Code: models.CodeAcceptExistingLimited, Param: "email", RetryAfter: wait,
		Message: "Too many attempts to reuse a verification by this e-mail address. " +
			"Wait for the seconds that Retry-After says",
	}
}
