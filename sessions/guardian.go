package sessions

import (
	"context"
	"time"

	"github.com/stile-id/stile/internal/fault"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/parental"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// guardianThanksTTL is how long the confirmation of a consent is useful.
const guardianThanksTTL = 72 * time.Hour

// GuardianRequest is the request behind the link of a mail to a guardian.
type GuardianRequest struct {
	Link         store.GuardianLink
	Guardian     models.Guardian
	Child        models.Session
	Organization models.Organization
	// Open reports whether a decision is asked for.
	Open bool
	// Proof is the newest session in which the guardian proves to be an adult; nil before the first.
	Proof *Proof
	// Text is the text of the consent.
	Text ConsentText
	// Locale is the language of the mails; nil if unknown.
	Locale *string
}

// Guardian returns the request behind a link, and changes nothing. Languages are those of the reader, best first.
// Errors: CodeParameterInvalid for an unknown token.
func (s *Service) Guardian(ctx context.Context, token string, languages ...string) (r GuardianRequest, err error) {
	link, signed := s.store.ReadGuardianLink(token)
	if !signed {
		return r, unknownLink(nil)
	}
	r.Link = link
	if r.Guardian, err = s.store.Across().Guardian(ctx, link.GuardianID); err != nil {
		return r, unknownLink(err)
	}
	if r.Child, err = s.store.Session(ctx, r.Guardian.OrgID, r.Guardian.SessionID); err != nil {
		return r, err
	}
	if r.Organization, err = s.store.Across().Organization(ctx, r.Guardian.OrgID); err != nil {
		return r, err
	}
	if r.Open, err = s.store.GuardianAsked(ctx, r.Guardian, r.Child); err != nil {
		return r, err
	}
	proof, found, err := s.proof(ctx, r.Guardian, r.Child)
	if found {
		r.Proof = &proof
	}
	if err != nil {
		return r, err
	}
	content, err := s.store.GuardianContent(r.Guardian)
	if content.Locale != "" {
		r.Locale = &content.Locale
		languages = append(languages, content.Locale)
	}
	r.Text = guardianText(r, languages)
	return r, err
}

// GuardianDecision is a guardian's decision.
type GuardianDecision struct {
	Consent bool
	// TextVersion is the version of the text that the guardian has read; nil for a refusal.
	TextVersion *string
	Languages   []string
}

// DecideGuardian takes the decision of the guardian of a link. A consent is the submission of the child's attempt. A
// refusal is one if no other guardian is left to decide. A repeat changes nothing. Errors: those of Guardian;
// CodeGuardianUnproven before the guardian has proved to be an adult; CodeChallengeInvalid where no decision is asked
// for any more; CodeParameterInvalid of text_version.
func (s *Service) DecideGuardian(ctx context.Context, token string, d GuardianDecision) (GuardianRequest, error) {
	err := again(func() error {
		asked, err := s.Guardian(ctx, token, d.Languages...)
		if err != nil {
			return err
		}
		switch {
		case asked.Link.Withdraw:
			return unknownLink(nil)
		case asked.Guardian.Status == d.status():
			return nil
		case !asked.Open:
			return guardianClosed()
		case d.Consent:
			return s.consentAsGuardian(ctx, asked, d)
		default:
			return s.refuseAsGuardian(ctx, asked)
		}
	})
	if err != nil {
		return GuardianRequest{}, err
	}
	return s.Guardian(ctx, token, d.Languages...)
}

func (d GuardianDecision) status() models.GuardianStatus {
	if d.Consent {
		return models.GuardianConsented
	}
	return models.GuardianRefused
}

func (s *Service) consentAsGuardian(ctx context.Context, asked GuardianRequest, d GuardianDecision) error {
	if asked.Proof == nil || !asked.Proof.Proven {
		return models.Errorf(models.CodeGuardianUnproven, "The guardian must prove to be an adult first")
	}
	text, err := guardianTextOf(asked, d.TextVersion)
	if err != nil {
		return err
	}
	content, err := s.store.GuardianContent(asked.Guardian)
	if err != nil {
		return err
	}
	delete(content.Values, "decide")
	return s.submitDecision(ctx, asked, &store.GuardianDecision{
		Guardian: asked.Guardian, Status: models.GuardianConsented, Text: text.Text, TextVersion: text.Version,
		Mail: &store.NewMail{
			OrgID: asked.Guardian.OrgID, Purpose: models.MailGuardianThanks, TTL: guardianThanksTTL, MailContent: content,
		},
	}, parental.Payload{Guardian: asked.Guardian.ID, Consent: true, Verifiable: verifies(asked.Proof.Session)})
}

func (s *Service) refuseAsGuardian(ctx context.Context, asked GuardianRequest) error {
	last, err := s.store.RefuseGuardian(ctx, asked.Guardian)
	if err != nil || !last {
		return err
	}
	return s.submitDecision(ctx, asked,
		&store.GuardianDecision{Guardian: asked.Guardian, Status: models.GuardianRefused},
		parental.Payload{Guardian: asked.Guardian.ID})
}

// submitDecision submits a decision for the child's attempt. It returns store.ErrRefused if a row has changed.
func (s *Service) submitDecision(
	ctx context.Context, asked GuardianRequest, d *store.GuardianDecision, payload parental.Payload,
) error {
	challenge, err := s.store.Challenge(ctx, asked.Guardian.OrgID, asked.Guardian.SessionID, asked.Guardian.ChallengeID)
	if err != nil {
		return guardianClosed()
	}
	offer, err := s.offerAt(ctx, asked.Child, challenge)
	if err != nil {
		return err
	}
	submission, err := newAccepted(methods.Accepted{Payload: payload}, challenge.ID)
	if err != nil {
		return err
	}
	submission.decision = d
	_, err = s.submit(ctx, asked.Child, offer, submission, true)
	fault.Point("guardian.decided")
	return err
}

// WithdrawGuardian withdraws the consent of the guardian of a link, and refuses before the decision. It revokes the
// child's credential, and fails a session that is still open. A repeat changes nothing. Errors: those of Guardian.
func (s *Service) WithdrawGuardian(ctx context.Context, token string, languages ...string) (GuardianRequest, error) {
	err := again(func() error {
		asked, err := s.Guardian(ctx, token)
		switch {
		case err != nil:
			return err
		case asked.Open:
			return s.refuseAsGuardian(ctx, asked)
		case asked.Guardian.Status != models.GuardianConsented:
			return nil
		}
		done, err := s.store.WithdrawConsent(ctx, asked.Guardian, asked.Child)
		if models.CodeOf(err) == models.CodeSessionTerminal {
			return store.ErrRefused // the session has ended since it was read
		}
		if err != nil {
			return err
		}
		s.orders.aftermath(ctx, done.Aftermath)
		if !done.Repeated {
			s.orders.changed(ctx, done.Session)
		}
		return nil
	})
	if err != nil {
		return GuardianRequest{}, err
	}
	return s.Guardian(ctx, token, languages...)
}

func guardianClosed() error {
	return models.Errorf(models.CodeChallengeInvalid, "This decision is not asked for any more")
}
