package merchant

import (
	"context"
	"net/url"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// Captcha checks the tokens of captchas.
type Captcha interface {
	// Check returns nil for a token that a visitor of the host's page has made, and that no other request has used.
	// Errors: CodeCaptchaInvalid, CodeServiceUnavailable.
	Check(ctx context.Context, a models.CaptchaAttempt) error
}

// longestCaptcha is the length limit of Turnstile for its tokens.
const longestCaptcha = 2048

// checkCaptcha refuses a creation with a publishable key, which every visitor of a page can read, without a
// captcha_token. A sandbox organization needs none.
func (in *sessionInput) checkCaptcha(c *rest.Call, configured bool) error {
	if !c.Untrusted() || !c.Live() {
		return rest.CheckText("captcha_token", in.CaptchaToken, longestCaptcha)
	}
	required := &models.Error{Code: models.CodeCaptchaRequired, Param: "captcha_token"}
	switch {
	case !configured:
		required.Message = "A captcha_token is required to create a session with a publishable key, and this installation " +
			"cannot check one: its operator must set STILE_TURNSTILE_SECRET. Create the session from your backend, with a " +
			"secret key"
		return required
	case in.CaptchaToken == nil:
		required.Message = "A captcha_token is required to create a session with a publishable key"
		return required
	}
	return rest.CheckText("captcha_token", in.CaptchaToken, longestCaptcha)
}

// spendCaptcha has the token of a browser checked. A token can be used once, so all else about the request has been
// found valid before. A repeat of a request that has created its session needs no token any more.
func (hs *Handlers) spendCaptcha(c *rest.Call, token *string) error {
	if token == nil || !c.Untrusted() || hs.captcha == nil {
		return nil
	}
	if made, err := hs.store.SessionMade(c.Ctx, c.Org().ID); err != nil || made {
		return err
	}
	attempt := models.CaptchaAttempt{Token: *token}
	if page, err := url.Parse(c.Gin.GetHeader("Origin")); err == nil {
		attempt.Host = page.Hostname()
	}
	if address := c.Sender().Address; address.IsValid() {
		attempt.Address = address.String()
	}
	if store.HasReservedID(c.Ctx) {
		attempt.Request = hs.store.NewID(c.Ctx, models.PrefixSession)
	}
	return hs.captcha.Check(c.Ctx, attempt)
}
