package wallet

import (
	"regexp"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
)

// shown is what a verified credential says. It is read by decide, and kept nowhere.
type shown struct {
	credential rules.WalletCredential
	revocation revocation
	// ageOver is the answer of the attributes of the age.
	ageOver func(years int) (over, known bool, err error)
	// The claims of an identity session; nil and "" if they were not shown.
	birth, expires    *rules.Date
	number, authority string
	named             bool
}

// The names of checks. That of the age is age_over_ with the years.
const (
	checkIssuerTrusted   = "issuer_trusted"
	checkIssuerSignature = "issuer_signature"
	checkDeviceBound     = "device_bound"
	checkDocumentType    = "document_type"
	checkNotExpired      = "not_expired"
	checkNotRevoked      = "not_revoked"
	// checkListUnreachable says that a list of revoked certificates or credentials could not be had, and that the operator
	// accepts that. It takes the place of checkNotRevoked.
	checkListUnreachable = "revocation_list_unreachable"
	checkClaims          = "claims_present"
	checkWallet          = "wallet_answer"
)

// decide gives the verdict on a credential that verifies. Today is the date that an age is counted to.
func decide(a methods.Attempt, today rules.Date, s shown) methods.Verdict {
	v := verdict(a, today, s)
	v.Credential = &s.credential
	return v
}

func verdict(a methods.Attempt, today rules.Date, s shown) methods.Verdict {
	checks := proven(s)
	if s.expires != nil && before(*s.expires, today) {
		return methods.Failed(rules.ReasonDocumentExpired, append(checks, rules.Check{Name: checkNotExpired})...)
	}
	checks = append(checks, rules.Check{Name: checkNotExpired, Passed: true})
	identity := a.Type == methods.TypeIdentity
	if identity {
		complete := s.named && s.birth != nil
		checks = append(checks, rules.Check{Name: checkClaims, Passed: complete})
		if !complete {
			return methods.Failed(rules.ReasonCredentialIncomplete, checks...)
		}
	}
	if years := a.Tier.Years(); years > 0 || !identity { // an identity may be without an age
		reason := s.age(years, today, identity)
		checks = append(checks, rules.Check{Name: rules.AgeCheck(years), Passed: reason == ""})
		if reason != "" {
			return methods.Failed(reason, checks...)
		}
	}
	v := methods.Passed(a.Tier, checks...)
	if identity {
		v.Document = s.document(a.Method)
	}
	return v
}

// proven returns the checks that a verified credential has passed.
func proven(s shown) []rules.Check {
	checks := []rules.Check{
		{Name: checkIssuerTrusted, Passed: true}, {Name: checkIssuerSignature, Passed: true},
		{Name: checkDeviceBound, Passed: true}, {Name: checkDocumentType, Passed: true},
	}
	switch s.revocation {
	case revocationGood:
		checks = append(checks, rules.Check{Name: checkNotRevoked, Passed: true})
	case revocationAccepted:
		checks = append(checks, rules.Check{Name: checkListUnreachable, Passed: true})
	}
	return checks
}

// age returns why the credential does not prove an age; "" if it does. The birth date counts in an identity session
// alone, where the attributes of the age do not say.
func (s shown) age(years int, today rules.Date, identity bool) rules.ReasonCode {
	over, known, err := s.ageOver(years)
	switch {
	case err != nil:
		return rules.ReasonCredentialInvalid
	case known && over:
		return ""
	case known:
		return rules.ReasonUnderAge
	case !identity || s.birth == nil:
		return rules.ReasonAgeUnknown
	}
	switch age := rules.AgeOn(*s.birth, today); {
	case age < 0 || age > oldest:
		return rules.ReasonAgeUnknown
	case age < years:
		return rules.ReasonUnderAge
	default:
		return ""
	}
}

// oldest is more years than anyone has lived.
const oldest = 130

// before reports whether a comes before b.
func before(a, b rules.Date) bool { return a.String() < b.String() }

// document returns the name of the document for methods.Verdict; "" if its number or its issuer is not known. Numbers
// are unique to their authority: two states of a country may issue the same one.
func (s shown) document(m rules.Method) string {
	number, place := methods.OneSpelling(s.number), s.credential.IssuingCountry
	if number == "" || place == "" || s.authority == "" {
		return ""
	}
	return string(m) + "|" + place + " " + methods.OneSpelling(s.authority) + "|" + number
}

var alpha2 = regexp.MustCompile(`^[A-Z]{2}$`)

// country returns an ISO 3166-1 alpha-2 code, or "" for any other text.
func country(text string) string {
	if alpha2.MatchString(text) {
		return text
	}
	return ""
}
