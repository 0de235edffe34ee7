package sessions

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/stile-id/stile/internal/fault"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// Presented holds the claims of a VP token with a valid signature. The zero Presented is that of a token without one.
type Presented struct {
	CredentialID, PersonID, OrgID string
	// Origin is the only page that may present the token; "" if any page may.
	Origin string
}

func vpTokenInvalid() error {
	return &models.Error{
		Code: models.CodeVPTokenInvalid, Param: "vp_token",
		Message: "The VP token is invalid. Go on without vp_token",
	}
}

// redeemable returns the credential of a token that the session may present, followed by the others that the
// organization has of its person. The claims only name the row; the row decides. Origin is that of the calling page; ""
// if the caller is no browser. Errors: CodeVPTokenInvalid.
func (s *Service) redeemable(
	ctx context.Context, a asking, token Presented, origin string,
) ([]models.Credential, error) {
	org := a.session.OrgID
	if token.OrgID != org || !models.PrefixCredential.Names(token.CredentialID) {
		return nil, vpTokenInvalid()
	}
	if token.Origin != "" && origin != "" && token.Origin != origin {
		return nil, vpTokenInvalid()
	}
	own, err := s.store.PresentedCredentials(ctx, org, token.CredentialID)
	if err != nil {
		return nil, err
	}
	current := func(row models.Credential) bool { return row.SupersededAt == nil } // itself, or its successor
	if !slices.ContainsFunc(own, current) || own[0].PersonID != token.PersonID || !s.boundTo(own[0], a.email) {
		return nil, vpTokenInvalid()
	}
	return own, nil
}

// boundTo reports whether a credential is bound to the session's e-mail address. A session without one has any
// credential.
func (s *Service) boundTo(c models.Credential, email string) bool {
	return email == "" || c.EmailHash != nil && *c.EmailHash == s.store.EmailHash(c.OrgID, email)
}

func notRedeemable(why string) error {
	return models.Errorf(models.CodeSessionNotRedeemable, "%s", why)
}

// Redeem verifies a session by a VP token. A repeat returns the session. Origin is the Origin header of the request.
// Errors: CodeVPTokenInvalid; CodeSessionNotRedeemable for a session that has ended, asks for a fresh verification or
// has had a submission, and if no credential of the person meets the session's terms; CodeEmailNotVerified and
// CodeOTPNotProven if the workflow demands a proof of the e-mail address; those of a device that may not
// act, those of Open for a provisional session, and ErrBusy.
func (s *Service) Redeem(ctx context.Context, d Device, token Presented, origin string) (models.Session, error) {
	if d.Session.PageOrigin != nil {
		origin = *d.Session.PageOrigin
	}
	email, _, err := s.store.Contacts(d.Session)
	if err != nil {
		return d.Session, err
	}
	own, err := s.redeemable(ctx, asking{session: d.Session, email: email}, token, origin)
	if err != nil {
		return d.Session, err
	}
	c := own[0]
	if redeemed(d.Session, c) {
		return d.Session, nil
	}
	if err := takesProof(d.Session); err != nil {
		return d.Session, err
	}
	if d, err = s.opened(ctx, d); err != nil {
		return d.Session, err
	}
	session := d.Session
	err = s.withRow(ctx, session, func(now models.Session, _ bool) (err error) {
		d.Session = now
		session, err = s.redeem(ctx, d, email, c)
		return err
	})
	if errors.Is(err, store.ErrCredentialGone) {
		err = vpTokenInvalid()
	}
	return session, err
}

func (s *Service) redeem(ctx context.Context, d Device, email string, c models.Credential) (models.Session, error) {
	session := d.Session
	if redeemed(session, c) {
		return session, nil
	}
	if err := takesProof(session); err != nil {
		return session, err
	}
	if err := d.mayAct(session); err != nil {
		return session, err
	}
	a, err := s.askingOf(ctx, session)
	if err != nil {
		return session, err
	}
	a.email, a.asked.CredentialID = email, c.ID
	reused, err := s.byToken(ctx, a)
	if err != nil {
		return session, err
	}
	if reused == nil {
		return session, notRedeemable("The earlier verification does not meet the terms of this session. Verify anew")
	}
	if demanded, err := s.demandsOTP(ctx, a); err != nil || demanded {
		return session, cmp.Or(err, unproven(session))
	}
	return s.verifyBy(ctx, session, *reused)
}

