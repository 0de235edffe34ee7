package sessions

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"strconv"
	"time"

	"github.com/stile-id/stile/internal/fault"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// otpSends is how many codes are mailed for a session, and to an address for an organization. Counting an address over
// all organizations would tell one of them that its user is at another one.
var otpSends = store.Attempts{Most: 3, Window: 15 * time.Minute}

// sessionSends caps the codes and requests of one kind that a session causes in a day.
var sessionSends = store.Attempts{Most: models.MaxEmailCodes, Window: 24 * time.Hour}

// otpDigits is the length of a code.
const otpDigits = 6

// OTP is the state of the proof that a session's user has control of an e-mail address.
type OTP struct {
	// Available reports whether a code can be mailed for the session.
	Available bool
	// EmailKnown reports whether the session has an address, so that the user need not enter one.
	EmailKnown bool
	// Code is the mailed code that can be entered now; nil if there is none.
	Code *models.EmailCode
	// Proven reports whether the user has proven control of the session's address.
	Proven bool
}

// OTP returns the state of the proof of the session's e-mail address.
func (s *Service) OTP(ctx context.Context, session models.Session) (OTP, error) {
	state := OTP{
		Available:  s.otpRefusal(session) == nil,
		EmailKnown: session.EmailSealed != nil,
		Proven:     session.EmailProvenAt != nil,
	}
	if session.EmailCodes == 0 || session.Status.Terminal() {
		return state, nil
	}
	code, found, err := s.store.EmailCode(ctx, session.OrgID, session.ID)
	if found && code.Valid(s.now()) {
		state.Code = &code
	}
	return state, err
}

// otpRefusal returns the reason for which no code is mailed for the session, or nil.
func (s *Service) otpRefusal(session models.Session) error {
	if err := running(session); err != nil {
		return err
	}
	if err := takesProof(session); err != nil {
		return err
	}
	if !s.config.Mail {
		return models.Errorf(models.CodeOTPUnavailable, "This service cannot send codes by e-mail. Verify without a code")
	}
	return nil
}

// NewOTP asks for a code.
type NewOTP struct {
	// Email is the address in its canonical form; "" means the session's.
	Email string
	// Locale is the language of the mail as a BCP 47 tag; "" means the session's.
	Locale string
}

// SendOTP mails a code to the session's address, or to another one that the user has entered. It does the same for
// every address: whether a person is known does not matter. Errors: those of a device that may not act,
// CodeSessionTerminal, CodeSessionNotRedeemable, CodeOTPUnavailable, CodeParameterInvalid without an address,
// CodeRateLimitExceeded, ErrBusy.
func (s *Service) SendOTP(ctx context.Context, d Device, n NewOTP) (OTP, error) {
	if err := d.mayAct(d.Session); err != nil {
		return OTP{}, err
	}
	if err := s.otpRefusal(d.Session); err != nil {
		return OTP{}, err
	}
	if n.Email == "" {
		email, _, err := s.store.Contacts(d.Session)
		if err != nil {
			return OTP{}, err
		}
		if email == "" {
			return OTP{}, models.Invalid("email", "email must be given, because the session has no address")
		}
		n.Email = email
	}
	if err := s.countContact(ctx, d.Session, "otp", n.Email); err != nil {
		return OTP{}, err
	}
	number, err := newOTP()
	if err != nil {
		return OTP{}, err
	}
	return s.mailOTP(ctx, d, n, number)
}

func (s *Service) mailOTP(ctx context.Context, d Device, n NewOTP, number string) (OTP, error) {
	var code models.EmailCode
	var mail models.Mail
	session := d.Session
	err := s.withRow(ctx, d.Session, func(now models.Session, _ bool) (err error) {
		session = now
		if err := d.mayAct(now); err != nil {
			return err
		}
		code, mail, err = s.store.SendEmailCode(ctx, store.NewEmailCode{
			Session: now, Email: n.Email, Code: number, Mail: otpMail(now, n, number),
		})
		return err
	})
	if err != nil {
		return OTP{}, err
	}
	fault.Point("mail.queued")
	s.orders.mail(ctx, mail)
	return OTP{
		Available: true, EmailKnown: session.EmailSealed != nil, Code: &code, Proven: session.EmailProvenAt != nil,
	}, nil
}

