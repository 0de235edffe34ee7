// Package openbanking serves open_banking: a bank tells whether its customer is old enough, after a login.
package openbanking

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/login"
	"github.com/stile-id/stile/methods/openid"
	"github.com/stile-id/stile/methods/settings"
	"github.com/stile-id/stile/rules"
)

// Bank is one institution of STILE_BANKS_FILE.
type Bank struct {
	openid.Institution `yaml:",inline"`
	// Age is the claim that proves an age: age_over, which asks for age_over_18 and the like, or birthdate.
	Age string `yaml:"age"`
	// TrustFrameworks are the accepted ones of verified_claims; empty means that the plain claims suffice.
	TrustFrameworks []string `yaml:"trust_frameworks"`
}

// The values of Bank.Age.
const (
	ageOver      = "age_over"
	ageBirthdate = "birthdate"
)

// Variable is the environment variable that names the file of the banks.
const Variable = "STILE_BANKS_FILE"

// ReadBanks reads STILE_BANKS_FILE. It returns no bank for the path "". Its error names the file, the bank and the
// member.
func ReadBanks(path string) ([]Bank, error) {
	if path == "" {
		return nil, nil
	}
	var file struct {
		Institutions []Bank `yaml:"institutions"`
	}
	if err := settings.Read(Variable, path, &file); err != nil {
		return nil, err
	}
	if err := openid.LoadAll(file.Institutions, filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", Variable, path, err)
	}
	if len(file.Institutions) == 0 {
		return nil, fmt.Errorf("%s: %s: institutions is missing", Variable, path)
	}
	return file.Institutions, nil
}

// Load checks the members and reads the files that they name.
func (b *Bank) Load(folder string) error {
	if b.Age != ageOver && b.Age != ageBirthdate {
		return errors.New("age must be age_over or birthdate")
	}
	return b.Institution.Load(folder)
}

// Method returns open_banking at the banks.
func Method(o login.Options, banks []Bank) methods.Method {
	places := make([]login.Place, 0, len(banks))
	for _, bank := range banks {
		places = append(places, login.Place{Institution: bank.Institution, Ask: bank.ask, Keep: bank.keep})
	}
	l := login.New(rules.MethodOpenBanking, o, places)
	return methods.Method{
		Name: rules.MethodOpenBanking, Begin: l, Accept: l, Judge: judge{}, Answer: l.Routes(),
		Fields: login.Fields(), BeginFields: []methods.Field{l.BeginField()},
		Unavailable: func() string {
			if len(banks) == 0 {
				return "no bank is configured"
			}
			return ""
		},
	}
}

// The claims of OpenID Connect that a bank is asked for.
const (
	claimBirthdate = "birthdate"
	claimGiven     = "given_name"
	claimFamily    = "family_name"
)

// ask requests no more claims than the verdict needs.
func (b Bank) ask(a methods.Attempt) openid.Request {
	names := []string{b.claimOf(a)}
	if a.Type == methods.TypeIdentity {
		names = []string{claimGiven, claimFamily, claimBirthdate}
	}
	if len(b.TrustFrameworks) > 0 {
		return openid.Verified(b.TrustFrameworks, names)
	}
	return openid.Essential(names...)
}

func (b Bank) claimOf(a methods.Attempt) string {
	if b.Age == ageBirthdate {
		return claimBirthdate
	}
	return "age_over_" + strconv.Itoa(a.Tier.Years())
}

// kept is the part of the claims that a verdict needs.
type kept struct {
	Birthdate string `json:"birthdate,omitempty"`
	// Over reports whether the bank says that the user is old enough; nil where it does not say.
	Over *bool `json:"over,omitempty"`
	// Named reports whether the bank knows the user's names.
	Named bool `json:"named,omitempty"`
}

func (b Bank) keep(a methods.Attempt, c openid.Claims) any {
	if len(b.TrustFrameworks) > 0 {
		c = c.VerifiedUnder(b.TrustFrameworks)
	}
	var k kept
	if a.Type == methods.TypeIdentity || b.Age == ageBirthdate {
		k.Birthdate = c.Text(claimBirthdate)
	} else if over, known := c.Bool(b.claimOf(a)); known {
		k.Over = &over
	}
	k.Named = a.Type == methods.TypeIdentity && c.Text(claimGiven) != "" && c.Text(claimFamily) != ""
	return k
}
