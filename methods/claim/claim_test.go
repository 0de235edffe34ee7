package claim_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/claim"
	"github.com/stile-id/stile/rules"
)

type state struct {
	claim.Ticket
	Told string `json:"told"`
}

func (s *state) Claimed() *claim.Ticket { return &s.Ticket }

// desk serves the routes of a challenge in the state that it keeps.
type desk struct {
	*testing.T
	state state
	used  bool
}

func (d *desk) ask(route, body string) (map[string]string, error) {
	d.Helper()
	served := claim.Desk[*state]{
		Read: func(r methods.Reply) (*state, error) {
			s := new(state)
			return s, json.Unmarshal(r.State, s)
		},
		Tell: func(s *state) map[string]string { return map[string]string{"institution": s.Told} },
	}
	text, err := json.Marshal(d.state)
	require.NoError(d, err)
	for _, r := range served.Routes() {
		if r.Name != route {
			continue
		}
		replied, err := r.Serve(d.Context(), methods.Reply{
			State: text, Used: d.used, Body: []byte(body), Merchant: "Shop",
			Keep: func(_ context.Context, s any) error { d.state = *s.(*state); return nil },
		})
		var told map[string]string
		if err == nil {
			require.NoError(d, json.Unmarshal(replied.Body, &told))
		}
		return told, err
	}
	d.Fatalf("there is no route %s", route)
	return nil, nil
}

// refused asserts that a route refuses the body with a fault of a member.
func (d *desk) refused(route, body, param string) {
	d.Helper()
	_, err := d.ask(route, body)
	var wrong *methods.InputError
	require.True(d, errors.As(err, &wrong), "%v", err)
	require.Equal(d, param, wrong.Param)
}

func TestCodeIsTheWayOfAnotherBrowserToTheResponse(t *testing.T) {
	t.Parallel()
	d := &desk{T: t, state: state{Told: "Example Bank"}}
	d.refused(claim.RouteReturned, `{"response":""}`, "response")
	d.refused(claim.RouteCode, `{"code":""}`, "code")

	d.state.Ticket = claim.New()
	require.Len(t, d.state.Code, 6)
	d.refused(claim.RouteReturned, `{"response":"x"}`, "response")
	d.refused(claim.RouteReturned, `[`, "")
	shown, err := d.ask(claim.RouteReturned, `{"response":"`+d.state.Response+`"}`)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"code": d.state.Code, "merchant": "Shop", "institution": "Example Bank"}, shown)
	entered, err := d.ask(claim.RouteCode, `{"code":"`+shown["code"]+`"}`)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"response": d.state.Response}, entered)

	d.used = true
	d.refused(claim.RouteReturned, `{"response":"`+d.state.Response+`"}`, "response")
	d.refused(claim.RouteCode, `{"code":"`+d.state.Code+`"}`, "code")
}

func TestCodeIsTriedFiveTimesAtMost(t *testing.T) {
	t.Parallel()
	d := &desk{T: t, state: state{Ticket: claim.New()}}
	for try := range 5 {
		d.refused(claim.RouteCode, `{"code":"wrong"}`, "code")
		require.Equal(t, try+1, d.state.Tries)
	}
	d.refused(claim.RouteCode, `{"code":"`+d.state.Code+`"}`, "code")
}

func TestTryThatCannotBeCountedIsNotCompared(t *testing.T) {
	t.Parallel()
	lost, s := errors.New("the state was replaced"), &state{Ticket: claim.New()}
	served := claim.Desk[*state]{Read: func(methods.Reply) (*state, error) { return s, nil }}
	for _, code := range []string{s.Code, "wrong"} {
		_, err := served.Routes()[1].Serve(t.Context(), methods.Reply{
			Body: []byte(`{"code":"` + code + `"}`), Keep: func(context.Context, any) error { return lost },
		})
		require.ErrorIs(t, err, lost)
	}
}

func TestOnlyTheResponseClaimsAnAnswer(t *testing.T) {
	t.Parallel()
	var none claim.Ticket
	empty := ""
	require.Error(t, none.Check(&empty), "there is no answer yet")
	ticket := claim.New()
	require.Error(t, ticket.Check(nil))
	require.Error(t, ticket.Check(&ticket.Code))
	require.NoError(t, ticket.Check(&ticket.Response))
	require.NotEqual(t, ticket.Response, claim.New().Response)
}

func TestAddressHasTheClaimInItsFragment(t *testing.T) {
	t.Parallel()
	ticket := claim.New()
	address := ticket.Address("https://id.example/verify", rules.MethodMDL,
		methods.Reply{ChallengeID: "mch_1", Attempt: methods.Attempt{SessionID: "vks_1"}})
	page, fragment, _ := strings.Cut(address, "#")
	require.Equal(t, "https://id.example/verify/vks_1", page)
	values, err := url.ParseQuery(fragment)
	require.NoError(t, err)
	require.Equal(t, url.Values{"returned": {"mch_1"}, "method": {"mdl"}, "response": {ticket.Response}}, values)
	require.Equal(t, "https://id.example/verify#refused=session_terminal",
		claim.Refused("https://id.example/verify", "session_terminal").Location)
}
