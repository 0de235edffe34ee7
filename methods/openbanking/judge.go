package openbanking

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/login"
	"github.com/stile-id/stile/rules"
)

type judge struct{}

// Judge implements methods.Judge. It asks nobody: the bank has answered before.
func (judge) Judge(_ context.Context, s methods.Submission) (methods.Verdict, error) {
	var claimed login.Outcome
	var k kept
	if json.Unmarshal(s.Payload, &claimed) != nil {
		return methods.Verdict{}, errors.New("the answer of the bank is not readable")
	}
	if v, faulty := login.FaultVerdict(claimed.Fault); faulty {
		return v, nil
	}
	if json.Unmarshal(claimed.Kept, &k) != nil {
		return methods.Verdict{}, errors.New("the claims of the bank are not readable")
	}
	checks := []rules.Check{{Name: "bank_login", Passed: true}}
	if s.Type == methods.TypeIdentity {
		checks = append(checks, rules.Check{Name: "name", Passed: k.Named})
		if !k.Named {
			return methods.Failed(rules.ReasonDataMismatch, checks...), nil
		}
	}
	if s.Tier.Years() == 0 { // an identity without an age
		return methods.Passed(s.Tier, checks...), nil
	}
	reason := k.age(s)
	checks = append(checks, rules.Check{Name: "age", Passed: reason == ""})
	if reason != "" {
		return methods.Failed(reason, checks...), nil
	}
	return methods.Passed(s.Tier, checks...), nil
}

// age returns why the claims do not prove the tier; "" if they do.
func (k kept) age(s methods.Submission) rules.ReasonCode {
	if k.Over != nil {
		if !*k.Over {
			return rules.ReasonUnderAge
		}
		return ""
	}
	first, last, ok := birth(k.Birthdate)
	switch {
	case !ok || rules.AgeOn(first, s.Today) < 0 || rules.AgeOn(last, s.Today) > oldest:
		return rules.ReasonAgeUnknown
	case rules.AgeOn(first, s.Today) < s.Tier.Years():
		return rules.ReasonUnderAge
	case rules.AgeOn(last, s.Today) < s.Tier.Years():
		return rules.ReasonAgeUncertain
	default:
		return ""
	}
}

// oldest is more years than anyone has lived. Banks use dates such as 1900-01-01 for unknown ones.
const oldest = 120

// birth returns the first and the last day on which the user may have been born. A birthdate of OpenID Connect may be a
// year alone, or lack the year.
func birth(text string) (first, last rules.Date, ok bool) {
	const year = 4
	if len(text) == year {
		first, ok = rules.ParseDate(text + "-01-01")
		last, _ = rules.ParseDate(text + "-12-31")
		return first, last, ok
	}
	day, ok := rules.ParseDate(text)
	return day, day, ok && day.Year > 0
}
