// Package attestation judges self_attestation, a declared date of birth. It has the lowest assurance of all methods.
package attestation

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
)

// Payload is the user's declaration.
type Payload struct {
	DateOfBirth string `json:"date_of_birth"` // 1990-01-31
	Declaration bool   `json:"declaration"`   // that the date is true
}

// Judge implements methods.Judge.
type Judge struct{}

// Judge passes a declaration with an age of at least the tier. A malformed date fails as unreadable, a missing
// declaration as declaration_missing, and a lower age as under_age. It returns an error for a malformed payload or an
// unknown tier.
func (Judge) Judge(_ context.Context, s methods.Submission) (methods.Verdict, error) {
	var declared Payload
	if err := json.Unmarshal(s.Payload, &declared); err != nil {
		// The error of the decoder may quote the payload.
		return methods.Verdict{}, fmt.Errorf("attestation of %d bytes is not readable", len(s.Payload))
	}
	born, ok := rules.ParseDate(declared.DateOfBirth)
	if !ok {
		return methods.Failed(rules.ReasonUnreadable, rules.Check{Name: "date_of_birth"}), nil
	}
	if !declared.Declaration {
		return methods.Failed(rules.ReasonDeclarationMissing, rules.Check{Name: "declaration"}), nil
	}
	if s.Tier.Years() == 0 {
		return methods.Verdict{}, fmt.Errorf("no such age tier: %q", s.Tier)
	}
	made := rules.Check{Name: "declaration", Passed: true}
	if rules.AgeOn(born, s.Today) < s.Tier.Years() {
		return methods.Failed(rules.ReasonUnderAge, made, rules.Check{Name: "age"}), nil
	}
	return methods.Passed(s.Tier, made, rules.Check{Name: "age", Passed: true}), nil
}
