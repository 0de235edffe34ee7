package wallettest

import (
	"encoding/json"
	"net/url"
	"testing"
)

// Answer is the verifier's answer to a wallet, or the form that the wallet holds back.
type Answer struct {
	Status      int             `json:"status"`
	Body        json.RawMessage `json:"body"`
	RedirectURI string          `json:"redirect_uri"`
	// ResponseURI and Form are set with RedirectOptions.Hold alone.
	ResponseURI string            `json:"response_uri"`
	Form        map[string]string `json:"form"`
}

// Encoded returns the form as the body of a POST.
func (a Answer) Encoded() []byte {
	values := url.Values{}
	for name, value := range a.Form {
		values.Set(name, value)
	}
	return []byte(values.Encode())
}

// RedirectOptions change how a wallet answers a link.
type RedirectOptions struct {
	// Method is how it fetches the request: get or post; "" is the one of the link.
	Method string `json:"method,omitempty"`
	// Refuse is an error of OpenID4VP that it answers with, such as access_denied.
	Refuse string `json:"refuse,omitempty"`
	// Hold keeps the form back instead of posting it.
	Hold bool `json:"hold,omitempty"`
	// Kind is the one kind of document that it shows; "" means all.
	Kind string `json:"kind,omitempty"`
}

// Redirect has the wallet answer the request behind a link. Fault is the error that it found in the request; it then
// posts nothing.
func (w *Wallet) Redirect(t testing.TB, link string, o RedirectOptions) (answer Answer, fault string) {
	t.Helper()
	fault = w.call(t, "/redirect", map[string]any{"link": link, "options": o}, &answer)
	return answer, fault
}

// DigitalCredential is the result of navigator.credentials.get.
type DigitalCredential struct {
	Protocol string          `json:"protocol"`
	Data     json.RawMessage `json:"data"`
}

// DigitalOptions say how a wallet answers requests of the Digital Credentials API.
type DigitalOptions struct {
	// Protocol selects a request; "" stands for the first that the wallet can answer.
	Protocol string `json:"protocol,omitempty"`
	// Kind is the one kind of document that it shows; "" means all.
	Kind string `json:"kind,omitempty"`
}

// Digital has the wallet answer navigator.credentials.get on a page of an origin: the requests are the member of that
// name. Fault is the error that the wallet found in the requests.
func (w *Wallet) Digital(t testing.TB, requests any, origin string, o DigitalOptions) (
	credential DigitalCredential, fault string,
) {
	t.Helper()
	fault = w.call(t, "/digital", map[string]any{"requests": requests, "origin": origin, "options": o}, &credential)
	return credential, fault
}
