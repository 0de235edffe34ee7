package wallet

import (
	"context"
	"errors"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/claim"
	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
)

// The names of routes.
const (
	routeRequest  = "request"
	routeResponse = "response"
)

// request answers a wallet that fetches the request of a link: by POST with a nonce of its own, or by GET.
func (w *wallet) request(_ context.Context, r methods.Reply) (methods.Replied, error) {
	s, err := w.open(r)
	if err != nil {
		return methods.Replied{}, err
	}
	var nonce string
	if len(r.Body) > 0 {
		if _, err := r.Form(); err != nil {
			return methods.Replied{}, err
		}
		post, err := openid4vp.ReadWalletPost(r.Body)
		if err != nil {
			return methods.Replied{}, refused("", err)
		}
		nonce = post.Nonce
	}
	object, err := w.options.Verifier.client.SignRedirect(s.Request, nonce)
	if err != nil {
		return methods.Replied{}, refused("", err)
	}
	return methods.Replied{ContentType: openid4vp.RequestObjectType, Body: []byte(object)}, nil
}

// response takes the answer that a wallet posts. It verifies nothing: the browser that began has to claim it first. An
// answer that does not open changes nothing, and the first that opens is kept.
func (w *wallet) response(_ context.Context, r methods.Reply) (methods.Replied, error) {
	s, err := w.open(r)
	if err != nil {
		return methods.Replied{}, err
	}
	if _, err := r.Form(); err != nil {
		return methods.Replied{}, err
	}
	if s.Presentation, err = s.Request.OpenForm(r.Body); err != nil {
		return methods.Replied{}, refused("", err)
	}
	arrived := r.Now.UTC()
	s.Arrived, s.Ticket = &arrived, claim.New()
	replied, err := methods.RepliedJSON(map[string]string{"redirect_uri": s.Address(w.options.Page(), w.name, r)})
	replied.State, replied.Data = s, data{Requests: []openid4vp.Offer{}, Answered: true}
	return replied, err
}

// open returns the state of a challenge that no wallet has answered.
func (w *wallet) open(r methods.Reply) (*state, error) {
	if reason := w.unavailable(); reason != "" {
		return nil, methods.NewInputError("", "%s is not available: %s", w.name, reason)
	}
	s, err := read(r)
	if err != nil {
		return nil, err
	}
	if r.Used || s.Issued() {
		return nil, methods.NewInputError("", "The request has been answered")
	}
	return s, nil
}

// refused turns a fault of a wallet's message into a refusal, which names the check. It has no value of the message.
func refused(param string, err error) error {
	var (
		own      *openid4vp.Fault
		envelope *mdoc.Fault
	)
	switch {
	case errors.As(err, &own):
		return methods.NewInputError(param, "The message is not an answer to this request: %s", own.Code)
	case errors.As(err, &envelope):
		return methods.NewInputError(param, "The message is not an answer to this request: %s", envelope.Code)
	default:
		return err
	}
}
