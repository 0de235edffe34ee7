package carrier_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/carrier"
	"github.com/stile-id/stile/methods/carrier/carriertest"
	"github.com/stile-id/stile/methods/methodtest"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

const (
	phone   = "+4915123456789"
	session = "vks_1"
	page    = "https://id.example.com/verify"
)

// bench is the method with one operator.
type bench struct {
	*carriertest.Server
	t      *testing.T
	method methods.Method
	now    time.Time
	log    bytes.Buffer
	pauses []time.Duration
	state  json.RawMessage
	used   bool
	kind   string // of the session
	about  input  // the user, as plays describes the user to Begin
}

func newBench(t *testing.T, flows ...string) *bench {
	t.Helper()
	return newBenchOf(t, func(settings string) string { return settings }, flows...)
}

// newBenchOf returns a bench with edited settings.
func newBenchOf(t *testing.T, edit func(settings string) string, flows ...string) *bench {
	t.Helper()
	server, err := carriertest.Start(cmp.Or(os.Getenv("STILE_CAMARA_SPECS"), "testdata"))
	require.NoError(t, err)
	t.Cleanup(server.Close)
	b := &bench{Server: server, t: t, now: time.Now(), kind: "age"}
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "key.pem"), server.KeyPEM(), 0o600))
	file := filepath.Join(folder, "carriers.yaml")
	require.NoError(t, os.WriteFile(file, []byte(edit(server.Settings("key.pem", flows...))), 0o600))
	settings, err := carrier.ReadSettings(file)
	require.NoError(t, err)
	b.method = carrier.MethodWaiting(carrier.Options{
		Settings: settings, Egress: outbound.Policy{Allow: outbound.Loopback()}, Patience: time.Minute,
		Page: func() string { return page }, Now: func() time.Time { return b.now },
		Log: slog.New(slog.NewTextHandler(&b.log, nil)),
	}, func(ctx context.Context, d time.Duration) error {
		b.pauses = append(b.pauses, d)
		b.now = b.now.Add(d)
		return ctx.Err()
	})
	require.Empty(t, b.method.Unavailable())
	return b
}

type input = methodtest.Input

func (b *bench) begin(in input) (data map[string]any, err error) {
	b.t.Helper()
	begun, err := b.method.Begin.Begin(b.t.Context(), methods.Beginning{
		Attempt: methods.Attempt{SessionID: session, Type: b.kind, Jurisdiction: "DE"}, Input: in, ChallengeID: "mch_1",
		AnswerURL: "https://id.example.com/v1/methods/carrier_lookup", Now: b.now,
		Contacts: func() (string, string, error) { return "", "+4916012345678", nil },
		Count:    func(context.Context, string, string) error { return nil },
	})
	if err != nil {
		return nil, err
	}
	b.state, b.used = text(b.t, begun.State), false
	require.NoError(b.t, json.Unmarshal(text(b.t, begun.Data), &data))
	return data, nil
}

func text(t *testing.T, value any) json.RawMessage {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return text
}

// visits has a browser follow the redirect to the operator, and returns the address to which the operator sends it.
func (b *bench) visits(data map[string]any) url.Values {
	b.t.Helper()
	address, _ := data["url"].(string)
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, address, nil)
	require.NoError(b.t, err)
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := browser.Do(request)
	require.NoError(b.t, err)
	require.NoError(b.t, response.Body.Close())
	back, err := response.Location()
	require.NoError(b.t, err)
	require.Equal(b.t, "/v1/methods/carrier_lookup/callback", back.Path)
	return back.Query()
}

// returns has the operator's redirect arrive, and returns the fragment of the page's address.
func (b *bench) returns(query url.Values) url.Values {
	b.t.Helper()
	route := b.method.Answer[0]
	reply := methods.Reply{
		Attempt: methods.Attempt{SessionID: session}, ChallengeID: "mch_1", State: b.state, Used: b.used, Query: query,
	}
	require.Equal(b.t, query.Get("state"), route.ChallengeID(reply))
	replied, err := route.Serve(b.t.Context(), reply)
	require.NoError(b.t, err)
	if replied.State != nil {
		b.state = text(b.t, replied.State)
	}
	address, fragment, _ := strings.Cut(replied.Location, "#")
	require.Equal(b.t, page+"/"+session, address, "no redirect leads elsewhere")
	values, err := url.ParseQuery(fragment)
	require.NoError(b.t, err)
	return values
}

// held gives the bench's challenge to Accept.
type held struct{ b *bench }