// otpMail returns the mail with a code.
func otpMail(session models.Session, n NewOTP, number string) store.NewMail {
	locale := n.Locale
	if locale == "" && session.Locale != nil {
		locale = *session.Locale
	}
	return store.NewMail{
		OrgID: session.OrgID, Purpose: models.MailCode, TTL: models.EmailCodeTTL,
		MailContent: models.MailContent{To: n.Email, Locale: locale, Values: map[string]string{
			"code": number, "minutes": strconv.Itoa(int(models.EmailCodeTTL.Minutes())),
		}},
	}
}

// newOTP returns a random code.
func newOTP() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%0*d", otpDigits, n), nil
}

// countContact counts something that is sent to an address or a number of the user, for the session and for the
// organization. Kind tells what: addresses of mailed codes have "otp". Errors: CodeRateLimitExceeded.
func (s *Service) countContact(ctx context.Context, session models.Session, kind, value string) error {
	for _, bucket := range []struct {
		name string
		most store.Attempts
	}{
		{kind + ":session:" + session.ID, otpSends},
		{kind + ":address:" + session.OrgID + ":" + value, otpSends},
		{kind + ":all:" + session.ID, sessionSends},
	} {
		wait, err := s.store.TakeAttempt(ctx, bucket.name, bucket.most)
		if err != nil {
			return err
		}
		if wait > 0 {
			return &models.Error{
				Code: models.CodeRateLimitExceeded, RetryAfter: wait,
				Message: "This was asked for too often. Wait for the seconds that Retry-After says",
			}
		}
	}
	return nil
}

// VerifyOTP takes the code that the user has entered. The right code proves that the user has control of the address
// that it was mailed to, which becomes the session's, and verifies the session by an earlier verification of that
// person, if one stands in. A repeat after the proof returns the session. Errors: those of a device that may not act,
// CodeSessionTerminal, CodeEmailNotVerified before a code was mailed, CodeOTPExpired for a code that can no longer be
// entered, CodeOTPInvalid for a wrong one, those of Open, and ErrBusy.
func (s *Service) VerifyOTP(ctx context.Context, d Device, entered string) (models.Session, error) {
	if err := running(d.Session); err != nil {
		return d.Session, err
	}
	if err := d.mayAct(d.Session); err != nil {
		return d.Session, err
	}
	code, found, err := s.store.EmailCode(ctx, d.Session.OrgID, d.Session.ID)
	if err != nil {
		return d.Session, err
	}
	if !found {
		if d.Session.EmailProvenAt != nil {
			return s.reuseByEmail(ctx, d)
		}
		return d.Session, models.Errorf(models.CodeEmailNotVerified, "No code was mailed yet. Ask for one")
	}
	tried, err := s.store.TryEmailCode(ctx, code, entered)
	if err != nil {
		return d.Session, err
	}
	if !tried.Counted {
		return d.Session, expiredOTP("code")
	}
	if !tried.Right {
		return d.Session, wrongOTP("code", tried.TriesLeft())
	}
	return s.proveEmail(ctx, d, tried)
}

func expiredOTP(param string) error {
	return &models.Error{
		Code: models.CodeOTPExpired, Param: param, Message: "The code can no longer be entered. Ask for another one",
	}
}

func wrongOTP(param string, left int) error {
	message := fmt.Sprintf("The code is wrong. Tries left: %d", left)
	if left == 0 {
		message = "The code is wrong, and no try is left. Ask for another one"
	}
	return &models.Error{Code: models.CodeOTPInvalid, Param: param, Message: message}
}

func (s *Service) proveEmail(ctx context.Context, d Device, code store.TriedCode) (models.Session, error) {
	err := s.withRow(ctx, d.Session, func(session models.Session, _ bool) (err error) {
		if err := d.mayAct(session); err != nil {
			return err
		}
		d.Session, err = s.store.ProveEmail(ctx, session, code)
		return err
	})
	if err != nil {
		return d.Session, err
	}
	return s.reuseByEmail(ctx, d)
}

// reuseByEmail verifies a session by an earlier verification of the person with its proven address. If none stands in,
// or the session takes none, its user verifies anew.
func (s *Service) reuseByEmail(ctx context.Context, d Device) (models.Session, error) {
	email, _, err := s.store.Contacts(d.Session)
	if err != nil {
		return d.Session, err
	}
	session, _, err := s.ReuseProven(ctx, d, email)
	if models.CodeOf(err) == models.CodeSessionNotRedeemable { // the address has changed, or the session has moved on
		return s.store.Session(ctx, d.Session.OrgID, d.Session.ID)
	}
	return session, err
}