// unproven returns the error for a session whose workflow demands a proof of the e-mail address.
func unproven(s models.Session) error {
	if s.EmailCodes == 0 {
		return models.Errorf(models.CodeEmailNotVerified, "The user must prove the e-mail address first. Ask for a code")
	}
	return models.Errorf(models.CodeOTPNotProven, "The user has not entered the code that was mailed")
}

// redeemed reports whether the session was verified by a token of the credential's person.
func redeemed(s models.Session, c models.Credential) bool {
	return s.Status == models.StatusVerified && s.VerificationPath != nil && *s.VerificationPath == store.PathVPToken &&
		s.VerifiedPersonID != nil && *s.VerifiedPersonID == c.PersonID
}

// takesProof refuses a session that an earlier verification cannot verify any more.
func takesProof(s models.Session) error {
	switch {
	case s.Status.Terminal():
		return notRedeemable("The session has ended")
	case s.EmailChanged:
		return notRedeemable("The e-mail address of the session was changed. Verify anew")
	case s.Reuse.V.Fresh():
		return notRedeemable("The session asks for a fresh verification")
	case s.Submissions > 0 || s.Status == models.StatusProcessing:
		return notRedeemable("The verification of this session has begun")
	default:
		return nil
	}
}

// askingOf returns a stored session as one that asks for an earlier verification.
func (s *Service) askingOf(ctx context.Context, session models.Session) (a asking, err error) {
	a.session = session
	if session.Reuse.V != nil {
		a.asked = *session.Reuse.V
	}
	a.untrusted, a.proven = session.PageOrigin != nil, session.EmailProvenAt != nil
	if a.graph, err = s.store.SessionGraph(ctx, session); err != nil {
		return a, err
	}
	a.email, a.phone, err = s.store.Contacts(session)
	return a, err
}

// verifyBy verifies an open session by an earlier verification, and tells its run.
func (s *Service) verifyBy(ctx context.Context, session models.Session, r store.Reused) (models.Session, error) {
	done, err := s.store.Reuse(ctx, session, r, models.CancellableStatuses...)
	if err != nil {
		return session, err
	}
	fault.Point("reuse.committed")
	if !done.Repeated {
		s.orders.changed(ctx, done.Session)
	}
	return done.Session, nil
}

// ReuseProven verifies a session by an earlier verification of its user, who has proven control of the e-mail address,
// and reports whether one stands in. If none does, the session goes on without: its user verifies anew. Errors:
// CodeSessionNotRedeemable for a session that has ended, asks for a fresh verification or has had a submission, those
// of Open for a provisional session, and ErrBusy.
func (s *Service) ReuseProven(
	ctx context.Context, d Device, email string,
) (session models.Session, reused bool, err error) {
	if err := takesProof(d.Session); err != nil {
		return d.Session, false, err
	}
	if d, err = s.opened(ctx, d); err != nil {
		return d.Session, false, err
	}
	session = d.Session
	err = s.withRow(ctx, session, func(now models.Session, _ bool) error {
		session, reused, err = s.reuseProven(ctx, now, email)
		if errors.Is(err, store.ErrCredentialGone) {
			return store.ErrRefused // decide again
		}
		return err
	})
	return session, reused, err
}

func (s *Service) reuseProven(ctx context.Context, session models.Session, email string) (models.Session, bool, error) {
	if err := takesProof(session); err != nil {
		return session, false, err
	}
	a, err := s.askingOf(ctx, session)
	if err != nil {
		return session, false, err
	}
	a.email, a.proven = email, true
	hit, err := s.byContact(ctx, a)
	if err != nil {
		return session, false, err
	}
	if hit.reused != nil {
		session, err = s.verifyBy(ctx, session, *hit.reused)
		return session, err == nil, err
	}
	if session, reused, err := s.verifyByTrust(ctx, a); err != nil || reused {
		return session, reused, err
	}
	if !session.RequiresEmailOTP {
		return session, false, nil
	}
	done, err := s.store.DropOTP(ctx, session)
	return done.Session, false, err
}