func (held) Upload(context.Context, string, string) (methods.Upload, error) {
	return methods.Upload{}, errors.New("no uploads")
}
func (h held) Challenge(context.Context, string, string) (json.RawMessage, error) {
	return h.b.state, nil
}
func (held) Code(context.Context, string, string) error { return errors.New("no code") }

func (b *bench) submits(in input) (json.RawMessage, error) {
	b.t.Helper()
	taken, err := b.method.Accept.Accept(b.t.Context(), methods.Given{Input: in, Held: held{b}})
	if err != nil {
		return nil, err
	}
	return text(b.t, taken.Payload), nil
}

func (b *bench) judges(payload json.RawMessage) (methods.Verdict, error) {
	b.t.Helper()
	verdict, err := b.method.Judge.Judge(b.t.Context(), methods.Submission{
		Attempt: methods.Attempt{Tier: rules.MinAge(21)}, Payload: payload,
	})
	for _, canary := range []string{phone[3:], "secret-", given, family, born} {
		require.NotContains(b.t, b.log.String(), canary)
		if err != nil {
			require.NotContains(b.t, err.Error(), canary)
		}
	}
	return verdict, err
}

// plays goes through the whole flow, and returns the verdict.
func (b *bench) plays() (methods.Verdict, error) {
	b.t.Helper()
	entered := input{"phone": "0151 23456789"}
	maps.Copy(entered, b.about)
	data, err := b.begin(entered)
	require.NoError(b.t, err)
	in := input{"challenge": "mch_1"}
	if data["url"] != nil {
		in["response"] = b.returns(b.visits(data)).Get("response")
	}
	payload, err := b.submits(in)
	require.NoError(b.t, err)
	b.used = true
	return b.judges(payload)
}

var (
	possessed = rules.Check{Name: carrier.CheckPossession, Passed: true}
	unproven  = rules.Check{Name: carrier.CheckPossession}
)

func TestCarrierConfirmsTheAge(t *testing.T) {
	t.Parallel()
	for _, flow := range []string{"number_verification", "network", "consent"} {
		t.Run(flow, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, flow)
			b.Set(func(o *carriertest.Behaviour) { o.Line, o.Pending = phone, 2 })
			verdict, err := b.plays()
			require.NoError(t, err)
			require.Equal(t, graph.OutcomePassed, verdict.Outcome)
			require.Equal(t, rules.MinAge(21), *verdict.AgeTier)
			require.Equal(t, []rules.Check{
				possessed, {Name: carrier.CheckAge, Passed: true}, {Name: carrier.CheckDocument, Passed: true},
			}, verdict.Checks)
			require.Empty(t, b.log.String())
		})
	}
}

// unlike is a play whose outcome is not passed.
type unlike struct {
	flow    string
	behave  func(o *carriertest.Behaviour)
	outcome graph.Outcome
	reason  rules.ReasonCode
	check   rules.Check
}

func refusing(path string, status int, code string) func(o *carriertest.Behaviour) {
	return func(o *carriertest.Behaviour) {
		o.Line = phone
		o.Refuse = map[string]carriertest.Refusal{path: {Status: status, Code: code}}
	}
}

const (
	number, network, consent = "number_verification", "network", "consent"
	failed, more, fault      = graph.OutcomeFailed, graph.OutcomeRequiresInput, graph.OutcomeError
)

