// Package login takes the user of a method to the login of an institution and back. The institution's answer comes to
// the API; the browser that began has to claim it, so that nobody verifies the session of another person
// (docs/decisions/0050-claim-of-a-login.md).
package login

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/claim"
	"github.com/stile-id/stile/methods/openid"
	"github.com/stile-id/stile/rules"
)

// Options configure logins.
type Options struct {
	Egress outbound.Policy
	// Page returns the address of the hosted page, without a slash at the end.
	Page func() string
	Now  func() time.Time
	Log  *slog.Logger
}

// Place is an institution with the claims that a method asks it for.
type Place struct {
	openid.Institution
	// Ask returns the request for claims.
	Ask func(a methods.Attempt) openid.Request
	// Keep returns the part of the claims that the verdict needs, which is encoded as JSON. Nothing else is stored.
	Keep func(a methods.Attempt, c openid.Claims) any
}

// Login serves the parts of a method. It is safe for concurrent use.
type Login struct {
	options Options
	method  rules.Method
	places  []place
}

type place struct {
	Place
	client *openid.Client
}

// New returns the login of a method at the institutions.
func New(method rules.Method, o Options, places []Place) *Login {
	l := &Login{options: o, method: method}
	for _, p := range places {
		l.places = append(l.places, place{p, openid.NewClient(p.Institution, openid.CallWithin, o.Egress, o.Now)})
	}
	return l
}

// FieldInstitution is the member of Begin's input that names the institution.
const FieldInstitution = "institution"

// BeginField describes the choice of an institution.
func (l *Login) BeginField() methods.Field {
	field := methods.Field{Name: FieldInstitution, Type: methods.FieldText}
	for _, p := range l.places {
		field.Choices = append(field.Choices, p.Choice())
	}
	return field
}

// Fields describe the submission that claims an answer.
func Fields() []methods.Field {
	return []methods.Field{
		{Name: "challenge", Type: methods.FieldChallenge}, {Name: "response", Type: methods.FieldText},
	}
}

func (l *Login) find(id string) (place, bool) {
	for _, p := range l.places {
		if p.ID == id {
			return p, true
		}
	}
	return place{}, false
}

// state is that of a challenge.
type state struct {
	Institution string      `json:"institution"`
	Flow        openid.Flow `json:"flow"`
	// Answered means that the institution's answer has come. It is set before its code is exchanged.
	Answered bool `json:"answered,omitempty"`
	claim.Ticket
	Outcome Outcome `json:"outcome"`
}

// Claimed implements claim.State.
func (s *state) Claimed() *claim.Ticket { return &s.Ticket }

// Outcome is the payload of the submission that claims an answer.
type Outcome struct {
	// Login tells this payload from those of other ways of the same method.
	Login bool `json:"login"`
	// Fault is why there is no proof; "" means none.
	Fault Fault `json:"fault,omitempty"`
	// Kept is the value of Keep.
	Kept json.RawMessage `json:"kept,omitempty"`
}

// Fault is why a login proves nothing.
type Fault string

// The faults of a login.
const (
	FaultCancelled Fault = "cancelled" // by the user, at the institution
	FaultAway      Fault = "away"
	FaultUntrusted Fault = "untrusted"
)

// data is the part of a challenge for the user's device.
type data struct {
	URL         string `json:"url"`
	Institution string `json:"institution"`
	Name        string `json:"name"`
	// Answered says that the user has come back, and the answer waits to be claimed.
	Answered bool `json:"answered"`
}

// Begin implements methods.Beginner.
func (l *Login) Begin(ctx context.Context, b methods.Beginning) (methods.Begun, error) {
	var in struct {
		Institution *string `json:"institution"`
	}
	if err := b.Input.Read(&in); err != nil {
		return methods.Begun{}, err
	}
	if in.Institution == nil {
		return methods.Begun{}, methods.Missing(FieldInstitution)
	}
	at, found := l.find(*in.Institution)
	if !found || !at.Choice().In(b.Jurisdiction) {
		return methods.Begun{}, methods.NewInputError(FieldInstitution, "institution is not one of the choices")
	}
	ctx, cancel := context.WithTimeout(ctx, openid.StepWithin)
	defer cancel()
	flow, address, err := at.client.Begin(ctx, b.AnswerURL+"/"+routeCallback, b.ChallengeID, at.Ask(b.Attempt))
	if err != nil {
		l.tell(at, err)
		return methods.Begun{}, &methods.AwayError{Reason: at.Name + " does not answer at the moment"}
	}
	return methods.Begun{
		State: state{Institution: at.ID, Flow: flow}, Data: data{URL: address, Institution: at.ID, Name: at.Name},
		TTL: loginTTL,
	}, nil
}

// loginTTL is how long a user may take at the institution, and to claim the answer.
const loginTTL = 15 * time.Minute

// tell logs a fault of an institution. Its text has nothing of the user.
func (l *Login) tell(at place, err error) {
	l.options.Log.Warn(string(l.method)+": an institution cannot be asked, so its users get no verdict there",
		"institution", at.ID, "error", err.Error())
}

// Accept implements methods.Accepter: it takes the response that claims the answer.
func (l *Login) Accept(ctx context.Context, g methods.Given) (methods.Accepted, error) {
	var in struct {
		Challenge *string `json:"challenge"`
		Response  *string `json:"response"`
	}
	if err := g.Input.Read(&in); err != nil {
		return methods.Accepted{}, err
	}
	claimed, err := Claim(ctx, g.Held, in.Challenge, in.Response)
	return methods.Accepted{Payload: claimed}, err
}

// Claim returns the answer of a challenge to a submission with the response that claims it. A nil member is missing in
// the submission. The error is to be returned as it is.
func Claim(ctx context.Context, held methods.Held, challenge, response *string) (Outcome, error) {
	if challenge == nil {
		return Outcome{}, methods.Missing("challenge")
	}
	text, err := held.Challenge(ctx, "challenge", *challenge)
	if err != nil {
		return Outcome{}, err
	}
	var s state
	if err := json.Unmarshal(text, &s); err != nil {
		return Outcome{}, errors.New("the state of the login is not readable")
	}
	if err := s.Check(response); err != nil {
		return Outcome{}, err
	}
	return s.Outcome, nil
}

// routeCallback is the route of an institution's redirect.
const routeCallback = "callback"

// Routes are the method's routes: the institution's redirect, and those of a browser that has come back elsewhere.
func (l *Login) Routes() []methods.Route {
	desk := claim.Desk[*state]{Read: read, Tell: func(s *state) map[string]string {
		at, _ := l.find(s.Institution)
		return map[string]string{"institution": at.Name}
	}}
	return append(desk.Routes(), methods.Route{
		Verb: http.MethodGet, Name: routeCallback, Serve: l.callback, Refused: l.refused,
		ChallengeID: func(r methods.Reply) string { return r.Query.Get("state") },
	})
}
