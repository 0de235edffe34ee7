package device

import (
	"context"
	"net/http"
	"slices"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/sessions"
)

// viewObject is the session as the verification page shows it.
type viewObject struct {
	Object    string `json:"object"`
	SessionID string `json:"session_id"`
	// Revision rises with each change of the session, so that a client knows the newer of two views.
	Revision int64                `json:"revision"`
	Type     models.SessionType   `json:"type"`
	Status   models.SessionStatus `json:"status"`
	// Sandbox reports whether the page may simulate outcomes.
	Sandbox  bool           `json:"sandbox"`
	Merchant merchantObject `json:"merchant"`
	AgeTier  rules.AgeTier  `json:"age_tier"`
	// Jurisdiction is null until the place of the user is known.
	Jurisdiction     *rules.Jurisdiction `json:"jurisdiction"`
	Locale           *string             `json:"locale"`
	ReturnURL        *string             `json:"return_url"`
	CancelURL        *string             `json:"cancel_url"`
	VerificationPath *string             `json:"verification_path"`
	// VPToken is null until the session is verified, on a phone of a handoff, and once the credential has lapsed.
	VPToken          *string         `json:"vp_token"`
	DataRetention    retentionObject `json:"data_retention"`
	Methods          []methodObject  `json:"methods"`
	RequiresEmailOTP bool            `json:"requires_email_otp"`
	EmailOTP         otpObject       `json:"email_otp"`
	// PhoneKnown reports whether the session has a phone number, so that a method need not ask for one.
	PhoneKnown      bool          `json:"phone_known"`
	TrustReuse      sharingObject `json:"trust_reuse"`
	ConsentRequired bool          `json:"consent_required"`
	// BiometricConsent is the text to consent to; null unless ConsentRequired.
	BiometricConsent *consentTextObject `json:"biometric_consent"`
	// DeviceHints are the members that the page is to send when it opens the session, because signals of risk read them.
	DeviceHints   []string              `json:"device_hints"`
	OfferHandoff  bool                  `json:"offer_handoff"`
	HandoffReason *models.HandoffReason `json:"handoff_reason"`
	// HandoffChoices are the numbers from which the user of a phone is to pick the one that the desktop shows.
	HandoffChoices []int                 `json:"handoff_choices"`
	Failure        *models.FailureObject `json:"failure"`
	Review         *viewReview           `json:"review"`
	ExpiresAt      models.Timestamp      `json:"expires_at"`
}

// viewReview tells the user that the session is in review, without the reviewer and the reason.
type viewReview struct {
	Status models.ReviewStatus `json:"status"`
}

func showViewReview(r models.Review) *viewReview {
	if r.Status == "" {
		return nil
	}
	return &viewReview{Status: r.Status}
}

type merchantObject struct {
	Name    string  `json:"name"`
	LogoURL *string `json:"logo_url"`
	Color   *string `json:"color"`
}

func (hs *Handlers) showMerchant(org models.Organization) merchantObject {
	return merchantObject{Name: org.DisplayName(), LogoURL: hs.logoURL(org), Color: org.BrandColor}
}

// retentionObject holds the retention of the session's rule in days; null means erased at completion.
type retentionObject struct {
	Data      *int `json:"data_retention_days"`
	Images    *int `json:"document_image_retention_days"`
	Biometric *int `json:"biometric_retention_days"`
}

func showRetention(c models.ComplianceResult) retentionObject {
	return retentionObject{c.DataRetentionDays, c.DocumentImageRetentionDays, c.BiometricRetentionDays}
}

type consentTextObject struct {
	Text    string `json:"text"`
	Locale  string `json:"locale"`
	Version string `json:"version"`
}

func showConsentText(s models.Session, merchant string, languages []string) *consentTextObject {
	if !asksConsent(s) {
		return nil
	}
	shown := consentTextObject(sessions.ConsentTextFor(s, merchant, languages))
	return &shown
}

func (hs *Handlers) view(c *rest.Call, s models.Session) (rest.Answer, error) {
	t, err := hs.standingOf(c.Ctx, s)
	if err != nil {
		return rest.Answer{}, err
	}
	object, err := hs.viewOf(c.Ctx, t, c.Handoff, rest.Languages(c.Gin.Request))
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, object)
}

// viewOf returns the view for the desktop, or for the phone of a handoff, to a user of these languages.
func (hs *Handlers) viewOf(
	ctx context.Context, t standing, phone models.Handoff, languages []string,
) (viewObject, error) {
	s, org := t.session, t.org
	offered, err := hs.sessions.HandoffOffer(ctx, s, phone.ID != "")
	if err != nil {
		return viewObject{}, err
	}
	token, err := hs.vpToken(ctx, s, phone)
	if err != nil {
		return viewObject{}, err
	}
	otp, err := hs.sessions.OTP(ctx, s)
	if err != nil {
		return viewObject{}, err
	}
	sharing, err := hs.sessions.Sharing(ctx, s)
	if err != nil {
		return viewObject{}, err
	}
	hints, err := hs.sessions.HintsWanted(ctx, s)
	if err != nil {
		return viewObject{}, err
	}
	public := s.Public()
	return viewObject{
		Object: "verification_view", SessionID: s.ID, Revision: s.Revision, Type: s.Type, Status: s.Status,
		Sandbox:  org.Sandbox,
		Merchant: hs.showMerchant(org), AgeTier: s.AgeTier, Jurisdiction: placeOf(s), Locale: s.Locale,
		ReturnURL: s.ReturnURL, CancelURL: s.CancelURL, VerificationPath: s.VerificationPath, VPToken: token,
		RequiresEmailOTP: public.RequiresEmailOTP, EmailOTP: showOTP(otp), TrustReuse: showSharing(sharing),
		PhoneKnown:    s.PhoneSealed != nil,
		DataRetention: showRetention(public.Compliance), Methods: hs.showMethods(t), ConsentRequired: asksConsent(s),
		BiometricConsent: showConsentText(s, org.DisplayName(), languages), DeviceHints: hints,
		OfferHandoff: offered != nil, HandoffReason: offered, HandoffChoices: toChoose(phone),
		Failure: public.Failure, Review: showViewReview(s.Review), ExpiresAt: s.ExpiresAt,
	}, nil
}

// placeOf returns the jurisdiction of the session; nil while it is that of the merchant's server.
func placeOf(s models.Session) *rules.Jurisdiction {
	if s.Provisional {
		return nil
	}
	return &s.Jurisdiction
}

// asksConsent reports whether a biometric step of the session may come that needs the user's consent.
func asksConsent(s models.Session) bool {
	return s.AwaitsConsent() && !s.Status.Terminal() && slices.ContainsFunc(s.Methods.V, rules.Method.Biometric)
}
