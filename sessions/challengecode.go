package sessions

import (
	"context"
	"regexp"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// challengeCode returns the code to mail with a challenge, or nil if to is nil. Errors: CodeOTPUnavailable if no mail
// can be sent.
func (s *Service) challengeCode(session models.Session, to *methods.CodeMail) (*store.ChallengeCode, error) {
	if to == nil {
		return nil, nil
	}
	if !s.config.Mail {
		return nil, models.Errorf(models.CodeOTPUnavailable, "This service cannot send codes by e-mail")
	}
	number, err := newOTP()
	if err != nil {
		return nil, err
	}
	return &store.ChallengeCode{
		Code: number, Mail: otpMail(session, NewOTP{Email: to.To, Locale: to.Locale}, number),
	}, nil
}

var sixDigits = regexp.MustCompile(`^[0-9]{6}$`)

// rightCodes are the ids of challenges whose code was entered in one request. The request may be checked again because
// the session's row has changed, which costs no further try.
type rightCodes map[string]bool

// Code implements methods.Held. A malformed code costs no try.
func (h *held) Code(ctx context.Context, param, entered string) error {
	if !sixDigits.MatchString(entered) {
		return models.Invalid(param, "%s must be six digits", param)
	}
	if h.opened.ID == "" {
		return store.ChallengeInvalid(param)
	}
	if h.entered[h.opened.ID] {
		return nil
	}
	tried, err := h.service.store.TryChallengeCode(ctx, h.opened, entered)
	switch {
	case err != nil:
		return err
	case !tried.Counted:
		return expiredOTP(param)
	case !tried.Right:
		return wrongOTP(param, tried.TriesLeft)
	default:
		h.entered[h.opened.ID] = true
		return nil
	}
}
