package device

import (
	"net/http"
	"regexp"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/sessions"
)

// otpObject is the state of the proof that the user has control of an e-mail address. It holds no address.
type otpObject struct {
	Object string `json:"object"`
	// Available reports whether a code can be mailed for the session.
	Available bool `json:"available"`
	// EmailKnown reports whether the session has an address, so that the page need not ask for one.
	EmailKnown bool `json:"email_known"`
	// Sent reports whether a mailed code can be entered now. ExpiresAt and AttemptsLeft are its own, null without one.
	Sent         bool              `json:"sent"`
	ExpiresAt    *models.Timestamp `json:"expires_at"`
	AttemptsLeft *int              `json:"attempts_left"`
	Proven       bool              `json:"proven"`
}

func showOTP(o sessions.OTP) otpObject {
	shown := otpObject{Object: "email_otp", Available: o.Available, EmailKnown: o.EmailKnown, Proven: o.Proven}
	if o.Code != nil {
		left, until := o.Code.TriesLeft(), o.Code.EndsAt()
		shown.Sent, shown.ExpiresAt, shown.AttemptsLeft = true, &until, &left
	}
	return shown
}

type sendOTPInput struct {
	Email  *string `json:"email"`
	Locale *string `json:"locale"`
}

// sendOTP mails a code to the session's address, or to the one in the body.
func (hs *Handlers) sendOTP(c *rest.Call) (rest.Answer, error) {
	var in sendOTPInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	var asked sessions.NewOTP
	var err error
	if in.Email != nil {
		if asked.Email, err = rest.ParseEmail("email", *in.Email); err != nil {
			return rest.Answer{}, err
		}
	}
	if in.Locale != nil {
		if asked.Locale, err = rest.ParseLocale("locale", *in.Locale); err != nil {
			return rest.Answer{}, err
		}
	}
	sent, err := hs.sessions.SendOTP(c.Ctx, c.Device(), asked)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, showOTP(sent))
}

type verifyOTPInput struct {
	Code *string `json:"code"`
}

var sixDigits = regexp.MustCompile(`^[0-9]{6}$`)

// verifyOTP takes the code that the user has entered. A malformed one costs no try.
func (hs *Handlers) verifyOTP(c *rest.Call) (rest.Answer, error) {
	var in verifyOTPInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	if in.Code == nil {
		return rest.Answer{}, rest.Missing("code")
	}
	if !sixDigits.MatchString(*in.Code) {
		return rest.Answer{}, models.Invalid("code", "code must be six digits")
	}
	session, err := hs.sessions.VerifyOTP(c.Ctx, c.Device(), *in.Code)
	if err != nil {
		return rest.Answer{}, err
	}
	return hs.view(c, session)
}