func TestEveryAnswerOfACarrierHasItsReason(t *testing.T) {
	t.Parallel()
	on := func(line string, age int) func(*carriertest.Behaviour) {
		return func(o *carriertest.Behaviour) { o.Line, o.Age = line, age }
	}
	const notMobile = "NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK"
	none := rules.Check{}
	refusesConsent := func(o *carriertest.Behaviour) { o.Refuses = true }
	never := func(o *carriertest.Behaviour) { o.Pending = 1000 }
	expired := func(o *carriertest.Behaviour) { o.Expired = true }
	login := func(code string) func(*carriertest.Behaviour) { return refusing("/authorize", 0, code) }
	ask := func(status int, code string) func(*carriertest.Behaviour) {
		return refusing("/bc-authorize", status, code)
	}
	age := func(status int, code string) func(*carriertest.Behaviour) {
		return refusing("/age/verify", status, code)
	}
	used := refusing("/token", 400, "invalid_grant")
	wifi := refusing("/number/verify", 403, notMobile)
	for name, u := range map[string]unlike{
		"too young":              {network, on(phone, 20), failed, rules.ReasonUnderAge, possessed},
		"too young, by consent":  {consent, on("", 20), failed, rules.ReasonUnderAge, possessed},
		"of an unknown age":      {network, on(phone, -1), failed, rules.ReasonAgeUnknown, possessed},
		"on another line":        {number, on("+4915199999999", 30), failed, rules.ReasonDataMismatch, unproven},
		"on no mobile network":   {network, on("", 30), more, rules.ReasonNotOnMobileNetwork, none},
		"not by the network":     {number, wifi, more, rules.ReasonNotOnMobileNetwork, unproven},
		"no consent at login":    {network, login("consent_required"), failed, rules.ReasonConsentRefused, none},
		"refused at login":       {network, login("access_denied"), failed, rules.ReasonConsentRefused, none},
		"refused on the phone":   {consent, refusesConsent, failed, rules.ReasonConsentRefused, unproven},
		"not answered":           {consent, never, more, rules.ReasonTimeout, unproven},
		"expired":                {consent, expired, more, rules.ReasonTimeout, unproven},
		"unknown to the carrier": {consent, ask(400, "unknown_user_id"), failed, rules.ReasonAccountNotFound, none},
		"denied at once":         {consent, ask(403, "access_denied"), failed, rules.ReasonConsentRefused, none},
		"no customer":            {number, age(404, "IDENTIFIER_NOT_FOUND"), failed, rules.ReasonAccountNotFound, possessed},
		"not applicable":         {network, age(422, "SERVICE_NOT_APPLICABLE"), failed, rules.ReasonAgeUnknown, possessed},
		"a used code":            {network, used, fault, rules.ReasonMethodError, unproven},
		"a wrong client":         {consent, ask(401, "invalid_client"), fault, rules.ReasonProviderUnavailable, none},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, u.flow)
			b.Set(u.behave)
			verdict, err := b.plays()
			require.NoError(t, err)
			require.Equal(t, u.outcome, verdict.Outcome)
			require.Equal(t, []rules.ReasonCode{u.reason}, verdict.ReasonCodes)
			require.Nil(t, verdict.AgeTier)
			if u.check.Name != "" {
				require.Equal(t, u.check, verdict.Checks[0])
			}
		})
	}
}

// A fault of the agreement with the carrier is no fault of the user. The operator learns of it.
func TestFaultOfTheAgreementCostsNoAttempt(t *testing.T) {
	t.Parallel()
	for code, status := range map[string]int{
		"INVALID_ARGUMENT": 400, "OUT_OF_RANGE": 400, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403,
		"MISSING_IDENTIFIER": 422, "UNNECESSARY_IDENTIFIER": 422,
	} {
		b := newBench(t, network)
		b.Set(refusing("/age/verify", status, code))
		verdict, err := b.plays()
		require.NoError(t, err)
		require.Equal(t, graph.OutcomeError, verdict.Outcome, code)
		require.Equal(t, []rules.ReasonCode{rules.ReasonProviderUnavailable}, verdict.ReasonCodes)
		require.Contains(t, b.log.String(), "carrier=example-mobile")
	}
}

func TestCarrierThatIsAwayIsAskedAgainUntilPatienceEnds(t *testing.T) {
	t.Parallel()
	raw := func(answer string) func(o *carriertest.Behaviour, at string) {
		return func(o *carriertest.Behaviour, at string) { o.Raw = map[string]string{at: answer} }
	}
	for name, disturb := range map[string]func(o *carriertest.Behaviour, at string){
		"nonsense":         raw(`<html>`),
		"another type":     raw(`{"ageCheck": true, "devicePhoneNumberVerified": "yes", "access_token": 1}`),
		"an unknown value": raw(`{"ageCheck": "perhaps"}`),
		"nothing":          raw(`{}`),
		"too much":         raw(`{"ageCheck": "` + strings.Repeat("x", 100_000) + `"}`),
		"overload": func(o *carriertest.Behaviour, at string) {
			o.Refuse = map[string]carriertest.Refusal{"/token": {Status: 503, Code: "temporarily_unavailable"}}
		},
		"a hang": func(o *carriertest.Behaviour, at string) { o.Hang = map[string]bool{at: true} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, number)
			for _, at := range []string{"/token", "/age/verify"} {
				b.Set(func(o *carriertest.Behaviour) {
					*o = carriertest.Behaviour{Line: phone, Age: 30}
					disturb(o, at)
				})
				_, err := b.plays()
				var away *methods.AwayError
				require.ErrorAs(t, err, &away)
				b.Set(func(o *carriertest.Behaviour) { *o = carriertest.Behaviour{Line: phone, Age: 30} })
			}
			b.Set(func(o *carriertest.Behaviour) { disturb(o, "/token") })
			data, err := b.begin(input{"phone": phone})
			require.NoError(t, err)
			payload, err := b.submits(input{"challenge": "mch_1", "response": b.returns(b.visits(data)).Get("response")})
			require.NoError(t, err)
			b.now = b.now.Add(time.Hour)
			verdict, err := b.judges(payload)
			require.NoError(t, err)
			require.Equal(t, graph.OutcomeError, verdict.Outcome)
			require.Equal(t, []rules.ReasonCode{rules.ReasonProviderUnavailable}, verdict.ReasonCodes)
		})
	}
}

