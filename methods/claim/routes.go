package claim

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/stile-id/stile/methods"
)

// mostTries is how often a short code may be entered.
const mostTries = 5

// The names of routes.
const (
	RouteReturned = "returned"
	RouteCode     = "code"
)

// State is the state of a challenge whose answer is claimed. It is a pointer, so that a counted try can be kept.
type State interface {
	// Claimed returns the ticket of the state's answer.
	Claimed() *Ticket
}

// Desk serves the routes for a user that comes back in another browser than the one that began.
type Desk[S State] struct {
	// Read reads the state of a challenge.
	Read func(r methods.Reply) (S, error)
	// Tell returns the texts that the page shows besides the code and the merchant; nil means none.
	Tell func(s S) map[string]string
}

// Routes are the code for the page that has come back, and its entry on the page where the user began.
func (d Desk[S]) Routes() []methods.Route {
	return []methods.Route{
		{Verb: http.MethodPost, Name: RouteReturned, Serve: d.returned},
		{Verb: http.MethodPost, Name: RouteCode, Serve: d.enter},
	}
}

// returned tells the short code and the merchant to a page that came back in another browser. The response proves that
// the page has come back.
func (d Desk[S]) returned(_ context.Context, r methods.Reply) (methods.Replied, error) {
	var in struct {
		Response string `json:"response"`
	}
	s, err := d.read(r, &in)
	if err != nil {
		return methods.Replied{}, err
	}
	if r.Used || !s.Claimed().Opens(in.Response) {
		return methods.Replied{}, methods.NewInputError("response", "response is not that of this challenge")
	}
	told := map[string]string{}
	if d.Tell != nil {
		told = d.Tell(s)
	}
	told["code"], told["merchant"] = s.Claimed().Code, r.Merchant
	return methods.RepliedJSON(told)
}

// enter takes the short code on the page where the user began, and returns the response that claims the answer. Each
// call is one of a few tries, which is counted before the codes are compared.
func (d Desk[S]) enter(ctx context.Context, r methods.Reply) (methods.Replied, error) {
	var in struct {
		Code string `json:"code"`
	}
	s, err := d.read(r, &in)
	if err != nil {
		return methods.Replied{}, err
	}
	t := s.Claimed()
	if r.Used || !t.Issued() {
		return methods.Replied{}, methods.NewInputError("code", "There is no answer to claim yet")
	}
	if t.Tries >= mostTries {
		return methods.Replied{}, methods.NewInputError("code", "The code was entered wrong too often. Begin again")
	}
	t.Tries++
	if err := r.Keep(ctx, s); err != nil {
		return methods.Replied{}, err
	}
	if !same(t.Code, in.Code) {
		return methods.Replied{}, methods.NewInputError("code", "code is not that of this challenge")
	}
	return methods.RepliedJSON(map[string]string{"response": t.Response})
}

// read reads the state and the JSON object of the body.
func (d Desk[S]) read(r methods.Reply, into any) (S, error) {
	s, err := d.Read(r)
	if err != nil {
		return s, err
	}
	if json.Unmarshal(r.Body, into) != nil {
		return s, methods.NewInputError("", "The request body is not a JSON object")
	}
	return s, nil
}
