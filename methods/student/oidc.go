package student

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/attestation"
	"github.com/stile-id/stile/methods/login"
	"github.com/stile-id/stile/methods/openid"
	"github.com/stile-id/stile/rules"
)

// CheckEnrolled is the name of the check of an enrolment that the institution itself states.
const CheckEnrolled = "currently_enrolled"

// claimAffiliation is the claim of eduGAIN with the roles of a user, such as student@uni.example.
const claimAffiliation = "eduperson_scoped_affiliation"

// Institution is an institution at which users log in.
type Institution struct {
	openid.Institution `yaml:",inline"`
	// AffiliationScopes are the scopes in which the institution states roles, such as uni.example.
	AffiliationScopes []string `yaml:"affiliation_scopes"`
}

// Load checks the members and reads the files that they name.
func (i *Institution) Load(folder string) error {
	if len(i.AffiliationScopes) == 0 {
		return errors.New("affiliation_scopes is missing: the scopes of the institution, such as uni.example")
	}
	return i.Institution.Load(folder)
}

// enrolment is the part of the claims that a verdict needs.
type enrolment struct {
	Student bool `json:"student"`
}

func newLogin(o login.Options, all []Institution) *login.Login {
	places := make([]login.Place, 0, len(all))
	for _, of := range all {
		places = append(places, login.Place{
			Institution: of.Institution,
			Ask:         func(methods.Attempt) openid.Request { return openid.Essential(claimAffiliation) },
			Keep:        func(_ methods.Attempt, c openid.Claims) any { return enrolment{of.enrolled(c)} },
		})
	}
	return login.New(rules.MethodStudent, o, places)
}

// enrolled reports whether the institution says that its user is a student in one of its scopes.
func (i Institution) enrolled(c openid.Claims) bool {
	for _, stated := range c.Texts(claimAffiliation) {
		role, scope, _ := strings.Cut(stated, "@")
		for _, own := range i.AffiliationScopes {
			if strings.EqualFold(role, "student") && strings.EqualFold(scope, own) {
				return true
			}
		}
	}
	return false
}

// acceptLogin takes the response that claims an answer of the institution, and the declaration where the answer does
// not decide by itself.
func (student) acceptLogin(ctx context.Context, g methods.Given) (methods.Accepted, error) {
	var in struct {
		Challenge   *string `json:"challenge"`
		Response    *string `json:"response"`
		DateOfBirth *string `json:"date_of_birth"`
		Declaration *bool   `json:"declaration"`
	}
	if err := g.Input.Read(&in); err != nil {
		return methods.Accepted{}, err
	}
	claimed, err := login.Claim(ctx, g.Held, in.Challenge, in.Response)
	if err != nil {
		return methods.Accepted{}, err
	}
	sent := payload{Login: &claimed}
	if _, decided, err := enrolmentOf(claimed); err != nil || decided {
		return methods.Accepted{Payload: sent}, err
	}
	sent.Declared, err = attestation.Read(in.DateOfBirth, in.Declaration, g.Today)
	return methods.Accepted{Payload: sent}, err
}

// enrolmentOf returns the verdict of an answer of the institution; decided is false where the declaration decides.
func enrolmentOf(claimed login.Outcome) (v methods.Verdict, decided bool, err error) {
	if v, decided = login.FaultVerdict(claimed.Fault); decided {
		return v, true, nil
	}
	var e enrolment
	if json.Unmarshal(claimed.Kept, &e) != nil {
		return v, false, errors.New("student: the claims of the institution are not readable")
	}
	if e.Student {
		return v, false, nil
	}
	return methods.Failed(rules.ReasonDataMismatch, rules.Check{Name: CheckEnrolled}), true, nil
}