func TestCarrierThatIsAwayAtTheBeginningGivesAVerdict(t *testing.T) {
	t.Parallel()
	for _, flow := range []string{network, consent} {
		b := newBench(t, flow)
		b.Close()
		verdict, err := b.plays()
		require.NoError(t, err)
		require.Equal(t, []rules.ReasonCode{rules.ReasonProviderUnavailable}, verdict.ReasonCodes)
	}
}

func TestGrantServesTheRepeatOfAJudge(t *testing.T) {
	t.Parallel()
	for _, flow := range []string{number, network, consent} {
		b := newBench(t, flow)
		b.Set(func(o *carriertest.Behaviour) {
			o.Line, o.Raw = phone, map[string]string{"/age/verify": `{}`}
		})
		_, err := b.plays()
		require.Error(t, err)
		b.Set(func(o *carriertest.Behaviour) { o.Raw = nil })
		payload, err := b.submits(input{"challenge": "mch_1", "response": response(t, b.state)})
		require.NoError(t, err)
		verdict, err := b.judges(payload)
		require.NoError(t, err, flow)
		require.Equal(t, graph.OutcomePassed, verdict.Outcome, flow)
	}
}

func response(t *testing.T, state json.RawMessage) string {
	t.Helper()
	var s struct {
		Response string `json:"response"`
	}
	require.NoError(t, json.Unmarshal(state, &s))
	return s.Response
}

func TestPollsKeepTheIntervalAndTheDeadline(t *testing.T) {
	t.Parallel()
	b := newBench(t, consent)
	b.Set(func(o *carriertest.Behaviour) { o.Pending, o.Interval = 3, 2 })
	_, err := b.plays()
	require.NoError(t, err)
	require.Equal(t, slices.Repeat([]time.Duration{2 * time.Second}, 4), b.pauses)

	b = newBench(t, consent)
	b.Set(refusing("/token", 400, "slow_down"))
	_, err = b.plays()
	require.NoError(t, err)
	require.Equal(t, []time.Duration{time.Second, 6 * time.Second, 11 * time.Second}, b.pauses[:3])

	require.Equal(t, longPoll{}, pollsWithin(t, 3*time.Second, time.Second),
		"a poll that could be cut off is left to the next call")
	require.Equal(t, longPoll{polls: 1, after: 25 * time.Second}, pollsWithin(t, 15*time.Second, 30*time.Second),
		"a long interval passes between calls, each of which polls")
}

// longPoll is the result of a call of Judge while the customer has not answered.
type longPoll struct {
	polls int
	after time.Duration // before the next call
}

// pollsWithin calls Judge with a deadline about a carrier that has an interval.
func pollsWithin(t *testing.T, deadline, interval time.Duration) longPoll {
	t.Helper()
	b := newBench(t, consent)
	b.Set(func(o *carriertest.Behaviour) { o.Pending, o.Interval = 1000, int(interval.Seconds()) })
	_, err := b.begin(input{"phone": phone})
	require.NoError(t, err)
	payload, err := b.submits(input{"challenge": "mch_1"})
	require.NoError(t, err)
	short, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	_, err = b.method.Judge.Judge(short, methods.Submission{
		Attempt: methods.Attempt{Tier: rules.MinAge(21)}, Payload: payload,
	})
	var waiting *methods.WaitingError
	require.ErrorAs(t, err, &waiting)
	return longPoll{len(b.pauses), waiting.After}
}

