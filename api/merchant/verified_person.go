package merchant

import (
	"cmp"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
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

// lookupObject tells whether a person has been verified under the conditions.
type lookupObject struct {
	Object           string             `json:"object"`
	Verified         bool               `json:"verified"`
	VerifiedPersonID *string            `json:"verified_person_id"`
	Credentials      []credentialObject `json:"credentials"`
}

// credentialObject is a credential as lookups show it: names in upper case, times in ISO 8601.
type credentialObject struct {
	Method     string `json:"method"`
	Strength   string `json:"strength"`
	VerifiedAt string `json:"verified_at"`
	ExpiresAt  string `json:"expires_at"`
}

// isoTime is the form of times in lookups, in UTC with milliseconds.
const isoTime = "2006-01-02T15:04:05.000Z"

func showLookup(found []models.Credential) lookupObject {
	object := lookupObject{
		Object: "verified_person_lookup", Verified: len(found) > 0, Credentials: make([]credentialObject, 0, len(found)),
	}
	for _, c := range found {
		object.VerifiedPersonID = &c.PersonID
		object.Credentials = append(object.Credentials, credentialObject{
			Method: strings.ToUpper(string(c.Method)), Strength: strings.ToUpper(string(c.Strength)),
			VerifiedAt: c.VerifiedAt.UTC().Format(isoTime), ExpiresAt: c.ExpiresAt.UTC().Format(isoTime),
		})
	}
	return object
}

// lookUpPerson answers whether a person has been verified before.
func (hs *Handlers) lookUpPerson(c *rest.Call) (rest.Answer, error) {
	var in lookupInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	filter, err := in.filter()
	if err != nil {
		return rest.Answer{}, err
	}
	found, err := hs.sessions.LookUp(c.Ctx, c.Org(), filter)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, showLookup(found))
}

func (in *lookupInput) filter() (f sessions.PersonFilter, err error) {
	if f.Contacts, err = readContacts(in.Email, in.Phone); err != nil {
		return f, err
	}
	if f.Contacts == (sessions.Contacts{}) {
		return f, models.Invalid("email", "Missing required parameter: email or phone")
	}
	if err := cmp.Or(checkMethod("min_strength", in.MinStrength), checkMethods("methods", in.Methods)); err != nil {
		return f, err
	}
	days, err := readDays("max_age", in.MaxAge)
	f.MaxAge = time.Duration(days) * 24 * time.Hour
	if in.MinStrength != nil {
		f.MinStrength = rules.Method(*in.MinStrength)
	}
	for _, name := range in.Methods {
		f.Methods = append(f.Methods, rules.Method(name))
	}
	return f, err
}

// mostDays is as long as that of a session's max_age.
const mostDays = 99_999

var quotedDays = regexp.MustCompile(`^"[0-9]{1,5}"$`)

// readDays takes "30" as documented, and 30. It returns 0 for an absent value.
func readDays(param string, value jsontext.Value) (int, error) {
	if !rest.Present(value) {
		return 0, nil
	}
	text := string(value)
	if quotedDays.MatchString(text) {
		text = text[1 : len(text)-1]
	}
	days, err := number.Parse(text)
	if err != nil || days < 1 || days > mostDays {
		return 0, models.Invalid(param, "%s must be a number of days, such as \"30\"", param)
	}
	return int(days), nil
}
