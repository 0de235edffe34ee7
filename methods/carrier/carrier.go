// Package carrier serves the method carrier_lookup: a mobile operator confirms the age of the customer of a number by
// the interfaces of CAMARA, after the user has proven possession of the number. docs/methods/carrier-lookup.md
// describes the flows and their limits.
package carrier

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/claim"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/contact"
)

// Options configure the method.
type Options struct {
	// Settings are the operator's file. Without carriers the method is unavailable.
	Settings Settings
	Egress   outbound.Policy
	// Patience is how long a carrier that is away is asked again before the verdict is provider_unavailable.
	Patience time.Duration
	// Page returns the address of the hosted page, without a slash at the end.
	Page func() string
	Now  func() time.Time
	Log  *slog.Logger
}

// Method returns the method.
func Method(o Options) methods.Method {
	grants, err := lru.New[string, grant](grantsKept)
	if err != nil {
		panic(err) // a size that is not positive
	}
	m := &lookup{options: o, clients: map[string]*client{}, wait: wait, grants: grants}
	for _, c := range o.Settings.Carriers {
		m.clients[c.ID] = newClient(c, o.Egress, o.Now)
	}
	return m.method()
}

func (m *lookup) method() methods.Method {
	return methods.Method{
		Name: rules.MethodCarrierLookup, Begin: m, Accept: m, Judge: m, Unavailable: m.unavailable,
		BeginFields: beginFields(m.options.Settings.Carriers),
		Fields: []methods.Field{
			{Name: "challenge", Type: methods.FieldChallenge}, {Name: "response", Type: methods.FieldText, Optional: true},
		},
		Answer: []methods.Route{{
			Verb: http.MethodGet, Name: routeCallback, Serve: m.callback, Refused: m.refused,
			ChallengeID: func(r methods.Reply) string { return r.Query.Get("state") },
		}},
	}
}

type lookup struct {
	options Options
	clients map[string]*client // by the carrier's id
	grants  *lru.Cache[string, grant]
	wait    func(ctx context.Context, d time.Duration) error
}

func (m *lookup) unavailable() string {
	if len(m.clients) == 0 {
		return "no mobile operator is configured (" + Variable + ")"
	}
	return ""
}

// question is the payload of a submission.
type question struct {
	Carrier string    `json:"carrier"`
	Flow    Flow      `json:"flow"`
	Phone   string    `json:"phone"`
	Begun   time.Time `json:"begun"`
	// Person is compared with the customer; nil if nothing is compared.
	Person *person `json:"person,omitempty"`
	// Redirect belongs to the flows over the mobile network, Asked to FlowConsent.
	Redirect *redirect `json:"redirect,omitempty"`
	Asked    *asked    `json:"asked,omitempty"`
	// Fault is the reason for which there is nothing to ask any more.
	Fault rules.ReasonCode `json:"fault,omitempty"`
}

// state is the state of a challenge.
type state struct {
	question
	// Ticket claims the carrier's answer for the browser that has begun.
	claim.Ticket
}

// data is the part for the page.
type data struct {
	Carrier    string  `json:"carrier"`     // name
	NumberEnds string  `json:"number_ends"` // the last two digits
	URL        *string `json:"url"`         // of the redirect; null if the submission follows at once
}

// The time that a challenge lives.
const challengeTTL = 10 * time.Minute

