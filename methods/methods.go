// Package methods is the seam between sessions and the methods that prove an age or an identity: one package per method
// family, registered in one Registry. docs/methods/adding.md says how to add one.
package methods

import (
	"errors"
	"strings"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Verdict is a method's outcome of a submission, with its reasons and checks.
type Verdict struct {
	Outcome graph.Outcome // passed, failed, requires_input or error
	// AgeTier is the tier that a passed submission proves.
	AgeTier     *rules.AgeTier
	ReasonCodes []rules.ReasonCode
	Checks      []rules.Check
	// Document names the document that a passed submission has shown: its type, the country that issued it and its number,
	// in one spelling each, such as "mdl|US|D1234567". It is hashed with a key before it is stored, and finds the person
	// again; "" without a document.
	Document string
	// Risk is the risk that the method has found, if it assesses one.
	Risk *rules.Risk
	// Credential is the digital credential that was verified; nil if there is none.
	Credential *rules.WalletCredential
	// Physical is the physical document that was read; nil if there is none.
	Physical *rules.PhysicalDocument
	// Biometric tells how a face was judged; nil if none was.
	Biometric *rules.Biometric
	// Portrait is the picture of the document's holder, a JPEG. It is kept, sealed, while the session may match a face
	// with it; nil if there is none.
	Portrait []byte
	// Template are the numbers that describe a face that has passed, in the method's form. It is kept, sealed, for later
	// methods of the session that compare it, and for as long as the rule of the session's place retains biometric data.
	Template []byte
	// Provider names the provider that gave the verdict; "" if Stile judged.
	Provider string
}

// OneSpelling returns a number or a name of an authority for Verdict.Document: in capitals, without the marks that a
// document may have or lack.
func OneSpelling(text string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -./|", r) {
			return -1
		}
		return r
	}, text))
}

// Reasons says why the submission did not pass. There is always one: a bare "failed" helps nobody.
func (v Verdict) Reasons() []rules.ReasonCode {
	if v.Outcome != graph.OutcomePassed && len(v.ReasonCodes) == 0 {
		return []rules.ReasonCode{rules.ReasonMethodError}
	}
	return v.ReasonCodes
}

// Unfinished is the verdict that uses up no attempt: requires_input or error.
func Unfinished(o graph.Outcome, reason rules.ReasonCode, checks ...rules.Check) Verdict {
	return Verdict{Outcome: o, ReasonCodes: []rules.ReasonCode{reason}, Checks: checks}
}

// ErrUnserved says that nothing here can judge the method.
var ErrUnserved = errors.New("no judge serves this method")

// Passed is the verdict that proves the tier.
func Passed(tier rules.AgeTier, checks ...rules.Check) Verdict {
	return Verdict{Outcome: graph.OutcomePassed, AgeTier: &tier, Checks: checks}
}

// Failed is the verdict that uses up an attempt.
func Failed(reason rules.ReasonCode, checks ...rules.Check) Verdict {
	return Verdict{Outcome: graph.OutcomeFailed, ReasonCodes: []rules.ReasonCode{reason}, Checks: checks}
}
