package sessions

import (
	"context"
	"errors"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
)

// grantMailTTL is how long the mail about a grant is useful.
const grantMailTTL = 72 * time.Hour

// trust returns the demand on a verification that the user shares. It returns nil if none may verify the session: the
// organization accepts none, the merchant asks otherwise, or the user has not proven an address that must be proven. It
// does not look whether the user shares anything, so that a session tells nothing about that.
func (s *Service) trust(ctx context.Context, a asking) (*store.Trust, error) {
	if !s.config.Mail || a.email == "" || a.asked.AcceptExisting != nil || a.asked.CredentialHash != "" {
		return nil, nil
	}
	if a.untrusted && !a.proven {
		return nil, nil
	}
	org, err := s.store.Across().Organization(ctx, a.session.OrgID)
	if err != nil || !org.Trust.Accept {
		return nil, err
	}
	if demanded, err := s.demandsOTP(ctx, a); err != nil || demanded {
		return nil, err
	}
	policy, reachable := s.policy(a)
	if !reachable {
		return nil, nil
	}
	if days := org.Trust.MaxAgeDays; days > 0 {
		policy.MaxAge = shorter(policy.MaxAge, time.Duration(days)*24*time.Hour)
	}
	policy.Methods = org.Trust.Methods.V
	var place rules.Jurisdiction
	if org.Trust.SameJurisdiction {
		place = a.session.Jurisdiction
	}
	return &store.Trust{Demand: policy.Demand(place), Email: a.email, Notice: s.notice(a)}, nil
}

// shorter returns the shorter of two maximal ages, of which the first may be 0, for none.
func shorter(a, b time.Duration) time.Duration {
	if a == 0 || b < a {
		return b
	}
	return a
}

// notice returns the mail about a grant, with a link that revokes it and one that ends all sharing. The tokens stand
// in the fragments, which browsers do not send, so that no log has them.
func (s *Service) notice(a asking) func(models.TrustGrant) store.NewMail {
	locale := ""
	if a.session.Locale != nil {
		locale = *a.session.Locale
	}
	link := func(grant string, all bool) string {
		return s.config.SharingURL + "#" + s.store.SignTrustLink(store.TrustLink{GrantID: grant, All: all})
	}
	return func(g models.TrustGrant) store.NewMail {
		return store.NewMail{
			OrgID: g.OrgID, Purpose: models.MailGrant, TTL: grantMailTTL,
			MailContent: models.MailContent{To: a.email, Locale: locale, Values: map[string]string{
				"revoke": link(g.ID, false), "revoke_all": link(g.ID, true),
			}},
		}
	}
}

// verifyByTrust verifies an open session by a verification that its user shares, and reports whether one stands in.
func (s *Service) verifyByTrust(ctx context.Context, a asking) (models.Session, bool, error) {
	trust, err := s.trust(ctx, a)
	if err != nil || trust == nil {
		return a.session, false, err
	}
	done, granted, err := s.store.GrantTrust(ctx, a.session, *trust, models.CancellableStatuses...)
	if err != nil || !granted {
		return a.session, false, err
	}
	s.notify(ctx, done)
	if !done.Repeated {
		s.orders.changed(ctx, done.Session)
	}
	return done.Session, true, nil
}

// notify has the mail of a change sent.
func (s *Service) notify(ctx context.Context, done store.Changed) {
	if done.Mail != nil {
		s.orders.mail(ctx, *done.Mail)
	}
}

// Sharing is the state of the user's consent to share the verification with other organizations.
type Sharing struct {
	// Available reports whether the user can give the consent.
	Available bool
	// Consented reports whether the user has given it.
	Consented bool
}

// Sharing returns the state of the consent for a session.
func (s *Service) Sharing(ctx context.Context, session models.Session) (Sharing, error) {
	if !s.config.Mail || session.Status != models.StatusVerified || session.CredentialID == nil {
		return Sharing{}, nil
	}
	c, err := s.store.Credential(ctx, session.OrgID, *session.CredentialID)
	if models.CodeOf(err) == models.CodeResourceMissing {
		return Sharing{}, nil
	}
	if err != nil || !c.ValidAt(s.now()) || !store.Sharable(c) {
		return Sharing{}, err
	}
	_, given, err := s.store.Sharing(ctx, session.OrgID, c.ID)
	return Sharing{Available: true, Consented: given}, err
}

