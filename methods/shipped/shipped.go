// Package shipped registers the methods that Stile comes with: one line each.
package shipped

import (
	"slices"
	"time"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/attestation"
	"github.com/stile-id/stile/methods/carrier"
	"github.com/stile-id/stile/methods/connector"
	"github.com/stile-id/stile/methods/document"
	"github.com/stile-id/stile/methods/face"
	"github.com/stile-id/stile/methods/login"
	"github.com/stile-id/stile/methods/openbanking"
	"github.com/stile-id/stile/methods/parental"
	"github.com/stile-id/stile/methods/passport"
	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/methods/student"
	"github.com/stile-id/stile/methods/wallet"
)

// Options configure the shipped methods.
type Options struct {
	// SimulatedDelay is how long the verdict on {"simulate": "slow"} is held back.
	SimulatedDelay time.Duration
	// ProviderPatience is how long a provider that is away is asked again before the verdict is provider_unavailable.
	ProviderPatience time.Duration
	// Mail reports whether mails can be sent.
	Mail bool
	// Student is the operator's file for the method student.
	Student student.Settings
	// Login is what methods need that lead to the login of an institution.
	Login login.Options
	// Banks are the institutions of open_banking.
	Banks []openbanking.Bank
	// Carrier configures carrier_lookup.
	Carrier carrier.Options
	// Document configures document_capture.
	Document document.Options
	// Face configures facial_age, selfie_match and selfie_liveness.
	Face face.Options
	// Passport configures nfc_passport.
	Passport passport.Options
	// Wallet configures mdl, mid and eudi_pid.
	Wallet wallet.Options
}

// Registry returns the methods that ship, and more. One of more takes the place of the shipped method of its name.
func Registry(o Options, more ...methods.Method) (*methods.Registry, error) {
	decorators := methods.Decorators{
		Simulate: simulated.Decorator(o.SimulatedDelay), Connect: connector.Decorator(o.ProviderPatience),
	}
	served := slices.DeleteFunc(append(append(wallet.Methods(o.Wallet), face.Methods(o.Face)...),
		attestation.Method(), openbanking.Method(o.Login, o.Banks),
		parental.Method(o.Mail),
		carrier.Method(o.Carrier), document.Method(o.Document), passport.Method(o.Passport),
		student.Method(student.Options{Mail: o.Mail, Settings: o.Student, Login: o.Login}),
	), func(m methods.Method) bool {
		return slices.ContainsFunc(more, func(other methods.Method) bool { return other.Name == m.Name })
	})
	return methods.NewRegistry(decorators, append(served, more...)...)
}
