package merchant

import (
	"cmp"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/sessions"
)

// sessionInput holds the parameters of a session's creation.
type sessionInput struct {
	Type              *string            `json:"type"`
	WorkflowID        *string            `json:"workflow_id"`
	ReturnURL         *string            `json:"return_url"`
	CancelURL         *string            `json:"cancel_url"`
	Locale            *string            `json:"locale"`
	ClientReferenceID *string            `json:"client_reference_id"`
	Email             *string            `json:"email"`
	Phone             *string            `json:"phone"`
	Jurisdiction      *string            `json:"jurisdiction"`
	Delivery          *string            `json:"delivery_jurisdiction"`
	ClientIP          *string            `json:"client_ip"`
	Metadata          rest.MetadataInput `json:"metadata"`
	SkipVerification  *bool              `json:"skip_verification"`
	Methods           jsontext.Value     `json:"methods"`
	CaptchaToken      *string            `json:"captcha_token"`
	reuseInput

	// The parameters that have been read.
	contacts sessions.Contacts
	told     sessions.Told
	metadata map[string]string
	// presented is the VP token; nil without one.
	presented *sessions.Presented
}

func (hs *Handlers) readSession(c *rest.Call) (sessionInput, error) {
	var in sessionInput
	if err := admitPublishable(c); err != nil {
		return in, err
	}
	if err := rest.Decode(c.Body, &in); err != nil {
		return in, err
	}
	err := cmp.Or(in.checkCaptcha(c, hs.captcha != nil), in.checkNotTaken(), in.reuseInput.check(),
		in.checkKind(), in.checkSkip(c.Live()), in.checkURLs(c.Live()),
		rest.CheckText("client_reference_id", in.ClientReferenceID, rest.LongestReference),
		in.readPlaces(c), in.readLocale())
	if err != nil {
		return in, err
	}
	if in.contacts, err = readContacts(in.Email, in.Phone); err != nil {
		return in, err
	}
	if in.metadata, err = in.Metadata.Read(); err != nil {
		return in, err
	}
	return in, in.checkTrust(c)
}

// session returns the session to create.
func (in *sessionInput) session(c *rest.Call, from sessions.Sender) sessions.NewSession {
	n := sessions.NewSession{
		Org: c.Org(), Untrusted: c.Untrusted(), PageOrigin: c.Gin.GetHeader("Origin"), Sender: from,
		Type: models.SessionType(*in.Type), WorkflowID: *in.WorkflowID,
		ClientReferenceID: in.ClientReferenceID, ReturnURL: in.ReturnURL, CancelURL: in.CancelURL,
		Locale:   in.Locale,
		Metadata: in.metadata, Contacts: in.contacts, Told: in.told,
	}
	rest.Set(&n.Skip, in.SkipVerification)
	n.Reuse, n.VPToken = in.request(), in.presented
	return n
}

// checkTrust refuses from a browser the parameters that count as facts of the merchant: conditions read metadata, and
// the place of delivery is compared with the user's. Of the parameters that remain, type and workflow_id are in the
// session for the merchant to compare; client_reference_id, URLs and locale decide nothing; skip_verification is for
// sandboxes, where every browser may simulate a pass.
func (in *sessionInput) checkTrust(c *rest.Call) error {
	switch {
	case !c.Untrusted():
		return nil
	case len(in.metadata) > 0:
		return models.Invalid("metadata", "metadata can only be passed with a secret key")
	case in.told.Delivery != "":
		return models.Invalid("delivery_jurisdiction", "delivery_jurisdiction can only be passed with a secret key")
	}
	return nil
}

func admitPublishable(c *rest.Call) error {
	if c.Untrusted() && c.Org().PublishableCreateBlocked {
		return models.Errorf(models.CodePublishableCreateBlocked,
			"Your organization creates sessions from its backend. Use a secret key")
	}
	return nil
}

// checkNotTaken refuses parameters that the workflow decides.
func (in *sessionInput) checkNotTaken() error {
	if rest.Present(in.Methods) {
		return models.Invalid("methods", "methods are decided by the published workflow and cannot be passed here")
	}
	return nil
}

func (in *sessionInput) checkKind() error {
	switch {
	case in.Type == nil:
		return rest.Missing("type")
	case *in.Type != string(models.TypeAge) && *in.Type != string(models.TypeIdentity):
		return models.Invalid("type", "type must be '%s' or '%s'", models.TypeAge, models.TypeIdentity)
	case in.WorkflowID == nil:
		return rest.Missing("workflow_id")
	}
	return rest.CheckText("workflow_id", in.WorkflowID, rest.LongestID)
}

func (in *sessionInput) checkSkip(live bool) error {
	if live && in.SkipVerification != nil && *in.SkipVerification {
		return models.Invalid("skip_verification", "skip_verification is only available in sandbox organizations")
	}
	return nil
}

func (in *sessionInput) checkURLs(live bool) error {
	return cmp.Or(checkURL("return_url", in.ReturnURL, live), checkURL("cancel_url", in.CancelURL, live))
}

func checkURL(name string, text *string, live bool) error {
	if text == nil {
		return nil
	}
	_, err := rest.WebURL(name, *text, live)
	return err
}