// Share records or withdraws the user's consent to share the verification of the session. Errors:
// CodeTrustReuseUnavailable for a session without a verification that can be shared, and after too many consents.
func (s *Service) Share(ctx context.Context, session models.Session, consent bool) (Sharing, error) {
	if !consent {
		ended, err := s.store.UnshareCredential(ctx, session)
		if err != nil {
			return Sharing{}, err
		}
		s.orders.revoke(ctx, ended)
		return s.Sharing(ctx, session)
	}
	if !s.config.Mail {
		return Sharing{}, notShared("This service cannot send mails, so users cannot share verifications")
	}
	if session.Status != models.StatusVerified {
		return Sharing{}, notShared("Only a verified session can be shared")
	}
	err := s.store.ShareCredential(ctx, session)
	switch {
	case errors.Is(err, store.ErrNothingToShare):
		return Sharing{}, notShared("This verification cannot be shared: it does not hold any more, was made by another" +
			" organization, or has no e-mail address")
	case errors.Is(err, store.ErrRefused):
		return Sharing{}, notShared("The consent was given and withdrawn too often. Verify anew")
	case err != nil:
		return Sharing{}, err
	}
	return s.Sharing(ctx, session)
}

func notShared(why string) error { return models.Errorf(models.CodeTrustReuseUnavailable, "%s", why) }

// ChangeTrustPolicy changes the organization's policy for verifications that users share. Errors: those of the store;
// CodeTrustReuseUnavailable for a switch-on where no mails can be sent, because users could not be told of grants.
func (s *Service) ChangeTrustPolicy(
	ctx context.Context, org, actor string, c store.TrustPolicyChange,
) (models.Organization, error) {
	if c.Accept != nil && *c.Accept && !s.config.Mail {
		return models.Organization{}, notShared("This service cannot send mails, so it could not tell users of grants. " +
			"Its operator must set STILE_SMTP_URL")
	}
	return s.store.ChangeTrustPolicy(ctx, org, actor, c)
}

// RevokeGrant revokes a grant of the organization, in the name of actor. A repeat returns the revoked grant. Errors:
// CodeResourceMissing.
func (s *Service) RevokeGrant(ctx context.Context, org, id, actor string) (models.TrustGrant, error) {
	return s.revokeGrant(ctx, org, id, actor, models.TrustTargetRevoked)
}

func (s *Service) revokeGrant(
	ctx context.Context, org, id, actor string, reason models.TrustRevocation,
) (models.TrustGrant, error) {
	done, err := s.store.RevokeGrant(ctx, org, id, actor, reason)
	if err == nil {
		s.orders.aftermath(ctx, store.Aftermath{Events: done.Events})
	}
	return done.Grant, err
}

// GrantLink is the meaning of a link in a mail about a grant.
type GrantLink struct {
	// Organization is the name of the organization that accepted the verification.
	Organization string
	// All means that the link ends all sharing.
	All bool
	// Open reports whether the link still works.
	Open  bool
	Grant models.TrustGrant
}

// GrantLink returns the meaning of a link, and changes nothing. Errors: CodeParameterInvalid for an unknown token.
func (s *Service) GrantLink(ctx context.Context, token string) (GrantLink, error) {
	link, err := s.readLink(token)
	if err != nil {
		return GrantLink{}, err
	}
	linked, err := s.store.Across().LinkedGrant(ctx, link)
	if err != nil {
		return GrantLink{}, unknownLink(err)
	}
	org, err := s.store.Across().Organization(ctx, linked.OrgID)
	return GrantLink{Organization: org.DisplayName(), All: link.All, Open: linked.Open, Grant: linked.TrustGrant}, err
}

// FollowGrantLink revokes the grant of a link, or ends all sharing of its person. A link works once; a repeat changes
// nothing. Errors: those of GrantLink.
func (s *Service) FollowGrantLink(ctx context.Context, token string) (GrantLink, error) {
	link, err := s.readLink(token)
	if err != nil {
		return GrantLink{}, err
	}
	linked, err := s.store.Across().LinkedGrant(ctx, link)
	if err != nil {
		return GrantLink{}, unknownLink(err)
	}
	if link.All {
		err = s.endSharing(ctx, link.GrantID)
	} else {
		_, err = s.revokeGrant(ctx, linked.OrgID, link.GrantID, store.ActorUser, models.TrustUserRevoked)
	}
	if err != nil {
		return GrantLink{}, err
	}
	return s.GrantLink(ctx, token)
}

func (s *Service) endSharing(ctx context.Context, grantID string) error {
	ended, err := s.store.Across().EndSharing(ctx, grantID)
	if err == nil {
		s.orders.revoke(ctx, ended)
	}
	return err
}

func (s *Service) readLink(token string) (store.TrustLink, error) {
	link, signed := s.store.ReadTrustLink(token)
	if !signed {
		return link, unknownLink(nil)
	}
	return link, nil
}

// unknownLink returns the error for a link that is not ours, or err if the grant could not be read.
func unknownLink(err error) error {
	if err != nil && models.CodeOf(err) != models.CodeResourceMissing {
		return err
	}
	return models.Invalid("token", "The link is not valid. Open the link of the mail again, in full")
}
