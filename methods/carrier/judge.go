package carrier

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// The checks of a result.
const (
	// CheckPossession says that the user has the phone of the number, or is connected by its line.
	CheckPossession = "number_possession"
	// CheckAge says that the carrier's customer has reached the age of the tier.
	CheckAge = "age"
	// CheckDocument says that the carrier has compared the age with an official document.
	CheckDocument = "age_documented"
	// CheckName says that the name that the user has entered is that of the carrier's customer.
	CheckName = "name_matches"
	// CheckBirthDate says the same of the date of birth.
	CheckBirthDate = "birth_date_matches"
)

// notApplicable is the code of a carrier for an interface that does not serve the line.
const notApplicable = "SERVICE_NOT_APPLICABLE"

// reasonOf are the reasons for codes of carriers that tell something about the user. Every other code is a fault of the
// agreement with the carrier.
var reasonOf = map[string]rules.ReasonCode{
	"IDENTIFIER_NOT_FOUND": rules.ReasonAccountNotFound,
	"NOT_FOUND":            rules.ReasonAccountNotFound,
	"unknown_user_id":      rules.ReasonAccountNotFound,
	notApplicable:          rules.ReasonAgeUnknown,
	"access_denied":        rules.ReasonConsentRefused,
	"consent_required":     rules.ReasonConsentRefused,
	"login_required":       rules.ReasonNotOnMobileNetwork,
	"interaction_required": rules.ReasonNotOnMobileNetwork,
	"expired_token":        rules.ReasonTimeout,
	// The code or the question was used before, perhaps by a process that died.
	"invalid_grant": rules.ReasonMethodError,
	"NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK": rules.ReasonNotOnMobileNetwork,
}

// verdictOn returns the verdict for a reason. Only a statement of the carrier or the user costs an attempt.
func verdictOn(reason rules.ReasonCode, checks ...rules.Check) methods.Verdict {
	switch reason {
	case rules.ReasonNotOnMobileNetwork, rules.ReasonTimeout:
		return methods.Unfinished(graph.OutcomeRequiresInput, reason, checks...)
	case rules.ReasonProviderUnavailable, rules.ReasonMethodError:
		return methods.Unfinished(graph.OutcomeError, reason, checks...)
	default:
		return methods.Failed(reason, checks...)
	}
}

// ended is the error of a question that ended with a reason.
type ended struct{ reason rules.ReasonCode }

func (e *ended) Error() string { return "carrier: ended with " + string(e.reason) }

// Judge implements methods.Judge.
func (m *lookup) Judge(ctx context.Context, s methods.Submission) (methods.Verdict, error) {
	var q question
	if err := json.Unmarshal(s.Payload, &q); err != nil {
		return methods.Verdict{}, fmt.Errorf("carrier: a payload of %d bytes is not readable", len(s.Payload))
	}
	years := s.Tier.Years()
	if years == 0 {
		return methods.Verdict{}, fmt.Errorf("carrier: no such age tier: %q", s.Tier)
	}
	if q.Fault != "" {
		return verdictOn(q.Fault), nil
	}
	c, found := m.clients[q.Carrier]
	if !found { // removed from the file meanwhile
		return verdictOn(rules.ReasonProviderUnavailable), nil
	}
	g, err := m.granted(ctx, c, q)
	if err != nil {
		return m.settled(c, q, err, rules.Check{Name: CheckPossession})
	}
	got, compared, err := asks(ctx, c, q, g, years)
	if err != nil {
		return m.settled(c, q, err, rules.Check{Name: CheckPossession, Passed: true})
	}
	return verdict(s.Tier, got, compared), nil
}

// asks asks for the age and, if the age is reached, whether the person is the customer.
func asks(ctx context.Context, c *client, q question, g grant, years int) (age ageCheck, compared matched, err error) {
	if age, err = ageOf(ctx, c, q, g, years); err == nil && age.Check == isTrue {
		compared, err = matchOf(ctx, c, q, g)
	}
	return age, compared, err
}

func verdict(tier rules.AgeTier, got ageCheck, compared matched) methods.Verdict {
	possession := rules.Check{Name: CheckPossession, Passed: true}
	age := rules.Check{Name: CheckAge, Passed: got.Check == isTrue}
	switch got.Check {
	case isTrue:
		checks := []rules.Check{possession, age}
		if got.Documented {
			checks = append(checks, rules.Check{Name: CheckDocument, Passed: true})
		}
		checks = append(checks, compared.checks()...)
		if slices.ContainsFunc(checks, func(c rules.Check) bool { return !c.Passed }) {
			return verdictOn(rules.ReasonDataMismatch, checks...)
		}
		return methods.Passed(tier, checks...)
	case isFalse:
		return verdictOn(rules.ReasonUnderAge, possession, age)
	default:
		return verdictOn(rules.ReasonAgeUnknown, possession)
	}
}

