package login

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/url"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/openid"
)

// mostTries is how often a short code may be entered.
const mostTries = 5

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
	s.Flow, s.Response, s.Code = openid.Flow{}, random(), digits()
	fragment := url.Values{"returned": {r.ChallengeID}, "method": {string(l.method)}, "response": {s.Response}}
	return methods.Replied{
		Location: l.options.Page() + "/" + r.SessionID + "#" + fragment.Encode(),
		State:    s, Data: data{Institution: at.ID, Name: at.Name, Answered: true},
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
	return methods.Replied{Location: l.options.Page() + "#" + url.Values{"refused": {code}}.Encode()}
}

// returned tells a page that came back in another browser than that which began: the short code and the merchant. The
// response proves that the page has come back.
func (l *Login) returned(_ context.Context, r methods.Reply) (methods.Replied, error) {
	var in struct {
		Response string `json:"response"`
	}
	s, err := readBoth(r, &in)
	if err != nil {
		return methods.Replied{}, err
	}
	if r.Used || s.Response == "" || !same(s.Response, in.Response) {
		return methods.Replied{}, methods.NewInputError("response", "response is not that of this login")
	}
	at, _ := l.find(s.Institution)
	return methods.RepliedJSON(map[string]string{"code": s.Code, "merchant": r.Merchant, "institution": at.Name})
}

// enter takes the short code on the page where the user began, and returns the response that claims the answer. Each
// call is one of a few tries.
func (l *Login) enter(ctx context.Context, r methods.Reply) (methods.Replied, error) {
	var in struct {
		Code string `json:"code"`
	}
	s, err := readBoth(r, &in)
	if err != nil {
		return methods.Replied{}, err
	}
	if r.Used || s.Response == "" {
		return methods.Replied{}, methods.NewInputError("code", "There is no login to claim yet")
	}
	if s.Tries >= mostTries {
		return methods.Replied{}, methods.NewInputError("code", "The code was entered wrong too often. Begin again")
	}
	s.Tries++
	if err := r.Keep(ctx, s); err != nil {
		return methods.Replied{}, err
	}
	if !same(s.Code, in.Code) {
		return methods.Replied{}, methods.NewInputError("code", "code is not that of this login")
	}
	return methods.RepliedJSON(map[string]string{"response": s.Response})
}

func read(r methods.Reply) (s state, err error) {
	if json.Unmarshal(r.State, &s) != nil || s.Institution == "" {
		return s, methods.NewInputError("state", "The challenge is not that of a login")
	}
	return s, nil
}

// readBoth reads the state and the JSON object of the body.
func readBoth(r methods.Reply, into any) (state, error) {
	s, err := read(r)
	if err != nil {
		return s, err
	}
	if json.Unmarshal(r.Body, into) != nil {
		return s, methods.NewInputError("", "The request body is not a JSON object")
	}
	return s, nil
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
