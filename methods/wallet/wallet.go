// Package wallet serves mdl, mid and eudi_pid: the user shows a credential of a wallet, over the Digital Credentials
// API or by a link, and Stile verifies it. Packages openid4vp, mdoc and sdjwtvc verify; issuers says which issuers are
// trusted. docs/methods/wallets.md describes the methods.
package wallet

import (
	"log/slog"
	"net/http"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/claim"
	"github.com/stile-id/stile/methods/wallet/issuers"
	"github.com/stile-id/stile/rules"
)

// Options configure the methods.
type Options struct {
	// Issuers are those that the operator trusts.
	Issuers *issuers.Issuers
	// Verifier signs the requests; nil where none is configured.
	Verifier *Verifier
	// Page returns the address of the hosted page, without a slash at the end. Its origin may ask over the Digital
	// Credentials API.
	Page func() string
	Log  *slog.Logger
}

// Methods returns mdl, mid and eudi_pid.
func Methods(o Options) []methods.Method {
	names := []rules.Method{rules.MethodMDL, rules.MethodMID, rules.MethodEUDIPID}
	served := make([]methods.Method, len(names))
	for i, name := range names {
		served[i] = (&wallet{options: o, name: name}).method()
	}
	return served
}

// wallet serves one of the methods.
type wallet struct {
	options Options
	name    rules.Method
}

func (w *wallet) method() methods.Method {
	desk := claim.Desk[*state]{Read: read}
	return methods.Method{
		Name: w.name, Begin: w, Accept: w, Judge: w, Unavailable: w.unavailable,
		Fields: []methods.Field{
			{Name: "challenge", Type: methods.FieldChallenge},
			{Name: "protocol", Type: methods.FieldText, Optional: true},
			{Name: "data", Type: methods.FieldObject, Optional: true},
			{Name: "response", Type: methods.FieldText, Optional: true},
		},
		Answer: append(desk.Routes(),
			methods.Route{Verb: http.MethodGet, Name: routeRequest, Serve: w.request},
			methods.Route{Verb: http.MethodPost, Name: routeRequest, Serve: w.request},
			methods.Route{Verb: http.MethodPost, Name: routeResponse, Serve: w.response},
		),
	}
}

// unavailable returns why no wallet can be asked, or no answer be trusted; "" if both can.
func (w *wallet) unavailable() string {
	if w.options.Verifier == nil {
		return "no key and certificate of the verifier are configured (" + VariableKey + ", " + VariableCertificate + ")"
	}
	if reason := w.options.Verifier.unavailable(); reason != "" {
		return reason
	}
	return w.options.Issuers.Unavailable(w.name)
}
