// Package claim binds an answer that came to the API to the browser that began. A bank, a carrier or a wallet answers
// at a route of the method; the browser that began has to claim the answer, so that nobody verifies the session of
// another person (docs/decisions/0050-claim-of-a-login.md).
package claim

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/url"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
)

// Ticket is the part of a challenge's state by which its answer is claimed. The zero Ticket is that of a challenge
// without an answer.
type Ticket struct {
	// Response is the secret that claims the answer.
	Response string `json:"response,omitempty"`
	// Code is the short form for a user that came back in another browser, and Tries counts the tries to enter it.
	Code  string `json:"code,omitempty"`
	Tries int    `json:"tries,omitempty"`
}

// New returns the ticket of an answer that has come.
func New() Ticket { return Ticket{Response: random(), Code: digits()} }

// Issued reports whether there is an answer to claim.
func (t Ticket) Issued() bool { return t.Response != "" }

// Opens reports whether response claims the answer.
func (t Ticket) Opens(response string) bool { return t.Issued() && same(t.Response, response) }

// Check returns an error unless response, the member of a submission, claims the answer. The error is to be returned as
// it is.
func (t Ticket) Check(response *string) error {
	if response == nil {
		return methods.Missing("response")
	}
	if !t.Opens(*response) {
		return methods.NewInputError("response", "response is not that of this challenge")
	}
	return nil
}

// Address is the page of the session to which the browser goes after an answer of the challenge. Page is the hosted
// page, without a slash at the end.
func (t Ticket) Address(page string, method rules.Method, r methods.Reply) string {
	fragment := url.Values{"returned": {r.ChallengeID}, "method": {string(method)}, "response": {t.Response}}
	return page + "/" + url.PathEscape(r.SessionID) + "#" + fragment.Encode()
}

// Refused answers a redirect that cannot be taken: it sends the browser to the hosted page, which tells the user. Code
// is that of the error.
func Refused(page, code string) methods.Replied {
	return methods.Replied{Location: page + "#" + url.Values{"refused": {code}}.Encode()}
}

// same compares secrets in a time that does not tell how far they agree.
func same(want, given string) bool {
	return subtle.ConstantTimeCompare([]byte(want), []byte(given)) == 1
}

// random returns 256 random bits as text.
func random() string {
	var bits [32]byte
	_, _ = rand.Read(bits[:]) // it never fails
	return base64.RawURLEncoding.EncodeToString(bits[:])
}

// digits returns a random code of six digits.
func digits() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // rand.Reader never fails
	}
	return fmt.Sprintf("%06d", n)
}
