package login

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/claim"
	"github.com/stile-id/stile/methods/openid"
)

// callback takes the redirect of an institution, and sends the user's browser to the hosted page. The code is exchanged
// once: the state remembers the redirect before that.
func (l *Login) callback(ctx context.Context, r methods.Reply) (methods.Replied, error) {
	s, err := read(r)
	if err != nil {
		return methods.Replied{}, err
	}
	at, found := l.find(s.Institution)
	if r.Used || s.Answered || !found {
		return methods.Replied{}, methods.NewInputError("state", "The login is over")
	}
	if len(r.Query["state"]) != 1 || r.Query.Get("iss") != at.Issuer {
		return methods.Replied{}, methods.NewInputError("iss", "The answer is not of the institution that was asked")
	}
	s.Answered = true
	if err := r.Keep(ctx, s); err != nil {
		return methods.Replied{}, err
	}
	if s.Outcome, err = l.finish(ctx, at, r, s.Flow); err != nil {
		return methods.Replied{}, err
	}
	s.Flow, s.Ticket = openid.Flow{}, claim.New()
	return methods.Replied{
		Location: s.Address(l.options.Page(), l.method, r), State: s,
		Data: data{Institution: at.ID, Name: at.Name, Answered: true},
	}, nil
}

func (l *Login) finish(ctx context.Context, at place, r methods.Reply, flow openid.Flow) (Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, openid.StepWithin)
	defer cancel()
	claims, err := at.client.Finish(ctx, flow, r.Query)
	switch {
	case errors.Is(err, openid.ErrCancelled):
		return Outcome{Login: true, Fault: FaultCancelled}, nil
	case errors.Is(err, openid.ErrAway):
		l.tell(at, err)
		return Outcome{Login: true, Fault: FaultAway}, nil
	case err != nil:
		l.tell(at, err)
		return Outcome{Login: true, Fault: FaultUntrusted}, nil
	}
	kept, err := json.Marshal(at.Keep(r.Attempt, claims))
	return Outcome{Login: true, Kept: kept}, err
}

// refused answers a redirect that cannot be taken: it sends the browser to the hosted page, which tells the user. Code
// is that of the error.
func (l *Login) refused(code string) methods.Replied {
	return claim.Refused(l.options.Page(), code)
}

func read(r methods.Reply) (*state, error) {
	s := new(state)
	if json.Unmarshal(r.State, s) != nil || s.Institution == "" {
		return s, methods.NewInputError("state", "The challenge is not that of a login")
	}
	return s, nil
}