// Begin implements methods.Beginner. If the carrier refuses or is away, Begin returns no error: the verdict says so.
func (m *lookup) Begin(ctx context.Context, b methods.Beginning) (methods.Begun, error) {
	var in input
	if err := b.Input.Read(&in); err != nil {
		return methods.Begun{}, err
	}
	if err := allowed(b); err != nil {
		return methods.Begun{}, err
	}
	phone, err := m.phone(b, in.Phone)
	if err != nil {
		return methods.Begun{}, err
	}
	at, found := m.options.Settings.serving(phone)
	if !found {
		return methods.Begun{}, methods.NewInputError(fieldPhone, "phone is of no mobile operator that can be asked here")
	}
	flow, found := at.flowFor(in.SameDevice == nil || *in.SameDevice)
	if !found {
		return methods.Begun{}, methods.NewInputError(
			fieldSameDevice, "the operator of this number can be asked only on the phone with the number")
	}
	described, err := personFor(at, b, in)
	if err != nil {
		return methods.Begun{}, err
	}
	if err := b.Count(ctx, "carrier", phone); err != nil {
		return methods.Begun{}, err
	}
	s := state{question: question{Carrier: at.ID, Flow: flow, Phone: phone, Begun: b.Now.UTC(), Person: described}}
	address := m.start(ctx, &s.question, b)
	shown := data{Carrier: at.Name, NumberEnds: phone[len(phone)-2:]}
	if address != "" {
		shown.URL = &address
	}
	return methods.Begun{State: s, Data: shown, TTL: challengeTTL}, nil
}

// phone returns the number that the user has entered, or the number of the session.
func (m *lookup) phone(b methods.Beginning, entered *string) (string, error) {
	if entered == nil {
		_, known, err := b.Contacts()
		if err == nil && known == "" {
			err = methods.Missing(fieldPhone)
		}
		return known, err
	}
	phone, err := contact.Phone(*entered, string(b.Jurisdiction.Country()))
	if err != nil {
		return "", methods.NewInputError(fieldPhone, "phone must be a phone number: %s", err.Error())
	}
	return phone, nil
}

// flowFor returns the carrier's preferred flow for a user who is on the phone of the number, or elsewhere.
func (c Carrier) flowFor(samePhone bool) (Flow, bool) {
	for _, flow := range c.Flows {
		if samePhone || flow == FlowConsent {
			return flow, true
		}
	}
	return "", false
}

// start asks the carrier, and returns the address of a redirect; "" if there is none.
func (m *lookup) start(ctx context.Context, q *question, b methods.Beginning) string {
	c := m.clients[q.Carrier]
	if q.Flow == FlowConsent {
		got, err := c.ask(ctx, *q)
		q.Asked, q.Fault = &got, m.fault(c, err)
		return ""
	}
	r, address, err := c.authorize(ctx, *q, b.AnswerURL+"/"+routeCallback, b.ChallengeID)
	q.Redirect, q.Fault = &r, m.fault(c, err)
	return address
}

// fault returns the reason for an error of a carrier; "" for none.
func (m *lookup) fault(c *client, err error) rules.ReasonCode {
	if err == nil {
		return ""
	}
	var refused *refusal
	if errors.As(err, &refused) {
		if reason, known := reasonOf[refused.code]; known {
			return reason
		}
	}
	m.options.Log.Warn("carrier_lookup: a carrier cannot be asked, so its customers get no verdict",
		"carrier", c.of.ID, "error", err.Error())
	return rules.ReasonProviderUnavailable
}

// Accept implements methods.Accepter. The answer to a redirect belongs to the browser that presents its response.
func (m *lookup) Accept(ctx context.Context, g methods.Given) (methods.Accepted, error) {
	var in struct {
		Challenge *string `json:"challenge"`
		Response  *string `json:"response"`
	}
	if err := g.Input.Read(&in); err != nil {
		return methods.Accepted{}, err
	}
	if in.Challenge == nil {
		return methods.Accepted{}, methods.Missing("challenge")
	}
	held, err := g.Held.Challenge(ctx, "challenge", *in.Challenge)
	if err != nil {
		return methods.Accepted{}, err
	}
	var s state
	if err := json.Unmarshal(held, &s); err != nil {
		return methods.Accepted{}, errors.New("carrier: the state of a challenge is not readable")
	}
	// Before the carrier's answer there is no response. A redirect that could not begin has a fault instead.
	if s.Redirect != nil && (s.Fault == "" || s.Issued()) {
		if err := s.Check(in.Response); err != nil {
			return methods.Accepted{}, err
		}
	}
	return methods.Accepted{Payload: s.question}, nil
}
