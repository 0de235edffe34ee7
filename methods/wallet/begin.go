package wallet

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/claim"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
)

// state is the state of a challenge. It holds the ephemeral key, and is stored sealed.
type state struct {
	Request *openid4vp.Request `json:"request"`
	// Presentation is the answer that a wallet has posted, and Arrived when it came; nil until then.
	Presentation *openid4vp.Presentation `json:"presentation,omitempty"`
	Arrived      *time.Time              `json:"arrived,omitempty"`
	claim.Ticket
}

// Claimed implements claim.State.
func (s *state) Claimed() *claim.Ticket { return &s.Ticket }

func read(r methods.Reply) (*state, error) { return readState(r.State) }

func readState(text json.RawMessage) (*state, error) {
	s := new(state)
	if json.Unmarshal(text, s) != nil || s.Request == nil {
		return nil, errors.New("wallet: the state of a challenge is not readable")
	}
	return s, nil
}

// data is the part of a challenge for the page.
type data struct {
	// Requests go to navigator.credentials.get as they are.
	Requests []openid4vp.Offer `json:"requests"`
	// Link opens a wallet on the same device.
	Link string `json:"link"`
	// Answered says that a wallet has answered by the link, and that the answer waits to be claimed.
	Answered bool `json:"answered"`
}

// Begin implements methods.Beginner.
func (w *wallet) Begin(_ context.Context, b methods.Beginning) (methods.Begun, error) {
	if err := b.Input.Read(&struct{}{}); err != nil {
		return methods.Begun{}, err
	}
	query := w.query(b.Attempt)
	protocols := []openid4vp.Protocol{openid4vp.Signed}
	if query.AnsweredByMdocs() {
		protocols = append(protocols, openid4vp.IsoMdoc)
	}
	v := w.options.Verifier
	request, err := v.client.NewRequest(openid4vp.RequestOptions{
		Query: query, ResponseURI: b.AnswerURL + "/" + routeResponse + "/" + b.ChallengeID,
		Protocols: protocols, Origins: []string{w.origin()}, Plain: v.plain,
	})
	if err != nil {
		return methods.Begun{}, err
	}
	offers, err := v.client.Offers(request)
	if err != nil {
		return methods.Begun{}, err
	}
	link, err := request.Link(v.link+"://authorize", b.AnswerURL+"/"+routeRequest+"/"+b.ChallengeID)
	return methods.Begun{State: &state{Request: request}, Data: data{Requests: offers, Link: link}}, err
}

// origin returns the origin of the hosted page.
func (w *wallet) origin() string {
	page, err := url.Parse(w.options.Page())
	if err != nil {
		return ""
	}
	return page.Scheme + "://" + page.Host
}
