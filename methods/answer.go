package methods

import (
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"time"
)

// Route takes a reply from others than the user's device: a wallet's direct_post, a bank's redirect, a guardian's
// click. It is served at /v1/methods/{method}/{name}/{challenge}, or at /v1/methods/{method}/{name} where ChallengeID
// is set.
type Route struct {
	Verb string // GET or POST
	Name string // letters, digits, - and _
	// ChallengeID finds the id of the challenge in the request, such as in the parameter state of a redirect; nil where
	// the path has it.
	ChallengeID func(r Reply) string
	// Serve answers the request. An error of NewInputError is answered as parameter_invalid.
	Serve func(ctx context.Context, r Reply) (Replied, error)
	// Refused, where set, answers in place of an error that is the sender's: it redirects a browser to a page that tells
	// the user. Code is that of the error, such as session_terminal.
	Refused func(code string) Replied
}

// Reply is a request to a route.
type Reply struct {
	Attempt
	ChallengeID string
	// State is that of the challenge, as Begin returned it.
	State json.RawMessage
	// Used reports whether a submission has used the challenge up already: a repeat of the same reply finds it.
	Used        bool
	Query       url.Values
	ContentType string
	Body        []byte
	Now         time.Time
	// Merchant is the name of the organization, for a page that names it.
	Merchant string
	// Keep replaces the state of the challenge at once, before a step that must happen once, such as the exchange of a
	// code. Return its error as it is: it has Serve called again if another reply has replaced the state meanwhile.
	Keep func(ctx context.Context, state any) error
}

// Form reads a body of application/x-www-form-urlencoded.
func (r Reply) Form() (url.Values, error) {
	if kind, _, err := mime.ParseMediaType(r.ContentType); err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, NewInputError("Content-Type", "Send the request body as application/x-www-form-urlencoded")
	}
	form, err := url.ParseQuery(string(r.Body))
	if err != nil {
		return nil, NewInputError("", "The request body is not a form")
	}
	return form, nil
}

// Replied is the answer to a reply.
type Replied struct {
	// Accepted, where set, becomes the submission of the challenge's attempt, as if the device had sent it. The answer is
	// given once it is stored.
	Accepted *Accepted
	// State, where set, replaces the state of the challenge, which must be unused. If another reply has replaced it
	// meanwhile, Serve is called again with the new state. It is ignored with Accepted.
	State any
	// Data, where set, replaces the data for the device together with State.
	Data any
	// Status is that of the answer; 0 means 200.
	Status      int
	ContentType string
	Body        []byte
	// Location redirects a browser; the status is then 303.
	Location string
}

// RepliedJSON answers with an object.
func RepliedJSON(object any) (Replied, error) {
	body, err := json.Marshal(object)
	return Replied{Status: http.StatusOK, ContentType: "application/json; charset=utf-8", Body: body}, err
}
