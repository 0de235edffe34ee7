package wallet

import (
	"context"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
)

// payload is a stored submission: the opened answer of a wallet, which is not verified yet.
type payload struct {
	Request      *openid4vp.Request      `json:"request"`
	Presentation *openid4vp.Presentation `json:"presentation"`
	// Arrived is when a wallet posted the answer; nil where the page submitted it.
	Arrived *time.Time `json:"arrived,omitempty"`
}

// Accept implements methods.Accepter. It takes the answer of the browser's Digital Credentials API, or the response
// that claims an answer by redirect.
func (w *wallet) Accept(ctx context.Context, g methods.Given) (methods.Accepted, error) {
	var in struct {
		Challenge *string        `json:"challenge"`
		Protocol  *string        `json:"protocol"`
		Data      jsontext.Value `json:"data"`
		Response  *string        `json:"response"`
	}
	if err := g.Input.Read(&in); err != nil {
		return methods.Accepted{}, err
	}
	if in.Challenge == nil {
		return methods.Accepted{}, methods.Missing("challenge")
	}
	text, err := g.Held.Challenge(ctx, "challenge", *in.Challenge)
	if err != nil {
		return methods.Accepted{}, err
	}
	s, err := readState(text)
	if err != nil {
		return methods.Accepted{}, err
	}
	if in.Protocol == nil {
		if len(in.Data) > 0 {
			return methods.Accepted{}, methods.Missing("protocol")
		}
		err := s.Check(in.Response)
		return methods.Accepted{Payload: payload{s.Request, s.Presentation, s.Arrived}}, err
	}
	switch {
	case in.Response != nil:
		return methods.Accepted{}, methods.NewInputError("response", "response must not be beside protocol")
	case len(in.Data) == 0:
		return methods.Accepted{}, methods.Missing("data")
	case in.Data.Kind() != '{':
		return methods.Accepted{}, methods.NewInputError("data", "Invalid type: data must be an object")
	}
	presentation, err := s.Request.OpenDCAPI(openid4vp.Protocol(*in.Protocol), in.Data, w.origin())
	if err != nil {
		return methods.Accepted{}, refused("data", err)
	}
	return methods.Accepted{Payload: payload{Request: s.Request, Presentation: presentation}}, nil
}
