package api

import (
	"cmp"
	"fmt"
	"regexp"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// reuseInput are the parameters by which a session may rest on an earlier verification. No verification can be reused
// yet, so they are checked, and then answered as for a person who has not been verified before.
type reuseInput struct {
	AcceptExisting  *bool    `json:"accept_existing"`
	MinStrength     *string  `json:"min_strength"`
	MaxAge          *string  `json:"max_age"`
	RequiredMethods []string `json:"required_methods"`
	CredentialHash  *string  `json:"credential_hash"`
	VPToken         *string  `json:"vp_token"`
}

// longestCredential is enough for any hash of a credential.
const longestCredential = 255

var maxAgeDuration = regexp.MustCompile(`^[1-9][0-9]{0,4}d$`)

func (in *reuseInput) check() error {
	if in.MaxAge != nil && !maxAgeDuration.MatchString(*in.MaxAge) {
		return models.Invalid("max_age", "max_age must be a number of days with a d behind it, such as 30d")
	}
	return cmp.Or(checkMethod("min_strength", in.MinStrength), checkMethods("required_methods", in.RequiredMethods),
		checkText("credential_hash", in.CredentialHash, longestCredential))
}

func checkMethod(param string, name *string) error {
	if name == nil {
		return nil
	}
	if _, err := parseMethod(*name); err != nil {
		return models.Invalid(param, "%s must be a method such as document_capture", param)
	}
	return nil
}

// mostMethods is well beyond the number of methods there are.
const mostMethods = 50

func checkMethods(param string, names []string) error {
	if len(names) > mostMethods {
		return models.Invalid(param, "%s must not have more than %d entries", param, mostMethods)
	}
	for i := range names {
		if err := checkMethod(fmt.Sprintf("%s[%d]", param, i), &names[i]); err != nil {
			return err
		}
	}
	return nil
}

// acceptExistingAttempts is how often an organization may ask whether a person has been verified, by each e-mail address.
var acceptExistingAttempts = store.Attempts{Most: 5, Window: 15 * time.Minute}

// reuse answers a session that asks for an earlier verification. Errors: CodeVPTokenInvalid, since no token has been
// issued, and CodeNoMatchingVP, which tell the client to create the session without the parameter;
// CodeAcceptExistingLimited.
func (a *API) reuse(c *call, in sessionInput) error {
	if in.VPToken != nil && *in.VPToken != "" {
		return &models.Error{
			Code: models.CodeVPTokenInvalid, Param: "vp_token",
			Message: "The VP token is invalid. Create the session without vp_token",
		}
	}
	if in.AcceptExisting == nil || !*in.AcceptExisting {
		return nil
	}
	if err := a.countReuse(c, in.contacts); err != nil {
		return err
	}
	return &models.Error{
		Code: models.CodeNoMatchingVP, Param: "accept_existing",
		Message: "No earlier verification of this person can be reused. Create the session without accept_existing",
	}
}

// countReuse counts an attempt at the e-mail address, where there is one.
func (a *API) countReuse(c *call, who contacts) error {
	if who.email == "" {
		return nil
	}
	wait, err := a.store.TakeAttempt(c.ctx, "accept_existing:"+c.org().ID+":"+who.email, acceptExistingAttempts)
	if err != nil || wait == 0 {
		return err
	}
	return &models.Error{
		Code: models.CodeAcceptExistingLimited, Param: "email", RetryAfter: wait,
		Message: "Too many attempts to reuse a verification by this e-mail address. Wait for the seconds that Retry-After says",
	}
}
