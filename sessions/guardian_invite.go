package sessions

import (
	"context"
	"slices"
	"time"

	"github.com/stile-id/stile/internal/fault"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/graph"
)

// The bounds of mails to guardians: how many are asked for in a session, and how many go to one address for an
// organization. A reminder to each comes on top.
var (
	guardianSends     = store.Attempts{Most: 9, Window: 24 * time.Hour}
	guardianAddresses = store.Attempts{Most: 3, Window: 24 * time.Hour}
)

// invite stores a challenge and asks its guardians by mail. Errors: those of store.InviteGuardians.
func (s *Service) invite(ctx context.Context, n store.NewChallenge, asked []methods.GuardianMail) (Challenge, error) {
	in := store.Invitation{Values: s.guardianLinks, RemindAfter: models.GuardianReminder}
	for _, g := range asked {
		if g.Locale == "" && n.Session.Locale != nil {
			g.Locale = *n.Session.Locale
		}
		in.Guardians = append(in.Guardians, models.MailContent{To: g.To, Locale: g.Locale})
	}
	stored, content, mails, err := s.store.InviteGuardians(ctx, n, in)
	if err != nil {
		return Challenge{}, err
	}
	fault.Point("mail.queued")
	for _, mail := range mails {
		s.orders.mail(ctx, mail)
	}
	return Challenge{Challenge: stored, Data: content.Data}, nil
}

// guardianLinks returns the links of the mails to a guardian. The tokens stand in the fragments, which browsers do not
// send, so that no log has them.
func (s *Service) guardianLinks(g models.Guardian) map[string]string {
	link := func(withdraw bool) string {
		return s.config.GuardianURL + "#" + s.store.SignGuardianLink(store.GuardianLink{GuardianID: g.ID, Withdraw: withdraw})
	}
	return map[string]string{"decide": link(false), "withdraw": link(true)}
}

// mayInvite refuses guardians once a method has named them. Errors: CodeParameterInvalid of guardians for the session's
// own address, and of method where the workflow names none that the law accepts; CodeRateLimitExceeded.
func (s *Service) mayInvite(ctx context.Context, session models.Session, asked []methods.GuardianMail) error {
	own, _, err := s.store.Contacts(session)
	if err != nil {
		return err
	}
	if own != "" && slices.ContainsFunc(asked, func(g methods.GuardianMail) bool { return g.To == own }) {
		return models.Invalid("guardians", "guardians must not name the address of the session's own user")
	}
	g, err := s.guardianGraph(ctx, session)
	if err != nil {
		return err
	}
	offered := graph.OfferedMethods(g)
	reasons, err := s.Unavailable(ctx, session.OrgID, offered)
	if err != nil {
		return err
	}
	if len(reasons) == len(offered) {
		return models.Invalid("method",
			"parental_consent is not available: a guardian cannot prove to be an adult, because %s", reasons[offered[0]])
	}
	for _, g := range asked {
		if err := s.countGuardian(ctx, "guardian:address:"+session.OrgID+":"+g.To, guardianAddresses); err != nil {
			return err
		}
		if err := s.countGuardian(ctx, "guardian:session:"+session.ID, guardianSends); err != nil {
			return err
		}
	}
	return nil
}

// countGuardian counts a mail to a guardian in a bucket.
func (s *Service) countGuardian(ctx context.Context, bucket string, bound store.Attempts) error {
	wait, err := s.store.TakeAttempt(ctx, bucket, bound)
	if err != nil || wait == 0 {
		return err
	}
	return &models.Error{
		Code: models.CodeRateLimitExceeded, RetryAfter: wait,
		Message: "Too many mails were sent to guardians. Wait for the seconds that Retry-After says",
	}
}
