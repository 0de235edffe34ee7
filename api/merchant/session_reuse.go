package merchant

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

// reuseInput holds the parameters that ask for an earlier verification to be reused.
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
		rest.CheckText("credential_hash", in.CredentialHash, longestCredential))
}

// request returns the conditions on an earlier verification. The input must have been checked.
func (in *reuseInput) request() models.ReuseRequest {
	r := models.ReuseRequest{AcceptExisting: in.AcceptExisting}
	if in.MinStrength != nil {
		r.MinStrength = rules.Method(*in.MinStrength)
	}
	if in.MaxAge != nil {
		r.MaxAgeDays, _ = strconv.Atoi(strings.TrimSuffix(*in.MaxAge, "d"))
	}
	for _, name := range in.RequiredMethods {
		r.RequiredMethods = append(r.RequiredMethods, rules.Method(name))
	}
	if in.CredentialHash != nil {
		r.CredentialHash = strings.ToLower(*in.CredentialHash)
	}
	return r
}

func checkMethod(param string, name *string) error {
	if name == nil {
		return nil
	}
	if _, err := rest.ParseMethod(*name); err != nil {
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