// settled returns the verdict on an error. A carrier that is away is asked again while there is patience.
func (m *lookup) settled(c *client, q question, err error, possession rules.Check) (methods.Verdict, error) {
	var gone *methods.AwayError
	var over *ended
	var refused *refusal
	switch {
	case errors.As(err, &over):
		return verdictOn(over.reason, possession), nil
	case errors.As(err, &refused):
		return verdictOn(m.fault(c, err), possession), nil
	case !errors.As(err, &gone):
		return methods.Verdict{}, err
	}
	until := q.Begun
	if q.Asked != nil {
		until = q.Asked.Until
	}
	if m.options.Now().Before(until.Add(m.options.Patience)) {
		return methods.Verdict{}, err
	}
	return verdictOn(m.fault(c, err)), nil
}

// grant is the answer of a carrier to a question: possession of the number, and perhaps a token for the line.
type grant struct {
	token string
	at    time.Time
}

// A code and a consent yield a token once. If Judge is called again in the same process, it finds the grant in memory.
// In another process its verdict is method_error, which costs no attempt.
const (
	grantsKept = 1000
	grantAge   = 5 * time.Minute
)

// granted returns the grant for a question, once the user has proven possession.
func (m *lookup) granted(ctx context.Context, c *client, q question) (grant, error) {
	key := q.key()
	if g, known := m.grants.Get(key); known && m.options.Now().Sub(g.at) < grantAge {
		return g, nil
	}
	var g grant
	var err error
	if q.Flow == FlowConsent {
		g.token, err = m.consented(ctx, c, *q.Asked)
	} else {
		g.token, err = c.exchange(ctx, *q.Redirect)
	}
	if err == nil && q.Flow == FlowNumberVerification {
		err = possessed(ctx, c, q, g.token)
		g.token = "" // it is good for one call
	}
	if err == nil {
		g.at = m.options.Now()
		m.grants.Add(key, g)
	}
	return g, err
}

// possessed compares the number with the number of the line.
func possessed(ctx context.Context, c *client, q question, token string) error {
	is, err := c.isOf(ctx, token, q.Phone)
	if err == nil && !is {
		err = &ended{rules.ReasonDataMismatch}
	}
	return err
}

func (q question) key() string {
	secret := ""
	switch {
	case q.Asked != nil:
		secret = q.Asked.ID
	case q.Redirect != nil:
		secret = q.Redirect.Code
	}
	sum := sha256.Sum256([]byte(q.Carrier + "\x00" + secret))
	return string(sum[:])
}

// ageOf asks for the age.
func ageOf(ctx context.Context, c *client, q question, g grant, years int) (ageCheck, error) {
	token, phone, err := c.tokenOf(ctx, q, g, scopeAge)
	if err != nil {
		return ageCheck{}, err
	}
	return c.age(ctx, token, ageQuestion{Threshold: years, Phone: phone})
}

// tokenOf returns the access token for an interface. After Number Verification it is a token of the client itself, and
// the request must name the number. Otherwise it is the token of the line, and phone is "".
func (c *client) tokenOf(ctx context.Context, q question, g grant, scope string) (token, phone string, err error) {
	if q.Flow != FlowNumberVerification {
		return g.token, "", nil
	}
	token, err = c.own(ctx, scope)
	return token, q.Phone, err
}

// slower is added to the interval of polls that a carrier finds too fast.
const slower = 5 * time.Second

// longestFirst is the longest wait before the first poll of a call. The rest of a longer interval passes between calls,
// because a call of Judge has few seconds.
const longestFirst = 5 * time.Second

// consented polls until the customer has answered, and returns the access token. Before the deadline of the context it
// returns a *methods.WaitingError, to go on in another call.
func (m *lookup) consented(ctx context.Context, c *client, a asked) (string, error) {
	pause := time.Duration(a.Seconds) * time.Second
	first := min(pause, longestFirst)
	for next := first; ; next = pause {
		if end, bounded := ctx.Deadline(); bounded && time.Until(end) < next+callWithin {
			return "", &methods.WaitingError{After: pause - first}
		}
		if err := m.wait(ctx, next); err != nil {
			return "", err
		}
		token, err := c.poll(ctx, a)
		var refused *refusal
		if err == nil || !errors.As(err, &refused) {
			return token, err
		}
		switch refused.code {
		case "authorization_pending":
		case "slow_down":
			pause += slower
		default:
			return "", err
		}
		if !m.options.Now().Before(a.Until) {
			return "", &ended{rules.ReasonTimeout}
		}
	}
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
