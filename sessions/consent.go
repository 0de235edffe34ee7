package sessions

import (
	"context"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

// Consent notes that the user consents to biometric processing, after reading the text of that version; nil if the page
// does not name it. Errors: those of a device that may not act, CodeParameterInvalid if granted is false or the version
// unknown, and those of store.Consent.
func (s *Service) Consent(ctx context.Context, d Device, granted bool, textVersion *string) (models.Session, error) {
	if err := d.mayAct(d.Session); err != nil {
		return models.Session{}, err
	}
	if !granted {
		return models.Session{}, models.Invalid("granted",
			"granted must be true. Who does not consent may take a method that is not biometric")
	}
	if err := checkConsentText(textVersion); err != nil {
		return models.Session{}, err
	}
	return s.store.Consent(ctx, d.Session.OrgID, d.Session.ID, textVersion)
}

// consented refuses a biometric method while the law's consent is missing.
func consented(s models.Session, method rules.Method) error {
	if method.Biometric() && s.AwaitsConsent() {
		return models.Errorf(models.CodeConsentRequired, "The law asks for the user's consent before %s", method)
	}
	return nil
}
