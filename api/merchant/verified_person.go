package merchant

import (
	"cmp"
	"net/http"
	"regexp"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/number"
	"github.com/stile-id/stile/sessions"
)

// lookupInput names a person, and the conditions on an earlier verification.
type lookupInput struct {
	Email       *string        `json:"email"`
	Phone       *string        `json:"phone"`
	MinStrength *string        `json:"min_strength"`
	MaxAge      jsontext.Value `json:"max_age"` // days, as a string or a number
	Methods     []string       `json:"methods"`
}

// lookupObject says whether a person has been verified. Credentials and the person's id come with returning users.
type lookupObject struct {
	Object           string     `json:"object"`
	Verified         bool       `json:"verified"`
	VerifiedPersonID *string    `json:"verified_person_id"`
	Credentials      []struct{} `json:"credentials"`
}

// lookUpPerson answers that the person has not been verified before: no verification can be reused yet.
func (hs *Handlers) lookUpPerson(c *rest.Call) (rest.Answer, error) {
	var in lookupInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	person, err := readContacts(in.Email, in.Phone)
	if err != nil {
		return rest.Answer{}, err
	}
	if person == (sessions.Contacts{}) {
		return rest.Answer{}, models.Invalid("email", "Missing required parameter: email or phone")
	}
	err = cmp.Or(checkMethod("min_strength", in.MinStrength), checkDays("max_age", in.MaxAge),
		checkMethods("methods", in.Methods))
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, lookupObject{Object: "verified_person_lookup", Credentials: []struct{}{}})
}

// mostDays is as long as that of a session's max_age.
const mostDays = 99_999

var quotedDays = regexp.MustCompile(`^"[0-9]{1,5}"$`)

// checkDays takes "30" as documented, and 30.
func checkDays(param string, value jsontext.Value) error {
	if !rest.Present(value) {
		return nil
	}
	text := string(value)
	if quotedDays.MatchString(text) {
		text = text[1 : len(text)-1]
	}
	if days, err := number.Parse(text); err != nil || days < 1 || days > mostDays {
		return models.Invalid(param, "%s must be a number of days, such as \"30\"", param)
	}
	return nil
}
