package device

import (
	"net/http"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/sessions"
)

// pathGuardian is the path of the routes for the links of mails to parents and guardians. The link's token is the
// credential, so the routes take no other.
const pathGuardian = "/v1/guardian"

// guardianObject is the request to a parent or guardian. It tells nothing about the child.
type guardianObject struct {
	Object string `json:"object"`
	// Link is decide or withdraw.
	Link     string                `json:"link"`
	Status   models.GuardianStatus `json:"status"`
	Merchant merchantObject        `json:"merchant"`
	UseCase  rules.UseCase         `json:"use_case"`
	// AgeTier is that of the child's session, and AdultTier the one that the guardian proves.
	AgeTier     rules.AgeTier     `json:"age_tier"`
	AdultTier   rules.AgeTier     `json:"adult_tier"`
	Consent     consentTextObject `json:"consent"`
	Proof       *proofObject      `json:"proof"`
	AskedAt     models.Timestamp  `json:"asked_at"`
	ExpiresAt   models.Timestamp  `json:"expires_at"`
	DecidedAt   *models.Timestamp `json:"decided_at"`
	WithdrawnAt *models.Timestamp `json:"withdrawn_at"`
}

// proofObject is the session in which the guardian proves to be an adult.
type proofObject struct {
	SessionID string               `json:"session_id"`
	Status    models.SessionStatus `json:"status"`
	Proven    bool                 `json:"proven"`
	// ClientSecret is null, except in the answer of POST /v1/guardian/proof.
	ClientSecret *string `json:"client_secret"`
}

func (hs *Handlers) showGuardian(r sessions.GuardianRequest) guardianObject {
	shown := guardianObject{
		Object: "guardian_request", Link: "decide", Status: r.Guardian.Status, Merchant: hs.showMerchant(r.Organization),
		UseCase: r.Child.UseCase, AgeTier: r.Child.AgeTier, AdultTier: rules.Majority(r.Child.Jurisdiction),
		Consent: consentTextObject(r.Text), AskedAt: r.Guardian.Created, ExpiresAt: r.Child.ExpiresAt,
		DecidedAt: r.Guardian.DecidedAt, WithdrawnAt: r.Guardian.WithdrawnAt,
	}
	if r.Link.Withdraw {
		shown.Link = "withdraw"
	}
	if r.Guardian.Status == models.GuardianInvited && !r.Open {
		shown.Status = models.GuardianClosed
	}
	if r.Proof != nil {
		shown.Proof = &proofObject{SessionID: r.Proof.Session.ID, Status: r.Proof.Session.Status, Proven: r.Proof.Proven}
	}
	return shown
}

type guardianInput struct {
	Token       *string `json:"token"`
	Decision    *string `json:"decision"`
	TextVersion *string `json:"text_version"`
}

// readGuardian reads the token of a link, and the decision where the route takes one.
func readGuardian(c *rest.Call, decides bool) (in guardianInput, token string, err error) {
	if !decides {
		token, err = readLink(c)
		return in, token, err
	}
	if err := rest.Decode(c.Body, &in); err != nil {
		return in, "", err
	}
	switch {
	case in.Token == nil:
		return in, "", rest.Missing("token")
	case in.Decision == nil:
		return in, "", rest.Missing("decision")
	case *in.Decision != "consent" && *in.Decision != "refuse":
		return in, "", models.Invalid("decision", "decision must be consent or refuse")
	}
	return in, *in.Token, rest.CheckText("token", in.Token, longestLink)
}

func languagesOf(c *rest.Call) []string { return rest.Languages(c.Gin.Request) }

// getGuardian returns the request behind a link. It changes nothing.
func (hs *Handlers) getGuardian(c *rest.Call) (rest.Answer, error) {
	_, token, err := readGuardian(c, false)
	if err != nil {
		return rest.Answer{}, err
	}
	asked, err := hs.sessions.Guardian(c.Ctx, token, languagesOf(c)...)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, hs.showGuardian(asked))
}

// proveGuardian returns the session in which the guardian proves to be an adult, with its client secret.
func (hs *Handlers) proveGuardian(c *rest.Call) (rest.Answer, error) {
	_, token, err := readGuardian(c, false)
	if err != nil {
		return rest.Answer{}, err
	}
	asked, err := hs.sessions.ProveGuardian(c.Ctx, token, languagesOf(c)...)
	if err != nil {
		return rest.Answer{}, err
	}
	shown := hs.showGuardian(asked)
	if !asked.Proof.Session.Status.Terminal() {
		secret, err := hs.kernel.Secrets.Issue(c.Ctx, asked.Proof.Session)
		if err != nil {
			return rest.Answer{}, err
		}
		shown.Proof.ClientSecret = &secret
	}
	return rest.Reply(http.StatusOK, shown)
}

// decideGuardian takes the guardian's decision. A repeat changes nothing.
func (hs *Handlers) decideGuardian(c *rest.Call) (rest.Answer, error) {
	in, token, err := readGuardian(c, true)
	if err != nil {
		return rest.Answer{}, err
	}
	asked, err := hs.sessions.DecideGuardian(c.Ctx, token, sessions.GuardianDecision{
		Consent: *in.Decision == "consent", TextVersion: in.TextVersion, Languages: languagesOf(c),
	})
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, hs.showGuardian(asked))
}

// withdrawGuardian withdraws the guardian's consent. A repeat changes nothing.
func (hs *Handlers) withdrawGuardian(c *rest.Call) (rest.Answer, error) {
	_, token, err := readGuardian(c, false)
	if err != nil {
		return rest.Answer{}, err
	}
	asked, err := hs.sessions.WithdrawGuardian(c.Ctx, token, languagesOf(c)...)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, hs.showGuardian(asked))
}