func TestAnswerBelongsToTheBrowserThatBegan(t *testing.T) {
	t.Parallel()
	b := newBench(t, network)
	b.Set(func(o *carriertest.Behaviour) { o.Line = phone })
	data, err := b.begin(input{"phone": phone})
	require.NoError(t, err)
	_, err = b.submits(input{"challenge": "mch_1"})
	require.ErrorContains(t, err, "response")
	_, err = b.submits(input{"challenge": "mch_1", "response": ""})
	require.Error(t, err, "before the answer of the carrier there is no response")

	query := b.visits(data)
	for name, change := range map[string]func(q url.Values){
		"of another issuer":   func(q url.Values) { q.Set("iss", "https://other.example") },
		"without its issuer":  func(q url.Values) { q.Del("iss") },
		"with two codes":      func(q url.Values) { q.Add("code", "another") },
		"with code and error": func(q url.Values) { q.Set("error", "access_denied") },
		"without a code":      func(q url.Values) { q.Del("code") },
	} {
		forged := url.Values{}
		for member, values := range query {
			forged[member] = slices.Clone(values)
		}
		change(forged)
		require.Empty(t, b.returns(forged), name)
	}
	fragment := b.returns(query)
	require.Equal(t, []string{"mch_1", "carrier_lookup"}, []string{fragment.Get("returned"), fragment.Get("method")})
	require.NotContains(t, fragment.Encode(), query.Get("code"))
	require.Empty(t, b.returns(query), "the second answer changes nothing")
	_, err = b.submits(input{"challenge": "mch_1", "response": "guess"})
	require.ErrorContains(t, err, "response")
	payload, err := b.submits(input{"challenge": "mch_1", "response": fragment.Get("response")})
	require.NoError(t, err)
	require.NotContains(t, string(payload), fragment.Get("response"))
	b.used = true
	require.Empty(t, b.returns(query), "after the submission an answer changes nothing")
}

func TestStolenCodeIsOfNoUse(t *testing.T) {
	t.Parallel()
	b := newBench(t, network)
	b.Set(func(o *carriertest.Behaviour) { o.Line = phone })
	victim, err := b.begin(input{"phone": phone})
	require.NoError(t, err)
	stolen := b.visits(victim)
	_, err = b.begin(input{"phone": phone}) // of another session
	require.NoError(t, err)
	payload, err := b.submits(input{"challenge": "mch_1", "response": b.returns(stolen).Get("response")})
	require.NoError(t, err)
	verdict, err := b.judges(payload)
	require.NoError(t, err)
	require.Equal(t, []rules.ReasonCode{rules.ReasonMethodError}, verdict.ReasonCodes, "PKCE binds it to its challenge")
}

func TestNumberChoosesTheCarrier(t *testing.T) {
	t.Parallel()
	b := newBench(t, network, consent)
	for entered, ends := range map[string]string{
		"+49 151 234567-89": "89", "0151/23456789": "89", "0049 151 23456789": "89", "٠١٥١٢٣٤٥٦٧٨٩": "89",
	} {
		data, err := b.begin(input{"phone": entered})
		require.NoError(t, err, entered)
		require.Equal(t, []any{"Example Mobile", ends}, []any{data["carrier"], data["number_ends"]})
	}
	data, err := b.begin(input{})
	require.NoError(t, err)
	require.Equal(t, "78", data["number_ends"], "the session's own number")
	for _, entered := range []string{
		"", "12", "hello", "+49170 1234567", "+1 202 555 0143", "+4915123456789 ext. 5", strings.Repeat("1", 200),
	} {
		_, err := b.begin(input{"phone": entered})
		var wrong *methods.InputError
		require.ErrorAs(t, err, &wrong, entered)
		require.Equal(t, "phone", wrong.Param)
	}
	data, err = b.begin(input{"phone": phone, "same_device": false})
	require.NoError(t, err)
	require.Nil(t, data["url"], "elsewhere the carrier asks on the phone")
	_, err = newBench(t, network).begin(input{"phone": phone, "same_device": false})
	require.ErrorContains(t, err, "only on the phone")
}

func TestTooManyNumbersAreRefusedBeforeTheCarrierIsAsked(t *testing.T) {
	t.Parallel()
	b := newBench(t, consent)
	refusal := errors.New("too many")
	_, err := b.method.Begin.Begin(t.Context(), methods.Beginning{
		Input: input{"phone": phone}, Now: b.now,
		Count: func(_ context.Context, kind, value string) error {
			require.Equal(t, []string{"carrier", phone}, []string{kind, value})
			return refusal
		},
	})
	require.ErrorIs(t, err, refusal)
	require.Empty(t, b.Requests())
}
